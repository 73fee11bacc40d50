// The shelf, and what the built-in tools cost a request.

import {describe, expect, it} from 'vitest'
import {z} from 'zod'
import type {Lazy} from '../../../engine/contract/plugin.ts'
import type {AnyTool} from '../../../engine/contract/tool.ts'
import {openShelf} from '../../../engine/tool/shelf.ts'
import {compactSchema, sketchOf} from '../../../engine/tool/sketch.ts'
import ask from '../../../plugins/ask/plugin.ts'
import files from '../../../plugins/files/plugin.ts'
import git from '../../../plugins/git/plugin.ts'
import search from '../../../plugins/search/plugin.ts'
import shell from '../../../plugins/shell/plugin.ts'

const lazies: Lazy<AnyTool> = Object.assign({}, ...[files, search, shell, git, ask].map((plugin) => plugin.tools))
const names = ['read', 'edit', 'write', 'apply_patch', 'list', 'search', 'shell', 'git', 'ask', 'plan', 'finish']

describe('the shelf', () => {
  it('holds the tools under their fixed names', () => {
    expect([...openShelf(lazies).names].sort()).toEqual([...names].sort())
  })

  it('describes them in little room', async () => {
    const specs = await openShelf(lazies).spec(names)
    expect(specs.map(({name}) => name)).toEqual(names)
    expect(JSON.stringify(specs).length).toBeLessThan(2800)
    expect(JSON.stringify(specs)).not.toMatch(/\$schema|additionalProperties|9007199254740991/)
  })

  it.each(names)('reads %s without zod as zod would', async (name) => {
    const tool = (await openShelf(lazies).get(name)) as AnyTool
    expect(tool.name).toBe(name)
    expect(sketchOf(tool.takes)).toEqual(compactSchema(z.toJSONSchema(tool.takes(z), {io: 'input'})))
  })

  it('asks zod for what it cannot read itself', async () => {
    const odd: AnyTool = {
      name: 'odd',
      does: '',
      takes: (zod) => zod.object({default: zod.union([zod.string(), zod.number().int()]).optional(), many: zod.record(zod.string(), zod.number())}),
      needs: () => [],
      touches: () => [],
      run: async () => ({model: '', line: '', result: {}}),
    }
    expect(() => sketchOf(odd.takes)).toThrow(TypeError)
    const [spec] = await openShelf({odd: async () => ({default: odd})}).spec(['odd'])
    expect(spec?.input).toMatchObject({type: 'object', properties: {default: {anyOf: [{type: 'string'}, {type: 'integer'}]}}, required: ['many']})
  })

  it('leaves out what it does not have, and loads each once', async () => {
    let loads = 0
    const counted: Lazy<AnyTool> = {
      read: async () => {
        loads += 1
        return (lazies.read as Lazy<AnyTool>[string])()
      },
    }
    const shelf = openShelf(counted)
    expect(shelf.isParallel('read')).toBe(false)
    await Promise.all([shelf.spec(['read', 'absent']), shelf.get('read')])
    expect((await shelf.spec(['absent', 'read'])).map(({name}) => name)).toEqual(['read'])
    expect(loads).toBe(1)
    expect(shelf.isParallel('read')).toBe(true)
    expect(await shelf.get('toString')).toBeUndefined()
  })
})
