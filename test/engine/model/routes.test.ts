import {describe, expect, it} from 'vitest'
import type {Config} from '../../../engine/contract/config.ts'
import {needsOllama, resolveRoutes} from '../../../engine/model/routes.ts'
import {providerSettings} from '../../../engine/model/settings.ts'

const configOf = (more: Partial<Config> = {}): Config => ({
  model: null,
  roles: {},
  providers: {},
  routes: {},
  timeouts: {connectSec: 10, firstTokenSec: 120, idleSec: 60, callSec: 600, askSec: 300},
  budgets: {},
  permissions: {mode: null, rules: []},
  sandbox: {level: 'auto', network: {allow: []}, writes: []},
  verification: {when: 'always', checks: {}, testEdits: [], wallSec: 600},
  router: {policy: 'balanced', mend: 'off', mendSec: 10},
  ui: {motion: true, mouse: true, vim: false},
  storage: {maxBytes: 1},
  origins: {},
  ...more,
})

const lab: Config['providers'] = {
  lab: {
    protocol: 'openai-chat',
    baseUrl: 'http://10.1.2.3:8000/v1',
    apiKeyEnv: 'LAB_KEY',
    headers: {'x-team': 'blue'},
    models: {'qwen3-coder': {window: 65_536, output: 8192, usdIn: 0.2, usdCached: 0.02, usdOut: 0.8}, free: {window: 100}},
  },
}

const routesOf = (config: Config, env: Record<string, string>, wish: Parameters<typeof resolveRoutes>[2] = {}): string => {
  const found = resolveRoutes(config, env, wish)
  return found.ok ? found.result.routes.map(({provider, model}) => `${provider}/${model}`).join(' ') : `${found.error.code}: ${found.error.msg}`
}

describe('router.policy', () => {
  const routes = {any: ['openai/gpt-5.2', 'lab/qwen3-coder', 'ollama/qwen3', 'openai/gpt-5-mini', 'lab/unpriced']}
  it.each([
    ['balanced', 'openai/gpt-5.2 lab/qwen3-coder ollama/qwen3 openai/gpt-5-mini lab/unpriced'],
    ['cost', 'ollama/qwen3 lab/qwen3-coder openai/gpt-5-mini openai/gpt-5.2 lab/unpriced'],
    ['local-first', 'ollama/qwen3 openai/gpt-5.2 lab/qwen3-coder openai/gpt-5-mini lab/unpriced'],
  ] as const)('%s tries an alias in this order: %s', (policy, order) => {
    expect(routesOf(configOf({providers: lab, routes, router: {policy, mend: 'off', mendSec: 10}}), {}, {text: 'any'})).toBe(order)
  })
})

describe('resolveRoutes', () => {
  const routes = {fast: ['lab/qwen3-coder', 'openai/gpt-5-mini'], best: ['fast', 'openai/gpt-5.2'], round: ['round'], none: []}
  const config = configOf({providers: lab, routes})

  it.each([
    ['openai/gpt-5.2', 'openai/gpt-5.2'],
    ['openai/', 'openai/gpt-5.2'],
    ['openrouter/qwen/qwen3-coder', 'openrouter/qwen/qwen3-coder'],
    ['lab/anything', 'lab/anything'],
    ['fast', 'lab/qwen3-coder openai/gpt-5-mini'],
    ['best', 'lab/qwen3-coder openai/gpt-5-mini openai/gpt-5.2'],
    ['embedded/', 'embedded/search'],
    ['replay//tmp/a.jsonl', 'replay//tmp/a.jsonl'],
    ['replay/a/b.jsonl', 'replay/a/b.jsonl'],
  ])('reads %s as %s', (text, expected) => {
    expect(routesOf(config, {}, {text})).toBe(expected)
  })

  it.each(['nobody/x', 'gpt-5.2', 'vllm/', 'round', 'none', '', '/x'])('refuses %j: 2 from a flag, 8 from a file', (text) => {
    expect(routesOf(config, {}, {text})).toMatch(/^usage\.words/)
    expect(routesOf(config, {}, {text, from: '.penguin/config.yml'})).toMatch(/^config\.invalid: \.penguin\/config\.yml/)
  })

  it('takes the configured default, and tells a flag from a file by its origin', () => {
    expect(routesOf(configOf({model: 'vllm/qwen', origins: {model: 'PENGUIN_MODEL'}}), {OPENAI_API_KEY: 'k'})).toBe('vllm/qwen')
    expect(routesOf(configOf({model: 'no/x', origins: {model: 'PENGUIN_MODEL'}}), {})).toMatch(/^config\.invalid: PENGUIN_MODEL/)
    expect(routesOf(configOf({model: 'no/x', origins: {model: '--model'}}), {})).toMatch(/^usage\.words/)
  })

  it('chooses by what is there: a key, an Ollama, the built-in search', () => {
    const all = {OPENAI_API_KEY: 'a', ANTHROPIC_API_KEY: 'b', OPENROUTER_API_KEY: 'c'}
    expect(routesOf(configOf(), all)).toBe('openai/gpt-5.2')
    expect(routesOf(configOf(), {ANTHROPIC_API_KEY: 'b', OPENROUTER_API_KEY: 'c'})).toBe('anthropic/claude-sonnet-5-5')
    expect(routesOf(configOf(), {OPENROUTER_API_KEY: 'c'})).toBe('openrouter/openai/gpt-5.2')
    expect(routesOf(configOf(), {ANTHROPIC_API_KEY: 'b'})).toBe('anthropic/claude-sonnet-5-5')
    expect(routesOf(configOf(), {OPENAI_API_KEY: ''}, {ollama: 'qwen3:8b'})).toBe('ollama/qwen3:8b')
    expect(routesOf(configOf(), all, {ollama: 'qwen3:8b'})).toBe('openai/gpt-5.2')
    expect(routesOf(configOf({providers: {openai: {protocol: 'openai-responses', apiKeyEnv: 'MY_KEY'}}}), {MY_KEY: 'x'})).toBe('openai/gpt-5.2')
    expect(routesOf(configOf({model: 'ollama/', origins: {model: 'PENGUIN_MODEL_PROVIDER'}}), {}, {ollama: 'm'})).toBe('ollama/m')
  })

  it('asks for an Ollama only where the answer matters', () => {
    expect(needsOllama(configOf(), {})).toBe(true)
    expect(needsOllama(configOf(), {OPENAI_API_KEY: 'k'})).toBe(false)
    expect(needsOllama(configOf({model: 'lab/x'}), {})).toBe(false)
    expect(needsOllama(configOf(), {}, 'ollama/')).toBe(true)
    expect(needsOllama(configOf(), {}, 'embedded/search')).toBe(false)
  })
})

describe('providerSettings', () => {
  const settings = (name: string, env: Record<string, string> = {}, config = configOf({providers: lab}), cwd = '') => {
    const found = providerSettings(config, env, name, cwd)
    if (!found.ok) throw new Error(found.error.msg)
    return found.result
  }

  it('joins what is built in, the configuration and the environment', () => {
    expect(settings('openai', {OPENAI_API_KEY: 'sk', OPENAI_BASE_URL: 'http://127.0.0.1:9/v1', LAB_KEY: 'no'})).toMatchObject({
      protocol: 'openai-responses',
      baseUrl: 'http://127.0.0.1:9/v1',
      apiKey: 'sk',
      apiKeyEnv: 'OPENAI_API_KEY',
      models: {'gpt-5-mini': {price: {usdIn: 0.25, usdCached: 0.025, usdOut: 2}, fixedTemperature: true}},
    })
    expect(settings('anthropic', {ANTHROPIC_API_KEY: 'sk', ANTHROPIC_BASE_URL: 'http://127.0.0.1:9'})).toMatchObject({
      protocol: 'anthropic',
      baseUrl: 'http://127.0.0.1:9',
      apiKey: 'sk',
      models: {'claude-opus-5-5': {window: 1_000_000, price: {usdIn: 4, usdCached: 0.2, usdOut: 20}}},
    })
    expect(settings('lab', {LAB_KEY: 'k'})).toMatchObject({
      apiKey: 'k',
      headers: {'x-team': 'blue'},
      models: {'qwen3-coder': {window: 65_536, price: {usdIn: 0.2, usdCached: 0.02, usdOut: 0.8}}, free: {window: 100}},
    })
    expect(settings('lab').models?.free?.price).toBeUndefined()
    expect(settings('ollama', {OLLAMA_HOST: '10.0.0.9'}).baseUrl).toBe('10.0.0.9')
    expect(settings('vllm', {VLLM_BASE_URL: 'http://gpu:8000/v1'}).baseUrl).toBe('http://gpu:8000/v1')
    // As the servers print it.
    expect(settings('vllm', {VLLM_BASE_URL: 'http://gpu:8000'}).baseUrl).toBe('http://gpu:8000/v1')
    expect(settings('llamacpp', {LLAMACPP_BASE_URL: 'http://gpu:8080/'}).baseUrl).toBe('http://gpu:8080/v1')
    expect(settings('sglang', {SGLANG_BASE_URL: 'http://gpu/models'}).baseUrl).toBe('http://gpu/models')
    expect(settings('replay', {}, configOf(), '/work').baseUrl).toBe('/work')
  })

  it('keeps what is known of a model when the configuration names only its price', () => {
    const config = configOf({providers: {openai: {protocol: 'openai-responses', models: {'gpt-5.2': {usdIn: 1, usdOut: 2}}}}})
    expect(settings('openai', {}, config).models?.['gpt-5.2']).toMatchObject({window: 400_000, price: {usdIn: 1, usdCached: 1, usdOut: 2}})
  })

  it('waits longer for the first token of a local server unless told otherwise', () => {
    expect(settings('vllm').timeouts.firstTokenSec).toBe(600)
    expect(settings('lab').timeouts.firstTokenSec).toBe(600)
    expect(settings('ollama').timeouts.firstTokenSec).toBe(600)
    expect(settings('openai').timeouts.firstTokenSec).toBe(120)
    const told = configOf({origins: {'timeouts.firstTokenSec': 'config.yml'}})
    expect(settings('vllm', {}, told).timeouts.firstTokenSec).toBe(120)
  })

  it('hands on proxies and the extra CA, small letters first', () => {
    const env = {HTTP_PROXY: 'http://a', http_proxy: 'http://b', HTTPS_PROXY: 'http://c', NO_PROXY: 'x', NODE_EXTRA_CA_CERTS: '/ca.pem'}
    expect(settings('openai', env).net).toEqual({httpProxy: 'http://b', httpsProxy: 'http://c', noProxy: 'x', caFile: '/ca.pem'})
    expect(settings('openai', {HTTP_PROXY: 'proxy.example:3128', HTTPS_PROXY: 'socks5://x'}).net).toEqual({
      httpProxy: 'http://proxy.example:3128',
      httpsProxy: 'socks5://x',
    })
    expect(settings('openai').net).toEqual({})
  })

  it('refuses what is not there and what is not built in', () => {
    expect(providerSettings(configOf(), {}, 'nobody')).toMatchObject({ok: false, error: {code: 'config.invalid'}})
    expect(providerSettings(configOf({providers: {claude: {protocol: 'anthropic'}}}), {}, 'claude')).toMatchObject({ok: false, error: {code: 'config.invalid'}})
    expect(providerSettings(configOf({providers: {bare: {protocol: 'openai-chat'}}}), {}, 'bare')).toMatchObject({ok: false, error: {code: 'config.invalid'}})
  })
})
