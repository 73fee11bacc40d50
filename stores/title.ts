// What the terminal's tab says of the session: whether somebody is needed comes first, for a tab shows few letters. It
// changes with what happens, never with time.

import {openAsks} from './card.ts'
import type {AppState} from './state.ts'
import {areStopped} from './view/agents.ts'

const nameOf = (path: string): string => path.split('/').filter(Boolean).at(-1) ?? path

const wordsOf = (state: AppState): string => {
  const {run, agents} = state.view
  if (state.over || state.link === 'lost') return 'ended'
  if (openAsks(state).length > 0) return '! needs you'
  if (state.session?.live && run.closedAt === 0) return areStopped(agents) ? 'stopped' : 'working'
  return run.closed ? `${run.closed.exitCode === 0 ? '✓' : '✗'} ${run.closed.outcome}` : 'penguin'
}

/** '' while nothing is known. */
export const titleOf = (state: AppState): string => (state.session ? `${wordsOf(state)} · ${nameOf(state.session.root)}` : '')
