// Lines of pieces as bytes for a terminal, painted as `Lines` paints them: for what changes with every key and must not
// cost a whole picture. No line is longer than it was made, and nothing is left switched on behind one.

import type {Line} from '../stores/line.ts'
import type {Theme, Tone} from '../stores/theme.ts'
import {paintOf} from './paint.ts'

const named: readonly string[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']

/** `from`: 30 for what is written, 40 for what lies under it. */
const colourOf = (colour: string | undefined, from: 30 | 40): string[] => {
  if (!colour) return []
  if (colour.startsWith('#')) {
    const value = Number.parseInt(colour.slice(1), 16)
    return [`${from + 8};2;${value >> 16};${(value >> 8) & 255};${value & 255}`]
  }
  const bright = colour.endsWith('Bright')
  const at = named.indexOf(bright ? colour.slice(0, -'Bright'.length) : colour)
  return at < 0 ? [] : [String(from + at + (bright ? 60 : 0))]
}

const painted = (line: Line, theme: Theme, base?: Tone): string => {
  const texts = line.map(({text, tone, under}) => {
    const {color, backgroundColor, bold, dimColor, inverse, underline} = paintOf(theme, tone, base, under)
    const codes = [bold && '1', dimColor && '2', underline && '4', inverse && '7', ...colourOf(color, 30), ...colourOf(backgroundColor, 40)]
    return `\x1b[${['0', ...codes.filter(Boolean)].join(';')}m${text}`
  })
  return `${texts.join('')}\x1b[m`
}

/** In the place of a whole row, also where what stood there was counted otherwise. */
export const written = (line: Line, row: number, theme: Theme, base?: Tone): string => `\x1b[${row + 1};1H\x1b[m\x1b[2K${painted(line, theme, base)}`

/** From a cell on, beside what stands there. */
export const writtenAt = (line: Line, {x, y}: {x: number; y: number}, theme: Theme): string => `\x1b[${y + 1};${x + 1}H${painted(line, theme)}`
