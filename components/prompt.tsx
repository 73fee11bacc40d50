// The prompt, what waits to be said above it, and the popup of what could be typed next.

import {Box} from 'ink'
import type {ReactElement} from 'react'
import type {Frame} from '../stores/frame.ts'
import {clean, type Line, spread} from '../stores/line.ts'
import type {AppState} from '../stores/state.ts'
import {type Tone, themes} from '../stores/theme.ts'
import {Lines} from './lines.tsx'
import {promptLines} from './prompt-lines.ts'

export const Prompt = ({state, frame}: {state: AppState; frame: Frame}): ReactElement => {
  const theme = themes[state.look.theme]
  const waiting = (state.session?.queue ?? []).map((text, at) => ({
    line: [
      {text: `  ${at + 1} after this: `, tone: 'quiet'},
      {text: clean(text), tone: 'plain'},
    ] satisfies Line,
  }))
  return (
    <Box>
      <Lines rect={frame.areas.queue} lines={waiting} theme={theme} />
      <Lines rect={frame.areas.prompt} lines={promptLines(state, frame).map((line) => ({line}))} theme={theme} />
    </Box>
  )
}

/** The chosen line stays in sight. */
const windowOf = (count: number, at: number, rows: number): number => Math.max(0, Math.min(count - rows, at - Math.floor(rows / 2)))

export const PopupList = ({state, frame}: {state: AppState; frame: Frame}): ReactElement | null => {
  const {popup} = state
  if (!popup || !frame.popup) return null
  const rows = frame.popup.height
  const first = windowOf(popup.items.length, popup.at, rows)
  const sign = popup.kind === 'command' ? '/' : popup.kind === 'file' ? '@' : ''
  const lines = popup.items.slice(first, first + rows).map(({text, about}, at) => ({
    line: spread([{text: ` ${sign}${clean(text)}`}], about ? [{text: `${clean(about)} `, tone: 'quiet'}] : [], frame.popup?.width ?? 0),
    base: (first + at === popup.at ? 'selected' : 'bar') as Tone,
  }))
  return <Lines rect={frame.popup} lines={lines} theme={themes[state.look.theme]} />
}
