// Mouse reports in SGR form (?1006), and the old form that a terminal without it sends. Cells are counted from 0.

import type {InputEvent} from '../../engine/contract/screen.ts'

type MouseEvent = Extract<InputEvent, {input: 'mouse'}>

const buttons = ['left', 'middle', 'right', 'none'] as const
const motion = 32
const wheel = 64
const extra = 128

const whatOf = (code: number, released: boolean): MouseEvent['what'] | undefined => {
  if (code & extra) return undefined
  if (code & wheel) return (['wheel-up', 'wheel-down'] as const)[code & 3]
  if (code & motion) return (code & 3) === 3 ? 'move' : 'drag'
  return released ? 'release' : 'press'
}

/** undefined for what has no name here: sideways wheels, extra buttons. */
const mouseEvent = (code: number, x: number, y: number, released: boolean, raw: string): MouseEvent | undefined => {
  const what = whatOf(code, released)
  if (!what) return undefined
  const button = code & wheel ? 'none' : (buttons[code & 3] as MouseEvent['button'])
  return {
    input: 'mouse',
    what,
    button,
    x: Math.max(0, x - 1),
    y: Math.max(0, y - 1),
    ctrl: (code & 16) !== 0,
    alt: (code & 8) !== 0,
    shift: (code & 4) !== 0,
    raw,
  }
}

export const sgrMouse = (raw: string): MouseEvent | undefined => {
  const [, code, x, y, final] = /^<(\d+);(\d+);(\d+)([Mm])$/.exec(raw.slice(2)) ?? []
  return final ? mouseEvent(Number(code), Number(x), Number(y), final === 'm', raw) : undefined
}

/** `CSI M` and three characters, each 32 more than its number; a release does not say of which button. */
export const oldMouse = (raw: string): MouseEvent | undefined => {
  const [code = 0, x = 1, y = 1] = [...raw.slice(3)].map((sign) => (sign.codePointAt(0) as number) - 32)
  return mouseEvent(code, x, y, (code & 3) === 3 && (code & (motion | wheel)) === 0, raw)
}
