// Lines of pieces as Ink text: each row exactly as wide as asked, painted by the theme. Nothing is decided here.

import {Box, Text} from 'ink'
import {createElement, type ReactElement} from 'react'
import type {Rect} from '../engine/contract/screen.ts'
import {exact, type Line, type Piece} from '../stores/line.ts'
import type {Theme, Tone} from '../stores/theme.ts'
import {paintOf} from './paint.ts'

export interface RowProps {
  line: Line
  width: number
  theme: Theme
  /** What lies under the whole row. */
  base?: Tone
  /** Its first and last piece are the edges of a box, on which nothing lies. */
  edged?: boolean
}

/** Neighbours that look alike are one: each text costs a node, and a node costs more than a few letters. */
const merged = (line: Line): Piece[] => {
  const pieces: Piece[] = []
  for (const piece of line) {
    const last = pieces.at(-1)
    if (last && last.tone === piece.tone && last.under === piece.under) pieces[pieces.length - 1] = {...last, text: last.text + piece.text}
    else if (piece.text) pieces.push(piece)
  }
  return pieces
}

/** Pieces have no names and a row is replaced whole: they are handed over as they stand, without keys. */
export const Row = ({line, width, theme, base, edged}: RowProps): ReactElement => {
  const pieces = merged(exact(line, width))
  const baseOf = (at: number): Tone | undefined => (edged && (at === 0 || at === pieces.length - 1) ? undefined : base)
  return createElement(
    Text,
    {wrap: 'truncate'},
    ...pieces.map((piece, at) => createElement(Text, paintOf(theme, piece.tone, baseOf(at), piece.under), piece.text)),
  )
}

export type PlacedLine = Pick<RowProps, 'line' | 'base' | 'edged'>

/** Rows at a place of the screen; they cover what is below them, cell by cell. */
export const Lines = ({rect, lines, theme}: {rect: Rect; lines: readonly PlacedLine[]; theme: Theme}): ReactElement =>
  createElement(
    Box,
    {position: 'absolute', top: rect.y, left: rect.x, width: rect.width, height: rect.height, flexDirection: 'column'},
    ...lines.slice(0, rect.height).map((placed) => createElement(Row, {...placed, width: rect.width, theme})),
  )
