// Every provider that is built in or declared, on one scripted server: one configuration, one environment, so that
// only the name of the provider tells one run from another. Nothing here may differ from provider to provider.

import {join} from 'node:path'
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
