import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {afterAll, describe, expect, it} from 'vitest'
import type {Message} from '../../../engine/contract/message.ts'
import make from '../../../plugins/openai/responses.ts'
import {modelServer} from '../../kit/model-server.ts'
import {gather, settingsOf, turnOf} from '../../kit/model-turn.ts'
import {modelSuite} from '../../suite/model.ts'

modelSuite({protocol: 'responses', maker: make, baseUrl: (server) => server.baseUrl})

describe('the Responses API', async () => {
  const server = await modelServer(({n}) => (n === 1 ? {thought: 'plan', text: 'I look.', calls: [{tool: 'read', input: {path: 'a'}}]} : {text: 'done'}))
  afterAll(() => server.close())
  const models = {'gpt-5.2': {fixedTemperature: true}}
  const client = make(settingsOf({protocol: 'openai-responses', baseUrl: server.baseUrl, models}))

  it('hands reasoning back encrypted, right before what it led to, to the same route only', async () => {
    const first = await gather(client.stream(turnOf({model: 'gpt-5.2'}), AbortSignal.timeout(5000)))
    expect(first.end.keep?.provider).toBe('kit/gpt-5.2')
    const [call] = first.calls
    if (!call) throw new Error('no call')
    const history: Message[] = [
      ...turnOf().messages,
      {from: 'model', text: first.text, calls: first.parts.flatMap((part) => (part.is === 'call' ? [part.call] : [])), keep: first.end.keep},
      {from: 'tool', call: call.id as never, tool: 'read', ok: true, text: 'let a'},
    ]
    await gather(client.stream(turnOf({model: 'gpt-5.2', messages: history}), AbortSignal.timeout(5000)))
    const body = server.requests.at(-1)?.body as {input: {type?: string; role?: string}[]; store: boolean; include: string[]; temperature?: number}
    expect(body.input.map(({type, role}) => role ?? type)).toEqual(['user', 'reasoning', 'assistant', 'function_call', 'function_call_output'])
    expect(body.input[1]).toMatchObject({encrypted_content: 'enc_1'})
    expect(body).toMatchObject({store: false, include: ['reasoning.encrypted_content']})
    expect(body.temperature).toBeUndefined()

    await gather(client.stream(turnOf({model: 'other', messages: history}), AbortSignal.timeout(5000)))
    const elsewhere = server.requests.at(-1)?.body as typeof body
    expect(elsewhere.input.map(({type, role}) => role ?? type)).toEqual(['user', 'assistant', 'function_call', 'function_call_output'])
    expect(elsewhere.temperature).toBe(0)
    expect(elsewhere.include).toBeUndefined()
  })

  it('asks for an answer that matches a schema', async () => {
    await gather(client.stream(turnOf({answer: {type: 'object'}}), AbortSignal.timeout(5000)))
    expect(server.requests.at(-1)?.body.text).toMatchObject({format: {type: 'json_schema', schema: {type: 'object'}}})
  })

  it('reads cached and reasoning tokens', async () => {
    const counting = await modelServer([{text: 'x', usage: {input: 50, output: 20, cached: 30, reasoning: 12}}])
    const got = await gather(make(settingsOf({baseUrl: counting.baseUrl})).stream(turnOf(), AbortSignal.timeout(5000)))
    await counting.close()
    expect(got.end.usage).toEqual({input: 50, output: 20, cached: 30, reasoning: 12})
  })

  it('does not go to a far server without a key', async () => {
    const far = make(settingsOf({baseUrl: 'https://api.openai.com/v1', apiKeyEnv: 'OPENAI_API_KEY'}))
    const got = await gather(far.stream(turnOf(), AbortSignal.timeout(5000)))
    expect(got.end.error).toMatchObject({code: 'model.credentials', hint: 'set OPENAI_API_KEY'})
  })

  it('takes the words of the content filter for a refusal', async () => {
    const filtering = await modelServer([{text: 'half', why: 'filter'}])
    const got = await gather(make(settingsOf({baseUrl: filtering.baseUrl})).stream(turnOf(), AbortSignal.timeout(5000)))
    await filtering.close()
    expect(got.end.error).toMatchObject({code: 'model.refused', again: false})
  })
})

describe('the Responses API as others serve it', () => {
  const saying = async (events: object[]) => {
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(200, {'content-type': 'text/event-stream'})
      response.end(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const {port} = server.address() as AddressInfo
    const client = make(settingsOf({protocol: 'openai-responses', baseUrl: `http://127.0.0.1:${port}/v1`}))
    const got = await gather(client.stream(turnOf(), AbortSignal.timeout(5000)))
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    return got
  }
  const text = (delta: string, sequence_number?: number) => ({type: 'response.output_text.delta', output_index: 0, delta, sequence_number})
  const done = (sequence_number?: number) => ({type: 'response.completed', sequence_number, response: {status: 'completed', output: [], usage: null}})

  it('drops what comes twice, by its number', async () => {
    expect((await saying([text('a', 1), text('b', 2), text('b', 2), text('a', 1), text('c', 3), done(4)])).text).toBe('abc')
  })

  it('minds no numbers where all are the same', async () => {
    expect((await saying([text('a', 0), text('b', 0), text('b', 0), done(0)])).text).toBe('abb')
  })

  it('believes what stands inside an event that calls itself completed', async () => {
    const ended = (response: object) => saying([text('half'), {type: 'response.completed', response: {output: [], ...response}}])
    expect((await ended({status: 'failed', error: {code: 'server_error', message: 'x'}})).end.error?.code).toBe('model.broken')
    expect((await ended({status: 'cancelled'})).end.error?.code).toBe('model.cut')
    expect((await ended({status: 'incomplete', incomplete_details: {reason: 'max_output_tokens'}})).end.why).toBe('length')
  })

  it('reads an error whose words are one deeper', async () => {
    const got = await saying([{type: 'error', error: {type: 'too_many_requests', code: 'rate_limit_exceeded', message: 'Please try again in 300ms.'}}])
    expect(got.end).toMatchObject({error: {code: 'model.limited'}, waitMs: 300})
  })
})
