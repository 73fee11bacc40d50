// Several packages in one repository: the tests of the package that one works in, or one gate per package with
// changed files; and projects that had no tests before the run.

import {describe, expect, it} from 'vitest'
import {modelServer, type Step} from '../kit/model-server.ts'
import {place} from '../kit/penguin.ts'
import {asked, calculator, fix, fixedSum, openai, packageJson, toldBy} from '../kit/work.ts'

const inFolder = (folder: string, files: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]))

/** a: red. b: green. c: red, and nobody's business. */
const workspace = {
  'package.json': JSON.stringify({name: 'top', private: true, workspaces: ['packages/*']}),
  ...inFolder('packages/a', calculator),
  ...inFolder('packages/b', {...calculator, 'sum.js': fixedSum, 'package.json': packageJson({name: 'b'})}),
  ...inFolder('packages/c', {...calculator, 'package.json': packageJson({name: 'c'})}),
}

const gatesOf = (closed: {gates: {gate: string; state: string}[]} | undefined) => closed?.gates.map(({gate, state}) => `${gate} ${state}`)

describe('a workspace without a test command of its own', () => {
  it('one gate for each package with changed files, found out after the work', async () => {
    await using server = await modelServer([
      {calls: [{tool: 'run_tests', input: {}}]},
      {calls: [{tool: 'run_tests', input: {gate: 'tests:packages/a'}}]},
      ...fix('packages/a/'),
    ])
    using repo = place(workspace)
    const run = await repo.run(asked('fix a'), {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(gatesOf(run.closed)).toEqual(['tests:packages/a passed'])
    expect(run.lines[0]?.body.checks).toMatchObject(['a', 'b', 'c'].map((name) => ({gate: `tests:packages/${name}`, command: 'npm test'})))
    const told = toldBy(server.requests.at(-1)?.messages ?? [])
    expect(told[0]).toContain('tests:packages/a, tests:packages/b, tests:packages/c')
    expect(told[1]).toContain('1 failed')
  })

  it('a package that the work broke is red, whatever becomes of its test script', async () => {
    const steps: Step[] = [
      {calls: [{tool: 'write', input: {path: 'packages/b/sum.js', text: 'export const sum = () => 0\n'}}]},
      {calls: [{tool: 'write', input: {path: 'packages/b/package.json', text: '{"name": "b", "type": "module"}\n'}}]},
      ...fix('packages/a/'),
    ]
    await using server = await modelServer([...steps, {text: 'done', times: 0}])
    using repo = place(workspace)
    const run = await repo.run(asked('fix a'), {env: openai(server)})
    expect([3, 5]).toContain(run.code)
    const seen = run.lines.filter((line) => line.type === 'gate.failed').map((line) => line.body.gate)
    expect(seen).toContain('tests:packages/b')
  })

  it('nothing changed: no gate is called for', async () => {
    await using server = await modelServer([{text: 'Three packages.'}])
    using repo = place(workspace)
    const run = await repo.run(asked('how many packages?'), {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'answered', exitCode: 0, gates: []})
  })

  it('in the folder of a package its own tests decide', async () => {
    await using server = await modelServer([{calls: [{tool: 'edit', input: {path: 'packages/b/sum.js', old: 'a + b', new: 'b + a'}}]}, {text: 'turned'}])
    using repo = place(workspace)
    const run = await repo.run(['-C', 'packages/b', ...asked('turn it')], {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0, gates: [{gate: 'tests', counts: {passed: 1}}]})
    expect(run.lines[0]?.body).toMatchObject({root: repo.dir, cwd: `${repo.dir}/packages/b`, checks: [{gate: 'tests', dir: 'packages/b'}]})
  })

  it('with a test command at its root, that one', async () => {
    await using server = await modelServer(fix('packages/a/'))
    using repo = place({
      ...workspace,
      'package.json': JSON.stringify({name: 'top', workspaces: ['packages/*'], scripts: {test: 'node --test packages/a/test/*.js packages/b/test/*.js'}}),
    })
    const run = await repo.run(asked('fix a'), {env: openai(server)})
    expect(gatesOf(run.closed), run.stdout.slice(-1500)).toEqual(['tests passed'])
  })
})

describe('a project without tests', () => {
  const wordless = {'package.json': packageJson({scripts: {}}), 'sum.js': fixedSum}
  const newTest = {tool: 'write', input: {path: 'test/sum.test.js', text: calculator['test/sum.test.js']}}

  it('changed and unverified is 3', async () => {
    await using server = await modelServer([{calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a + b', new: 'b + a'}}]}, {text: 'turned'}])
    using repo = place(wordless)
    const run = await repo.run(asked('turn it'), {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'gate_failed', exitCode: 3, gates: []})
    expect(run.closed?.reason).toContain('unverified')
  })

  it('tests that the run wrote are run, and must be green', async () => {
    for (const [text, code, last] of [
      [fixedSum, 0, 'gate.passed'],
      [calculator['sum.js'], 3, 'gate.failed'],
    ] as const) {
      await using server = await modelServer([{calls: [newTest, {tool: 'write', input: {path: 'sum.js', text}}]}, {text: 'tested', times: 0}])
      using repo = place({...wordless, 'sum.js': '\n'})
      const run = await repo.run(asked('write sum with a test'), {env: openai(server)})
      expect(run.code, run.stdout.slice(-1500)).toBe(code)
      expect(run.lines.findLast((line) => /^gate\.(?:passed|failed)$/.test(line.type))?.type).toBe(last)
    }
  })

  it('a command that proves nothing is no evidence', async () => {
    await using server = await modelServer([
      {calls: [{tool: 'write', input: {path: 'package.json', text: packageJson({scripts: {test: 'exit 0'}})}}]},
      {text: 'all tests pass', times: 0},
    ])
    using repo = place(wordless)
    const run = await repo.run(asked('add tests'), {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'gate_failed', exitCode: 3})
  })
})
