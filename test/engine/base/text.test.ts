// Lines, clippings and names: the smallest parts, over everything that a property test can think of.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {clip} from '../../../engine/base/clip.ts'
import {agentId, askId, newRunId, newSpanId, newTraceId, patchId, taskId} from '../../../engine/base/id.ts'
import {line, lineSplitter} from '../../../engine/base/jsonl.ts'

const anyText = fc.string({unit: 'binary', maxLength: 60})

describe('lines of JSON', () => {
  it('come out as they went in, wherever the text was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), {maxLength: 8}), fc.array(fc.nat(50), {maxLength: 12}), (values, cuts) => {
        let text = values.map(line).join('')
        const splitter = lineSplitter()
        const found: unknown[] = []
        for (const cut of [...cuts, text.length]) {
          for (const one of splitter.feed(text.slice(0, cut))) found.push(JSON.parse(one))
          text = text.slice(cut)
        }
        expect(found).toEqual(values.map((value) => JSON.parse(JSON.stringify(value))))
        expect(splitter.rest()).toBe('')
      }),
    )
  })
  it('are cut at LF only', () => {
    expect([...lineSplitter().feed('a\u2028b\r\nc\n')]).toEqual(['a\u2028b\r', 'c'])
  })
  it('keep what is unfinished, but not without bound', () => {
    const splitter = lineSplitter(10)
    expect([...splitter.feed('12345')]).toEqual([])
    expect(splitter.rest()).toBe('12345')
    expect(() => [...splitter.feed('6789012')]).toThrow(RangeError)
    expect([...lineSplitter(10).feed(`${'x'.repeat(50)}\n`)]).toEqual(['x'.repeat(50)])
  })
})

describe('a clipping', () => {
  it('is the text itself when it fits', () => expect(clip('abc', 3)).toEqual({text: 'abc', totalChars: 3, cutChars: 0}))
  it('keeps the start and the end, says what is gone, and cuts no letter in two', () => {
    fc.assert(
      fc.property(fc.array(anyText, {maxLength: 60}), fc.integer({min: 30, max: 300}), (rows, max) => {
        const text = rows.join('\n')
        const {text: kept, totalChars, cutChars} = clip(text, max)
        expect(totalChars).toBe(text.length)
        if (text.length <= max) {
          expect(kept).toBe(text)
          return
        }
        const [head = '', tail = ''] = kept.split(`\n[… ${cutChars} characters left out …]\n`)
        expect(text.startsWith(head)).toBe(true)
        expect(text.endsWith(tail)).toBe(true)
        expect(head.length + tail.length + cutChars).toBe(text.length)
        if (text.isWellFormed()) expect(kept.isWellFormed()).toBe(true)
      }),
    )
  })
  it('cuts at the end of a line where one is near', () => {
    const text = Array.from({length: 100}, (_, at) => `line ${at}`).join('\n')
    expect(clip(text, 300).text).toMatch(/^line 0\n[\s\S]*line \d+\n\[… \d+ characters left out …\]\nline \d+\n[\s\S]*line 99$/)
  })
})

describe('names', () => {
  const dice = (bytes: number): Uint8Array => new Uint8Array(bytes).map((_, at) => at * 17)
  it('have the length and letters that others count on', () => {
    expect(newRunId(dice)).toMatch(/^r_[0-9abcdefghjkmnpqrstvwxyz]{16}$/)
    expect(newTraceId(dice)).toMatch(/^[0-9a-f]{32}$/)
    expect(newSpanId(dice)).toMatch(/^[0-9a-f]{16}$/)
    expect([taskId(1), agentId(2), patchId(3), askId(4)]).toEqual(['t_1', 'a_2', 'p_3', 'q_4'])
  })
})
