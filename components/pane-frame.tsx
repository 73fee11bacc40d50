// The frame of a pane: who works in it and at what. Its body stays empty: the cells there are the terminal's.

import {Box} from 'ink'
import type {ReactElement} from 'react'
import type {PaneNote} from '../engine/contract/screen.ts'
import {border, type Edges, thick, thin} from '../stores/framed.ts'
import {footIn, type Header, headerOf, titleIn} from '../stores/header.ts'
import type {Placed} from '../stores/layout.ts'
import {joined, type Line, lineWidth, spread} from '../stores/line.ts'
import type {AppState} from '../stores/state.ts'
import {type Theme, type Tone, themes} from '../stores/theme.ts'
import {Lines} from './lines.tsx'

const toneOf = (header: Header, focused: boolean): Tone => (header.needsYou ? 'needs' : focused ? 'focus' : 'border')

const Edge = ({placed, x, edges, tone, theme}: {placed: Placed; x: number; edges: Edges; tone: Tone; theme: Theme}): ReactElement => {
  const {outer} = placed
  const height = Math.max(0, outer.height - 2)
  const lines = Array.from({length: height}, () => ({line: [{text: edges.down, tone}]}))
  return <Lines rect={{x, y: outer.y + 1, width: 1, height}} lines={lines} theme={theme} />
}

/** A line of title alone: small screens, zoomed and folded panes. */
const barLine = (header: Header, focused: boolean, frame: Placed['frame'], width: number): Line => {
  const mark = {text: frame === 'title' ? '▸ ' : focused ? '█ ' : '  ', tone: toneOf(header, focused)} as const
  const {left, right} = titleIn(header, width - 3)
  const room = width - 3 - lineWidth(left) - lineWidth(right) - 3
  const foot = room > 8 ? footIn(header, room) : []
  const end = joined([foot, right], {text: ' · ', tone: 'quiet'})
  return spread([mark, ...left], [...end, {text: ' '}], width)
}

export const PaneFrame = ({state, note, placed}: {state: AppState; note: PaneNote; placed: Placed}): ReactElement => {
  const theme = themes[state.look.theme]
  const focused = state.layout.focus === note.pane
  const header = headerOf(state, note)
  const {outer, frame} = placed
  if (frame !== 'box') {
    const line = barLine(header, focused, frame, outer.width)
    return <Lines rect={{...outer, height: 1}} lines={[{line, base: focused ? 'bar' : undefined}]} theme={theme} />
  }
  const edges = focused ? thick : thin
  const tone = toneOf(header, focused)
  const title = titleIn(header, outer.width - 6)
  return (
    <Box>
      <Lines rect={{...outer, height: 1}} lines={[{line: border(title.left, title.right, outer.width, edges, 'top', tone)}]} theme={theme} />
      <Edge placed={placed} x={outer.x} edges={edges} tone={tone} theme={theme} />
      <Edge placed={placed} x={outer.x + outer.width - 1} edges={edges} tone={tone} theme={theme} />
      <Lines
        rect={{...outer, y: outer.y + outer.height - 1, height: 1}}
        lines={[{line: border(footIn(header, outer.width - 6), [], outer.width, edges, 'bottom', tone)}]}
        theme={theme}
      />
    </Box>
  )
}
