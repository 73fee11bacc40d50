// Our client of Ollama, against the real Ollama.

import {afterAll, beforeAll, expect, it} from 'vitest'
import type {ProviderSettings, Turn} from '../../engine/contract/model.ts'
import {findOllama} from '../../plugins/ollama/find.ts'
import make from '../../plugins/ollama/ollama.ts'
import {afterOneCall, type Gathered, gather, readTool, settingsOf, turnOf} from '../kit/model-turn.ts'
import {plainWords, singles, spoken} from '../kit/real-script.ts'
import {describeReal, loadsOf, openOllama, type RealServer} from '../kit/real-servers.ts'

interface Running {
  models: {name: string; context_length: number; size: number; size_vram: number; expires_at: string}[]
}

const trained = 32_768
const window = 8192

describeReal(['ollama'], 'the real Ollama', () => {
  let server: RealServer
  beforeAll(async () => {
    const gguf = singles({context: trained})
    server = await openOllama({
      scripted: {gguf},
      thinker: {gguf, thinks: true},
      plain: {gguf, tools: false},
      small: {gguf: singles({name: 'small', context: trained}), context: 4096},
    })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  const clientOf = (more: Partial<ProviderSettings> = {}) =>
    make(
      settingsOf({
        name: 'ollama',
        protocol: 'ollama',
        baseUrl: server.url,
        models: Object.fromEntries(['scripted', 'thinker', 'plain', 'small'].map((name) => [name, {window, output: 1024}])),
        ...more,
      }),
    )
  const say = (text: string, more: Partial<Turn> = {}, settings: Partial<ProviderSettings> = {}): Promise<Gathered> =>
    gather(clientOf(settings).stream(turnOf({messages: [{from: 'user', text}], ...more}), AbortSignal.timeout(20_000)))
  const loaded = async (name: string) => (await server.get<Running>('/api/ps')).models.find((one) => one.name === `${name}:latest`)

  it('streams text in pieces and counts its tokens', async () => {
    const got = await say('[[hello]]', {tools: []})
    expect(got.text).toBe(spoken.hello)
    const long = await say('[[loop]]', {tools: [], sampling: {maxOutputTokens: 800}})
    expect(long.parts.filter(({is}) => is === 'text').length).toBeGreaterThan(3)
    expect(got.end).toMatchObject({why: 'stop', usage: {output: expect.any(Number)}})
    expect(got.end.usage.input).toBeGreaterThan(5)
    expect(got.end.firstMs).toBeGreaterThan(0)
  })

  it('hands on one call, two at once, and takes up a result', async () => {
    const one = await say('[[read]]')
    expect(one.end.why).toBe('calls')
    expect(one.calls).toMatchObject([{tool: 'read', input: '{"path":"README.md"}'}])
    const two = await say('[[two]]')
    expect(two.calls.map(({input}) => input)).toEqual(['{"path":"a.ts"}', '{"path":"b.ts"}'])
    expect(new Set(two.calls.map(({id}) => id)).size).toBe(2)
    const after = await gather(clientOf().stream(turnOf({messages: afterOneCall}), AbortSignal.timeout(20_000)))
    expect(after).toMatchObject({text: spoken.afterTool, calls: [], end: {why: 'stop'}})
  })

  it('tells thoughts from text, and switches them off', async () => {
    const thinking = await say('[[think]]', {model: 'thinker', tools: [], sampling: {think: true}})
    expect(thinking).toMatchObject({thought: expect.stringContaining(spoken.thought), text: expect.stringContaining(spoken.afterThought)})
    expect(thinking.text).not.toContain('<think>')
    expect(thinking.end.thinkingMs).toBeGreaterThanOrEqual(0)
    const off = await say('[[hello]]', {model: 'thinker', tools: [], sampling: {think: false}})
    expect(off).toMatchObject({thought: '', text: spoken.hello})
    const refused = await say('[[think]]', {model: 'scripted', tools: [], sampling: {think: true}})
    expect(refused.end.error).toMatchObject({code: 'model.refused', msg: expect.stringContaining('thinking')})
  })

  it('keeps one num_ctx for a model, and loads it once for it', async () => {
    await say('[[hello]]', {tools: []})
    const before = loadsOf(server)
    for (const text of ['[[hello]]', '[[read]]', `${'x '.repeat(800)}[[hello]]`]) await say(text)
    expect((await loaded('scripted'))?.context_length).toBe(window)
    expect(loadsOf(server) - before).toBe(0)
    await say('[[hello]]', {}, {models: {scripted: {window: window * 2}}})
    expect((await loaded('scripted'))?.context_length, 'another window loads it again').toBe(window * 2)
    expect(loadsOf(server) - before).toBe(1)
    await say('[[hello]]')
  })

  it('is given no more than the model was trained for, in silence; the client can read that back', async () => {
    const asked = {models: {scripted: {window: trained * 4, output: 512}}}
    const got = await say('[[hello]]', {tools: []}, asked)
    expect(got.text).toBe(spoken.hello)
    expect((await loaded('scripted'))?.context_length).toBe(trained)
    const {notes} = await clientOf(asked).probe(AbortSignal.timeout(5000))
    expect(notes).toContain(`scripted was trained for ${trained} tokens of context, ${trained * 4} are asked`)
    expect(notes).toContain(`scripted:latest is loaded with ${trained} tokens of context, ${trained * 4} are asked`)
  })

  it('refuses a prompt over the window instead of cutting it', async () => {
    const got = await say(`[[hello]] ${'lorem '.repeat(2500)}`, {tools: []})
    expect(got.end.error).toMatchObject({code: 'model.window', again: false})
    expect(got.text).toBe('')
  })

  it('asks for a Modelfile with 4,096 tokens with the window that it was told', async () => {
    const got = await say('[[hello]]', {model: 'small', tools: []})
    expect(got.text).toBe(spoken.hello)
    expect((await loaded('small'))?.context_length).toBe(window)
  })

  it('ends at the output limit: text is kept, half a call is none', async () => {
    const text = await say('[[loop]]', {tools: [], sampling: {maxOutputTokens: 40}})
    expect(text.end).toMatchObject({why: 'length', usage: {output: 40}})
    expect(text.text).toContain('quick brown fox')
    const half = await say('[[read]]', {sampling: {maxOutputTokens: 5}})
    expect(half.end.error?.code).toBe('model.length')
    expect(half.calls).toEqual([])
  })

  it('holds a text to a schema', async () => {
    const answer = {type: 'object', properties: {answer: {type: 'string'}, ok: {type: 'boolean'}}, required: ['answer', 'ok']}
    const got = await say('[[json]]', {tools: [], answer})
    expect(JSON.parse(got.text)).toEqual(JSON.parse(spoken.json))
  })

  it('stops at once when nobody listens any more', async () => {
    const control = new AbortController()
    const client = clientOf()
    const reading = gather(client.stream(turnOf({messages: [{from: 'user', text: '[[loop]]'}], tools: [], sampling: {maxOutputTokens: 8000}}), control.signal))
    await new Promise((resolve) => setTimeout(resolve, 300))
    control.abort()
    expect((await reading).end.error?.code).toBe('model.stopped')
    const began = performance.now()
    expect((await say('[[hello]]', {tools: []})).text).toBe(spoken.hello)
    expect(performance.now() - began, 'the slot is free').toBeLessThan(2000)
  })

  it('keeps the model for half an hour', async () => {
    await say('[[hello]]', {tools: []})
    const left = Date.parse((await loaded('scripted'))?.expires_at ?? '') - Date.now()
    expect(left).toBeGreaterThan(25 * 60_000)
    await say('[[hello]]', {tools: []}, {options: {keep_alive: 0}})
    await expect.poll(() => loaded('scripted'), {timeout: 5000}).toBeUndefined()
  })

  it('takes no answer whose call the server dropped', async () => {
    const got = await say('[[broken]]')
    expect(got.end.error).toMatchObject({code: 'model.garbled', again: true, msg: expect.stringContaining('tool call')})
    const plain = await say('[[broken]]', {tools: []})
    expect(plain.end.why, 'without tools it is only text').toBe('stop')
  })

  it('names what is not there and what cannot be', async () => {
    const nobody = await say('hi', {model: 'nobody'})
    expect(nobody.end.error).toMatchObject({code: 'model.unknown', hint: 'ollama pull nobody'})
    const plain = await say('[[read]]', {model: 'plain', tools: [readTool]})
    expect(plain.end.error).toMatchObject({code: 'model.refused', msg: expect.stringContaining('does not support tools')})
    const odd = await say('hi', {tools: []}, {options: {options: {num_batch: 'many'}}})
    expect(odd.end.error?.msg).toContain('num_batch')
  })

  it('is found, with the model that calls tools', async () => {
    // It has 150 ms for it, which a machine at work elsewhere may need more than once.
    await expect.poll(() => findOllama(server.url, AbortSignal.timeout(5000)), {timeout: 10_000}).toMatch(/^(scripted|thinker|small):latest$/)
    const {ok, models} = await clientOf().probe(AbortSignal.timeout(5000))
    expect({ok, models: models.sort()}).toEqual({ok: true, models: ['plain:latest', 'scripted:latest', 'small:latest', 'thinker:latest']})
  })

  it('talks to itself without a word it knows', async () => {
    expect((await say('hello?', {tools: []})).text).toBe(plainWords)
  })
})
