import {createServer} from 'node:http'
import type {AddressInfo, Socket} from 'node:net'
import {setTimeout as wait} from 'node:timers/promises'
import {afterEach, describe, expect, it, vi} from 'vitest'
import {post} from '../../../engine/wire/post.ts'
import {openRest} from '../../../engine/wire/rest.ts'

afterEach(() => vi.useRealTimers())

const hand = () => {
  vi.useFakeTimers()
  const calls: string[] = []
  const handle = {readStop: () => calls.push('stop') * 0, readStart: () => calls.push('start') * 0}
  let now = 0
  const rest = openRest({_handle: handle} as unknown as Socket, () => now)
  const took = (times: number, everyMs: number, chars = 200): void => {
    for (let n = 0; n < times; n += 1) {
      now += everyMs
      rest.took(chars)
    }
  }
  return {rest, took, calls}
}

describe('a socket rests', () => {
  it('not within a short reply, nor where the pieces are slow or large', () => {
    const {took, calls} = hand()
    took(32, 1)
    took(200, 40)
    took(200, 1, 60_000)
    expect(calls).toEqual([])
  })
  it('between the pieces of a fast stream, for a moment each time', () => {
    const {took, calls} = hand()
    took(33, 1)
    expect(calls).toEqual(['stop'])
    vi.advanceTimersByTime(45)
    expect(calls).toEqual(['stop', 'start'])
    took(1, 1)
    expect(calls).toEqual(['stop', 'start', 'stop'])
  })
  it('never after its reply is over', () => {
    const {rest, took, calls} = hand()
    took(33, 1)
    rest.over()
    took(50, 1)
    vi.advanceTimersByTime(1000)
    expect(calls).toEqual(['stop', 'start'])
  })
  it('not at all where Node has no such handle', () => {
    const rest = openRest({} as Socket, () => 0)
    for (let n = 0; n < 100; n += 1) rest.took(10)
    rest.over()
  })
})

it('of a thousand single pieces none is lost, they come as few reads, and the socket serves the next request', async () => {
  const ports = new Set<number | undefined>()
  const server = createServer(async (request, response) => {
    ports.add(request.socket.remotePort)
    request.resume()
    response.writeHead(200, {'content-type': 'text/event-stream'})
    for (let n = 0; n < 1000; n += 1) {
      response.write(`data: ${n}\n\n`)
      if (n % 2 === 1) await wait(1)
    }
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const timeouts = {connectSec: 5, firstTokenSec: 5, idleSec: 5, callSec: 30}
  try {
    for (let round = 0; round < 2; round += 1) {
      const answer = await post({route: 'kit/m', method: 'POST', url, headers: {}, body: '{}', timeouts, net: {}, hint: ''}, new AbortController().signal)
      const reads: string[] = []
      for await (const chunk of answer.body) reads.push(chunk)
      expect(reads.join('')).toBe(Array.from({length: 1000}, (_, n) => `data: ${n}\n\n`).join(''))
      expect(reads.length).toBeLessThan(250)
    }
    expect(ports.size).toBe(1)
  } finally {
    server.closeAllConnections()
    server.close()
  }
})
