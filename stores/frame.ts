// Where everything is at this moment: panes, prompt, status bar, what lies above them, the cursor. The components draw it
// and the compositor cuts by it, so both see one truth. Pure, and reckoned once for each state.

import {widthOf} from '../engine/base/width.ts'
import type {PaneId, Rect} from '../engine/contract/screen.ts'
import {cardAsk, cardLines, choiceLines} from './card.ts'
import {comparesNow} from './diff.ts'
import {layOut, type Layout as PromptLayout} from './editor.ts'
import {type Areas, areasOf, type Placed} from './layout.ts'
import {arrange} from './layout-place.ts'
import type {AppState} from './state.ts'
import {toastLines, toastWidth} from './toasts.ts'

export interface Frame {
  areas: Areas
  panes: readonly Placed[]
  prompt: PromptLayout
  /** Each covers what is below it; the last lies on top. */
  overlay: Rect | null
  card: Rect | null
  popup: Rect | null
  toasts: Rect | null
  /** Null where the cursor is the pane's own, or nobody's. */
  cursor: {x: number; y: number} | null
}

/** Cells before the prompt's text. */
export const promptMark = 2

const clamp = (value: number, least: number, most: number): number => Math.max(least, Math.min(most, value))

const middle = (within: Rect, width: number, height: number): Rect => {
  const [w, h] = [Math.min(width, within.width), Math.min(height, within.height)]
  return {x: within.x + Math.floor((within.width - w) / 2), y: within.y + Math.floor((within.height - h) / 2), width: w, height: h}
}

const overlayRect = (state: AppState, panes: Rect): Rect | null => {
  if (!state.overlay) return null
  const {pick} = state.overlay
  if (state.overlay.view === 'palette' || pick) {
    // A short list takes no more room than it needs, and stays as it is while it is narrowed down.
    const rows = pick ? Math.max(6, Math.min(22, (pick.choices?.length ?? 19) + 3)) : 22
    const rect = middle(panes, Math.max(40, Math.min(pick ? 100 : 84, panes.width - 8)), Math.min(rows, panes.height))
    return {...rect, y: panes.y + Math.min(1, panes.height - rect.height)}
  }
  return panes
}

/** Rows of a card that is being written in. */
const typedRows = 4
const typedMost = ({card}: AppState): number => (card?.writes === 'plan' ? typedRows * 2 : typedRows)

/** Of a card so high, rows that are written in: something of what is asked stays to be seen as long as it can. */
export const typedRowsIn = (state: AppState, height: number): number => clamp(height - 4, 1, typedMost(state))

/** How the rows between the borders of a card are shared. */
export interface CardRoom {
  body: number
  /** A blank row between. */
  gap: number
  answers: number
}

export const cardRoomIn = (state: AppState, height: number, answers: number): CardRoom => {
  const rows = Math.max(0, height - 2)
  // One row at least is for what is asked, unless something is being written.
  const shown = Math.min(answers, Math.max(1, state.card?.typed ? rows : rows - 1))
  const gap = rows - shown > 1 ? 1 : 0
  return {body: Math.max(0, rows - shown - gap), gap, answers: shown}
}

/** Rows of the card besides the body: borders, choices or the text that is written, a blank between. */
const cardRest = (state: AppState, choices: number): number => (state.card?.typed ? 4 + typedMost(state) : 3 + choices)

const cardRect = (state: AppState, panes: Rect): Rect | null => {
  const ask = cardAsk(state)
  if (!ask) return null
  const width = Math.min(panes.width, 120)
  const lines = cardLines(state, ask, Math.max(1, width - 4)).length
  const height = clamp(lines + cardRest(state, choiceLines(state, ask, Math.max(1, width - 4)).length), Math.min(3, panes.height), panes.height)
  return {x: panes.x + Math.floor((panes.width - width) / 2), y: panes.y + panes.height - height, width, height}
}

const popupRect = (state: AppState, areas: Areas): Rect | null => {
  if (!state.popup || state.popup.items.length === 0) return null
  const rows = Math.min(8, state.popup.items.length, areas.panes.height)
  const widest = Math.max(...state.popup.items.map(({text, about}) => widthOf(text) + (about ? widthOf(about) + 3 : 0)))
  const width = clamp(widest + 4, 24, Math.max(1, state.size.columns - 2))
  return {x: Math.min(1, state.size.columns - width), y: areas.panes.y + areas.panes.height - rows, width: Math.max(1, width), height: rows}
}

/** Above a card that has the keys: what is asked is not hidden, but by what went wrong. */
const toastRect = (state: AppState, panes: Rect, card: Rect | null): Rect | null => {
  if (state.toasts.length === 0) return null
  // Beside the edge of the pane that it covers, not on it.
  const edge = panes.width > 20 ? 1 : 0
  const width = toastWidth(state.toasts, panes.width - 2 * edge)
  const lines = toastLines(state.toasts, width).length
  const above = card && !state.card?.asleep ? card.y - panes.y : panes.height
  const room = lines > above && state.toasts.some(({tone}) => tone === 'bad') ? panes.height : above
  const rows = Math.min(lines, room)
  return rows === 0 ? null : {x: panes.x + panes.width - width - edge, y: panes.y + (room > rows ? 1 : 0), width, height: rows}
}

const cursorOf = (state: AppState, frame: Omit<Frame, 'cursor'>): Frame['cursor'] => {
  const {areas, prompt, card, overlay} = frame
  if (state.card?.typed && card) {
    const inner = layOut(state.card.typed, Math.max(1, card.width - 4), card.height)
    const rows = typedRowsIn(state, card.height)
    const window = layOut(state.card.typed, Math.max(1, card.width - 4), Math.min(rows, inner.total))
    return {x: card.x + 2 + window.caret.column, y: card.y + card.height - 1 - rows + window.caret.row}
  }
  if (card && !state.card?.asleep) return null
  if (state.overlay?.filtering && overlay) return {x: overlay.x + 4 + widthOf(state.overlay.filter.text.slice(0, state.overlay.filter.caret)), y: overlay.y + 1}
  if (state.overlay || state.mode !== 'prompt' || areas.prompt.height === 0) return null
  return {x: Math.min(areas.prompt.width - 1, promptMark + prompt.caret.column), y: areas.prompt.y + prompt.caret.row}
}

const reckon = (state: AppState): Frame => {
  const {columns, rows} = state.size
  const width = Math.max(1, columns - promptMark - 1)
  const most = Math.max(1, Math.floor(rows / 3))
  const wanted = state.mode === 'prompt' ? layOut(state.editor, width, most, state.promptTop) : layOut(state.editor, width, 1, state.promptTop)
  const areas = areasOf(state.size, wanted.rows.length, state.session?.queue.length ?? 0)
  const prompt = wanted.rows.length > areas.prompt.height ? layOut(state.editor, width, Math.max(1, areas.prompt.height), state.promptTop) : wanted
  const card = cardRect(state, areas.panes)
  const rest = {
    areas,
    panes: arrange(state.layout, areas.panes),
    prompt,
    overlay: overlayRect(state, areas.panes),
    card,
    popup: popupRect(state, areas),
    toasts: toastRect(state, areas.panes, card),
  }
  return {...rest, cursor: cursorOf(state, rest)}
}

/** A card is as high as its change has lines: fewer, once changes are compared. */
const reckoned = new WeakMap<AppState, {frame: Frame; compared: boolean}>()

export const frameOf = (state: AppState): Frame => {
  const known = reckoned.get(state)
  const compared = comparesNow()
  if (known && known.compared === compared) return known.frame
  const frame = reckon(state)
  reckoned.set(state, {frame, compared})
  return frame
}

/** Rects where the chrome lies above the panes. */
export const coversOf = ({overlay, card, popup, toasts}: Frame): Rect[] => [overlay, card, popup, toasts].filter((rect) => rect !== null)

export const paneAt = (frame: Frame, x: number, y: number): {placed: Placed; inBody: boolean} | undefined => {
  const within = (rect: Rect): boolean => x >= rect.x && x < rect.x + rect.width && y >= rect.y && y < rect.y + rect.height
  const placed = frame.panes.find(({outer}) => within(outer))
  return placed && {placed, inBody: within(placed.body)}
}

export const bodyOf = (frame: Frame, pane: PaneId): Rect | undefined => frame.panes.find((one) => one.pane === pane)?.body
