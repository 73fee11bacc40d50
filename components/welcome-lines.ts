// What stands where the panes will be while there are none, and where: what Penguin would work with here, and what to type.

import type {Rect} from '../engine/contract/screen.ts'
import {type Line, lineWidth, piece, wrapped} from '../stores/line.ts'
import type {AppState} from '../stores/state.ts'
import {shownRoute} from '../stores/view/run.ts'

const facts = (state: AppState): [string, string][] => {
  const {session} = state
  if (!session) return []
  const {sandbox, git, route} = session
  return [
    ['folder', session.cwd],
    ...(route ? [['model', shownRoute(route)] as [string, string]] : []),
    ...(sandbox ? [['sandbox', `${sandbox.level}${sandbox.why ? `: ${sandbox.why}` : ''}`] as [string, string]] : []),
    ...(git ? [['git', `${git.branch}${git.dirty > 0 ? `, ${git.dirty} changed` : ', clean'}`] as [string, string]] : []),
  ]
}

const closing = (state: AppState, width: number): Line[] => {
  const {closed} = state.view.run
  if (!closed) return []
  return [
    [piece(`${closed.exitCode === 0 ? '✓' : '✗'} ${closed.outcome}`, closed.exitCode === 0 ? 'good' : 'bad')],
    ...wrapped(closed.reason, width, 'quiet'),
    [],
  ]
}

/** The lines, and their place in the middle of the panes' own. */
export const welcomeIn = (state: AppState, rect: Rect): {rect: Rect; lines: readonly Line[]} => {
  const width = Math.max(1, Math.min(rect.width - 4, 76))
  const {session} = state
  const known = facts(state)
  const lines: Line[] = [
    [piece('Penguin', 'title'), piece(session ? ` ${session.version}` : '', 'quiet')],
    [],
    ...closing(state, width),
    ...known.map(([name, value]): Line => [piece(name.padEnd(9), 'quiet'), piece(value)]),
    ...(known.length > 0 ? [[]] : []),
    ...(session?.noModel && !session.settings.model ? [...wrapped(session.noModel, width, 'warn'), []] : []),
    ...wrapped('Say what shall be done. Nothing counts as done without evidence.', width),
    ...wrapped('/help lists keys and commands, /doctor says what works here.', width, 'quiet'),
  ]
  const shown = lines.slice(0, Math.max(0, rect.height))
  const widest = Math.min(width, Math.max(1, ...shown.map(lineWidth)))
  const x = rect.x + Math.max(0, Math.floor((rect.width - widest) / 2))
  const y = rect.y + Math.max(0, Math.floor((rect.height - shown.length) / 2.5))
  return {rect: {x, y, width: Math.min(widest, rect.width), height: shown.length}, lines: shown}
}
