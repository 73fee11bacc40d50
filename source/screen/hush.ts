// Nobody but the glass writes to the terminal while it is ours: what a library prints (a warning of an emulator that was
// late) would stand in the middle of the picture and move it. Held back, it is told to nobody.

import type {WriteStream} from 'node:tty'

type Stream = Pick<WriteStream, 'write'>

/** From now until the answer is called, what is written to these streams goes nowhere. */
export const hush = (streams: readonly Stream[] = [process.stdout, process.stderr]): (() => void) => {
  const own = streams.map((stream) => ({stream, write: stream.write}))
  for (const stream of streams)
    stream.write = (_: unknown, ...rest: unknown[]): boolean => {
      const done = rest.findLast((one) => typeof one === 'function')
      if (typeof done === 'function') queueMicrotask(() => done())
      return true
    }
  return () => {
    for (const {stream, write} of own) stream.write = write
  }
}
