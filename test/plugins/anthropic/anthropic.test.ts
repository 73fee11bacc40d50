import {afterAll, describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
import type {Message} from '../../../engine/contract/message.ts'
import type {ProviderSettings, Turn} from '../../../engine/contract/model.ts'
import make from '../../../plugins/anthropic/anthropic.ts'
import {modelServer, type Scripted} from '../../kit/model-server.ts'
import {afterOneCall, gather, readTool, settingsOf, turnOf} from '../../kit/model-turn.ts'
import {modelSuite} from '../../suite/model.ts'

modelSuite({protocol: 'messages', maker: make, baseUrl: (server) => server.url})

interface Body {
  max_tokens: number
  system?: {text: string; cache_control?: object}[]
  tools?: {name: string; input_schema: object; cache_control?: object}[]
  messages: {role: string; content: ({type: string; cache_control?: object} & Record<string, unknown>)[]}[]
  temperature?: number
  top_p?: number
  thinking?: object
  output_config?: object
}

describe('a request to the Messages API', async () => {
  const server = await modelServer([{text: 'ok', times: 0}])
  afterAll(() => server.close())

  const sent = async (turn: Partial<Turn> = {}, settings: Partial<ProviderSettings> = {}): Promise<Body> => {
    const client = make(settingsOf({baseUrl: server.url, ...settings}))
    await gather(client.stream(turnOf(turn), AbortSignal.timeout(5000)))
    return server.requests.at(-1)?.body as unknown as Body
  }
  const types = ({messages}: Body) => messages.map(({role, content}) => `${role}: ${content.map(({type}) => type).join(' ')}`)

  it('names its version and sends the key in its own header', async () => {
    await sent({}, {apiKey: 'sk-ant', apiKeyEnv: 'ANTHROPIC_API_KEY', baseUrl: `${server.url}/v1/`})
    expect(server.requests.at(-1)?.headers).toMatchObject({'anthropic-version': '2023-06-01', 'x-api-key': 'sk-ant'})
    expect(server.requests.at(-1)?.headers.authorization).toBeUndefined()
  })

  it('always says how much may be answered: what was asked for, at most what the model can', async () => {
    expect((await sent()).max_tokens).toBe(4096)
    expect((await sent({sampling: {maxOutputTokens: 77}})).max_tokens).toBe(77)
    const models = {scripted: {output: 500}}
    expect((await sent({}, {models})).max_tokens).toBe(500)
    expect((await sent({sampling: {maxOutputTokens: 9000}}, {models})).max_tokens).toBe(500)
  })

  it('marks system, last tool and last user message for the cache, and nothing else', async () => {
    const body = await sent({messages: afterOneCall, tools: [readTool, {...readTool, name: 'edit'}]})
    const mark = {type: 'ephemeral'}
    expect(body.system).toEqual([{type: 'text', text: 'You fix code.', cache_control: mark}])
    expect(body.tools?.map(({name, cache_control}) => [name, cache_control])).toEqual([
      ['read', undefined],
      ['edit', mark],
    ])
    expect(body.tools?.[0]?.input_schema).toEqual(readTool.input)
    expect(body.messages.at(-1)?.content.at(-1)).toEqual({type: 'tool_result', tool_use_id: 'c_1', content: 'let a', cache_control: mark})
    expect(JSON.stringify(body).match(/cache_control/g)).toHaveLength(3)
  })

  it('merges the results of parallel calls and the words after them into one user message', async () => {
    const call = (id: string, input: string) => ({id: id as CallId, tool: 'read', input})
    const result = (id: string, ok: boolean): Message => ({from: 'tool', call: id as CallId, tool: 'read', ok, text: ok ? 'let a' : 'not there'})
    const body = await sent({
      messages: [
        ...turnOf().messages,
        {from: 'model', text: ' ', calls: [call('functions.read:0', '{"path":"a"}'), call('c_2', '{"path":')]},
        result('functions.read:0', true),
        result('c_2', false),
        {from: 'user', text: 'Go on.'},
      ],
    })
    expect(types(body)).toEqual(['user: text', 'assistant: tool_use tool_use', 'user: tool_result tool_result text'])
    expect(body.messages[1]?.content).toMatchObject([
      {id: 'functions_read_0', name: 'read', input: {path: 'a'}},
      {id: 'c_2', input: {input: '{"path":'}},
    ])
    expect(body.messages[2]?.content).toMatchObject([{tool_use_id: 'functions_read_0'}, {tool_use_id: 'c_2', is_error: true}, {text: 'Go on.'}])
    expect(body.messages[2]?.content[0]).not.toHaveProperty('is_error')
  })

  it('asks for thinking as each generation wants it', async () => {
    const asked = async (model: string, sampling: Turn['sampling']) => {
      const {thinking, output_config, temperature, top_p} = await sent({model, sampling})
      return {thinking, output_config, temperature, top_p}
    }
    const adaptive = {type: 'adaptive', display: 'summarized'}
    const models = {output: 64_000}
    expect(await asked('claude-sonnet-5-5', {temperature: 0, effort: 'high'})).toEqual({thinking: adaptive, output_config: {effort: 'high'}})
    expect(await asked('claude-opus-5-5', {temperature: 0})).toEqual({thinking: adaptive})
    expect(await asked('claude-opus-4-8', {temperature: 0})).toEqual({})
    expect(await asked('claude-opus-4-6', {temperature: 0, topP: 0.9})).toEqual({temperature: 0})
    expect(await asked('claude-opus-4-6', {effort: 'low'})).toEqual({thinking: adaptive, output_config: {effort: 'low'}})
    expect(await asked('claude-haiku-4-5', {topP: 0.9})).toEqual({top_p: 0.9})
    expect(await asked('claude-sonnet-4-20250514', {temperature: 0.3})).toEqual({temperature: 0.3})
    const manual = await sent({model: 'claude-haiku-4-5', sampling: {temperature: 0, effort: 'medium'}}, {models: {'claude-haiku-4-5': models}})
    expect(manual).toMatchObject({max_tokens: 64_000, thinking: {type: 'enabled', budget_tokens: 8192}})
    expect(manual.temperature).toBeUndefined()
    const small = await sent({model: 'claude-haiku-4-5', sampling: {effort: 'high', maxOutputTokens: 4000}})
    expect(small.thinking).toEqual({type: 'enabled', budget_tokens: 2976})
    expect((await sent({model: 'claude-haiku-4-5', sampling: {effort: 'high', maxOutputTokens: 2000}})).thinking).toBeUndefined()
  })

  it('asks for no budget of thinking where the calls before came without any', async () => {
    const body = await sent({model: 'claude-haiku-4-5', messages: afterOneCall, sampling: {effort: 'low'}})
    expect(body.thinking).toBeUndefined()
  })

  it('holds an answer to a schema that the server can express, and leaves out any other', async () => {
    const answer = {type: 'object', properties: {sum: {type: 'integer', minimum: 0}, why: {type: 'array', items: {type: 'string'}}}, required: ['sum']}
    const closed = {...answer, additionalProperties: false, properties: {...answer.properties, sum: {type: 'integer'}}}
    expect((await sent({answer})).output_config).toEqual({format: {type: 'json_schema', schema: closed}})
    expect((await sent({answer, model: 'claude-opus-5-5', sampling: {effort: 'low'}})).output_config).toMatchObject({effort: 'low', format: {schema: closed}})
    expect((await sent({answer: {type: 'object', additionalProperties: {type: 'string'}}})).output_config).toBeUndefined()
    expect((await sent({answer: {type: 'object', properties: {any: {not: {}}}}})).output_config).toBeUndefined()
    expect((await sent({answer, model: 'claude-sonnet-4-20250514'})).output_config).toBeUndefined()
  })
})

describe('a reply of the Messages API', () => {
  const once = async (reply: Scripted) => {
    await using server = await modelServer([reply])
    return await gather(make(settingsOf({baseUrl: server.url})).stream(turnOf(), AbortSignal.timeout(5000)))
  }

  it('gives thinking back as it came, in its place, to the same route only', async () => {
    await using server = await modelServer(({n}) =>
      n === 1 ? {thought: 'plan', text: 'I look.', calls: [{tool: 'read', input: {path: 'a'}}]} : {text: 'done'},
    )
    const client = make(settingsOf({baseUrl: server.url}))
    const first = await gather(client.stream(turnOf(), AbortSignal.timeout(5000)))
    expect(first.end.keep?.provider).toBe('kit/scripted')
    const calls = first.parts.flatMap((part) => (part.is === 'call' ? [part.call] : []))
    const messages: Message[] = [
      ...turnOf().messages,
      {from: 'model', text: first.text, calls, keep: first.end.keep},
      {from: 'tool', call: calls[0]?.id as CallId, tool: 'read', ok: true, text: 'let a'},
    ]
    const said = async (model: string, history = messages, thoughts: Turn['thoughts'] = undefined) => {
      await gather(client.stream(turnOf({model, messages: history, sampling: {effort: 'low'}, ...(thoughts ? {thoughts} : {})}), AbortSignal.timeout(5000)))
      return server.requests.at(-1)?.body as unknown as Body
    }
    const same = await said('scripted')
    expect(same.messages[1]?.content).toEqual([
      {type: 'thinking', thinking: 'plan', signature: 'sig_1'},
      {type: 'text', text: 'I look.'},
      {type: 'tool_use', id: 'toolu_1_0', name: 'read', input: {path: 'a'}},
    ])
    expect(same.thinking).toMatchObject({type: 'enabled'})
    const longer = await said('scripted', [...messages, {from: 'user', text: 'More.'}])
    expect(longer.messages[1]).toEqual(same.messages[1])
    const changed = await said('scripted', [{from: 'system', text: 'You plan.'}, ...messages.slice(1)])
    expect(changed.messages[1]?.content.map(({type}) => type)).toEqual(['text', 'tool_use'])
    expect(changed.thinking).toBeUndefined()
    const refused = await said('scripted', messages, 'none')
    expect(refused.messages[1]).toEqual(changed.messages[1])
    expect(refused.thinking).toBeUndefined()
    const other = await said('other')
    expect(other.messages[1]?.content.map(({type}) => type)).toEqual(['text', 'tool_use'])
    expect(other.thinking).toBeUndefined()
  })

  it('counts cached tokens as part of the input', async () => {
    const got = await once({text: 'x', usage: {input: 50, output: 20, cached: 30, reasoning: 12}})
    expect(got.end.usage).toEqual({input: 50, output: 20, cached: 30, reasoning: 12})
  })

  it('takes a refusal for a refusal, and its half of a text for no answer', async () => {
    const got = await once({text: 'half', why: 'filter'})
    expect(got.end).toMatchObject({why: 'fault', error: {code: 'model.refused', again: false}})
  })

  it.each([
    ['overloaded_error', 'Overloaded', 'model.broken', true],
    ['rate_limit_error', 'slow down', 'model.limited', true],
    ['authentication_error', 'invalid x-api-key', 'model.credentials', false],
    ['invalid_request_error', 'prompt is too long: 210000 tokens > 200000 maximum', 'model.window', false],
    ['invalid_request_error', 'input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000', 'model.window', false],
  ] as const)('an event of %s (%s) is %s', async (code, message, expected, again) => {
    const got = await once({text: 'half of it', fault: {do: 'error', code, message}})
    expect(got.end).toMatchObject({why: 'fault', error: {code: expected, again}})
  })

  it('waits as long as an overloaded server says', async () => {
    const got = await once({fault: {do: 'status', status: 529, message: 'Overloaded', headers: {'retry-after': '3'}}})
    expect(got.end).toMatchObject({error: {code: 'model.broken'}, waitMs: 3000})
  })

  it('does not go to a far server without a key', async () => {
    const far = make(settingsOf({baseUrl: 'https://api.anthropic.com', apiKeyEnv: 'ANTHROPIC_API_KEY'}))
    const got = await gather(far.stream(turnOf(), AbortSignal.timeout(5000)))
    expect(got.end.error).toMatchObject({code: 'model.credentials', hint: 'set ANTHROPIC_API_KEY'})
  })

  it('knows a dated snapshot by its family', () => {
    const client = make(settingsOf({baseUrl: 'https://api.anthropic.com', models: {'claude-haiku-4-5': {window: 200_000, output: 64_000}}}))
    expect(client.card('claude-haiku-4-5-20251001')).toMatchObject({output: 64_000, local: false})
    expect(client.card('claude-opus-9')).toMatchObject({fixedTemperature: true})
  })
})
