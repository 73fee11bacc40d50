// Listings of providers as they were last seen, one small file each in the user's cache, with their age. What stands in
// the configuration goes before them, and they go before what is built in.

import {mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {ProviderConfig} from '../../engine/contract/config.ts'
import type {ModelCard, ProviderSettings} from '../../engine/contract/model.ts'
import type {Context} from '../context.ts'
import {foldersOf} from '../folders.ts'
import type {Cards} from './listing.ts'

export interface Cached {
  /** ms since 1970. */
  at: number
  /** A listing of another server under the same name is not this one's. */
  baseUrl: string
  models: Cards
}

/** Prices and windows older than this may have changed too much to count on. */
export const staleMs = 30 * 24 * 3600 * 1000

const fileOf = (env: Context['env'], provider: string): string => join(foldersOf(env).cache, 'cards', `${encodeURIComponent(provider)}.json`)

const isCached = (value: unknown): value is Cached => {
  if (typeof value !== 'object' || value === null) return false
  const {at, baseUrl, models} = value as Record<string, unknown>
  return typeof at === 'number' && typeof baseUrl === 'string' && typeof models === 'object' && models !== null
}

/** undefined when there is none, or it is of another server, or too old to count. */
export const readCached = (context: Pick<Context, 'env' | 'clock'>, settings: ProviderSettings): Cached | undefined => {
  try {
    const found: unknown = JSON.parse(readFileSync(fileOf(context.env, settings.name), 'utf8'))
    return isCached(found) && found.baseUrl === settings.baseUrl && context.clock.now() - found.at < staleMs ? found : undefined
  } catch {
    return undefined
  }
}

/** False when it could not be kept; then the listing is only shown. */
export const writeCached = (context: Pick<Context, 'env' | 'clock'>, settings: ProviderSettings, models: Cards): boolean => {
  const file = fileOf(context.env, settings.name)
  try {
    mkdirSync(join(file, '..'), {recursive: true})
    const part = `${file}.${process.pid}`
    writeFileSync(part, JSON.stringify({at: context.clock.now(), baseUrl: settings.baseUrl, models} satisfies Cached))
    renameSync(part, file)
    return true
  } catch {
    return false
  }
}

type Declared = NonNullable<ProviderConfig['models']>[string]

/** The fields that the configuration names, as they stand in the settings' card. */
const declaredPart = (card: Partial<ModelCard> = {}, declared: Declared = {}): Partial<ModelCard> => {
  const hasPrice = declared.usdIn !== undefined || declared.usdOut !== undefined
  const names = Object.keys(declared).filter((name) => !name.startsWith('usd'))
  const picked = Object.fromEntries(names.map((name) => [name, card[name as keyof ModelCard]]))
  return {...picked, ...(hasPrice && card.price ? {price: card.price} : {})}
}

/** The settings with what the listing says of the wanted models; all of them when none is named. */
export const withListed = (
  settings: ProviderSettings,
  listed: Cards | undefined,
  declared: ProviderConfig['models'] = {},
  wanted?: readonly string[],
): ProviderSettings => {
  if (!listed) return settings
  const names = wanted ?? Object.keys(listed)
  const more = names.flatMap((name): [string, Partial<ModelCard>][] => {
    const card = listed[name]
    return card ? [[name, {...settings.models?.[name], ...card, ...declaredPart(settings.models?.[name], declared[name])}]] : []
  })
  return more.length === 0 ? settings : {...settings, models: {...settings.models, ...Object.fromEntries(more)}}
}
