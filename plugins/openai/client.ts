// What both protocols share: the request's way out and the stream's way in, failure as the last part.
// Of the `openai` package only its types are used. Measured (minified, compile cache): its client costs 43 ms, 65 ms
// of cpu and 19 MB to load, and its event decoder 8 µs a token more than ours; a whole headless turn shall take 100 ms,
// and 10 µs a token. Its retries and time-outs would also send requests that nobody reserved.

import {
  eventSplitter,
  isNear,
  joined,
  type ModelCard,
  type ModelClient,
  modelHintOf,
  openEndpoint,
  type ProviderSettings,
  type Reader,
  refusalFault,
  type Tally,
  type Turn,
  talk,
  type WireError,
  withOptions,
} from '../../engine/plugin.ts'

export interface ReaderSite {
  route: string
  tally: Tally
  /** Most tokens that were asked for: some servers cut there and say nothing of it. */
  mostTokens?: number
  /** Makes the fault of an error that came inside the stream. */
  refuse(status: number, body: string): WireError
}

export interface Dialect {
  path: string
  body(turn: Turn, card: ModelCard, route: string): object
  /** An answer in one piece as the events that a stream of it would have. */
  whole(answer: Record<string, unknown>): object[] | undefined
  openReader(site: ReaderSite): Reader
}

/** OpenAI's models that reason, by name: they refuse a temperature. A card that says otherwise stands. */
const reasons = /^(openai\/)?(o\d|gpt-[5-9])/

const cardFor = (settings: ProviderSettings, model: string): ModelCard => {
  const local = isNear(settings.baseUrl)
  // A dated snapshot is priced as its family.
  const declared = settings.models?.[model] ?? settings.models?.[model.replace(/-\d{4}-\d{2}-\d{2}$/, '')]
  const guessed = {window: local ? 32_768 : 128_000, output: local ? 4096 : 16_384, ...(reasons.test(model) ? {fixedTemperature: true} : {})}
  return {...guessed, tools: true, edits: 'calls', local, ...declared}
}

export const makeClient = (settings: ProviderSettings, dialect: Dialect): ModelClient => {
  const {name, baseUrl: base, apiKey, apiKeyEnv, timeouts, net} = settings
  const headers = {...(apiKey ? {authorization: `Bearer ${apiKey}`} : {}), ...settings.headers}

  const refuse = (model: string, status: number, from: Record<string, string | undefined>, body: string): WireError =>
    refusalFault({route: model ? `${name}/${model}` : name, model, status, headers: from, body, apiKeyEnv, apiKey, modelHint: modelHintOf(name)}, Date.now())

  const endpoint = openEndpoint({settings, base, headers, refuse: (status, from, body) => refuse('', status, from, body)})

  const stream: ModelClient['stream'] = (turn, signal) => {
    const route = `${name}/${turn.model}`
    const events = eventSplitter()
    return talk({
      route,
      turn,
      signal,
      notType: /json|html/,
      request: () => {
        endpoint.checkKey(route)
        const card = cardFor(settings, turn.model)
        const made = withOptions(dialect.body(turn, card, route), settings.options, card.options)
        const body = JSON.stringify(turn.whole ? {...made, stream: false, stream_options: undefined} : made)
        const accept = turn.whole ? 'application/json' : 'text/event-stream'
        return {route, method: 'POST', url: joined(base, dialect.path), headers: {accept, ...headers}, body, timeouts, net, hint: endpoint.hint}
      },
      whole: dialect.whole,
      split: (chunk) => events.feed(chunk).map(({data}) => data),
      rest: events.rest,
      refuse: (status, from, body) => refuse(turn.model, status, from, body),
      openReader: (tally) =>
        dialect.openReader({route, tally, mostTokens: turn.sampling.maxOutputTokens, refuse: (status, body) => refuse(turn.model, status, {}, body)}),
    })
  }

  return {card: (model) => cardFor(settings, model), stream, probe: (signal) => endpoint.probe('/models', signal)}
}
