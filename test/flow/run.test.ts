// The headless contract through the real program and a scripted model server: endings, lines, caps, signals.

import {describe, expect, it} from 'vitest'
import {modelServer, type Step} from '../kit/model-server.ts'
import {type Line, place} from '../kit/penguin.ts'

const calculator = {
  'package.json': JSON.stringify({name: 'calc', type: 'module', scripts: {test: 'node --test'}}),
  'sum.js': 'export const sum = (numbers) => numbers.reduce((a, b) => a - b, 0)\n',
  'test/sum.test.js':
    "import assert from 'node:assert/strict'\nimport {test} from 'node:test'\nimport {sum} from '../sum.js'\ntest('adds', () => assert.equal(sum([1, 2, 3]), 6))\n",
}
const fixed = 'export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)\n'
const fix: Step[] = [
  {
    calls: [
      {tool: 'read', input: {path: 'sum.js'}},
      {tool: 'read', input: {path: 'test/sum.test.js'}},
    ],
  },
  {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]},
  {calls: [{tool: 'run_tests', input: {}}]},
  {text: 'sum subtracted; it adds now.'},
]
const openai = (server: {baseUrl: string}) => ({OPENAI_API_KEY: 'sk-test-1234567890', OPENAI_BASE_URL: server.baseUrl})
const types = (lines: Line[]): string[] => lines.map((line) => line.type)
const gapless = (lines: Line[]): boolean => {
  let seq = 0
  return lines.every((line) => (line.passing ? line.seq === seq : line.seq === ++seq))
}

describe('penguin run --json', () => {
  it('does the work, proves it, and says so in its last line', async () => {
    await using server = await modelServer(fix)
    using repo = place(calculator)
    const run = await repo.run(['run', '--json', '-m', 'openai/gpt-5.2', 'fix the failing tests'], {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0, text: 'sum subtracted; it adds now.'})
    expect(run.code).toBe(0)
    expect(repo.read('sum.js')).toBe(fixed)
    expect(run.closed?.gates).toMatchObject([{gate: 'tests', state: 'passed', required: true, counts: {passed: 1, failed: 0}}])
    expect(run.closed?.files).toEqual([{path: 'sum.js', change: 'changed', add: 1, del: 1}])
    expect(run.closed?.usage.total).toMatchObject({calls: 4})
    expect(types(run.lines)[0]).toBe('run.opened')
    expect(gapless(run.lines)).toBe(true)
    expect(new Set(run.lines.map((line) => line.trace)).size).toBe(1)
    expect(run.lines.slice(1).every((line) => line.parent)).toBe(true)
    expect(repo.survivors()).toEqual([])
  })

  it('writes lines that its own validator accepts, and refuses them with one cut out', async () => {
    await using server = await modelServer(fix)
    using repo = place(calculator)
    const run = await repo.run(['run', '--json', '-m', 'openai/gpt-5.2', 'fix it'], {env: openai(server)})
    repo.write({'../good.jsonl': run.stdout, '../gap.jsonl': run.stdout.split('\n').toSpliced(3, 1).join('\n')})
    expect((await repo.run(['log', '--validate', '../good.jsonl'])).code).toBe(0)
    expect((await repo.run(['log', '--validate', '../gap.jsonl'])).code).toBe(1)
  })

  it('answers a question without touching anything', async () => {
    await using server = await modelServer([{text: 'It sums.'}])
    using repo = place({...calculator, 'sum.js': fixed})
    const run = await repo.run(['run', '--json', '-m', 'openai/gpt-5.2', 'what does sum do?'], {env: openai(server)})
    expect(run.closed).toMatchObject({outcome: 'answered', exitCode: 0, files: [], text: 'It sums.'})
    expect(server.requests[0]?.bytes).toBeLessThan(6 * 1024)
  })

  it('works the same without processes', async () => {
    await using server = await modelServer(fix)
    using repo = place(calculator)
    const run = await repo.run(['run', '--json', '--in-process', '-m', 'openai/gpt-5.2', 'fix it'], {env: openai(server)})
    expect(run.closed).toMatchObject({outcome: 'done', exitCode: 0})
  })

  it.each([
    [
      'chat completions',
      (url: string) => ({
        env: {LAB_KEY: 'k'},
        args: ['-m', 'lab/m'],
        config: `providers: {lab: {protocol: openai-chat, baseUrl: "${url}/v1", apiKeyEnv: LAB_KEY}}\n`,
      }),
    ],
    ['ollama', (url: string) => ({env: {OLLAMA_HOST: url}, args: ['-m', 'ollama/m'], config: ''})],
    ['vllm', (url: string) => ({env: {VLLM_BASE_URL: `${url}/v1`}, args: ['-m', 'vllm/m'], config: ''})],
  ])('does the same work over %s', async (_name, how) => {
    await using server = await modelServer(fix, {models: ['m']})
    const {env, args, config} = how(server.url)
    using repo = place(calculator)
    if (config) repo.write({'../home/.config/penguin/config.yml': config})
    const run = await repo.run(['run', '--json', ...args, 'fix it'], {env})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
  })

  it.each([
    [['--max-calls', '2'], 'capped', 4],
    [['--max-turns', '2'], 'capped', 4],
    [['--max-tokens', '250'], 'capped', 4],
  ])('stops at a cap: %s', async (flags, outcome, code) => {
    await using server = await modelServer(fix)
    using repo = place(calculator)
    const run = await repo.run(['run', '--json', ...flags, '-m', 'openai/gpt-5.2', 'fix it'], {env: openai(server)})
    expect(run.closed).toMatchObject({outcome, exitCode: code})
    expect(server.requests.length).toBeLessThanOrEqual(2)
    expect(types(run.lines)).toContain('budget.exceeded')
    expect(run.closed?.text).toContain('Go on with: penguin run --resume')
  })

  it.each([
    ['SIGINT', 'interrupted', 130],
    ['SIGTERM', 'terminated', 143],
  ] as const)('ends in order on %s while a command runs', async (signal, outcome, code) => {
    await using server = await modelServer([{calls: [{tool: 'shell', input: {command: 'sleep 600'}}]}])
    using repo = place(calculator)
    const started = repo.start(['run', '--json', '-m', 'openai/gpt-5.2', 'sleep'], {env: openai(server)})
    await started.until((line) => line.type === 'tool.called')
    started.child.kill(signal)
    const run = await started.ended
    expect(run.closed).toMatchObject({outcome, exitCode: code})
    expect(run.code).toBe(code)
    expect(repo.survivors()).toEqual([])
  })

  it('ends within its time although the model is silent', async () => {
    await using server = await modelServer([{fault: {do: 'mute'}}])
    using repo = place(calculator)
    const run = await repo.run(['run', '--json', '--timeout', '2', '-m', 'openai/gpt-5.2', 'wait'], {env: openai(server)})
    expect(run.closed).toMatchObject({outcome: 'timeout', exitCode: 124})
    expect(run.wallMs).toBeLessThan(7000)
  })

  it.each([
    ['an unknown flag', ['run', '--jsno', 'x']],
    ['no prompt', ['run', '--json']],
    ['an unknown run', ['run', '--json', '--resume', 'r_none']],
    ['an unknown provider', ['run', '--json', '-m', 'nobody/m', 'x']],
  ])('exits 2 with an empty stdout for %s', async (_name, args) => {
    using repo = place(calculator)
    const run = await repo.run(args)
    expect(run.code).toBe(2)
    expect(run.stdout).toBe('')
    expect(run.stderr).not.toBe('')
  })

  it('opens and closes a run even when the provider is not there', async () => {
    using repo = place(calculator)
    const run = await repo.run(['run', '--json', '-m', 'openai/gpt-5.2', 'x'], {env: {OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1'}})
    expect(run.closed).toMatchObject({outcome: 'provider', exitCode: 6})
    expect(types(run.lines)[0]).toBe('run.opened')
  })

  it('matches the final answer against a schema', async () => {
    await using server = await modelServer([{text: '{"count": 3}'}, {text: 'three', times: 0}])
    using repo = place({...calculator, 'sum.js': fixed, 'schema.json': '{"type":"object","properties":{"count":{"type":"integer"}},"required":["count"]}'})
    const args = ['run', '--json', '--schema', 'schema.json', '-m', 'openai/gpt-5.2', 'count the tests']
    expect((await repo.run(args, {env: openai(server)})).closed).toMatchObject({outcome: 'answered', exitCode: 0})
    expect((await repo.run(args, {env: openai(server)})).closed).toMatchObject({outcome: 'schema', exitCode: 9})
  })

  it('denies and reports what would have to be asked', async () => {
    await using server = await modelServer([{calls: [{tool: 'write', input: {path: 'new.txt', text: 'x'}}]}, {text: 'I may not.'}])
    using repo = place({...calculator, 'sum.js': fixed})
    const run = await repo.run(['run', '--json', '--permission', 'ask', '-m', 'openai/gpt-5.2', 'write a file'], {env: openai(server)})
    expect(run.closed).toMatchObject({outcome: 'needs_person', exitCode: 5, files: []})
    expect(types(run.lines)).toContain('ask.raised')
  })

  it('takes answers on stdin', async () => {
    await using server = await modelServer([{calls: [{tool: 'write', input: {path: 'new.txt', text: 'x\n'}}]}, {text: 'written'}])
    using repo = place({...calculator, 'sum.js': fixed})
    const started = repo.start(['run', '--json', '--input', 'stream-json', '--permission', 'ask', '-m', 'openai/gpt-5.2', 'write'], {
      env: openai(server),
      input: '\n',
    })
    const ask = await started.until((line) => line.type === 'ask.raised')
    started.child.stdin?.write(`${JSON.stringify({answer: ask.body.ask, choice: 'once'})}\n`)
    const run = await started.ended
    expect(run.closed).toMatchObject({outcome: 'done', exitCode: 0})
    expect(repo.read('new.txt')).toBe('x\n')
  })

  it('takes back its changes on failure when asked to', async () => {
    await using server = await modelServer([
      {calls: [{tool: 'write', input: {path: 'sum.js', text: 'export const sum = () => 0\n'}}]},
      {text: 'done', times: 0},
    ])
    using repo = place(calculator)
    const run = await repo.run(['run', '--json', '--on-fail', 'restore', '-m', 'openai/gpt-5.2', 'fix it'], {env: openai(server)})
    expect(run.closed).toMatchObject({outcome: 'gate_failed', exitCode: 3})
    expect(repo.read('sum.js')).toBe(calculator['sum.js'])
    expect(repo.git('status', '--porcelain')).toBe('')
  })

  it('keeps keys out of everything it writes', async () => {
    await using server = await modelServer(fix)
    using repo = place(calculator)
    const run = await repo.run(['run', '--json', '-m', 'openai/gpt-5.2', 'fix it'], {env: openai(server)})
    expect(run.stdout + run.stderr).not.toContain('sk-test-1234567890')
    expect((await repo.run(['log', '--json'])).stdout).not.toContain('sk-test-1234567890')
  })
})
