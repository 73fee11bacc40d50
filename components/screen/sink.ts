// Where a frame is gathered: bytes in one buffer that is used again, so that a screen full of characters is no heap full
// of little strings. What was gathered is taken as one text.

export interface Sink {
  /** One character. */
  code(codePoint: number): void
  text(text: string): void
  readonly isEmpty: boolean
  /** All of it; the sink is empty again. */
  take(): string
}

const firstBytes = 64 * 1024

export const createSink = (): Sink => {
  let bytes = Buffer.allocUnsafe(firstBytes)
  let length = 0

  const wide = (codePoint: number): void => {
    if (codePoint < 0x800) bytes[length++] = 0xc0 | (codePoint >> 6)
    else {
      if (codePoint < 0x10000) bytes[length++] = 0xe0 | (codePoint >> 12)
      else {
        bytes[length++] = 0xf0 | (codePoint >> 18)
        bytes[length++] = 0x80 | ((codePoint >> 12) & 0x3f)
      }
      bytes[length++] = 0x80 | ((codePoint >> 6) & 0x3f)
    }
    bytes[length++] = 0x80 | (codePoint & 0x3f)
  }

  const code = (codePoint: number): void => {
    if (length + 4 > bytes.length) {
      const larger = Buffer.allocUnsafe(bytes.length * 2)
      bytes.copy(larger)
      bytes = larger
    }
    if (codePoint < 0x80) bytes[length++] = codePoint
    else wide(codePoint)
  }

  return {
    code,
    text: (text) => {
      for (let n = 0; n < text.length; n += 1) {
        const codePoint = text.codePointAt(n) as number
        if (codePoint > 0xffff) n += 1
        code(codePoint)
      }
    },
    get isEmpty() {
      return length === 0
    },
    take: () => {
      const text = bytes.toString('utf8', 0, length)
      length = 0
      return text
    },
  }
}
