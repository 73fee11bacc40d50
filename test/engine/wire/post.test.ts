import {readFileSync} from 'node:fs'
import {createServer, type IncomingMessage, request, type ServerResponse} from 'node:http'
import {createServer as createSecure} from 'node:https'
import {type AddressInfo, connect, createServer as createRaw, type Server, type Socket} from 'node:net'
import {join} from 'node:path'
import {afterEach, describe, expect, it} from 'vitest'
import {WireError} from '../../../engine/wire/fault.ts'
import {post, type WireRequest} from '../../../engine/wire/post.ts'
import {until} from '../../kit/model-turn.ts'

const fixture = (name: string): string => join(import.meta.dirname, 'fixture', name)
const never = new AbortController().signal

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

const listen = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>()
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => sockets.delete(socket))
  }
  server.on('connection', track)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => {
    for (const socket of sockets) socket.destroy()
    return new Promise((resolve) => server.close(() => resolve()))
  })
  return (server.address() as AddressInfo).port
}

const asking = (url: string, more: Partial<WireRequest> = {}): WireRequest => ({
  route: 'kit/m',
  method: 'POST',
  url,
  headers: {},
  body: '{"a":1}',
  timeouts: {connectSec: 2, firstTokenSec: 2, idleSec: 2, callSec: 5},
  net: {},
  hint: 'start it',
  ...more,
})

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'none',
    (thrown: unknown) => (thrown instanceof WireError ? thrown.fault.code : String(thrown)),
  )

const echo = (incoming: IncomingMessage, response: ServerResponse): void => {
  response.end(`${incoming.method} ${incoming.url}`)
  incoming.resume()
}

const secure = (handler = echo) => createSecure({key: readFileSync(fixture('key.pem')), cert: readFileSync(fixture('cert.pem'))}, handler)

/** A proxy that forwards everything and writes down what it was asked. */
const proxy = async (): Promise<{port: number; asked: string[]}> => {
  const asked: string[] = []
  const server = createServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    const to = new URL(incoming.url ?? '')
    incoming.pipe(
      request({host: '127.0.0.1', port: to.port, path: to.pathname, method: incoming.method}, (back) => {
        response.writeHead(back.statusCode ?? 500, back.headers)
        back.pipe(response)
      }),
    )
  })
  server.on('connect', (incoming, socket: Socket) => {
    asked.push(`CONNECT ${incoming.url}`)
    const through = connect(Number(incoming.url?.split(':')[1]), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      through.pipe(socket).pipe(through)
    })
    through.on('error', () => socket.destroy())
    socket.on('close', () => through.destroy())
  })
  return {port: await listen(server), asked}
}

describe('post', () => {
  it('goes through the proxy for http, through a tunnel for https, and past it for NO_PROXY', async () => {
    const [plain, tls, by] = [await listen(createServer(echo)), await listen(secure()), await proxy()]
    const net = {httpProxy: `http://127.0.0.1:${by.port}`, httpsProxy: `http://127.0.0.1:${by.port}`, caFile: fixture('cert.pem')}
    // The proxy resolves the name; here nobody could.
    expect(await (await post(asking(`http://model.test:${plain}/v1/x`, {net}), never)).text()).toBe('POST /v1/x')
    expect(await (await post(asking(`https://model.test:${tls}/v1/y`, {net}), never)).text()).toBe('POST /v1/y')
    expect(by.asked).toEqual([`POST http://model.test:${plain}/v1/x`, `CONNECT model.test:${tls}`])
    const past = {...net, noProxy: 'example.com,127.0.0.1'}
    expect(await (await post(asking(`http://127.0.0.1:${plain}/z`, {net: past}), never)).text()).toBe('POST /z')
    expect(by.asked).toHaveLength(2)
  })

  it('trusts the extra CA and nothing else', async () => {
    const port = await listen(secure())
    expect(await (await post(asking(`https://localhost:${port}/`, {net: {caFile: fixture('cert.pem')}}), never)).text()).toBe('POST /')
    const refused = await post(asking(`https://localhost:${port}/`), never).catch((thrown: unknown) => thrown as WireError)
    expect(refused).toMatchObject({fault: {code: 'model.unreachable', again: false, hint: expect.stringContaining('NODE_EXTRA_CA_CERTS')}})
    const missing = await post(asking(`https://localhost:${port}/`, {net: {caFile: fixture('none.pem')}}), never).catch(
      (thrown: unknown) => thrown as WireError,
    )
    expect(missing).toMatchObject({fault: {code: 'model.unreachable', again: false}})
  })

  it('counts a handshake that never ends as no connection', async () => {
    const port = await listen(createRaw(() => undefined))
    const timeouts = {connectSec: 0.1, firstTokenSec: 5, idleSec: 5, callSec: 5}
    expect(await codeOf(post(asking(`https://127.0.0.1:${port}/`, {timeouts}), never))).toBe('model.unreachable')
    // Without TLS the connection stands, and it is the answer that is missing.
    expect(await codeOf(post(asking(`http://127.0.0.1:${port}/`, {timeouts: {...timeouts, firstTokenSec: 0.15}}), never))).toBe('model.silent')
  })

  it('sees a body that lacks its terminal chunk or some of its length', async () => {
    const raw = (head: string, body: string) =>
      listen(createRaw((socket) => void socket.once('data', () => socket.end(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`))))
    const reading = async (port: number) => {
      const response = await post(asking(`http://127.0.0.1:${port}/`), never)
      let text = ''
      for await (const chunk of response.body) text += chunk
      return text
    }
    expect(await codeOf(reading(await raw('transfer-encoding: chunked', '5\r\nhello\r\n')))).toBe('model.cut')
    expect(await codeOf(reading(await raw('content-length: 99', 'hello')))).toBe('model.cut')
    expect(await reading(await raw('transfer-encoding: chunked', '5\r\nhello\r\n0\r\n\r\n'))).toBe('hello')
    expect(await codeOf(post(asking(`http://127.0.0.1:${await listen(createRaw((socket) => void socket.end('hello there\r\n')))}/`), never))).toBe(
      'model.garbled',
    )
  })

  it('says that the same request may be sent at once when a kept socket had gone', async () => {
    let count = 0
    const port = await listen(createServer((incoming, response) => (++count === 1 ? echo(incoming, response) : incoming.socket.resetAndDestroy())))
    expect(await (await post(asking(`http://127.0.0.1:${port}/1`), never)).text()).toBe('POST /1')
    const gone = await post(asking(`http://127.0.0.1:${port}/2`), never).catch((thrown: unknown) => thrown as WireError)
    expect(gone).toMatchObject({fault: {code: 'model.cut', again: true}, waitMs: 0})
  })

  it('holds back a server that is faster than its reader', async () => {
    let sent = 0
    let full = false
    const port = await listen(
      createServer((incoming, response) => {
        incoming.resume()
        const more = (): void => {
          while (!response.destroyed && sent < 50_000_000) {
            sent += 100_000
            if (response.write('x'.repeat(100_000))) continue
            full = true
            return void response.once('drain', more)
          }
          response.end()
        }
        more()
      }),
    )
    const response = await post(asking(`http://127.0.0.1:${port}/`, {timeouts: {connectSec: 2, firstTokenSec: 20, idleSec: 20, callSec: 30}}), never)
    await until(() => full)
    // Nobody reads: the socket's own buffers and ours fill up, and then the server waits.
    for (let before = -1; before !== sent; ) {
      before = sent
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    expect(sent).toBeLessThan(30_000_000)
    let got = 0
    for await (const chunk of response.body) got += chunk.length
    expect(got).toBe(50_000_000)
  })

  it('refuses what is no address and an encoding that was not asked for', async () => {
    expect(await codeOf(post(asking('127.0.0.1:80'), never))).toBe('model.unreachable')
    const port = await listen(createServer((_, response) => void response.writeHead(200, {'content-encoding': 'zstd'}).end('x')))
    expect(await codeOf(post(asking(`http://127.0.0.1:${port}/`), never))).toBe('model.garbled')
    expect(await codeOf(post(asking(`http://127.0.0.1:${port}/`, {headers: {authorization: 'Bearer a\nb'}}), never))).toBe('model.refused')
  })

  it('lets the rest of a released body go by, and uses the socket again', async () => {
    let connections = 0
    const server = createServer((incoming, response) => {
      incoming.resume()
      response.write('end')
      setTimeout(() => response.end('rest'), 20)
    })
    server.on('connection', () => connections++)
    const port = await listen(server)
    for (let i = 0; i < 2; i++) {
      const response = await post(asking(`http://127.0.0.1:${port}/`), never)
      for await (const _ of response.body) {
        response.release()
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    expect(connections).toBe(1)
  })
})
