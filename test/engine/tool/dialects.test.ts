// The corpus of leaked calls, and of what only looks like one. Each case is text, the calls in it, and what is left.

import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {ToolSpec} from '../../../engine/contract/model.ts'
import {recoverCalls} from '../../../engine/tool/dialects.ts'

interface Case {
  name: string
  text: string
  calls: {tool: string; input: Record<string, unknown>}[]
  rest: string
}

const text = {type: 'string'}
const spec = (name: string, properties: Record<string, unknown>, required: string[]): ToolSpec => ({
  name,
  does: '',
  input: {type: 'object', properties, required},
})
const tools: ToolSpec[] = [
  spec('read', {path: text, from: {type: 'integer'}}, ['path']),
  spec('list', {path: text}, []),
  spec('search', {pattern: text, path: text}, ['pattern']),
  spec('edit', {path: text, old: text, new: text}, ['path', 'old', 'new']),
  spec('write', {path: text, text}, ['path', 'text']),
  spec('shell', {command: text}, ['command']),
]

const folder = join(import.meta.dirname, 'corpus')
const corpus = readdirSync(folder).map((file) => ({file, cases: JSON.parse(readFileSync(join(folder, file), 'utf8')) as Case[]}))
const all = corpus.flatMap(({cases}) => cases)

describe.each(corpus)('$file', ({cases}) => {
  it.each(cases)('$name', ({text, calls, rest}) => {
    const found = recoverCalls(text, tools)
    expect(found.calls.map(({tool, input}) => ({tool, input: JSON.parse(input)}))).toEqual(calls)
    expect(found.text).toBe(rest)
  })
})

describe('recovering', () => {
  it('has a corpus worth the name', () => {
    expect(all.length).toBeGreaterThanOrEqual(60)
    expect(all.filter(({calls}) => calls.length === 0).length).toBeGreaterThanOrEqual(25)
  })

  it('takes only tools that are offered', () => {
    for (const {text} of all) expect(recoverCalls(text, []).calls).toEqual([])
  })

  it('leaves broken JSON between whole tags to be mended', () => {
    const found = recoverCalls('<tool_call>\n{"name": "write", "arguments": {"path": "a.py", "text": "say "hi""}}\n</tool_call>', tools)
    expect(found.calls).toHaveLength(1)
    expect(found.calls[0]?.input).toContain('say "hi"')
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
