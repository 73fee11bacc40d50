// The one place where the screen changes: a state and what happened give the next state and what to do. Pure: the same
// two give the same. After each step the card, the list and the sizes of the panes are brought into line.

import type {Action} from './action.ts'
import {type Next, next, toast} from './changes.ts'
import {sized} from './editor.ts'
import {frameOf, promptMark} from './frame.ts'
import {cardTyped} from './reduce-ask.ts'
import {runCommand} from './reduce-command.ts'
import {atEnd, followsEnd, listTyped, settledList} from './reduce-list.ts'
import {mouseMoved} from './reduce-mouse.ts'
import {filesFound, promptTakes, withEditor} from './reduce-say.ts'
import {told, withCard, withSizes} from './reduce-told.ts'
import type {AppState} from './state.ts'
import {allLost, areStopped} from './view/agents.ts'

const typed = (state: AppState, event: Extract<Action, {do: 'typed'}>['event']): Next => {
  if (state.card && !state.card.asleep && state.card.typed) return cardTyped(state, event)
  if (state.overlay) return listTyped(state, event)
  if (state.mode !== 'prompt') return next(state)
  // No key is lost: what is no answer is meant for the prompt, and the card waits until it is turned to.
  return promptTakes(state.card ? {...state, card: {...state.card, asleep: true}} : state, event)
}

const ticked = (state: AppState, at: number): AppState => {
  const toasts = state.toasts.some(({until}) => until <= at) ? state.toasts.filter(({until}) => until > at) : state.toasts
  // What is replayed has a time of its own: it goes on with what happens there.
  const time = state.session?.replay ? {aheadMs: at - state.now} : {now: at}
  return at === state.now && toasts === state.toasts ? state : {...state, ...time, toasts}
}

const step = (state: AppState, action: Action): Next => {
  switch (action.do) {
    case 'told': {
      const {state: heard, effects} = told(state, action.says)
      return heard.view !== state.view && followsEnd(state) ? {state: atEnd(heard), effects} : {state: heard, effects}
    }
    case 'command':
      return runCommand({...state, chord: ''}, action.command, action)
    case 'typed':
      return typed({...state, chord: ''}, action.event)
    case 'chord':
      return next(action.unknown ? toast({...state, chord: ''}, `${action.keys} means nothing`) : {...state, chord: action.keys})
    case 'edited':
      return withEditor(state, action.editor)
    case 'found':
      return next(filesFound(state, action.for, action.items))
    case 'mouse':
      return mouseMoved(state, action.event)
    case 'size':
      return next({...state, size: action.size, editor: sized(state.editor, Math.max(1, action.size.columns - promptMark - 1))})
    case 'tick':
      return next(ticked(state, action.at))
    case 'background':
      return next({...state, look: {...state.look, theme: action.isLight ? 'light' : 'dark'}})
    case 'toast':
      return next(toast(state, action.text, action.tone))
    case 'mode':
      return next({...state, mode: action.mode})
    case 'scrolled': {
      const others = state.scrolled.filter((pane) => pane !== action.pane)
      return next({...state, scrolled: action.isBack ? [...others, action.pane] : others})
    }
    case 'link':
      return next(linked(state, action.state))
  }
}

/** Who works is known of the keeper alone: without one nobody does, and nobody waits for an answer. */
const linked = (state: AppState, link: Extract<Action, {do: 'link'}>['state']): AppState => {
  if (link === 'here') return {...state, link}
  const {view, now} = state
  const keeperAsks = state.keeperAsks.filter(({kind}) => kind !== 'trust')
  return {...state, link, keeperAsks, asked: {}, view: {...view, agents: allLost(view.agents, now), asks: []}}
}

/** The first row of the prompt that is seen stays where it is while it can. */
const withPromptTop = (state: AppState): AppState => {
  const {first} = frameOf(state).prompt
  return first === state.promptTop ? state : {...state, promptTop: first}
}

export const reduce = (state: AppState, action: Action): Next => {
  const {state: stepped, effects} = step(state, action)
  if (stepped === state) return {state, effects}
  const settled = withPromptTop(settledList(withCard(stepped)))
  const {state: sizedState, effects: sizes} = withSizes(settled)
  return {state: sizedState, effects: sizes.length > 0 ? [...effects, ...sizes] : effects}
}

const isRunning = (state: AppState): boolean =>
  state.session?.replay === undefined && state.session?.live === true && state.view.run.openedAt > 0 && state.view.run.closedAt === 0

/** Ticks are wanted while a toast is up, and while seconds are shown that go by: with reduced motion these wait for an event. */
export const wantsTicks = (state: AppState): boolean => state.toasts.length > 0 || (state.look.motion && isRunning(state) && !areStopped(state.view.agents))
