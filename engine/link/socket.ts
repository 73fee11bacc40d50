// The link over a unix socket: ndjson, LF only. Writes are batched, by default per tick; the reader is bounded by the
// line splitter. A link never retries: when the socket is gone, the other side is gone, and both ends say so.

import type {Socket} from 'node:net'
import {line, lineSplitter} from '../base/jsonl.ts'
import type {Link} from '../contract/link.ts'

export interface SocketLink<Out, In> extends Link<Out, In> {
  /** Sent and not read yet, as far as this process knows. */
  waitingBytes(): number
}

/** `later`: when what was gathered is written. */
export const socketLink = <Out, In>(socket: Socket, later: (write: () => void) => unknown = queueMicrotask): SocketLink<Out, In> => {
  const splitter = lineSplitter()
  let take: ((message: In) => void) | undefined
  const waiting: In[] = []
  let closed: string | undefined
  let onClose: ((why: string) => void) | undefined
  let batch = ''

  const drop = (why: string): void => {
    if (closed !== undefined) return
    closed = why
    onClose?.(why)
  }
  socket.setEncoding('utf8')
  socket.on('data', (chunk: string) => {
    try {
      for (const text of splitter.feed(chunk)) {
        const message = JSON.parse(text) as In
        if (take) take(message)
        else waiting.push(message)
      }
    } catch (thrown) {
      drop(`garbled message: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
      socket.destroy()
    }
  })
  socket.on('error', (error: Error) => drop(error.message))
  socket.on('close', () => drop('the other side is gone'))

  const flush = (): void => {
    const text = batch
    batch = ''
    if (text && closed === undefined) socket.write(text)
  }
  return {
    send: (message) => {
      if (closed !== undefined) return
      if (!batch) later(flush)
      batch += line(message)
    },
    waitingBytes: () => batch.length + socket.writableLength,
    onMessage: (handler) => {
      take = handler
      for (const message of waiting.splice(0)) handler(message)
    },
    onClose: (handler) => {
      onClose = handler
      if (closed !== undefined) handler(closed)
    },
    close: () => {
      flush()
      drop('closed')
      socket.end()
    },
  }
}
