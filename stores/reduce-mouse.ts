// The mouse: focus by click, borders by dragging, lists by click and wheel; what happens over a pane's own cells goes to
// its terminal.

import type {InputEvent} from '../engine/contract/screen.ts'
import {cardAsk, choiceLines, choicesSeen} from './card.ts'
import {type Next, next} from './changes.ts'
import {cardRoomIn, frameOf, paneAt} from './frame.ts'
import {dragGrip, focusOn, gripAt} from './layout-move.ts'
import {runCommand} from './reduce-command.ts'
import {hasFilter, heightsOf, innerWidth, settledList} from './reduce-list.ts'
import {rowsOf} from './rows/rows.ts'
import type {AppState} from './state.ts'

type Mouse = Extract<InputEvent, {input: 'mouse'}>

const wheelRows = 3

const overList = (state: AppState, event: Mouse): Next => {
  const {overlay} = state
  const rect = frameOf(state).overlay
  if (!overlay || !rect) return next(state)
  if (event.what === 'wheel-up' || event.what === 'wheel-down') {
    const by = event.what === 'wheel-up' ? -wheelRows : wheelRows
    const heights = heightsOf(rowsOf(state, overlay), overlay, innerWidth(state))
    const at = heights.findLastIndex(({from}) => from <= Math.max(0, overlay.top + by))
    return next(
      settledList({
        ...state,
        overlay: {
          ...overlay,
          top: Math.max(0, overlay.top + by),
          at: by > 0 ? Math.max(overlay.at, at) : Math.min(overlay.at, at + Math.max(1, rect.height - 3)),
        },
      }),
    )
  }
  if (event.what !== 'press' || event.button !== 'left') return next(state)
  const row = event.y - rect.y - 1 - (hasFilter(overlay) ? 1 : 0) + overlay.top
  const heights = heightsOf(rowsOf(state, overlay), overlay, innerWidth(state))
  const at = heights.findLastIndex(({from}) => from <= row)
  if (at === -1 || row >= (heights[at]?.from ?? 0) + (heights[at]?.lines ?? 0)) return next(state)
  return runCommand(settledList({...state, overlay: {...overlay, at}}), 'accept')
}

/** A click marks a choice, another one on the same takes it: what is answered is never a slip of the hand. */
const overCard = (state: AppState, {y}: Mouse): Next => {
  const {card} = state
  const ask = cardAsk(state)
  const rect = frameOf(state).card
  if (!card || !ask || !rect) return next(state)
  const awake: AppState = {...state, card: {...card, asleep: false}, mode: 'prompt'}
  const lines = choiceLines(state, ask, Math.max(1, rect.width - 4))
  const seen = choicesSeen(lines, cardRoomIn(state, rect.height, lines.length).answers)
  const at = seen[y - (rect.y + rect.height - 1 - seen.length)]?.of ?? null
  // Side by side, on a low screen, they are for the keys.
  if (card.typed || at === null) return next(awake)
  return at === card.at && !card.asleep ? runCommand(awake, 'accept') : next({...awake, card: {...card, asleep: false, at}})
}

const within = (rect: {x: number; y: number; width: number; height: number} | null, {x, y}: Mouse): boolean =>
  rect !== null && x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height

const overPanes = (state: AppState, event: Mouse): Next => {
  const frame = frameOf(state)
  const rect = frame.areas.panes
  if (state.grip) {
    if (event.what === 'drag') return next({...state, layout: dragGrip(state.layout, rect, state.grip, event.x, event.y)})
    return next({...state, grip: null})
  }
  const found = paneAt(frame, event.x, event.y)
  if (!found) return next(state)
  const {placed, inBody} = found
  if (event.what === 'press' && event.button === 'left' && !inBody) {
    const grip = gripAt(state.layout, rect, event.x, event.y)
    if (grip && event.y !== placed.outer.y) return next({...state, grip})
  }
  const focused =
    event.what === 'press' && placed.pane !== state.layout.focus
      ? {...state, layout: focusOn(state.layout, placed.pane), follows: false, mode: 'prompt' as const}
      : state
  if (!inBody) return next(focused)
  const inside = {...event, x: event.x - placed.body.x, y: event.y - placed.body.y}
  return next(focused, {do: 'pane-mouse', pane: placed.pane, event: inside})
}

export const mouseMoved = (state: AppState, event: Mouse): Next => {
  const frame = frameOf(state)
  if (!state.grip && within(frame.card, event)) {
    if (event.what === 'wheel-up') return runCommand(state, 'line-up')
    if (event.what === 'wheel-down') return runCommand(state, 'line-down')
    return event.what === 'press' && event.button === 'left' ? overCard(state, event) : next(state)
  }
  if (!state.grip && within(frame.overlay, event)) return overList(state, event)
  return overPanes(state, event)
}
