// The corpus of leaked calls, and of what only looks like one. Each case is text, the calls in it, and what is left.

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {recoverCalls} from '../../../engine/tool/dialects.ts'
import {corpus, figures, invented, play, playAll, corpusTools as tools} from '../../kit/dialect-corpus.ts'

const all = corpus.flatMap(({cases}) => cases)
const withCalls = all.filter(({calls}) => calls.length > 0)

describe.each([...corpus])('$file', ({file, cases}) => {
  it.each(cases)('$name', async (one) => {
    const {got, left, calls, rest, right} = await play(file, one)
    expect({got, left}, 'after repair').toEqual({got: right ? got : calls, left: rest})
    expect(right).toBe(true)
  })
})

describe('the corpus', () => {
  it('is large, nearly all of it is right, and no call is invented', async () => {
    const played = await playAll()
    const right = played.filter((one) => one.calls.length > 0 && one.right)
    expect(withCalls.length).toBeGreaterThanOrEqual(150)
    expect(all.length - withCalls.length).toBeGreaterThanOrEqual(50)
    expect(right.length / withCalls.length).toBeGreaterThanOrEqual(0.98)
    expect(played.reduce((sum, one) => sum + invented(one), 0)).toBe(0)
    const page = readFileSync(join(import.meta.dirname, '../../../docs/dialects.md'), 'utf8')
    expect(page, 'node test/kit/dialect-corpus.ts writes it').toContain(figures(played))
  })

  const shown: [string, (text: string) => string][] = [
    ['in a fence with words after it', (text) => `The log holds this:\n\n~~~~~\n${text}\n~~~~~\n\nThat is all.`],
    ['quoted', (text) => `It said:\n\n${text.replace(/^/gm, '> ')}\n\nThat is all.`],
    ['indented as code', (text) => `It said:\n\n${text.replace(/^/gm, '    ')}\n\nThat is all.`],
    ['inside a sentence that explains', (text) => `Models may write ${text.replace(/\s*\n\s*/g, ' ')} into their answers, and a parser must know it.`],
    ['as an example with an explanation', (text) => `For example, a model writes it so:\n\n${text}\n\nThe server then parses it.`],
  ]
  it.each(shown)('invents nothing from a call that is shown %s', (_how, wrap) => {
    for (const {name, text} of withCalls) expect(recoverCalls(wrap(text), tools).calls, name).toEqual([])
  })

  it('finds marked calls after a sentence as well', () => {
    const marked = withCalls.filter(({text, rest}) => rest === '' && /^(?:<|\[TOOL)/.test(text))
    expect(marked.length).toBeGreaterThan(80)
    for (const {name, text, calls} of marked) expect(recoverCalls(`I look at it now.\n\n${text}`, tools).calls.length, name).toBe(calls.length)
  })
})

describe('recovering', () => {
  it('takes only tools that are offered', () => {
    for (const {text} of all) expect(recoverCalls(text, []).calls).toEqual([])
  })

  it('mends quotes that were not escaped', () => {
    const found = recoverCalls('<tool_call>\n{"name": "write", "arguments": {"path": "a.py", "text": "say "hi""}}\n</tool_call>', tools)
    expect(found.calls).toHaveLength(1)
    expect(JSON.parse(found.calls[0]?.input ?? '')).toEqual({path: 'a.py', text: 'say "hi"'})
  })

  it('finds nothing in the pieces of a call but the whole of it', () => {
    for (const {text, calls} of all.filter((one) => one.calls.length === 1 && !one.text.includes('```'))) {
      for (const cut of [0.3, 0.5, 0.7]) {
        const part = recoverCalls(text.slice(0, Math.floor(text.length * cut)), tools)
        for (const call of part.calls) expect(JSON.parse(call.input)).toEqual(calls[0]?.input)
      }
    }
  })

  const pieces = all.flatMap(({text}) => text.match(/<[^>]*>|[{}[\]"]|\w+|\s+|[^\w\s]/g) ?? [])

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({maxLength: 6})), {maxLength: 60}), (parts) => {
        const found = recoverCalls(parts.join(''), tools)
        for (const {tool, input} of found.calls) {
          expect(tools.some(({name}) => name === tool)).toBe(true)
          expect(typeof input).toBe('string')
        }
      }),
      {numRuns: 600},
    )
  })

  it('invents nothing from prose without marks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('read', 'the', 'file', 'src/a.ts', 'with', 'shell', '.', '\n', 'path', '=', '"a"', ':', '(', ')'), {maxLength: 40}),
        (words) => {
          expect(recoverCalls(`I ${words.join(' ')}`, tools).calls).toEqual([])
        },
      ),
      {numRuns: 300},
    )
  })

  it('stays quick on long text full of tags', () => {
    const long = '<div><span>x</span></div>\n<read><b>\n'.repeat(4000)
    const begun = performance.now()
    expect(recoverCalls(long, tools).calls).toEqual([])
    expect(performance.now() - begun).toBeLessThan(2000)
  })
})
