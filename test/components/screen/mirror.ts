// A second terminal that is fed what the glass wrote, and readings of terminals that say what a person would see:
// one string for each cell, its text and its look.

import headless from '@xterm/headless'
import type {Size} from '../../../engine/contract/screen.ts'
import {type CellRow, content, fgBits, innerRow, insideOf} from '../../../stores/cells.ts'
import {openTerminal, type PaneTerminal} from '../../../stores/terminals.ts'

export const parsed = (terminal: Pick<PaneTerminal, 'write'>, data: string): Promise<void> => new Promise((resolve) => terminal.write(data, resolve))

/** On the alternate screen, as the glass has it: lines are not wrapped anew when the size changes. */
export const mirrorOf = (size: Size): PaneTerminal => {
  const terminal = openTerminal(size)
  terminal.write('\x1b[?1049h')
  return terminal
}

/** What is read of a terminal here. */
export type Looked = Pick<PaneTerminal, 'size' | 'screenTop' | 'row' | 'resize' | 'write' | 'cursor' | 'close'>

/** An older terminal: it counts the width of each character by itself, by tables of long ago. */
export const oldMirrorOf = (size: Size): Looked => {
  const emulator = new headless.Terminal({cols: size.columns, rows: size.rows, allowProposedApi: true})
  emulator.write('\x1b[?1049h\x1b[?7l')
  return {
    get size() {
      return {columns: emulator.cols, rows: emulator.rows}
    },
    get cursor() {
      const {cursorX, cursorY} = emulator.buffer.active
      return {x: Math.min(cursorX, emulator.cols - 1), y: cursorY, visible: insideOf(emulator)?.coreService?.isCursorHidden !== true, shape: 0}
    },
    screenTop: 0,
    row: (line) => innerRow(insideOf(emulator), line),
    resize: ({columns, rows}) => emulator.resize(Math.max(2, columns), rows),
    write: (data, done) => emulator.write(data, done),
    close: () => emulator.dispose(),
  }
}

const hex = (value: number): string => (value >>> 0).toString(16)

/** Above the number of a palette's colour lie bits of an older colour, which say nothing. */
const tidy = (word: number): number => {
  const mode = word & 0x3000000
  return mode === 0x3000000 ? word : word & ~(mode === 0 ? 0xffffff : 0xffff00)
}
const shows = fgBits.inverse | fgBits.underline | fgBits.strike

/** What is seen in a cell: the colour of letters is nothing to a blank, half a wide character is nothing by itself. */
export const seenAt = (row: CellRow | undefined, x: number): string => {
  if (!row || x >= row.width) return ' '
  const [what, fg, bg] = [row.words[x * 3] as number, tidy(row.words[x * 3 + 1] as number), tidy(row.words[x * 3 + 2] as number)]
  const width = (what >>> content.widthShift) & 3
  const widthOf = (at: number): number => (at >= 0 && at < row.width ? ((row.words[at * 3] as number) >>> content.widthShift) & 3 : 1)
  if (width === 0) return widthOf(x - 1) === 2 ? '<' : ' '
  const code = what & content.codePoint
  const text = what & content.several ? row.texts[x] : code <= 0x20 ? ' ' : String.fromCodePoint(code)
  const isHalf = width === 2 && widthOf(x + 1) !== 0
  const isBlank = isHalf || (text === ' ' && (fg & shows) === 0 && (bg & 0x40000000) === 0)
  if (isBlank) return bg & 0x3ffffff ? ` on ${hex(bg & 0x3ffffff)}` : ' '
  const found = fg & fgBits.underline && bg & 0x10000000 ? row.extended[x] : undefined
  const line = found && !found.urlId ? found.ext & 0x1fffffff : 0
  const style = line >>> 26 > 1 ? line >>> 26 : 0
  const colour = (line & 0x3ffffff) === 0x3ffffff ? 0 : tidy(line & 0x3ffffff)
  return `${text} ${hex(fg)} ${hex(bg & 0x4fffffff)} ${style}:${hex(colour)}`
}

export const seen = (terminal: Looked): string[][] =>
  Array.from({length: terminal.size.rows}, (_, y) => Array.from({length: terminal.size.columns}, (__, x) => seenAt(terminal.row(terminal.screenTop + y), x)))

/** Where two terminals look different, in words; empty when they look the same. */
export const differences = (one: Looked, other: Looked): string[] => {
  const [left, right] = [seen(one), seen(other)]
  return left.flatMap((row, y) => row.flatMap((cell, x) => (cell === right[y]?.[x] ? [] : [`${x},${y}: ${cell} | ${right[y]?.[x]}`])))
}
