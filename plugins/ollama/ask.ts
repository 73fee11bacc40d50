// Small questions to an Ollama server (what it has, what a model can do), answered as JSON.

import {fault, openWire, type ProviderSettings, refusalFault, WireError} from '../../engine/plugin.ts'

export type Place = Pick<ProviderSettings, 'name' | 'baseUrl' | 'timeouts' | 'net'> & {headers: Record<string, string>; hint: string}

/** Throws WireError. */
export const ask = async <T>(place: Place, path: string, body: object | undefined, signal: AbortSignal): Promise<T> => {
  const {post} = await openWire()
  const {name: route, baseUrl, timeouts, net, headers, hint} = place
  const response = await post(
    {route, method: body ? 'POST' : 'GET', url: baseUrl + path, headers, body: body && JSON.stringify(body), timeouts, net, hint},
    signal,
  )
  const text = await response.text()
  if (response.status !== 200) throw refusalFault({route, model: '', status: response.status, headers: response.headers, body: text, modelHint: ''}, Date.now())
  try {
    return JSON.parse(text) as T
  } catch {
    throw new WireError(fault('model.garbled', {route, why: `${path} did not answer in JSON`}))
  }
}

export interface Listed {
  models?: {name: string}[]
}

export interface Shown {
  capabilities?: string[]
  model_info?: Record<string, unknown>
}

export interface Running {
  models?: {name: string; size: number; size_vram: number; context_length?: number}[]
}
