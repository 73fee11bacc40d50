// Where a Vim motion leads in the prompt, and what an operator over it takes. Reads only.

import {columnAt, offsetAt, rowAt, rowsOf} from './editor-layout.ts'
import type {Editor, Span} from './editor-state.ts'
import {kindAt, leftOf, lineEnd, lineStart, nextWordStart, previousWordStart, rightOf, wordEnd} from './editor-text.ts'

export interface Reach {
  to: number
  /** The character there goes too. */
  inclusive?: true
  /** Whole lines go. */
  lines?: true
  /** The column that moves across rows aim at. */
  goal?: number
}

const times = (count: number, at: number, step: (at: number) => number): number => {
  let place = at
  for (let turn = 0; turn < count; turn += 1) {
    const next = step(place)
    if (next === place) break
    place = next
  }
  return place
}

const firstSign = (text: string, at: number): number => {
  const start = lineStart(text, at)
  const blanks = /^[^\S\n]*/.exec(text.slice(start))?.[0].length ?? 0
  return start + blanks
}

/** The start of the line `by` lines away, no further than the text goes. */
const lineAway = (text: string, at: number, by: number): number =>
  times(Math.abs(by), lineStart(text, at), (place) => {
    if (by < 0) return place === 0 ? 0 : lineStart(text, place - 1)
    const end = lineEnd(text, place)
    return end === text.length ? place : end + 1
  })

const findSign = ({text}: Editor, at: number, keys: string, count: number): number | undefined => {
  const [how, ...rest] = keys
  const sign = rest.join('')
  const forth = how === 'f' || how === 't'
  const line = {from: lineStart(text, at), to: lineEnd(text, at)}
  let place = at
  for (let turn = 0; turn < count; turn += 1) {
    const skip = turn === 0 && (how === 't' || how === 'T') ? 1 : 0
    place = forth ? text.indexOf(sign, place + 1 + skip) : text.lastIndexOf(sign, place - 1 - skip)
    if (place < line.from || place >= line.to) return undefined
  }
  return how === 't' ? place - 1 : how === 'T' ? place + sign.length : place
}

/** Up or down without an operator goes through wrapped rows. */
const acrossRows = (editor: Editor, by: number): Reach => {
  const rows = rowsOf(editor, editor.columns)
  const index = rowAt(rows, editor.caret)
  const row = rows[index]
  if (!row) return {to: editor.caret}
  const aim = Math.max(0, Math.min(rows.length - 1, index + by))
  const goal = editor.goal ?? columnAt(editor, row, editor.caret)
  return {to: aim === index ? editor.caret : offsetAt(editor, rows, aim, goal), goal}
}

type Motion = (editor: Editor, at: number, count: number | undefined, alone: boolean) => Reach

const vertical =
  (side: 1 | -1): Motion =>
  (editor, at, count = 1, alone) =>
    alone ? acrossRows(editor, side * count) : {to: lineAway(editor.text, at, side * count), lines: true}

const words =
  (step: (editor: Editor, at: number, big: boolean) => number, big: boolean, inclusive?: true): Motion =>
  (editor, at, count = 1) => ({
    to: times(count, at, (place) => step(editor, place, big)),
    inclusive,
  })

const byLine: Motion = ({text}, at, count) => ({to: firstSign(text, count === undefined ? at : lineAway(text, 0, count - 1)), lines: true})

const motions: Readonly<Record<string, Motion>> = {
  h: (editor, at, count = 1) => ({to: times(count, at, (place) => Math.max(lineStart(editor.text, at), leftOf(editor, place)))}),
  l: (editor, at, count = 1) => ({to: times(count, at, (place) => Math.min(lineEnd(editor.text, at), rightOf(editor, place)))}),
  ' ': (editor, at, count = 1) => ({to: times(count, at, (place) => rightOf(editor, place))}),
  j: vertical(1),
  k: vertical(-1),
  w: words(nextWordStart, false),
  W: words(nextWordStart, true),
  b: words(previousWordStart, false),
  B: words(previousWordStart, true),
  e: words(wordEnd, false, true),
  E: words(wordEnd, true, true),
  0: ({text}, at) => ({to: lineStart(text, at)}),
  '^': ({text}, at) => ({to: firstSign(text, at)}),
  $: ({text}, at, count = 1) => ({to: lineEnd(text, lineAway(text, at, count - 1))}),
  gg: (editor, at, count, alone) => byLine(editor, at, count ?? 1, alone),
  G: (editor, at, count, alone) => byLine(editor, count === undefined ? editor.text.length : at, count, alone),
}

/** undefined: the motion leads nowhere. */
export const reachOf = (editor: Editor, keys: string, count: number | undefined, alone: boolean): Reach | undefined => {
  if (/^[fFtT]/.test(keys)) {
    const to = findSign(editor, editor.caret, keys, count ?? 1)
    return to === undefined ? undefined : /^[ft]/.test(keys) ? {to, inclusive: true} : {to}
  }
  return motions[keys]?.(editor, editor.caret, count, alone)
}

/** Whole lines, with the line break that goes with them. */
export const linesSpan = (text: string, from: number, to: number): Span => {
  const start = lineStart(text, Math.min(from, to))
  const end = lineEnd(text, Math.max(from, to))
  return {from: start, to: Math.min(end + 1, text.length)}
}

/** What an operator takes between the caret and where the motion leads. */
export const spanOf = (editor: Editor, reach: Reach): Span => {
  if (reach.lines) return linesSpan(editor.text, editor.caret, reach.to)
  const from = Math.min(editor.caret, reach.to)
  const to = Math.max(editor.caret, reach.to)
  return {from, to: reach.inclusive ? rightOf(editor, to) : to}
}

/** `iw` and `aw`: the stretch of one kind under the caret, with the blanks behind it. */
export const wordAround = (editor: Editor, withBlanks: boolean): Span => {
  const {text, caret} = editor
  const kind = kindAt(editor, caret)
  const line = {from: lineStart(text, caret), to: lineEnd(text, caret)}
  let from = caret
  while (from > line.from && kindAt(editor, leftOf(editor, from)) === kind) from = leftOf(editor, from)
  let to = caret
  while (to < line.to && kindAt(editor, to) === kind) to = rightOf(editor, to)
  while (withBlanks && to < line.to && kindAt(editor, to) === 'blank') to = rightOf(editor, to)
  return {from, to}
}
