// Faults that a single edit of one file does not reach: two at once, and tests that never end.
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {evalCandidates} from '../../../plugins/embedded/eval-candidates.ts'
import {type Finding, findingIn} from '../../../plugins/embedded/finding.ts'
import {type Files, type Stage, stageOf} from './kit.ts'

vi.setConfig({testTimeout: 90_000})
let stage: Stage | undefined
afterEach(() => stage?.dispose())

const findIn = async (files: Files, seconds: number): Promise<Finding> => {
  stage = stageOf(files, {command: 'node --test'})
  const told = await evalCandidates.run({seconds}, stage.site)
  const finding = findingIn(told.model)
  if (!finding) throw new Error(`not a finding: ${told.model.slice(0, 300)}`)
  return finding
}
const head = "const test = require('node:test')\nconst assert = require('node:assert')\n"

describe('eval_candidates', () => {
  it('finds the fault of a test that never ends', async () => {
    const finding = await findIn(
      {
        'package.json': '{"name": "endless"}',
        'walk.js':
          'exports.reach = (edges, start) => {\n  const seen = new Set([start])\n  const queue = [start]\n  while (queue.length > 0) {\n    const node = queue.shift()\n    for (const [from, to] of edges) {\n      if (from !== node && seen.has(to)) continue\n      seen.add(to)\n      queue.push(to)\n    }\n  }\n  return [...seen].sort()\n}\n',
        'test/walk.test.js': `${head}const {reach} = require('../walk')\ntest('a ring', () => assert.deepEqual(reach([['a', 'b'], ['b', 'c'], ['c', 'a'], ['x', 'y']], 'a'), ['a', 'b', 'c']))\ntest('none', () => assert.deepEqual(reach([], 'a'), ['a']))\n`,
      },
      15,
    )
    expect(finding.state).toBe('fixed')
    expect(finding.finalists?.[0]).toMatchObject({path: 'walk.js', say: '`&&` should be `||`'})
  })
})

const {stepwise} = await import(new URL('../../../plugins/embedded/asset/step.mjs', import.meta.url).href)
const {basesOf} = await import(new URL('../../../plugins/embedded/asset/hunt.mjs', import.meta.url).href)

describe('two faults', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'faults-'))
    writeFileSync(join(root, 'a.js'), 'wrong a')
    writeFileSync(join(root, 'b.js'), 'wrong b')
  })
  afterEach(() => rmSync(root, {recursive: true, force: true}))
  const text = (name: string): string => readFileSync(join(root, name), 'utf8')
  const second = {path: 'b.js', old: 'wrong b', new: 'right b'}
  const run = async (command: string, finalists: unknown[], left = 60_000) => {
    const seen: string[] = []
    const base = {candidate: {path: join(root, 'a.js')}, after: 'right a', told: {path: 'a.js'}}
    const repair = async () => {
      seen.push(text('a.js'))
      return {tried: 5, plausible: finalists.length, finalists}
    }
    const found = await stepwise({state: 'unfixed', tried: 10, reached: 7}, [base], {
      left: () => left,
      open: async () => ({close: () => undefined}),
      repair,
      place: {root, cwd: root, command},
    })
    expect([text('a.js'), text('b.js')]).toEqual(['wrong a', 'wrong b'])
    return {found, seen}
  }

  it('are repaired one after the other, and both edits are told', async () => {
    const {found, seen} = await run('grep -q right a.js && grep -q right b.js', [second])
    expect(seen).toEqual(['right a'])
    expect(found).toMatchObject({state: 'fixed', tried: 15, finalists: [], steps: [{path: 'a.js'}, second]})
  })

  it('are one where the second edit passes alone', async () => {
    const {found} = await run('grep -q wrong a.js && grep -q right b.js', [second])
    expect(found).toMatchObject({state: 'fixed', finalists: [second]})
    expect(found.steps).toBeUndefined()
  })

  it('stay as they were where no second edit is found, or no time is left', async () => {
    expect((await run('true', [])).found).toEqual({state: 'unfixed', reached: 7, tried: 20})
    expect((await run('true', [second], 2000)).found).toEqual({state: 'unfixed', reached: 7, tried: 10})
  })

  it('were one after all where a single edit is found later, from where the first round was left', async () => {
    const asked: unknown[] = []
    const single = {path: 'a.js', old: 'wrong a', new: 'good a'}
    const found = await stepwise({state: 'unfixed', tried: 10, reached: 7}, [{candidate: {path: join(root, 'a.js')}, after: 'right a', told: {path: 'a.js'}}], {
      left: () => 60_000,
      until: 99,
      open: async () => ({close: () => undefined}),
      repair: async ({step}: {step: {from?: number}}) => {
        asked.push([step.from, text('a.js')])
        return step.from === undefined ? {state: 'unfixed', tried: 5} : {state: 'fixed', tried: 3, finalists: [single]}
      },
      place: {root, cwd: root, command: 'true'},
    })
    expect(asked).toEqual([
      [undefined, 'right a'],
      [7, 'wrong a'],
    ])
    expect(found).toMatchObject({state: 'fixed', tried: 18, finalists: [single]})
  })

  it('begin with the edit that fixes most and breaks nothing', () => {
    const one = (fixed: number, rank: number, broke = 0, done = true) => ({fixed: Array(fixed).fill('t'), candidate: {rank}, broke, done})
    const bases = basesOf({partial: [one(1, 0.4), one(2, 0.9), one(2, 0.5), one(3, 0.1, 1), one(3, 0.1, 0, false)]})
    expect(bases.map((base: {fixed: string[]; candidate: {rank: number}}) => [base.fixed.length, base.candidate.rank])).toEqual([
      [2, 0.5],
      [2, 0.9],
      [1, 0.4],
    ])
  })
})
