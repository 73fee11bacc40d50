// The client of the Messages API. Anthropic's own package is not used: of it only the event shapes would be needed,
// and its retries and time-outs would send requests that nobody reserved.

import {
  eventSplitter,
  isNear,
  joined,
  type ModelCard,
  type ModelClient,
  type ModelMaker,
  modelHintOf,
  openEndpoint,
  type ProviderSettings,
  refusalFault,
  talk,
  type WireError,
  withOptions,
} from '../../engine/plugin.ts'
import {refusesTemperature} from './family.ts'
import {whole as eventsOf, openReader} from './reader.ts'
import {requestOf} from './request.ts'

const version = '2023-06-01'

/** The address without its path: people write it with /v1 too. */
const rootOf = (url: string): string => url.replace(/\/+(?=[?#]|$)/, '').replace(/\/v1(?=[?#]|$)/, '')

const cardFor = (settings: ProviderSettings, model: string): ModelCard => {
  const local = isNear(settings.baseUrl)
  // A dated snapshot is priced as its family.
  const declared = settings.models?.[model] ?? settings.models?.[model.replace(/-\d{8}$/, '')]
  const guessed = {window: local ? 32_768 : 200_000, output: local ? 4096 : 32_000, ...(refusesTemperature(model) ? {fixedTemperature: true} : {})}
  return {...guessed, tools: true, edits: 'calls', local, ...declared}
}

const make: ModelMaker = (settings): ModelClient => {
  const {name, apiKey, apiKeyEnv, timeouts, net} = settings
  const base = rootOf(settings.baseUrl)
  const headers = {'anthropic-version': version, ...(apiKey ? {'x-api-key': apiKey} : {}), ...settings.headers}

  const refuse = (model: string, status: number, from: Record<string, string | undefined>, text: string): WireError =>
    refusalFault(
      {route: model ? `${name}/${model}` : name, model, status, headers: from, body: text, apiKeyEnv, apiKey, modelHint: modelHintOf(name)},
      Date.now(),
    )

  const endpoint = openEndpoint({settings, base, headers, refuse: (status, from, text) => refuse('', status, from, text)})

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
        endpoint.checkKey(route)
        const card = cardFor(settings, turn.model)
        const made = requestOf(turn, card, route)
        const whole = withOptions(made.body, settings.options, card.options)
        const request = JSON.stringify(turn.whole ? {...whole, stream: false} : whole)
        const accept = turn.whole ? 'application/json' : 'text/event-stream'
        bound = made.bound
        return {route, method: 'POST', url: joined(base, '/v1/messages'), headers: {accept, ...headers}, body: request, timeouts, net, hint: endpoint.hint}
      },
      whole: eventsOf,
      split: (chunk) => events.feed(chunk).map(({data}) => data),
      rest: events.rest,
      refuse: (status, from, text) => refuse(turn.model, status, from, text),
      openReader: (tally) => openReader({route, tally, bound: () => bound, refuse: (status, text) => refuse(turn.model, status, {}, text)}),
    })
  }

  return {card: (model) => cardFor(settings, model), stream, probe: (signal) => endpoint.probe('/v1/models?limit=1000', signal)}
}

export default make
