// What a command of the key table does. First whoever lies on top is asked (the card, the list), then the prompt's popup,
// then the screen itself.

import type {Effect} from './action.ts'
import {openAsks} from './card.ts'
import {type Next, next, openPane, send, toast, toggleView} from './changes.ts'
import {nextTheme} from './command-look.ts'
import {nextPermission} from './command-settings.ts'
import {findCommand} from './commands.ts'
import {emptied, replaced} from './editor.ts'
import {frameOf} from './frame.ts'
import {type CommandId, type EditCommand, leaveMs, type Mode} from './keys.ts'
import {type Layout, type LayoutName, layoutNames, shownPanes} from './layout.ts'
import {focusBy, focusOn, focusTo, hidePane, nameLayout, resizeTo, showAll, swapBy, toggleZoom} from './layout-move.ts'
import {leaveOrAsk} from './leave.ts'
import {stoppedWords} from './prompt-words.ts'
import {cardCommand, type Pressed, recall} from './reduce-ask.ts'
import {listCommand} from './reduce-list.ts'
import {movePopup, promptTakes, submitPrompt, takePopup, withEditor} from './reduce-say.ts'
import type {AppState} from './state.ts'

/** Which keys hold now. */
export const keyModeOf = (state: AppState): Mode => {
  if (state.card && !state.card.asleep) return state.card.typed ? 'palette' : 'ask'
  if (state.mode === 'copy') return 'copy'
  if (state.overlay) return state.overlay.filtering ? 'palette' : 'view'
  return state.mode === 'pane' ? 'pane' : 'prompt'
}

const lay = (state: AppState, change: (layout: Layout, rect: ReturnType<typeof frameOf>['areas']['panes']) => Layout): Next => {
  const layout = change(state.layout, frameOf(state).areas.panes)
  const moved = layout.focus !== state.layout.focus
  return next({...state, layout, follows: state.follows && !moved, mode: moved && state.mode === 'pane' ? 'prompt' : state.mode})
}

const needy = (state: AppState): Next => {
  const ask = openAsks(state).find(({ask: id}) => state.later.includes(id)) ?? openAsks(state)[0]
  if (!ask) return next(toast(state, 'nobody needs you'))
  const layout = ask.agent ? focusOn(state.layout, ask.agent) : state.layout
  return next(recall({...state, layout, mode: 'prompt'}, ask.ask))
}

const toPane = (state: AppState, command: CommandId): Next => (state.layout.focus ? next(state, {do: 'pane', pane: state.layout.focus, command}) : next(state))

/** Stops the agent in focus; when it does nothing, whoever works. */
const interrupt = (state: AppState): Next => {
  if (state.popup) return next({...state, popup: null})
  if (!state.session?.live) return next(state)
  const agent = state.view.agents[state.layout.focus]
  const works = agent !== undefined && agent.endedAt === 0 && agent.state !== 'idle'
  return next(toast(state, stoppedWords(works ? agent.role : '')), send({do: 'interrupt', ...(works ? {agent: agent.id} : {})}))
}

/** The last request comes back into the prompt, to be said differently. */
const rewind = (state: AppState): Next => {
  const text = state.view.run.request
  if (!text) return next(toast(state, 'nothing was said yet'))
  if (state.editor.text !== '' && state.editor.text !== text) return next(toast(state, 'the prompt is not empty: ctrl+c clears it'))
  const stop: Effect[] = state.session?.live ? [send({do: 'end'})] : []
  const words = stop.length > 0 ? 'the run ends; say it differently, /undo takes its changes back' : 'say it differently; /undo takes the changes back'
  return next(toast({...state, editor: replaced(state.editor, text), popup: null}, words), ...stop)
}

const clear = (state: AppState): Next => {
  if (state.popup) return next({...state, popup: null})
  if (state.editor.text !== '') return next({...state, editor: emptied(state.editor), promptTop: 0})
  return next(toast(state, 'ctrl+c again leaves', 'plain', leaveMs))
}

const shut = (state: AppState): Next => {
  const note = state.panes.find(({pane}) => pane === state.layout.focus)
  if (!note) return next(state)
  return note.kind === 'agent' && note.ended === undefined
    ? lay(state, (layout) => hidePane(layout, note.pane))
    : next(state, send({do: 'shut', pane: note.pane}))
}

const numbered = (state: AppState, digit: number | undefined): Next => {
  const pane = state.layout.order[(digit ?? 0) - 1]
  return pane === undefined ? next(state) : lay(state, (layout) => focusOn(layout, pane))
}

const typeTo = (state: AppState): Next => {
  const note = state.panes.find(({pane}) => pane === state.layout.focus)
  if (!note || note.ended !== undefined) return next(toast(state, note ? 'it has ended' : 'there is no pane to type to'))
  return next({...state, mode: 'pane', overlay: null, popup: null})
}

const slash = (state: AppState, name: string): Next => findCommand(name)?.run(state, '') ?? next(state)

const nextLayout = (state: AppState): Next => {
  const at = layoutNames.indexOf(state.layout.name as LayoutName)
  const name = layoutNames[(at + 1) % layoutNames.length] ?? 'auto'
  return next(toast({...state, layout: nameLayout(state.layout, name)}, `layout ${name}`))
}

const cells = {left: 4, right: 4, up: 2, down: 2} as const

/** What is searched for is written in the prompt. */
const askSearch = (state: AppState): Next =>
  state.layout.focus === ''
    ? next(toast(state, 'there is no pane to search'))
    : next({...state, mode: 'prompt', overlay: null, popup: null, editor: replaced(state.editor, '/search ')})

const acts: Partial<Record<CommandId, (state: AppState, digit?: number) => Next>> = {
  'focus-left': (state) => lay(state, (layout, rect) => focusTo(layout, rect, 'left')),
  'focus-right': (state) => lay(state, (layout, rect) => focusTo(layout, rect, 'right')),
  'focus-up': (state) => lay(state, (layout, rect) => focusTo(layout, rect, 'up')),
  'focus-down': (state) => lay(state, (layout, rect) => focusTo(layout, rect, 'down')),
  'focus-next': (state) => lay(state, (layout) => focusBy(layout, 1)),
  'focus-previous': (state) => lay(state, (layout) => focusBy(layout, -1)),
  'focus-number': numbered,
  'focus-needy': needy,
  zoom: (state) => lay(state, toggleZoom),
  'swap-next': (state) => lay(state, (layout) => swapBy(layout, 1)),
  'swap-previous': (state) => lay(state, (layout) => swapBy(layout, -1)),
  'grow-left': (state) => lay(state, (layout, rect) => resizeTo(layout, rect, 'left', cells.left)),
  'grow-right': (state) => lay(state, (layout, rect) => resizeTo(layout, rect, 'right', cells.right)),
  'grow-up': (state) => lay(state, (layout, rect) => resizeTo(layout, rect, 'up', cells.up)),
  'grow-down': (state) => lay(state, (layout, rect) => resizeTo(layout, rect, 'down', cells.down)),
  hide: (state) => (shownPanes(state.layout).length > 1 ? lay(state, (layout) => hidePane(layout, layout.focus)) : next(toast(state, 'the last pane stays'))),
  'show-all': (state) => lay(state, showAll),
  shell: (state) => openPane(state, '', true),
  shut,
  'layout-next': nextLayout,
  type: typeTo,
  prompt: (state) => next({...state, mode: 'prompt'}),
  copy: (state) => toPane(state, 'copy'),
  search: askSearch,
  'search.down': askSearch,
  'search.up': askSearch,
  help: (state) => next(toggleView(state, 'help')),
  palette: (state) => next(toggleView(state, 'palette')),
  tasks: (state) => next(toggleView(state, 'plan')),
  timeline: (state) => next(toggleView(state, 'timeline')),
  evidence: (state) => next(toggleView(state, 'evidence')),
  spend: (state) => next(toggleView(state, 'spend')),
  log: (state) => next(toggleView(state, 'log')),
  diff: (state) => next(toggleView(state, 'diff')),
  story: (state) => next(toggleView(state, 'story')),
  'diff-style': (state) => next({...state, look: {...state.look, diff: state.look.diff === 'side' ? 'unified' : 'side'}}),
  theme: nextTheme,
  mouse: (state) => slash(state, 'mouse'),
  redraw: (state) => next(state, {do: 'redraw'}),
  interrupt,
  rewind,
  clear,
  leave: leaveOrAsk,
  'leave-or-delete': (state) => (state.editor.text === '' ? leaveOrAsk(state) : promptTakes(state, 'edit.delete-right')),
  detach: (state) => next(state, {do: 'leave', stop: false}),
  suspend: (state) => next(state, {do: 'suspend'}),
  accept: (state) => submitPrompt(state, 'now'),
  after: (state) => submitPrompt(state, 'after'),
  edit: (state) => next(state, {do: 'edit', editor: state.editor}),
  complete: (state) => takePopup(state) ?? withEditor(state, state.editor),
  'permission-next': (state) => (state.popup ? next(movePopup(state, -1)) : nextPermission(state)),
  picture: (state) => next(toast(state, 'a picture is put in by its file: drop it here, or type @ and its path')),
}

const popupCommand = (state: AppState, command: CommandId): Next | undefined => {
  const {popup} = state
  if (!popup || popup.items.length === 0) return undefined
  if (command === 'edit.up' || command === 'history.previous') return next(movePopup(state, -1))
  if (command === 'edit.down' || command === 'history.next') return next(movePopup(state, 1))
  // Enter takes what is chosen while more is to be typed; what is typed whole is sent.
  const item = popup.items[popup.at]
  if (command === 'accept' && item && item.text !== popup.typed && popup.kind !== 'argument') return takePopup(state)
  return undefined
}

const scrolls = new Set<CommandId>(['page-up', 'page-down', 'line-up', 'line-down', 'first', 'last'])

const below = (state: AppState, command: CommandId, digit?: number): Next => {
  const act = acts[command]
  if (act) return act(state, digit)
  if (scrolls.has(command) || command.startsWith('copy.') || command.startsWith('search.')) return toPane(state, command)
  if (command.startsWith('edit.') || command.startsWith('history.') || command === 'newline') return promptTakes(state, command as EditCommand)
  return next(state)
}

export const runCommand = (state: AppState, command: CommandId, pressed: Pressed = {}): Next => {
  // Leaving for good is asked about once: the second time it is meant.
  if (command === 'leave' && state.card?.ask === 'leave') return next(state, {do: 'leave', stop: false})
  if (state.mode === 'copy' && command !== 'redraw' && !acts[command]) return toPane(state, command)
  return (
    cardCommand(state, command, pressed) ??
    listCommand(state, command, (after, one) => below(after, one)) ??
    popupCommand(state, command) ??
    below(state, command, pressed.digit)
  )
}
