import {execFileSync} from 'node:child_process'
import {existsSync, readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, describe, expect, it, vi} from 'vitest'
import {evalCandidates} from '../../../plugins/embedded/eval-candidates.ts'
import {type Finding, findingIn} from '../../../plugins/embedded/finding.ts'
import {type Files, type Stage, stageOf} from './kit.ts'

vi.setConfig({testTimeout: 60_000})
let stage: Stage | undefined
afterEach(() => stage?.dispose())

const example = join(import.meta.dirname, '../../../examples/bugfix')

const findIn = async (files: Files | string, command: string, input = {}, runner = 'node:test'): Promise<Finding> => {
  stage = stageOf(files, {command, runner})
  const told = await evalCandidates.run({seconds: 20, ...input}, stage.site)
  const finding = findingIn(told.model)
  if (!finding) throw new Error(`not a finding: ${told.model.slice(0, 300)}`)
  return finding
}

const applied = (finding: Finding): void => {
  const best = finding.finalists?.[0]
  if (!best || !stage) throw new Error(`no patch: ${JSON.stringify(finding).slice(0, 600)}`)
  const path = join(stage.dir, best.path)
  const text = readFileSync(path, 'utf8')
  expect(text.split(best.old)).toHaveLength(2)
  writeFileSync(
    path,
    text.replace(best.old, () => best.new),
  )
}

const passes = (command: string): boolean => {
  try {
    execFileSync('bash', ['-c', command], {cwd: stage?.dir, stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

describe('the time of a search', () => {
  it('is longer where a slow machine gets along slowly, and the person is told', async () => {
    stage = stageOf(
      {
        'package.json': '{"type": "module"}',
        'a.js': `export const f = (a, b) => {\n${Array.from({length: 12}, (_, at) => `  if (a === ${at * 3}) return b * ${at}\n`).join('')}  return b\n}\n`,
        'a.test.js':
          "import assert from 'node:assert'\nimport {test} from 'node:test'\nimport {f} from './a.js'\ntest('is slow', async () => {\n  await new Promise((done) => setTimeout(done, 120))\n  assert.equal(f(1, 2), 'nothing like it')\n})\n",
      },
      {command: 'node --test', runner: 'node:test'},
    )
    const finding = findingIn((await evalCandidates.run({seconds: 2}, stage.site)).model)
    expect(finding?.state).toBe('unfixed')
    expect(finding?.wallMs).toBeGreaterThan(2500)
    expect(finding?.wallMs).toBeLessThan(12_000)
    expect(stage.said.at(-1)).toMatch(/tried [\d,]+ of [\d,]+.*, going on for up to 5 s, because it is slow here/)
  })
})

describe('eval_candidates on node:test', () => {
  it('repairs the example and leaves its folder alone until the patch is applied', async () => {
    const finding = await findIn(example, 'npm test')
    expect(finding.state).toBe('fixed')
    expect(finding.finalists?.[0]).toMatchObject({path: 'source/parcel.js', say: '`<` should be `<=`', confirmed: true})
    expect(passes('npm test')).toBe(false)
    applied(finding)
    expect(passes('npm test')).toBe(true)
    expect(readdirSync(stage?.site.scratch ?? '')).toEqual([])
    expect(stage?.notes[0]?.type).toBe('patch.scored')
  })

  it('says that nothing fails when nothing does', async () => {
    const finding = await findIn({'a.test.mjs': "import test from 'node:test'\ntest('fine', () => {})\n"}, 'node --test')
    expect(finding).toMatchObject({state: 'green', tests: 1})
  })

  it('gives an honest account when logic is missing', async () => {
    const finding = await findIn(
      {
        'package.json': '{"type":"module"}',
        'roman.js': "export const roman = (n) => {\n  throw new Error('not written yet')\n}\n",
        'roman.test.js':
          "import test from 'node:test'\nimport assert from 'node:assert'\nimport {roman} from './roman.js'\nfor (const [n, s] of [[1, 'I'], [4, 'IV'], [1994, 'MCMXCIV']]) test(s, () => assert.equal(roman(n), s))\n",
      },
      'node --test',
      {seconds: 8},
    )
    expect(finding.state).toBe('unfixed')
    expect(finding.finalists).toEqual([])
    expect(finding.tried).toBeGreaterThan(10)
  })

  it('survives candidates that loop for ever, exit, or reject late', async () => {
    const finding = await findIn(
      {
        'package.json': '{"type":"module"}',
        'count.js':
          'export const countDown = (n) => {\n  const seen = []\n  while (n > 1) {\n    seen.push(n)\n    n -= 1\n  }\n  return seen\n}\nexport const quit = (code) => {\n  if (code > 90) process.exit(code)\n  return code\n}\n',
        'count.test.js':
          "import test from 'node:test'\nimport assert from 'node:assert'\nimport {countDown, quit} from './count.js'\ntest('down', () => assert.deepEqual(countDown(3), [3, 2, 1]))\ntest('none', () => assert.deepEqual(countDown(0), []))\ntest('quit', async () => { await null; assert.equal(quit(3), 3) })\n",
      },
      'node --test',
    )
    expect(finding.state).toBe('fixed')
    applied(finding)
    expect(passes('node --test')).toBe(true)
  })

  it('localises without trying anything', async () => {
    const finding = await findIn(example, 'npm test', {localize: true})
    expect(finding.state).toBe('located')
    expect(finding.suspects?.[0]).toMatchObject({path: 'source/parcel.js', name: 'classOf'})
    expect(finding.tried).toBeUndefined()
  })

  it('finds the same patches again', async () => {
    const first = await findIn(example, 'npm test')
    stage?.dispose()
    const second = await findIn(example, 'npm test')
    expect(second.finalists?.[0]).toEqual(first.finalists?.[0])
  })

  it('stops when it is told to, and clears its scratch folder', async () => {
    const stop = new AbortController()
    stage = stageOf(example, {command: 'npm test'}, stop.signal)
    const going = evalCandidates.run({seconds: 20}, stage.site)
    stop.abort()
    expect(findingIn((await going).model)?.state).toBe('broken')
    expect(existsSync(stage.site.scratch) ? readdirSync(stage.site.scratch) : []).toEqual([])
  })
})
