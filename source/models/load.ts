// How busy a local server is, as far as it tells: Ollama by what is in its memory, llama.cpp by its slots, vLLM and
// SGLang by their metrics. A server that says nothing is taken as free.

import type {ProviderSettings} from '../../engine/contract/model.ts'
import type {ServerLoad} from '../../engine/model/router.ts'
import {askServer, isGone, jsonFrom, kindOfServer, type Server, serverOf} from './server.ts'

export interface Running {
  models?: {name: string; model?: string; size: number; size_vram: number; context_length?: number}[]
}

export const sameModel = (name: string, wanted: string): boolean => name === wanted || name === `${wanted}:latest`

const ofOllama = async (server: Server, model: string, signal: AbortSignal): Promise<ServerLoad | undefined> => {
  const running = await jsonFrom<Running>(server, `${server.base}/api/ps`, signal)
  if (!running) return undefined
  const mine = running.models?.find(({name}) => sameModel(name, model))
  if (!mine) return {loaded: false}
  return {loaded: true, cpuShare: mine.size > 0 ? Math.max(0, 1 - mine.size_vram / mine.size) : 0}
}

interface Slot {
  is_processing?: boolean
}

const ofLlamacpp = async (server: Server, signal: AbortSignal): Promise<ServerLoad | undefined> => {
  const slots = await jsonFrom<Slot[]>(server, `${server.root}/slots`, signal)
  const metrics = await metricsOf(server, signal)
  const measured = metrics.get('llamacpp:predicted_tokens_seconds')
  const waiting = metrics.get('llamacpp:requests_deferred')
  if (!Array.isArray(slots) && metrics.size === 0) return undefined
  return {
    loaded: true,
    ...(Array.isArray(slots) ? {slots: slots.length, busy: slots.filter((slot) => slot.is_processing).length} : {}),
    ...(waiting === undefined ? {} : {queued: waiting}),
    ...(measured ? {tokensPerSec: measured} : {}),
  }
}

/** The figures of a Prometheus page by name; those of several models are added up. */
export const metricsIn = (page: string): Map<string, number> => {
  const found = new Map<string, number>()
  for (const row of page.split('\n')) {
    const read = /^([a-zA-Z_:][\w:]*)(?:\{[^}]*\})?\s+([-+\d.eE]+)/.exec(row)
    if (read) found.set(read[1] as string, (found.get(read[1] as string) ?? 0) + Number(read[2]))
  }
  return found
}

const metricsOf = async (server: Server, signal: AbortSignal): Promise<Map<string, number>> => {
  const {status, text} = await askServer(server, `${server.root}/metrics`, signal)
  return status === 200 ? metricsIn(text) : new Map()
}

/** Batching servers work on many requests at once; what waits is what they have no room for. */
const ofBatching = async (server: Server, prefix: string, signal: AbortSignal): Promise<ServerLoad | undefined> => {
  const metrics = await metricsOf(server, signal)
  const first = (...names: string[]): number | undefined => names.map((name) => metrics.get(`${prefix}:${name}`)).find((value) => value !== undefined)
  const queued = first('num_requests_waiting', 'num_queue_reqs')
  const running = first('num_requests_running', 'num_running_reqs')
  const measured = first('gen_throughput')
  if (queued === undefined && running === undefined) return undefined
  return {
    loaded: true,
    slots: Math.max(1, running ?? 1),
    busy: queued ? Math.max(1, running ?? 1) : 0,
    queued: queued ?? 0,
    ...(measured && running ? {tokensPerSec: measured / running} : {}),
  }
}

/** undefined when the server tells nothing, or not in time; `down` when nobody is there. Never throws. */
export const loadOf = async (settings: ProviderSettings, model: string, signal: AbortSignal): Promise<ServerLoad | undefined> => {
  const server = serverOf(settings)
  try {
    const kind = await kindOfServer(server, signal)
    if (kind === 'ollama') return await ofOllama(server, model, signal)
    if (kind === 'llamacpp') return await ofLlamacpp(server, signal)
    return kind === 'vllm' || kind === 'sglang' ? await ofBatching(server, kind, signal) : undefined
  } catch (thrown) {
    return isGone(thrown) && !signal.aborted ? {down: true} : undefined
  }
}
