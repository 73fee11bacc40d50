// What can be shown as bytes, without Ink: the rows of the prompt at any time, and the picture that a screen begins with,
// before Ink is loaded. It looks as Ink will draw it. No package is imported here.

import {frameOf} from '../stores/frame.ts'
import {exact} from '../stores/line.ts'
import type {AppState} from '../stores/state.ts'
import {statusOf} from '../stores/status.ts'
import {themes} from '../stores/theme.ts'
import {promptLines} from './prompt-lines.ts'
import {welcomeIn} from './welcome-lines.ts'
import {written, writtenAt} from './written.ts'

/** Laid over the picture, also over one that was drawn before the newest key. */
export const drawPrompt = (state: AppState): string => {
  const frame = frameOf(state)
  const {y, width, height} = frame.areas.prompt
  const lines = promptLines(state, frame).slice(0, height)
  return lines.map((line, at) => written(exact(line, width), y + at, themes[state.look.theme])).join('')
}

/** All but the prompt, while there is no pane and nothing lies above. */
export const drawEarly = (state: AppState): string => {
  const {areas} = frameOf(state)
  const theme = themes[state.look.theme]
  const {rect, lines} = welcomeIn(state, areas.panes)
  const {y, width, height} = areas.status
  const status = height > 0 ? written(exact(statusOf(state, state.size.columns), width), y, theme, 'bar') : ''
  return lines.map((line, at) => writtenAt(exact(line, rect.width), {x: rect.x, y: rect.y + at}, theme)).join('') + status
}
