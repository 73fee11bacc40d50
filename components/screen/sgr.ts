// The shortest SGR sequence from one look to another. A look is the words of a cell without its text: foreground and
// background word, and style and colour of its underline. Pure.

import {bgBits, colourBits, fgBits} from '../../stores/cells.ts'
import {reducer} from './colour.ts'
import type {ScreenFeatures} from './scene.ts'

/** Three bits of style above 26 bits of colour, as the emulator has them; 0: a plain line in the text's colour. */
export const underlineShift = 26

type Switch = readonly [bit: number, on: string, off: string]

const fgSwitches: readonly Switch[] = [
  [fgBits.bold, '1', '22'],
  [fgBits.blink, '5', '25'],
  [fgBits.inverse, '7', '27'],
  [fgBits.invisible, '8', '28'],
  [fgBits.strike, '9', '29'],
]
const bgSwitches: readonly Switch[] = [
  [bgBits.italic, '3', '23'],
  [bgBits.overline, '53', '55'],
]

const rgb = (value: number): string => `${(value >> 16) & 0xff};${(value >> 8) & 0xff};${value & 0xff}`

const colourCode = (word: number, base: 30 | 40): string => {
  const value = word & colourBits.value
  switch (word & colourBits.mode) {
    case colourBits.p16:
      return `${value < 8 ? base + value : base + 52 + value}`
    case colourBits.p256:
      return `${base + 8};5;${value}`
    case colourBits.rgb:
      return `${base + 8};2;${rgb(value)}`
    default:
      return `${base + 9}`
  }
}

const underlineColourCode = (word: number): string => {
  const value = word & colourBits.value
  const mode = word & colourBits.mode
  if (mode === 0) return '59'
  // With colons: who does not know this code passes over it whole.
  return mode === colourBits.rgb ? `58:2::${rgb(value).replaceAll(';', ':')}` : `58:5:${value}`
}

const underlineCode = (fg: number, extended: number): string => {
  if ((fg & fgBits.underline) === 0) return '24'
  const style = extended >>> underlineShift
  return style > 1 ? `4:${style}` : '4'
}

/** Codes that turn look a into look b. */
const codes = (aFg: number, aBg: number, aLine: number, bFg: number, bBg: number, bLine: number): string => {
  const list: string[] = []
  // One code ends bold and dim, so what stays of them is said again.
  const weight = fgBits.bold
  const ends = ((aFg & ~bFg & weight) | (aBg & ~bBg & bgBits.dim)) !== 0
  if (ends) list.push('22')
  if (bFg & weight && (ends || !(aFg & weight))) list.push('1')
  if (bBg & bgBits.dim && (ends || !(aBg & bgBits.dim))) list.push('2')
  for (const [bit, on, off] of fgSwitches) if (bit !== weight && (aFg ^ bFg) & bit) list.push(bFg & bit ? on : off)
  for (const [bit, on, off] of bgSwitches) if ((aBg ^ bBg) & bit) list.push(bBg & bit ? on : off)
  const [aUnder, bUnder] = [underlineCode(aFg, aLine), underlineCode(bFg, bLine)]
  if (aUnder !== bUnder) list.push(bUnder)
  if ((aLine ^ bLine) & colourBits.whole) list.push(underlineColourCode(bLine & colourBits.whole))
  if ((aFg ^ bFg) & colourBits.whole) list.push(colourCode(bFg & colourBits.whole, 30))
  if ((aBg ^ bBg) & colourBits.whole) list.push(colourCode(bBg & colourBits.whole, 40))
  return list.join(';')
}

const mostLooks = 4096

interface Ways {
  /** Of a way that was found before. */
  get(aFg: number, aBg: number, bFg: number, bBg: number): string | undefined
  /** Remembers the way that was asked for last. */
  add(text: string): void
}

/** Remembers the ways between looks: a screen uses few, again and again, for each of its cells. */
const createWays = (): Ways => {
  const looks = new Map<number, Map<number, number>>()
  const ways = new Map<number, string>()
  let [count, asked] = [0, 0]
  const numberOf = (fg: number, bg: number): number => {
    const ofFg = looks.get(fg) ?? new Map<number, number>()
    if (ofFg.size === 0) looks.set(fg, ofFg)
    const number = ofFg.get(bg)
    if (number !== undefined) return number
    ofFg.set(bg, count)
    count += 1
    return count - 1
  }
  return {
    get: (aFg, aBg, bFg, bBg) => {
      if (count > mostLooks) {
        looks.clear()
        ways.clear()
        count = 0
      }
      asked = numberOf(aFg, aBg) * (mostLooks + 8) + numberOf(bFg, bBg)
      return ways.get(asked)
    },
    add: (text) => void ways.set(asked, text),
  }
}

export interface Pen {
  /** The sequence that makes the terminal draw so; '' when it does already. */
  to(fg: number, bg: number, line: number): string
  /** Nothing is known of how the terminal draws. */
  forget(): void
  /** What is drawn now, before any reduction of colours; undefined when nothing is known. */
  readonly fg: number | undefined
  readonly bg: number | undefined
}

export const createPen = ({colours, underlines}: ScreenFeatures): Pen => {
  const reduce = reducer(colours)
  const colour = (word: number): number => ((word & ~colourBits.whole) | reduce(word & colourBits.whole)) >>> 0
  let known = false
  let [fg, bg, line] = [0, 0, 0]
  let [shownFg, shownBg, shownLine] = [0, 0, 0]

  const ways = createWays()

  const find = (nextFg: number, nextBg: number, nextLine: number): string => {
    const full = codes(0, 0, 0, nextFg, nextBg, nextLine)
    if (full === '') return '\x1b[m'
    const step = known ? codes(shownFg, shownBg, shownLine, nextFg, nextBg, nextLine) : undefined
    return step !== undefined && step.length <= full.length + 2 ? `\x1b[${step}m` : `\x1b[0;${full}m`
  }

  const change = (nextFg: number, nextBg: number, nextLine: number): string => {
    if (!known || nextLine !== 0 || shownLine !== 0) return find(nextFg, nextBg, nextLine)
    if (nextFg === shownFg && nextBg === shownBg) return ''
    const way = ways.get(shownFg, shownBg, nextFg, nextBg)
    if (way !== undefined) return way
    const text = find(nextFg, nextBg, 0)
    ways.add(text)
    return text
  }

  return {
    to: (nextFg, nextBg, nextLine) => {
      if (known && nextFg === fg && nextBg === bg && nextLine === line) return ''
      // For every look of every frame: nothing is made here that has to be thrown away.
      fg = nextFg
      bg = nextBg
      line = nextLine
      const showFg = colour(nextFg)
      const showBg = colour(nextBg)
      const showLine = underlines && nextLine !== 0 ? (nextLine & ~colourBits.whole) | reduce(nextLine & colourBits.whole) : 0
      const text = change(showFg, showBg, showLine)
      shownFg = showFg
      shownBg = showBg
      shownLine = showLine
      known = true
      return text
    },
    forget: () => {
      known = false
    },
    get fg() {
      return known ? fg : undefined
    },
    get bg() {
      return known ? bg : undefined
    },
  }
}
