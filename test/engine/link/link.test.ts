// Links: the pair in memory, the socket, and the door that only a token opens.

import {connect, createServer, type Socket} from 'node:net'
import {join} from 'node:path'
import {describe, expect, it, onTestFinished} from 'vitest'
import type {Down, HostLink, Link, Up} from '../../../engine/contract/link.ts'
import {connectToHost} from '../../../engine/link/connect.ts'
import {openDoor} from '../../../engine/link/listen.ts'
import {linkPair} from '../../../engine/link/pair.ts'
import {socketLink} from '../../../engine/link/socket.ts'
import {tempFolder} from '../../kit/temp.ts'

const steer = (text: string): Down => ({say: 'steer', text})
const closed = (link: Pick<Link<never, never>, 'onClose'>): Promise<string> => new Promise((resolve) => link.onClose(resolve))
const next = <In>(link: Pick<Link<never, In>, 'onMessage'>): Promise<In> => new Promise((resolve) => link.onMessage(resolve))

/** Both ends of one connection on a unix socket; `raw` is the far end. */
const wired = async (): Promise<{link: Link<unknown, unknown>; raw: Socket}> => {
  const path = join(tempFolder(), 's')
  const {promise, resolve} = Promise.withResolvers<Socket>()
  const server = createServer(resolve)
  await new Promise<void>((ready) => server.listen(path, ready))
  const raw = connect(path)
  const near = await promise
  onTestFinished(() => {
    raw.destroy()
    near.destroy()
    server.close()
  })
  return {link: socketLink(near), raw}
}

describe('a pair', () => {
  it('hands on in order, later, and holds what nobody takes yet', async () => {
    const {host, agent} = linkPair()
    const seen: string[] = []
    host.send(steer('one'))
    host.send(steer('two'))
    expect(seen).toEqual([])
    await Promise.resolve()
    agent.onMessage((message) => seen.push(message.say === 'steer' ? message.text : ''))
    host.send(steer('three'))
    expect(seen).toEqual(['one', 'two'])
    await Promise.resolve()
    expect(seen).toEqual(['one', 'two', 'three'])
  })
  it('is closed for both, once, and for who asks later', async () => {
    const {host, agent} = linkPair()
    let times = 0
    host.onClose(() => times++)
    agent.close()
    host.close()
    await Promise.resolve()
    expect(times).toBe(1)
    expect(await closed(agent)).toBe('closed')
    let heard = false
    agent.onMessage(() => {
      heard = true
    })
    host.send(steer('late'))
    await Promise.resolve()
    expect(heard).toBe(false)
  })
})

describe('a socket', () => {
  it('takes messages however they are cut, letters with them', async () => {
    const {link, raw} = await wired()
    const seen: unknown[] = []
    const both = new Promise<void>((resolve) => link.onMessage((message) => seen.push(message) === 2 && resolve()))
    const bytes = Buffer.from(`${JSON.stringify({text: 'ü🐧\u2028'})}\n${JSON.stringify({text: 'b'})}\n`)
    for (const byte of bytes) {
      raw.write(Buffer.from([byte]))
      await new Promise<void>((resolve) => setImmediate(resolve))
    }
    await both
    expect(seen).toEqual([{text: 'ü🐧\u2028'}, {text: 'b'}])
  })
  it('sends what is said in one tick as one write, in order', async () => {
    const {link, raw} = await wired()
    const chunks: string[] = []
    const first = new Promise<void>((resolve) => raw.setEncoding('utf8').on('data', (chunk: string) => chunks.push(chunk) && resolve()))
    for (let n = 1; n <= 3; n += 1) link.send({n})
    await first
    expect(chunks).toEqual(['{"n":1}\n{"n":2}\n{"n":3}\n'])
  })
  it('is closed by a line that is none', async () => {
    const {link, raw} = await wired()
    raw.write('{"fine":1}\nnonsense\n{"late":1}\n')
    const seen: unknown[] = []
    link.onMessage((message) => seen.push(message))
    expect(await closed(link)).toContain('garbled message')
    expect(seen).toEqual([{fine: 1}])
  })
  it('says so when the other side is gone, and sends no more', async () => {
    const {link, raw} = await wired()
    raw.destroy()
    expect(await closed(link)).not.toBe('')
    link.send({late: true})
  })
})

describe('the door', () => {
  const opened = async () => {
    const dir = tempFolder()
    const door = await openDoor(dir)
    onTestFinished(() => door.close())
    return {dir, door}
  }
  it('lets in who says its token, and knows its process', async () => {
    const {door} = await opened()
    const arrived = Promise.withResolvers<{link: HostLink; pid: number}>()
    const word = door.expect('secret', (link, pid) => arrived.resolve({link, pid}))
    const agent = await connectToHost(word, 'a_1', 42)
    const {link, pid} = await arrived.promise
    expect(pid).toBe(42)
    link.send(steer('hello'))
    expect(await next(agent)).toEqual(steer('hello'))
    link.close()
    await closed(agent)
  })
  it.each([
    ['a wrong token', {say: 'hello', token: 'guess', agent: 'a_1', pid: 1}],
    ['no hello', {say: 'event', draft: {}} as unknown as Up],
  ] as [string, Up][])('refuses %s', async (_name, message) => {
    const {door} = await opened()
    let came = false
    const word = door.expect('secret', () => {
      came = true
    })
    const socket = connect(word.split('#')[0] as string)
    const link = socketLink<Up, Down>(socket)
    link.send(message)
    await closed(link)
    expect(came).toBe(false)
  })
  it('takes a token once, and not when it was forgotten', async () => {
    const {door} = await opened()
    const arrived = Promise.withResolvers<void>()
    const word = door.expect('secret', () => arrived.resolve())
    const first = await connectToHost(word, 'a_1', 1)
    await arrived.promise
    await closed(await connectToHost(word, 'a_1', 1))
    const other = door.expect('other', () => undefined)
    door.forget('other')
    await closed(await connectToHost(other, 'a_2', 1))
    first.close()
  })
  it('is not opened where no socket fits', async () => {
    await expect(openDoor(join(tempFolder(), 'x'.repeat(110)))).rejects.toThrow('longer than 107 bytes')
    await expect(openDoor('/nonexistent')).rejects.toThrow()
    await expect(connectToHost('/nonexistent#token', 'a_1', 1)).rejects.toThrow()
  })
})
