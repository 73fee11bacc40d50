// What a slash command is, and the small words that many of them share.

import type {SettingsChange} from '../engine/contract/screen.ts'
import {type Next, next, openPane, send, toast} from './changes.ts'
import {shellLine} from './shell-words.ts'
import type {AppState} from './state.ts'

export interface Option {
  text: string
  about: string
}

export interface Command {
  name: string
  also?: readonly string[]
  /** What may follow, as help shows it; '' for nothing. */
  takes: string
  about: string
  complete?(state: AppState, words: readonly string[]): readonly Option[]
  run(state: AppState, rest: string): Next
}

export const options = (...names: readonly string[]): Option[] => names.map((text) => ({text, about: ''}))
export const first = (list: readonly Option[]) => (_state: AppState, words: readonly string[]) => (words.length === 0 ? list : [])

/** The keeper may refuse it; that it holds is said when the keeper has said so. */
export const set = (state: AppState, settings: SettingsChange, words: string): Next => next({...state, setting: words}, send({do: 'set', settings}))

export const complain = (state: AppState, words: string): Next => next(toast(state, words, 'bad'))

/** Runs the program itself in a pane: what it prints is what it prints anywhere. Panes of such that have ended make room. */
export const penguin = (state: AppState, ...words: readonly string[]): Next => {
  const old = state.panes.filter(({kind, title, ended}) => kind === 'shell' && ended !== undefined && title.startsWith('penguin '))
  const opened = openPane(state, shellLine(['penguin', ...words]), false, words)
  return next(opened.state, ...old.map(({pane}) => send({do: 'shut', pane})), ...opened.effects)
}

export const off = (word: string | undefined): boolean => word === 'off' || word === 'default' || word === 'none'
