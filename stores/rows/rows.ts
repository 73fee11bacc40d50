// The rows of the view that is open, narrowed down by its filter; and its name, and what it says when it has none.

import {coloursSeen} from '../code.ts'
import type {Row} from '../fold-row.ts'
import type {AppState, ListView, Overlay} from '../state.ts'
import {logRows, spendRows} from './figures.ts'
import {helpRows} from './help.ts'
import {paletteRows} from './palette.ts'
import {pickRows} from './pick.ts'
import {diffRows, storyRows} from './story.ts'
import {evidenceRows, taskRows, timelineRows} from './work.ts'

const titles: Readonly<Record<ListView, string>> = {
  palette: 'What shall be done?',
  help: 'Keys and commands',
  plan: 'Tasks',
  timeline: 'Timeline',
  evidence: 'Evidence',
  spend: 'Spend',
  log: 'Log',
  diff: 'Changes',
  story: 'Story',
  pick: 'Choose',
}

const emptyWords: Readonly<Record<ListView, string>> = {
  palette: 'nothing fits',
  help: 'nothing fits',
  plan: 'there is no plan',
  timeline: 'nothing has begun',
  evidence: 'no gate has run',
  spend: 'nothing was spent',
  log: 'no event fits',
  diff: 'nothing was changed',
  story: 'nothing was said',
  pick: 'nothing fits',
}

export const titleOf = ({view, pick}: Overlay): string => pick?.title ?? titles[view]

/** What is said where there are no rows. */
export const emptyOf = ({view, pick, filter}: Overlay): string => {
  if (pick && pick.choices === null) return 'looking …'
  if (pick && filter.text === '') return pick.wrong || 'there is nothing to choose from'
  return emptyWords[view]
}

const all = (state: AppState, overlay: Overlay): Row[] => {
  switch (overlay.view) {
    case 'palette':
      return paletteRows(overlay.filter.text, state.keymap)
    case 'help':
      return helpRows(state.keymap)
    case 'plan':
      return taskRows(state)
    case 'timeline':
      return timelineRows(state)
    case 'evidence':
      return evidenceRows(state)
    case 'spend':
      return spendRows(state)
    case 'log':
      return logRows(state)
    case 'diff':
      return diffRows(state)
    case 'pick':
      return pickRows(overlay, state.now)
    default:
      return storyRows(state)
  }
}

/** Their rows are those that fit, the best first. */
const isNarrowed = ({view}: Overlay): boolean => view === 'palette' || view === 'pick'

const reckoned = new WeakMap<Overlay, {view: AppState['view']; now: number; look: AppState['look']; focus: string; colours: number; rows: Row[]}>()

export const rowsOf = (state: AppState, overlay: Overlay): Row[] => {
  const known = reckoned.get(overlay)
  if (
    known &&
    known.view === state.view &&
    known.now === state.now &&
    known.look === state.look &&
    known.focus === state.layout.focus &&
    known.colours === coloursSeen()
  )
    return known.rows
  const wanted = isNarrowed(overlay) ? '' : overlay.filter.text.trim().toLowerCase()
  const found = all(state, overlay)
  const rows = wanted === '' ? found : found.filter(({text}) => text.toLowerCase().includes(wanted))
  reckoned.set(overlay, {view: state.view, now: state.now, look: state.look, focus: state.layout.focus, colours: coloursSeen(), rows})
  return rows
}
