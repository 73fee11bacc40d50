// What is kept of a stream that may be endless: its first third and the last two thirds of a bound, in bytes, cut
// at whole characters. Never more than the bound is held in memory.

export interface OutputKeeper {
  push(chunk: Buffer): void
  /** Everything seen, whole or as head, receipt and tail. */
  text(): string
  totalBytes(): number
  /** Bytes left out of `text()`. */
  cutBytes(): number
}

const isContinuation = (byte: number | undefined): boolean => byte !== undefined && (byte & 0xc0) === 0x80

/** The end of the last whole character at or before `end`. */
const characterEnd = (bytes: Buffer): number => {
  let start = bytes.length - 1
  while (start > 0 && start > bytes.length - 4 && isContinuation(bytes[start])) start -= 1
  const first = bytes[start] ?? 0
  const needs = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc0 ? 2 : 1
  return start + needs > bytes.length ? Math.max(start, 0) : bytes.length
}

const characterStart = (bytes: Buffer): number => {
  let start = 0
  while (start < 3 && isContinuation(bytes[start])) start += 1
  return start
}

/** `keepBytes` ≥ 0 bounds what is held. */
export const keepOutput = (keepBytes: number): OutputKeeper => {
  const headRoom = Math.floor(keepBytes / 3)
  const tailRoom = keepBytes - headRoom
  const head: Buffer[] = []
  let headBytes = 0
  let ring: Buffer | undefined
  let tailBytes = 0
  let total = 0

  const pushTail = (chunk: Buffer): void => {
    if (tailRoom === 0 || chunk.length === 0) return
    ring ??= Buffer.allocUnsafe(tailRoom)
    const last = chunk.length > tailRoom ? chunk.subarray(chunk.length - tailRoom) : chunk
    const at = (tailBytes + chunk.length - last.length) % tailRoom
    const fits = Math.min(last.length, tailRoom - at)
    last.copy(ring, at, 0, fits)
    last.copy(ring, 0, fits)
    tailBytes += chunk.length
  }

  const tail = (): Buffer => {
    if (!ring) return Buffer.alloc(0)
    if (tailBytes <= tailRoom) return ring.subarray(0, tailBytes)
    const at = tailBytes % tailRoom
    return Buffer.concat([ring.subarray(at), ring.subarray(0, at)])
  }

  const parts = () => {
    const first = Buffer.concat(head)
    const last = tail()
    if (total <= keepBytes) return {first, last, cut: 0}
    const start = first.subarray(0, characterEnd(first))
    const end = last.subarray(characterStart(last))
    return {first: start, last: end, cut: total - start.length - end.length}
  }

  return {
    push: (chunk) => {
      total += chunk.length
      const room = headRoom - headBytes
      if (room > 0) {
        head.push(chunk.subarray(0, room))
        headBytes += Math.min(room, chunk.length)
      }
      pushTail(room > 0 ? chunk.subarray(room) : chunk)
    },
    text: () => {
      const {first, last, cut} = parts()
      if (cut === 0) return Buffer.concat([first, last]).toString('utf8')
      return `${first.toString('utf8')}\n[… ${cut} bytes left out …]\n${last.toString('utf8')}`
    },
    totalBytes: () => total,
    cutBytes: () => parts().cut,
  }
}
