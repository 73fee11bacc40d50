// Small steps that many actions share: a toast, a view opened, a wish sent. Each gives the next state and what to do.

import type {ScreenSays} from '../engine/contract/screen.ts'
import type {Effect, Reduced} from './action.ts'
import {newEditor} from './editor.ts'
import {frameOf} from './frame.ts'
import type {AppState, ListView, Toast} from './state.ts'

export type Next = Reduced<AppState>

export const next = (state: AppState, ...effects: readonly Effect[]): Next => ({state, effects})

export const send = (says: ScreenSays): Effect => ({do: 'send', says})

const toastMs = 5000
/** What went wrong is read, not only seen. */
const badMs = 12_000
const toastsMost = 4

export const toast = (state: AppState, text: string, tone: Toast['tone'] = 'plain', lastsMs = tone === 'bad' ? badMs : toastMs): AppState => ({
  ...state,
  toasts: [...state.toasts.filter((one) => one.text !== text), {text, tone, until: state.now + state.aheadMs + lastsMs}].slice(-toastsMost),
})

export const openView = (state: AppState, view: ListView, query = ''): AppState => {
  const filter = {...newEditor(), text: query, caret: query.length}
  // What is read from its end opens there.
  const at = view === 'log' || view === 'story' ? Number.MAX_SAFE_INTEGER : 0
  // A view that is opened over a card is read first.
  const card = state.card && {...state.card, asleep: true}
  return {...state, card, overlay: {view, filter, filtering: view === 'palette', at, top: 0, open: []}, popup: null, mode: 'prompt'}
}

/** The view closes; a card that waited below it has the keys again, unless something is being typed. */
export const closeView = (state: AppState): AppState => ({
  ...state,
  overlay: null,
  card: state.card && {...state.card, asleep: state.editor.text !== ''},
})

/** A view opens, or closes when it is the one that is open. */
export const toggleView = (state: AppState, view: ListView): AppState => (state.overlay?.view === view ? closeView(state) : openView(state, view))

/** A command of the person in a pane of its own; `type`: the keys go there at once; `own`: words for the program itself. */
export const openPane = (state: AppState, command: string, type = false, own?: readonly string[]): Next => {
  const {areas} = frameOf(state)
  const size = {columns: Math.max(20, areas.panes.width - 2), rows: Math.max(4, Math.floor(areas.panes.height / 2) - 2)}
  const id = state.nextOpen
  return next(
    {...state, nextOpen: id + 1, opening: {...state.opening, [id]: type ? 'type' : 'look'}},
    send({do: 'open', id, command, size, ...(own ? {own: [...own]} : {})}),
  )
}
