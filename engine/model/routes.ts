// From words to routes: PROVIDER/MODEL, an alias, or nothing at all. Pure: the environment and what answered on the
// network are handed in, so the whole rule is a table of cases.

import {bad, type Envelope, good} from '../base/envelope.ts'
import type {Config} from '../contract/config.ts'
import {type Fault, fault} from '../contract/fault.ts'
import {type Route, routeName} from '../contract/grant.ts'
import {builtInProviders, defaultModel} from './providers.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Wish {
  /** What was asked for; undefined takes `config.model`, and without that the default rule. */
  text?: string
  /** Where `text` stands when it comes from the configuration: unknown names are then `config.invalid`. */
  from?: string
  /** A tool-capable model of an Ollama that answered. */
  ollama?: string
}

export interface Resolved {
  /** The first healthy one is used, the next on failure. */
  routes: Route[]
  /** One line for the person: where the choice comes from. */
  why: string
}

const names = (config: Config): string[] => [...new Set([...Object.keys(builtInProviders), ...Object.keys(config.providers)])]

const unknown = (text: string, config: Config): string => {
  const aliases = Object.keys(config.routes)
  const known = `providers: ${names(config).join(', ')}${aliases.length > 0 ? `; aliases: ${aliases.join(', ')}` : ''}`
  const provider = text.includes('/') ? text.slice(0, text.indexOf('/')) : text
  return `there is no provider${text.includes('/') ? '' : ' or alias'} named ${provider} (${known})`
}

/** Built-in providers that run on the user's own machine. */
const local: ReadonlySet<string> = new Set(['ollama', 'llamacpp', 'vllm', 'sglang', 'embedded', 'replay'])

const isLocal = ({provider}: Route): boolean => local.has(provider)

/** usd per 1e6 tokens in and out; a local model costs nothing, an unpriced one comes last. */
const costOf = (route: Route, config: Config): number => {
  const own = config.providers[route.provider]?.models?.[route.model]
  const price = builtInProviders[route.provider]?.models[route.model]?.price
  if (own?.usdIn !== undefined || own?.usdOut !== undefined) return (own.usdIn ?? 0) + (own.usdOut ?? 0)
  if (price) return price.usdIn + price.usdOut
  return isLocal(route) ? 0 : Number.POSITIVE_INFINITY
}

/** An alias's routes as `router.policy` wants them tried; the sort is stable, so what was written decides between equals. */
const inOrder = (routes: readonly Route[], config: Config): Route[] => {
  if (config.router.policy === 'cost') return [...routes].sort((a, b) => costOf(a, config) - costOf(b, config) || 0)
  if (config.router.policy === 'local-first') return [...routes].sort((a, b) => Number(isLocal(b)) - Number(isLocal(a)))
  return [...routes]
}

/** An alias that leads to a route twice tries it once. */
const once = (routes: readonly Route[]): Route[] => [...new Map(routes.map((route) => [routeName(route), route])).values()]

/** `''` when the text names a route, which is then in `routes`. */
const read = (text: string, config: Config, ollama: string | undefined, seen: readonly string[]): {routes: Route[]; wrong: string} => {
  const alias = config.routes[text]
  if (alias) {
    if (seen.includes(text)) return {routes: [], wrong: `the alias ${text} leads back to itself`}
    const each = alias.map((one) => read(one, config, ollama, [...seen, text]))
    const wrong = each.find((one) => one.wrong)?.wrong ?? (each.length === 0 ? `the alias ${text} is empty` : '')
    return {
      routes: inOrder(once(each.flatMap((one) => one.routes)), config),
      wrong,
    }
  }
  const slash = text.indexOf('/')
  const provider = slash === -1 ? text : text.slice(0, slash)
  if (slash === -1 || !names(config).includes(provider)) return {routes: [], wrong: unknown(text, config)}
  const model = text.slice(slash + 1) || (provider === 'ollama' ? ollama : defaultModel(provider))
  if (!model) return {routes: [], wrong: `${provider}/ needs the name of a model`}
  return {routes: [{provider, model}], wrong: ''}
}

const misnamed = (wrong: string, from: string | undefined): Fault => {
  const hint = 'write PROVIDER/MODEL, such as openai/gpt-5.2 or ollama/qwen3-coder'
  return from === undefined || from.startsWith('-') ? fault('usage.words', {why: wrong, hint}) : fault('config.invalid', {file: from, why: wrong, hint})
}

/** Providers with a key whose presence alone chooses them, in order. */
const keyed = ['openai', 'anthropic', 'openrouter']

const keyVariable = (provider: string, config: Config): string => config.providers[provider]?.apiKeyEnv ?? builtInProviders[provider]?.apiKeyEnv ?? ''

const byPresence = (config: Config, env: Environment, ollama: string | undefined): Resolved => {
  for (const provider of keyed) {
    const variable = keyVariable(provider, config)
    const model = defaultModel(provider)
    if (model && env[variable]) return {routes: [{provider, model}], why: `${variable} is set`}
  }
  if (ollama) return {routes: [{provider: 'ollama', model: ollama}], why: 'an Ollama answered with a model that can call tools'}
  return {routes: [{provider: 'embedded', model: 'search'}], why: 'no key is set and no Ollama answered: the built-in search'}
}

/** Is it worth asking an Ollama what it has before `resolveRoutes`? */
export const needsOllama = (config: Config, env: Environment, text?: string): boolean => {
  const asked = text ?? config.model ?? undefined
  if (asked !== undefined) return asked === 'ollama/'
  return !keyed.some((provider) => defaultModel(provider) && env[keyVariable(provider, config)])
}

/** The first alias that leads to a provider that is not there; config.invalid, whether or not it is used. */
export const misledAlias = (config: Config): Fault | undefined => {
  for (const [alias, routes] of Object.entries(config.routes))
    for (const one of routes) {
      const provider = one.split('/', 1)[0] as string
      if (Object.hasOwn(config.routes, one) || (one.includes('/') && names(config).includes(provider))) continue
      return misnamed(unknown(one, config), config.origins[`routes.${alias}`] ?? `routes.${alias}`)
    }
  return undefined
}

/** Faults: usage.words for what was typed, config.invalid for what stands in a file or a variable. */
export const resolveRoutes = (config: Config, env: Environment, {text, from, ollama}: Wish = {}): Envelope<Resolved> => {
  const asked = text ?? config.model ?? undefined
  if (asked === undefined) return good(byPresence(config, env, ollama))
  const origin = text === undefined ? (config.origins.model ?? 'model') : from
  const {routes, wrong} = read(asked, config, ollama, [])
  if (wrong) return bad(misnamed(wrong, origin))
  return good({routes, why: text === undefined || from ? `set by ${origin}` : 'asked for'})
}
