// Calls by grammar, in whole runs: because the configuration says so, or because calls could not be read twice.

import {describe, expect, it} from 'vitest'
import {calculator, fixed} from '../kit/flow.ts'
import {bodies, cheapCheck, repository} from '../kit/hosted.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'

const schemaOf = ({body}: Asked): string => JSON.stringify(body.response_format ?? body.format ?? '')
const byGrammar = (tool: string, input: object): Scripted => ({text: JSON.stringify({tool, input})})
const rest: Scripted[] = [
  byGrammar('read', {path: 'sum.js'}),
  byGrammar('edit', {path: 'sum.js', old: 'a - b', new: 'a + b'}),
  {text: '{"say": "sum subtracted; it adds now."}'},
]

const runOn = async (reply: (asked: Asked) => Scripted, provider: 'llamacpp' | 'ollama', config = '') => {
  await using server = await modelServer(reply, {models: ['m']})
  const repo = repository(calculator)
  repo.write({'../home/.config/penguin/config.yml': config})
  const env = {...repo.env, OLLAMA_HOST: server.url, LLAMACPP_BASE_URL: server.baseUrl}
  const ran = await repo.run({prompt: 'fix the failing tests', flags: {model: `${provider}/m`, check: [cheapCheck]}, env})
  return {...ran, sum: repo.read('sum.js'), asked: server.requests}
}

describe('calls by grammar', () => {
  it.each(['llamacpp', 'ollama'] as const)('hold the whole reply of %s where the model is set so', async (provider) => {
    const left = [...rest]
    const {closed, err, sum, asked, events} = await runOn(() => left.shift() ?? {}, provider, `providers: {${provider}: {models: {m: {edits: grammar}}}}\n`)
    expect(closed, err).toMatchObject({outcome: 'done', exitCode: 0, text: 'sum subtracted; it adds now.'})
    expect(sum).toBe(fixed)
    for (const one of asked) {
      expect(one.tools).toEqual([])
      expect(schemaOf(one)).toContain('"anyOf"')
      expect(schemaOf(one)).toContain('"enum":["edit"]')
    }
    expect(
      asked
        .at(-1)
        ?.messages.map(({text}) => text)
        .join('\n'),
    ).toMatch(/\{"tool": "read", "input": [\s\S]*<tool_response name="read">/)
    const shown = bodies(events, 'model.delta').map(({text}) => text)
    expect(shown.join(''), 'no JSON is shown').toBe('sum subtracted; it adds now.')
  })

  it.each(['llamacpp', 'ollama'] as const)('take over on %s after two calls that could not be read; the second time they stay', async (provider) => {
    const left = [...rest]
    const reply = (asked: Asked): Scripted => {
      if (asked.tools.length > 0) return {calls: [{tool: 'edit', input: {file: 'sum.js', nonsense: asked.toolResults}}]}
      return left.shift() ?? {}
    }
    const {closed, err, sum, asked, events} = await runOn(reply, provider)
    expect(closed, err).toMatchObject({outcome: 'done', exitCode: 0})
    expect(sum).toBe(fixed)
    expect(asked.map(({tools}) => tools.length > 0)).toEqual([true, true, false, true, true, false, false])
    expect(bodies(events, 'notice').filter(({code}) => code === 'calls.grammar')).toHaveLength(2)
  })

  it('are asked for where a server drops calls that it cannot read, once each', async () => {
    const left = [...rest]
    const dropped: Scripted = {text: 'I look.', usage: {output: 60}}
    const {closed, err, sum, asked, events} = await runOn((one) => (one.tools.length > 0 ? dropped : (left.shift() ?? {})), 'ollama')
    expect(closed, err).toMatchObject({outcome: 'done', exitCode: 0, text: 'sum subtracted; it adds now.'})
    expect(sum).toBe(fixed)
    expect(asked.map(({tools}) => tools.length > 0)).toEqual([true, false, true, false, true, false])
    expect(bodies(events, 'model.failed').map(({error}) => error.code)).toEqual(Array(3).fill('model.garbled'))
  })

  it('are given up where the server knows no schema: the tools are told in words', async () => {
    const left = [
      {text: '<tool_call>\n{"name": "edit", "arguments": {"path": "sum.js", "old": "a - b", "new": "a + b"}}\n</tool_call>'},
      {text: 'It adds now.'},
    ]
    const refusal = {do: 'status', status: 400, message: 'unknown field response_format'} as const
    const {closed, err, sum, asked} = await runOn(
      (one) => (one.body.response_format ? {fault: refusal} : (left.shift() ?? {})),
      'llamacpp',
      'providers: {llamacpp: {models: {m: {edits: grammar, tools: false}}}}\n',
    )
    expect(closed, err).toMatchObject({outcome: 'done', exitCode: 0})
    expect(sum).toBe(fixed)
    expect(asked.map(({body}) => body.response_format !== undefined)).toEqual([true, false, false])
  })

  it('are asked for once more, with some chance, where the model repeats itself without end', async () => {
    const left: Scripted[] = [{text: '{"tool": "edit", "input": {"path": "aaaaaaaaaaaaaaaa', why: 'length'}, ...rest]
    const {closed, err, asked} = await runOn(() => left.shift() ?? {}, 'llamacpp', 'providers: {llamacpp: {models: {m: {edits: grammar}}}}\n')
    expect(closed, err).toMatchObject({outcome: 'done', exitCode: 0})
    expect(asked.slice(0, 2).map(({body}) => body.temperature)).toEqual([0, 0.8])
  })
})
