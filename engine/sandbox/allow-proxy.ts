// The one way out for commands that may reach some hosts: an HTTP proxy (CONNECT and plain requests, RFC 9110 and 9112)
// on a unix socket that is bound into the sandbox. What is not on the list must never be connected to, and a name is
// looked up here once, so that what was held against the list is what is connected to.

import {lookup} from 'node:dns/promises'
import {closeSync, mkdirSync, openSync, rmSync} from 'node:fs'
import {createServer, type IncomingMessage, request, type ServerResponse} from 'node:http'
import {connect, type Socket} from 'node:net'
import {join} from 'node:path'
import type {Duplex} from 'node:stream'
import {type AllowedHost, isLinkLocal, isPrivateAddress, passOf} from './hosts.ts'

export interface AllowProxy {
  /** The socket's path; its folder is readable for this user alone. */
  socket: string
  close(): void
}

type Target = {address: string; port: number} | {refusal: string}

const connectMs = 15_000

const addressesOf = async (host: string): Promise<string[]> => (await lookup(host, {all: true})).map(({address}) => address)

/** Holds host and port against the list, then its address against what the list means. */
export const targetOf = async (list: readonly AllowedHost[], host: string, port: number, find = addressesOf): Promise<Target> => {
  const pass = passOf(list, host, port)
  if (!pass) return {refusal: `${host}:${port} is not in sandbox.network.allow`}
  let addresses: string[]
  try {
    addresses = await find(host)
  } catch {
    return {refusal: `${host} was not found`}
  }
  const fit = addresses.find((address) => !isLinkLocal(address) && (pass === 'named' || !isPrivateAddress(address)))
  if (fit === undefined) return {refusal: `${host} is an address of a private network; name it without a wildcard in sandbox.network.allow`}
  return {address: fit, port}
}

const hostPort = (text: string): {host: string; port: number} | undefined => {
  const found = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text)
  return found ? {host: found[1] ?? found[2] ?? '', port: Number(found[3])} : undefined
}

const refuseTunnel = (socket: Duplex, status: string, why: string): void => {
  socket.end(`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(why) + 1}\r\nConnection: close\r\n\r\n${why}\n`)
}

const tunnel = async (list: readonly AllowedHost[], asked: string, client: Duplex, head: Buffer): Promise<void> => {
  const named = hostPort(asked)
  if (!named) return refuseTunnel(client, '400 Bad Request', `${asked} is no host:port`)
  const target = await targetOf(list, named.host, named.port)
  if ('refusal' in target) return refuseTunnel(client, '403 Forbidden', target.refusal)
  const far: Socket = connect({host: target.address, port: target.port, timeout: connectMs})
  let open = false
  far.once('timeout', () => far.destroy(new Error('timed out')))
  far.once('connect', () => {
    open = true
    far.setTimeout(0)
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    if (head.length > 0) far.write(head)
    far.pipe(client).pipe(far)
  })
  far.on('error', (error) => {
    if (open) client.destroy()
    else refuseTunnel(client, '502 Bad Gateway', `${named.host}: ${error.message}`)
  })
  client.once('close', () => far.destroy())
}

const answer = (response: ServerResponse, status: number, why: string): void => {
  response.writeHead(status, {'content-type': 'text/plain', connection: 'close'}).end(`${why}\n`)
}

// Between two hops only (RFC 9110 7.6.1), words for the proxy itself, or set anew.
const hopHeaders = new Set(['host', 'connection', 'keep-alive', 'proxy-authenticate', 'proxy-authorization', 'proxy-connection', 'te', 'trailer', 'upgrade'])

const passed = (raw: readonly string[]): string[] => {
  const kept: string[] = []
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const [name = '', value = ''] = [raw[at], raw[at + 1]]
    if (!hopHeaders.has(name.toLowerCase())) kept.push(name, value)
  }
  return kept
}

const forward = async (list: readonly AllowedHost[], from: IncomingMessage, to: ServerResponse): Promise<void> => {
  const url = URL.parse(from.url ?? '')
  if (url?.protocol !== 'http:') return answer(to, 400, 'this is a proxy: ask it for an http:// address, or with CONNECT')
  const host = url.hostname.replace(/^\[|\]$/g, '')
  const target = await targetOf(list, host, Number(url.port || 80))
  if ('refusal' in target) return answer(to, 403, target.refusal)
  const onward = request({
    host: target.address,
    port: target.port,
    method: from.method,
    path: `${url.pathname}${url.search}`,
    // The host of the address, whatever the header says (RFC 9112 3.2.2): else one name is held against the list and another asked for.
    headers: ['Host', url.host, ...passed(from.rawHeaders)],
    setHost: false,
    agent: false,
    timeout: connectMs,
  })
  onward.on('timeout', () => onward.destroy(new Error('timed out')))
  onward.on('response', (response) => {
    to.writeHead(response.statusCode ?? 502, passed(response.rawHeaders))
    response.pipe(to)
    response.on('error', () => to.destroy())
  })
  onward.on('error', (error) => {
    if (to.headersSent) to.destroy()
    else answer(to, 502, `${host}: ${error.message}`)
  })
  to.once('close', () => onward.destroy())
  from.pipe(onward)
}

/**
 * Listens in a new folder below `box` until closed; holds no process alive. The socket is named through its folder's
 * descriptor while it is made, for a socket's path may have 107 bytes only.
 */
export const openAllowProxy = (list: readonly AllowedHost[], box: string): Promise<AllowProxy> => {
  const folder = join(box, 'out')
  mkdirSync(folder, {mode: 0o700})
  const fd = openSync(folder, 'r')
  const open = new Set<Duplex>()
  const server = createServer((from, to) => void forward(list, from, to).catch(() => to.destroy()))
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.unref()
    socket.on('error', () => socket.destroy())
    socket.once('close', () => open.delete(socket))
  })
  server.on('connect', (from: IncomingMessage, socket: Duplex, head: Buffer) => {
    void tunnel(list, from.url ?? '', socket, head).catch(() => socket.destroy())
  })
  const close = (): void => {
    server.close()
    for (const socket of open) socket.destroy()
    rmSync(folder, {recursive: true, force: true})
  }
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({path: `/proc/self/fd/${fd}/proxy`, writableAll: true}, () => {
      closeSync(fd)
      server.unref()
      resolve({socket: join(folder, 'proxy'), close})
    })
  })
}
