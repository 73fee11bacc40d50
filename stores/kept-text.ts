// Text that is kept to be read later: as bytes in one buffer, so that a flood that nobody reads is no work for the
// collector. Places in it are counted from the first byte ever added; what is old is let go of by whole lines.

export interface KeptText {
  /** Places of the first byte that is kept, and behind the last one. */
  readonly from: number
  readonly to: number
  /** Ends of lines in it. */
  readonly lines: number
  add(text: string): void
  text(from: number, to?: number): string
  /** The start of a line, at or after `from`, that so many ends of lines follow; `from` when there is none. */
  startBefore(ends: number, from: number): number
  /** Up to where it can go while so many ends of lines stay: the start of a line; `from` when there is too little to be worth it. */
  spare(lines: number): number
  /** Lets go of what is before a place. */
  drop(place: number): void
  clear(): void
}

/** A stretch that is let go of at once. */
interface Block {
  to: number
  lines: number
}

const firstBytes = 16 * 1024
const blockBytes = 16 * 1024
const [lineFeed, carriageReturn] = [10, 13]

const linesIn = (text: string): number => {
  let count = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

export const openKeptText = (): KeptText => {
  let bytes = Buffer.allocUnsafeSlow(firstBytes)
  /** The place of the buffer's first byte. */
  let base = 0
  let [from, to, lines] = [0, 0, 0]
  let blocks: Block[] = []

  const makeRoom = (more: number): void => {
    if (to - base + more <= bytes.length) return
    const needed = to - from + more
    const next = needed * 2 <= bytes.length ? bytes : Buffer.allocUnsafeSlow(Math.max(bytes.length * 2, needed * 2))
    bytes.copy(next, 0, from - base, to - base)
    ;[bytes, base] = [next, from]
  }
  return {
    get from() {
      return from
    },
    get to() {
      return to
    },
    get lines() {
      return lines
    },
    add: (text) => {
      makeRoom(text.length * 3)
      to += bytes.write(text, to - base, 'utf8')
      const count = linesIn(text)
      lines += count
      const last = blocks.at(-1)
      const start = blocks.at(-2)?.to ?? from
      if (!last || last.to - start >= blockBytes) blocks.push({to, lines: count})
      else [last.to, last.lines] = [to, last.lines + count]
    },
    text: (start, end = to) => bytes.toString('utf8', start - base, end - base),
    startBefore: (ends, start) => {
      let left = ends
      for (let at = to - base - 1; at > start - base; at -= 1) {
        if (bytes[at] !== lineFeed) continue
        left -= 1
        if (left <= 0 && bytes[at - 1] === carriageReturn) return base + at + 1
      }
      return start
    },
    spare: (least) => {
      const [first, second] = blocks
      if (!first || !second || lines - first.lines <= least) return from
      let left = lines - first.lines
      for (let at = first.to - base; at < to - base && left > least; at += 1) {
        if (bytes[at] !== lineFeed) continue
        left -= 1
        if (at > first.to - base && bytes[at - 1] === carriageReturn) return base + at + 1
      }
      return from
    },
    drop: (place) => {
      let gone = 0
      for (let at = from - base; at < place - base; at += 1) if (bytes[at] === lineFeed) gone += 1
      from = place
      lines -= gone
      for (let [first] = blocks; first && first.to <= from; [first] = blocks) {
        gone -= first.lines
        blocks.shift()
      }
      if (blocks[0]) blocks[0].lines -= gone
    },
    clear: () => {
      ;[from, lines, blocks] = [to, 0, []]
    },
  }
}
