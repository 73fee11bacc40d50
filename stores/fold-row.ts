// A line of a list view, and what it unfolds to. Lines are made when they are drawn, so that long lists cost nothing.

import type {Line} from './line.ts'

export interface Row {
  /** Stays the same while the list changes. */
  key: string
  /** What the filter looks at. */
  text: string
  line(width: number): Line
  /** Lines below it when it is unfolded. */
  more?(width: number): readonly Line[]
  /** Unfolded unless folded by hand. */
  opens?: true
}

export const isOpen = (row: Row, toggled: readonly string[]): boolean => row.more !== undefined && (row.opens === true) !== toggled.includes(row.key)
