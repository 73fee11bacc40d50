// A choice of routes as a table for a terminal: one row a route, in the order in which they are tried. Pure.

import type {Scored} from '../contract/grant.ts'
import type {Choice} from './router.ts'

const usd = (value: number | undefined): string => (value === undefined ? 'unpriced' : value === 0 ? 'free' : `$${value.toPrecision(2)}`)

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`

const cells = (one: Scored): string[] => [
  one.route,
  one.usable ? one.score.toFixed(2) : 'no',
  one.quality.toFixed(2),
  `${Math.round(one.success * 100)} %`,
  usd(one.usd),
  seconds(one.ms),
  one.waitMs > 0 ? seconds(one.waitMs) : '',
  one.why,
]

const head = ['route', 'score', 'quality', 'success', 'cost', 'time', 'wait', 'why']

/** Rows under a head, columns aligned, without a newline at the end. */
export const table = (rows: readonly (readonly string[])[]): string => {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

export const explained = ({scores}: Choice): string => table([head, ...scores.map(cells)])
