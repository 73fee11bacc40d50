// The tool an agent uses: the same runners, told briefly, in the agent's own tree, which is left as it was.

import {readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, test, vi} from 'vitest'
import type {Check, Job, Sandbox, Site} from '../../../engine/plugin.ts'
import {FaultError} from '../../../engine/plugin.ts'
import tool from '../../../plugins/gates/run-tests.ts'
import * as projects from '../../kit/gate-projects.ts'
import {checkOf, type Project, project, runPlain} from '../../kit/gate-site.ts'

vi.setConfig({testTimeout: 240_000})

const opened: Project[] = []
afterAll(() => {
  for (const one of opened) one.dispose()
})

const siteOf = (one: Project, checks: Check[]): Site & {jobs: Job[]} => {
  const jobs: Job[] = []
  const sandbox: Sandbox = {
    state: {level: 'off', writes: 'open', network: 'open'},
    run: (job) => {
      jobs.push(job)
      return runPlain(job, (path) => path)
    },
    close: async () => {},
  }
  const site = {dir: one.dir, root: one.dir, sandbox, checks, commandMs: 30_000, signal: new AbortController().signal, jobs}
  return site as unknown as Site & {jobs: Job[]}
}

const open = (files: Record<string, string>, links: Record<string, string> = {}): Project => {
  const one = project(files, links)
  opened.push(one)
  return one
}

describe('run_tests', () => {
  test('tells which tests fail, where and why, and leaves the tree alone', async () => {
    const one = open(projects.js.files)
    const before = one.tree()
    const told = await tool.run({}, siteOf(one, [checkOf('npm test', 'node:test')]))
    expect(one.tree()).toEqual(before)
    expect(told.result).toMatchObject({passed: false, exitCode: 1, counts: {passed: 1, failed: 2, skipped: 1}})
    expect(told.model).toMatch(/^tests: 2 of 3 tests fail/)
    expect(told.model).toMatch(/✗ sum > 1 and 2 \(test\/sum\.test\.js:8\)\n {2}.*-1 !== 3/s)
    expect(told.line).toBe('npm test: 1 passed, 2 failed, 1 skipped')
    one.change({'sum.js': projects.js.fixed})
    const green = await tool.run({}, siteOf(one, [checkOf('npm test', 'node:test')]))
    expect(green.result).toMatchObject({passed: true, exitCode: 0, counts: {passed: 3}, failures: []})
    expect(green.model).toMatch(/^tests: green/)
  })

  test("leaves what pytest keeps of the user's last run as it is", async () => {
    const kept = '{"test_own.py::test_mine": true}'
    const one = open({...projects.pytest.files, '.pytest_cache/v/cache/lastfailed': kept})
    const told = await tool.run({}, siteOf(one, [checkOf('python3 -m pytest', 'pytest')]))
    expect(told.result).toMatchObject({counts: {passed: expect.any(Number)}})
    expect(readFileSync(join(one.dir, '.pytest_cache/v/cache/lastfailed'), 'utf8')).toBe(kept)
    expect(readdirSync(join(one.dir, '.pytest_cache/v/cache'))).toEqual(['lastfailed'])
  })

  test('runs what is before the tests, as npm does', async () => {
    const manifest = {type: 'module', scripts: {pretest: 'echo made > made.txt', test: 'npm run unit', unit: 'node --test'}}
    const one = open({...projects.js.files, 'package.json': JSON.stringify(manifest), 'sum.js': projects.js.fixed})
    const told = await tool.run({}, siteOf(one, [checkOf('npm test', 'node:test')]))
    expect(told.result).toMatchObject({passed: true, counts: {passed: 3}})
    expect(one.tree().has('made.txt')).toBe(true)
  })

  test.each([
    ['vitest', projects.vitest.files, 'npm test', projects.vitest.links, '%i|name', 'name'],
    ['pytest', projects.pytest.files, 'python3 -m pytest', {}, '', 'neg'],
    ['unittest', projects.unittest.files, 'python3 -m unittest discover -s tests -t .', {}, '', 'neg'],
  ])('less with `only`: %s', async (runner, files, line, links, _, only) => {
    const told = await tool.run({only}, siteOf(open(files, links as Record<string, string>), [checkOf(line, runner)]))
    expect(told.result).toMatchObject({passed: true, counts: {passed: 1, failed: 0}})
  })

  test('a command that cannot be counted is told by its output', async () => {
    const one = open({Makefile: 'test:\n\t@echo wrong here && exit 3\n'})
    const told = await tool.run({}, siteOf(one, [checkOf('make test', 'make')]))
    expect(told.result).toMatchObject({passed: false, exitCode: 2, counts: null})
    expect(told.model).toContain('wrong here')
  })

  test('runs in a candidate bound over the root', async () => {
    const one = open(projects.js.files)
    const site = siteOf(one, [checkOf('npm test', 'node:test')])
    const jobs: Job[] = []
    const run: Sandbox['run'] = async (job) => {
      jobs.push(job)
      return {exitCode: 0, stdout: '', stderr: '', cutBytes: 0, wallMs: 1}
    }
    const told = await tool.run({}, {...site, root: '/somewhere', sandbox: {...site.sandbox, run}})
    // Nothing was reported, so a 0 is not believed.
    expect(told.result).toMatchObject({passed: false, exitCode: 0})
    expect(jobs[0]).toMatchObject({cwd: '/somewhere', overlays: [{at: '/somewhere', from: one.dir, mode: 'rw'}]})
  })

  test('says which checks there are', async () => {
    const site = siteOf(open({}), [checkOf('npm test', 'node:test')])
    await expect(tool.run({gate: 'lint'}, site)).rejects.toThrow(FaultError)
    await expect(tool.run({gate: 'lint'}, site)).rejects.toThrow(/there are tests/)
    expect(tool.needs({}, site)).toEqual([{kind: 'shell', what: 'npm test'}])
    expect(tool.touches({}, site)).toBe('any')
  })
})
