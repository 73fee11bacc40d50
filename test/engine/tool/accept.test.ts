// What is accepted without zod is what zod accepts, with the same value.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {z} from 'zod'
import type {Lazy} from '../../../engine/contract/plugin.ts'
import type {AnyTool} from '../../../engine/contract/tool.ts'
import {accept} from '../../../engine/tool/accept.ts'
import {sketchOf} from '../../../engine/tool/sketch.ts'
import ask from '../../../plugins/ask/plugin.ts'
import files from '../../../plugins/files/plugin.ts'
import gates from '../../../plugins/gates/plugin.ts'
import git from '../../../plugins/git/plugin.ts'
import search from '../../../plugins/search/plugin.ts'
import shell from '../../../plugins/shell/plugin.ts'

const lazies: Lazy<AnyTool> = Object.assign({}, ...[files, search, shell, git, ask, gates].map((plugin) => plugin.tools))
const words = ['path', 'text', 'command', 'tasks', 'title', 'state', 'old', 'new', 'all', 'from', 'do', 'args', 'id', 'after', 'question', 'done', 'log', 'x']
const leaf = fc.oneof(fc.constantFrom<unknown>(null, true, false, 0, -0, 1.5, Number.NaN, 2 ** 60, 'open', 'log', ''), fc.string({maxLength: 4}), fc.integer())
const input = fc.letrec<{value: unknown}>((tie) => ({
  value: fc.oneof(
    {maxDepth: 3},
    leaf,
    fc.array(tie('value'), {maxLength: 3}),
    fc.dictionary(fc.constantFrom(...words), tie('value'), {maxKeys: 4, noNullPrototype: true}),
  ),
})).value

/** Inputs near what a tool takes: mostly right, with something odd here and there. */
const near = (schema: Record<string, unknown>): fc.Arbitrary<unknown> => {
  if (schema.type === 'object') {
    const properties = Object.entries(schema.properties as Record<string, Record<string, unknown>>)
    const record = fc.record(Object.fromEntries(properties.map(([name, inner]) => [name, near(inner)])), {
      requiredKeys: (schema.required ?? []) as string[],
      noNullPrototype: true,
    })
    return fc.oneof(
      {weight: 6, arbitrary: record},
      {weight: 1, arbitrary: fc.tuple(record, leaf).map(([value, odd]) => ({...value, x: odd}))},
      {weight: 1, arbitrary: input},
    )
  }
  if (schema.type === 'array')
    return fc.oneof({weight: 6, arbitrary: fc.array(near(schema.items as Record<string, unknown>), {maxLength: 3})}, {weight: 1, arbitrary: input})
  if (Array.isArray(schema.enum)) return fc.oneof({weight: 6, arbitrary: fc.constantFrom(...(schema.enum as string[]))}, {weight: 1, arbitrary: leaf})
  const right: Record<string, fc.Arbitrary<unknown>> = {string: fc.string({maxLength: 5}), number: fc.double(), integer: fc.integer(), boolean: fc.boolean()}
  return fc.oneof({weight: 8, arbitrary: right[String(schema.type)] as fc.Arbitrary<unknown>}, {weight: 1, arbitrary: leaf})
}

describe('an input accepted without zod', () => {
  it.each(Object.keys(lazies))('of %s is one that zod accepts, as zod returns it', async (name) => {
    const tool = (await (lazies[name] as Lazy<AnyTool>[string])()).default
    const sketch = sketchOf(tool.takes)
    const validator = tool.takes(z)
    let accepted = 0
    fc.assert(
      fc.property(near(sketch), (value) => {
        const mine = accept(sketch, value)
        const theirs = validator.safeParse(value)
        if (!mine) return
        accepted += 1
        expect(theirs.success).toBe(true)
        expect(JSON.stringify(mine.value)).toBe(JSON.stringify(theirs.data))
      }),
      {numRuns: 150},
    )
    expect(accepted).toBeGreaterThan(10)
  })

  it('keeps to every bound that a schema can have', () => {
    const takes = (zod: typeof z) =>
      zod.object({s: zod.string().min(2).max(3), n: zod.number().min(1).max(2), i: zod.number().int().min(0), a: zod.array(zod.boolean()).min(1).max(2)})
    const sketch = sketchOf(takes as unknown as Parameters<typeof sketchOf>[0])
    const right = {s: 'ab', n: 1.5, i: 3, a: [true]}
    expect(accept(sketch, right)?.value).toEqual(right)
    const wrong: unknown[] = [
      {s: 'a'},
      {s: 'abcd'},
      {n: 0.9},
      {n: 2.1},
      {n: Number.POSITIVE_INFINITY},
      {i: 1.5},
      {i: -1},
      {i: 2 ** 60},
      {a: []},
      {a: [true, false, true]},
      {a: [1]},
    ]
    for (const part of wrong) {
      const value = {...right, ...(part as object)}
      expect(accept(sketch, value)).toBeUndefined()
      expect(takes(z).safeParse(value).success).toBe(false)
    }
  })

  it('is never told by a sketch that leaves a default out', () => {
    expect(() => sketchOf(((zod: typeof z) => zod.object({n: zod.number().default(3)})) as unknown as Parameters<typeof sketchOf>[0])).toThrow(TypeError)
  })
})
