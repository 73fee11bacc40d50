// What a command prints, as it comes: whole lines, indented, cut to a bound. The first lines are shown at once; of
// what is beyond them only the last few, at the end, with the count of those between. Colours of the command stay.

import {graphemesOf, widthOf} from '../base/width.ts'
import {openCleaner} from './face-clean.ts'
import {type Flow, sequences} from './face-flow.ts'
import {dim} from './face-prose.ts'

export interface Output {
  push(text: string): void
  /** The rest, and the lines that were left out as a number. */
  end(): void
}

const headLines = 24
const tailLines = 8
/** Rows that one line may take; a minified file is no story. */
const rowsMost = 3
const margin = 2
/** Held of a line that does not end. */
const lineMost = 8192

/** What still stands of a line that was drawn several times. */
const lastDrawing = (line: string): string => (line.split('\r').findLast(Boolean) ?? '') + (line.endsWith('\r') ? '\r' : '')

/** A sequence or a pair that was cut in two. */
const broken = new RegExp(`(?:${String.fromCharCode(27)}[^m]{0,80}|[\\ud800-\\udbff])$`)

/** At most so many cells, sequences kept whole. */
const clipped = (line: string, cells: number): string => {
  if (widthOf(line.replace(sequences, '')) <= cells) return line
  let room = cells - 1
  let out = ''
  let at = 0
  const take = (text: string): void => {
    for (const grapheme of graphemesOf(text)) {
      room -= widthOf(grapheme)
      if (room < 0) return
      out += grapheme
    }
  }
  for (const found of line.matchAll(sequences)) {
    take(line.slice(at, found.index))
    if (room < 0) break
    out += found[0]
    at = found.index + found[0].length
  }
  if (room >= 0) take(line.slice(at))
  return `${out}…`
}

export const openOutput = (flow: Flow, colour: boolean): Output => {
  const cleaner = openCleaner({colours: colour, lines: true})
  let line = ''
  let shown = 0
  let beyond = 0
  let tail: string[] = []
  /** Colours that were left on: a line goes on with them. */
  let left = ''

  const print = (text: string): void => {
    const cells = flow.columns() * rowsMost - margin
    flow.fresh()
    flow.literal(`${' '.repeat(margin)}${clipped(text, cells)}`)
    flow.newline()
  }

  const sayLine = (): void => {
    // What was drawn over is not there any more.
    const text = left + lastDrawing(line).replace('\r', '').replaceAll('\t', '    ')
    const set = line.match(sequences)?.at(-1)
    if (set) left = /\[0?m$/.test(set) ? '' : set
    line = ''
    if (shown < headLines) {
      if (shown > 0 || text.replace(sequences, '')) {
        print(text)
        shown += 1
      }
      return
    }
    beyond += 1
    tail.push(text)
    if (tail.length > tailLines) tail = tail.slice(-tailLines)
  }

  const take = (text: string): void => {
    let rest = text
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      line += rest.slice(0, end)
      rest = rest.slice(end + 1)
      sayLine()
    }
    // Drawn over again and again, or one line without an end: neither may grow without bound.
    if (line.length < lineMost || rest.includes('\r')) line += rest
    if (line.includes('\r')) line = lastDrawing(line)
    if (line.length > lineMost) line = line.slice(0, lineMost).replace(broken, '')
  }

  return {
    push: (text) => take(cleaner.push(text)),
    end: () => {
      take(cleaner.end())
      if (line) sayLine()
      const between = beyond - tail.length
      if (between > 0) {
        flow.fresh()
        flow.word(`${' '.repeat(margin)}… ${between} ${between === 1 ? 'line' : 'lines'} more`, dim)
        flow.newline()
      }
      while (tail.length > 0 && !tail.at(-1)?.replace(sequences, '').trim()) tail.pop()
      for (const text of tail) print(text)
      tail = []
      beyond = 0
      shown = 0
      left = ''
    },
  }
}
