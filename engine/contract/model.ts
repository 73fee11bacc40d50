// Talking to a model: one port, failure as the last part of the stream, never a throw for provider trouble.

import type {Fault} from '../base/envelope.ts'
import type {Usage} from './grant.ts'
import type {Call, Message} from './message.ts'

/** A tool as the model sees it. */
export interface ToolSpec {
  name: string
  does: string
  /** JSON Schema (draft 2020-12 subset) of the input object. */
  input: Record<string, unknown>
}

/** What embedded engines need beside the prose: the structured request every role's call carries. */
export interface Envelop {
  role: string
  goal: string
  phase: string
  root: string
  attempt: number
  /** Which slice of the search this agent takes, and of how many. */
  slice?: {index: number; of: number}
  seed: number
  checks: {gate: string; command: string; dir: string; runner: string}[]
}

export interface Sampling {
  temperature?: number
  topP?: number
  seed?: number
  maxOutputTokens?: number
  effort?: 'low' | 'medium' | 'high'
  topK?: number
  minP?: number
  /** 1 = none. */
  repeatPenalty?: number
  /** Thinking switched on or off, for models that have the switch; not set: as the model does by itself. */
  think?: boolean
}

/** What is ours in a request: no option may take its place. */
export const ownedFields: readonly string[] = [
  'model',
  'messages',
  'input',
  'instructions',
  'system',
  'prompt',
  'tools',
  'stream',
  'stream_options',
  'truncate',
  'shift',
]

export interface Turn {
  model: string
  messages: Message[]
  tools: ToolSpec[]
  sampling: Sampling
  /** JSON Schema of the answer, when the answer must match one. */
  answer?: Record<string, unknown>
  /** The reply is asked for in one piece instead of a stream: what is tried after an empty one. */
  whole?: true
  /** Calls are asked for under a schema, because those that came by themselves could not be read. */
  byGrammar?: true
  /** Fields of the wire for whose sake this server has refused a request before: left out or named anew, as the protocol has it. */
  blamed?: readonly string[]
  /** The field of a message in which thoughts go back: with every message of the model, or with none. Without it: as they came. */
  thoughts?: 'all' | 'none'
  envelope: Envelop
  /** (role, agent ordinal, call ordinal): the key of a recording. */
  key: {role: string; agent: number; call: number}
}

export type Part =
  | {is: 'text' | 'thought'; text: string}
  | {is: 'call'; call: Call}
  | {
      is: 'end'
      why: 'stop' | 'length' | 'calls' | 'fault'
      usage: Usage
      error?: Fault /** ms to wait, as the server asked (Retry-After) */
      waitMs?: number
      keep?: {provider: string; items: unknown[]} /** ms until the first token */
      firstMs?: number
      thinkingMs?: number
      /** What the server says of how it answered: its model, tier, sampling. */
      told?: Record<string, string | number>
    }

export interface ModelCard {
  /** Tokens of input and output together. */
  window: number
  /** Most tokens of one reply. */
  output: number
  /** usd per 1e6 tokens; undefined = unpriced. */
  price?: {usdIn: number; usdCached: number; usdOut: number}
  tools: boolean
  /** Does it see images? Not set: nobody knows. */
  vision?: boolean
  /** How it edits best: by calls, by plain-text blocks, or by calls that the server holds to their schema. */
  edits: 'calls' | 'blocks' | 'grammar'
  local: boolean
  isDefault?: boolean
  /** Sampling that the vendor names for it; else temperature 0 for tool calls. */
  sampling?: Sampling
  /** True for models that refuse a temperature. */
  fixedTemperature?: boolean
  /** Sent with each request as it is. */
  options?: Record<string, unknown>
  /** How good it is at hard work, 0 to 1; not set: guessed from its price or size. Only orders routes. */
  quality?: number
}

export interface Probe {
  ok: boolean
  wallMs: number
  models: string[]
  /** What a person should know though it works: a model on the CPU, a context smaller than asked. */
  notes?: string[]
  error?: Fault
}

/** One of file, command and keyring, and the environment that a command needs. */
export interface KeySource {
  /** The configuration key that says so. */
  name: string
  file?: string
  command?: string | readonly string[]
  keyring?: string
  env: Record<string, string>
}

/** Where and how a provider is reached, resolved from config by the host; a key never leaves the worker. */
export interface ProviderSettings {
  name: string
  protocol: 'openai-responses' | 'openai-chat' | 'anthropic' | 'ollama' | 'embedded' | 'replay'
  baseUrl: string
  apiKey?: string
  /** What holds the key, as a person knows it: a variable, or the configuration key that names a file or a command. */
  apiKeyEnv?: string
  /** Where to read it again when the server refuses it. */
  keyFrom?: KeySource
  /** A key that was exchanged meanwhile: used no more, and not shown either. */
  formerKey?: string
  headers?: Record<string, string>
  /** Sent with each request as it is. */
  options?: Record<string, unknown>
  models?: Record<string, Partial<ModelCard>>
  timeouts: Timeouts
  /** Proxy and extra CA as the environment gives them. */
  net: {httpProxy?: string; httpsProxy?: string; noProxy?: string; caFile?: string}
}

export interface Timeouts {
  connectSec: number
  firstTokenSec: number
  idleSec: number
  callSec: number
}

export interface ModelClient {
  /** No network. */
  card(model: string): ModelCard
  stream(turn: Turn, signal: AbortSignal): AsyncIterable<Part>
  probe(signal: AbortSignal): Promise<Probe>
}

/** What a plugin exports for a provider. */
export type ModelMaker = (settings: ProviderSettings) => ModelClient
