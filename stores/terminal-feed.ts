// Bytes into an emulator: at once while little waits, in slices when much does, so that a flood stops nobody. Whatever a
// program prints, the emulator must neither throw into us nor stop: a sequence that it stumbles over is lost, no more.

import type {Terminal} from '@xterm/headless'
import type {Inside, Repeats} from './cells.ts'

const sliceMs = 4
const cutChars = 16 * 1024

export interface Feed {
  readonly waitingBytes: number
  push(data: string, done?: () => void): void
  /** Parses all that waits, wherever that can be, however long it takes. */
  finish(): void
  close(): void
}

const pieces = (data: string): string[] =>
  data.length <= cutChars ? [data] : Array.from({length: Math.ceil(data.length / cutChars)}, (_, n) => data.slice(n * cutChars, (n + 1) * cutChars))

/** "Erase up to the cursor" in the last cell of the last line throws in this emulator; it means to erase all. */
const guardErase = (emulator: Terminal, handler: Inside['_inputHandler']): void => {
  for (const prefix of [undefined, '?']) {
    emulator.parser.registerCsiHandler({prefix, final: 'J'}, ([kind]) => {
      const {cursorX, cursorY, length} = emulator.buffer.active
      if (kind !== 1 || cursorX + 1 < emulator.cols || cursorY + 1 < length || !handler?.eraseInDisplay) return false
      handler.eraseInDisplay({length: 1, params: [2]}, prefix === '?')
      return true
    })
  }
}

/** What is done as often as a number says; more often than this changes nothing any more. */
const repeated: Readonly<Record<string, [name: keyof Repeats, most: (emulator: Terminal) => number]>> = {
  S: ['scrollUp', ({rows}) => rows],
  T: ['scrollDown', ({rows}) => rows],
  L: ['insertLines', ({rows}) => rows],
  M: ['deleteLines', ({rows}) => rows],
  I: ['cursorForwardTab', ({cols}) => cols],
  Z: ['cursorBackwardTab', ({cols}) => cols],
  b: ['repeatPrecedingCharacter', ({cols, rows}) => cols * rows],
}

/** The emulator believes the number: two thousand million times, while nothing else runs. */
const guardRepeats = (emulator: Terminal, handler: Inside['_inputHandler']): void => {
  for (const [final, [name, mostOf]] of Object.entries(repeated)) {
    emulator.parser.registerCsiHandler({final}, ([count, ...rest]) => {
      const most = mostOf(emulator)
      if (typeof count !== 'number' || count <= most) return false
      handler?.[name]?.({length: 1 + rest.length, params: [most, ...rest.map(Number)]})
      return true
    })
  }
}

export const createFeed = (emulator: Terminal, inside: Inside | undefined, parsed: () => void): Feed => {
  const queue: {data: string; done?: () => void}[] = []
  const handler = inside?._inputHandler
  let [waitingBytes, isDraining, isClosed] = [0, false, false]
  let timer: NodeJS.Immediate | undefined
  guardErase(emulator, handler)
  guardRepeats(emulator, handler)

  const parse = (data: string): void => {
    try {
      handler?.parse?.(data)
    } catch {
      handler?._parser?.reset?.()
    }
  }

  const drain = (mostMs = sliceMs): void => {
    timer = undefined
    isDraining = true
    const endMs = performance.now() + mostMs
    for (let one = queue.shift(); one; one = queue.shift()) {
      parse(one.data)
      waitingBytes -= one.data.length
      one.done?.()
      if (isClosed || performance.now() > endMs) break
    }
    isDraining = false
    if (isClosed) return
    if (queue.length > 0) timer = setImmediate(() => drain())
    parsed()
  }

  /** The public way: a timer later, and an error would be nobody's. */
  const pushOutside = (data: string, done?: () => void): void =>
    emulator.write(data, () => {
      waitingBytes -= data.length
      parsed()
      done?.()
    })

  return {
    get waitingBytes() {
      return waitingBytes
    },
    push: (data, done) => {
      waitingBytes += data.length
      if (!handler?.parse) return pushOutside(data, done)
      const parts = pieces(data)
      for (const [n, part] of parts.entries()) queue.push({data: part, done: n === parts.length - 1 ? done : undefined})
      if (!timer && !isDraining) drain()
    },
    finish: () => {
      if (queue.length === 0 || isDraining) return
      clearImmediate(timer)
      drain(Number.POSITIVE_INFINITY)
    },
    close: () => {
      isClosed = true
      queue.length = 0
      clearImmediate(timer)
    },
  }
}
