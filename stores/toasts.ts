// Words that come up over the panes and go again: wrapped, for what went wrong is worth reading to its end.

import {widthOf} from '../engine/base/width.ts'
import {clean, type Line, wrapped} from './line.ts'
import type {Toast} from './state.ts'
import type {Tone} from './theme.ts'

const widest = 72
/** Of one toast; what is longer is said where it belongs, in a pane or the log. */
const rowsMost = 4

const tones: Readonly<Record<Toast['tone'], Tone | undefined>> = {plain: undefined, good: 'good', bad: 'bad'}

/** Cells that the toasts need, with a blank at each side. */
export const toastWidth = (toasts: readonly Toast[], room: number): number =>
  Math.max(1, Math.min(widest, room, Math.max(10, ...toasts.map(({text}) => widthOf(clean(text)) + 2))))

export const toastLines = (toasts: readonly Toast[], width: number): Line[] =>
  toasts.flatMap(({text, tone}) =>
    wrapped(clean(text), Math.max(1, width - 2), tones[tone])
      .slice(0, rowsMost)
      .map((line): Line => [{text: ' '}, ...line]),
  )
