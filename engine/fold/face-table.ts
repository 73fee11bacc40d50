// A table of Markdown as lines of runs: columns as wide as they need, narrower where the terminal is, cells wrapped and
// aligned as the table says. Pure; rows come in as they were written.

import {graphemesOf, widthOf} from '../base/width.ts'
import type {Flow, Run} from './face-flow.ts'

export const isTableRow = (row: string): boolean => /^[ \t]{0,3}\|/.test(row)
/** More rows than these go on below, in the columns that these have. */
const rowsMost = 200

const narrowest = 4

type Align = 'left' | 'right' | 'center'

const cellsIn = (row: string): string[] =>
  row
    .trim()
    .replace(/^\|/, '')
    .replace(/(?<!\\)\|$/, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.replaceAll('\\|', '|').trim())

/** The line under a head: nothing but dashes, with a colon where a column says its side. */
const isRuler = (row: string): boolean => row.includes('-') && cellsIn(row).every((cell) => /^:?-+:?$/.test(cell))

const alignOf = (cell: string): Align => (/^:-*:$/.test(cell) ? 'center' : cell.endsWith(':') ? 'right' : 'left')

const styled = /`([^`]+)`|\*\*([^*]+)\*\*/g

const runsOf = (cell: string, style: string, marks: {code: string; strong: string}): Run[] => {
  const runs: Run[] = []
  let at = 0
  for (const found of cell.matchAll(styled)) {
    if (found.index > at) runs.push({text: cell.slice(at, found.index), style})
    const [all, code, strong] = found
    runs.push({text: code ?? strong ?? '', style: [style, code === undefined ? marks.strong : marks.code].filter(Boolean).join(';')})
    at = found.index + all.length
  }
  if (at < cell.length) runs.push({text: cell.slice(at), style})
  return runs
}

const widthOfRuns = (runs: readonly Run[]): number => runs.reduce((sum, {text}) => sum + widthOf(text), 0)

/** Lines of at most so many cells, broken between words, and within those that are longer. */
const wrap = (runs: readonly Run[], width: number): Run[][] => {
  const lines: Run[][] = [[]]
  let used = 0
  const put = (text: string, style: string): void => {
    const line = lines.at(-1) as Run[]
    const last = line.at(-1)
    if (last?.style === style) last.text += text
    else line.push({text, style})
    used += widthOf(text)
  }
  const next = (): void => {
    lines.push([])
    used = 0
  }
  for (const {text, style} of runs)
    for (const part of text.split(/( +)/)) {
      const cells = widthOf(part)
      if (part === '' || (part.startsWith(' ') && used === 0)) continue
      if (used + cells <= width) put(part, style)
      else if (part.startsWith(' ')) next()
      else {
        if (used > 0 && cells <= width) next()
        for (const grapheme of cells <= width ? [part] : graphemesOf(part)) {
          if (used + widthOf(grapheme) > width && used > 0) next()
          put(grapheme, style)
        }
      }
    }
  return lines
}

/** The widest columns give until all have room. */
const fittedTo = (wanted: readonly number[], room: number): number[] => {
  const widths = [...wanted]
  let over = widths.reduce((sum, width) => sum + width, 0) - room
  while (over > 0) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) break
    widths[widths.indexOf(widest)] = widest - 1
    over -= 1
  }
  return widths
}

const aligned = (runs: readonly Run[], width: number, align: Align): Run[] => {
  const rest = Math.max(0, width - widthOfRuns(runs))
  const left = align === 'right' ? rest : align === 'center' ? rest >> 1 : 0
  const blank = (cells: number): Run[] => (cells > 0 ? [{text: ' '.repeat(cells), style: ''}] : [])
  return [...blank(left), ...runs, ...blank(rest - left)]
}

interface TableStyles {
  base: string
  head: string
  edge: string
  code: string
  strong: string
}

/** What the rows of a table have in common; it holds for those that come after the first of them were drawn. */
interface Shape {
  aligns: Align[]
  widths: number[]
}

const bodyOf = (rows: readonly string[], styles: TableStyles): Run[][][] =>
  rows.map((row) => cellsIn(row).map((cell) => runsOf(cell, styles.base, {code: styles.code, strong: styles.strong})))

const drawn = (rows: readonly Run[][][], {aligns, widths}: Shape, edge: Run): Run[][] =>
  rows.flatMap((row) => {
    const cells = widths.map((width, column) => wrap(row[column] ?? [], width))
    const tall = Math.max(...cells.map((cell) => cell.length))
    return Array.from({length: tall}, (_, at) =>
      widths.flatMap((width, column) => [...(column > 0 ? [edge] : []), ...aligned(cells[column]?.[at] ?? [], width, aligns[column] ?? 'left')]),
    )
  })

/** undefined: it is no table, for it has no line under its head. */
const begun = (rows: readonly string[], columns: number, styles: TableStyles, edge: Run): {lines: Run[][]; shape: Shape} | undefined => {
  const [first = '', second = '', ...more] = rows
  if (!isRuler(second)) return undefined
  const head = cellsIn(first).map((cell) => runsOf(cell, styles.head, {code: '', strong: ''}))
  const body = bodyOf(more, styles)
  const count = Math.max(head.length, ...body.map((row) => row.length))
  const wanted = Array.from({length: count}, (_, column) => Math.max(1, ...[head, ...body].map((row) => widthOfRuns(row[column] ?? []))))
  const shape = {aligns: cellsIn(second).map(alignOf), widths: fittedTo(wanted, columns - (count - 1) * 3)}
  const line: Run = {text: shape.widths.map((width) => '─'.repeat(width)).join('─┼─'), style: styles.edge}
  return {lines: [...drawn([head], shape, edge), [line], ...drawn(body, shape, edge)], shape}
}

export interface Table {
  take(row: string): void
  /** The table is over: what was held is drawn. What is no table stands as it was written. */
  end(): void
}

/** Rows from the beginning of a line on. */
export const openTable = (flow: Flow, styles: TableStyles): Table => {
  const edge: Run = {text: ' │ ', style: styles.edge}
  let rows: string[] = []
  /** Of a table whose first rows are drawn already. */
  let shape: Shape | undefined
  const draw = (): void => {
    const table = shape ? {lines: drawn(bodyOf(rows, styles), shape, edge), shape} : begun(rows, flow.columns(), styles, edge)
    for (const line of table?.lines ?? rows.map((row): Run[] => [{text: row.trim(), style: styles.base}])) {
      for (const {text, style} of line) flow.literal(text, style)
      flow.newline()
    }
    shape = table?.shape
    rows = []
  }
  return {
    take: (row) => {
      rows.push(row)
      if (rows.length >= rowsMost) draw()
    },
    end: () => {
      if (rows.length > 0) draw()
      shape = undefined
    },
  }
}
