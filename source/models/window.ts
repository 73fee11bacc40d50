// The window that a local server really gives, found out before a run begins: a server that silently keeps 4,096 tokens
// of a conversation would make the crew forget what it was told. What is smaller than asked is used as it is, and said;
// what is too small for any run is refused by name, with what to change.

import {setTimeout} from 'node:timers/promises'
import type {ProviderSettings} from '../../engine/contract/model.ts'
import {isLocal} from '../../engine/model/settings.ts'
import {leastWindow} from './least-window.ts'
import {llamacppWindow, showOllama} from './listing.ts'
import {type Running, sameModel} from './load.ts'
import {askServer, hiddenOllama, jsonFrom, kindOfServer, type Server, type ServerKind, serverOf} from './server.ts'

export interface RealWindow {
  kind: ServerKind
  /** Tokens that one request may have; undefined when the server does not tell. */
  tokens?: number
  /** Where the figure comes from, in a few words. */
  from: string
  /** What a person can change on the server. */
  mend: string
  /** Requests that it works on at once. */
  slots?: number
  /** It is of no known kind, answered, and knows none of our questions: it will not the next time either. */
  tellsNothing?: boolean
}

const ofOllama = async (server: Server, model: string, asked: number, signal: AbortSignal): Promise<RealWindow> => {
  const shown = await showOllama(server, model, signal)
  // num_ctx goes out with every request, so only what the model was trained for can make it smaller.
  const mend = `take a model that was trained for more, or say so: penguin config set providers.${server.settings.name}.models.${model}.window ${shown?.trained ?? leastWindow}`
  return {kind: 'ollama', ...(shown?.trained ? {tokens: Math.min(shown.trained, asked)} : {}), from: 'trained for', mend}
}

const ofLlamacpp = async (server: Server, asked: number, signal: AbortSignal): Promise<RealWindow> => {
  const {window, slots} = await llamacppWindow(server, signal)
  const each = slots && slots > 1 ? ` (for ${slots} slots; or fewer with -np)` : ''
  const mend = `start llama-server with -c ${Math.max(asked, leastWindow) * (slots ?? 1)}${each}`
  return {
    kind: 'llamacpp',
    ...(window ? {tokens: window} : {}),
    from: slots && slots > 1 ? `n_ctx of each of ${slots} slots` : 'n_ctx',
    mend,
    ...(slots ? {slots} : {}),
  }
}

const lengthIn = (text: string, model: string): number | undefined => {
  try {
    return (JSON.parse(text) as {data?: {id?: string; max_model_len?: number}[]}).data?.find(({id}) => id === model)?.max_model_len
  } catch {
    return undefined
  }
}

const ofListing = async (server: Server, kind: ServerKind, model: string, asked: number, signal: AbortSignal): Promise<RealWindow> => {
  const {status, text} = await askServer(server, `${server.base}/models`, signal)
  const tokens = status === 200 ? lengthIn(text, model) : undefined
  const option = kind === 'sglang' ? '--context-length' : '--max-model-len'
  // A refusal or a failure may be over the next time.
  const tellsNothing = kind === 'other' && tokens === undefined && [200, 404, 405].includes(status)
  return {
    kind,
    ...(tokens ? {tokens} : {}),
    ...(tellsNothing ? {tellsNothing} : {}),
    from: 'max_model_len',
    mend: `start the server with ${option} ${Math.max(asked, leastWindow)}`,
  }
}

/** Loading may take that long; a run would have to wait for it all the same. */
const loadMs = 20_000
/** A large model from a slow disk; a run that begins sooner would only be refused. */
const longestLoadMs = 120_000
const loadPollMs = 200

/** Over /v1 nobody can tell Ollama its window: what it takes by itself is loaded and read back, for it may be 4,096. */
const ofHiddenOllama = async (server: Server, model: string): Promise<RealWindow> => {
  const signal = AbortSignal.timeout(loadMs)
  const loaded = async () =>
    (await jsonFrom<Running>(server, `${server.base}/api/ps`, signal))?.models?.find(({name}) => sameModel(name, model))?.context_length
  const read = async (): Promise<number | undefined> => {
    const known = await loaded()
    if (known) return known
    // Without a prompt it only loads, with the options that requests over /v1 have.
    await askServer(server, `${server.base}/api/generate`, signal, {model})
    return loaded()
  }
  const tokens = await read().catch(() => undefined)
  const mend = `speak Ollama's own protocol, which can set it: --model ollama/${model} with OLLAMA_HOST=${server.base}`
  return {kind: 'other', ...(tokens ? {tokens} : {}), from: 'over this protocol Ollama gives', mend}
}

interface Studio {
  data?: {id?: string; state?: string; loaded_context_length?: number}[]
}

/** LM Studio loads a model with 4,096 tokens unless it is told otherwise, and drops the middle of what is longer; undefined when it is none. */
const ofStudio = async (server: Server, model: string, asked: number, signal: AbortSignal): Promise<RealWindow | undefined> => {
  const look = async (within: AbortSignal) => (await jsonFrom<Studio>(server, `${server.root}/api/v0/models`, within).catch(() => undefined))?.data
  const lengthOf = (listed: Studio['data']) => listed?.find(({id, state}) => id === model && state === 'loaded')?.loaded_context_length
  const listed = await look(signal)
  if (!listed?.some(({id, state}) => id === model && state !== undefined)) return undefined
  const load = async (): Promise<number | undefined> => {
    const within = AbortSignal.timeout(loadMs)
    // The first request loads it, as the run's own would.
    await askServer(server, `${server.base}/chat/completions`, within, {model, messages: [{role: 'user', content: 'Hi'}], max_tokens: 1})
    return lengthOf(await look(within))
  }
  const tokens = lengthOf(listed) ?? (await load().catch(() => undefined))
  const mend = `load it with more: lms unload ${model}; lms load ${model} --context-length ${Math.max(asked, leastWindow)}`
  return {kind: 'other', ...(tokens ? {tokens} : {}), from: 'LM Studio loaded it with', mend}
}

/** Throws WireError when the server cannot be reached. */
export const realWindow = async (settings: ProviderSettings, model: string, asked: number, signal: AbortSignal): Promise<RealWindow> => {
  const server = serverOf(settings)
  const kind = await kindOfServer(server, signal)
  if (kind === 'ollama') return ofOllama(server, model, asked, signal)
  if (kind === 'llamacpp') return ofLlamacpp(server, asked, signal)
  if (kind !== 'other' || !isLocal(settings.protocol, settings.baseUrl)) return ofListing(server, kind, model, asked, signal)
  const hidden = await hiddenOllama(server, signal)
  if (hidden) return ofHiddenOllama(hidden, model)
  return (await ofStudio(server, model, asked, signal)) ?? ofListing(server, kind, model, asked, signal)
}

/** llama-server is there before its model is: until then everything it is asked is refused. */
const untilLoaded = async (server: Server, ms: number): Promise<void> => {
  const over = AbortSignal.timeout(longestLoadMs)
  while (!over.aborted) {
    const {status, text} = await askServer(server, `${server.root}/health`, AbortSignal.timeout(ms))
    if (status !== 503 || !/loading/i.test(text)) return
    await setTimeout(loadPollMs)
  }
}

/** The same before a run: a server that still loads is waited for, any other has `ms` for its answers. */
export const windowOnceLoaded = async (settings: ProviderSettings, model: string, asked: number, ms: number): Promise<RealWindow> => {
  if (settings.protocol !== 'ollama') await untilLoaded(serverOf(settings), ms)
  return realWindow(settings, model, asked, AbortSignal.timeout(ms))
}

/** What a loaded Ollama model runs with; undefined when it is not loaded or the server does not tell. */
export const runningWith = async (
  settings: ProviderSettings,
  model: string,
  signal: AbortSignal,
): Promise<NonNullable<Running['models']>[number] | undefined> => {
  const server = serverOf(settings)
  const running = await jsonFrom<Running>(server, `${server.base}/api/ps`, signal)
  return running?.models?.find(({name}) => sameModel(name, model))
}
