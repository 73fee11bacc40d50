// Every provider that is built in or declared, on one scripted server: one configuration, one environment, so that
// only the name of the provider tells one run from another. Nothing here may differ from provider to provider.

import {join} from 'node:path'
import type {Config} from '../../engine/contract/config.ts'
import type {ProviderSettings, Timeouts} from '../../engine/contract/model.ts'
import {providerSettings} from '../../engine/model/settings.ts'
import type {Protocol} from './model-script.ts'

export interface ProviderWay {
  /** The PROVIDER of PROVIDER/MODEL. */
  name: string
  protocol: Protocol
  /** Does its wire tell cached and reasoning tokens? */
  counts: boolean
  /** Does it send a key? A server on the user's own machine is asked without one. */
  keyed: boolean
}

export const providerWays: readonly ProviderWay[] = [
  {name: 'openai', protocol: 'responses', counts: true, keyed: true},
  {name: 'chat', protocol: 'chat', counts: true, keyed: true},
  {name: 'openrouter', protocol: 'chat', counts: true, keyed: true},
  {name: 'anthropic', protocol: 'messages', counts: true, keyed: true},
  {name: 'ollama', protocol: 'ollama', counts: false, keyed: false},
  {name: 'llamacpp', protocol: 'chat', counts: true, keyed: false},
  {name: 'vllm', protocol: 'chat', counts: true, keyed: false},
  {name: 'sglang', protocol: 'chat', counts: true, keyed: false},
]

export const providerKey = 'sk-test-1234567890'

/** The user's configuration, by path in a home. */
export const providerConfig = ({baseUrl}: {baseUrl: string}): Record<string, string> => ({
  [join('.config', 'penguin', 'config.yml')]:
    `providers:\n  chat: {protocol: openai-chat, baseUrl: "${baseUrl}", apiKeyEnv: CHAT_KEY}\n  openrouter: {baseUrl: "${baseUrl}"}\n`,
})

export const providerEnvironment = ({url, baseUrl}: {url: string; baseUrl: string}): Record<string, string> => ({
  OPENAI_API_KEY: providerKey,
  OPENAI_BASE_URL: baseUrl,
  CHAT_KEY: providerKey,
  OPENROUTER_API_KEY: providerKey,
  ANTHROPIC_API_KEY: providerKey,
  ANTHROPIC_BASE_URL: url,
  OLLAMA_HOST: url,
  LLAMACPP_BASE_URL: baseUrl,
  VLLM_BASE_URL: baseUrl,
  SGLANG_BASE_URL: baseUrl,
})

// What the settings of a provider do not read is left out.
export const plainConfig = {
  model: null,
  roles: {},
  providers: {},
  routes: {},
  timeouts: {connectSec: 5, firstTokenSec: 5, idleSec: 5, callSec: 20, askSec: 300},
  budgets: {},
  permissions: {mode: null, rules: []},
  sandbox: {level: 'auto', network: {allow: []}, writes: []},
  verification: {when: 'always', checks: {}, testEdits: [], wallSec: 600},
  router: {policy: 'balanced', mend: 'off', mendSec: 10},
  storage: {maxBytes: 1},
  origins: {'timeouts.firstTokenSec': 'test'},
} as Partial<Config> as Config

/** The settings of one of them for a server at `url` (no path), as the program makes them. */
export const providerSettingsOf = (name: string, url: string, {proxy, timeouts}: {proxy?: string; timeouts?: Partial<Timeouts>} = {}): ProviderSettings => {
  const baseUrl = `${url}/v1`
  const providers: Config['providers'] = {chat: {protocol: 'openai-chat', baseUrl, apiKeyEnv: 'CHAT_KEY'}, openrouter: {protocol: 'openai-chat', baseUrl}}
  const env = {...providerEnvironment({url, baseUrl}), ...(proxy ? {HTTP_PROXY: proxy} : {})}
  const made = providerSettings({...plainConfig, providers, timeouts: {...plainConfig.timeouts, ...timeouts}}, env, name)
  if (!made.ok) throw new Error(made.error.msg)
  return made.result
}
