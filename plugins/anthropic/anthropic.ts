// The client of the Messages API. Anthropic's own package is not used: of it only the event shapes would be needed,
// and its retries and time-outs would send requests that nobody reserved.

import {
  eventSplitter,
  fault,
  type ModelCard,
  type ModelClient,
  type ModelMaker,
  openWire,
  type Probe,
  type ProviderSettings,
  refusalFault,
  shownUrl,
  talk,
  WireError,
  withOptions,
} from '../../engine/plugin.ts'
import {refusesTemperature} from './family.ts'
import {whole as eventsOf, openReader} from './reader.ts'
import {requestOf} from './request.ts'

const version = '2023-06-01'

/** The address without its path: people write it with /v1 too. */
const rootOf = (url: string): string => url.replace(/\/+$/, '').replace(/\/v1$/, '')

const isLocal = (url: string): boolean => {
  const host = URL.canParse(url) ? new URL(url).hostname : ''
  return host === 'localhost' || host === '[::1]' || /^(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))\./.test(host) || host.endsWith('.local')
}

const cardFor = (settings: ProviderSettings, model: string): ModelCard => {
  const local = isLocal(settings.baseUrl)
  // A dated snapshot is priced as its family.
  const declared = settings.models?.[model] ?? settings.models?.[model.replace(/-\d{8}$/, '')]
  const guessed = {window: local ? 32_768 : 200_000, output: local ? 4096 : 32_000, ...(refusesTemperature(model) ? {fixedTemperature: true} : {})}
  return {...guessed, tools: true, edits: 'calls', local, ...declared}
}

const make: ModelMaker = (settings): ModelClient => {
  const {name, apiKey, apiKeyEnv, timeouts, net} = settings
  const base = rootOf(settings.baseUrl)
  const headers = {'anthropic-version': version, ...(apiKey ? {'x-api-key': apiKey} : {}), ...settings.headers}
  const hint = isLocal(base) ? `start the server at ${shownUrl(base)}, or check its baseUrl` : `check the network and the baseUrl of ${name}`

  const refuse = (model: string, status: number, from: Record<string, string | undefined>, text: string): WireError => {
    const modelHint = `check the name; penguin models probe ${name} lists what is there`
    return refusalFault({route: model ? `${name}/${model}` : name, model, status, headers: from, body: text, apiKeyEnv, apiKey, modelHint}, Date.now())
  }

  const checkKey = (route: string): void => {
    if (apiKey || !apiKeyEnv || isLocal(base) || settings.headers) return
    throw new WireError(fault('model.credentials', {route, why: 'there is no key', hint: `set ${apiKeyEnv}`}))
  }

  const stream: ModelClient['stream'] = (turn, signal) => {
    const route = `${name}/${turn.model}`
    const events = eventSplitter()
    let bound = ''
    return talk({
      route,
      turn,
      signal,
      notType: /json|html/,
      request: () => {
        checkKey(route)
        const card = cardFor(settings, turn.model)
        const made = requestOf(turn, card, route)
        const whole = withOptions(made.body, settings.options, card.options)
        const request = JSON.stringify(turn.whole ? {...whole, stream: false} : whole)
        const accept = turn.whole ? 'application/json' : 'text/event-stream'
        bound = made.bound
        return {route, method: 'POST', url: `${base}/v1/messages`, headers: {accept, ...headers}, body: request, timeouts, net, hint}
      },
      whole: eventsOf,
      split: (chunk) => events.feed(chunk).map(({data}) => data),
      rest: events.rest,
      refuse: (status, from, text) => refuse(turn.model, status, from, text),
      openReader: (tally) => openReader({route, tally, bound: () => bound, refuse: (status, text) => refuse(turn.model, status, {}, text)}),
    })
  }

  const probe = async (signal: AbortSignal): Promise<Probe> => {
    const began = performance.now()
    const wallMs = () => Math.round(performance.now() - began)
    try {
      checkKey(name)
      const {post} = await openWire()
      const quick = {...timeouts, firstTokenSec: Math.min(timeouts.firstTokenSec, 10), callSec: Math.min(timeouts.callSec, 10)}
      const response = await post({route: name, method: 'GET', url: `${base}/v1/models?limit=1000`, headers, timeouts: quick, net, hint}, signal)
      const text = await response.text()
      if (response.status !== 200) throw refuse('', response.status, response.headers, text)
      const listed = JSON.parse(text) as {data?: {id?: unknown}[]}
      return {ok: true, wallMs: wallMs(), models: (listed.data ?? []).map(({id}) => String(id))}
    } catch (thrown) {
      const error = thrown instanceof WireError ? thrown.fault : fault('model.garbled', {route: name, why: (thrown as Error).message})
      return {ok: false, wallMs: wallMs(), models: [], error}
    }
  }

  return {card: (model) => cardFor(settings, model), stream, probe}
}

export default make
