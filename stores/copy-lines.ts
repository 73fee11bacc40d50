// The lines of a terminal as copy mode reads them: characters with their cells, words, lines that were wrapped joined
// again, and the text of a stretch of cells. Reads only; a line keeps its number for as long as it is kept.

import {cellsOf, graphemesOf, widthOf} from '../engine/base/width.ts'

/** What copy mode and search need of a terminal; `PaneTerminal` is one. */
export interface CopyLines {
  readonly firstLine: number
  readonly lineCount: number
  readonly size: {columns: number; rows: number}
  /** Without the blanks at its end. */
  lineText(line: number): string
  /** The line goes on where the one before it was full. */
  isWrapped(line: number): boolean
}

/** A cell of a line, from 0. */
export interface Place {
  line: number
  column: number
}

export interface Glyph {
  text: string
  from: number
  to: number
}

export const lastLine = (lines: CopyLines): number => lines.firstLine + Math.max(1, lines.lineCount) - 1

export const glyphsOf = (text: string): Glyph[] => {
  let column = 0
  return graphemesOf(text).map((grapheme) => {
    const from = column
    column += cellsOf(grapheme)
    return {text: grapheme, from, to: column}
  })
}

/** One cell for each letter: offsets are columns. */
export const isPlain = (text: string): boolean => /^[\x20-\x7e]*$/.test(text)

/** The character on a cell; behind the text there are blanks. */
export const glyphAt = (lines: CopyLines, {line, column}: Place): Glyph => {
  const text = lines.lineText(line)
  const found = isPlain(text) ? undefined : glyphsOf(text).find(({to}) => column < to)
  return found ?? {text: text[column] && isPlain(text) ? (text[column] as string) : ' ', from: column, to: column + 1}
}

export const before = (left: Place, right: Place): boolean => left.line < right.line || (left.line === right.line && left.column < right.column)

export const ordered = (left: Place, right: Place): readonly [Place, Place] => (before(right, left) ? [right, left] : [left, right])

/** The rows that one printed line was wrapped into. */
export const wholeLine = (lines: CopyLines, line: number): {first: number; last: number} => {
  let first = line
  while (first > lines.firstLine && lines.isWrapped(first)) first -= 1
  let last = line
  while (last < lastLine(lines) && lines.isWrapped(last + 1)) last += 1
  return {first, last}
}

/** A row as it was printed: of one that goes on, the blanks at its end are part of it, though the emulator cut them off. */
export const rowText = (lines: CopyLines, line: number): string => {
  const text = lines.lineText(line)
  if (line >= lastLine(lines) || !lines.isWrapped(line + 1)) return text
  const missing = lines.size.columns - widthOf(text)
  // A wide character that did not fit has left the last cell free.
  const [next] = graphemesOf(lines.lineText(line + 1).slice(0, 64))
  return missing <= 0 || (missing === 1 && next !== undefined && cellsOf(next) === 2) ? text : text + ' '.repeat(missing)
}

/** Cells `from` up to, not including, `to`; a character that lies half in is whole. Behind the text there is nothing. */
const textOfCells = (lines: CopyLines, line: number, from: number, to: number): string => {
  const row = rowText(lines, line)
  if (isPlain(row)) return row.slice(from, to)
  return glyphsOf(row)
    .filter((glyph) => glyph.to > from && glyph.from < to)
    .map(({text}) => text)
    .join('')
}

/** From a cell to a cell, both included; rows of one printed line are joined, blanks at the end of one are not kept. */
export const textOfStretch = (lines: CopyLines, start: Place, end: Place): string => {
  const printed: string[] = []
  let text = ''
  for (let line = start.line; line <= end.line; line += 1) {
    text += textOfCells(lines, line, line === start.line ? start.column : 0, line === end.line ? end.column + 1 : lines.size.columns)
    if (line < end.line && lines.isWrapped(line + 1)) continue
    printed.push(text.trimEnd())
    text = ''
  }
  return printed.join('\n')
}

export const textOfBlock = (lines: CopyLines, start: Place, end: Place): string => {
  const [left, right] = start.column <= end.column ? [start.column, end.column] : [end.column, start.column]
  const rows: string[] = []
  for (let line = Math.min(start.line, end.line); line <= Math.max(start.line, end.line); line += 1)
    rows.push(textOfCells(lines, line, left, right + 1).trimEnd())
  return rows.join('\n')
}

const wordy = /[\p{L}\p{N}\p{M}_./~@:%+=?&#-]/u

export type GlyphKind = 'blank' | 'word' | 'sign'

/** Paths and addresses are words here: they are what one copies. */
export const kindOf = (text: string): GlyphKind => (/^\s*$/.test(text) ? 'blank' : wordy.test(text) ? 'word' : 'sign')

/** The cell before and after, through wrapped rows; undefined at the ends of the printed line. */
const neighbour = (lines: CopyLines, {line, column}: Place, by: 1 | -1): Place | undefined => {
  if (by < 0) {
    if (column > 0) return {line, column: glyphAt(lines, {line, column: column - 1}).from}
    return line > lines.firstLine && lines.isWrapped(line) ? {line: line - 1, column: glyphsOf(rowText(lines, line - 1)).at(-1)?.from ?? 0} : undefined
  }
  const {to} = glyphAt(lines, {line, column})
  const wraps = line < lastLine(lines) && lines.isWrapped(line + 1)
  if (wraps && to >= widthOf(rowText(lines, line))) return {line: line + 1, column: 0}
  return to < lines.size.columns ? {line, column: to} : undefined
}

/** The word on a cell, also where it goes on in the next row. */
export const wordAround = (lines: CopyLines, at: Place): readonly [Place, Place] => {
  const kind = kindOf(glyphAt(lines, at).text)
  const reach = (by: 1 | -1): Place => {
    let place: Place = {line: at.line, column: glyphAt(lines, at).from}
    for (;;) {
      const next = neighbour(lines, place, by)
      if (!next || kindOf(glyphAt(lines, next).text) !== kind) return place
      place = next
    }
  }
  return [reach(-1), reach(1)]
}
