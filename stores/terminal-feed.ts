// Bytes into an emulator: at once while little waits, in slices when much does, so that a flood stops nobody. Whatever a
// program prints, the emulator must neither throw into us nor stop: a sequence that it stumbles over is lost, no more.

import type {Terminal} from '@xterm/headless'
import type {Inside} from './cells.ts'

const sliceMs = 8
const cutChars = 32 * 1024

export interface Feed {
  readonly waitingBytes: number
  push(data: string | Uint8Array, done?: () => void): void
  close(): void
}

const pieces = (data: string | Uint8Array): (string | Uint8Array)[] => {
  if (data.length <= cutChars) return [data]
  const count = Math.ceil(data.length / cutChars)
  return Array.from({length: count}, (_, n) =>
    typeof data === 'string' ? data.slice(n * cutChars, (n + 1) * cutChars) : data.subarray(n * cutChars, (n + 1) * cutChars),
  )
}

/** "Erase up to the cursor" in the last cell of the last line throws in this emulator; it means to erase all. */
const guardErase = (emulator: Terminal, inside: Inside | undefined): void => {
  for (const prefix of [undefined, '?']) {
    emulator.parser.registerCsiHandler({prefix, final: 'J'}, ([kind]) => {
      const {cursorX, cursorY, length} = emulator.buffer.active
      const erase = inside?._inputHandler?.eraseInDisplay
      if (kind !== 1 || cursorX + 1 < emulator.cols || cursorY + 1 < length || !erase) return false
      erase.call(inside._inputHandler, {length: 1, params: [2]}, prefix === '?')
      return true
    })
  }
}

export const createFeed = (emulator: Terminal, inside: Inside | undefined, parsed: () => void): Feed => {
  const queue: {data: string | Uint8Array; done?: () => void}[] = []
  const handler = inside?._inputHandler
  let [waitingBytes, isDraining, isClosed] = [0, false, false]
  let timer: NodeJS.Immediate | undefined
  guardErase(emulator, inside)

  const parse = (data: string | Uint8Array): void => {
    try {
      handler?.parse?.(data)
    } catch {
      handler?._parser?.reset?.()
    }
  }

  const drain = (): void => {
    timer = undefined
    isDraining = true
    const endMs = performance.now() + sliceMs
    for (let one = queue.shift(); one; one = queue.shift()) {
      parse(one.data)
      waitingBytes -= one.data.length
      one.done?.()
      if (isClosed || performance.now() > endMs) break
    }
    isDraining = false
    if (isClosed) return
    if (queue.length > 0) timer = setImmediate(drain)
    parsed()
  }

  /** The public way: a timer later, and an error would be nobody's. */
  const pushOutside = (data: string | Uint8Array, done?: () => void): void =>
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
    close: () => {
      isClosed = true
      queue.length = 0
      clearImmediate(timer)
    },
  }
}
