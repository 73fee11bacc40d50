// `penguin models list`: the models with a card, where the card comes from and how old that is. `--refresh` asks the
// providers for their own listings first and keeps them.

import type {Config} from '../../engine/contract/config.ts'
import type {ModelCard, ProviderSettings} from '../../engine/contract/model.ts'
import {builtInProviders} from '../../engine/model/providers.ts'
import {isLocal, providerSettings} from '../../engine/model/settings.ts'
import type {Context} from '../context.ts'
import {settingsWithKey} from '../secrets.ts'
import {readCached, withListed, writeCached} from './card-cache.ts'
import {listingOf} from './listing.ts'
import {troubleWith} from './server.ts'

/** A provider that has not sent its listing by then is told as silent. */
const listingMs = 15_000

export const providersOf = (config: Config): string[] => [...new Set([...Object.keys(builtInProviders), ...Object.keys(config.providers)])]

const noListing = new Set(['embedded', 'replay'])

/** Asked only where there is a chance of an answer: a key is there, or none is needed. */
const isAskable = (config: Config, {name, apiKey, apiKeyEnv}: ProviderSettings): boolean => {
  const {apiKeyFile, apiKeyCommand, apiKeyKeyring} = config.providers[name] ?? {}
  const hasSource = apiKeyFile !== undefined || apiKeyCommand !== undefined || apiKeyKeyring !== undefined
  return !noListing.has(name) && (apiKey !== undefined || apiKeyEnv === undefined || hasSource || name === 'openrouter')
}

/** '' when the listing was had and kept; else what was wrong. */
const refreshOne = async (context: Context, config: Config, name: string): Promise<string> => {
  const found = await settingsWithKey(config, context.env, name, context.cwd)
  if (!found.ok) return `${found.error.msg}${found.error.hint ? ` (${found.error.hint})` : ''}`
  const settings = found.result
  try {
    const {models} = await listingOf(settings, AbortSignal.timeout(listingMs))
    return writeCached(context, settings, models) ? '' : `${settings.name}: its listing could not be kept in the cache folder`
  } catch (thrown) {
    const {msg, hint} = troubleWith(thrown, settings.name)
    return `${msg}${hint ? ` (${hint})` : ''}`
  }
}

const age = (ms: number): string => {
  const hours = Math.floor(ms / 3_600_000)
  if (hours < 1) return 'listed just now'
  return hours < 48 ? `listed ${hours} h ago` : `listed ${Math.floor(hours / 24)} days ago`
}

const usd = (value: number): string => `$${Number(value.toFixed(4))}`
const price = (card: Partial<ModelCard>): string => (card.price ? `${usd(card.price.usdIn)} in, ${usd(card.price.usdOut)} out per 1e6 tokens` : 'unpriced')

export interface Row {
  route: string
  window?: number
  output?: number
  price: string
  usd?: ModelCard['price']
  tools?: boolean
  isDefault: boolean
  from: 'built in' | 'configuration' | 'listing'
  listedMs?: number
}

const rowsOf = (context: Context, config: Config, settings: ProviderSettings): Row[] => {
  const cached = readCached(context, settings)
  const declared = config.providers[settings.name]?.models ?? {}
  const {models = {}} = withListed(settings, cached?.models, declared)
  return Object.entries(models).map(([model, card]): Row => {
    const isListed = cached?.models[model] !== undefined
    return {
      route: `${settings.name}/${model}`,
      ...(card.window ? {window: card.window} : {}),
      ...(card.output ? {output: card.output} : {}),
      price: price(card),
      ...(card.price ? {usd: card.price} : {}),
      ...(card.tools === undefined ? {} : {tools: card.tools}),
      isDefault: card.isDefault === true,
      from: declared[model] ? 'configuration' : isListed ? 'listing' : 'built in',
      ...(isListed && cached ? {listedMs: Math.max(0, context.clock.now() - cached.at)} : {}),
    }
  })
}

/** Every model with a card, of every provider that can be spoken to. */
export const modelsKnown = (context: Context, config: Config): Row[] =>
  providersOf(config).flatMap((name) => {
    const settings = providerSettings(config, context.env, name, context.cwd)
    return settings.ok ? rowsOf(context, config, settings.result) : []
  })

const told = (row: Row): string => {
  const marks = [row.isDefault ? 'default' : '', row.tools === false ? 'no tools' : '', row.listedMs === undefined ? '' : age(row.listedMs)].filter(Boolean)
  return `${row.route.padEnd(34)} ${String(row.window ?? '').padStart(9)}  ${row.price}${marks.length > 0 ? `  (${marks.join(', ')})` : ''}\n`
}

/** 1 when a provider that was named gave no listing; without a name, what does not answer is only told. */
export const list = async (context: Context, config: Config): Promise<number> => {
  const [, wanted] = context.words
  const names = providersOf(config)
  if (wanted !== undefined && !names.includes(wanted)) {
    context.err(`penguin: there is no provider named ${wanted}\nproviders: ${names.join(', ')}\n`)
    return 2
  }
  const all = (wanted ? [wanted] : names).flatMap((name) => {
    const settings = providerSettings(config, context.env, name, context.cwd)
    return settings.ok ? [settings.result] : []
  })
  let isMissing = false
  if (context.flags.refresh) {
    const asked = all.filter((settings) => wanted !== undefined || isAskable(config, settings))
    const troubles = await Promise.all(asked.map((settings) => refreshOne(context, config, settings.name)))
    for (const [at, trouble] of troubles.entries()) {
      if (!trouble) continue
      isMissing = true
      const {protocol, baseUrl} = asked[at] as ProviderSettings
      // Nobody runs all local servers at once.
      if (wanted !== undefined || !isLocal(protocol, baseUrl)) context.err(`penguin: ${trouble}\n`)
    }
  }
  const rows = all.flatMap((settings) => rowsOf(context, config, settings))
  await context.out(context.flags.json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : rows.map(told).join(''))
  if (rows.length === 0 && !isMissing && !context.flags.json) context.err(`nothing is known of its models yet: penguin models list ${wanted ?? ''} --refresh\n`)
  return isMissing && wanted !== undefined ? 1 : 0
}
