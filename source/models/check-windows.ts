// Before a run: the cards of its routes with what providers list of them and what local servers really give. A route
// that is too small for any run leaves its chain, by name; when it was the only one, the run is refused.

import type {Config} from '../../engine/contract/config.ts'
import {FaultError, fault} from '../../engine/contract/fault.ts'
import {type Route, routeName} from '../../engine/contract/grant.ts'
import type {ProviderSettings} from '../../engine/contract/model.ts'
import {cardOf} from '../../engine/model/cards.ts'
import {isLocal} from '../../engine/model/settings.ts'
import type {Context} from '../context.ts'
import {readCached, withListed, writeCached} from './card-cache.ts'
import {leastWindow} from './least-window.ts'
import {isGone} from './server.ts'
import {isSilent, noteSilent} from './silent.ts'

/** Longest that the start of a run waits for a local server, and for a listing of prices. */
const localMs = 2500
const listingMs = 1500

/** What is asked of a server of which nothing better is known. */
const usualWindow = 32_768

const isDeclared = (config: Config, {provider, model}: Route): boolean => config.providers[provider]?.models?.[model]?.window !== undefined

const noServer = new Set(['embedded', 'replay'])

/** Named for a service: behind such a name on this machine is mostly a gateway to it, which a run asks for replies only. */
const services = new Set(['openai', 'anthropic'])
const ollamaPort = '11434'

const mayBeAsked = ({name, protocol, baseUrl}: ProviderSettings): boolean =>
  isLocal(protocol, baseUrl) && (!services.has(name) || (URL.canParse(baseUrl) && new URL(baseUrl).port === ollamaPort))

export interface CheckedRoutes {
  /** By role, without the routes that are too small. */
  chains: Record<string, Route[]>
  providers: Record<string, ProviderSettings>
  notices: {code: string; text: string}[]
}

/** Of OpenAI-like services far away only the listing tells what a model is and costs; OpenAI's own and Anthropic's hold just names. */
const hasTellingList = ({name, protocol, baseUrl}: ProviderSettings): boolean =>
  name === 'openrouter' || (protocol === 'openai-chat' && !isLocal(protocol, baseUrl))

/** Looks up a model of which nothing is known; once, because the listing is kept, whether the model is in it or not. */
const learnUnknown = async (context: Context, settings: ProviderSettings, models: readonly string[], isListed: boolean): Promise<ProviderSettings> => {
  if (isListed || !hasTellingList(settings) || models.every((model) => settings.models?.[model])) return settings
  try {
    const {listingOf} = await import('./listing.ts')
    const {models: listed} = await listingOf(settings, AbortSignal.timeout(listingMs))
    writeCached(context, settings, listed)
    return withListed(settings, listed, {}, models)
  } catch {
    return settings
  }
}

interface Small {
  route: Route
  tokens: number
  from: string
  mend: string
}

const mutable = (chains: Readonly<Record<string, readonly Route[]>>): CheckedRoutes['chains'] =>
  Object.fromEntries(Object.entries(chains).map(([role, chain]) => [role, [...chain]]))

const withWindow = (settings: ProviderSettings, model: string, window: number): ProviderSettings => {
  const card = settings.models?.[model] ?? {}
  const {output} = cardOf(settings, model)
  // A quarter is the most that a reply may take of a small window.
  return {...settings, models: {...settings.models, [model]: {...card, window, output: Math.min(output, Math.floor(window / 4))}}}
}

/** A window that the configuration made too small for a run: it is the user's word, so it is taken, and said. */
const declaredSmall = (routes: readonly Route[], config: Config): CheckedRoutes['notices'] =>
  routes.flatMap(({provider, model}) => {
    const window = config.providers[provider]?.models?.[model]?.window
    if (window === undefined || window >= leastWindow) return []
    const key = `providers.${provider}.models.${model}.window`
    const where = config.origins?.[key]
    const text = `${provider}/${model}: ${key} is ${window} tokens${where ? ` (${where})` : ''}; a run needs ${leastWindow}, with less it forgets what it was told`
    return [{code: 'model.window', text}]
  })

export const checkRoutes = async (
  chains: Readonly<Record<string, readonly Route[]>>,
  given: Readonly<Record<string, ProviderSettings>>,
  config: Config,
  context: Context,
): Promise<CheckedRoutes> => {
  const routes = [
    ...new Map(
      Object.values(chains)
        .flat()
        .map((route) => [routeName(route), route]),
    ).values(),
  ]
  const providers = {...given}
  const notices: CheckedRoutes['notices'] = declaredSmall(routes, config)
  const small = new Map<string, Small>()

  for (const [name, settings] of Object.entries(given)) {
    if (noServer.has(settings.protocol)) continue
    const models = routes.filter(({provider}) => provider === name).map(({model}) => model)
    const cached = readCached(context, settings)
    const listed = withListed(settings, cached?.models, config.providers[name]?.models, models)
    providers[name] = await learnUnknown(context, listed, models, cached !== undefined)
  }
  const local = routes.filter(({provider, model}) => {
    const settings = providers[provider]
    if (!settings || noServer.has(settings.protocol) || hasTellingList(settings)) return false
    return mayBeAsked(settings) && !isSilent(context, settings, model)
  })
  if (local.length === 0) return {chains: mutable(chains), providers, notices}
  const {windowOnceLoaded} = await import('./window.ts')
  const found = await Promise.all(
    local.map(async (route) => {
      const settings = providers[route.provider] as ProviderSettings
      const known = cardOf(settings, route.model).window
      // What a listing tells is nobody's wish: a window too small for a run is asked for anew, not taken.
      const asked = known < leastWindow && !isDeclared(config, route) ? usualWindow : known
      const real = await windowOnceLoaded(settings, route.model, asked, localMs).catch((thrown) => {
        // A server that is not there says so when it is asked for a reply.
        if (!isGone(thrown)) notices.push({code: 'model.window', text: `${routeName(route)}: its window could not be read; ${asked} tokens are assumed`})
        return undefined
      })
      if (real?.tellsNothing) noteSilent(context, settings, route.model)
      return {route, known, asked, real}
    }),
  )
  for (const {route, known, asked, real} of found) {
    if (!real?.tokens) continue
    const {tokens, from, mend} = real
    if (tokens >= asked) {
      // More than is assumed of any server, and nobody asked for less: all of it can be used.
      if (tokens > known && !isDeclared(config, route))
        providers[route.provider] = withWindow(providers[route.provider] as ProviderSettings, route.model, tokens)
      continue
    }
    if (tokens < leastWindow) small.set(routeName(route), {route, tokens, from, mend})
    else {
      providers[route.provider] = withWindow(providers[route.provider] as ProviderSettings, route.model, tokens)
      notices.push({
        code: 'model.window',
        text: `${routeName(route)}: ${from} ${tokens} tokens, ${asked} were asked; working with ${tokens}. For more: ${mend}`,
      })
    }
  }
  for (const {route, tokens, from, mend} of small.values())
    notices.push({code: 'model.small', text: `${routeName(route)} is left out: ${from} ${tokens} tokens, a run needs ${leastWindow}; ${mend}`})
  const left = Object.fromEntries(Object.entries(chains).map(([role, chain]) => [role, chain.filter((route) => !small.has(routeName(route)))]))
  for (const [role, chain] of Object.entries(chains)) {
    const first = chain[0] && small.get(routeName(chain[0]))
    if (left[role]?.length === 0 && first)
      throw new FaultError(
        fault('model.small', {
          route: routeName(first.route),
          tokens: first.tokens,
          needed: leastWindow,
          why: `${first.from} ${first.tokens}`,
          hint: first.mend,
        }),
      )
  }
  return {chains: left, providers, notices}
}
