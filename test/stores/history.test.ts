// The file of what was said: it comes back as it went in, without what looks secret.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {historyLine, looksSecret, parseHistory, shortenedHistory} from '../../stores/history.ts'

describe('the history', () => {
  it('comes back as it went in, the newest of the same in its place', () => {
    const file = ['one', 'two\nlines', 'one'].map((text) => historyLine(text)).join('')
    expect(parseHistory(file)).toEqual(['two\nlines', 'one'])
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({unit: 'binary'}).filter((text) => text.trim() !== '' && !looksSecret(text) && text.isWellFormed())), (texts) => {
        expect(parseHistory(texts.map((text) => historyLine(text)).join(''))).toEqual(texts)
      }),
    )
  })

  it('leaves out broken lines, blanks, repetitions and what is too long', () => {
    expect(parseHistory('"a"\n{"b":1}\n"br\n\n" "\n"c"\n')).toEqual(['a', 'c'])
    expect(historyLine('again', 'again')).toBe('')
    expect(historyLine('  ')).toBe('')
    expect(historyLine('x'.repeat(20_000))).toBe('')
  })

  it('is bounded, and shortened when the file has grown', () => {
    const file = Array.from({length: 2_500}, (_, n) => historyLine(`entry ${n}`)).join('')
    expect(parseHistory(file)).toHaveLength(1_000)
    expect(parseHistory(file).at(-1)).toBe('entry 2499')
    const short = shortenedHistory(file) as string
    expect(short.split('\n')).toHaveLength(1_001)
    expect(shortenedHistory(short)).toBeUndefined()
  })

  it.each([
    `use sk-${'proj'}-${'a1'.repeat(12)}`,
    `token ghp_${'a1'.repeat(18)}`,
    `export AWS_KEY=AKIA${'ABCD'.repeat(4)}`,
    'password: hunter22',
    'my api key is abcdef123456',
    'set API_KEY="abcdef123"',
    `-----BEGIN RSA PRIVATE ${'KEY'}-----\nxyz`,
    'connect to postgres://me:secret@host/db',
    `Authorization: Bearer ${'abcd1234'.repeat(3)}`,
  ])('never keeps %s', (text) => expect(historyLine(text)).toBe(''))

  it.each([
    'fix the password reset test',
    'the token counter is wrong',
    'why does the secret sharing page 404?',
    'explain https://a.b/c:d',
    'task-1234567890abcdef in sum()',
    'add an api key field to the form',
  ])('keeps %s', (text) => expect(parseHistory(historyLine(text))).toEqual([text]))
})
