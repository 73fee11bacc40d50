// Faults that a single edit of one file does not reach: two at once, and tests that never end.
import {afterEach, describe, expect, it, vi} from 'vitest'
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
  it('repairs two faults in two files one after the other', async () => {
    const finding = await findIn(
      {
        'package.json': '{"name": "two"}',
        'a.js': 'exports.isAdult = (age) => {\n  return age > 18\n}\n',
        'b.js':
          "const {isAdult} = require('./a')\nexports.sum = (xs) => {\n  let total = 0\n  for (let i = 1; i < xs.length; i++) total += xs[i]\n  return total\n}\nexports.adults = (xs) => xs.filter(isAdult)\n",
        'test/a.test.js': `${head}const {isAdult} = require('../a')\nconst {sum, adults} = require('../b')\ntest('at the bound', () => assert.equal(isAdult(18), true))\ntest('below', () => assert.equal(isAdult(17), false))\ntest('adults', () => assert.deepEqual(adults([17, 18, 30]), [18, 30]))\ntest('sum', () => assert.equal(sum([1, 2, 3]), 6))\ntest('one', () => assert.equal(sum([5]), 5))\ntest('none', () => assert.equal(sum([]), 0))\n`,
      },
      30,
    )
    expect(finding.state).toBe('fixed')
    expect(finding.finalists).toEqual([])
    expect(finding.steps?.map((one) => one.path).sort()).toEqual(['a.js', 'b.js'])
  })

  it('finds the fault of a test that never ends', async () => {
    const finding = await findIn(
      {
        'package.json': '{"name": "endless"}',
        'walk.js':
          'exports.reach = (edges, start) => {\n  const seen = new Set([start])\n  const queue = [start]\n  while (queue.length > 0) {\n    const node = queue.shift()\n    for (const [from, to] of edges) {\n      if (from !== node && seen.has(to)) continue\n      seen.add(to)\n      queue.push(to)\n    }\n  }\n  return [...seen].sort()\n}\n',
        'test/walk.test.js': `${head}const {reach} = require('../walk')\ntest('a ring', () => assert.deepEqual(reach([['a', 'b'], ['b', 'c'], ['c', 'a'], ['x', 'y']], 'a'), ['a', 'b', 'c']))\ntest('none', () => assert.deepEqual(reach([], 'a'), ['a']))\n`,
      },
      30,
    )
    expect(finding.state).toBe('fixed')
    expect(finding.finalists?.[0]).toMatchObject({path: 'walk.js', say: '`&&` should be `||`'})
  })
})
