// Candidates that are tried side by side: verdicts come in the order of asking whoever is faster, a lane that sees other
// results takes no part, and nothing is left when the search ends.
import {existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {parserFiles} from '../../../plugins/embedded/asset.ts'
import {lanesFor} from '../../../plugins/embedded/eval-candidates.ts'

const asset = (name: string): string => new URL(`../../../plugins/embedded/asset/${name}`, import.meta.url).href
const {lanesOf} = await import(asset('lanes.mjs'))
const {hunt} = await import(asset('hunt.mjs'))
const {copiesOf} = await import(asset('copies.mjs'))
const {openNodeDriver} = await import(asset('node-driver.mjs'))
const {openParser} = await import(asset('parse.mjs'))

interface Candidate {
  path: string
  edits: unknown[]
  rank: number
  line: number
}
interface Verdict {
  passed: string[]
  failed: string[]
  broke: string[]
  done: boolean
}
const plan = [
  {file: '/p/a.js', names: ['red'], must: true},
  {file: '/p/a.js', names: ['green'], must: false},
]
const unchanged = {passed: ['green'], failed: [], broke: [], done: true}
const space: Candidate[] = Array.from({length: 200}, (_, rank) => ({path: '/p/a.js', edits: [rank], rank: rank / 100, line: rank}))

/** A driver that is as slow as `delayMs` says; every candidate whose rank is in `good` makes the tests green. */
const fakeDriver = (good: readonly number[], delayMs: (at: number) => number, seen: number[] = []) => {
  const state = {closed: false, active: 0, most: 0}
  return {
    state,
    seen,
    evaluate: async ({edits}: Candidate): Promise<Verdict> => {
      state.active += 1
      state.most = Math.max(state.most, state.active)
      const [at] = edits as number[]
      if (at !== undefined) seen.push(at)
      await new Promise((done) => setTimeout(done, delayMs(at ?? 0)))
      state.active -= 1
      if (at === undefined) return unchanged
      const isGood = good.includes(at)
      return {passed: isGood ? ['red', 'green'] : [], failed: isGood ? [] : ['red'], broke: [], done: isGood}
    },
    close: () => {
      state.closed = true
    },
  }
}

const search = async (first: ReturnType<typeof fakeDriver>, others: ReturnType<typeof fakeDriver>[]) => {
  const lanes = lanesOf(first, () => plan)
  if (others.length > 0)
    lanes.grow(
      others.map((one) => async () => one),
      '/p/a.js',
    )
  await new Promise((done) => setImmediate(done))
  const budget = {until: () => Number.POSITIVE_INFINITY, patient: true, stepAt: Number.POSITIVE_INFINITY}
  const state = await hunt({space, lanes, grow: () => undefined, failing: ['red'], budget, onProgress: () => undefined})
  await lanes.end()
  return state.plausible.map((one: {candidate: Candidate}) => one.candidate.edits[0])
}

describe('lanes', () => {
  it.each([[[7, 90]], [[0]], [[55, 56, 57]], [[]]])('find what one lane finds, in its order: %j', async (good) => {
    const alone = await search(
      fakeDriver(good, () => 0),
      [],
    )
    const first = fakeDriver(good, (at) => (at * 7) % 5)
    const others = [fakeDriver(good, (at) => (at * 3) % 4), fakeDriver(good, (at) => (at % 11 === 0 ? 12 : 0))]
    expect(await search(first, others)).toEqual(alone)
    for (const one of others) expect([one.state.closed, one.state.most, one.seen.length > 10]).toEqual([true, 1, true])
    expect(first.state).toEqual({closed: false, active: 0, most: 1})
    const all = [first, ...others].flatMap((one) => one.seen)
    expect(new Set(all).size).toBe(all.length)
  })

  it('leave one out that sees other results, and one that does not start', async () => {
    const odd = {...fakeDriver([], () => 0), evaluate: async () => ({passed: [], failed: ['green'], broke: [], done: true})}
    const first = fakeDriver([3], () => 0)
    expect(await search(first, [odd])).toEqual([3])
    expect(odd.state.closed).toBe(true)
    const lanes = lanesOf(first, () => plan)
    lanes.grow([async () => Promise.reject(new Error('no room'))], '/p/a.js')
    await lanes.end()
    expect(lanes.ahead()).toBe(0)
  })

  it('are as many as cores and memory allow, four at most', () => {
    const gib = 1024 ** 3
    expect([lanesFor(1, 9 * gib), lanesFor(2, 9 * gib), lanesFor(16, 99 * gib), lanesFor(8, 2.5 * gib), lanesFor(8, 0)]).toEqual([1, 2, 4, 2, 1])
  })
})

describe('a second copy', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'lanes-')))
  afterAll(() => rmSync(base, {recursive: true, force: true}))

  it('gives the verdicts of the first under its names, and is gone in the end', async () => {
    const source = join(base, 'project')
    mkdirSync(source)
    writeFileSync(join(source, 'package.json'), '{"type": "module"}')
    writeFileSync(join(source, 'a.js'), 'export const add = (a, b) => a - b\nexport const one = () => 1\n')
    writeFileSync(
      join(source, 'a.test.js'),
      "import assert from 'node:assert'\nimport {test} from 'node:test'\nimport {add, one} from './a.js'\ntest('adds', () => assert.equal(add(2, 3), 5))\ntest('is one', () => assert.equal(one(), 1))\n",
    )
    const copies = copiesOf(source, [join(base, 'tree')])
    const root = copies.lay()
    const parser = await openParser(parserFiles())
    await parser.ready(['a.js'])
    const [path, file] = [join(root, 'a.js'), join(root, 'a.test.js')]
    const driver = openNodeDriver({root, cwd: root, files: [file], runner: 'node:test', extensions: ['.js'], maxCalls: 40, ...parserFiles()}, parser)
    const {tests} = await driver.baseline(10_000)
    // What the first copy holds counts, not what the project holds.
    const text = `${readFileSync(path, 'utf8')}// changed\n`
    const files = new Map([[path, parser.parse(path, text)]])
    const [open] = copies.twins({count: 1, driver, tests, files, root, cwd: root})
    const twin = await open()
    const at = text.indexOf('a - b') + 2
    const asked = [
      {file, names: ['adds'], must: true},
      {file, names: ['is one'], must: false},
    ]
    const right = {path, edits: [{start: at, end: at + 1, text: '+'}]}
    expect(await twin.evaluate(right, asked)).toMatchObject({passed: [`${file}\nadds`, `${file}\nis one`], broke: [], done: true})
    expect(await twin.evaluate({path, edits: []}, asked)).toMatchObject({passed: [], failed: [`${file}\nadds`]})
    expect(readFileSync(`${root}-2/a.js`, 'utf8')).toBe(text)
    twin.close()
    driver.close()
    copies.clear()
    expect([existsSync(root), existsSync(`${root}-2`), existsSync(source)]).toEqual([false, false, true])
  })
})
