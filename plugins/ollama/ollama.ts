// The client of an Ollama server. Of the `ollama` package only its types are used: its client aborts all of its
// streams at once, needs a fetch with web streams under it, and leaves proxies, time-outs and Retry-After to nobody.

import {
  lineSplitter,
  type ModelCard,
  type ModelClient,
  type ModelMaker,
  type ProviderSettings,
  refusalFault,
  shownUrl,
  talk,
  type WireError,
  withOptions,
} from '../../engine/plugin.ts'
import {probe} from './probe.ts'
import {openReader} from './reader.ts'
import {body} from './request.ts'
import {ollamaUrl} from './url.ts'

const cardFor = (settings: ProviderSettings, model: string): ModelCard => ({
  window: 32_768,
  output: 8192,
  tools: true,
  edits: 'calls',
  local: true,
  ...settings.models?.[model],
})

const make: ModelMaker = (settings): ModelClient => {
  const {name, timeouts, net, apiKey, apiKeyEnv} = settings
  const base = ollamaUrl(settings.baseUrl)
  const headers = {...(apiKey ? {authorization: `Bearer ${apiKey}`} : {}), ...settings.headers}
  const hint = `start it with: ollama serve, or check OLLAMA_HOST (${shownUrl(base)})`

  const refuse = (model: string, status: number, from: Record<string, string | undefined>, text: string): WireError =>
    refusalFault({route: `${name}/${model}`, model, status, headers: from, body: text, apiKeyEnv, apiKey, modelHint: `ollama pull ${model}`}, Date.now())

  const stream: ModelClient['stream'] = (turn, signal) => {
    const route = `${name}/${turn.model}`
    const lines = lineSplitter()
    return talk({
      route,
      turn,
      signal,
      notType: /html|event-stream/,
      request: () => {
        const card = cardFor(settings, turn.model)
        const made = withOptions(body(turn, card, route), settings.options, card.options)
        const request = JSON.stringify(turn.whole ? {...made, stream: false} : made)
        return {route, method: 'POST', url: `${base}/api/chat`, headers, body: request, timeouts, net, hint}
      },
      whole: (answer) => (answer.done === true ? [answer] : undefined),
      split: (chunk) => lines.feed(chunk),
      rest: lines.rest,
      refuse: (status, from, text) => refuse(turn.model, status, from, text),
      openReader: (tally) => openReader({route, tally, offersTools: turn.tools.length > 0, refuse: (status, text) => refuse(turn.model, status, {}, text)}),
    })
  }

  return {card: (model) => cardFor(settings, model), stream, probe: (signal) => probe({...settings, baseUrl: base}, headers, hint, signal)}
}

export default make
