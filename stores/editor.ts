// The prompt as one pure step: a command of the key table or an event goes in, the next state comes out. Sending,
// clipboards and files are the caller's; no step touches the world.

import type {InputEvent} from '../engine/contract/screen.ts'
import {copied, editCommands} from './editor-edit.ts'
import {findingTakes, historyStep, settled} from './editor-history.ts'
import {pasted, written} from './editor-paste.ts'
import {type Editor, edited, newEditor, selectionOf} from './editor-state.ts'
import {vimEscapes, vimStep} from './editor-vim.ts'
import type {EditCommand} from './keys.ts'

export {type Layout, layOut, type Mark, offsetAt, rowsOf, type VisualRow} from './editor-layout.ts'
export {type Editor, newEditor, type Span, selectionOf} from './editor-state.ts'
export {type Completing, completed, completing} from './editor-trigger.ts'
export {copied}

const typed = (editor: Editor, text: string): Editor => {
  const span = selectionOf(editor) ?? {from: editor.caret, to: editor.caret}
  // With each word begins a stretch that is undone as one.
  const begins = /\S/.test(text) && /\s/.test(editor.text[editor.caret - 1] ?? '')
  return edited(editor, span, text, 'type', !begins)
}

/** True where the editor has a key before the key table: a running history search, Vim's normal mode. */
export const editorTakes = (editor: Editor, event: InputEvent): boolean => {
  if (event.input !== 'key') return event.input === 'paste'
  return findingTakes(editor, event) || vimEscapes(editor, event)
}

const takesEvent = (editor: Editor, event: InputEvent): Editor => {
  if (event.input === 'paste') return pasted(editor, event.text)
  if (event.input !== 'key') return editor
  if (editor.finding) return historyStep(editor, event)
  if (vimEscapes(editor, event)) return vimStep(editor, event)
  return event.text ? typed(editor, event.text) : editor
}

export const editorStep = (editor: Editor, step: EditCommand | InputEvent): Editor => {
  if (typeof step === 'object') return takesEvent(editor, step)
  if (step === 'history.previous' || step === 'history.next' || step === 'history.search') return historyStep(editor, step)
  return editCommands[step](settled(editor))
}

/** What would be sent: pastes written out. */
export const textOf = (editor: Editor): string => written(editor, editor.text)

/** Sends: the text that goes out and the emptied editor. `text` is undefined when a backslash before the caret asks for a new line instead. */
export const submit = (editor: Editor): {editor: Editor; text?: string} => {
  const {caret} = editor
  if (editor.text[caret - 1] === '\\') return {editor: edited(editor, {from: caret - 1, to: caret}, '\n', 'type')}
  return {editor: emptied(editor), text: textOf(editor)}
}

/** Empty, and still with its history, what was pasted there, cuts and keys. */
export const emptied = (editor: Editor): Editor => ({
  ...newEditor({history: editor.history, columns: editor.columns}),
  kills: editor.kills,
  pastes: editor.pastes,
  ...(editor.vim ? {vim: {...editor.vim, mode: 'insert', keys: ''}} : {}),
})

/** The text replaced whole, from an external editor or a rewind; can be undone. */
export const replaced = (editor: Editor, text: string): Editor => edited(editor, {from: 0, to: editor.text.length}, text, 'none')

/** Said: one more entry for the arrow keys, with tokens for what was pasted: it comes back as it was typed. */
export const remembered = (editor: Editor, text: string): Editor =>
  text.trim() === '' ? editor : {...editor, history: [...editor.history.filter((one) => one !== text), text]}

export const sized = (editor: Editor, columns: number): Editor => (editor.columns === columns ? editor : {...editor, columns})
