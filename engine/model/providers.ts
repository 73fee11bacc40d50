// The providers known without any configuration, and the cards of their models. Prices are usd per 1e6 tokens as
// the vendors list them; a price in the configuration stands before these.

import type {ModelCard, ProviderSettings} from '../contract/model.ts'

export interface BuiltIn {
  protocol: ProviderSettings['protocol']
  baseUrl: string
  /** Variables that move it elsewhere and that hold its key. */
  baseUrlEnv?: string
  apiKeyEnv?: string
  models: Record<string, Partial<ModelCard>>
}

type Priced = (usdIn: number, usdCached: number, usdOut: number, more?: Partial<ModelCard>) => Partial<ModelCard>

/** Cards of one maker, alike but for their prices. */
const cloud =
  (window: number, output: number): Priced =>
  (usdIn, usdCached, usdOut, more = {}) => ({
    window,
    output,
    price: {usdIn, usdCached, usdOut},
    tools: true,
    vision: true,
    edits: 'calls',
    local: false,
    fixedTemperature: true,
    ...more,
  })

const gpt = cloud(400_000, 128_000)
const gpt4 = {window: 1_047_576, output: 32_768, fixedTemperature: false}

const openaiModels: Record<string, Partial<ModelCard>> = {
  'gpt-5.2': gpt(1.75, 0.175, 14, {isDefault: true}),
  'gpt-5.2-codex': gpt(1.75, 0.175, 14),
  'gpt-5.1': gpt(1.25, 0.125, 10),
  'gpt-5.1-codex': gpt(1.25, 0.125, 10),
  'gpt-5': gpt(1.25, 0.125, 10),
  'gpt-5-mini': gpt(0.25, 0.025, 2),
  'gpt-5-nano': gpt(0.05, 0.005, 0.4),
  'gpt-4.1': gpt(2, 0.5, 8, gpt4),
  'gpt-4.1-mini': gpt(0.4, 0.1, 1.6, gpt4),
}

const claude = cloud(1_000_000, 128_000)
const claude45 = {window: 200_000, output: 64_000, fixedTemperature: false}

const anthropicModels: Record<string, Partial<ModelCard>> = {
  'claude-sonnet-5-5': claude(2, 0.1, 10, {isDefault: true}),
  'claude-fable-5-1': claude(10, 0.25, 50),
  'claude-opus-5-5': claude(4, 0.2, 20),
  'claude-opus-5': claude(5, 0.5, 25),
  'claude-sonnet-5': claude(2, 0.2, 10),
  // It costs five times as much when the prompt passes 100,000 tokens: the window keeps it below.
  'claude-haiku-5-5': claude(0.1, 0.01, 0.5, {window: 132_000, output: 32_000}),
  'claude-opus-4-8': claude(5, 0.5, 25),
  'claude-opus-4-6': claude(5, 0.5, 25, {fixedTemperature: false}),
  'claude-haiku-4-5': claude(1, 0.1, 5, claude45),
}

/** Routed through OpenRouter they keep OpenAI's price and lose what only the Responses API gives. */
const openrouterModels = Object.fromEntries(Object.entries(openaiModels).map(([name, card]) => [`openai/${name}`, card]))

export const builtInProviders: Readonly<Record<string, BuiltIn>> = {
  openai: {
    protocol: 'openai-responses',
    baseUrl: 'https://api.openai.com/v1',
    baseUrlEnv: 'OPENAI_BASE_URL',
    apiKeyEnv: 'OPENAI_API_KEY',
    models: openaiModels,
  },
  anthropic: {
    protocol: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    baseUrlEnv: 'ANTHROPIC_BASE_URL',
    apiKeyEnv: 'ANTHROPIC_API_KEY',
    models: anthropicModels,
  },
  openrouter: {protocol: 'openai-chat', baseUrl: 'https://openrouter.ai/api/v1', apiKeyEnv: 'OPENROUTER_API_KEY', models: openrouterModels},
  ollama: {protocol: 'ollama', baseUrl: 'http://127.0.0.1:11434', baseUrlEnv: 'OLLAMA_HOST', models: {}},
  llamacpp: {protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:8080/v1', baseUrlEnv: 'LLAMACPP_BASE_URL', models: {}},
  vllm: {protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:8000/v1', baseUrlEnv: 'VLLM_BASE_URL', models: {}},
  sglang: {protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:30000/v1', baseUrlEnv: 'SGLANG_BASE_URL', models: {}},
  embedded: {protocol: 'embedded', baseUrl: '', models: {search: {isDefault: true, local: true, vision: false, price: {usdIn: 0, usdCached: 0, usdOut: 0}}}},
  replay: {protocol: 'replay', baseUrl: '', models: {}},
}

export const defaultModel = (provider: string): string | undefined =>
  Object.entries(builtInProviders[provider]?.models ?? {}).find(([, card]) => card.isDefault)?.[0]
