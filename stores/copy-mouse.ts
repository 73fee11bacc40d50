// Selecting with the mouse. Pure: which click of a row of clicks it is, what a press and a drag select. No event is read
// here.

import {type CopyState, copyStart} from './copy.ts'
import {type CopyLines, glyphAt, lastLine, type Place, wholeLine, wordAround} from './copy-lines.ts'

const clickMs = 400

export interface Click {
  x: number
  y: number
  atMs: number
  count: 1 | 2 | 3
}

/** A fourth click in a row begins anew. */
export const clickAt = (x: number, y: number, atMs: number, last?: Click): Click => {
  const again = last && last.x === x && last.y === y && atMs - last.atMs <= clickMs
  return {x, y, atMs, count: again ? (((last.count % 3) + 1) as 1 | 2 | 3) : 1}
}

/** A button went down on a cell: one click begins a selection that shows with the first drag, two select the word, three the line. */
export const copyPress = (lines: CopyLines, at: Place, view: {top: number; rows: number}, count: 1 | 2 | 3 = 1, block = false): CopyState => {
  const state = copyStart(lines, view.rows, view.top, at)
  if (count === 1) return {...state, kind: block ? 'block' : 'character'}
  const {first, last} = wholeLine(lines, state.cursor.line)
  const grain =
    count === 2
      ? wordAround(lines, state.cursor)
      : ([
          {line: first, column: 0},
          {line: last, column: lines.size.columns - 1},
        ] as const)
  return {...state, anchor: grain[0], cursor: grain[1], kind: count === 3 ? 'line' : 'character', grain}
}

/** The pointer moved with the button down; `at` may lie above or below the rows: the window goes along. */
export const copyDrag = (state: CopyState, lines: CopyLines, at: Place): CopyState => {
  const line = Math.max(lines.firstLine, Math.min(at.line, lastLine(lines)))
  const column = Math.max(0, Math.min(at.column, lines.size.columns - 1))
  const cursor = {line, column: glyphAt(lines, {line, column}).from}
  const top = Math.max(line - state.rows + 1, Math.min(state.top, line))
  const from = state.grain ? state.grain[0] : (state.anchor ?? state.cursor)
  const ends = state.grain && state.kind === 'character' ? wordAround(lines, cursor) : ([cursor, cursor] as const)
  const backwards = line < from.line || (line === from.line && column < from.column)
  return {...state, anchor: from, cursor: backwards ? ends[0] : ends[1], top, goal: cursor.column}
}
