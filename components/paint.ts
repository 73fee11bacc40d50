// What a meaning looks like on what lies under it, in the words that Ink takes. No package is imported here: it is needed
// before Ink is there.

import type {Theme, Tone} from '../stores/theme.ts'

export interface Painted {
  color?: string
  backgroundColor?: string
  bold?: boolean
  dimColor?: boolean
  inverse?: boolean
  underline?: boolean
}

/** What a piece looks like on what lies under it: the background shows through. */
export const paintOf = (theme: Theme, tone: Tone | undefined, base: Tone | undefined, behind?: Tone): Painted => {
  const under = base ? theme[base] : theme.plain
  const own = tone ? theme[tone] : under
  const solid = base === 'selected' ? under : own
  return {
    color: solid.color ?? under.color,
    backgroundColor: base && base !== 'plain' ? under.background : (own.background ?? (behind && theme[behind].background) ?? under.background),
    bold: solid.bold ?? under.bold,
    dimColor: solid.dim,
    inverse: under.inverse === true || own.inverse === true || undefined,
    underline: own.underline,
  }
}
