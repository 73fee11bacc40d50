// Lines of the chrome: pieces of text with a meaning each, measured in cells. Whatever comes from a model, a file or a
// command is made harmless here: no control character reaches the screen through a line.

import {cellsOf, fitting, graphemesOf, widthOf} from '../engine/base/width.ts'
import type {Tone} from './theme.ts'

export interface Piece {
  text: string
  tone?: Tone
  /** What shows through behind it. */
  under?: Tone
}

export type Line = readonly Piece[]

const esc = String.fromCharCode(27)
const bell = String.fromCharCode(7)
/** Whatever begins with Escape: CSI, OSC to its end, two characters. */
const ansi = new RegExp(`${esc}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)?|.)`, 'g')
/** Control characters, and those that turn the writing round. */
const steering = /(?![\n\t])\p{Cc}|[\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

/** One line of it, with nothing in it that steers a terminal. */
export const clean = (text: string): string =>
  text
    .replace(ansi, '')
    .replaceAll('\t', '  ')
    .replace(/\s*\n\s*/g, ' ')
    .replace(steering, '')

/** Its lines, each clean. */
export const cleanLines = (text: string): string[] => text.split(/\r?\n/).map((line) => line.replace(ansi, '').replaceAll('\t', '    ').replace(steering, ''))

export const piece = (text: string, tone?: Tone): Piece => ({text: clean(text), tone})

export const lineWidth = (line: Line): number => line.reduce((sum, {text}) => sum + widthOf(text), 0)

/** Cut to so many cells, with an ellipsis when something is lost. */
export const clip = (text: string, columns: number): string => {
  if (columns <= 0) return ''
  if (widthOf(text) <= columns) return text
  return `${fitting(text, columns - 1)}…`
}

/** At most so many cells of it. */
export const cut = (line: Line, columns: number): Line => {
  if (lineWidth(line) <= columns) return line
  const kept: Piece[] = []
  let left = columns
  for (const one of line) {
    const width = widthOf(one.text)
    if (width > left || (width === left && one !== line.at(-1))) {
      kept.push({...one, text: clip(`${one.text} `, left)})
      break
    }
    kept.push(one)
    left -= width
  }
  return kept
}

/** Exactly so many cells of it. */
export const exact = (line: Line, columns: number, fill = ' ', tone?: Tone): Line => {
  const shown = cut(line, columns)
  const rest = columns - lineWidth(shown)
  return rest > 0 ? [...shown, {text: fill.repeat(rest), tone}] : shown
}

/** Left and right parts on one line; the right one goes first when there is no room. */
export const spread = (left: Line, right: Line, columns: number, fill = ' ', tone?: Tone): Line => {
  const width = lineWidth(right)
  if (width === 0 || lineWidth(left) + width + 1 > columns) return exact(left, columns, fill, tone)
  return [...exact(left, columns - width, fill, tone), ...right]
}

/** Left and right parts on one line; the left one is cut when there is no room for both. */
export const flush = (left: Line, right: Line, columns: number): Line => {
  const width = lineWidth(right)
  const room = columns - width - 1
  return width === 0 || room < 8 ? exact(left, columns) : [...exact(cut(left, room), room + 1), ...right]
}

/** Groups joined by a separator, as many from the front as there is room for. */
export const joined = (groups: readonly Line[], between: Piece, columns = Number.POSITIVE_INFINITY): Line => {
  let line: Line = []
  for (const group of groups) {
    if (group.length === 0) continue
    const next = line.length === 0 ? group : [...line, between, ...group]
    if (lineWidth(next) > columns) continue
    line = next
  }
  return line
}

/** Broken between words into lines of so many cells; words that are longer are broken where they must. */
export const wrapped = (text: string, columns: number, tone?: Tone): Line[] => wrapPieces([{text, tone}], columns)

const words = (line: Line): {text: string; tone?: Tone; width: number; blank: boolean}[] =>
  line.flatMap(({text, tone}) => text.split(/( +)/).flatMap((word) => (word ? [{text: word, tone, width: widthOf(word), blank: word.startsWith(' ')}] : [])))

const pieces = (text: string, columns: number): string[] => {
  const parts: string[] = []
  let part = ''
  let width = 0
  for (const grapheme of graphemesOf(text)) {
    const cells = cellsOf(grapheme)
    if (width + cells > columns && part) {
      parts.push(part)
      part = ''
      width = 0
    }
    part += grapheme
    width += cells
  }
  return part ? [...parts, part] : parts
}

export const wrapPieces = (line: Line, columns: number): Line[] => {
  const width = Math.max(1, columns)
  const lines: Piece[][] = [[]]
  let used = 0
  const put = (text: string, tone: Tone | undefined, cells: number): void => {
    lines.at(-1)?.push({text, tone})
    used += cells
  }
  const next = (): void => {
    lines.push([])
    used = 0
  }
  for (const word of words(line)) {
    if (used + word.width <= width) put(word.text, word.tone, word.width)
    else if (word.blank) next()
    else if (word.width <= width) {
      next()
      put(word.text, word.tone, word.width)
    } else
      for (const part of pieces(word.text, width)) {
        const cells = widthOf(part)
        if (used + cells > width) next()
        put(part, word.tone, cells)
      }
  }
  return lines
}
