// The edges of the program: the real clock, real dice, the standard streams. Made once, at the front door;
// everything behind it is handed these and can be given others in a test.

import {randomBytes} from 'node:crypto'
import {isatty} from 'node:tty'
import {type Clock, longestTimerMs} from '../engine/base/clock.ts'
import type {Dice} from '../engine/base/id.ts'
import {environment} from './config.ts'
import type {Context, Flags} from './context.ts'

export const realClock = (): Clock => ({
  now: () => Date.now(),
  tick: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason)
      const stop = (): void => {
        clearTimeout(timer)
        reject(signal?.reason)
      }
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', stop)
          resolve()
        },
        Math.min(ms, longestTimerMs),
      )
      signal?.addEventListener('abort', stop, {once: true})
    }),
})

/** Asked for singly, the eight bytes of a span cost more than the event that they name. */
const pooledBytes = 1024
let pool: Uint8Array = new Uint8Array(0)

export const realDice: Dice = (bytes) => {
  if (bytes > pooledBytes) return randomBytes(bytes)
  if (pool.length < bytes) pool = randomBytes(pooledBytes)
  const given = pool.slice(0, bytes)
  pool = pool.subarray(bytes)
  return given
}

/**
 * Writes and waits until the stream has taken it. Resolves false, now and for ever after, when the reader is gone;
 * that is no error of ours.
 */
export const openWriter = (stream: NodeJS.WritableStream, onLost: (why: string) => void = () => undefined): ((text: string) => Promise<boolean>) => {
  let gone = false
  const lose = (failed: NodeJS.ErrnoException): void => {
    if (!gone && failed.code !== 'EPIPE') onLost(failed.message)
    gone = true
  }
  stream.on('error', lose)
  return (text) =>
    new Promise((resolve) => {
      if (gone) return resolve(false)
      stream.write(text, (failed) => {
        if (failed) lose(failed)
        resolve(!gone)
      })
    })
}

export interface Words {
  words: string[]
  flags: Flags
}

/** What a verb is handed in the real program; `cwd` is `--cwd` when given. `performance.now()` starts with the process. */
export const makeContext = ({words, flags}: Words, version: string, cwd: string): Context => {
  process.stderr.on('error', () => undefined)
  const context: Context = {
    words,
    flags,
    cwd,
    env: environment(),
    version,
    out: openWriter(process.stdout, (why) => {
      context.lost = why
    }),
    err: (text) => {
      process.stderr.write(text)
    },
    // Touching process.stdin opens it; a run with a prompt never does.
    get stdin() {
      return process.stdin
    },
    tty: {in: isatty(0), out: isatty(1), err: isatty(2)},
    clock: realClock(),
    dice: realDice,
    startedTick: 0,
  }
  return context
}
