// What every model client must do, whatever its protocol: run against the scripted server.

import {afterEach, describe, expect, it} from 'vitest'
import type {ModelClient, ModelMaker, ProviderSettings} from '../../engine/contract/model.ts'
import type {Protocol} from '../kit/model-script.ts'
import {type ModelServer, modelServer, type Script, type Scripted, type ServerOptions} from '../kit/model-server.ts'
import {afterOneCall, type Gathered, gather, settingsOf, turnOf, until} from '../kit/model-turn.ts'

export interface Suite {
  protocol: Protocol
  maker: ModelMaker
  baseUrl(server: ModelServer): string
}

const longInput = {path: 'a/rather/long/path/that/needs/several/deltas.ts', note: 'ä–日本'}

export const modelSuite = ({protocol, maker, baseUrl}: Suite): void => {
  const servers: ModelServer[] = []
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()))
  })

  const open = async (
    script: Script,
    more: Partial<ProviderSettings> = {},
    options: ServerOptions = {},
  ): Promise<{server: ModelServer; client: ModelClient}> => {
    const server = await modelServer(script, options)
    servers.push(server)
    return {server, client: maker(settingsOf({baseUrl: baseUrl(server), ...more}))}
  }

  const once = async (reply: Scripted, more: Partial<ProviderSettings> = {}): Promise<Gathered> => {
    const {client} = await open([reply], more)
    return gather(client.stream(turnOf(), AbortSignal.timeout(10_000)))
  }

  const failing = async (reply: Scripted, code: string, more: Partial<ProviderSettings> = {}): Promise<Gathered> => {
    const got = await once(reply, more)
    expect(got.end).toMatchObject({why: 'fault', error: {code}})
    expect(got.calls).toEqual([])
    return got
  }

  describe(`answers over ${protocol}`, () => {
    it('streams text and ends with stop, usage and the time of the first token', async () => {
      const got = await once({text: 'The sum is fixed — ganz sicher. 日本', usage: {input: 120, output: 9, cached: 0}})
      expect(got.text).toBe('The sum is fixed — ganz sicher. 日本')
      expect(got.end).toMatchObject({why: 'stop', usage: {input: 120, output: 9}})
      expect(got.end.error).toBeUndefined()
      expect(got.end.firstMs).toBeGreaterThan(0)
    })

    it('reads events that are cut anywhere, letters included', async () => {
      const got = await once({text: 'Größe → 日本語 and more', calls: [{tool: 'read', input: longInput}], pieceBytes: 3})
      expect(got.text).toBe('Größe → 日本語 and more')
      expect(JSON.parse(got.calls[0]?.input ?? '')).toEqual(longInput)
    })

    it('tells thoughts from text and measures them', async () => {
      const got = await once({thought: 'first I think', text: 'then I speak', everyMs: 2})
      expect(got.thought).toBe('first I think')
      expect(got.text).toBe('then I speak')
      expect(got.end.thinkingMs).toBeGreaterThan(0)
    })

    it('hands on one call with its arguments as JSON text', async () => {
      const got = await once({calls: [{tool: 'read', input: longInput}]})
      expect(got.end.why).toBe('calls')
      expect(got.calls).toHaveLength(1)
      expect(got.calls[0]).toMatchObject({tool: 'read', id: expect.stringMatching(/.+/)})
      expect(JSON.parse(got.calls[0]?.input ?? '')).toEqual(longInput)
    })

    it('hands on parallel calls in order, though their deltas are woven', async () => {
      const calls = ['a.ts', 'b.ts', 'c.ts'].map((path) => ({tool: 'read', input: {path, note: 'x'.repeat(60)}}))
      for (const fault of [undefined, {do: 'weave'}, {do: 'duplicate'}] as const) {
        const got = await once({text: 'Three.', calls, ...(fault ? {fault} : {})})
        const paths = got.calls.map(({input}) => (JSON.parse(input) as {path: string}).path)
        // Ollama has no indexes: its order is the order on the wire.
        expect(protocol === 'ollama' ? paths.toSorted() : paths).toEqual(['a.ts', 'b.ts', 'c.ts'])
        expect(got.text).toBe('Three.')
        expect(new Set(got.calls.map(({id}) => id)).size).toBe(3)
      }
    })

    it('gives calls without an id, or with one that was used before, an id of their own', async () => {
      const {client} = await open([{calls: [{tool: 'read', input: {}, id: ''}]}, {calls: [{tool: 'read', input: {}, id: 'c_1'}]}])
      const first = await gather(client.stream(turnOf(), AbortSignal.timeout(5000)))
      expect(first.calls[0]?.id).toMatch(/.+/)
      const second = await gather(client.stream(turnOf({messages: afterOneCall, key: {role: 'coder', agent: 1, call: 2}}), AbortSignal.timeout(5000)))
      expect(second.calls[0]?.id).toMatch(/.+/)
      expect(second.calls[0]?.id).not.toBe('c_1')
    })

    it('sends the conversation, the tools and the sampling, and nothing of its own', async () => {
      const {server, client} = await open([{text: 'ok'}], {
        headers: {'x-team': 'blue'},
        ...(protocol === 'ollama' ? {} : {apiKey: 'sk-test', apiKeyEnv: 'KIT_KEY'}),
      })
      await gather(client.stream(turnOf({messages: afterOneCall, sampling: {temperature: 0, maxOutputTokens: 77}}), AbortSignal.timeout(5000)))
      const [asked] = server.requests
      expect(asked?.messages.map(({from, text}) => [from, text])).toEqual(
        protocol === 'responses'
          ? [
              ['system', 'You fix code.'],
              ['user', 'Fix the sum.'],
              ['model', 'I look.'],
              ['model', ''],
              ['tool', 'let a'],
            ]
          : [
              ['system', 'You fix code.'],
              ['user', 'Fix the sum.'],
              ['model', 'I look.'],
              ['tool', 'let a'],
            ],
      )
      const call = asked?.messages.flatMap(({calls}) => calls ?? [])[0]
      expect(call?.tool).toBe('read')
      expect(JSON.parse(call?.input ?? '')).toEqual({path: 'a.ts'})
      expect(asked?.tools).toEqual(['read'])
      expect(asked?.headers['x-team']).toBe('blue')
      if (protocol === 'messages') expect(asked?.headers['x-api-key']).toBe('sk-test')
      else if (protocol !== 'ollama') expect(asked?.headers.authorization).toBe('Bearer sk-test')
      expect(JSON.stringify(asked?.body)).toContain('77')
    })

    it('uses one connection for many calls', async () => {
      const {server, client} = await open([{text: 'x', times: 0}])
      for (let call = 1; call <= 5; call++) {
        const got = await gather(client.stream(turnOf({key: {role: 'coder', agent: 1, call}}), AbortSignal.timeout(5000)))
        expect(got.end.why).toBe('stop')
      }
      expect(server.connections()).toBe(1)
    })

    it('stops with why length when only text was cut at the limit', async () => {
      const got = await once({text: 'half a sent', why: 'length'})
      expect(got.end).toMatchObject({why: 'length'})
      expect(got.end.error).toBeUndefined()
    })

    it('says what it knows of a model, and what the server holds', async () => {
      const {client} = await open([], {models: {scripted: {window: 5000, output: 500}}}, {models: ['m1', 'm2']})
      expect(client.card('scripted')).toMatchObject({window: 5000, output: 500, tools: true, local: true})
      expect(await client.probe(AbortSignal.timeout(5000))).toMatchObject({ok: true, models: ['m1', 'm2']})
    })
  })

  describe(`stopping over ${protocol}`, () => {
    it('frees the socket at once when aborted in the middle of a stream', async () => {
      const {server, client} = await open([{text: 'again and again and again', fault: {do: 'endless'}}])
      const control = new AbortController()
      const reading = gather(client.stream(turnOf(), control.signal))
      await until(() => server.requests.length === 1)
      control.abort()
      const got = await reading
      expect(got.end).toMatchObject({why: 'fault', error: {code: 'model.stopped'}})
      await until(() => server.openSockets() === 0, 500)
    })

    it('frees the socket when aborted before any byte came', async () => {
      const {server, client} = await open([{fault: {do: 'mute'}}])
      const control = new AbortController()
      const reading = gather(client.stream(turnOf(), control.signal))
      await until(() => server.requests.length === 1)
      control.abort()
      expect((await reading).end.error?.code).toBe('model.stopped')
      await until(() => server.openSockets() === 0, 500)
    })

    it('sends nothing when it was aborted before', async () => {
      const {server, client} = await open([{text: 'x'}])
      const got = await gather(client.stream(turnOf(), AbortSignal.abort()))
      expect(got.end.error?.code).toBe('model.stopped')
      expect(server.connections()).toBe(0)
    })

    it('frees the socket when the reader leaves', async () => {
      const {server, client} = await open([{text: 'again and again and again', fault: {do: 'endless'}}])
      for await (const part of client.stream(turnOf(), AbortSignal.timeout(5000))) if (part.is === 'text') break
      await until(() => server.openSockets() === 0, 500)
    })
  })

  describe(`failures over ${protocol}`, () => {
    const text = 'this would be the whole answer, if only it came'
    const calls = [{tool: 'read', input: longInput}]

    it('a reset is a cut, before and in the middle of the stream', async () => {
      await failing({text, fault: {do: 'reset', after: 0}}, 'model.cut')
      await failing({text, everyMs: 1, fault: {do: 'reset'}}, 'model.cut')
      await failing({text, calls, everyMs: 1, fault: {do: 'reset'}}, 'model.cut')
    })

    it('a clean end before the end of the protocol is a cut, never an answer', async () => {
      await failing({text, fault: {do: 'cut', after: 0}}, 'model.cut')
      await failing({text, fault: {do: 'cut'}}, 'model.cut')
      await failing({text, fault: {do: 'cut', after: 999}}, 'model.cut')
      await failing({text, calls, fault: {do: 'cut', after: 999}}, 'model.cut')
    })

    it('half a call and a clean close is a cut, and no call is handed on', async () => {
      // Half a line of Ollama's is half a JSON value that never got its end.
      await failing({text, calls, fault: {do: 'halfcall'}}, 'model.cut')
    })

    it('silence after the headers, after some text, and before any byte', async () => {
      const timeouts = {connectSec: 5, firstTokenSec: 0.15, idleSec: 0.15, callSec: 20}
      for (const fault of [{do: 'silence'}, {do: 'silence', after: 4}, {do: 'mute'}] as const) {
        const {server, client} = await open([{text, fault}], {timeouts})
        const got = await gather(client.stream(turnOf(), AbortSignal.timeout(5000)))
        expect(got.end.error?.code).toBe('model.silent')
        await until(() => server.openSockets() === 0, 500)
      }
    })

    it('an endless reply ends with its time', async () => {
      const timeouts = {connectSec: 5, firstTokenSec: 5, idleSec: 5, callSec: 0.2}
      const got = await failing({text, fault: {do: 'endless'}}, 'model.broken', {timeouts})
      expect(got.end.error?.again).toBe(false)
    })

    it('garbage, an HTML page and an answer that is no stream', async () => {
      await failing({text, fault: {do: 'garbage'}}, 'model.garbled')
      await failing({fault: {do: 'status', status: 200, body: '<html><body>Login</body></html>'}}, 'model.garbled')
      await failing({fault: {do: 'status', status: 200, body: {hello: 'world'}}}, 'model.garbled')
    })

    it('an empty reply, and one of thoughts only', async () => {
      await failing({}, 'model.empty')
      await failing({thought: 'hm'}, 'model.empty')
      await failing({text: ' \n'}, 'model.empty')
    })

    it('the output limit inside a call, or before a word', async () => {
      await failing({calls, why: 'length'}, 'model.length')
      await failing({thought: 'hm', why: 'length'}, 'model.length')
    })

    it('an error inside the stream', async () => {
      await failing({text, fault: {do: 'error', message: 'the engine crashed'}}, 'model.broken')
      const window = await failing(
        {text, fault: {do: 'error', message: 'maximum context length is 8192 tokens', code: 'context_length_exceeded'}},
        'model.window',
      )
      expect(window.end.error?.again).toBe(false)
    })

    it.each([
      [400, 'bad parameter', 'model.refused', false],
      [401, 'no valid key', 'model.credentials', false],
      [402, 'payment required', 'model.refused', false],
      [403, 'forbidden', 'model.credentials', false],
      [404, 'model "scripted" not found', 'model.unknown', false],
      [408, 'request timeout', 'model.broken', true],
      [409, 'conflict', 'model.broken', true],
      [413, 'too large', 'model.window', false],
      [422, 'unprocessable', 'model.refused', false],
      [429, 'slow down', 'model.limited', true],
      [500, 'oops', 'model.broken', true],
      [503, 'overloaded', 'model.broken', true],
      [529, 'overloaded', 'model.broken', true],
    ] as const)('status %i (%s) is %s', async (status, message, code, again) => {
      const got = await failing({fault: {do: 'status', status, message}}, code)
      expect(got.end.error?.again).toBe(again)
      expect(got.end.error?.msg).toContain(code === 'model.unknown' ? 'scripted' : message)
    })

    it('knows a full window by its words', async () => {
      const said = [
        "This model's maximum context length is 128000 tokens.",
        'the request exceeds the available context size, try increasing it',
        'input length exceeds maximum context length',
        'prompt is too long: 210000 tokens > 200000 maximum',
      ]
      for (const message of said) await failing({fault: {do: 'status', status: 400, message}}, 'model.window')
      await failing(
        {fault: {do: 'status', status: 400, message: 'x', code: 'context_length_exceeded'}},
        protocol === 'ollama' ? 'model.refused' : 'model.window',
      )
      await failing(
        {fault: {do: 'status', status: 400, body: {error: {code: 400, message: 'too big', type: 'exceed_context_size_error', n_ctx: 4096}}}},
        'model.window',
      )
    })

    it('keeps what the server says of waiting', async () => {
      const waiting = async (headers: Record<string, string>, message = 'slow') =>
        (await failing({fault: {do: 'status', status: 429, message, headers}}, 'model.limited')).end.waitMs
      expect(await waiting({'retry-after': '7'})).toBe(7000)
      expect(await waiting({'retry-after-ms': '1500', 'retry-after': '9'})).toBe(1500)
      const now = Date.now()
      const byDate = await waiting({'retry-after': new Date(now + 30_000).toUTCString(), date: new Date(now).toUTCString()})
      expect(byDate).toBe(30_000)
      expect(await waiting({})).toBeUndefined()
    })

    it('a server that is not there, and a name that does not resolve', async () => {
      const server = await modelServer([])
      await server.close()
      const gone = maker(settingsOf({baseUrl: baseUrl(server)}))
      const got = await gather(gone.stream(turnOf(), AbortSignal.timeout(5000)))
      expect(got.end.error).toMatchObject({code: 'model.unreachable', again: true, hint: expect.stringMatching(/start/)})
      const nameless = maker(settingsOf({baseUrl: 'http://model.invalid:1/v1'}))
      const unresolved = await gather(nameless.stream(turnOf(), AbortSignal.timeout(5000)))
      expect(unresolved.end.error?.code).toBe('model.unreachable')
      expect((await gone.probe(AbortSignal.timeout(5000))).error?.code).toBe('model.unreachable')
    })

    it('never shows the key', async () => {
      const got = await failing({fault: {do: 'status', status: 401, message: 'wrong key sk-very-secret'}}, 'model.credentials', {
        apiKey: 'sk-very-secret',
        apiKeyEnv: 'KIT_KEY',
      })
      expect(JSON.stringify(got.end)).not.toContain('sk-very-secret')
      expect(got.end.error?.hint).toContain('KIT_KEY')
    })
  })
}
