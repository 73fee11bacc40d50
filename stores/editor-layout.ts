// From the text of the prompt to rows of cells: wrapping between words, the cell of the caret, the window that is shown,
// and the way back from a cell to an offset (mouse, up and down). Every row is at most as wide as asked.

import {cellsOf} from '../engine/base/width.ts'
import {type Editor, type Span, selectionOf} from './editor-state.ts'
import {rightOf, tokensOf, visualSpan} from './editor-text.ts'

export interface Mark {
  kind: 'paste' | 'selected'
  /** Columns, `to` not included. */
  from: number
  to: number
}

export interface VisualRow {
  /** As shown: tabs as blanks, control characters as pictures. */
  text: string
  /** Offsets into the editor's text; a line break belongs to no row. */
  from: number
  to: number
  cells: number
  marks: readonly Mark[]
}

export interface Layout {
  /** The rows of the window. */
  rows: readonly VisualRow[]
  /** Cell of the caret in the window. */
  caret: {row: number; column: number}
  /** Rows of the whole text, and the first that is shown: hand it in again next time. */
  total: number
  first: number
}

interface Piece {
  from: number
  to: number
  shown: string
  cells: number
}

/** Always as wide: where it stands in its row must not change how a row is read again. */
const tab = '    '

const shownOf = (part: string): string => {
  if (part === '\t') return tab
  const code = part.charCodeAt(0)
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  return code === 0x7f ? '\u2421' : code >= 0x80 && code < 0xa0 ? '\u2426' : part
}

const cellsShown = (shown: string): number => (shown.length > 1 && /^[\x20-\x7e]+$/.test(shown) ? shown.length : cellsOf(shown))

/** A token may be cut by the end of a row; characters may not. */
const piecesOf = (editor: Editor, line: Span): Piece[] => {
  const pieces: Piece[] = []
  for (let at = line.from; at < line.to; ) {
    const next = Math.min(rightOf(editor, at), line.to)
    const part = editor.text.slice(at, next)
    const token = part.length > 2 && part.startsWith('[')
    const shown = token ? part : shownOf(part)
    pieces.push({from: at, to: next, shown, cells: cellsShown(shown)})
    at = next
  }
  return pieces
}

/** Where a row that begins at `start` ends: behind the last blank that fits, or between characters. */
const breakAfter = (pieces: readonly Piece[], start: number, width: number): number => {
  let cells = 0
  let end = start
  let blank = -1
  while (end < pieces.length) {
    const piece = pieces[end] as Piece
    if (cells + piece.cells > width && end > start) break
    cells += piece.cells
    end += 1
    if (piece.shown.startsWith(' ')) blank = end
  }
  return end < pieces.length && blank > start ? blank : end
}

const rowOf = (pieces: readonly Piece[], at: number, width: number): BareRow => {
  const text = pieces.map(({shown}) => shown).join('')
  const cells = pieces.reduce((sum, piece) => sum + piece.cells, 0)
  // Only a single piece wider than the row overflows: a token in a very narrow prompt.
  return {text: cells > width ? text.slice(0, width) : text, from: pieces[0]?.from ?? at, to: pieces.at(-1)?.to ?? at, cells: Math.min(cells, width)}
}

type BareRow = Omit<VisualRow, 'marks'>

/** Each of its characters a cell of its own. */
const plain = /^[\x20-\x7e]*$/

/** `line`: the whole text, from 0. */
const wrapped = (editor: Editor, line: Span, width: number): BareRow[] => {
  if (line.to <= width && plain.test(editor.text)) return [{text: editor.text, from: 0, to: line.to, cells: line.to}]
  const pieces = piecesOf(editor, line)
  if (pieces.length === 0) return [rowOf([], line.from, width)]
  const rows: BareRow[] = []
  for (let start = 0; start < pieces.length; ) {
    const end = breakAfter(pieces, start, width)
    rows.push(rowOf(pieces.slice(start, end), line.from, width))
    start = end
  }
  return rows
}

/** Rows of lines as if each began at 0: between two keys all lines but one are the same. */
const known = {width: 0, pastes: [] as Editor['pastes'], lines: new Map<string, readonly BareRow[]>(), most: 0}
const knownLeast = 5_000

const lineCount = (text: string): number => {
  let count = 1
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

const wrappedLine = (editor: Editor, text: string, width: number): readonly BareRow[] => {
  if (known.width !== width || known.pastes !== editor.pastes || known.lines.size > known.most) {
    Object.assign(known, {width, pastes: editor.pastes, lines: new Map()})
  }
  const rows = known.lines.get(text) ?? wrapped({...editor, text}, {from: 0, to: text.length}, width)
  known.lines.set(text, rows)
  return rows
}

const rowsOfLine = (editor: Editor, line: Span, width: number): BareRow[] => {
  const rows = wrappedLine(editor, editor.text.slice(line.from, line.to), width).map((row) => ({...row, from: row.from + line.from, to: row.to + line.from}))
  // Behind a full last row the caret needs a cell of its own.
  if (editor.caret === line.to && (rows.at(-1)?.cells ?? 0) >= width) rows.push(rowOf([], line.to, width))
  return rows
}

/** All rows of the text. */
export const rowsOf = (editor: Editor, width: number): BareRow[] => {
  const rows: BareRow[] = []
  // A text of more lines than are known would be read anew with each key.
  known.most = Math.max(knownLeast, 2 * lineCount(editor.text))
  for (let from = 0; from <= editor.text.length; ) {
    const end = editor.text.indexOf('\n', from)
    const to = end < 0 ? editor.text.length : end
    rows.push(...rowsOfLine(editor, {from, to}, width))
    from = to + 1
  }
  return rows
}

/** At a soft break the caret belongs to the row that begins there. */
export const rowAt = (rows: readonly BareRow[], at: number): number => {
  let low = 0
  let high = rows.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((rows[middle] as BareRow).from <= at) low = middle
    else high = middle - 1
  }
  return low
}

/** Cells from the start of a row to an offset. */
export const columnAt = (editor: Editor, row: BareRow, at: number): number => {
  let column = 0
  for (const piece of piecesOf(editor, row)) {
    if (piece.from >= at) break
    column += piece.cells
  }
  return Math.min(column, row.cells)
}

/** The offset whose cell is nearest to a column of a row. */
export const offsetAt = (editor: Editor, rows: readonly BareRow[], index: number, column: number): number => {
  const row = rows[Math.max(0, Math.min(index, rows.length - 1))] as BareRow
  const softEnd = rows[index + 1]?.from === row.to && row.to > row.from
  let cells = 0
  for (const piece of piecesOf(editor, row)) {
    if (cells + piece.cells > column || (softEnd && piece.to === row.to)) return piece.from
    cells += piece.cells
  }
  return row.to
}

const marksOf = (editor: Editor, row: BareRow, spans: readonly (Span & {kind: Mark['kind']})[]): Mark[] =>
  spans
    .filter(({from, to}) => from < row.to && to > row.from)
    .map(({kind, from, to}) => ({kind, from: columnAt(editor, row, Math.max(from, row.from)), to: columnAt(editor, row, Math.min(to, row.to))}))

export const layOut = (editor: Editor, width: number, maxRows: number, first = 0): Layout => {
  const columns = Math.max(1, width)
  const all = rowsOf(editor, columns)
  const row = rowAt(all, editor.caret)
  const height = Math.max(1, Math.min(maxRows, all.length))
  const top = Math.max(0, Math.min(first, row, all.length - height), row - height + 1)
  const selected = visualSpan(editor) ?? selectionOf(editor)
  const spans = [...tokensOf(editor).map((span) => ({...span, kind: 'paste' as const})), ...(selected ? [{...selected, kind: 'selected' as const}] : [])]
  const rows = all.slice(top, top + height).map((one) => ({...one, marks: marksOf(editor, one, spans)}))
  return {rows, caret: {row: row - top, column: columnAt(editor, all[row] as BareRow, editor.caret)}, total: all.length, first: top}
}
