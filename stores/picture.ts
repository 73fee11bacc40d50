// Whether two states look the same: what changes without being seen (a token that streams into a pane, a size that was
// asked for, an event that nobody looks at) is drawn by nobody. What is typed into the prompt is drawn apart from the rest.

import {frameOf} from './frame.ts'
import type {AppState} from './state.ts'
import type {View} from './view/view.ts'

/** Parts of the view that show while no list is open. */
const always: readonly (keyof View)[] = ['agents', 'asks', 'spend']
/** What only a list shows. */
const listed: readonly (keyof View)[] = ['plan', 'timeline', 'evidence', 'log', 'calls', 'stories']
const ofRun: readonly (keyof View['run'])[] = ['openedAt', 'closedAt', 'closed', 'routes', 'sandbox', 'breakers', 'gpu']
const unseen = new Set<keyof AppState>(['view', 'now', 'asked', 'opening', 'nextOpen', 'grip', 'caughtUp'])
/** Seen in the rows of the prompt alone, as long as there are as many of them. */
const inPrompt = new Set<keyof AppState>(['editor', 'promptTop'])
const promptRows = (state: AppState): number => frameOf(state).areas.prompt.height

const sameView = (one: View, other: View, isListOpen: boolean): boolean =>
  one === other ||
  (always.every((name) => one[name] === other[name]) &&
    ofRun.every((name) => one.run[name] === other.run[name]) &&
    (!isListOpen || listed.every((name) => one[name] === other[name])))

/** Seconds are the least that is shown of time. */
const second = (at: number): number => Math.floor(at / 1000)

/** Apart from the prompt's own rows. */
export const looksSame = (one: AppState, other: AppState): boolean => {
  if (one === other) return true
  const names = Object.keys(one) as (keyof AppState)[]
  return (
    names.every((name) => unseen.has(name) || inPrompt.has(name) || one[name] === other[name]) &&
    (one.editor === other.editor || promptRows(one) === promptRows(other)) &&
    second(one.now) === second(other.now) &&
    // A plan that is asked about is seen on its card.
    sameView(one.view, other.view, one.overlay !== null || one.card !== null)
  )
}
