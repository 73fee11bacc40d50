import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Environment} from '../../../source/context.ts'
import {listingOf} from '../../../source/models/listing.ts'
import {models} from '../../../source/verb/models.ts'
import {testContext} from '../../kit/context.ts'
import {bodies, calculator, repository} from '../../kit/hosted.ts'
import {localServer} from '../../kit/local-server.ts'
import {modelServer} from '../../kit/model-server.ts'
import {settingsOf} from '../../kit/model-turn.ts'
import {tempFolder} from '../../kit/temp.ts'

const openrouter = {
  data: [
    {
      id: 'qwen/qwen3-coder',
      context_length: 262_144,
      pricing: {prompt: '0.00000022', completion: '0.00000095', input_cache_read: '0.000000022'},
      top_provider: {context_length: 131_072, max_completion_tokens: 65_536},
      supported_parameters: ['tools', 'temperature'],
    },
    {id: 'o/thinker', context_length: 200_000, pricing: {prompt: '0', completion: '0'}, supported_parameters: ['tools']},
    {id: 'o/router', context_length: 2_000_000, pricing: {prompt: '-1', completion: '-1'}, supported_parameters: []},
    {name: 'no id'},
  ],
}

const place = (config: string, env: Environment = {}) => {
  const cwd = tempFolder({'.penguin/config.yml': config})
  const home = join(cwd, 'home')
  let now = 1_000_000
  const call = async (words: string[], flags: Record<string, boolean> = {}) => {
    const context = testContext({words: ['list', ...words], cwd, env: {HOME: home, OLLAMA_HOST: '127.0.0.1:1', ...env}, flags: {trust: true, ...flags}})
    const code = await models(Object.assign(context, {clock: {...context.clock, now: () => now}}))
    const rows = context.said.out.startsWith('{')
      ? context.said.out
          .trim()
          .split('\n')
          .map((row) => JSON.parse(row) as Record<string, unknown>)
      : []
    return {code, rows, ...context.said}
  }
  return {
    call,
    file: (name: string) => join(home, '.cache', 'penguin', 'cards', `${name}.json`),
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('listings', () => {
  it("reads OpenRouter's prices, windows and abilities", async () => {
    await using server = await modelServer([], {more: (path) => (path === '/v1/models' ? openrouter : undefined)})
    const {kind, models: cards} = await listingOf(settingsOf({name: 'openrouter', baseUrl: server.baseUrl}), AbortSignal.timeout(5000))
    expect(kind).toBe('openrouter')
    expect(cards).toEqual({
      'qwen/qwen3-coder': {window: 131_072, output: 65_536, price: {usdIn: 0.22, usdCached: 0.022, usdOut: 0.95}, tools: true},
      'o/thinker': {window: 200_000, price: {usdIn: 0, usdCached: 0, usdOut: 0}, tools: true, fixedTemperature: true},
      'o/router': {window: 2_000_000, tools: false, fixedTemperature: true},
    })
  })
  it.each([
    ['vllm', {m: {window: 16_384}}],
    ['sglang', {m: {window: 16_384}}],
    ['llamacpp', {m: {window: 16_384}}],
    ['ollama', {m: {window: 16_384, tools: true, vision: false, local: true}}],
  ] as const)("reads the real window of %s, under a name of the user's own too", async (kind, expected) => {
    await using server = await localServer({kind, window: 16_384})
    const settings = settingsOf({
      name: 'mine',
      protocol: kind === 'ollama' ? 'ollama' : 'openai-chat',
      baseUrl: kind === 'ollama' ? server.url : server.baseUrl,
    })
    expect(await listingOf(settings, AbortSignal.timeout(5000))).toEqual({kind, models: expected})
  })
})

describe("an Ollama's listing", () => {
  it('tells how large a model is whose name does not', async () => {
    const more = (path: string) =>
      path === '/api/tags'
        ? {
            models: [
              {name: 'coder:latest', details: {parameter_size: '30.0B'}},
              {name: 'odd', details: {parameter_size: 'huge'}},
            ],
          }
        : undefined
    await using server = await modelServer([], {more, contextLength: 8192})
    const {models: cards} = await listingOf(settingsOf({name: 'ollama', protocol: 'ollama', baseUrl: server.url}), AbortSignal.timeout(5000))
    expect(cards).toEqual({
      'coder:latest': {window: 8192, tools: true, vision: false, quality: 0.5, local: true},
      odd: {window: 8192, tools: true, vision: false, local: true},
    })
  })
})

describe('models list --refresh', () => {
  it('keeps the listing with its age, before what is built in and after what is configured', async () => {
    await using server = await modelServer([], {more: (path) => (path === '/v1/models' ? openrouter : undefined)})
    const own = `providers: {openrouter: {baseUrl: "${server.baseUrl}", models: {qwen/qwen3-coder: {window: 50000, usdIn: 9, usdOut: 9}}}}\n`
    const {call, file, pass} = place(own.replace('{baseUrl', '{protocol: openai-chat, baseUrl'))
    expect((await call(['openrouter'], {refresh: true})).code).toBe(0)
    expect(existsSync(file('openrouter'))).toBe(true)
    pass(3 * 24 * 3600 * 1000)
    const {rows} = await call(['openrouter'], {json: true})
    expect(rows.find(({route}) => route === 'openrouter/qwen/qwen3-coder')).toMatchObject({
      window: 50_000,
      output: 65_536,
      usd: {usdIn: 9, usdCached: 9, usdOut: 9},
      from: 'configuration',
      listedMs: 3 * 24 * 3600 * 1000,
    })
    expect(rows.find(({route}) => route === 'openrouter/o/thinker')).toMatchObject({from: 'listing', tools: true})
    expect((await call(['openrouter'])).out).toMatch(/openrouter\/o\/router +2000000 {2}unpriced {2}\(no tools, listed 3 days ago\)/)
    pass(28 * 24 * 3600 * 1000)
    expect((await call(['openrouter'])).out).not.toContain('o/thinker')
  })
  it('says how to know more where nothing is known', async () => {
    const {code, out, err} = await place('{}').call(['ollama'])
    expect([code, out, err]).toEqual([0, '', 'nothing is known of its models yet: penguin models list ollama --refresh\n'])
  })

  it('names the provider that gives none, and is 1 only when it was named', async () => {
    const {call} = place('')
    const one = await call(['ollama'], {refresh: true})
    expect(one).toMatchObject({code: 1})
    expect(one.err).toMatch(/^penguin: ollama cannot be reached/)
    expect((await call(['nobody'], {refresh: true})).code).toBe(2)
  })
  it('takes a damaged cache, or that of another server, for none', async () => {
    await using server = await modelServer([], {models: ['m1']})
    const {call, file} = place(`providers: {lab: {protocol: openai-chat, baseUrl: "${server.baseUrl}"}}\n`)
    await call(['lab'], {refresh: true})
    expect((await call(['lab'])).out).toContain('lab/m1')
    const kept = readFileSync(file('lab'), 'utf8')
    writeFileSync(file('lab'), kept.replace(server.baseUrl, 'http://elsewhere/v1'))
    expect((await call(['lab'])).out).toBe('')
    writeFileSync(file('lab'), '{')
    expect((await call(['lab'])).out).toBe('')
  })
})

describe('a model that nobody knows yet', () => {
  it('is looked up once when a run begins, and then has its window and its price', async () => {
    await using server = await modelServer([{text: 'Hello.', times: 0, usage: {input: 1_000_000, output: 0}}], {
      more: (path) => (path === '/v1/models' ? openrouter : undefined),
    })
    const repo = repository({...calculator, '.penguin/config.yml': `providers: {openrouter: {protocol: openai-chat, baseUrl: "${server.baseUrl}"}}\n`})
    const ask = (model: string) => repo.run({prompt: 'What is this?', flags: {model: `openrouter/${model}`, noCheck: true, trust: true}})
    const first = await ask('qwen/qwen3-coder')
    expect(first.closed?.usage.total.usd).toBeCloseTo(0.22)
    expect(bodies(first.events, 'run.opened')[0]?.unpriced).toBeUndefined()
    const second = await ask('o/unlisted')
    expect(bodies(second.events, 'run.opened')[0]?.unpriced).toEqual(['openrouter/o/unlisted'])
    expect(server.others.filter((asked) => asked === 'GET /v1/models')).toHaveLength(1)
  })
})
