// What can go wrong between us and a server, below any protocol, in the words of the fault table.

import type {Fault} from '../base/envelope.ts'
import {FaultError, fault} from '../contract/fault.ts'

/** A fault of the transport or the protocol on its way to the last part of a stream. */
export class WireError extends FaultError {
  /** ms to wait, as the server asked; 0 = the same request may be sent at once. */
  readonly waitMs: number | undefined
  constructor(found: Fault, waitMs?: number) {
    super(found)
    this.waitMs = waitMs
  }
}

export const proxyHint = 'check HTTP_PROXY, HTTPS_PROXY and NO_PROXY'

const unresolved = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA'])
const reset = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED'])

const whyOf = (error: NodeJS.ErrnoException, url: URL): string => {
  const code = error.code ?? ''
  if (unresolved.has(code)) return `the name ${url.hostname} does not resolve`
  if (code === 'ECONNREFUSED') return `nothing listens at ${url.host}`
  return error.message || code || 'no connection'
}

/** Was it a proxy that could not be reached, or that refused the tunnel? Only its errors name another address than ours. */
const proxyIn = (error: NodeJS.ErrnoException, url: URL): string => {
  const {port, hostname} = error as NodeJS.ErrnoException & {port?: number; hostname?: string}
  if (error.code?.startsWith('ERR_PROXY')) return 'the proxy'
  if (port !== undefined && String(port) !== (url.port || (url.protocol === 'https:' ? '443' : '80'))) return `the proxy at port ${port}`
  return hostname !== undefined && hostname !== url.hostname.replace(/^\[|\]$/g, '') ? `the proxy ${hostname}` : ''
}

const isCertificate = (code: string): boolean => /CERT|SIGNATURE|SELF_SIGNED|^ERR_TLS|^ERR_SSL|^EPROTO$/.test(code)

/** An error of a request's socket. `reused`: the socket had been kept alive, and may simply have been closed meanwhile. */
export const socketFault = (error: NodeJS.ErrnoException, {route, hint}: {route: string; hint: string}, url: URL, reused: boolean): WireError => {
  const code = error.code ?? ''
  if (reset.has(code)) return new WireError(fault('model.cut', {route}), reused ? 0 : undefined)
  if (code.startsWith('HPE_')) return new WireError(fault('model.garbled', {route, why: error.message}))
  if (isCertificate(code)) {
    const words = {route, why: `${url.host} could not be verified: ${error.message}`, hint: 'name its CA file in NODE_EXTRA_CA_CERTS, or check its baseUrl'}
    return new WireError({...fault('model.unreachable', words), again: false})
  }
  const proxy = proxyIn(error, url)
  if (proxy) return new WireError(fault('model.unreachable', {route, why: `${proxy}: ${error.message || code}`, hint: proxyHint}))
  return new WireError(fault('model.unreachable', {route, why: whyOf(error, url), hint}))
}
