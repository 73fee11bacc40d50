// Small questions to a model server outside of any call: what it has, how it is set, how busy it is. Answers are JSON
// or text; nothing here is ever billed, and a server that does not know a question is no error.

import {FaultError, fault} from '../../engine/contract/fault.ts'
import type {ProviderSettings} from '../../engine/contract/model.ts'
import {isLocal} from '../../engine/model/settings.ts'
import {WireError} from '../../engine/wire/fault.ts'
import {shownUrl} from '../../engine/wire/shown-url.ts'
import {ollamaUrl} from '../../plugins/ollama/url.ts'

export type ServerKind = 'ollama' | 'llamacpp' | 'vllm' | 'sglang' | 'openrouter' | 'other'

export interface Server {
  settings: ProviderSettings
  /** Without a slash at its end. */
  base: string
  /** The same without /v1: where servers keep what is not OpenAI's. */
  root: string
}

export const serverOf = (settings: ProviderSettings): Server => {
  const base = settings.protocol === 'ollama' ? ollamaUrl(settings.baseUrl) : settings.baseUrl.replace(/\/*([?#].*)?$/s, '')
  return {settings, base, root: base.replace(/\/v1$/, '')}
}

const headersOf = ({protocol, apiKey, headers}: ProviderSettings): Record<string, string> => {
  if (protocol === 'anthropic') return {...(apiKey ? {'x-api-key': apiKey} : {}), 'anthropic-version': '2023-06-01', ...headers}
  return {...(apiKey ? {authorization: `Bearer ${apiKey}`} : {}), ...headers}
}

export interface Answer {
  status: number
  text: string
}

/** Throws WireError when the server cannot be reached or stays silent; any status is an answer. */
export const askServer = async (server: Server, url: string, signal: AbortSignal, body?: object): Promise<Answer> => {
  const {post} = await import('../../engine/wire/post.ts')
  const {settings} = server
  const request = {
    route: settings.name,
    method: body ? ('POST' as const) : ('GET' as const),
    url,
    headers: headersOf(settings),
    ...(body ? {body: JSON.stringify(body)} : {}),
    timeouts: settings.timeouts,
    net: settings.net,
    hint: `check that the server is there: ${shownUrl(server.base)}`,
  }
  const response = await post(request, signal)
  if (response.status !== 200) return {status: response.status, text: await response.text()}
  // A listing of some hundred models is longer than what an error may be.
  const pieces: string[] = []
  for await (const piece of response.body) pieces.push(piece)
  return {status: 200, text: pieces.join('')}
}

/** The answer as JSON; undefined when the server does not know the question or answers something else. */
export const jsonFrom = async <T>(server: Server, url: string, signal: AbortSignal, body?: object): Promise<T | undefined> => {
  const {status, text} = await askServer(server, url, signal, body)
  if (status !== 200) return undefined
  try {
    return JSON.parse(text) as T
  } catch {
    return undefined
  }
}

/** An Ollama that is spoken to over another protocol than its own; undefined when it is none. */
export const hiddenOllama = async (server: Server, signal: AbortSignal): Promise<Server | undefined> => {
  const told = await jsonFrom<{version?: unknown}>(server, `${server.root}/api/version`, signal).catch(() => undefined)
  return typeof told?.version === 'string' ? {...server, base: server.root} : undefined
}

/** What was thrown, as words for a person. */
export const troubleWith = (thrown: unknown, name: string) =>
  thrown instanceof FaultError ? thrown.fault : fault('model.garbled', {route: name, why: thrown instanceof Error ? thrown.message : String(thrown)})

/** Nobody is there; slow or unwilling is something else. */
export const isGone = (thrown: unknown): boolean => thrown instanceof WireError && thrown.fault.code === 'model.unreachable'

/** What a server that is there cannot answer is no answer; one that is not there stays a failure. */
const orNothing = (thrown: unknown): undefined => {
  if (isGone(thrown)) throw thrown
}

const known: Readonly<Record<string, ServerKind>> = {llamacpp: 'llamacpp', vllm: 'vllm', sglang: 'sglang', openrouter: 'openrouter'}

/** Told from protocol and name, and for servers of the user's own from what they answer. */
export const kindOfServer = async (server: Server, signal: AbortSignal): Promise<ServerKind> => {
  const {settings, root} = server
  if (settings.protocol === 'ollama') return 'ollama'
  const named = known[settings.name]
  if (named) return named
  // Whatever it speaks: services far away are not asked what only one's own server knows.
  if (settings.protocol !== 'openai-chat' && !isLocal(settings.protocol, settings.baseUrl)) return 'other'
  const props = await jsonFrom<{default_generation_settings?: object; total_slots?: number}>(server, `${root}/props`, signal).catch(orNothing)
  if (props?.default_generation_settings || props?.total_slots !== undefined) return 'llamacpp'
  const listed = await jsonFrom<{data?: {owned_by?: string}[]}>(server, `${server.base}/models`, signal).catch(orNothing)
  const owner = listed?.data?.[0]?.owned_by
  return owner === 'vllm' || owner === 'sglang' ? owner : 'other'
}
