// How many cells a text takes, by the same rules as the terminals of the panes (@xterm/addon-unicode-graphemes, which a
// test holds this table against). One measure for prompt, copy mode and everything that lines up. No terminal is asked.

/** Wide code points (Unicode 15): gap from the last range, then how many follow, in base 36. */
const packed =
  '3cw-2n 3i3-1 e-1 5b-3 4 3 ei-1 m-1 1f-b 18 k e 9-1 i-1 6-1 9 6 m 8-1 2 5 3 8 5-1 t 10 2 5-2 2 1q-2 p f nw-1 1g 5 mj-p 2-2g d-5x r-b 5-1q 3-2d 3-2u 6-16 2-2l 2-2b d-1a 2-13 9-5f3 1t-h3g 4-1i wq-s hw-8mb 6l9-e7 lt-9 n-y 2-i 2-3 46-2n 3k-6 m4a-4 c-1 f-4qf 9-yd 17-8 6wo-7y 1e-2 i-3 9-az c21 5n 5b 3-9 2u-2 e-17 5-8 8-1 f-5 4b-w d-8 2-1x 2-l d-16 5-4 d-g 4 4-1y 2 2-56 3-1q e-3 2-n j r-1 e 2f-2c 1d-1x 7 4-2 3-2 k-1 8-8 6c-b 81-1a 2-9 2-1d 2-29 2-1e 35-4 4-2 6-6 a-o 8-6 a-2 e-6 10q-1ekd 3-1ekd'

const unpack = (): {starts: Int32Array; ends: Int32Array} => {
  const ranges = packed.split(' ')
  const starts = new Int32Array(ranges.length)
  const ends = new Int32Array(ranges.length)
  let at = 0
  for (const [index, range] of ranges.entries()) {
    const [gap = '', more = '0'] = range.split('-')
    starts[index] = at + Number.parseInt(gap, 36)
    at = (starts[index] as number) + Number.parseInt(more, 36)
    ends[index] = at
  }
  return {starts, ends}
}

let wide: ReturnType<typeof unpack> | undefined

const isWide = (code: number): boolean => {
  if (code < 0x1100) return false
  wide ??= unpack()
  let low = 0
  let high = wide.starts.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    if (code < (wide.starts[middle] as number)) high = middle - 1
    else if (code > (wide.ends[middle] as number)) low = middle + 1
    else return true
  }
  return false
}

const letter = /^\p{L}$/u
const mark = /^[\p{M}\u200d]$/u
const flag = (code: number): boolean => code >= 0x1f1e6 && code <= 0x1f1ff
const emojiStyle = 0xfe0f

/** Cells of one grapheme: those of its widest part. An Indic conjunct is one grapheme of several cells. */
export const cellsOf = (grapheme: string): number => {
  if (grapheme.length === 1 && grapheme < '\u1100') return 1
  let total = 0
  let cells = 0
  let before = ''
  let flags = 0
  for (const sign of grapheme) {
    const code = sign.codePointAt(0) as number
    if (before && letter.test(sign) && mark.test(before)) {
      total += cells
      cells = 0
    }
    if (flag(code)) flags += 1
    cells = Math.max(cells, flags > 1 || isWide(code) || (before && code === emojiStyle) ? 2 : 1)
    before = sign
  }
  return total + cells
}

const segmenter = new Intl.Segmenter(undefined, {granularity: 'grapheme'})
/** One cell each and nothing that joins: ASCII, Latin letters, lines and blocks, the signs of the chrome. */
const plain = /^[\x20-\x7e\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u2193\u2500-\u259f\u25b8\u25cf\u2713\u2717]*$/

/** What a person sees as characters. */
export const graphemesOf = (text: string): string[] => {
  if (plain.test(text)) return text.split('')
  const parts: string[] = []
  for (const {segment} of segmenter.segment(text)) parts.push(segment)
  return parts
}

export const widthOf = (text: string): number => {
  if (plain.test(text)) return text.length
  let cells = 0
  for (const grapheme of graphemesOf(text)) cells += cellsOf(grapheme)
  return cells
}

/** As much of the text as fits, cut between characters. */
export const fitting = (text: string, columns: number): string => {
  if (plain.test(text)) return text.slice(0, Math.max(0, columns))
  let cells = 0
  let fits = ''
  for (const grapheme of graphemesOf(text)) {
    cells += cellsOf(grapheme)
    if (cells > columns) break
    fits += grapheme
  }
  return fits
}

/** The end of the grapheme that begins at an offset, and the start of the one that ends at it. */
export const nextEdge = (text: string, at: number): number => {
  if (at >= text.length) return text.length
  // A plain character is whole unless something joins on to it.
  if (text.charCodeAt(at) < 0x7f && text.charCodeAt(at + 1) < 0x7f && text[at] !== '\r') return at + 1
  const [first] = segmenter.segment(text.slice(at, at + 256))
  return first ? at + first.segment.length : at + 1
}

export const previousEdge = (text: string, at: number): number => {
  if (at <= 0) return 0
  if (text.charCodeAt(at - 1) < 0x7f && text[at - 1] !== '\n' && (at === 1 || text.charCodeAt(at - 2) < 0x7f)) return at - 1
  // Nothing joins over a line break, so a line is far enough back; flags and joiners need the whole run before them.
  const from = at < 2 ? 0 : Math.max(text.lastIndexOf('\n', at - 2) + 1, at - 256, 0)
  let edge = from
  for (const {index} of segmenter.segment(text.slice(from, at))) edge = from + index
  return edge
}
