// Newline-delimited JSON: LF only (never U+2028), UTF-8, one value a line. The splitter holds at most one
// unfinished line and refuses one that grows past its bound, so a peer cannot eat our memory.

/** One line, newline included. JSON.stringify never emits a raw LF, so the framing is safe by itself. */
export const line = (value: unknown): string => `${JSON.stringify(value)}\n`

/**
 * Feeds on text chunks and yields whole lines without their LF.
 * Throws RangeError when an unfinished line passes `maxChars` (default 16 Mi).
 */
export const lineSplitter = (maxChars = 16 * 1024 * 1024) => {
  let rest: string[] = []
  let held = 0
  return {
    *feed(chunk: string): Generator<string> {
      let from = 0
      for (let at = chunk.indexOf('\n'); at !== -1; at = chunk.indexOf('\n', from)) {
        rest.push(chunk.slice(from, at))
        yield rest.length === 1 ? (rest[0] as string) : rest.join('')
        rest = []
        held = 0
        from = at + 1
      }
      if (from < chunk.length) {
        rest.push(from === 0 ? chunk : chunk.slice(from))
        held += chunk.length - from
        if (held > maxChars) throw new RangeError(`a line is longer than ${maxChars} characters`)
      }
    },
    /** What is left without a final LF; '' after a clean end. */
    rest: (): string => rest.join(''),
  }
}
