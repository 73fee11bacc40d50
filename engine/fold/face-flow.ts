// Where the pen stands: words go in, bytes come out, wrapped between words at the terminal's width. Knows styles and
// columns, nothing of what is said. Never cuts a grapheme or a sequence: both go in whole.

import {graphemesOf, widthOf} from '../base/width.ts'

export interface Flow {
  /** Text without blanks at its ends, kept together where it fits on a line. */
  word(text: string, style?: string): void
  /** One word in several styles. */
  runs(runs: readonly Run[]): void
  /** A blank, left out where a line ends or begins. */
  space(style?: string): void
  /** Text as it is: the terminal wraps it, so that a copy of it is one line. May hold SGR sequences of its own. */
  literal(text: string, style?: string): void
  newline(): void
  /** To the beginning of a line, if the pen is not there. */
  fresh(): void
  /** An empty line, unless there is one already or nothing was written. */
  gap(): void
  /** Continued lines begin with so many blanks, or with this instead. */
  indent(cells: number, lead?: Run): void
  resize(columns: number): void
  columns(): number
  /** All bytes since it was last asked. */
  take(): string
}

export interface Run {
  text: string
  style: string
}

const esc = String.fromCharCode(27)
export const sequences = new RegExp(`${esc}\\[[\\d;:]*m`, 'g')
const narrowest = 8

export const openFlow = (options: {columns: number; colour: boolean}): Flow => {
  let columns = Math.max(options.columns, narrowest)
  let out = ''
  let column = 0
  let hanging = 0
  let leading: Run | undefined
  let blanks = ''
  let blankStyle = ''
  let style = ''
  /** Empty lines before the pen; many at the very beginning. */
  let emptyLines = 2

  const dress = (wanted: string): void => {
    if (!options.colour || wanted === style) return
    out += wanted ? `${esc}[0;${wanted}m` : `${esc}[0m`
    style = wanted
  }

  const put = (text: string, wanted: string): void => {
    dress(wanted)
    out += text
    emptyLines = 0
  }

  const newline = (): void => {
    blanks = ''
    dress('')
    emptyLines = column === 0 ? emptyLines + 1 : 0
    out += '\r\n'
    column = 0
  }

  const carry = (): void => {
    newline()
    const margin = Math.min(hanging, columns - narrowest)
    if (margin <= 0) return
    if (leading && margin === hanging) put(leading.text, leading.style)
    else put(' '.repeat(margin), '')
    column = margin
  }

  /** A word that is wider than a line is cut between its graphemes. */
  const cut = (text: string, wanted: string): void => {
    for (const grapheme of graphemesOf(text)) {
      const width = widthOf(grapheme)
      if (column + width > columns) carry()
      put(grapheme, wanted)
      column += width
    }
  }

  const runs = (list: readonly Run[]): void => {
    const width = list.reduce((sum, {text}) => sum + widthOf(text), 0)
    if (column > 0 && column + blanks.length + width > columns && width <= columns - hanging) carry()
    else if (blanks && column + blanks.length < columns) {
      put(blanks, blankStyle)
      column += blanks.length
    }
    blanks = ''
    const fits = column + width <= columns
    for (const {text, style: wanted} of list) (fits ? put : cut)(text, wanted)
    if (fits) column += width
  }

  return {
    word: (text, wanted = '') => runs([{text, style: wanted}]),
    runs,
    newline,
    space: (wanted = '') => {
      blanks += ' '
      blankStyle = wanted
    },
    literal: (text, wanted = '') => {
      if (text === '') return
      if (blanks) put(blanks, blankStyle)
      column += blanks.length
      blanks = ''
      put(text, wanted)
      // What it set itself must not outlive it.
      if (options.colour && text.includes(esc)) {
        out += `${esc}[0m`
        style = ''
      }
      column += widthOf(text.replace(sequences, ''))
      if (column > columns) column = ((column - 1) % columns) + 1
    },
    fresh: () => {
      blanks = ''
      if (column > 0) newline()
    },
    gap: () => {
      blanks = ''
      if (column > 0) newline()
      if (emptyLines === 0) newline()
    },
    indent: (cells, lead) => {
      hanging = cells
      leading = lead
    },
    resize: (to) => {
      columns = Math.max(to, narrowest)
    },
    columns: () => columns,
    take: () => {
      const taken = out
      out = ''
      return taken
    },
  }
}
