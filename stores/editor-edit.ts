// The commands of the prompt, readline's among them, one function each. Pure; Vim's keys are beside it in editor-vim.ts.

import {newer, older, settled} from './editor-history.ts'
import {columnAt, offsetAt, rowAt, rowsOf} from './editor-layout.ts'
import {written} from './editor-paste.ts'
import {type Editor, edited, momentOf, moved, type Span, selectionOf} from './editor-state.ts'
import {blankLeft, leftOf, lineEnd, lineStart, rightOf, wordLeft, wordRight} from './editor-text.ts'
import type {EditCommand} from './keys.ts'

type Step = (editor: Editor) => Editor

const killLimit = 60

const kept = (editor: Editor, cut: string, side: 'before' | 'after'): readonly string[] => {
  const [last = '', ...rest] = editor.kills
  // Cuts in a row are one: yank gives them back together.
  if (editor.act === 'kill') return [side === 'before' ? cut + last : last + cut, ...rest]
  return [cut, ...editor.kills].slice(0, killLimit)
}

const killed = (editor: Editor, span: Span, side: 'before' | 'after'): Editor => {
  if (span.from === span.to) return editor
  const cut = editor.text.slice(span.from, span.to)
  return {...edited(editor, span, '', 'kill'), kills: kept(editor, cut, side)}
}

/** Deletes the selection, or what `to` reaches from the caret. */
const deletes =
  (to: (editor: Editor) => number): Step =>
  (editor) => {
    const selected = selectionOf(editor)
    const reach = to(editor)
    const span = selected ?? {from: Math.min(reach, editor.caret), to: Math.max(reach, editor.caret)}
    return span.from === span.to ? editor : edited(editor, span, '', 'delete', !selected)
  }

const kills =
  (to: (editor: Editor) => number, overSelection = false): Step =>
  (editor) => {
    const selected = overSelection ? selectionOf(editor) : undefined
    if (selected) return killed(editor, selected, 'after')
    const reach = to(editor)
    return reach < editor.caret ? killed(editor, {from: reach, to: editor.caret}, 'before') : killed(editor, {from: editor.caret, to: reach}, 'after')
  }

/** To the end of the line; at its end the line break goes. */
const lineKillEnd = (editor: Editor): number => {
  const end = lineEnd(editor.text, editor.caret)
  return end === editor.caret ? Math.min(end + 1, editor.text.length) : end
}

const lineKillStart = (editor: Editor): number => {
  const start = lineStart(editor.text, editor.caret)
  return start === editor.caret ? Math.max(0, start - 1) : start
}

const moves =
  (to: (editor: Editor) => number): Step =>
  (editor) =>
    moved(editor, to(editor))

const selects =
  (to: (editor: Editor) => number): Step =>
  (editor) =>
    moved(editor, to(editor), true)

/** A plain arrow first lets go of the selection, on its side. */
const arrow =
  (side: 'from' | 'to', to: (editor: Editor) => number): Step =>
  (editor) =>
    moved(editor, selectionOf(editor)?.[side] ?? to(editor))

const characterLeft = (editor: Editor): number => leftOf(editor, editor.caret)
const characterRight = (editor: Editor): number => rightOf(editor, editor.caret)
const leftWord = (editor: Editor): number => wordLeft(editor, editor.caret)
const rightWord = (editor: Editor): number => wordRight(editor, editor.caret)
const startOfLine = (editor: Editor): number => lineStart(editor.text, editor.caret)
const endOfLine = (editor: Editor): number => lineEnd(editor.text, editor.caret)

/** One row up or down at the goal column; undefined where there is no such row. */
export const acrossRows = (editor: Editor, by: 1 | -1, keepsAnchor = false): Editor | undefined => {
  const rows = rowsOf(editor, editor.columns)
  const index = rowAt(rows, editor.caret)
  const row = rows[index]
  if (!row || index + by < 0 || index + by >= rows.length) return undefined
  const goal = editor.goal ?? columnAt(editor, row, editor.caret)
  return {...moved(editor, offsetAt(editor, rows, index + by, goal), keepsAnchor), goal}
}

const selectsAcross =
  (by: 1 | -1) =>
  (editor: Editor): Editor =>
    acrossRows(editor, by, true) ?? moved(editor, by < 0 ? 0 : editor.text.length, true)

const yank: Step = (editor) => {
  const [cut] = editor.kills
  if (cut === undefined) return editor
  const span = selectionOf(editor) ?? {from: editor.caret, to: editor.caret}
  return {...edited(editor, span, cut, 'yank'), yanked: {from: span.from, to: span.from + cut.length, kill: 0}}
}

const yankOlder: Step = (editor) => {
  const {yanked} = editor
  if (!yanked || editor.kills.length === 0) return editor
  const kill = (yanked.kill + 1) % editor.kills.length
  const cut = editor.kills[kill] as string
  return {...edited(editor, yanked, cut, 'yank', true), yanked: {from: yanked.from, to: yanked.from + cut.length, kill}}
}

const undo: Step = (editor) => {
  const moment = editor.past.at(-1)
  if (!moment) return editor
  return {...moved(editor, moment.caret), text: moment.text, act: 'none', past: editor.past.slice(0, -1), future: [...editor.future, momentOf(editor)]}
}

const redo: Step = (editor) => {
  const moment = editor.future.at(-1)
  if (!moment) return editor
  return {...moved(editor, moment.caret), text: moment.text, act: 'none', future: editor.future.slice(0, -1), past: [...editor.past, momentOf(editor)]}
}

/** The characters on both sides of the caret; at the end of a line the two before it. */
const transpose: Step = (editor) => {
  const start = startOfLine(editor)
  const right = editor.caret === endOfLine(editor) ? characterLeft(editor) : editor.caret
  const left = leftOf(editor, right)
  if (left < start || left === right || right < start) return editor
  const end = rightOf(editor, right)
  return edited(editor, {from: left, to: end}, editor.text.slice(right, end) + editor.text.slice(left, right), 'none')
}

const recased =
  (change: (word: string) => string): Step =>
  (editor) => {
    const end = rightWord(editor)
    const word = editor.text.slice(editor.caret, end)
    // A token would no longer be one.
    return word.includes('[paste #') ? moved(editor, end) : edited(editor, {from: editor.caret, to: end}, change(word), 'none')
  }

const capital = (word: string): string => word.toLowerCase().replace(/\p{L}/u, (first) => first.toUpperCase())

const newline: Step = (editor) => edited(editor, selectionOf(editor) ?? {from: editor.caret, to: editor.caret}, '\n', 'type')

/** What a copy of the selection would hold; '' without one. */
export const copied = (editor: Editor): string => {
  const span = selectionOf(editor)
  return span ? written(editor, editor.text.slice(span.from, span.to)) : ''
}

export const editCommands: Readonly<Record<Exclude<EditCommand, `history.${string}`>, Step>> = {
  newline,
  'edit.up': (editor) => acrossRows(editor, -1) ?? older(settled(editor)),
  'edit.down': (editor) => acrossRows(editor, 1) ?? newer(settled(editor)),
  'edit.left': arrow('from', characterLeft),
  'edit.right': arrow('to', characterRight),
  'edit.word-left': moves(leftWord),
  'edit.word-right': moves(rightWord),
  'edit.line-start': moves(startOfLine),
  'edit.line-end': moves(endOfLine),
  'edit.text-start': moves(() => 0),
  'edit.text-end': moves(({text}) => text.length),
  'edit.delete-left': deletes(characterLeft),
  'edit.delete-right': deletes(characterRight),
  'edit.kill-word-left': kills(leftWord),
  'edit.kill-blank-left': kills((editor) => blankLeft(editor, editor.caret), true),
  'edit.kill-word-right': kills(rightWord),
  'edit.kill-line-end': kills(lineKillEnd),
  'edit.kill-line-start': kills(lineKillStart),
  'edit.yank': yank,
  'edit.yank-older': yankOlder,
  'edit.undo': undo,
  'edit.redo': redo,
  'edit.transpose': transpose,
  'edit.upper': recased((word) => word.toUpperCase()),
  'edit.lower': recased((word) => word.toLowerCase()),
  'edit.capital': recased(capital),
  'edit.select-left': selects(characterLeft),
  'edit.select-right': selects(characterRight),
  'edit.select-word-left': selects(leftWord),
  'edit.select-word-right': selects(rightWord),
  'edit.select-up': selectsAcross(-1),
  'edit.select-down': selectsAcross(1),
  'edit.select-line-start': selects(startOfLine),
  'edit.select-line-end': selects(endOfLine),
  // The copy itself is the caller's: `copied` says what it would hold.
  'edit.copy': (editor) => ({...editor, anchor: undefined, kills: copied(editor) ? [copied(editor), ...editor.kills].slice(0, killLimit) : editor.kills}),
}
