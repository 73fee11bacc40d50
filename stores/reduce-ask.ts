// Answering the card: by letter, by number, by choosing and Enter, with a text where one goes with it.

import type {InputEvent} from '../engine/contract/screen.ts'
import {type Choice, cardAsk, choicesOf, leaveAsk, openAsks, planAsk} from './card.ts'
import {type Next, next, send, toast} from './changes.ts'
import {type Editor, editorStep, newEditor, textOf} from './editor.ts'
import type {CommandId, EditCommand} from './keys.ts'
import {stoppedWords} from './prompt-words.ts'
import {cardOf, withCard} from './reduce-told.ts'
import type {AppState} from './state.ts'
import type {AskView} from './view/asks.ts'

const settled = (state: AppState, ask: string): AppState =>
  withCard({...state, card: null, keeperAsks: state.keeperAsks.filter((one) => one.ask !== ask || one.kind === 'trust'), later: [...state.later, ask]})

const planText = ({view: {plan, run}}: AppState): string =>
  plan.tasks.length === 0
    ? (run.closed?.text ?? '').trim()
    : plan.tasks.map((task, at) => [`${at + 1}. ${task.title}`, ...task.accept.map((text) => `   - ${text}`)].join('\n')).join('\n')

const answerPlan = (state: AppState, choice: string, text: string): Next => {
  const done = settled(state, planAsk)
  if (choice !== 'go') return next(done)
  const words = text ? `Carry out this plan:\n${text}` : `Carry out the plan:\n${planText(state)}`
  return next(done, send({do: 'set', settings: {permission: null}}), send({do: 'say', text: words, when: 'now'}))
}

const answerLeave = (state: AppState, choice: string): Next => {
  const done = settled(state, leaveAsk)
  return choice === 'stay' ? next({...done, later: done.later.filter((ask) => ask !== leaveAsk)}) : next(done, {do: 'leave', stop: choice === 'stop'})
}

const answer = (state: AppState, ask: AskView, {choice}: Choice, text: string): Next => {
  if (ask.ask === planAsk) return answerPlan(state, choice, text)
  if (ask.ask === leaveAsk) return answerLeave(state, choice)
  const says = send({do: 'answer', ask: ask.ask, choice: choice || text, ...(text ? {text} : {})})
  return next(settled(state, ask.ask), says)
}

const choose = (state: AppState, ask: AskView, choice: Choice): Next => {
  if (!state.card) return next(state)
  if (!choice.writes) return answer(state, ask, choice, '')
  const text = choice.writes === 'plan' ? planText(state) : choice.writes === 'rule' ? ask.rules.join('\n') : ''
  const typed: Editor = {...newEditor(), text, caret: text.length}
  return next({...state, card: {...state.card, typed, writes: choice.writes, choice: choice.choice}})
}

/** As the engine reads them; a bare verb would allow everything, which is what a mode is for. */
const ruleLike = /^\s*(?:shell|read|write|net)\s*\(\s*[^\s*)][\s\S]*\)\s*$/

const sendTyped = (state: AppState, ask: AskView): Next => {
  const {card} = state
  if (!card?.typed) return next(state)
  const text = textOf(card.typed).trim()
  if (text === '' && card.writes !== 'why') return next(toast(state, 'write an answer first, or press Escape'))
  const unread = card.writes === 'rule' ? text.split('\n').find((line) => line.trim() !== '' && !ruleLike.test(line)) : undefined
  if (unread !== undefined) return next(toast(state, `${unread.trim()} is no rule; shell(npm test*) is one`, 'bad'))
  return answer(state, ask, {key: '', label: '', choice: card.choice}, text)
}

const letters: Partial<Record<CommandId, string>> = {
  'answer-once': 'y',
  'answer-run': 'r',
  'answer-always': 'a',
  'answer-deny': 'n',
  'answer-tell': 't',
  'answer-edit': 'e',
}

const moved = (state: AppState, steps: number, choices: number): AppState =>
  state.card ? {...state, card: {...state.card, at: (state.card.at + steps + choices) % choices}} : state

const scrolled = (state: AppState, rows: number): AppState => (state.card ? {...state, card: {...state.card, top: Math.max(0, state.card.top + rows)}} : state)

/** Puts the ask off: it stays open and marked, and the prompt has the keys again. */
const putOff = (state: AppState): AppState => (state.card ? withCard({...state, card: null, later: [...state.later, state.card.ask]}) : state)

/** The next ask that waits, those put off among them. */
export const recall = (state: AppState, ask?: string): AppState => {
  const found = openAsks(state).find((one) => ask === undefined || one.ask === ask)
  if (!found) return state
  const later = state.later.filter((one) => one !== found.ask)
  return {...state, later, card: {...cardOf(state, found.ask), asleep: false, since: 0}}
}

const later = (state: AppState, ask: AskView): Next => (ask.ask === leaveAsk ? answerLeave(state, 'stay') : next(putOff(state)))

/** Whoever asks is stopped, and what they ask is denied with it; a question of the screen itself is put off. */
const stop = (state: AppState, ask: AskView): Next => {
  if (ask.agent === '' || !state.session?.live) return later(state, ask)
  return next(toast(settled(state, ask.ask), stoppedWords(ask.role)), send({do: 'interrupt', agent: ask.agent}))
}

/** A key that came with a command: its digit, and when it was pressed. */
export interface Pressed {
  digit?: number
  at?: number
}

const settleMs = 400

/** undefined: not a matter of the card. */
export const cardCommand = (state: AppState, command: CommandId, pressed: Pressed = {}): Next | undefined => {
  const ask = cardAsk(state)
  if (!ask || !state.card || state.card.asleep) return undefined
  const {digit, at} = pressed
  // What was on its way when the card came up was not meant for it.
  const early = at !== undefined && at - state.card.since < settleMs
  if (early && (command.startsWith('answer-') || command === 'accept')) return next(state)
  if (early && command === 'interrupt' && ask.agent !== state.layout.focus) return undefined
  if (state.card.typed) {
    if (command === 'accept') return sendTyped(state, ask)
    if (command === 'back') return next({...state, card: {...state.card, typed: null, writes: null, choice: ''}})
    const up = command === 'up' || command === 'down' ? (command === 'up' ? 'edit.up' : 'edit.down') : command
    return up.startsWith('edit.') || up === 'newline' ? cardTyped(state, up as EditCommand) : undefined
  }
  const choices = choicesOf(ask)
  const letter = letters[command] ?? (command === 'answer-number' && digit !== undefined ? String(digit) : undefined)
  if (letter !== undefined) {
    const choice = choices.find(({key}) => key === letter)
    return choice ? choose(state, ask, choice) : next(state)
  }
  if (command === 'accept') return choose(state, ask, choices[state.card.at] as Choice)
  if (command === 'up') return next(moved(state, -1, choices.length))
  if (command === 'down') return next(moved(state, 1, choices.length))
  if (command === 'line-up') return next(scrolled(state, -1))
  if (command === 'line-down') return next(scrolled(state, 1))
  if (command === 'page-up') return next(scrolled(state, -8))
  if (command === 'page-down') return next(scrolled(state, 8))
  if (command === 'answer-later') return later(state, ask)
  if (command === 'interrupt') return stop(state, ask)
  return undefined
}

export const cardTyped = (state: AppState, step: EditCommand | InputEvent): Next =>
  next(state.card?.typed ? {...state, card: {...state.card, typed: editorStep(state.card.typed, step)}} : state)
