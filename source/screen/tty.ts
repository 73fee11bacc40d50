// The user's terminal as two file descriptors: raw keys in, a size, and bytes out that must not wait for anything
// (entering and leaving). Frames are not written here; they have a writer of their own that never blocks.
//
// Law: whoever takes the terminal gives it back: every path out of the program ends in `restore`.

import {writeSync} from 'node:fs'
import {isatty, ReadStream, type WriteStream} from 'node:tty'
import type {Size} from '../../engine/contract/screen.ts'

export interface Tty {
  size(): Size
  onSize(hear: (size: Size) => void): void
  onBytes(hear: (chunk: Buffer) => void): void
  /** Written at once and whole, whatever it takes; for a few bytes. */
  put(text: string): void
  /** Keys come as they are typed (true), or the terminal is as it was found (false). */
  raw(on: boolean): void
  /** True once the other side is gone: nothing can be shown any more. */
  onGone(hear: () => void): void
  close(): void
}

const retryMs = 1

/** Writes all of it; a terminal that is not read is waited for a little, one that is gone is let go. */
const putAll = (fd: number, text: string): void => {
  let left = Buffer.from(text)
  const until = performance.now() + 500
  while (left.length > 0 && performance.now() < until) {
    try {
      left = left.subarray(writeSync(fd, left))
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'EAGAIN') return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, retryMs)
    }
  }
}

const smallest: Size = {columns: 2, rows: 1}

/** Null when standard input or output is no terminal. `output` is process.stdout: it alone hears of a new size. */
export const openTty = (output: WriteStream): Tty | null => {
  if (!isatty(0) || !isatty(1)) return null
  const input = new ReadStream(0)
  const size = (): Size => ({columns: Math.max(smallest.columns, output.columns || 80), rows: Math.max(smallest.rows, output.rows || 24)})
  let resized: ((size: Size) => void) | undefined
  const onResize = (): void => resized?.(size())
  output.on('resize', onResize)
  // An error means that the terminal is gone; `close` follows.
  input.on('error', () => undefined)
  output.on('error', () => undefined)
  return {
    size,
    onSize: (hear) => {
      resized = hear
    },
    onBytes: (hear) => {
      input.on('data', hear)
    },
    put: (text) => putAll(1, text),
    raw: (on) => {
      try {
        input.setRawMode(on)
      } catch {
        // The terminal is gone: there is nothing to set.
      }
      // Without a listener nothing may flow: what is typed now is read by whoever listens first.
      if (!on) input.pause()
      else if (input.listenerCount('data') > 0) input.resume()
    },
    onGone: (hear) => {
      input.once('end', hear)
      input.once('close', hear)
    },
    close: () => {
      output.off('resize', onResize)
      input.destroy()
    },
  }
}
