// What servers of several protocols have in common: whose they are, whether their key is there, and a short look at what
// they hold. No protocol is known here, and a look never throws.

import {isNear, joined} from '../base/address.ts'
import {fault} from '../contract/fault.ts'
import type {Probe, ProviderSettings, Timeouts} from '../contract/model.ts'
import {WireError} from './fault.ts'
import {shownUrl} from './shown-url.ts'

/** Nobody waits longer for a look than this. */
const lookSec = 10

type Seen = Pick<Probe, 'models' | 'notes'>

/** A look against the clock; what went wrong is told in what it gives. */
export const probed = async ({name, timeouts}: ProviderSettings, look: (timeouts: Timeouts) => Promise<Seen>): Promise<Probe> => {
  const began = performance.now()
  const wallMs = () => Math.round(performance.now() - began)
  try {
    const {firstTokenSec, callSec} = timeouts
    const seen = await look({...timeouts, firstTokenSec: Math.min(firstTokenSec, lookSec), callSec: Math.min(callSec, lookSec)})
    return {ok: true, wallMs: wallMs(), ...seen}
  } catch (thrown) {
    const error = thrown instanceof WireError ? thrown.fault : fault('model.garbled', {route: name, why: (thrown as Error).message})
    return {ok: false, wallMs: wallMs(), models: [], error}
  }
}

export interface Endpoint {
  /** What a person can do when nobody answers. */
  hint: string
  /** Throws WireError where a key is wanted and there is none. */
  checkKey(route: string): void
  /** The names in its listing at `path`. */
  probe(path: string, signal: AbortSignal): Promise<Probe>
}

export interface EndpointSite {
  settings: ProviderSettings
  /** Where it is; `settings.baseUrl` as its protocol reads it. */
  base: string
  headers: Record<string, string>
  refuse(status: number, headers: Record<string, string | undefined>, body: string): WireError
}

export const openEndpoint = ({settings, base, headers, refuse}: EndpointSite): Endpoint => {
  const {name, apiKey, apiKeyEnv, net} = settings
  const hint = isNear(base) ? `start the server at ${shownUrl(base)}, or check its baseUrl` : `check the network and the baseUrl of ${name}`
  const checkKey = (route: string): void => {
    if (apiKey || !apiKeyEnv || isNear(base) || settings.headers) return
    throw new WireError(fault('model.credentials', {route, why: 'there is no key', hint: `set ${apiKeyEnv}`}))
  }
  const probe = (path: string, signal: AbortSignal): Promise<Probe> =>
    probed(settings, async (timeouts) => {
      checkKey(name)
      const {post} = await import('./post.ts')
      const response = await post({route: name, method: 'GET', url: joined(base, path), headers, timeouts, net, hint}, signal)
      const body = await response.text()
      if (response.status !== 200) throw refuse(response.status, response.headers, body)
      const listed = JSON.parse(body) as {data?: {id?: unknown}[]}
      return {models: (listed.data ?? []).map(({id}) => String(id))}
    })
  return {hint, checkKey, probe}
}

/** What to do when a server has no model of that name. */
export const modelHintOf = (name: string): string => `check the name; penguin models list ${name} --refresh shows what is there`
