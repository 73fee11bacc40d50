// A measured figure, and the median that all of them are.

export interface Figure {
  name: string
  value: number
  unit: string
  /** To the yardstick of the same run. */
  ratio?: number
  note?: string
}

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[middle] as number) : ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
}
