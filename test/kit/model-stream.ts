// Plays one scripted answer onto a response, with whatever shall go wrong with it.

import {once} from 'node:events'
import type {ServerResponse} from 'node:http'
import {setTimeout as sleep} from 'node:timers/promises'
import {createGzip} from 'node:zlib'
import type {Asked, Dialect, Frame, Mishap, Scripted} from './model-script.ts'
import {wholeAnswer} from './model-whole.ts'

const gone = (response: ServerResponse): Promise<unknown> => (response.destroyed ? Promise.resolve() : once(response, 'close'))

/** Waits as long as the client stays; true when it is still there. */
const pause = async (response: ServerResponse, ms: number): Promise<boolean> => {
  const left = new AbortController()
  const leave = () => left.abort()
  response.once('close', leave)
  await sleep(ms, undefined, {signal: left.signal}).catch(() => undefined)
  response.off('close', leave)
  return !response.destroyed
}

/** Resolves when the response takes more, or the client has left. */
const drained = (response: ServerResponse): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      response.off('drain', end).off('close', end)
      resolve()
    }
    response.on('drain', end).on('close', end)
    if (response.destroyed) end()
  })

const sendAll = async (response: ServerResponse, frames: readonly Frame[], reply: Scripted): Promise<void> => {
  for (const frame of frames) {
    if (response.destroyed) return
    const bytes = Buffer.from(frame.wire)
    const step = reply.pieceBytes ?? bytes.length
    for (let at = 0; at < bytes.length; at += step) {
      if (!response.write(bytes.subarray(at, at + step))) await drained(response)
      if (reply.pieceBytes) await new Promise(setImmediate)
    }
    if (reply.everyMs && !(await pause(response, reply.everyMs))) return
  }
}

// The deltas of the last call first, then one of each call in turn: heads stay before their own deltas.
const woven = (frames: readonly Frame[]): Frame[] => {
  const byCall = new Map<number, Frame[]>()
  for (const frame of frames) if (frame.call !== undefined) byCall.set(frame.call, [...(byCall.get(frame.call) ?? []), frame])
  const queues = [...byCall.values()].reverse()
  const mixed: Frame[] = []
  while (queues.some((queue) => queue.length > 0)) for (const queue of queues) mixed.push(...queue.splice(0, 1))
  const first = frames.findIndex((frame) => frame.call !== undefined)
  return first === -1 ? [...frames] : [...frames.slice(0, first), ...mixed, ...frames.slice(first).filter((frame) => frame.call === undefined)]
}

const beforeEnd = (frames: readonly Frame[], after: number | undefined): Frame[] => {
  const body = frames.filter((frame) => !frame.end)
  return body.slice(0, after ?? Math.ceil(body.length / 2))
}

// Cuts inside the last call: everything up to the middle of its argument deltas. Ollama sends calls whole, so the line is cut.
const halfCall = (frames: readonly Frame[]): Frame[] => {
  const last = Math.max(...frames.map((frame) => frame.call ?? -1))
  const own = frames.filter((frame) => frame.call === last)
  const until = frames.indexOf(own[0] as Frame)
  if (own.length > 1) return [...frames.slice(0, until), ...own.slice(0, Math.max(2, Math.floor(own.length / 2)))]
  const wire = (own[0] as Frame).wire
  return [...frames.slice(0, until), {wire: wire.slice(0, Math.floor(wire.length / 2))}]
}

const fail = async (response: ServerResponse, dialect: Dialect, reply: Scripted, fault: Mishap, frames: Frame[]): Promise<void> => {
  const end = (some: readonly Frame[]) => sendAll(response, some, reply).then(() => response.end())
  switch (fault.do) {
    case 'reset':
      await sendAll(response, beforeEnd(frames, fault.after), reply)
      response.socket?.resetAndDestroy()
      return
    case 'cut':
      return void (await end(beforeEnd(frames, fault.after)))
    case 'halfcall':
      return void (await end(halfCall(frames)))
    case 'garbage':
      return void (await end([...beforeEnd(frames, 1), {wire: dialect.garbage(fault.text ?? '{"half": <html>')}]))
    case 'silence':
      await sendAll(response, beforeEnd(frames, fault.after ?? 0), reply)
      return void (await gone(response))
    case 'endless': {
      const delta = frames.find((frame) => frame.delta) ?? (frames[0] as Frame)
      await sendAll(response, frames.slice(0, frames.indexOf(delta)), reply)
      while (!response.destroyed) await sendAll(response, Array<Frame>(64).fill(delta), {everyMs: reply.everyMs ?? 1})
      return
    }
    case 'duplicate':
      return void (await end(frames.flatMap((frame) => (frame.twice ? [frame, frame] : [frame]))))
    case 'weave':
      return void (await end(woven(frames)))
    case 'lost':
      return void (await end(frames))
    case 'error':
      return void (await end([...beforeEnd(frames, fault.after ?? 1), {wire: dialect.errorFrame(fault.message, fault.code ?? 'server_error')}]))
  }
}

export const play = async (response: ServerResponse, dialect: Dialect, reply: Scripted, asked: Asked): Promise<void> => {
  if (reply.delayMs && !(await pause(response, reply.delayMs))) return
  const {fault} = reply
  if (fault?.do === 'status') {
    const text = fault.message ?? `scripted ${fault.status}`
    const body = fault.body ?? dialect.error(fault.status, text, fault.code ?? '')
    const type = typeof fault.body === 'string' ? 'text/html' : 'application/json'
    response.writeHead(fault.status, {'content-type': type, ...fault.headers}).end(typeof body === 'string' ? body : JSON.stringify(body))
    return
  }
  if (fault?.do === 'mute') return void (await gone(response))
  if (fault?.do === 'reset' && fault.after === 0) return void response.socket?.resetAndDestroy()
  if (asked.body.stream === false || fault?.do === 'unstreamed')
    return void response.writeHead(200, {'content-type': 'application/json'}).end(wholeAnswer(asked.protocol, reply, asked.model, asked.n))
  const frames = dialect.frames(fault?.do === 'lost' ? {} : reply, asked.model, asked.n)
  const type = reply.type ?? dialect.type
  if (reply.gzip) {
    response.writeHead(200, {'content-type': type, 'content-encoding': 'gzip'})
    const packed = createGzip()
    packed.pipe(response)
    for (const frame of frames) packed.write(frame.wire)
    return void packed.end()
  }
  response.writeHead(200, {'content-type': type, 'cache-control': 'no-cache'})
  response.flushHeaders()
  if (fault) return fail(response, dialect, reply, fault, frames)
  await sendAll(response, frames, reply)
  response.end()
}
