import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
import {findOllama} from '../../../plugins/ollama/find.ts'
import make from '../../../plugins/ollama/ollama.ts'
import {ollamaUrl} from '../../../plugins/ollama/url.ts'
import {modelServer} from '../../kit/model-server.ts'
import {gather, settingsOf, turnOf} from '../../kit/model-turn.ts'
import {modelSuite} from '../../suite/model.ts'

modelSuite({protocol: 'ollama', maker: make, baseUrl: (server) => server.url})

describe('Ollama', () => {
  it('names every option in every request, num_ctx the same each time', async () => {
    await using server = await modelServer([{text: 'x', times: 0}])
    const client = make(settingsOf({protocol: 'ollama', baseUrl: server.url, models: {scripted: {window: 40_960, output: 2048}}}))
    for (const messages of [turnOf().messages, [...turnOf().messages, {from: 'user' as const, text: 'x'.repeat(5000)}]])
      await gather(client.stream(turnOf({messages}), AbortSignal.timeout(5000)))
    for (const {body} of server.requests) {
      expect(body).toMatchObject({stream: true, truncate: false, shift: false, keep_alive: '30m'})
      expect(body.options).toEqual({num_ctx: 40_960, num_predict: 2048, temperature: 0, top_p: 0.95, top_k: 40, min_p: 0, repeat_penalty: 1, seed: 0})
    }
    expect(client.card('other')).toMatchObject({window: 32_768})
  })

  it('takes a last line that lacks its newline, and is whole, whatever the type says', async () => {
    const server = createServer((request, response) => {
      request.resume()
      response.writeHead(200, {'content-type': 'application/json'})
      response.end('{"message":{"role":"assistant","content":"hi"},"done":false}\n{"message":{"content":""},"done":true,"done_reason":"stop"}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const {port} = server.address() as AddressInfo
    const got = await gather(make(settingsOf({baseUrl: `127.0.0.1:${port}`})).stream(turnOf(), AbortSignal.timeout(5000)))
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    expect(got).toMatchObject({text: 'hi', end: {why: 'stop'}})
  })

  it('is given back the thoughts that led to its calls, and only its own', async () => {
    await using server = await modelServer([
      {thought: 'Where is it?', calls: [{tool: 'read', input: {path: 'a'}}]},
      {text: 'x', times: 0},
    ])
    const client = make(settingsOf({baseUrl: server.url}))
    const got = await gather(client.stream(turnOf(), AbortSignal.timeout(5000)))
    expect(got.end.keep?.items).toEqual([{thinking: 'Where is it?'}])
    const {end} = got
    const calls = got.calls.map((call) => ({...call, id: call.id as CallId}))
    for (const provider of [end.keep?.provider ?? '', 'other/m']) {
      const reply = {from: 'model' as const, text: '', calls, keep: {provider, items: end.keep?.items ?? []}}
      await gather(client.stream(turnOf({messages: [...turnOf().messages, reply]}), AbortSignal.timeout(5000)))
    }
    const sent = server.requests.slice(1).map(({body}) => (body.messages as {thinking?: string}[]).at(-1)?.thinking)
    expect(sent).toEqual(['Where is it?', undefined])
  })

  it('says how to start it and how to get a model', async () => {
    await using server = await modelServer([{fault: {do: 'status', status: 404, message: "model 'scripted' not found"}}])
    const got = await gather(make(settingsOf({baseUrl: server.url})).stream(turnOf(), AbortSignal.timeout(5000)))
    expect(got.end.error).toMatchObject({code: 'model.unknown', hint: 'ollama pull scripted'})
    const gone = await gather(make(settingsOf({baseUrl: 'http://127.0.0.1:1'})).stream(turnOf(), AbortSignal.timeout(5000)))
    expect(gone.end.error?.hint).toContain('ollama serve')
  })

  it('takes a call that the server could not parse for a reply to ask for again', async () => {
    await using server = await modelServer([{fault: {do: 'status', status: 500, message: 'error parsing tool call: unexpected end'}}])
    const got = await gather(make(settingsOf({baseUrl: server.url})).stream(turnOf(), AbortSignal.timeout(5000)))
    expect(got.end.error).toMatchObject({code: 'model.garbled', again: true})
  })

  it('warns of a model on the CPU, of a smaller context and of one without tools', async () => {
    const running = [{name: 'm1:latest', size: 100, size_vram: 40, context_length: 4096}]
    await using server = await modelServer([], {models: ['m1:latest'], running, contextLength: 8192, capabilities: ['completion']})
    const client = make(settingsOf({baseUrl: server.url, models: {m1: {window: 16_384}}}))
    const {notes} = await client.probe(AbortSignal.timeout(5000))
    expect(notes).toEqual([
      'm1:latest runs 60 % on the CPU',
      'm1:latest is loaded with 4096 tokens of context, 16384 are asked',
      'm1 cannot call tools',
      'm1 was trained for 8192 tokens of context, 16384 are asked',
    ])
  })

  it('finds a model that can call tools, and nothing where none is', async () => {
    await using server = await modelServer([], {models: ['m1', 'm2']})
    expect(await findOllama(server.url, AbortSignal.timeout(5000))).toBe('m1')
    await using plain = await modelServer([], {models: ['m1'], capabilities: ['completion']})
    expect(await findOllama(plain.url, AbortSignal.timeout(5000))).toBeUndefined()
    expect(await findOllama('127.0.0.1:1', AbortSignal.timeout(5000))).toBeUndefined()
  })

  it.each([
    ['', 'http://127.0.0.1:11434'],
    ['  "10.0.0.5"  ', 'http://10.0.0.5:11434'],
    ['example.com', 'http://example.com:11434'],
    ['example.com:1234', 'http://example.com:1234'],
    [':1234', 'http://127.0.0.1:1234'],
    ['0.0.0.0:99', 'http://127.0.0.1:99'],
    ['http://example.com', 'http://example.com:80'],
    ['https://example.com', 'https://example.com:443'],
    ['https://example.com:8443/ollama/', 'https://example.com:8443/ollama'],
    ['http://example.com:70000', 'http://example.com:80'],
    ['example.com:abc', 'http://example.com:11434'],
    ['[::1]', 'http://[::1]:11434'],
    ['::1', 'http://[::1]:11434'],
    ['[::1]:1337', 'http://[::1]:1337'],
    ['ollama.com', 'https://ollama.com:443'],
  ])('reads OLLAMA_HOST=%s as %s', (host, url) => {
    expect(ollamaUrl(host)).toBe(url)
  })
})
