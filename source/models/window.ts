// The window that a local server really gives, found out before a run begins: a server that silently keeps 4,096 tokens
// of a conversation would make the crew forget what it was told. What is smaller than asked is used as it is, and said;
// what is too small for any run is refused by name, with what to change.

import type {ProviderSettings} from '../../engine/contract/model.ts'
import {leastWindow} from './least-window.ts'
import {llamacppWindow, showOllama} from './listing.ts'
import {type Running, sameModel} from './load.ts'
import {jsonFrom, kindOfServer, type Server, type ServerKind, serverOf} from './server.ts'

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

const ofListing = async (server: Server, kind: ServerKind, model: string, asked: number, signal: AbortSignal): Promise<RealWindow> => {
  const listed = await jsonFrom<{data?: {id?: string; max_model_len?: number}[]}>(server, `${server.base}/models`, signal)
  const tokens = listed?.data?.find(({id}) => id === model)?.max_model_len
  const option = kind === 'sglang' ? '--context-length' : '--max-model-len'
  return {kind, ...(tokens ? {tokens} : {}), from: 'max_model_len', mend: `start the server with ${option} ${Math.max(asked, leastWindow)}`}
}

/** Throws WireError when the server cannot be reached. */
export const realWindow = async (settings: ProviderSettings, model: string, asked: number, signal: AbortSignal): Promise<RealWindow> => {
  const server = serverOf(settings)
  const kind = await kindOfServer(server, signal)
  if (kind === 'ollama') return ofOllama(server, model, asked, signal)
  return kind === 'llamacpp' ? ofLlamacpp(server, asked, signal) : ofListing(server, kind, model, asked, signal)
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
