// One pool of kept-alive sockets per way out of the house (scheme, proxies, CA). Proxies are Node's own:
// absolute requests for http, CONNECT for https, NO_PROXY as it reads it. node:https is loaded when first needed, and
// never by an import (post.ts says why).

import {readFileSync} from 'node:fs'
import type {Agent} from 'node:http'
import {fault} from '../contract/fault.ts'
import type {ProviderSettings} from '../contract/model.ts'
import {WireError} from './fault.ts'

const agents = new Map<string, Agent>()

const secureAgent = (options: object, caFile: string | undefined, route: string): Agent => {
  const {Agent: SecureAgent} = process.getBuiltinModule('node:https')
  if (!caFile) return new SecureAgent(options)
  try {
    return new SecureAgent({...options, ca: [...process.getBuiltinModule('node:tls').getCACertificates('default'), readFileSync(caFile, 'utf8')]})
  } catch (thrown) {
    const why = `the CA file ${caFile} cannot be read (${(thrown as Error).message})`
    throw new WireError({...fault('model.unreachable', {route, why, hint: 'check NODE_EXTRA_CA_CERTS'}), again: false})
  }
}

export const agentFor = (url: URL, net: ProviderSettings['net'], route: string): Agent => {
  const key = [url.protocol, net.httpProxy, net.httpsProxy, net.noProxy, net.caFile].join('\n')
  const known = agents.get(key)
  if (known) return known
  const proxied = net.httpProxy || net.httpsProxy
  const proxyEnv = {HTTP_PROXY: net.httpProxy, HTTPS_PROXY: net.httpsProxy, NO_PROXY: net.noProxy}
  const options = {keepAlive: true, noDelay: true, ...(proxied ? {proxyEnv} : {})}
  const made = url.protocol === 'https:' ? secureAgent(options, net.caFile, route) : new (process.getBuiltinModule('node:http').Agent)(options)
  agents.set(key, made)
  return made
}
