import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {looseJson, looseValues} from '../../../engine/tool/dialect-loose.ts'

const read = (text: string, mayEnd = false): unknown => looseJson(text, 0, mayEnd)?.value

const json = fc.jsonValue({maxDepth: 4}).filter((value) => typeof value === 'object' && value !== null && !JSON.stringify(value).includes('__proto__'))

describe('loose JSON', () => {
  it('is JSON first of all', () => {
    fc.assert(
      fc.property(json, fc.constantFrom(undefined, 2), (value, space) => {
        const text = JSON.stringify(value, null, space)
        expect(looseJson(text, 0, false)).toEqual({value: JSON.parse(text), end: text.length})
      }),
      {numRuns: 500},
    )
  })

  it('makes no value of a part of one', () => {
    fc.assert(
      fc.property(json, fc.double({min: 0, max: 0.999, noNaN: true}), (value, share) => {
        const text = JSON.stringify(value)
        expect(looseJson(text.slice(0, Math.floor(text.length * share)), 0, false)).toBeUndefined()
      }),
      {numRuns: 500},
    )
  })

  it('never throws, and never reads past its text', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"', "'", '“', '”', ':', ',', '=', '\\', 'a', '1', 'True', '//', '/*', '*/', '\n', ' ', '{"a":', '\\u00')
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({maxLength: 4})), {maxLength: 30}), fc.boolean(), (parts, mayEnd) => {
        const text = parts.join('')
        expect(looseJson(text, 0, mayEnd)?.end ?? 0).toBeLessThanOrEqual(text.length)
        looseValues(text, mayEnd)
      }),
      {numRuns: 1500},
    )
  })

  it.each([
    ["{'a': 'it is \"b\"'}", {a: 'it is "b"'}],
    ["{'a': 'don't'}", {a: "don't"}],
    ['{a: 1, b: [2, 3,],}', {a: 1, b: [2, 3]}],
    ['{“a”: “b”}', {a: 'b'}],
    ['{"a": True, "b": None, "c": false}', {a: true, b: null, c: false}],
    ['{"a" "b"}', undefined],
    ['{"a": "x" "b": 2}', undefined],
    ['{"a": 1 "b": 2}', {a: 1, b: 2}],
    ['{"a": "one\ntwo"}', {a: 'one\ntwo'}],
    ['{"a": "say "hi" to all"}', {a: 'say "hi" to all'}],
    ['{"a": 1, // why\n "b": 2 /* and */}', {a: 1, b: 2}],
    ['{{"a": 1}}', {a: 1}],
    ['{"a": \\u0041}', undefined],
    ['{"a": "\\u0041\\d"}', {a: 'A\\d'}],
    ['{"__proto__": {"x": 1}}', undefined],
    ['{"a": bare}', undefined],
  ])('reads %j', (text, value) => {
    expect(read(text)).toEqual(value)
  })

  it('closes what a mark has ended, and never a text', () => {
    expect(read('{"a": {"b": 1', true)).toEqual({a: {b: 1}})
    expect(read('{"a": {"b": 1')).toBeUndefined()
    expect(read('{"a": "b', true)).toBeUndefined()
    expect(looseValues('{"a": 1}}]', true)).toEqual([{a: 1}])
    expect(looseValues('{"a": 1} and more', true)).toBeUndefined()
  })

  it('stays quick on long text', () => {
    const begun = performance.now()
    looseJson(`{"a": "${'" x '.repeat(200_000)}`, 0, true)
    looseJson('['.repeat(100_000), 0, true)
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})
