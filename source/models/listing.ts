// What a provider's own listing says of its models, as cards: window, output, price, abilities. Every field is read
// where a server is known to put it, and left out where it is not; nothing is guessed from a name here.

import {FaultError, fault} from '../../engine/contract/fault.ts'
import type {ModelCard, ProviderSettings} from '../../engine/contract/model.ts'
import {qualityOf} from '../../engine/model/quality.ts'
import {jsonFrom, kindOfServer, type Server, type ServerKind, serverOf} from './server.ts'

export type Cards = Record<string, Partial<ModelCard>>

export interface Listing {
  kind: ServerKind
  models: Cards
}

type Fields = Record<string, unknown>

const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value)
const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {})
const whole = (...values: unknown[]): number | undefined =>
  values.map(Number).find((value, at) => values[at] !== null && values[at] !== '' && Number.isInteger(value) && value > 0)

/** OpenRouter writes usd per token, as text; a negative price marks a router of theirs. */
const priceOf = (pricing: unknown): ModelCard['price'] | undefined => {
  const {prompt, completion, input_cache_read} = fieldsOf(pricing)
  const [usdIn, usdOut] = [Number(prompt), Number(completion)]
  if (prompt === undefined || completion === undefined || !(usdIn >= 0) || !(usdOut >= 0)) return undefined
  const perMillion = (usd: number): number => Math.round(usd * 1e6 * 1e6) / 1e6
  const cached = input_cache_read === undefined ? usdIn : Number(input_cache_read)
  return {usdIn: perMillion(usdIn), usdCached: perMillion(cached >= 0 ? cached : usdIn), usdOut: perMillion(usdOut)}
}

/** OpenRouter lists what goes in, llama.cpp what a model can do. */
const visionOf = (entry: Fields): boolean | undefined => {
  const {input_modalities: takes} = fieldsOf(entry.architecture)
  if (Array.isArray(takes)) return takes.includes('image')
  return Array.isArray(entry.capabilities) ? entry.capabilities.includes('multimodal') || entry.capabilities.includes('vision') : undefined
}

/** One entry of `/v1/models`, whoever serves it. */
const cardOf = (entry: Fields): Partial<ModelCard> => {
  const top = fieldsOf(entry.top_provider)
  const meta = fieldsOf(entry.meta)
  const window = whole(entry.max_model_len, top.context_length, entry.context_length, entry.context_window, entry.max_input_tokens, meta.n_ctx)
  const output = whole(top.max_completion_tokens, entry.max_output_tokens, entry.max_tokens)
  const price = priceOf(entry.pricing)
  const sees = visionOf(entry)
  const can = Array.isArray(entry.supported_parameters) ? (entry.supported_parameters as unknown[]) : undefined
  return {
    ...(window ? {window} : {}),
    ...(output && (!window || output <= window) ? {output} : {}),
    ...(price ? {price} : {}),
    ...(can ? {tools: can.includes('tools')} : {}),
    ...(sees === undefined ? {} : {vision: sees}),
    ...(can && !can.includes('temperature') ? {fixedTemperature: true} : {}),
  }
}

const openaiListing = async (server: Server, signal: AbortSignal): Promise<Cards> => {
  const url = `${server.base}${server.settings.protocol === 'anthropic' ? '/v1/models?limit=1000' : '/models'}`
  const listed = await jsonFrom<{data?: unknown[]}>(server, url, signal)
  if (!listed) throw new FaultError(fault('model.garbled', {route: server.settings.name, why: `${url} gave no list of models`}))
  return Object.fromEntries((listed.data ?? []).filter(isFields).flatMap((entry) => (typeof entry.id === 'string' ? [[entry.id, cardOf(entry)]] : [])))
}

/** Tokens of context of one slot, as llama.cpp runs now. */
export const llamacppWindow = async (server: Server, signal: AbortSignal): Promise<{window?: number; slots?: number; template: string}> => {
  const props = fieldsOf(await jsonFrom(server, `${server.root}/props`, signal))
  const window = whole(fieldsOf(props.default_generation_settings).n_ctx, props.n_ctx)
  const slots = whole(props.total_slots)
  return {...(window ? {window} : {}), ...(slots ? {slots} : {}), template: typeof props.chat_template === 'string' ? props.chat_template : ''}
}

export interface OllamaModel {
  /** As trained. */
  trained?: number
  /** What its Modelfile asks for. */
  asked?: number
  abilities?: string[]
  template: string
}

export const showOllama = async (server: Server, model: string, signal: AbortSignal): Promise<OllamaModel | undefined> => {
  const shown = await jsonFrom<Fields>(server, `${server.base}/api/show`, signal, {model})
  if (!shown) return undefined
  const info = Object.entries(fieldsOf(shown.model_info)).find(([key]) => key.endsWith('.context_length'))?.[1]
  const asked = /^num_ctx\s+(\d+)/m.exec(typeof shown.parameters === 'string' ? shown.parameters : '')?.[1]
  return {
    ...(whole(info) ? {trained: whole(info) as number} : {}),
    ...(asked ? {asked: Number(asked)} : {}),
    ...(Array.isArray(shown.capabilities) ? {abilities: shown.capabilities.map(String)} : {}),
    template: typeof shown.template === 'string' ? shown.template : '',
  }
}

/** What Ollama is asked for where nobody says otherwise: enough for a crew, and it fits beside a model on most cards. */
export const usualOllamaWindow = 32_768
/** One request each: a machine with hundreds of models is asked for the newest. */
const mostShown = 40

const round = (value: number): number => Math.round(value * 100) / 100

const ollamaListing = async (server: Server, signal: AbortSignal): Promise<Cards> => {
  const listed = await jsonFrom<{models?: {name: string; details?: {parameter_size?: string}}[]}>(server, `${server.base}/api/tags`, signal)
  if (!listed) throw new FaultError(fault('model.garbled', {route: server.settings.name, why: '/api/tags gave no list of models'}))
  const cards = await Promise.all(
    (listed.models ?? []).slice(0, mostShown).map(async ({name, details}): Promise<[string, Partial<ModelCard>]> => {
      const shown = await showOllama(server, name, signal)
      const window = Math.min(shown?.asked ?? usualOllamaWindow, shown?.trained ?? Number.POSITIVE_INFINITY)
      // Names such as `coder:latest` do not tell the size; the listing does.
      const size = details?.parameter_size && /^[\d.]+B$/i.test(details.parameter_size) ? {quality: round(qualityOf(`:${details.parameter_size}`, {}))} : {}
      return [
        name,
        {window, ...(shown?.abilities ? {tools: shown.abilities.includes('tools'), vision: shown.abilities.includes('vision')} : {}), ...size, local: true},
      ]
    }),
  )
  return Object.fromEntries(cards)
}

/** Throws WireError or FaultError when the provider gives no listing. */
export const listingOf = async (settings: ProviderSettings, signal: AbortSignal): Promise<Listing> => {
  const server = serverOf(settings)
  const kind = await kindOfServer(server, signal)
  if (kind === 'ollama') return {kind, models: await ollamaListing(server, signal)}
  const models = await openaiListing(server, signal)
  if (kind !== 'llamacpp') return {kind, models}
  const {window} = await llamacppWindow(server, signal)
  return {kind, models: window ? Object.fromEntries(Object.entries(models).map(([name, card]) => [name, {...card, window}])) : models}
}
