// The prompt: editing, completing, and what a line means when it is sent. A line that begins with / is a command of the
// screen, one with ! a command of the person's own shell, everything else is for the crew.

import type {InputEvent} from '../engine/contract/screen.ts'
import type {Effect} from './action.ts'
import {type Next, next, openPane, toast} from './changes.ts'
import {commandNames, findCommand} from './commands.ts'
import {completed, completing, type Editor, editorStep, remembered, submit} from './editor.ts'
import type {EditCommand} from './keys.ts'
import {best} from './match.ts'
import {sayText} from './say.ts'
import type {AppState, Popup} from './state.ts'

/** What could follow at the caret; files are asked for. */
const popupOf = (state: AppState): {popup: Popup | null; effects: Effect[]} => {
  const what = state.editor.finding ? undefined : completing(state.editor)
  if (!what) return {popup: null, effects: []}
  const base = {kind: what.kind, from: what.from, typed: what.query, at: 0}
  const inCommand = /^\/(\S+)\s/.exec(state.editor.text)?.[1]
  if (what.kind === 'file' && inCommand !== undefined) {
    // After a command `@` names what that command knows by it.
    const known = findCommand(inCommand)?.complete?.(state, []) ?? []
    const items = best(
      what.query,
      known.filter(({text}) => text.startsWith('@')),
      ({text}) => text.slice(1),
    ).map(({text, about}) => ({text: text.slice(1), about}))
    return {popup: items.length > 0 ? {...base, items} : null, effects: []}
  }
  if (what.kind === 'file') {
    // What was found for the text before stays until the answer is there.
    const items = state.popup?.kind === 'file' ? state.popup.items : []
    return {popup: {...base, items}, effects: [{do: 'find', for: what.query}]}
  }
  if (what.kind === 'command') {
    const items = best(what.query, commandNames(), ({name}) => name).map(({name, about}) => ({text: name, about}))
    return {popup: items.length > 0 ? {...base, items} : null, effects: []}
  }
  const options = findCommand(what.command ?? '')?.complete?.(state, what.words ?? []) ?? []
  const items = best(what.query, options, ({text}) => text)
  return {popup: items.length > 0 ? {...base, items} : null, effects: []}
}

export const withEditor = (state: AppState, editor: Editor): Next => {
  if (editor.text === state.editor.text && editor.caret === state.editor.caret) return next({...state, editor})
  const moved = {...state, editor}
  const {popup, effects} = popupOf(moved)
  return next({...moved, popup}, ...effects)
}

export const promptTakes = (state: AppState, step: EditCommand | InputEvent): Next => withEditor(state, editorStep(state.editor, step))

/** The chosen line of the popup goes into the prompt. */
export const takePopup = (state: AppState): Next | undefined => {
  const what = completing(state.editor)
  const item = state.popup?.items[state.popup.at]
  if (!what || !item) return undefined
  return withEditor({...state, popup: null}, completed(state.editor, what, item.text))
}

export const movePopup = (state: AppState, steps: number): AppState => {
  const {popup} = state
  if (!popup || popup.items.length === 0) return state
  return {...state, popup: {...popup, at: (popup.at + steps + popup.items.length) % popup.items.length}}
}

export const filesFound = (state: AppState, wanted: string, items: readonly string[]): AppState => {
  const {popup} = state
  if (popup?.kind !== 'file' || popup.typed !== wanted) return state
  return {...state, popup: items.length > 0 ? {...popup, items: items.map((text) => ({text, about: ''})), at: 0} : null}
}

const runLine = (state: AppState, line: string, when: 'now' | 'after'): Next => {
  if (line.startsWith('!')) return openPane(state, line.slice(1).trim(), true)
  if (!line.startsWith('/') || line.startsWith('//') || /^\/\S*\//.test(line)) return sayText(state, line.startsWith('//') ? line.slice(1) : line, when)
  const [, name = '', rest = ''] = /^\/(\S*)\s*([\s\S]*)$/.exec(line) ?? []
  const command = findCommand(name)
  return command ? command.run(state, rest.trim()) : next(toast(state, `/${name} is no command; /help lists them`, 'bad'))
}

/** Enter: what is in the prompt goes where it belongs, and the prompt is empty again. */
export const submitPrompt = (state: AppState, when: 'now' | 'after'): Next => {
  const {editor, text} = submit(state.editor)
  if (text === undefined) return withEditor(state, editor)
  const line = text.trim()
  if (line === '') return next({...state, editor})
  const {state: ran, effects} = runLine({...state, editor, popup: null}, line, when)
  const refused = effects.length === 0 && !line.startsWith('/')
  if (refused) return next({...ran, editor: state.editor})
  return next({...ran, editor: remembered(ran.editor, state.editor.text), promptTop: 0}, ...effects, {do: 'remember', text})
}
