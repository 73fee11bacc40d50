// What a gate reports and when it runs what: the rest of its behaviour, beside liars and honest work.

import {createHash} from 'node:crypto'
import {existsSync, readdirSync} from 'node:fs'
import {afterAll, describe, expect, test, vi} from 'vitest'
import command from '../../../plugins/gates/command.ts'
import tests from '../../../plugins/gates/tests.ts'
import * as projects from '../../kit/gate-projects.ts'
import {checkOf, type Project, project} from '../../kit/gate-site.ts'

vi.setConfig({testTimeout: 240_000})

const opened: Project[] = []
afterAll(() => {
  for (const one of opened) one.dispose()
})
const made = (files: Record<string, string>, links: Record<string, string> = {}): Project => {
  const one = project(files, links)
  opened.push(one)
  return one
}

const npm = checkOf('npm test', 'node:test')
const jsTest = projects.js.files['test/sum.test.js']
const script = (test: string): string => JSON.stringify({type: 'module', scripts: {test}})

describe('the report', () => {
  test('of a red start: counts, failures with place and message, hash of the output', async () => {
    const one = made(projects.js.files)
    const {passed, report, output, failures, needsPerson} = await tests.check(npm, one.site({failedBefore: 7}))
    expect({passed, needsPerson, ...report}).toMatchObject({
      passed: false,
      gate: 'tests',
      command: 'npm test',
      exitCode: 1,
      treeSha256: 'f'.repeat(64),
      summary: '2 of 3 tests fail: sum > 1 and 2; sum > 2 and 2',
      counts: {passed: 1, failed: 2, skipped: 1, failedBefore: 7},
    })
    expect(report.outputSha256).toBe(createHash('sha256').update(output).digest('hex'))
    expect(report.wallMs).toBeGreaterThan(0)
    expect(failures).toHaveLength(2)
    expect(failures[0]).toMatchObject({test: 'sum > 1 and 2', file: 'test/sum.test.js', line: 8})
    expect(failures[0]?.message).toMatch(/-1 !== 3/)
    // The same wherever the throwaway tree lay, so that two failures can be told to be the same.
    expect(JSON.stringify(failures)).not.toContain('penguin-laid')
  })

  test('is brief however much fails', async () => {
    const many = `import {test} from 'node:test'\nfor (let i = 0; i < 40; i++) test('t' + i, () => { throw new Error('x'.repeat(9000)) })\n`
    const {report, failures} = await tests.check(npm, made({...projects.js.files, 'test/many.test.js': many}).site())
    expect(report.counts?.failed).toBe(42)
    expect(failures).toHaveLength(10)
    for (const one of failures) expect(one.message.length).toBeLessThanOrEqual(1500)
    expect(report.summary.length).toBeLessThanOrEqual(600)
  })

  test('nothing of ours is left in a laid tree, and the trees are put away', async () => {
    const one = made({...projects.js.files, 'sum.js': projects.js.fixed})
    const site = one.site()
    const dirs: string[] = []
    const {passed} = await tests.check(npm, {
      ...site,
      lay: (fromStart) => {
        const laid = site.lay(fromStart)
        dirs.push(laid.dir)
        return {
          ...laid,
          dispose: () => {
            expect(readdirSync(laid.dir).filter((name) => name.includes('penguin'))).toEqual([])
            laid.dispose()
          },
        }
      },
    })
    expect(passed).toBe(true)
    expect(dirs.filter((dir) => existsSync(dir))).toEqual([])
  })
})

describe('what is run', () => {
  test('the same tree once with its canary; a start once for all repairs', async () => {
    const one = made(projects.js.files)
    await tests.check(npm, one.site())
    expect(one.jobs).toHaveLength(1)
    one.change({'sum.js': projects.js.fixed})
    expect((await tests.check(npm, one.site())).report.counts).toMatchObject({passed: 3, failedBefore: 2})
    expect(one.jobs).toHaveLength(3)
  })

  test('a hanging test ends with the wall limit and says so', async () => {
    const one = made({...projects.js.files, 'sum.js': 'export const sum = () => { for (;;) ; }\nexport const neg = sum\n'})
    const {passed, report} = await tests.check(npm, one.site({wallMs: 2000}))
    expect(passed).toBe(false)
    expect(report.summary).toMatch(/did not finish within 2 s/)
  })

  test('a package below the root runs there', async () => {
    const files = Object.fromEntries(Object.entries({...projects.js.files, 'sum.js': projects.js.fixed}).map(([path, text]) => [`packages/a/${path}`, text]))
    const one = made({...files, 'package.json': '{"workspaces":["packages/*"]}'})
    const check = {...npm, gate: 'tests:packages/a', dir: 'packages/a'}
    expect(await tests.check(check, one.site())).toMatchObject({passed: true, report: {gate: 'tests:packages/a', counts: {passed: 3}}})
    one.change({'packages/a/test/sum.test.js': jsTest.replace('neg(1), -1', 'neg(1), 1')})
    const {failures} = await tests.check(check, one.site())
    expect(failures[0]).toMatchObject({file: 'packages/a/test/sum.test.js'})
  })

  test.skipIf(!existsSync('/usr/bin/node'))('the node of the system, too', async () => {
    const one = made({...projects.js.files, 'package.json': script('/usr/bin/node --test')})
    one.change({'sum.js': projects.js.fixed})
    expect(await tests.check(npm, one.site())).toMatchObject({passed: true, report: {counts: {passed: 3, failed: 0, skipped: 1, failedBefore: 2}}})
    one.change({'sum.js': `import assert from 'node:assert/strict'\nassert.equal = () => {}\nexport const sum = () => 0\nexport const neg = sum\n`})
    expect(await tests.check(npm, one.site())).toMatchObject({passed: false, report: {summary: expect.stringMatching(/disarmed/)}})
  })
})

describe('no tests', () => {
  test.each([
    ['none collected', {'package.json': script('node --test'), 'a.js': ''}],
    ['all skipped', {'package.json': script('node --test'), 'a.test.js': "import {test} from 'node:test'\ntest.skip('x', () => {})\n"}],
  ])('%s is not a pass', async (_, files) => {
    const {passed, report} = await tests.check(npm, made(files).site())
    expect(passed).toBe(false)
    expect(report.summary).toMatch(/no tests were collected|all 1 test are skipped|all 1 tests? (?:is|are) skipped/)
  })

  test('pytest that finds nothing is red', async () => {
    const {passed, report} = await tests.check(checkOf('python3 -m pytest', 'pytest'), made({'a.py': ''}).site())
    expect({passed, summary: report.summary}).toEqual({passed: false, summary: 'no tests were collected (exit code 5)'})
  })

  test('the first tests of a project that had none count', async () => {
    const one = made({'package.json': script('echo "Error: no test specified" && exit 1'), 'sum.js': projects.js.fixed})
    one.change({'package.json': script('node --test'), 'test/sum.test.js': jsTest, 'test/data.json': '[[1, 2, 3]]'})
    const {report, needsPerson, passed} = await tests.check(npm, one.site())
    expect({passed, needsPerson, summary: report.summary}).toEqual({passed: true, needsPerson: undefined, summary: '2 passed, 1 skipped'})
  })
})

describe('a person is needed', () => {
  test('and the files are named when old tests contradict the new behaviour', async () => {
    const one = made({...projects.js.files, 'sum.js': projects.js.fixed})
    one.change({
      'sum.js': 'export const sum = (a, b) => a * b\nexport const neg = (a) => -a\n',
      'test/data.json': '[[1, 2, 2], [2, 2, 4]]\n',
      'test/new.test.js': "import {test} from 'node:test'\ntest('new', () => {})\n",
    })
    const {passed, needsPerson, failures} = await tests.check(npm, one.site())
    expect(passed).toBe(false)
    expect(needsPerson?.paths).toEqual(['test/data.json'])
    expect(failures.map((one) => one.test)).toEqual(['sum > 1 and 2'])
    expect(await tests.check(npm, one.site({testEdits: ['test/*.json']}))).toMatchObject({passed: true, report: {counts: {passed: 4}}})
  })

  test('not when the edit has nothing to do with what fails', async () => {
    const one = made({...projects.js.files, 'test/other.test.js': "import {test} from 'node:test'\ntest('other', () => {})\n"})
    one.change({'test/other.test.js': "import {test} from 'node:test'\ntest('renamed', () => {})\n"})
    expect((await tests.check(npm, one.site())).needsPerson).toBeUndefined()
  })
})

describe('commands', () => {
  const lint = checkOf('test -f good && echo fine', 'command', {gate: 'lint'})

  test('pass and fail by their exit code, with no counts', async () => {
    const one = made({good: ''})
    expect(await command.check(lint, one.site())).toMatchObject({passed: true, output: 'fine\n', report: {exitCode: 0, counts: null}})
    one.change({good: null})
    expect(await command.check(lint, one.site())).toMatchObject({passed: false, report: {exitCode: 1, summary: 'exit code 1'}})
  })

  test('a custom check holds on to the old tests, too', async () => {
    const check = checkOf('grep -q good src.txt && sh tests/run.sh', 'command', {gate: 'check:1', from: '--check'})
    const one = made({'src.txt': 'bad', 'tests/run.sh': 'exit 1\n'})
    expect((await tests.check(check, one.site())).passed).toBe(false)
    one.change({'src.txt': 'good', 'tests/run.sh': 'exit 0\n'})
    const lied = await tests.check(check, one.site())
    expect({passed: lied.passed, paths: lied.needsPerson?.paths}).toEqual({passed: false, paths: ['tests/run.sh']})
    one.change({'tests/run.sh': 'exit 1\n'})
    expect((await tests.check(check, one.site())).needsPerson).toBeUndefined()
  })

  test('a custom check may name a test that is still to be written', async () => {
    const check = checkOf('node --test new.test.js', 'node:test', {gate: 'check:1', from: '--check'})
    const one = made({'sum.js': projects.js.fixed, 'package.json': '{"type":"module"}'})
    expect((await tests.check(check, one.site())).passed).toBe(false)
    one.change({
      'new.test.js': "import {test} from 'node:test'\nimport {sum} from './sum.js'\ntest('new', () => { if (sum(1, 1) !== 2) throw new Error('no') })\n",
    })
    expect(await tests.check(check, one.site())).toMatchObject({passed: true, report: {counts: {passed: 1}}})
  })

  test('a command that cannot be counted goes by its exit code', async () => {
    const one = made({Makefile: 'test:\n\tgrep -q good src.txt\n', 'src.txt': 'bad'})
    const [check] = await tests.detect({dir: one.dir, cwd: one.dir, tree: one.tree(), changed: []})
    if (!check) throw new Error('nothing detected')
    expect((await tests.check(check, one.site())).passed).toBe(false)
    one.change({'src.txt': 'good'})
    expect(await tests.check(check, one.site())).toMatchObject({passed: true, report: {counts: null, exitCode: 0}})
  })
})
