// The one way to a model server: node:http with kept-alive sockets, proxies and an extra CA, four clocks, and
// an honest end. A body that stops before its terminal chunk is `model.cut`; nothing here takes silence or a
// reset for an answer. No protocol is known here, and no global fetch is ever touched (its first use costs 25 ms).
// node:http is taken with getBuiltinModule: an ESM import of it reads every export, `WebSocket` among them, and so
// loads the whole of undici (measured: 57 ms of cpu and 16 MB instead of 5 ms and 3 MB).
// Laws: (1) an abort destroys the socket at once; (2) every failure is a WireError; (3) at most `heldChars` wait unread.

import type {ClientRequest, IncomingMessage} from 'node:http'
import type {Readable} from 'node:stream'
import type {TLSSocket} from 'node:tls'
import {fault} from '../contract/fault.ts'
import type {ProviderSettings, Timeouts} from '../contract/model.ts'
import {agentFor} from './agent.ts'
import {socketFault, WireError} from './fault.ts'
import {openRest, type Rest} from './rest.ts'
import {openWatch, type Watch} from './watch.ts'
import {wholeLetters} from './whole-letters.ts'

export interface WireRequest {
  /** PROVIDER/MODEL, for the words of faults. */
  route: string
  method: 'GET' | 'POST'
  url: string
  headers: Record<string, string>
  body?: string
  timeouts: Timeouts
  net: ProviderSettings['net']
  /** What a person can do when nobody answers there. */
  hint: string
}

export interface WireResponse {
  status: number
  headers: Record<string, string | undefined>
  /**
   * UTF-8 text as it comes; may be read once. Throws WireError: model.cut, model.silent, model.stopped, model.broken,
   * model.garbled (larger than 384 Mi characters).
   */
  body: AsyncIterable<string>
  /** `first`: nothing counts as progress until the first token; `next`: any byte does, and silence is bounded by idleSec. */
  expect(what: 'first' | 'next'): void
  /** The protocol's end was seen: the rest is drained in the background so that the socket can be used again. */
  release(): void
  /** The whole of a short body, at most 1 Mi characters; what came of it when it was cut. */
  text(): Promise<string>
}

/** On the wire, where a token of six letters takes 170: room for a million of them. What is held is bounded by tally.ts. */
const mostChars = 384 * 1024 * 1024
/** Unread characters above which the socket is paused. */
const heldChars = 256 * 1024
const drainMs = 250

interface Exchange {
  failure?: WireError
  ended: boolean
  released: boolean
  queue: string[]
  held: number
  /** So much waits unread that the rest was left where it is. */
  full?: boolean
  wake?: () => void
  /** Takes what has come: all that the parser found in one read of the socket, as one text. */
  pull?: () => void
}

/** Unpacks what was packed though nobody asked for it; undefined for a packing that is not known. */
const unpacked = (incoming: IncomingMessage): Readable | undefined => {
  const packed = incoming.headers['content-encoding'] ?? 'identity'
  if (packed === 'identity') return incoming
  const {createBrotliDecompress, createUnzip} = process.getBuiltinModule('node:zlib')
  if (packed === 'gzip' || packed === 'x-gzip' || packed === 'deflate') return incoming.pipe(createUnzip())
  return packed === 'br' ? incoming.pipe(createBrotliDecompress()) : undefined
}

const chunksOf = async function* (state: Exchange, leave: () => void): AsyncGenerator<string> {
  try {
    for (;;) {
      while (state.queue.length > 0) {
        const text = state.queue.length === 1 ? (state.queue[0] as string) : state.queue.join('')
        state.queue = []
        state.held = 0
        if (state.full) state.pull?.()
        yield text
      }
      if (state.failure) throw state.failure
      if (state.ended) return
      await new Promise<void>((resolve) => {
        state.wake = resolve
      })
    }
  } finally {
    leave()
  }
}

interface Receiver {
  state: Exchange
  watch: Watch
  rest: Rest
  fail: (failure: WireError) => void
  asked: WireRequest
}

const receive = (incoming: IncomingMessage, source: Readable, {state, watch, rest, fail, asked}: Receiver): void => {
  let total = 0
  const wake = (): void => {
    state.wake?.()
    state.wake = undefined
  }
  const decoder = new (process.getBuiltinModule('node:string_decoder').StringDecoder)('utf8')
  const take = (text: string): void => {
    if (state.failure || state.released || text === '') return
    watch.heard()
    total += text.length
    if (total > mostChars) return fail(new WireError(fault('model.garbled', {route: asked.route, why: `a reply of more than ${mostChars} characters`})))
    state.queue.push(text)
    state.held += text.length
    rest.took(text.length)
    wake()
  }
  // Not `data`: a server that writes each token by itself would cost an event each, where one read brings hundreds of them.
  state.pull = () => {
    state.full = false
    for (;;) {
      if (state.held > heldChars && !state.released) {
        state.full = true
        return
      }
      const bytes = source.read() as Uint8Array | null
      if (bytes === null) return
      take(decoder.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)))
    }
  }
  source.on('readable', state.pull)
  source.on('end', () => {
    take(decoder.end())
    state.ended = true
    rest.over()
    watch.close()
    wake()
  })
  const cut = (): void => {
    if (!state.ended) fail(new WireError(fault('model.cut', {route: asked.route})))
    wake()
  }
  incoming.on('error', cut)
  // A whole body that is packed is still on its way through the unpacking.
  incoming.on('close', () => (source === incoming || !incoming.complete) && cut())
  if (source === incoming) return
  source.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'Z_BUF_ERROR') cut()
    else fail(new WireError(fault('model.garbled', {route: asked.route, why: `its packing is broken (${error.message})`})))
  })
}

const responseOf = (incoming: IncomingMessage, {state, watch, rest}: Receiver, request: ClientRequest, forget: () => void): WireResponse => {
  const leave = (): void => {
    watch.close()
    rest.over()
    forget()
    if (state.ended) return
    if (!state.released || state.failure) return void request.destroy()
    state.pull?.()
    setTimeout(() => state.ended || request.destroy(), drainMs).unref()
  }
  const body = chunksOf(state, leave)
  return {
    status: incoming.statusCode ?? 0,
    headers: incoming.headers as Record<string, string | undefined>,
    body,
    expect: watch.enter,
    release: () => {
      state.released = true
    },
    text: async () => {
      let text = ''
      try {
        for await (const chunk of body) {
          text += chunk
          if (text.length > 1024 * 1024) break
        }
      } catch (thrown) {
        if (thrown instanceof WireError && thrown.fault.code === 'model.stopped') throw thrown
      }
      return text
    },
  }
}

const urlOf = (asked: WireRequest): URL => {
  const url = URL.canParse(asked.url) ? new URL(asked.url) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new WireError({...fault('model.unreachable', {route: asked.route, why: `${asked.url} is no http(s) address`, hint: 'check its baseUrl'}), again: false})
}

const whenConnected = (request: ClientRequest, connected: () => void): void => {
  request.once('socket', (socket) => {
    const secure = (socket as Partial<TLSSocket>).encrypted === true
    const busy = socket.connecting || (secure && !(socket as TLSSocket).getCipher()?.name)
    if (request.reusedSocket || !busy) connected()
    else socket.once(secure ? 'secureConnect' : 'connect', connected)
  })
}

/** Sends one request; resolves with the headers. Throws WireError: model.unreachable, model.silent, model.cut, model.stopped … */
export const post = async (asked: WireRequest, signal: AbortSignal): Promise<WireResponse> => {
  const stopped = () => new WireError(fault('model.stopped'))
  if (signal.aborted) throw stopped()
  const url = urlOf(asked)
  const agent = agentFor(url, asked.net, asked.route)
  const {request: send} = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http')
  return new Promise<WireResponse>((resolve, reject) => {
    const state: Exchange = {ended: false, released: false, queue: [], held: 0}
    let request: ClientRequest | undefined
    const fail = (failure: WireError): void => {
      if (state.failure || state.ended) return
      state.failure = failure
      watch.close()
      forget()
      if (failure.fault.code === 'model.stopped') state.queue = []
      request?.destroy()
      state.wake?.()
      reject(failure)
    }
    const onAbort = (): void => fail(stopped())
    const forget = (): void => signal.removeEventListener('abort', onAbort)
    const watch = openWatch(asked, (found) => fail(new WireError(found)))
    signal.addEventListener('abort', onAbort, {once: true})
    const body = asked.body === undefined ? undefined : wholeLetters(asked.body)
    const length = body === undefined ? {} : {'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body))}
    try {
      request = send(url, {method: asked.method, agent, headers: {'accept-encoding': 'identity', 'user-agent': 'penguin', ...length, ...asked.headers}})
    } catch (thrown) {
      return fail(
        new WireError(fault('model.refused', {route: asked.route, why: (thrown as Error).message, hint: 'check the key and the headers of this provider'})),
      )
    }
    const sent = request
    whenConnected(sent, () => watch.enter('first'))
    sent.on('error', (error: NodeJS.ErrnoException) => fail(socketFault(error, asked, url, sent.reusedSocket)))
    sent.on('response', (incoming) => {
      // llama-server promises to keep the connection and closes it after each stream: whoever is quick would write into the close.
      if (incoming.headers.server === 'llama.cpp') sent.shouldKeepAlive = false
      const source = unpacked(incoming)
      const why = `${incoming.headers['content-encoding']} encoding, which was not asked for`
      if (!source) return fail(new WireError(fault('model.garbled', {route: asked.route, why})))
      const receiver = {state, watch, rest: openRest(incoming.socket), fail, asked}
      receive(incoming, source, receiver)
      resolve(responseOf(incoming, receiver, sent, forget))
    })
    sent.end(body)
  })
}
