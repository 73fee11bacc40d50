// What goes to each server beside the conversation: sampling in its own words, options as they were written, and what
// it says back. An option of one call is never there in the next.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type ModelCard, ownedFields, type Sampling} from '../../engine/contract/model.ts'
import {samplingFor} from '../../engine/model/sampling.ts'
import {layerSchema} from '../../source/config-schema.ts'
import {makerFor} from '../../source/plugins.ts'
import {settingsWithKey} from '../../source/secrets.ts'
import {modelServer} from '../kit/model-server.ts'
import {gather, turnOf} from '../kit/model-turn.ts'
import {plainConfig, providerEnvironment, providerSettingsOf, providerWays} from '../kit/providers.ts'

const deepFrozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) for (const one of Object.values(Object.freeze(value))) deepFrozen(one)
  return value
}

const setup = async (name: string, more: {options?: Record<string, unknown>; card?: Partial<ModelCard>} = {}) => {
  const server = await modelServer([{text: 'ok', times: 0}], {models: ['m']})
  const settings = deepFrozen({...providerSettingsOf(name, server.url), ...(more.options ? {options: more.options} : {}), models: {m: {...more.card}}})
  const client = (await makerFor(settings.protocol))(settings)
  const send = async (sampling: Sampling, tools = turnOf().tools) => {
    const turn = deepFrozen({...turnOf({model: 'm', tools}), sampling})
    const got = await gather(client.stream(turn, AbortSignal.timeout(5000)))
    return {body: server.requests.at(-1)?.body as Record<string, unknown>, got}
  }
  return {server, client, send, [Symbol.asyncDispose]: server.close}
}

const all: Sampling = {temperature: 0.3, topP: 0.9, topK: 30, minP: 0.02, repeatPenalty: 1.1, seed: 5, maxOutputTokens: 99}

const chat = {temperature: 0.3, top_p: 0.9, seed: 5, max_tokens: 99, top_k: 30, min_p: 0.02}
const wanted: Record<string, Record<string, unknown>> = {
  openai: {temperature: 0.3, top_p: 0.9, max_output_tokens: 99},
  chat: {...chat, repetition_penalty: 1.1},
  openrouter: {...chat, repetition_penalty: 1.1},
  anthropic: {temperature: 0.3, top_k: 30, max_tokens: 99},
  ollama: {options: expect.objectContaining({temperature: 0.3, top_p: 0.9, top_k: 30, min_p: 0.02, repeat_penalty: 1.1, seed: 5, num_predict: 99})},
  llamacpp: {...chat, repeat_penalty: 1.1},
  vllm: {...chat, repetition_penalty: 1.1},
  sglang: {...chat, repetition_penalty: 1.1},
}

/** Thinking off, on, and on with an effort. */
const thinking: Record<string, [object, object, object]> = {
  openai: [{reasoning: {effort: 'minimal'}}, {}, {reasoning: {effort: 'high'}}],
  chat: [
    {chat_template_kwargs: {enable_thinking: false}},
    {chat_template_kwargs: {enable_thinking: true}},
    {chat_template_kwargs: {enable_thinking: true}, reasoning_effort: 'high'},
  ],
  openrouter: [{reasoning: {enabled: false}}, {reasoning: {enabled: true}}, {reasoning: {enabled: true, effort: 'high'}}],
  anthropic: [{}, {thinking: {type: 'enabled', budget_tokens: 8192}}, {thinking: {type: 'enabled', budget_tokens: 24_576}}],
  ollama: [{think: false}, {think: true}, {think: 'high'}],
}
const thinkingFields = ['reasoning', 'reasoning_effort', 'chat_template_kwargs', 'thinking', 'think']

describe.each(providerWays)('$name', ({name, protocol}) => {
  it('is sent the sampling in its own words', async () => {
    await using server = await setup(name)
    const {body} = await server.send(all)
    expect(body).toMatchObject(wanted[name] as object)
    const {body: bare} = await server.send({})
    for (const field of ['top_k', 'min_p', 'repeat_penalty', 'repetition_penalty', 'seed', 'top_p', ...thinkingFields])
      expect(bare, field).not.toHaveProperty(field)
  })

  it('thinks or does not, as it is told', async () => {
    await using server = await setup(name, {card: {output: 60_000, ...(name === 'openai' ? {fixedTemperature: true} : {})}})
    const told = (body: Record<string, unknown>) => Object.fromEntries(thinkingFields.flatMap((field) => (field in body ? [[field, body[field]]] : [])))
    const [off, on, hard] = thinking[name] ?? (thinking.chat as [object, object, object])
    expect(told((await server.send({think: false})).body)).toEqual(off)
    expect(told((await server.send({think: true})).body)).toEqual(on)
    expect(told((await server.send({think: true, effort: 'high'})).body)).toEqual(hard)
  })

  it('gets options as they are, those of the model over those of the provider, field by field', async () => {
    const options = {service_tier: 'flex', prompt_cache_key: 'ours', keep_alive: '5m', options: {num_batch: 256, main_gpu: 0}, speculative: {n_max: 8}}
    await using server = await setup(name, {options, card: {options: {keep_alive: -1, options: {num_batch: 512}}}})
    const {body} = await server.send({temperature: 0})
    expect(body).toMatchObject({service_tier: 'flex', prompt_cache_key: 'ours', keep_alive: -1, speculative: {n_max: 8}})
    expect(body.options).toMatchObject({num_batch: 512, main_gpu: 0})
    if (name === 'ollama') expect(body.options).toMatchObject({num_ctx: 32_768})
    expect(body.model).toBe('m')
  })

  it('never gets what an earlier call asked for', async () => {
    await using used = await setup(name, {options: {keep: 1}})
    await using fresh = await setup(name, {options: {keep: 1}})
    const sampling = fc.record<Sampling>(
      {
        temperature: fc.constantFrom(0, 0.5, 1),
        topP: fc.constantFrom(0.5, 0.9),
        topK: fc.constantFrom(1, 40),
        minP: fc.constantFrom(0.1),
        repeatPenalty: fc.constantFrom(1.1),
        think: fc.boolean(),
        effort: fc.constantFrom('low', 'high'),
        seed: fc.constantFrom(3),
        maxOutputTokens: fc.constantFrom(100),
      },
      {requiredKeys: []},
    )
    await fc.assert(
      fc.asyncProperty(sampling, fc.boolean(), async (given, withTools) => {
        const tools = withTools ? turnOf().tools : []
        expect((await used.send(given, tools)).body).toEqual((await fresh.send(given, tools)).body)
        const plain = await used.send({}, [])
        expect(plain.body).toEqual((await fresh.send({}, [])).body)
      }),
      {numRuns: 12},
    )
    expect(new Set(used.server.requests.filter((_, at) => at % 2 === 1).map(({body}) => JSON.stringify(body))).size, 'plain calls are all alike').toBe(1)
  })

  it('is believed where it tells how it answered', async () => {
    await using server = await setup(name)
    const {got} = await server.send({temperature: 0})
    expect(got.end.told).toMatchObject({model: 'm'})
    expect(protocol === 'responses' || Object.keys(got.end.told ?? {}).length > 0).toBe(true)
  })
})

describe('sampling', () => {
  const card = {window: 1, output: 1, tools: true, edits: 'calls', local: true} as const

  it('is what the role asks for, then what the vendor names, then 0 where tools are called', () => {
    expect(samplingFor(card, {}, true)).toEqual({temperature: 0})
    expect(samplingFor(card, {}, false)).toEqual({})
    expect(samplingFor({...card, sampling: {temperature: 1, topK: 40}}, {}, true)).toEqual({temperature: 1, topK: 40})
    expect(samplingFor({...card, sampling: {temperature: 1, topK: 40}}, {temperature: 0.2, think: false}, true)).toEqual({
      temperature: 0.2,
      topK: 40,
      think: false,
    })
    expect(samplingFor({...card, fixedTemperature: true}, {temperature: 0.2, topP: 0.5, effort: 'low'}, true)).toEqual({effort: 'low'})
  })

  it('changes nothing that it was given', () => {
    const own = deepFrozen({...card, sampling: {temperature: 1}})
    const asked = deepFrozen({topK: 3})
    expect(samplingFor(own, asked, true)).toEqual({temperature: 1, topK: 3})
  })
})

describe('options in the configuration', () => {
  it('reach the settings of their provider and their model', async () => {
    const providers = {ollama: {protocol: 'ollama' as const, options: {keep_alive: '1h'}, models: {m: {window: 8192, options: {options: {num_batch: 64}}}}}}
    const made = await settingsWithKey(
      {...plainConfig, providers},
      providerEnvironment({url: 'http://127.0.0.1:1', baseUrl: 'http://127.0.0.1:1/v1'}),
      'ollama',
    )
    expect(made).toMatchObject({ok: true, result: {options: {keep_alive: '1h'}, models: {m: {window: 8192, options: {options: {num_batch: 64}}}}}})
  })

  it('may not take the place of what is ours', async () => {
    const z = (await import('zod')).z
    const schema = layerSchema(z)
    const tried = (options: object) => schema.safeParse({providers: {lab: {options}}}).success
    expect(tried({service_tier: 'flex', keep_alive: -1})).toBe(true)
    for (const name of ownedFields) expect(tried({[name]: 'x'}), name).toBe(false)
  })
})
