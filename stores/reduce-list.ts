// Moving in a list view: up and down, pages, folding, the filter. What a row stands for is done elsewhere.

import type {InputEvent} from '../engine/contract/screen.ts'
import {closeView, type Next, next} from './changes.ts'
import {findCommand} from './commands.ts'
import {type Editor, editorStep, newEditor, replaced} from './editor.ts'
import {isOpen, type Row} from './fold-row.ts'
import {frameOf} from './frame.ts'
import type {CommandId, EditCommand} from './keys.ts'
import {withEditor} from './reduce-say.ts'
import {paletteTarget} from './rows/palette.ts'
import {rowsOf} from './rows/rows.ts'
import type {AppState, Overlay} from './state.ts'

/** Rows of the list that are seen, borders and filter not counted. */
export const seenRows = (state: AppState): number => Math.max(1, (frameOf(state).overlay?.height ?? 3) - 2 - (hasFilter(state.overlay) ? 1 : 0))

export const hasFilter = (overlay: Overlay | null): boolean => overlay !== null && (overlay.filtering || overlay.filter.text !== '')

export const innerWidth = (state: AppState): number => Math.max(1, (frameOf(state).overlay?.width ?? 4) - 4)

/** The rows with their first line and how many lines each takes. */
export const heightsOf = (rows: readonly Row[], overlay: Overlay, width: number): {from: number; lines: number}[] => {
  let from = 0
  return rows.map((row) => {
    const lines = 1 + (isOpen(row, overlay.open) ? (row.more?.(width).length ?? 0) : 0)
    const place = {from, lines}
    from += lines
    return place
  })
}

/** Brings the numbers back to what there is, and the selected row into sight. */
export const settledList = (state: AppState): AppState => {
  const {overlay} = state
  if (!overlay) return state
  const rows = rowsOf(state, overlay)
  const at = Math.max(0, Math.min(overlay.at, rows.length - 1))
  const heights = heightsOf(rows, overlay, innerWidth(state))
  const last = heights.at(-1)
  const seen = seenRows(state)
  const total = last ? last.from + last.lines : 0
  const place = heights[at] ?? {from: 0, lines: 1}
  // A row that is higher than the window scrolls within it.
  const lowest = Math.min(place.from, Math.max(0, place.from + place.lines - seen))
  const highest = Math.max(place.from, place.from + place.lines - seen)
  const top = Math.max(0, Math.min(total - seen, Math.max(lowest, Math.min(highest, overlay.top))))
  return at === overlay.at && top === overlay.top ? state : {...state, overlay: {...overlay, at, top}}
}

/** Views that grow at their end; who looks at the end goes on looking at it. */
const growing: readonly Overlay['view'][] = ['log', 'story']

export const followsEnd = (state: AppState): boolean =>
  state.overlay !== null && growing.includes(state.overlay.view) && state.overlay.at >= rowsOf(state, state.overlay).length - 1

export const atEnd = (state: AppState): AppState =>
  state.overlay ? {...state, overlay: {...state.overlay, at: Number.MAX_SAFE_INTEGER, top: Number.MAX_SAFE_INTEGER}} : state

const change = (state: AppState, overlay: Partial<Overlay>): Next =>
  next(state.overlay ? settledList({...state, overlay: {...state.overlay, ...overlay}}) : state)

/** Down goes through an unfolded row that is higher than the window line by line. */
const step = (state: AppState, overlay: Overlay, by: number): Next => {
  const heights = heightsOf(rowsOf(state, overlay), overlay, innerWidth(state))
  const place = heights[overlay.at]
  const seen = seenRows(state)
  if (place && place.lines > seen) {
    const top = overlay.top + by
    if (top >= place.from && top + seen <= place.from + place.lines) return change(state, {top})
  }
  return change(state, {at: overlay.at + by})
}

const page = (state: AppState, overlay: Overlay, way: 1 | -1): Next => {
  const heights = heightsOf(rowsOf(state, overlay), overlay, innerWidth(state))
  const seen = seenRows(state)
  const place = heights[overlay.at]
  const goal = (place?.from ?? 0) + way * seen
  if (place && place.lines > seen) {
    const top = overlay.top + way * (seen - 1)
    if (top + seen > place.from && top < place.from + place.lines)
      return change(state, {top: Math.max(place.from, Math.min(place.from + place.lines - seen, top))})
  }
  const at = heights.findLastIndex(({from}) => from <= goal)
  return change(state, {at: Math.max(0, at === overlay.at ? at + way : at), top: overlay.top + way * seen})
}

const fold = (state: AppState, overlay: Overlay, wanted?: boolean): Next => {
  const row = rowsOf(state, overlay)[overlay.at]
  if (!row?.more) return next(state)
  const open = isOpen(row, overlay.open)
  if (wanted !== undefined && wanted === open) return next(state)
  return change(state, {open: overlay.open.includes(row.key) ? overlay.open.filter((key) => key !== row.key) : [...overlay.open, row.key]})
}

export type Run = (state: AppState, command: CommandId) => Next

const takeOfPalette = (state: AppState, overlay: Overlay, run: Run): Next => {
  const row = rowsOf(state, overlay)[overlay.at]
  const target = row && paletteTarget(row.key)
  const closed = closeView(state)
  if (!target) return next(state)
  if (target.is === 'key') return run(closed, target.command)
  const command = findCommand(target.name)
  if (!command) return next(closed)
  // What needs words is written into the prompt, for them to follow.
  if (command.takes.replace(/\[[^\]]*\]/g, '').trim() !== '') return intoPrompt(closed, `/${command.name} `)
  return command.run(closed, '')
}

/** As if it had been typed. */
const takeOfPick = (state: AppState, overlay: Overlay): Next => {
  const row = rowsOf(state, overlay)[overlay.at]
  const {takes} = overlay.pick ?? {}
  if (!row || takes === undefined) return next(state)
  const [name = '', ...words] = takes.slice(1).split(' ')
  return findCommand(name)?.run(closeView(state), [...words, row.key].join(' ')) ?? next(state)
}

const intoPrompt = (state: AppState, text: string): Next => withEditor({...state, overlay: null}, replaced(state.editor, text))

const take = (state: AppState, overlay: Overlay, run: Run): Next => {
  if (overlay.view === 'palette') return takeOfPalette(state, overlay, run)
  if (overlay.pick) return takeOfPick(state, overlay)
  if (overlay.filtering) return change(state, {filtering: false})
  return fold(state, overlay)
}

/** undefined: not a matter of the list. */
export const listCommand = (state: AppState, command: CommandId, run: Run): Next | undefined => {
  const {overlay} = state
  if (!overlay) return undefined
  switch (command) {
    case 'up':
      return step(state, overlay, -1)
    case 'down':
      return step(state, overlay, 1)
    case 'line-up':
      return change(state, {top: overlay.top - 1})
    case 'line-down':
      return change(state, {top: overlay.top + 1})
    case 'page-up':
      return page(state, overlay, -1)
    case 'page-down':
      return page(state, overlay, 1)
    case 'first':
      return change(state, {at: 0, top: 0})
    case 'last':
      return change(state, {at: Number.MAX_SAFE_INTEGER, top: Number.MAX_SAFE_INTEGER})
    case 'left':
      return fold(state, overlay, false)
    case 'right':
      return fold(state, overlay, true)
    case 'accept':
      return take(state, overlay, run)
    case 'complete': {
      const row = rowsOf(state, overlay)[overlay.at]
      if (row && overlay.pick) return intoPrompt(closeView(state), `${overlay.pick.writes} ${row.key}`)
      const target = row && paletteTarget(row.key)
      return target?.is === 'slash' ? intoPrompt(state, `/${target.name} `) : next(state)
    }
    case 'search.down':
    case 'search.up':
      return change(state, {filtering: true})
    case 'back':
    case 'clear':
      if (overlay.filtering && overlay.view !== 'palette' && !overlay.pick) return change(state, {filtering: false, filter: newEditor(), at: 0})
      return next(closeView(state))
    default:
      return command.startsWith('edit.') && overlay.filtering ? listTyped(state, command as EditCommand) : undefined
  }
}

export const listTyped = (state: AppState, typed: EditCommand | InputEvent): Next => {
  const {overlay} = state
  if (!overlay?.filtering) return next(state)
  const filter: Editor = editorStep(overlay.filter, typed)
  const text = filter.text.replaceAll('\n', ' ')
  const same = text === overlay.filter.text
  return change(state, {filter: {...filter, text}, ...(same ? {} : {at: 0, top: 0})})
}
