// Text that is kept to be read later: as bytes in one buffer, so that a flood that nobody reads is no work for the
// collector. Places in it are counted from the first byte ever added; what is old is let go of by whole lines.

export interface KeptText {
  /** Places of the first byte that is kept, and behind the last one. */
  readonly from: number
  readonly to: number
  /** Ends of lines in it. */
  readonly lines: number
  add(text: string): void
  text(from: number): string
  /**
   * The oldest of it that can go while so many ends of lines stay, up to the start of a line; '' when there is too little
   * to be worth it. One letter for each byte.
   */
  oldest(lines: number): string
  /** Lets go of what `oldest` told. */
  drop(oldest: string): void
  clear(): void
}

/** A stretch that is let go of at once. */
interface Block {
  to: number
  lines: number
}

const firstBytes = 16 * 1024
const blockBytes = 16 * 1024
const lineEnd = '\r\n'

export const linesIn = (text: string): number => {
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
    text: (start) => bytes.toString('utf8', start - base, to - base),
    oldest: (least) => {
      const [first, second] = blocks
      if (!first || !second || lines - first.lines <= least) return ''
      const end = bytes.indexOf(lineEnd, first.to - base, 'latin1')
      if (end === -1 || end + lineEnd.length > to - base) return ''
      const old = bytes.toString('latin1', from - base, end + lineEnd.length)
      return lines - linesIn(old) >= least ? old : ''
    },
    drop: (oldest) => {
      from += oldest.length
      const gone = linesIn(oldest)
      lines -= gone
      let left = gone
      for (let [first] = blocks; first && first.to <= from; [first] = blocks) {
        left -= first.lines
        blocks.shift()
      }
      if (blocks[0]) blocks[0].lines -= left
    },
    clear: () => {
      ;[from, lines, blocks] = [to, 0, []]
    },
  }
}
