// The frame of a pane: who works in it and at what. Its body stays empty: the cells there are the terminal's.

import {Box, Text} from 'ink'
import {memo, type ReactElement} from 'react'
import type {PaneNote, Rect} from '../engine/contract/screen.ts'
import {border, type Edges, thick, thin} from '../stores/framed.ts'
import {backOf, footIn, type Header, headerOf, titleIn} from '../stores/header.ts'
import type {Placed} from '../stores/layout.ts'
import {joined, type Line, lineWidth, spread} from '../stores/line.ts'
import type {AppState} from '../stores/state.ts'
import {type Theme, type Tone, themes} from '../stores/theme.ts'
import {Lines} from './lines.tsx'
import {paintOf} from './paint.ts'

const toneOf = (header: Header, focused: boolean): Tone => (header.needsYou ? 'alert' : focused ? 'focus' : 'border')

/** One text for a whole edge: rows that are all the same are not worth a node each. */
const Edge = ({outer, x, edges, tone, theme}: {outer: Rect; x: number; edges: Edges; tone: Tone; theme: Theme}): ReactElement | null => {
  const height = outer.height - 2
  if (height < 1) return null
  return (
    <Box position="absolute" top={outer.y + 1} left={x} width={1} height={height}>
      <Text {...paintOf(theme, tone, undefined)}>{Array.from({length: height}, () => edges.down).join('\n')}</Text>
    </Box>
  )
}

/** A line of title alone: small screens, zoomed and folded panes. */
const barLine = (header: Header, focused: boolean, frame: Placed['frame'], width: number, back: Line): Line => {
  const mark = {text: frame === 'title' ? '▸ ' : focused ? '█ ' : '  ', tone: toneOf(header, focused)} as const
  const {left, right} = titleIn(header, width - 3)
  const room = width - 3 - lineWidth(left) - lineWidth(right) - 3 - (back.length > 0 ? lineWidth(back) + 3 : 0)
  const foot = room > 8 ? footIn(header, room) : []
  const end = joined([back, foot, right], {text: ' · ', tone: 'quiet'})
  return spread([mark, ...left], [...end, {text: ' '}], width)
}

interface PaneFrameProps {
  state: AppState
  note: PaneNote
  placed: Placed
}

const Frame = ({state, note, placed}: PaneFrameProps): ReactElement => {
  const theme = themes[state.look.theme]
  const focused = state.layout.focus === note.pane
  const header = headerOf(state, note)
  const {outer, frame} = placed
  const back = backOf(state, note.pane, outer.width)
  if (frame !== 'box') {
    const line = barLine(header, focused, frame, outer.width, back)
    return <Lines rect={{...outer, height: 1}} lines={[{line, base: focused ? 'bar' : undefined}]} theme={theme} />
  }
  const edges = focused ? thick : thin
  const tone = toneOf(header, focused)
  const title = titleIn(header, outer.width - 6)
  return (
    <Box>
      <Lines rect={{...outer, height: 1}} lines={[{line: border(title.left, title.right, outer.width, edges, 'top', tone)}]} theme={theme} />
      <Edge outer={outer} x={outer.x} edges={edges} tone={tone} theme={theme} />
      <Edge outer={outer} x={outer.x + outer.width - 1} edges={edges} tone={tone} theme={theme} />
      <Lines
        rect={{...outer, y: outer.y + outer.height - 1, height: 1}}
        lines={[{line: border(footIn(header, outer.width - 6 - (back.length > 0 ? lineWidth(back) + 3 : 0)), back, outer.width, edges, 'bottom', tone)}]}
        theme={theme}
      />
    </Box>
  )
}

const sameRect = (one: Rect, other: Rect): boolean => one.x === other.x && one.y === other.y && one.width === other.width && one.height === other.height

/** A key that is typed changes no frame: only what the words of one are made of counts. */
const isSame = (before: PaneFrameProps, now: PaneFrameProps): boolean => {
  const [old, next] = [before.state, now.state]
  return (
    before.note === now.note &&
    before.placed.frame === now.placed.frame &&
    sameRect(before.placed.outer, now.placed.outer) &&
    old.now === next.now &&
    old.layout === next.layout &&
    old.scrolled === next.scrolled &&
    old.look === next.look &&
    old.view.agents === next.view.agents &&
    old.view.spend.caps === next.view.spend.caps
  )
}

export const PaneFrame = memo(Frame, isSame)
