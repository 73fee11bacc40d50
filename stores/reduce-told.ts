// What the keeper told, a batch at a time: events into the folds, panes into the layout, asks into the card. The size of
// every pane that is seen is asked for here, so that what is drawn and what a program believes agree.

import type {Event} from '../engine/contract/event.ts'
import type {KeeperSays, PaneNote, SessionAsk, SessionNote} from '../engine/contract/screen.ts'
import type {Effect} from './action.ts'
import {openAsks, planAsk} from './card.ts'
import {type Next, next, send, toast} from './changes.ts'
import {frameOf} from './frame.ts'
import {withPanes} from './layout.ts'
import {focusOn} from './layout-move.ts'
import {choicesTold} from './pick.ts'
import type {AppState, Card} from './state.ts'
import {cutOff} from './view/agents.ts'
import type {AskView} from './view/asks.ts'
import {type PackedView, unpacked} from './view/packed.ts'
import {inOneGo} from './view/ring.ts'
import {viewFold} from './view/view.ts'

const paneTold = (state: AppState, note: PaneNote): AppState => {
  const known = state.panes.some(({pane}) => pane === note.pane)
  const panes = known ? state.panes.map((one) => (one.pane === note.pane ? note : one)) : [...state.panes, note]
  const layout = withPanes(
    state.layout,
    panes.map(({pane}) => pane),
  )
  const typed = state.mode === 'pane' && note.ended !== undefined && layout.focus === note.pane
  return {...state, panes, layout, mode: typed ? 'prompt' : state.mode}
}

const paneGone = (state: AppState, gone: string): AppState => {
  const panes = state.panes.filter(({pane}) => pane !== gone)
  const layout = withPanes(
    state.layout,
    panes.map(({pane}) => pane),
  )
  const {[gone]: _, ...asked} = state.asked
  const scrolled = state.scrolled.filter((pane) => pane !== gone)
  return {...state, panes, layout, asked, scrolled, mode: state.layout.focus === gone ? 'prompt' : state.mode}
}

const asView = (ask: SessionAsk, at: number): AskView => ({
  ask: ask.ask,
  kind: 'trust',
  text: ask.text,
  choices: ask.choices,
  rule: '',
  rules: [],
  call: null,
  role: '',
  agent: '',
  at,
})

/** A read-only run has ended with a plan: shall it be carried out? */
const planReady = (before: AppState, state: AppState): AppState => {
  const {closed, request} = state.view.run
  if (!state.caughtUp || !closed || closed === before.view.run.closed || state.session?.settings.permission !== 'plan') return state
  // A plan in words alone is one too; what answers a question is none.
  const isPlanned = state.view.plan.tasks.length > 0 || (closed.text.trim() !== '' && !/[?？]\s*$/.test(request))
  if (closed.exitCode !== 0 || !isPlanned) return state
  const ask: AskView = {ask: planAsk, kind: 'approval', text: '', choices: [], rule: '', rules: [], call: null, role: '', agent: '', at: state.now}
  return {...state, keeperAsks: [...state.keeperAsks.filter((one) => one.ask !== planAsk), ask]}
}

const closedToast = (state: AppState, outcome: string, reason: string, good: boolean): AppState =>
  toast(state, `${good ? '✓' : '✗'} ${outcome}${reason ? `: ${reason}` : ''}`, good ? 'good' : 'bad')

const runBegun = (state: AppState): AppState => ({...state, follows: true, keeperAsks: state.keeperAsks.filter(({ask}) => ask !== planAsk)})

/** Whoever begins to work is looked at, and is whom Escape stops. */
const workBegun = (state: AppState, agent: string | undefined): AppState =>
  !state.follows || state.layout.zoom || state.mode !== 'prompt' || agent === undefined ? state : {...state, layout: focusOn(state.layout, agent)}

const followed = (state: AppState, event: Event): AppState => {
  if (event.type === 'run.opened') return runBegun(state)
  return event.type === 'task.started' ? workBegun(state, event.agent) : state
}

const timeAt = ({session, now, aheadMs}: AppState, at: number): Pick<AppState, 'now' | 'aheadMs'> =>
  session?.replay ? {now: at, aheadMs: now + aheadMs - at} : {now: Math.max(now, at), aheadMs}

const eventTold = (state: AppState, says: Extract<KeeperSays, {tell: 'event'}>): AppState => {
  const {event} = says
  const next: AppState = {...state, ...timeAt(state, event.at), view: viewFold.step(state.view, event)}
  if (event.type === 'policy.changed' && state.caughtUp && typeof event.body.file === 'string') return toast(next, `rule written to ${event.body.file}`, 'good')
  if (event.type === 'run.closed' && state.caughtUp)
    return planReady(state, closedToast(next, event.body.outcome, event.body.reason, event.body.exitCode === 0))
  return planReady(state, followed(next, event))
}

/** As if each event of it had been told. */
const storyTold = (state: AppState, says: Extract<KeeperSays, {tell: 'story'}>): AppState => {
  const view = unpacked(says.view as PackedView)
  const next: AppState = {...state, ...timeAt(state, says.at), view}
  const begun = view.timeline.filter(({phase}) => !phase.startsWith('check ')).map(({agent}) => agent || undefined)
  return planReady(state, view.run.openedAt === 0 ? next : begun.reduce(workBegun, runBegun(next)))
}

/** What is opened to be read has the whole screen where its share of it would be too narrow. */
const readableCells = 72
const readable = (state: AppState, pane: string): AppState['layout'] => {
  const body = frameOf(state).panes.find((one) => one.pane === pane)?.body
  const isNarrow = body !== undefined && body.width < Math.min(readableCells, state.size.columns - 2)
  return isNarrow && state.layout.order.length > 1 ? {...state.layout, zoom: true} : state.layout
}

const answered = (state: AppState, {id, ok, text, pane}: Extract<KeeperSays, {tell: 'answered'}>): AppState => {
  const {[id]: wish, ...opening} = state.opening
  const settled = {...state, opening}
  if (!ok) return toast(settled, text || 'that did not work', 'bad')
  if (pane === undefined) return text ? toast(settled, text) : settled
  const shown = focusOn({...settled.layout, zoom: false}, pane)
  const layout = wish === 'look' ? readable({...settled, layout: shown}, pane) : shown
  return {...settled, layout, mode: wish === 'type' && layout.focus === pane ? 'pane' : settled.mode}
}

/** Another session, or the same one from its beginning: it is told anew, and nothing of the one before holds. */
const sessionTold = (state: AppState, session: SessionNote): AppState => {
  const same = !state.session?.session || state.session.session === session.session
  const heard: AppState = {...state, session, link: 'here', view: same ? state.view : viewFold.empty, setting: ''}
  return state.setting ? toast(heard, state.setting) : heard
}

/** A run that nobody closed and nobody works on: whoever worked on it was killed, and its agents with it. */
const wasCutOff = (state: AppState): AppState => {
  const {session, view} = state
  if (!session || session.live || session.replay || view.run.openedAt === 0 || view.run.closed) return state
  return {...state, view: {...view, agents: cutOff(view.agents), asks: []}}
}

const tellOne = (state: AppState, says: KeeperSays): AppState => {
  switch (says.tell) {
    case 'session':
      return sessionTold(state, says.session)
    case 'event':
      return eventTold(state, says)
    case 'story':
      return storyTold(state, says)
    case 'caught-up':
      return wasCutOff({...state, caughtUp: true})
    case 'pane':
      return paneTold(state, says.pane)
    case 'gone':
      return paneGone(state, says.pane)
    case 'answered':
      return answered(state, says)
    case 'choices':
      return choicesTold(state, says.of, says.choices, says.wrong ?? '')
    case 'asks':
      return {...state, keeperAsks: [...state.keeperAsks.filter(({ask}) => ask !== says.ask.ask), asView(says.ask, state.now)]}
    case 'settled':
      return {...state, keeperAsks: state.keeperAsks.filter(({ask}) => ask !== says.ask)}
    case 'trouble':
      return toast({...state, setting: ''}, says.text, 'bad')
    case 'over':
      return {...state, over: says.why || 'the session has ended'}
    default:
      return state
  }
}

/** Who is typing goes on typing: a letter that was meant for a word must never be an answer. */
const isTyping = (state: AppState): boolean =>
  state.mode !== 'prompt' || state.overlay?.filtering === true || (state.overlay === null && state.editor.text !== '')

export const cardOf = (state: AppState, ask: string): Card => ({
  ask,
  at: 0,
  typed: null,
  writes: null,
  choice: '',
  top: 0,
  asleep: isTyping(state),
  since: state.now,
})

/** The card is of the oldest ask that was not put off; what is being written to an ask that is still open stays. */
export const withCard = (state: AppState): AppState => {
  const open = openAsks(state)
  const later = state.later.filter((ask) => open.some((one) => one.ask === ask))
  if (state.card && open.some(({ask}) => ask === state.card?.ask)) return later.length === state.later.length ? state : {...state, later}
  const ask = open.find((one) => !later.includes(one.ask))
  const card = ask ? cardOf(state, ask.ask) : null
  if (!card && !state.card && later.length === state.later.length) return state
  return {...state, later, card}
}

/** Asks the keeper for the sizes that the panes have now. */
export const withSizes = (state: AppState): Next => {
  const effects: Effect[] = []
  let asked = state.asked
  for (const {pane, body} of frameOf(state).panes) {
    if (body.width < 2 || body.height < 1) continue
    const note = state.panes.find((one) => one.pane === pane)
    const had = asked[pane] ?? note?.size
    // Also of what has ended: what it printed is laid out anew.
    if (had?.columns === body.width && had.rows === body.height) continue
    const size = {columns: body.width, rows: body.height}
    asked = {...asked, [pane]: size}
    effects.push(send({do: 'size', pane, size}))
  }
  return next(asked === state.asked ? state : {...state, asked}, ...effects)
}

export const told = (state: AppState, says: readonly KeeperSays[]): Next => {
  const before = new Set(openAsks(state).map(({ask}) => ask))
  const after = inOneGo(() => says.reduce(tellOne, state))
  const fresh = after.caughtUp ? openAsks(after).filter(({ask}) => !before.has(ask)) : []
  const closed = after.caughtUp && after.view.run.closed && after.view.run.closed !== state.view.run.closed
  const effects: Effect[] = [
    ...fresh.map((ask): Effect => ({do: 'notify', text: ask.text || 'The plan is ready'})),
    ...(closed ? [{do: 'notify', text: `${after.view.run.closed?.outcome}: ${after.view.run.closed?.reason}`} as const] : []),
  ]
  return next(after, ...effects)
}
