// What the prompt says when nothing is typed, and the short words at its right end.

import type {SessionNote} from '../engine/contract/screen.ts'
import {openAsks} from './card.ts'
import {keysOf} from './keymap.ts'
import type {CommandId} from './keys.ts'
import {type Line, piece} from './line.ts'
import type {AppState} from './state.ts'
import {areCutOff, areStopped} from './view/agents.ts'

const roleOf = (state: AppState): string => {
  const agent = state.view.agents[state.layout.focus]
  return agent && agent.endedAt === 0 ? agent.role : ''
}

/** Where a replay stands, and the keys that move it: they stand where something would be said. */
const replayWords = ({seq, lastSeq, speed, paused, ended}: NonNullable<SessionNote['replay']>): string =>
  [
    ended ? 'the end' : paused ? 'paused' : `${speed}×`,
    `event ${seq} of ${lastSeq}`,
    // What one needs most stands where a narrow screen still shows it.
    'q leaves',
    ...(ended ? [] : [paused ? 'space goes on' : 'space pauses']),
    '0 anew',
    'left, right move',
    '+ - speed',
  ].join(' · ')

const keyed = ({keymap}: AppState, command: CommandId, words: string): string[] => {
  const key = keysOf(keymap, command).split(', ')[0]
  return key ? [`${key} ${words}`] : []
}

const hasChanged = ({view: {run}}: AppState): boolean => {
  const files = run.closed?.files ?? 0
  return typeof files === 'number' ? files > 0 : files.length > 0
}

/** Work is done and files were changed: what one looks at next, and the way back. */
const looks = (state: AppState): string[] => [...keyed(state, 'diff', 'changes'), ...keyed(state, 'evidence', 'evidence'), '/undo']

export const placeholderOf = (state: AppState): string => {
  if (state.mode === 'pane') return `typing to ${state.panes.find(({pane}) => pane === state.layout.focus)?.title || 'the pane'} · f12 comes back`
  if (state.mode === 'copy') return 'copy mode · v selects · y copies · q leaves'
  if (state.session?.replay) return replayWords(state.session.replay)
  if (state.over || state.link === 'lost') return 'nobody is there; leave with ctrl+c twice and start again'
  if (state.link === 'seeking') return "the session's process is gone; another takes over, and hears what you say"
  if (state.session?.live && state.view.run.closedAt === 0) {
    if (areStopped(state.view.agents)) return 'say how to go on · escape ends the run'
    const waiting = state.card ? undefined : openAsks(state).find(({ask}) => state.later.includes(ask))
    if (waiting) return [...keyed(state, 'focus-needy', `answers ${waiting.role}`), 'say something now'].join(' · ')
    const role = roleOf(state)
    return `say something now · alt+q says it after this${role ? ` · escape stops ${role}` : ''}`
  }
  if (areCutOff(state.view.agents)) return 'the run was cut off; say how to go on'
  return ['what shall be done?', ...(hasChanged(state) ? looks(state) : ['/ commands', '@ files', '! shell']), ...keyed(state, 'help', 'keys')].join(' · ')
}

/** What is said when somebody is stopped; '' stands for everybody. */
export const stoppedWords = (role: string): string => (role ? `${role} is stopped; say how to go on` : 'stopped; say how to go on')

export const hintOf = (state: AppState): Line => {
  const {finding, vim} = state.editor
  if (state.chord) return [piece(`${state.chord} …`, 'warn')]
  if (finding) return [piece(`said before: ${finding.query || '…'}`, 'warn')]
  if (vim && vim.mode !== 'insert') return [piece(`${vim.mode}${vim.keys ? ` ${vim.keys}` : ''}`, 'quiet')]
  const mode = state.session?.settings.permission
  return mode === 'plan' ? [piece('plan: read only', 'warn')] : []
}
