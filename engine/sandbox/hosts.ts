// Which hosts commands may reach: reading the list that a person wrote, and holding an address against it. Pure.
// A name that was only matched by a wildcard must never lead into the private network.

import {isIP} from 'node:net'

export interface AllowedHost {
  /** Lower case, without the `*.`. */
  name: string
  /** True: every name below `name`, not `name` itself. */
  below: boolean
  /** Undefined: 80 and 443. */
  port?: number
}

const webPorts: readonly number[] = [80, 443]
const label = /^(?!-)[a-z0-9_-]{1,63}(?<!-)$/

const isName = (name: string): boolean => name.length <= 253 && name.split('.').every((part) => label.test(part))

/** `host`, `host:port`, `*.host` or `*.host:port`; undefined for anything else. IPv6 addresses stand in brackets. */
export const allowedHost = (text: string): AllowedHost | undefined => {
  const found = /^(\*\.)?(\[[0-9a-f:.]+\]|[^:/@\s[\]]+)(?::(\d{1,5}))?$/i.exec(text.trim())
  if (!found) return undefined
  const [, star, written = '', digits] = found
  const name = written.replace(/^\[|\]$/g, '').toLowerCase()
  const port = digits === undefined ? undefined : Number(digits)
  if (port !== undefined && (port === 0 || port > 65535)) return undefined
  if (isIP(name) ? star !== undefined : !isName(name)) return undefined
  return {name, below: star !== undefined, ...(port === undefined ? {} : {port})}
}

const fits = (allowed: AllowedHost, host: string, port: number): boolean => {
  const portFits = allowed.port === undefined ? webPorts.includes(port) : allowed.port === port
  return portFits && (allowed.below ? host.endsWith(`.${allowed.name}`) : host === allowed.name)
}

/** How the list lets this host through: by its own name, or only below a wildcard. */
export const passOf = (list: readonly AllowedHost[], host: string, port: number): 'named' | 'below' | undefined => {
  const name = host.toLowerCase().replace(/\.$/, '')
  const hits = list.filter((allowed) => fits(allowed, name, port))
  if (hits.length === 0) return undefined
  return hits.some(({below}) => !below) ? 'named' : 'below'
}

const v4Number = (address: string): number => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)

// IANA special-purpose address registries (RFC 6890 and its updates).
const privateV4: readonly [string, number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
]

const isIn = (address: number, [base, bits]: readonly [string, number]): boolean => {
  const size = 2 ** (32 - bits)
  return Math.floor(address / size) === Math.floor(v4Number(base) / size)
}

const mappedV4 = (address: string): string | undefined => /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]

/** Not an address of the public internet. */
export const isPrivateAddress = (address: string): boolean => {
  const v4 = mappedV4(address) ?? (isIP(address) === 4 ? address : undefined)
  if (v4 !== undefined) return privateV4.some((range) => isIn(v4Number(v4), range))
  // Global unicast is 2000::/3; what stands for IPv4 inside it (NAT64 is outside, 6to4 and Teredo are not) is refused too.
  return isIP(address) !== 6 || !/^[23]/.test(address) || /^(?:2002:|2001:0?:|2001::)/i.test(address)
}

/** Where a machine tells its own secrets to whoever asks from it: never reached, whatever the list says. */
export const isLinkLocal = (address: string): boolean => /^169\.254\./.test(mappedV4(address) ?? address) || /^fe[89ab]/i.test(address)
