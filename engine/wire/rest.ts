// Reading many small pieces as few large ones. A fast stream wakes us for each token, and to be woken costs far more than
// to read (some 100 µs of cpu against 4); so between reads of such a stream the socket rests, and the kernel gathers.
// A short reply, a slow stream and one that fills whole reads are never made to wait. Laws: (1) no socket is left resting;
// (2) nothing is held back for longer than `restMs`. `pause()` of a socket would go on reading into its own buffer: what
// stops is the handle beneath it, and where Node has none of that kind, nothing rests.

import type {Socket} from 'node:net'

/** Pieces of a reply that are read as they come. */
const atOnce = 32
/** Pieces further apart than this are not worth gathering. */
const nearMs = 12
const restMs = 45
/** A read as large as this was gathered already: there is more where it came from, and the next few are read as they come. */
const largeChars = 8 * 1024
const afterLarge = 8

export interface Rest {
  /** A piece was read. */
  took(chars: number): void
  /** The reply is over, or nobody listens any more. */
  over(): void
}

interface Handle {
  readStop(): number
  readStart(): number
}

const handleOf = (socket: Socket): Handle | undefined => {
  const {_handle: handle} = socket as {_handle?: Partial<Handle> | null}
  return handle && typeof handle.readStop === 'function' && typeof handle.readStart === 'function' ? (handle as Handle) : undefined
}

export const openRest = (socket: Socket, tick: () => number = () => performance.now()): Rest => {
  let pieces = 0
  let lastMs = 0
  let done = false
  let resting: NodeJS.Timeout | undefined
  const wake = (): void => {
    resting = undefined
    lastMs = tick()
    handleOf(socket)?.readStart()
  }
  return {
    took: (chars) => {
      const now = tick()
      const near = now - lastMs < nearMs
      lastMs = now
      pieces = chars >= largeChars ? Math.min(pieces, atOnce - afterLarge) : pieces + 1
      if (done || resting || pieces <= atOnce || !near) return
      if (handleOf(socket)?.readStop() === 0) resting = setTimeout(wake, restMs)
    },
    over: () => {
      done = true
      if (!resting) return
      clearTimeout(resting)
      wake()
    },
  }
}
