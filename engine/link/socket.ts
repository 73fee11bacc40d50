// The link over a unix socket: frames, which are ndjson but for the bytes of panes. Writes are batched, by default per
// tick; what is read is bounded by the frames. A link never retries: when the socket is gone, the other side is gone, and both ends say so.

import type {Socket} from 'node:net'
import type {Link} from '../contract/link.ts'
import {frameOf, frameReader} from './frames.ts'

/** How the words begin with which a link ends that cannot be read. */
export const garbled = 'garbled message'

export interface SocketLink<Out, In> extends Link<Out, In> {
  /** Sent and not read yet, as far as this process knows. */
  waitingBytes(): number
}

/** `later`: when what was gathered is written. */
export const socketLink = <Out, In>(socket: Socket, later: (write: () => void) => unknown = queueMicrotask): SocketLink<Out, In> => {
  const reader = frameReader()
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
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of reader.feed(chunk)) {
        if (take) take(message as In)
        else waiting.push(message as In)
      }
    } catch (thrown) {
      drop(`${garbled}: ${thrown instanceof Error ? thrown.message : String(thrown)}`)
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
      batch += frameOf(message)
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
