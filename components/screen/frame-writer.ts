// Writes frames to the terminal without ever waiting for it: one at a time, whole, asynchronously. Who wants to write while
// one is on its way comes back when it is out, with what is newest then. A terminal that takes nothing is asked again.

import {closeSync, constants, fstatSync, openSync, write, writeSync} from 'node:fs'
import {isatty} from 'node:tty'

const firstRetryMs = 1
const slowestRetryMs = 16

export type WriteCall = (fd: number, bytes: Uint8Array, done: (error: NodeJS.ErrnoException | null, written: number) => void) => void

export interface FrameWriter {
  readonly isBusy: boolean
  readonly stalls: number
  /** `done` is called when all bytes are out; never while another frame is on its way. */
  send(text: string, done: () => void): void
  /** Gives up what is left of the frame under way. */
  abandon(): void
}

const plainWrite: WriteCall = (fd, bytes, done) => write(fd, bytes, done)

/** Where a write never waits, and is a copy into memory: a thread and its wake-up cost more than it does. */
const directWrite: WriteCall = (fd, bytes, done) => {
  let written = 0
  let error: NodeJS.ErrnoException | null = null
  try {
    written = writeSync(fd, bytes)
  } catch (thrown) {
    error = thrown as NodeJS.ErrnoException
  }
  done(error, written)
}

export interface Door {
  fd: number
  write: WriteCall
  close(): void
}

/** The pseudo terminals of Linux; a console draws what is written before it says that it is. */
const isPseudo = (fd: number): boolean => {
  const major = fstatSync(fd).rdev >> 8
  return major >= 136 && major <= 143
}

/**
 * A way to the same terminal that never waits. The one that came with the process is shared with whoever started it, so
 * it must stay as it is; where it cannot be opened anew, it is used as it is, and a thread waits instead of us.
 */
export const openDoor = (fd: number): Door => {
  try {
    if (!isatty(fd)) return {fd, write: plainWrite, close: () => undefined}
    const own = openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
    return {fd: own, write: isPseudo(own) ? directWrite : plainWrite, close: () => closeSync(own)}
  } catch {
    return {fd, write: plainWrite, close: () => undefined}
  }
}

export const createFrameWriter = (fd: number, gone: (code: string) => void, call: WriteCall = plainWrite): FrameWriter => {
  let [isBusy, isAbandoned, stalls] = [false, false, 0]
  let timer: NodeJS.Timeout | undefined

  const push = (bytes: Uint8Array, retryMs: number, done: () => void): void => {
    call(fd, bytes, (error, written) => {
      if (isAbandoned) return
      if (error && (error.code === 'EAGAIN' || error.code === 'EINTR')) {
        stalls += 1
        timer = setTimeout(() => push(bytes, Math.min(retryMs * 2, slowestRetryMs), done), retryMs)
        return
      }
      if (error) {
        isAbandoned = true
        gone(error.code ?? 'EIO')
        return
      }
      if (written < bytes.length) {
        push(bytes.subarray(written), firstRetryMs, done)
        return
      }
      isBusy = false
      done()
    })
  }

  return {
    get isBusy() {
      return isBusy
    },
    get stalls() {
      return stalls
    },
    send: (text, done) => {
      if (isBusy) throw new Error('a frame is still on its way')
      if (isAbandoned) return
      isBusy = true
      push(Buffer.from(text), firstRetryMs, done)
    },
    abandon: () => {
      isAbandoned = true
      clearTimeout(timer)
    },
  }
}
