// A list to choose from, where a slash command was given no words: what there is, narrowed by typing, Enter takes one. It
// is taken by the same line that a person would have typed, so a choice can do nothing that words cannot.

import type {Choice, ChoicesOf} from '../engine/contract/screen.ts'
import {type Next, next, openView, send} from './changes.ts'
import type {Option} from './command.ts'
import type {AppState, PickList} from './state.ts'

export interface PickWords extends Pick<PickList, 'title' | 'takes' | 'does'> {
  writes?: string
}

const open = (state: AppState, pick: PickList): AppState => {
  const opened = openView(state, 'pick')
  return opened.overlay ? {...opened, overlay: {...opened.overlay, filtering: true, pick}} : opened
}

/** Choices that are known here. `now`: the one that holds, marked and chosen first. */
export const pickFrom = (state: AppState, title: string, takes: string, choices: readonly Option[], now = ''): Next => {
  const listed = choices.map(({text, about}): Choice => ({value: text, text, about: text === now ? [about, 'now'].filter(Boolean).join(' · ') : about}))
  const opened = open(state, {title, of: null, choices: listed, wrong: '', takes, writes: takes, does: 'takes it'})
  const at = Math.max(
    0,
    listed.findIndex(({value}) => value === now),
  )
  return next(opened.overlay ? {...opened, overlay: {...opened.overlay, at}} : opened)
}

/** Choices that the keeper knows; `known` are there at once, before they come. */
export const pickOf = (state: AppState, of: ChoicesOf, pick: PickWords, known: readonly Choice[] = []): Next =>
  next(open(state, {...pick, of, choices: known.length > 0 ? known : null, wrong: '', writes: pick.writes ?? pick.takes}), send({do: 'choices', of}))

/** They have come: behind those that were known, each once. */
export const choicesTold = (state: AppState, of: ChoicesOf, choices: readonly Choice[], wrong: string): AppState => {
  const {overlay} = state
  if (overlay?.pick?.of !== of) return state
  const known = overlay.pick.choices ?? []
  const fresh = choices.filter(({value}) => !known.some((one) => one.value === value))
  return {...state, overlay: {...overlay, pick: {...overlay.pick, choices: [...known, ...fresh], wrong}}}
}
