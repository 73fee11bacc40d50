// The real program on a scripted Messages server, from the failing test to the proof.

import {describe, expect, it} from 'vitest'
import {modelServer, type Step} from '../../kit/model-server.ts'
import {place} from '../../kit/penguin.ts'

const files = {
  'package.json': JSON.stringify({name: 'calc', type: 'module', scripts: {test: 'node --test'}}),
  'sum.js': 'export const sum = (numbers) => numbers.reduce((a, b) => a - b, 0)\n',
  'test/sum.test.js':
    "import assert from 'node:assert/strict'\nimport {test} from 'node:test'\nimport {sum} from '../sum.js'\ntest('adds', () => assert.equal(sum([1, 2, 3]), 6))\n",
}
const look = ['sum.js', 'test/sum.test.js'].map((path) => ({tool: 'read', input: {path}}))
const fix: Step[] = [
  {thought: 'It subtracts, I think.', text: 'I look.', calls: look, usage: {input: 1000, cached: 0}},
  {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}], usage: {input: 1200, cached: 1000}},
  {calls: [{tool: 'run_tests', input: {}}], usage: {input: 1300, cached: 1200}},
  {text: 'sum subtracted; it adds now.', usage: {input: 1400, cached: 1300}},
]

describe('penguin run over the Messages API', () => {
  it('mends the bug over four turns, calls in parallel, thinking sent back', async () => {
    await using server = await modelServer(fix, {key: 'sk-ant-1234567890'})
    using repo = place(files)
    const env = {ANTHROPIC_API_KEY: 'sk-ant-1234567890', ANTHROPIC_BASE_URL: server.url}
    const run = await repo.run(['run', '--json', '-m', 'anthropic/claude-sonnet-5-5', 'fix the failing tests'], {env})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0, text: 'sum subtracted; it adds now.'})
    expect(repo.read('sum.js')).toContain('a + b')
    expect(run.closed?.usage.total).toMatchObject({calls: 4, input: 4900, cached: 3500})
    expect(run.stdout).not.toContain('sk-ant-1234567890')
    expect(server.requests.map(({protocol, toolResults}) => [protocol, toolResults])).toEqual([
      ['messages', 0],
      ['messages', 2],
      ['messages', 3],
      ['messages', 4],
    ])
    const sent = server.requests.at(-1)?.body.messages as {role: string; content: {type: string}[]}[]
    expect(sent.map(({role}) => role)).toEqual(['user', 'assistant', 'user', 'assistant', 'user', 'assistant', 'user'])
    expect(sent[1]?.content[0]).toEqual({type: 'thinking', thinking: 'It subtracts, I think.', signature: 'sig_1'})
    expect(sent[2]?.content.map(({type}) => type)).toEqual(['tool_result', 'tool_result'])
  })

  it('is chosen by its key alone', async () => {
    await using server = await modelServer([{text: 'It sums.'}])
    using repo = place({...files, 'sum.js': files['sum.js'].replace('a - b', 'a + b')})
    const env = {ANTHROPIC_API_KEY: 'sk-ant-1234567890', ANTHROPIC_BASE_URL: server.url}
    const run = await repo.run(['run', '--json', 'what does sum do?'], {env})
    expect(run.closed, run.stderr).toMatchObject({text: 'It sums.'})
    expect(server.requests[0]?.model).toBe('claude-sonnet-5-5')
  })
})
