import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
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

  it.each(['insufficient_system_resource', 'abort', 'error'])('takes finish_reason %s for no answer', async (reason) => {
    const {end} = await saying([delta({content: 'half an ans'}), delta({}, reason), '[DONE]'])
    expect([end.why, end.error?.code]).toEqual(['fault', 'model.broken'])
  })

  it.each(['model_length', 'max_tokens', 'MAX_TOKENS'])('takes finish_reason %s for the output limit', async (reason) => {
    expect((await saying([delta({content: 'half an ans'}), delta({}, reason), '[DONE]'])).end.why).toBe('length')
  })

  it('keeps to the first choice, and to a call from the time when there was one', async () => {
    const other = {choices: [{index: 1, delta: {content: 'EVIL'}, finish_reason: 'stop'}]}
    expect((await saying([delta({content: 'good'}), other, delta({}, 'stop'), '[DONE]'])).text).toBe('good')
    const old = [delta({function_call: {name: 'read', arguments: ''}}), delta({function_call: {arguments: '{"path":"1"}'}}), delta({}, 'function_call')]
    expect((await saying(old)).calls.map(({tool, input}) => [tool, input])).toEqual([['read', '{"path":"1"}']])
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

describe('Chat Completions with the habits of one server', () => {
  const calls = (got: {calls: {tool: string; input: string}[]}) => got.calls.map(({tool, input}) => [tool, input])

  it('takes whole calls in one place, with neither id nor index of their own, for the calls they are (Gemini)', async () => {
    const one = {index: 0, id: '', function: {name: 'read', arguments: '{"path":"1"}'}}
    const two = {index: 0, id: '', function: {name: 'list', arguments: '{"path":"2"}'}}
    const three = {index: 0, function: {name: '', arguments: '{"path":"3"}'}}
    const got = await saying([piece(one), piece(two), piece(three), delta({}, 'stop'), '[DONE]'])
    expect(calls(got)).toEqual([
      ['read', '{"path":"1"}'],
      ['list', '{"path":"2"}'],
      ['list', '{"path":"3"}'],
    ])
  })

  it('takes an empty object before the arguments for none, and arguments that are said again for the same', async () => {
    const first = piece({index: 0, id: 'a', function: {name: 'read', arguments: '{}'}})
    const rest = [piece({index: 0, function: {arguments: '{"pa'}}), piece({index: 0, function: {arguments: 'th":"}{"}'}})]
    const again = piece({index: 0, id: 'a', function: {name: 'read', arguments: '{"path":"}{"}'}})
    expect(calls(await saying([first, ...rest, again, delta({}, 'tool_calls'), '[DONE]']))).toEqual([['read', '{"path":"}{"}']])
  })

  it.each([
    ['whole', [{name: 'read', arguments: '{"path":"a"}'}]],
    ['in pieces', [{name: 'read', arguments: ''}, {arguments: '{"path":'}, {arguments: '"a"}'}]],
  ])('takes an empty object for a call of its own where another tool comes next, %s', async (_, next) => {
    for (const empty of ['{}', '']) {
      const all = [{name: 'list', arguments: empty}, ...next].map((of) => piece({index: 0, function: of}))
      const got = await saying([...all, delta({}, 'tool_calls'), '[DONE]'])
      expect(got.calls.map(({tool}) => tool)).toEqual(['list', 'read'])
      expect(got.calls[1]?.input).toBe('{"path":"a"}')
    }
    const same = [{name: 'read', arguments: '{}'}, ...next].map((of) => piece({index: 0, function: of}))
    expect(calls(await saying([...same, delta({}, 'tool_calls'), '[DONE]']))).toEqual([['read', '{"path":"a"}']])
  })

  it('does not take a brace inside an unfinished object for another call', async () => {
    const pieces = ['{"edits":[{"a":1}', ',', '{"b":{}}', ']', '}'].map((text, at) =>
      piece({index: 0, ...(at === 0 ? {id: 'a'} : {}), function: {...(at === 0 ? {name: 'edit'} : {}), arguments: text}}),
    )
    expect(calls(await saying([...pieces, delta({}, 'tool_calls'), '[DONE]']))).toEqual([['edit', '{"edits":[{"a":1},{"b":{}}]}']])
  })

  it('reads content that is a list of thoughts and texts (Mistral)', async () => {
    const got = await saying([
      delta({content: [{type: 'thinking', thinking: [{type: 'text', text: 'Let me think.'}]}]}),
      delta({content: [{type: 'text', text: 'Four'}, 'teen']}),
      delta({content: ''}, 'stop'),
      '[DONE]',
    ])
    expect([got.thought, got.text]).toEqual(['Let me think.', 'Fourteen'])
  })

  it('loses no thought that comes in one piece with the text', async () => {
    const got = await saying([delta({reasoning_content: 'hm', content: 'yes'}, 'stop'), '[DONE]'])
    expect([got.thought, got.text]).toEqual(['hm', 'yes'])
  })

  it.each([[delta({tool_calls: {}})], [delta({tool_calls: [null]})], [delta({tool_calls: 5})]])('calls %j garbled', async (event) => {
    expect((await saying([delta({content: 'a'}), event, delta({}, 'stop'), '[DONE]'])).end.error?.code).toBe('model.garbled')
  })

  it('counts nothing that is no count', async () => {
    const got = await saying([delta({content: 'a'}, 'stop'), {choices: [], usage: {prompt_tokens: 'many', completion_tokens: -3}}, '[DONE]'])
    expect(got.end.usage).toEqual({input: 0, output: 0, reasoning: 0, cached: 0})
  })
})

describe('what a server wants back with its calls', () => {
  const asked = async (kept: unknown[] | undefined, more: object = {}, provider = 'kit/scripted'): Promise<{messages: Record<string, unknown>[]}> => {
    let body = ''
    const server = createServer((request, response) => {
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        response.writeHead(200, {'content-type': 'text/event-stream'})
        response.end(`data: ${JSON.stringify(delta({content: 'ok'}, 'stop'))}\n\ndata: [DONE]\n\n`)
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const {port} = server.address() as AddressInfo
    const messages = [
      {from: 'user' as const, text: 'go'},
      {
        from: 'model' as const,
        text: '',
        calls: [{id: 'a' as CallId, tool: 'read', input: '{}'}],
        ...(kept ? {keep: {provider, items: kept}} : {}),
      },
      {from: 'tool' as const, call: 'a' as CallId, tool: 'read', ok: true, text: 'x'},
    ]
    await gather(make(settingsOf({baseUrl: `http://127.0.0.1:${port}/v1`})).stream(turnOf({messages, ...more}), AbortSignal.timeout(5000)))
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    return JSON.parse(body)
  }
  const call = piece({index: 0, id: 'a', function: {name: 'read', arguments: '{}'}, extra_content: {google: {thought_signature: 'S'}}})

  it('is its thoughts, their details joined, and the signature of each call', async () => {
    const got = await saying([
      delta({reasoning_content: 'Let me '}),
      delta({reasoning_content: 'see.', reasoning_details: [{type: 'reasoning.text', index: 0, text: 'Let ', signature: null}]}),
      delta({reasoning_details: [{type: 'reasoning.text', index: 0, text: 'me', signature: 'Q'}]}),
      delta({reasoning_details: [{type: 'reasoning.encrypted', index: 1, data: 'E'}]}),
      call,
      delta({}, 'tool_calls'),
      '[DONE]',
    ])
    const sent = (await asked(got.end.keep?.items)).messages[1]
    expect(sent).toMatchObject({
      reasoning_content: 'Let me see.',
      reasoning_details: [
        {type: 'reasoning.text', index: 0, text: 'Let me', signature: 'Q'},
        {type: 'reasoning.encrypted', index: 1, data: 'E'},
      ],
      tool_calls: [{id: 'a', extra_content: {google: {thought_signature: 'S'}}}],
    })
  })

  it('is nothing where it sent nothing, or only answered', async () => {
    expect((await saying([delta({reasoning_content: 'hm', content: 'yes'}, 'stop'), '[DONE]'])).end.keep).toBeUndefined()
    const plain = piece({index: 0, id: 'a', function: {name: 'read', arguments: '{}'}})
    expect((await saying([plain, delta({}, 'tool_calls'), '[DONE]'])).end.keep).toBeUndefined()
    expect(Object.keys((await asked(undefined)).messages[1] ?? {})).toEqual(['role', 'content', 'tool_calls'])
  })

  it('is never sent to another route', async () => {
    const other = await asked([{is: 'reasoning', text: 'hm'}], {}, 'kit/other')
    expect(JSON.stringify(other)).not.toContain('reasoning')
  })

  it('and what was refused once is left out or named anew', async () => {
    const made = (await asked(undefined, {blamed: ['stream_options', 'max_tokens'], sampling: {maxOutputTokens: 9}})) as object
    expect(made).not.toHaveProperty('stream_options')
    expect(made).not.toHaveProperty('max_tokens')
    expect(made).toMatchObject({max_completion_tokens: 9})
  })

  it('its thoughts go with every message where it wants them so, and with none where it refuses them', async () => {
    const kept = [{is: 'reasoning', text: 'hm'}]
    expect((await asked(undefined, {thoughts: 'all'})).messages[1]).toMatchObject({reasoning_content: ''})
    expect((await asked(kept, {thoughts: 'all'})).messages[1]).toMatchObject({reasoning_content: 'hm'})
    const extra = {is: 'extra', index: 0, extra: {google: {}}}
    const bare = (await asked([...kept, extra], {thoughts: 'none'})).messages[1]
    expect(bare).not.toHaveProperty('reasoning_content')
    expect(bare).toMatchObject({tool_calls: [{extra_content: {google: {}}}]})
  })
})
