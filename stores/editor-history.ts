// What was said before, in the prompt: one entry back or forth with the draft kept, and the search through the entries.
// The list itself is kept in stores/history.ts.

import type {InputEvent} from '../engine/contract/screen.ts'
import {type Editor, edited, type Finding, momentOf} from './editor-state.ts'

type KeyEvent = Extract<InputEvent, {input: 'key'}>
type HistoryCommand = 'history.previous' | 'history.next' | 'history.search'

const shows = (editor: Editor, text: string, caret = text.length): Editor => ({
  ...edited(editor, {from: 0, to: editor.text.length}, text, 'none'),
  caret,
})

export const older = (editor: Editor): Editor => {
  const entry = (editor.entry ?? editor.history.length) - 1
  const text = editor.history[entry]
  if (text === undefined) return editor
  const draft = editor.entry === undefined ? editor.text : editor.draft
  return {...shows(editor, text), entry, draft}
}

export const newer = (editor: Editor): Editor => {
  if (editor.entry === undefined) return editor
  const entry = editor.entry + 1
  const text = editor.history[entry]
  return text === undefined ? {...shows(editor, editor.draft), entry: undefined, draft: ''} : {...shows(editor, text), entry}
}

/** The newest entry before `from` with the query in it; small letters match any. */
const matchBefore = (history: readonly string[], query: string, from: number): number => {
  const plain = query === query.toLowerCase()
  for (let entry = Math.min(from, history.length) - 1; entry >= 0; entry -= 1) {
    const text = history[entry] as string
    if ((plain ? text.toLowerCase() : text).includes(query)) return entry
  }
  return -1
}

const finds = (editor: Editor, finding: Finding, from: number): Editor => {
  const entry = finding.query ? matchBefore(editor.history, finding.query, from) : -1
  const text = editor.history[entry]
  if (text === undefined) {
    const {before} = finding
    return finding.query ? {...editor, finding: {...finding, entry: -1}} : {...editor, ...before, finding: {...finding, entry: -1}}
  }
  const at = text.toLowerCase().indexOf(finding.query.toLowerCase())
  return {...editor, text, caret: Math.max(0, at), anchor: undefined, goal: undefined, finding: {...finding, entry}}
}

const begins = (editor: Editor): Editor => ({...editor, anchor: undefined, finding: {query: '', entry: -1, before: momentOf(editor)}})

/** The search ends with what it shows, which can be undone. */
export const settled = (editor: Editor): Editor => {
  const {finding} = editor
  if (!finding) return editor
  const past = finding.before.text === editor.text ? editor.past : [...editor.past, finding.before]
  return {...editor, finding: undefined, past, act: 'none'}
}

const stops = (editor: Editor): Editor => ({...editor, ...(editor.finding?.before ?? {}), finding: undefined, act: 'none'})

const isOne = (event: KeyEvent, key: string): boolean => event.key === key && !event.alt && !event.ctrl
const cancels = (event: KeyEvent): boolean => isOne(event, 'escape') || (event.key === 'g' && event.ctrl)
const settles = (event: KeyEvent): boolean => isOne(event, 'enter') || isOne(event, 'tab')

export const findingTakes = (editor: Editor, event: KeyEvent): boolean =>
  editor.finding !== undefined && (event.text !== '' || isOne(event, 'backspace') || cancels(event) || settles(event))

const searched = (editor: Editor, finding: Finding, event: KeyEvent): Editor => {
  if (cancels(event)) return stops(editor)
  if (settles(event)) return settled(editor)
  const query = isOne(event, 'backspace') ? [...finding.query].slice(0, -1).join('') : finding.query + event.text
  // A longer query keeps the entry that it is on while that one still holds it.
  const from = isOne(event, 'backspace') || finding.entry < 0 ? editor.history.length : finding.entry + 1
  return finds(editor, {...finding, query}, from)
}

export const historyStep = (editor: Editor, step: HistoryCommand | KeyEvent): Editor => {
  const {finding} = editor
  if (typeof step === 'object') return finding ? searched(editor, finding, step) : editor
  if (step === 'history.search') return finding ? finds(editor, finding, finding.entry < 0 ? editor.history.length : finding.entry) : begins(editor)
  const still = settled(editor)
  return step === 'history.previous' ? older(still) : newer(still)
}
