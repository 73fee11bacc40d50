// What a keeper and a screen say to each other, as bytes and back: ndjson, but the bytes of a pane go as they are. Escaped
// they would be half as long again, and read letter by letter at both ends.
//
//   {"tell":"pane",…}\n     {"tell":"bytes","pane":"s_1","raw":5}\nhello{"tell":"gone",…}\n
//
// Law: a peer cannot eat our memory: a line or a body beyond its bound ends the wire.

import {line} from '../base/jsonl.ts'

const lineFeed = 10
const mostLineBytes = 16 * 1024 * 1024
const mostRawBytes = 64 * 1024 * 1024

/** Its bytes come after it. */
interface Header {
  raw: number
}

const isHeader = (value: unknown): value is Header =>
  typeof value === 'object' && value !== null && (value as {tell?: unknown}).tell === 'bytes' && 'raw' in value

const isRaw = (message: unknown): message is {tell: 'bytes'; data: string} =>
  typeof message === 'object' && message !== null && (message as {tell?: unknown}).tell === 'bytes' && typeof (message as {data?: unknown}).data === 'string'

/** As it goes over the wire, in UTF-8. */
export const frameOf = (message: unknown): string => {
  if (!isRaw(message)) return line(message)
  const {data, ...rest} = message
  return `${line({...rest, raw: Buffer.byteLength(data)})}${data}`
}

/** Gathers bytes until there are enough; one piece is not copied. */
const openGather = () => {
  let parts: Buffer[] = []
  let held = 0
  return {
    held: () => held,
    add: (part: Buffer): void => {
      if (part.length === 0) return
      parts.push(part)
      held += part.length
    },
    take: (): string => {
      const text = (parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)).toString('utf8')
      ;[parts, held] = [[], 0]
      return text
    },
  }
}

/** Feeds on bytes however they were cut and yields messages. Throws on what is none, and on what is too long. */
export const frameReader = () => {
  const gather = openGather()
  let header: Header | undefined
  return {
    *feed(chunk: Buffer): Generator<unknown> {
      let at = 0
      while (at < chunk.length || header?.raw === gather.held()) {
        if (header) {
          const end = at + header.raw - gather.held()
          gather.add(chunk.subarray(at, end))
          at = Math.min(end, chunk.length)
          if (gather.held() < header.raw) return
          const {raw: _, ...rest} = header
          header = undefined
          yield {...rest, data: gather.take()}
          continue
        }
        const end = chunk.indexOf(lineFeed, at)
        gather.add(chunk.subarray(at, end === -1 ? chunk.length : end))
        if (gather.held() > mostLineBytes) throw new RangeError(`a line is longer than ${mostLineBytes} bytes`)
        if (end === -1) return
        at = end + 1
        const message: unknown = JSON.parse(gather.take())
        if (!isHeader(message)) yield message
        else if (Number.isSafeInteger(message.raw) && message.raw >= 0 && message.raw <= mostRawBytes) header = message
        else throw new RangeError(`${message.raw} bytes of a pane at once`)
      }
    },
  }
}
