// Repairs without a model, over fake ports: what is adopted, what is not, and that nothing of it can end a run.

import {describe, expect, it} from 'vitest'
import type {MendPorts, Proposal} from '../../../engine/crew/mend.ts'
import {memoryBlobs} from '../../kit/blobs.ts'
import {memoryFiles, resultOf, scene, settled} from './kit.ts'

const proposal = (writes: Record<string, string>): Proposal => ({by: 'embedded/search', why: 'a slip', writes: new Map(Object.entries(writes)), wallMs: 5})

/** A crew whose coder has written `two`, of which the checks are red; `trials` are the checks of what is proposed. */
const play = async (trials: boolean[], proposals: Proposal[] | Error, more: Partial<MendPorts> = {}) => {
  const asked: string[][] = []
  const applied: string[] = []
  const held: {put?: (path: string, text: string) => void} = {}
  const mends: MendPorts = {
    isWorth: () => true,
    propose: async function* ({files}) {
      asked.push(files)
      if (proposals instanceof Error) throw proposals
      yield* proposals
    },
    trial: (site, writes) => {
      const {tracker} = memoryFiles(memoryBlobs(), {'a.js': 'two', ...Object.fromEntries(writes)})
      return {site: {...site, tracker, inPlace: false}, dispose: () => undefined}
    },
    apply: (changes) => {
      for (const {path} of changes) {
        applied.push(path)
        held.put?.(path, 'three')
      }
      return {changes: [...changes], conflicts: []}
    },
    summarize: (changes) => changes.map(({path}) => ({path, change: 'changed' as const, add: 1, del: 1})),
    ...more,
  }
  const checks = [resultOf(false, 'red one'), ...trials.map((passed) => resultOf(passed, passed ? 'green' : 'still red')), resultOf(true)]
  const one = scene({ports: {mends}, checks})
  held.put = (path, text) => void one.files.held.set(path, text)
  const coder = await one.start()
  await one.edit(coder, 'c1', () => one.files.held.set('a.js', 'two'))
  coder.handOver()
  await settled()
  await settled()
  return {play: one, coder, asked, applied}
}

describe('between a red check and the model', () => {
  it('what is green on a copy is adopted, and the model is not asked', async () => {
    const {play: one, coder, asked, applied} = await play([true], [proposal({'a.js': 'three'})])
    expect(await one.crew.ended).toMatchObject({outcome: 'done', reason: expect.stringContaining('repaired without a model: a slip')})
    expect(asked).toEqual([['a.js']])
    expect(applied).toEqual(['a.js'])
    expect(coder.assignments).toHaveLength(1)
    expect(one.bodies('patch.proposed')).toMatchObject([{patch: 'm_1_1', by: 'embedded/search', usage: {input: 0, output: 0, calls: 0, usd: 0}}])
    expect(one.bodies('patch.adopted')).toMatchObject([{patch: 'm_1_1', candidate: 1, changes: [{path: 'a.js'}]}])
  })

  it('what is red on a copy is dropped, and the model is asked as before', async () => {
    const {play: one, coder, applied} = await play([false], [proposal({'a.js': 'three'})])
    expect(applied).toEqual([])
    expect(one.bodies('patch.dropped')).toMatchObject([{patch: 'm_1_1', why: expect.stringContaining('still red')}])
    expect(coder.assignments[1]).toMatchObject({step: {phase: 'repair', attempt: 2}})
    expect(coder.assignments[1]?.brief).toContain('it is red one')
  })

  it.each<[string, Proposal[] | Error, Partial<MendPorts>]>([
    ['files that the task has not changed', [proposal({'b.js': 'three'})], {}],
    ['nothing', [], {}],
    ['a bug of its own', new Error('broken'), {}],
    [
      'a copy that cannot be laid',
      [proposal({'a.js': 'three'})],
      {
        trial: () => {
          throw new Error('disk')
        },
      },
    ],
  ])('%s changes nothing, and the model is asked as before', async (_what, proposals, more) => {
    const {play: one, coder, applied} = await play([], proposals, more)
    expect(applied).toEqual([])
    expect(one.bodies('patch.adopted')).toEqual([])
    expect(coder.assignments[1]).toMatchObject({step: {phase: 'repair'}})
  })

  it('nothing is tried where the model is cheaper, and a conflict drops what was found', async () => {
    const cheaper = await play([], [proposal({'a.js': 'three'})], {isWorth: () => false})
    expect(cheaper.asked).toEqual([])
    expect(cheaper.coder.assignments).toHaveLength(2)
    const meanwhile = await play([true], [proposal({'a.js': 'three'})], {apply: () => ({changes: [], conflicts: ['a.js']})})
    expect(meanwhile.play.bodies('patch.dropped')).toMatchObject([{why: expect.stringContaining('changed meanwhile')}])
    expect(meanwhile.coder.assignments).toHaveLength(2)
  })
})
