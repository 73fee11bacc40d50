// Copy mode over the lines of a terminal: a cursor, a selection of characters, lines or a block, a window that stands still
// while the terminal prints on. Pure; what was selected is given back as text and as cells to mark.

import {type CopyLines, glyphAt, glyphsOf, kindOf, lastLine, ordered, type Place, textOfBlock, textOfStretch, wholeLine, wordAround} from './copy-lines.ts'
import type {CopyCommand} from './keys.ts'
import {type MatchCells, matchesBetween, type Search, searchFrom, searchOn, startOf} from './search.ts'

export type {CopyLines, Place} from './copy-lines.ts'

export interface CopyState {
  cursor: Place
  /** Where the selection began; undefined: nothing is selected. */
  anchor?: Place
  kind: 'character' | 'line' | 'block'
  /** A drag after a double click selects words, after three whole lines: the stretch of the first click. */
  grain?: readonly [Place, Place]
  /** The first line that is seen, and how many rows there are. */
  top: number
  rows: number
  /** The column that moves up and down aim at. */
  goal: number
  search?: Search
}

export interface CopyMark extends MatchCells {
  style: 'select' | 'found' | 'found-now'
}

const clamp = (value: number, low: number, high: number): number => Math.max(low, Math.min(value, high))

const highestTop = (lines: CopyLines, rows: number): number => Math.max(lines.firstLine, lastLine(lines) - rows + 1)

/** Lines may have been thrown away since the last step: then the window and the ends move to what is left. */
const kept = (state: CopyState, lines: CopyLines): CopyState => {
  const inside = (place: Place): Place => ({line: clamp(place.line, lines.firstLine, lastLine(lines)), column: clamp(place.column, 0, lines.size.columns - 1)})
  return {
    ...state,
    cursor: inside(state.cursor),
    anchor: state.anchor && inside(state.anchor),
    top: clamp(state.top, lines.firstLine, highestTop(lines, state.rows)),
  }
}

/** Begins where the terminal is looked at: `top` as it is scrolled, the cursor where asked or in the last row. */
export const copyStart = (lines: CopyLines, rows: number, top = highestTop(lines, rows), at?: Place): CopyState =>
  kept({cursor: at ?? {line: top + rows - 1, column: 0}, kind: 'character', top, rows, goal: at?.column ?? 0}, lines)

/** The cursor on a whole character, the window where the cursor is. */
const at = (state: CopyState, lines: CopyLines, place: Place, goal?: number): CopyState => {
  const line = clamp(place.line, lines.firstLine, lastLine(lines))
  const column = glyphAt(lines, {line, column: clamp(place.column, 0, lines.size.columns - 1)}).from
  const top = clamp(state.top, line - state.rows + 1, line)
  return {...state, cursor: {line, column}, goal: goal ?? column, top: clamp(top, lines.firstLine, highestTop(lines, state.rows))}
}

const endOf = (lines: CopyLines, line: number): number => glyphsOf(lines.lineText(line)).at(-1)?.from ?? 0

/** Behind the last character of a line comes the next line. */
const right = (lines: CopyLines, {line, column}: Place): Place => {
  if (column < endOf(lines, line)) return {line, column: glyphAt(lines, {line, column}).to}
  return line < lastLine(lines) ? {line: line + 1, column: 0} : {line, column}
}

const left = (lines: CopyLines, {line, column}: Place): Place => {
  if (column > 0) return {line, column: glyphAt(lines, {line, column: column - 1}).from}
  return line > lines.firstLine ? {line: line - 1, column: endOf(lines, line - 1)} : {line, column}
}

const same = (one: Place, other: Place): boolean => one.line === other.line && one.column === other.column
const kindAt = (lines: CopyLines, place: Place) => kindOf(glyphAt(lines, place).text)

/** Steps while the condition holds; stops at the ends. */
const walk = (lines: CopyLines, from: Place, step: typeof right, goesOn: (place: Place) => boolean): Place => {
  let place = from
  while (goesOn(place)) {
    const next = step(lines, place)
    if (same(next, place)) break
    place = next
  }
  return place
}

const wordRight = (lines: CopyLines, from: Place): Place => {
  const [, end] = wordAround(lines, from)
  const next = right(lines, kindAt(lines, from) === 'blank' ? from : end)
  return walk(lines, next, right, (place) => kindAt(lines, place) === 'blank')
}

const wordEnd = (lines: CopyLines, from: Place): Place =>
  wordAround(
    lines,
    walk(lines, right(lines, from), right, (place) => kindAt(lines, place) === 'blank'),
  )[1]

const wordLeft = (lines: CopyLines, from: Place): Place =>
  wordAround(
    lines,
    walk(lines, left(lines, from), left, (place) => kindAt(lines, place) === 'blank'),
  )[0]

const scrolls = (state: CopyState, lines: CopyLines, by: number): CopyState => {
  const top = clamp(state.top + by, lines.firstLine, highestTop(lines, state.rows))
  return at({...state, top}, lines, {line: state.cursor.line + (top === state.top ? by : top - state.top), column: state.goal}, state.goal)
}

const selects = (state: CopyState, kind: CopyState['kind']): CopyState =>
  state.anchor && state.kind === kind ? {...state, anchor: undefined} : {...state, kind, anchor: state.anchor ?? state.cursor, grain: undefined}

type Step = (state: CopyState, lines: CopyLines) => CopyState
export type CopyMove = Exclude<CopyCommand, 'copy.take' | 'copy.leave'>

const to =
  (place: (lines: CopyLines, from: Place) => Place): Step =>
  (state, lines) =>
    at(state, lines, place(lines, state.cursor))

const down =
  (by: number): Step =>
  (state, lines) =>
    at(state, lines, {line: state.cursor.line + by, column: state.goal}, state.goal)

const steps: Readonly<Record<CopyMove, Step>> = {
  'copy.left': to(left),
  // A block may reach behind the text.
  'copy.right': (state, lines) =>
    at(state, lines, state.anchor && state.kind === 'block' ? {...state.cursor, column: glyphAt(lines, state.cursor).to} : right(lines, state.cursor)),
  'copy.up': down(-1),
  'copy.down': down(1),
  'copy.word-left': to(wordLeft),
  'copy.word-right': to(wordRight),
  'copy.word-end': to(wordEnd),
  'copy.line-start': to((_, {line}) => ({line, column: 0})),
  'copy.line-first': to((lines, {line}) => ({line, column: glyphsOf(lines.lineText(line)).find(({text}) => kindOf(text) !== 'blank')?.from ?? 0})),
  'copy.line-end': (state, lines) => at(state, lines, {line: state.cursor.line, column: endOf(lines, state.cursor.line)}, lines.size.columns - 1),
  'copy.half-up': (state, lines) => scrolls(state, lines, -Math.max(1, Math.floor(state.rows / 2))),
  'copy.half-down': (state, lines) => scrolls(state, lines, Math.max(1, Math.floor(state.rows / 2))),
  'page-up': (state, lines) => scrolls(state, lines, -Math.max(1, state.rows - 1)),
  'page-down': (state, lines) => scrolls(state, lines, Math.max(1, state.rows - 1)),
  'line-up': (state, lines) => scrolls(state, lines, -1),
  'line-down': (state, lines) => scrolls(state, lines, 1),
  first: (state, lines) => at(state, lines, {line: lines.firstLine, column: 0}),
  last: (state, lines) => at(state, lines, {line: lastLine(lines), column: 0}),
  'copy.top': (state, lines) => at(state, lines, {line: lines.firstLine, column: 0}),
  'copy.bottom': (state, lines) => at(state, lines, {line: lastLine(lines), column: 0}),
  'copy.select': (state) => selects(state, 'character'),
  'copy.select-line': (state) => selects(state, 'line'),
  'copy.select-block': (state) => selects(state, 'block'),
  'copy.other-end': (state, lines) => (state.anchor ? {...at(state, lines, state.anchor), anchor: state.cursor} : state),
}

/** Taking and leaving are the caller's: `copiedText` says what there is to take. */
export const copyStep = (state: CopyState, lines: CopyLines, command: CopyMove): CopyState => steps[command](kept(state, lines), lines)

export const isCopyMove = (command: string): command is CopyMove => command in steps

const onMatch = (state: CopyState, lines: CopyLines, search: Search): CopyState => {
  const match = search.matches[search.at]
  return match ? at({...state, search}, lines, startOf(match)) : {...state, search}
}

/** For every letter of a query that is being typed, `from` being where the cursor was when it began. */
export const copySearch = (state: CopyState, lines: CopyLines, query: string, direction: 'down' | 'up', from: Place = state.cursor): CopyState =>
  onMatch(kept(state, lines), lines, searchFrom(lines, query, from, direction))

export const copySearchOn = (state: CopyState, lines: CopyLines, command: 'search.next' | 'search.previous'): CopyState =>
  state.search ? onMatch(kept(state, lines), lines, searchOn(state.search, lines, state.cursor, command === 'search.previous')) : state

/** The ends of the selection in order, both included. */
const endsOf = (state: CopyState, lines: CopyLines): readonly [Place, Place] | undefined => {
  if (!state.anchor) return undefined
  const [start, end] = ordered(state.anchor, state.cursor)
  const [first, last] = state.grain ? [ordered(state.grain[0], start)[0], ordered(state.grain[1], end)[1]] : [start, end]
  if (state.kind === 'line')
    return [
      {line: wholeLine(lines, first.line).first, column: 0},
      {line: wholeLine(lines, last.line).last, column: lines.size.columns - 1},
    ]
  return [first, {line: last.line, column: glyphAt(lines, last).to - 1}]
}

/** '' when nothing is selected. Whole lines end in a line break. */
export const copiedText = (state: CopyState, lines: CopyLines): string => {
  const now = kept(state, lines)
  const ends = endsOf(now, lines)
  if (!ends) return ''
  if (now.kind === 'block') return textOfBlock(lines, now.anchor as Place, now.cursor)
  const text = textOfStretch(lines, ...ends)
  return now.kind === 'line' ? `${text}\n` : text
}

const selectedCells = (state: CopyState, lines: CopyLines): CopyMark[] => {
  const ends = endsOf(state, lines)
  if (!ends || !state.anchor) return []
  const [start, end] = ends
  const block = state.kind === 'block'
  const columns = [state.anchor.column, state.cursor.column].sort((one, other) => one - other)
  const marks: CopyMark[] = []
  for (let line = Math.max(start.line, state.top); line <= Math.min(end.line, state.top + state.rows - 1); line += 1) {
    const from = block ? glyphAt(lines, {line, column: columns[0] as number}).from : line === start.line ? start.column : 0
    const last = block ? glyphAt(lines, {line, column: columns[1] as number}).to : line === end.line ? end.column + 1 : lines.size.columns
    marks.push({line, from, to: last, style: 'select'})
  }
  return marks
}

/** The cells to mark in the rows that are seen: matches below, the selection above. */
export const copyMarks = (state: CopyState, lines: CopyLines): CopyMark[] => {
  const now = kept(state, lines)
  const seen = ({line}: MatchCells): boolean => line >= now.top && line < now.top + now.rows
  const near = matchesBetween(now.search?.matches ?? [], now.top, now.top + now.rows - 1)
  const found = near.matches.flatMap((match, place) =>
    match.filter(seen).map((cells): CopyMark => ({...cells, style: near.index + place === now.search?.at ? 'found-now' : 'found'})),
  )
  return [...found, ...selectedCells(now, lines)]
}
