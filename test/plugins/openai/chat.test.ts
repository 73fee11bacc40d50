import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {describe, expect, it} from 'vitest'
import make from '../../../plugins/openai/chat.ts'
import {modelServer} from '../../kit/model-server.ts'
import {gather, settingsOf, turnOf} from '../../kit/model-turn.ts'
import {modelSuite} from '../../suite/model.ts'

modelSuite({protocol: 'chat', maker: make, baseUrl: (server) => server.baseUrl})

/** A server that answers with exactly these events. */
const saying = async (events: (object | string)[], last = '') => {
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, {'content-type': 'text/event-stream'})
    response.end(events.map((event) => `data: ${typeof event === 'string' ? event : JSON.stringify(event)}\n\n`).join('') + last)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const got = await gather(make(settingsOf({baseUrl: `http://127.0.0.1:${port}/v1`})).stream(turnOf(), AbortSignal.timeout(5000)))
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  return got
}

const delta = (body: object, finish_reason: string | null = null) => ({choices: [{index: 0, delta: body, finish_reason}]})
const piece = (more: object) => delta({tool_calls: [more]})

describe('Chat Completions as servers really speak it', () => {
  it('takes calls that all have the index 0 for the calls they are', async () => {
    const got = await saying([
      piece({index: 0, id: 'a', function: {name: 'read', arguments: '{"path":"1"}'}}),
      piece({index: 0, id: 'b', function: {name: 'read', arguments: '{"path":"2"}'}}),
      delta({}, 'tool_calls'),
      '[DONE]',
    ])
    expect(got.calls.map(({id, input}) => [id, input])).toEqual([
      ['a', '{"path":"1"}'],
      ['b', '{"path":"2"}'],
    ])
  })

  it('takes an id and a name that come with every piece for one call', async () => {
    const got = await saying([
      piece({index: 0, id: 'a', function: {name: 'read', arguments: '{"pa'}}),
      piece({index: 0, id: 'a', function: {name: 'read', arguments: 'th":"1"}'}}),
      delta({}, 'stop'),
      '[DONE]',
    ])
    expect(got.calls).toEqual([{id: 'a', tool: 'read', input: '{"path":"1"}'}])
    expect(got.end.why).toBe('calls')
  })

  it('takes pieces without an index, and arguments that are an object', async () => {
    const got = await saying([
      piece({id: 'a', function: {name: 'read', arguments: {path: '1'}}}),
      piece({function: {name: 'read', arguments: '{}'}}),
      delta({}, 'tool_calls'),
      '[DONE]',
    ])
    expect(got.calls.map(({input}) => input)).toEqual(['{"path":"1"}', '{}'])
  })

  it('accepts a finish_reason without [DONE], and [DONE] without one only where nothing can be missing', async () => {
    expect((await saying([delta({content: 'hello'}), delta({}, 'stop')])).end.why).toBe('stop')
    expect((await saying([delta({content: 'hello'}), '[DONE]'])).end.why).toBe('stop')
    expect((await saying([piece({index: 0, id: 'a', function: {name: 'read', arguments: '{"pa'}}), '[DONE]'])).end.error?.code).toBe('model.cut')
  })

  it('takes a last event that lacks its empty line, and is whole', async () => {
    const got = await saying([delta({content: 'hello'})], `data: ${JSON.stringify(delta({}, 'stop'))}\n`)
    expect(got.end.why).toBe('stop')
    expect((await saying([delta({content: 'hello'})], 'data: {"choices":[{"finish_reason":"st')).end.error?.code).toBe('model.cut')
  })

  it('leaves broken arguments of a whole call as they are', async () => {
    const got = await saying([piece({index: 0, id: 'a', function: {name: 'read', arguments: '{"path": '}}), delta({}, 'tool_calls'), '[DONE]'])
    expect(got.calls[0]?.input).toBe('{"path": ')
  })

  it('finds thoughts in `reasoning`, and between think tags cut anywhere', async () => {
    expect((await saying([delta({reasoning: 'hm'}), delta({content: 'yes'}), delta({}, 'stop')])).thought).toBe('hm')
    const got = await saying([...'\n<think>a < b</think>\n\nyes <think>'].map((content) => delta({content})).concat([delta({}, 'stop') as never]))
    expect(got.thought).toBe('a < b')
    expect(got.text).toBe('yes <think>')
  })

  it('shows text that only begins like a tag', async () => {
    expect((await saying([delta({content: '<th'}), delta({}, 'stop')])).text).toBe('<th')
  })

  it('ignores comments, unknown fields, CR LF and a repeated end', async () => {
    const got = await saying([
      `{"choices":[]}\r\n\r\n: ping\r\n\r\ndata: ${JSON.stringify(delta({content: 'hi', x: 1}))}`,
      delta({}, 'stop'),
      delta({}, 'stop'),
      '[DONE]',
      '[DONE]',
    ])
    expect(got.text).toBe('hi')
  })

  it('takes finish_reason content_filter for a refusal', async () => {
    expect((await saying([delta({content: 'h'}), delta({}, 'content_filter'), '[DONE]'])).end.error?.code).toBe('model.refused')
  })

  it('names a schema only when there are no tools', async () => {
    const server = await modelServer([{text: '{}', times: 0}])
    const client = make(settingsOf({baseUrl: server.baseUrl}))
    await gather(client.stream(turnOf({answer: {type: 'object'}}), AbortSignal.timeout(5000)))
    await gather(client.stream(turnOf({answer: {type: 'object'}, tools: []}), AbortSignal.timeout(5000)))
    await server.close()
    expect(server.requests[0]?.body.response_format).toBeUndefined()
    expect(server.requests[1]?.body.response_format).toMatchObject({type: 'json_schema', json_schema: {schema: {type: 'object'}}})
    expect(server.requests[1]?.body.stream_options).toEqual({include_usage: true})
  })
})
