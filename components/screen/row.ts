// One row of the screen as it shall be: cells copied from where they come, made equal where they look equal, so that
// comparing numbers is comparing looks. No half of a wide character is left behind where one source ends and another begins.

import {bgBits, type CellRow, colourBits, content, fgBits, wordsPerCell} from '../../stores/cells.ts'
import {linkBit, linkNumber} from '../../stores/links.ts'
import type {Mark} from './scene.ts'
import {underlineShift} from './sgr.ts'

export const blank = 0x20 | (1 << content.widthShift)
export const narrow = 1
export const wide = 2

/** Flags that show on a cell without text. */
const shows = fgBits.inverse | fgBits.underline | fgBits.strike

/** Characters that would turn the order of the text around them. */
const turning = /[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g
const leadingFormat = /^\p{Cf}+/u

/** Format characters that stand alone in a cell: there is nothing to see, and they would change what comes next. */
const isFormat = (code: number): boolean =>
  code >= 0xad &&
  (code === 0xad || (code >= 0x200b && code <= 0x200f) || (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) || code === 0xfeff)

export interface Row {
  /** Text, foreground, background, underline: one array each, a word for each cell. */
  what: Uint32Array
  fg: Uint32Array
  bg: Uint32Array
  line: Uint32Array
  /** Text of the cells of several code points. */
  texts: (string | undefined)[]
}

export const createRow = (columns: number): Row => ({
  what: new Uint32Array(columns),
  fg: new Uint32Array(columns),
  bg: new Uint32Array(columns),
  line: new Uint32Array(columns),
  texts: [],
})

export const widthAt = (row: Row, x: number): number => (row.what[x] as number) >>> content.widthShift

const clear = (row: Row, x: number): void => {
  row.what[x] = blank
  row.fg[x] = 0
  row.line[x] = 0
  row.bg[x] = (row.bg[x] as number) & colourBits.whole
}

/** The emulator leaves bits of an older colour above a palette's number. */
const tidy = (word: number): number => {
  const mode = word & colourBits.mode
  if (mode === colourBits.rgb) return word
  return (word & ~(mode === 0 ? colourBits.value : 0xffff00)) >>> 0
}

/** Of a link its number stands here instead: its underline is the terminal's own. */
const underlineOf = (from: CellRow, x: number, fg: number, bg: number): number => {
  if (!(bg & bgBits.extended)) return 0
  const found = from.extended[x]
  if (found?.urlId) {
    const link = linkNumber(from.link?.(found.urlId) ?? '')
    return link > 0 ? (linkBit | link) >>> 0 : 0
  }
  if (!found || !(fg & fgBits.underline)) return 0
  const colour = found.ext & colourBits.whole
  const style = (found.ext >>> underlineShift) & 7
  return ((style > 1 ? style << underlineShift : 0) | (colour === colourBits.whole ? 0 : tidy(colour))) >>> 0
}

const put = (row: Row, at: number, from: CellRow, x: number): void => {
  const [word, fg, bg] = [from.words[x * wordsPerCell] as number, from.words[x * wordsPerCell + 1] as number, from.words[x * wordsPerCell + 2] as number]
  const code = word & content.codePoint
  const width = (word >>> content.widthShift) & 3
  const several = (word & content.several) !== 0
  row.bg[at] = tidy(bg & (colourBits.whole | bgBits.italic | bgBits.dim | bgBits.overline))
  row.fg[at] = tidy(fg)
  row.line[at] = underlineOf(from, x, fg, bg)
  if (width === 0) {
    // The second half of a wide character; on its own it is nothing.
    row.what[at] = 0
    return
  }
  const text = several ? from.texts[x]?.replace(turning, '').replace(leadingFormat, '') : ''
  if (text) {
    row.what[at] = (content.several | (width << content.widthShift)) >>> 0
    row.texts[at] = text
    return
  }
  if (code > 0x20 && (code < 0x7f || code > 0x9f) && !isFormat(code)) {
    row.what[at] = code | (width << content.widthShift)
    return
  }
  row.what[at] = blank
  if (fg & shows || bg & bgBits.overline) return
  row.fg[at] = 0
  row.bg[at] = (row.bg[at] as number) & colourBits.whole
}

const nothing = narrow << content.widthShift
const lastPlain = 0x7e | nothing

/** The same as `put`, for what most cells are; false when the cell is another. */
const putPlain = (row: Row, at: number, word: number, fg: number, bg: number): boolean => {
  if (word > lastPlain || word < nothing || bg > colourBits.whole || fg & fgBits.underline) return false
  const isBlank = word <= blank
  row.what[at] = isBlank ? blank : word
  row.fg[at] = isBlank && !(fg & shows) ? 0 : tidy(fg)
  row.bg[at] = bg === 0 ? 0 : tidy(bg)
  row.line[at] = 0
  return true
}

/** Halves of wide characters that end or begin outside of the span. */
const mendHalves = (row: Row, at: number, end: number): void => {
  for (let to = at; to < end; to += 1) {
    const width = widthAt(row, to)
    if (width === wide && to + 1 < end && row.what[to + 1] === 0) {
      row.fg[to + 1] = row.fg[to] as number
      row.bg[to + 1] = row.bg[to] as number
      row.line[to + 1] = row.line[to] as number
      to += 1
    } else if (width !== narrow) clear(row, to)
  }
}

/** Cells of `from` beginning at `x`, put at `at`; blanks where it has none. */
export const copySpan = (row: Row, at: number, from: CellRow | undefined, x: number, count: number): void => {
  const columns = row.what.length
  const end = Math.min(columns, at + count)
  if (at >= end) return
  // What this span cuts in two.
  if (at > 0 && widthAt(row, at - 1) === wide) clear(row, at - 1)
  if (end < columns && row.what[end] === 0) clear(row, end)
  const there = from ? Math.min(end, at + Math.max(0, from.width - x)) : at
  let isOdd = false
  if (from) {
    const {words} = from
    for (let to = at, n = x * wordsPerCell; to < there; to += 1, n += wordsPerCell) {
      if (putPlain(row, to, words[n] as number, words[n + 1] as number, words[n + 2] as number)) continue
      put(row, to, from, x + to - at)
      isOdd ||= widthAt(row, to) !== narrow
    }
  }
  for (let to = there; to < end; to += 1) {
    row.bg[to] = 0
    clear(row, to)
  }
  if (isOdd) mendHalves(row, at, end)
}

const colourMark = {found: {fg: 0, bg: 3}, 'found-now': {fg: 0, bg: 5}} as const

const markCell = (row: Row, x: number, style: Mark['style'], coloured: boolean): void => {
  const fg = row.fg[x] as number
  if (style === 'select' || !coloured) {
    const extra = style === 'select' ? 0 : fgBits.underline | (style === 'found-now' ? fgBits.bold : 0)
    row.fg[x] = ((style === 'found' ? fg : fg ^ fgBits.inverse) | extra) >>> 0
    return
  }
  const look = colourMark[style]
  row.fg[x] = ((fg & ~(colourBits.whole | fgBits.inverse)) | colourBits.p16 | look.fg) >>> 0
  row.bg[x] = (((row.bg[x] as number) & ~colourBits.whole) | colourBits.p16 | look.bg) >>> 0
}

/** Marks cells from `from` up to `to`, a wide character as one. */
export const markSpan = (row: Row, from: number, to: number, style: Mark['style'], coloured: boolean): void => {
  const start = from > 0 && row.what[from] === 0 ? from - 1 : from
  const end = to < row.what.length && row.what[to] === 0 ? to + 1 : to
  for (let x = start; x < Math.min(end, row.what.length); x += 1) markCell(row, x, style, coloured)
}

export const isSame = (one: Row, other: Row, x: number): boolean =>
  one.what[x] === other.what[x] &&
  one.fg[x] === other.fg[x] &&
  one.bg[x] === other.bg[x] &&
  one.line[x] === other.line[x] &&
  (((one.what[x] as number) & content.several) === 0 || one.texts[x] === other.texts[x])

/** A blank without anything to see on it. */
export const isEmpty = (row: Row, x: number): boolean => row.what[x] === blank && row.fg[x] === 0 && ((row.bg[x] as number) & ~colourBits.whole) === 0

const joining = /[\p{M}\p{Cf}\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}]/u

/** The text would join with what is printed right before or after it, though it has a cell of its own. */
export const isJoining = (row: Row, x: number): boolean => {
  const word = row.what[x] as number
  if (word & content.several) return true
  const code = word & content.codePoint
  return code >= 0x300 && (code < 0x2500 || code > 0x9fff || (code > 0x25ff && code < 0x4e00)) && joining.test(String.fromCodePoint(code))
}

export const textAt = (row: Row, x: number): string => {
  const word = row.what[x] as number
  return word & content.several ? (row.texts[x] ?? ' ') : String.fromCodePoint(word & content.codePoint)
}

const segmenter = new Intl.Segmenter()
const firstClusters = new Map<string, string>()

/** The first cluster of a cell's text: an emulator may have joined what no terminal joins when it is printed in one go. */
export const firstCluster = (text: string): string => {
  if (text.length === 1) return text
  const known = firstClusters.get(text)
  if (known !== undefined) return known
  if (firstClusters.size > 4096) firstClusters.clear()
  const [first] = segmenter.segment(text)
  const cluster = first?.segment ?? ''
  firstClusters.set(text, cluster)
  return cluster
}
