// A box of lines: title and right-hand words on the upper border, words on the lower one, each line between two edges.

import {exact, type Line, type Piece, spread} from './line.ts'
import type {Tone} from './theme.ts'

export interface Edges {
  corners: readonly [string, string, string, string]
  across: string
  down: string
}

export const thin: Edges = {corners: ['┌', '┐', '└', '┘'], across: '─', down: '│'}
/** For what has the focus: seen without colours too. */
export const thick: Edges = {corners: ['┏', '┓', '┗', '┛'], across: '━', down: '┃'}

const padded = (line: Line): Line => (line.length > 0 ? [{text: ' '}, ...line, {text: ' '}] : [])

/** A border with words on it, `width` cells wide. */
export const border = (left: Line, right: Line, width: number, edges: Edges, side: 'top' | 'bottom', tone: Tone): Line => {
  const [start, end] = side === 'top' ? [edges.corners[0], edges.corners[1]] : [edges.corners[2], edges.corners[3]]
  if (width < 2) return [{text: edges.across.repeat(Math.max(0, width)), tone}]
  const inner = width - 2
  const lead: Piece = {text: edges.across, tone}
  const words = spread(
    [...(left.length > 0 ? [lead] : []), ...padded(left)],
    [...padded(right), ...(right.length > 0 ? [lead] : [])],
    inner,
    edges.across,
    tone,
  )
  return [{text: start, tone}, ...words, {text: end, tone}]
}

/** `lead` stands in the blank before the line. */
export const between = (line: Line, width: number, edges: Edges, tone: Tone, lead: Piece = {text: ' '}): Line =>
  width < 2
    ? exact(line, width)
    : [
        {text: edges.down, tone},
        ...exact(width >= 4 ? [lead, ...line] : line, width - 3 > 0 ? width - 3 : width - 2),
        ...(width >= 4 ? [{text: ' '}] : []),
        {text: edges.down, tone},
      ]
