// What a list of hosts lets through: names, wildcards, ports, and never a private address behind a wildcard.

import {describe, expect, it} from 'vitest'
import {targetOf} from '../../../engine/sandbox/allow-proxy.ts'
import {type AllowedHost, allowedHost, isPrivateAddress, passOf} from '../../../engine/sandbox/hosts.ts'

const list = (...texts: string[]): AllowedHost[] => texts.map(allowedHost).filter((host) => host !== undefined)

describe('a host of the list', () => {
  it.each([
    ['packages.example.com', {name: 'packages.example.com', below: false}],
    ['Example.COM:8080', {name: 'example.com', below: false, port: 8080}],
    ['*.example.com', {name: 'example.com', below: true}],
    ['localhost:4873', {name: 'localhost', below: false, port: 4873}],
    ['10.0.0.5:80', {name: '10.0.0.5', below: false, port: 80}],
    ['[::1]:80', {name: '::1', below: false, port: 80}],
  ])('%s is read', (text, host) => expect(allowedHost(text)).toEqual(host))

  it.each(['', '*', 'http://a.example', 'a.example/path', 'a b', 'a..b', '-a.example', 'a.example:0', 'a.example:70000', '*.10.0.0.1', 'a@b.example', '::1'])(
    '%j is none',
    (text) => expect(allowedHost(text)).toBeUndefined(),
  )
})

describe('a way through', () => {
  it.each([
    ['example.com', 443, 'named'],
    ['EXAMPLE.com.', 80, 'named'],
    ['example.com', 8080, undefined],
    ['api.example.com', 443, undefined],
    ['notexample.com', 443, undefined],
    ['cdn.wild.example', 443, 'below'],
    ['a.b.wild.example', 443, 'below'],
    ['wild.example', 443, undefined],
    ['evilwild.example', 443, undefined],
    ['local.test', 4873, 'named'],
    ['local.test', 443, undefined],
  ])('%s:%i is %s', (host, port, pass) => expect(passOf(list('example.com', '*.wild.example', 'local.test:4873'), host, port)).toBe(pass))

  it('is the widest of several', () => expect(passOf(list('*.a.example', 'b.a.example'), 'b.a.example', 443)).toBe('named'))
})

describe('an address', () => {
  const inside = ['127.0.0.1', '10.1.2.3', '172.31.255.255', '192.168.0.1', '169.254.169.254', '100.64.0.1', '0.0.0.0', '224.0.0.1', '255.255.255.255']
  it.each([...inside, ...inside.map((v4) => `::ffff:${v4}`), '::1', '::', 'fe80::1', 'fc00::1', 'ff02::1', '64:ff9b::1', '2002:7f00:1::', '2001::1'])(
    '%s is private',
    (address) => expect(isPrivateAddress(address)).toBe(true),
  )
  it.each(['1.1.1.1', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '2001:4860:4860::8888', '::ffff:1.1.1.1'])('%s is public', (address) =>
    expect(isPrivateAddress(address)).toBe(false),
  )
})

describe('where a connection goes', () => {
  const hosts = list('named.example', '*.wild.example')
  const to = (host: string, ...addresses: string[]) => targetOf(hosts, host, 443, async () => addresses)

  it('is the address that was looked up', async () => expect(await to('named.example', '1.2.3.4')).toEqual({address: '1.2.3.4', port: 443}))
  it('may be private for a host that was named', async () => expect(await to('named.example', '10.0.0.7')).toEqual({address: '10.0.0.7', port: 443}))
  it('is never private below a wildcard', async () =>
    expect(await to('x.wild.example', '10.0.0.7')).toMatchObject({refusal: expect.stringContaining('private')}))
  it('is never link-local', async () => expect(await to('named.example', '169.254.169.254')).toMatchObject({refusal: expect.any(String)}))
  it('takes the first address that fits', async () => expect(await to('x.wild.example', '10.0.0.7', '1.2.3.4')).toMatchObject({address: '1.2.3.4'}))
  it('is nowhere for a host that is not on the list', async () =>
    expect(await to('other.example', '1.2.3.4')).toEqual({refusal: 'other.example:443 is not in sandbox.network.allow'}))
  it('is nowhere for a name that is not known', async () =>
    expect(await targetOf(hosts, 'named.example', 443, () => Promise.reject(new Error('ENOTFOUND')))).toEqual({refusal: 'named.example was not found'}))
})
