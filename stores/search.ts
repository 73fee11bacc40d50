// Search in the lines of a terminal: every match, wrapped rows read as one line, small letters match any. A match is told
// as the cells that it covers. Nothing here moves a cursor.

import {before, type CopyLines, glyphsOf, isPlain, lastLine, type Place, rowText} from './copy-lines.ts'

export interface MatchCells {
  line: number
  from: number
  to: number
}

/** One match; more than one stretch when it goes on in the next row. */
export type Match = readonly MatchCells[]

export interface Search {
  query: string
  direction: 'down' | 'up'
  matches: readonly Match[]
  /** Which match the cursor is on; -1 for none. */
  at: number
  /** The lines that were searched: when these change, the search is done again. */
  firstLine: number
  lineCount: number
}

interface Row {
  line: number
  /** Where its text begins in the joined one. */
  start: number
  text: string
}

const matchLimit = 10_000

const cellsAt = (row: Row, from: number, to: number): MatchCells => {
  if (isPlain(row.text)) return {line: row.line, from: Math.max(0, from), to: Math.min(to, row.text.length)}
  let offset = 0
  let first = -1
  let last = 0
  for (const glyph of glyphsOf(row.text)) {
    if (offset < to && offset + glyph.text.length > from) {
      if (first < 0) first = glyph.from
      last = glyph.to
    }
    offset += glyph.text.length
  }
  return {line: row.line, from: Math.max(0, first), to: last}
}

const cellsOfMatch = (rows: readonly Row[], from: number, to: number): Match =>
  rows.filter(({start, text}) => from < start + text.length && to > start).map((row) => cellsAt(row, from - row.start, to - row.start))

/** Lower case that keeps every offset: a letter whose small form is longer stays as it is. */
const folded = (text: string): string => {
  const lower = text.toLowerCase()
  return lower.length === text.length ? lower : [...text].map((sign) => (sign.toLowerCase().length === sign.length ? sign.toLowerCase() : sign)).join('')
}

const matchesIn = (rows: readonly Row[], query: string, anyCase: boolean): Match[] => {
  const joined = rows.map(({text}) => text).join('')
  const text = anyCase ? folded(joined) : joined
  const found: Match[] = []
  for (let at = text.indexOf(query); at >= 0; at = text.indexOf(query, at + query.length)) found.push(cellsOfMatch(rows, at, at + query.length))
  return found
}

export const matchesOf = (lines: CopyLines, query: string): Match[] => {
  if (query === '') return []
  const anyCase = query === query.toLowerCase()
  const found: Match[] = []
  const end = lastLine(lines)
  for (let line = lines.firstLine; line <= end && found.length < matchLimit; ) {
    const rows: Row[] = [{line, start: 0, text: rowText(lines, line)}]
    for (line += 1; line <= end && lines.isWrapped(line); line += 1) {
      const last = rows.at(-1) as Row
      rows.push({line, start: last.start + last.text.length, text: rowText(lines, line)})
    }
    found.push(...matchesIn(rows, query, anyCase))
  }
  return found
}

/** The matches with a stretch in these lines, and the index of the first; matches come in the order of lines. */
export const matchesBetween = (matches: readonly Match[], first: number, last: number): {matches: readonly Match[]; index: number} => {
  let low = 0
  let high = matches.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((matches[middle]?.at(-1)?.line ?? 0) < first) low = middle + 1
    else high = middle
  }
  let end = low
  while (end < matches.length && (matches[end]?.[0]?.line ?? 0) <= last) end += 1
  return {matches: matches.slice(low, end), index: low}
}

export const startOf = (match: Match): Place => ({line: match[0]?.line ?? 0, column: match[0]?.from ?? 0})

/** The match after or before a place, around the end; -1 when there is none. */
const nearest = (matches: readonly Match[], from: Place, direction: 'down' | 'up', here: boolean): number => {
  if (matches.length === 0) return -1
  const same = (match: Match): boolean => startOf(match).line === from.line && startOf(match).column === from.column
  if (direction === 'down') {
    const index = matches.findIndex((match) => before(from, startOf(match)) || (here && same(match)))
    return index < 0 ? 0 : index
  }
  const index = matches.findLastIndex((match) => before(startOf(match), from) || (here && same(match)))
  return index < 0 ? matches.length - 1 : index
}

/** A new search from a place; a match on the place itself counts. */
export const searchFrom = (lines: CopyLines, query: string, from: Place, direction: 'down' | 'up'): Search => {
  const matches = matchesOf(lines, query)
  return {query, direction, matches, at: nearest(matches, from, direction, true), firstLine: lines.firstLine, lineCount: lines.lineCount}
}

const fresh = (search: Search, lines: CopyLines): Search =>
  search.firstLine === lines.firstLine && search.lineCount === lines.lineCount
    ? search
    : {...search, matches: matchesOf(lines, search.query), firstLine: lines.firstLine, lineCount: lines.lineCount}

/** On to the next match in the direction of the search, or against it. */
export const searchOn = (search: Search, lines: CopyLines, from: Place, against: boolean): Search => {
  const now = fresh(search, lines)
  const direction = (now.direction === 'down') === against ? 'up' : 'down'
  return {...now, at: nearest(now.matches, from, direction, false)}
}
