// How a provider is reached: what is built in, then the configuration, then the environment. Keys come from the
// environment only, and only by the variable that belongs to the provider.

import {isNear, joined} from '../base/address.ts'
import {bad, type Envelope, good} from '../base/envelope.ts'
import type {Config, ProviderConfig} from '../contract/config.ts'
import {fault} from '../contract/fault.ts'
import type {ModelCard, ProviderSettings, Timeouts} from '../contract/model.ts'
import {builtInProviders} from './providers.ts'
import type {Environment} from './routes.ts'

type Declared = NonNullable<ProviderConfig['models']>[string]

/** Prices as the configuration writes them become a price as the card has it. */
const cardOf = ({usdIn, usdCached, usdOut, ...card}: Declared): Partial<ModelCard> => {
  if (usdIn === undefined && usdOut === undefined) return card
  return {...card, price: {usdIn: usdIn ?? 0, usdCached: usdCached ?? usdIn ?? 0, usdOut: usdOut ?? 0}}
}

const cardsOf = (name: string, declared: ProviderConfig['models'] = {}): Record<string, Partial<ModelCard>> => {
  const known = builtInProviders[name]?.models ?? {}
  const own = Object.entries(declared).map(([model, card]): [string, Partial<ModelCard>] => [model, {...known[model], ...cardOf(card)}])
  return {...known, ...Object.fromEntries(own)}
}

export const isLocal = (protocol: ProviderSettings['protocol'], baseUrl: string): boolean => {
  if (protocol === 'ollama' || protocol === 'embedded' || protocol === 'replay') return true
  return isNear(baseUrl)
}

/** A local server may load a model first, and that takes minutes. */
const localFirstTokenSec = 600

const timeoutsOf = (config: Config, local: boolean): Timeouts => {
  const {connectSec, firstTokenSec, idleSec, callSec} = config.timeouts
  const patient = local && config.origins['timeouts.firstTokenSec'] === undefined
  return {connectSec, firstTokenSec: patient ? localFirstTokenSec : firstTokenSec, idleSec, callSec}
}

const either = (env: Environment, name: string): string | undefined => env[name.toLowerCase()] || env[name] || undefined

/** `proxy.example:3128` is an http proxy, as curl and others read it; Node alone would pass over it in silence. */
const proxyOf = (env: Environment, name: string): string | undefined => {
  const value = either(env, name)
  return value === undefined || value.includes('://') ? value : `http://${value}`
}

const netOf = (env: Environment): ProviderSettings['net'] => {
  const found = {
    httpProxy: proxyOf(env, 'HTTP_PROXY'),
    httpsProxy: proxyOf(env, 'HTTPS_PROXY'),
    noProxy: either(env, 'NO_PROXY'),
    caFile: env.NODE_EXTRA_CA_CERTS || undefined,
  }
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined))
}

/** One's own servers keep all of it under /v1, and print their address without it. */
const withVersion = (baseUrl: string): string => (URL.canParse(baseUrl) && new URL(baseUrl).pathname === '/' ? joined(baseUrl, '/v1') : baseUrl)

/** `cwd` is the folder that recordings are relative to. Faults: config.invalid. */
export const providerSettings = (config: Config, env: Environment, name: string, cwd = ''): Envelope<ProviderSettings> => {
  const built = builtInProviders[name]
  const own = config.providers[name]
  const file = Object.entries(config.origins).find(([key]) => key.startsWith(`providers.${name}.`))?.[1] ?? 'configuration'
  const invalid = (why: string, hint = '') => bad(fault('config.invalid', {file, why, hint}))
  const protocol = own?.protocol ?? built?.protocol
  if (!protocol) return invalid(`there is no provider named ${name}`, `declare it under providers.${name}`)
  const written = (built?.baseUrlEnv && env[built.baseUrlEnv]) || own?.baseUrl || (protocol === 'replay' ? cwd : built?.baseUrl)
  const baseUrl = written && protocol === 'openai-chat' && built?.baseUrlEnv ? withVersion(written) : written
  if (baseUrl === undefined) return invalid(`providers.${name} has no baseUrl`, `set providers.${name}.baseUrl`)
  const apiKeyEnv = own?.apiKeyEnv ?? built?.apiKeyEnv
  const apiKey = apiKeyEnv ? env[apiKeyEnv] : undefined
  return good({
    name,
    protocol,
    baseUrl,
    ...(apiKey ? {apiKey} : {}),
    ...(apiKeyEnv ? {apiKeyEnv} : {}),
    ...(own?.headers && Object.keys(own.headers).length > 0 ? {headers: own.headers} : {}),
    ...(own?.options ? {options: own.options} : {}),
    models: cardsOf(name, own?.models),
    timeouts: timeoutsOf(config, isLocal(protocol, baseUrl)),
    net: netOf(env),
  })
}
