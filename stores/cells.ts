// Cells of an emulator as numbers, in xterm's own format: three words a cell (what, foreground, background). Read straight
// from the emulator's lines where this version has them, else through its public face, which is slower and says the same.
// Nothing is kept here and nothing is changed: a row is a view, valid until the emulator is written to again.

import type {IBufferCell, IBufferLine, Terminal} from '@xterm/headless'

export const wordsPerCell = 3

/** The words of a cell: the lowest 21 bits are the code point, then a flag for text of several, then the width. */
export const content = {codePoint: 0x1fffff, several: 0x200000, widthShift: 22} as const

/** Bits of the foreground word above its colour. */
export const fgBits = {inverse: 0x4000000, bold: 0x8000000, underline: 0x10000000, blink: 0x20000000, invisible: 0x40000000, strike: 0x80000000} as const

/** Bits of the background word above its colour. */
export const bgBits = {italic: 0x4000000, dim: 0x8000000, extended: 0x10000000, overline: 0x40000000} as const

/** How a colour is meant: 24 bits of value below two of mode. */
export const colourBits = {mode: 0x3000000, none: 0, p16: 0x1000000, p256: 0x2000000, rgb: 0x3000000, value: 0xffffff, whole: 0x3ffffff} as const

export interface CellRow {
  /** Three words for each cell; may be longer than the row. */
  words: Uint32Array
  /** Text of the cells whose `several` flag is set. */
  texts: Readonly<Record<number, string | undefined>>
  /** Underline style and colour of the cells whose `extended` flag is set. */
  extended: Readonly<Record<number, {ext: number; urlId?: number} | undefined>>
  /** Cells. */
  width: number
  /** The address behind a `urlId`; absent where this version does not tell. */
  link?(urlId: number): string | undefined
}

interface InnerLine {
  _data?: Uint32Array
  _combined?: Record<number, string | undefined>
  _extendedAttrs?: Record<number, {ext: number; urlId?: number} | undefined>
  length: number
}

type Repeat = (what: {length: number; params: number[]}) => unknown

export type Repeats = Partial<
  Record<'scrollUp' | 'scrollDown' | 'insertLines' | 'deleteLines' | 'cursorForwardTab' | 'cursorBackwardTab' | 'repeatPrecedingCharacter', Repeat>
>

/** The parts of an emulator that its public face does not show; every one may be missing in another version. */
export interface Inside {
  buffer?: {
    lines?: {get?(y: number): InnerLine | undefined; onTrim?(listener: (amount: number) => void): unknown}
    scrollTop?: number
    scrollBottom?: number
  }
  _inputHandler?: Repeats & {
    parse?(data: string | Uint8Array): unknown
    eraseInDisplay?(what: {length: number; params: number[]}, respectProtect: boolean): unknown
    _parser?: {reset?(): void; currentState?: number}
    _curAttrData?: {fg?: number; bg?: number}
  }
  coreService?: {isCursorHidden?: boolean; decPrivateModes?: {cursorStyle?: string; cursorBlink?: boolean}}
  coreMouseService?: {activeEncoding?: string}
  _oscLinkService?: {getLinkData?(urlId: number): {uri?: string} | undefined}
}

export const insideOf = (terminal: Terminal): Inside | undefined => (terminal as unknown as {_core?: Inside})._core

/** Whether lines can be read as they lie in memory. */
export const isOpen = (inside: Inside | undefined): boolean => {
  const line = inside?.buffer?.lines?.get?.(0)
  return (
    line?._data instanceof Uint32Array &&
    line._data.length >= line.length * wordsPerCell &&
    typeof line._combined === 'object' &&
    typeof line._extendedAttrs === 'object'
  )
}

export const innerRow = (inside: Inside | undefined, y: number): CellRow | undefined => {
  const line = inside?.buffer?.lines?.get?.(y)
  return (
    line && {
      words: line._data as Uint32Array,
      texts: line._combined ?? {},
      extended: line._extendedAttrs ?? {},
      width: line.length,
      link: (urlId) => inside?._oscLinkService?.getLinkData?.(urlId)?.uri,
    }
  )
}

const colour = (isRgb: boolean, isPalette: boolean, value: number): number => {
  if (isRgb) return colourBits.rgb | value
  if (isPalette) return (value < 16 ? colourBits.p16 : colourBits.p256) | value
  return 0
}

const flag = (is: number, bit: number): number => (is ? bit : 0)

const fgOf = (cell: IBufferCell): number =>
  colour(cell.isFgRGB(), cell.isFgPalette(), cell.getFgColor()) |
  flag(cell.isInverse(), fgBits.inverse) |
  flag(cell.isBold(), fgBits.bold) |
  flag(cell.isUnderline(), fgBits.underline) |
  flag(cell.isBlink(), fgBits.blink) |
  flag(cell.isInvisible(), fgBits.invisible) |
  flag(cell.isStrikethrough(), fgBits.strike)

const bgOf = (cell: IBufferCell): number =>
  colour(cell.isBgRGB(), cell.isBgPalette(), cell.getBgColor()) |
  flag(cell.isItalic(), bgBits.italic) |
  flag(cell.isDim(), bgBits.dim) |
  flag(cell.isOverline(), bgBits.overline)

/** The same row through the public face: the styles of underlines are lost, nothing else. */
export const outerRow = (line: IBufferLine | undefined, spare: IBufferCell): CellRow | undefined => {
  if (!line) return undefined
  const words = new Uint32Array(line.length * wordsPerCell)
  const texts: Record<number, string> = {}
  for (let x = 0; x < line.length; x += 1) {
    const cell = line.getCell(x, spare)
    if (!cell) continue
    const chars = cell.getChars()
    const several = chars.length > String.fromCodePoint(cell.getCode()).length
    if (several) texts[x] = chars
    words[x * wordsPerCell] = (several ? content.several : chars === '' ? 0 : cell.getCode()) | (cell.getWidth() << content.widthShift)
    words[x * wordsPerCell + 1] = fgOf(cell)
    words[x * wordsPerCell + 2] = bgOf(cell)
  }
  return {words, texts, extended: {}, width: line.length}
}
