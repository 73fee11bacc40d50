// Colours for terminals that know fewer of them: true colour to the 256 of xterm, those to the 16 of old, those to none.
// Colours are words as cells carry them (mode above 24 bits of value). Pure; the terminal's own default stays the default.

import {colourBits} from '../../stores/cells.ts'
import type {ColourDepth} from './scene.ts'

const steps = [0, 95, 135, 175, 215, 255] as const

/** What most terminals draw for the first 16; only used to find the nearest. */
const basic = [
  0x000000, 0xcd0000, 0x00cd00, 0xcdcd00, 0x1e6fee, 0xcd00cd, 0x00cdcd, 0xe5e5e5, 0x7f7f7f, 0xff0000, 0x00ff00, 0xffff00, 0x5c8cff, 0xff00ff, 0x00ffff,
  0xffffff,
] as const

const red = (rgb: number): number => (rgb >> 16) & 0xff
const green = (rgb: number): number => (rgb >> 8) & 0xff
const blue = (rgb: number): number => rgb & 0xff

const distance = (left: number, right: number): number =>
  2 * (red(left) - red(right)) ** 2 + 4 * (green(left) - green(right)) ** 2 + 3 * (blue(left) - blue(right)) ** 2

const stepOf = (part: number): number => (part < 48 ? 0 : part < 115 ? 1 : Math.min(5, Math.trunc((part - 35) / 40)))

const rgbOf256 = (index: number): number => {
  if (index < 16) return basic[index] as number
  if (index >= 232) return (8 + (index - 232) * 10) * 0x10101
  const [r, g, b] = [Math.trunc((index - 16) / 36), Math.trunc((index - 16) / 6) % 6, (index - 16) % 6].map((n) => steps[n] as number) as [
    number,
    number,
    number,
  ]
  return (r << 16) | (g << 8) | b
}

const to256 = (rgb: number): number => {
  const cube = 16 + 36 * stepOf(red(rgb)) + 6 * stepOf(green(rgb)) + stepOf(blue(rgb))
  const level = Math.round((red(rgb) + green(rgb) + blue(rgb)) / 3)
  const grey = 232 + Math.max(0, Math.min(23, Math.round((level - 8) / 10)))
  return distance(rgbOf256(grey), rgb) < distance(rgbOf256(cube), rgb) ? grey : cube
}

/** Where the hues of red, yellow, green, cyan, blue and magenta end, in degrees; then red again. */
const hueEnds = [20, 70, 160, 200, 260, 345] as const
const hueNumbers = [1, 3, 2, 6, 4, 5] as const

const hueOf = (r: number, g: number, b: number, most: number, spread: number): number => {
  const sixth = most === r ? ((g - b) / spread + 6) % 6 : most === g ? (b - r) / spread + 2 : (r - g) / spread + 4
  return sixth * 60
}

/** By hue, not by distance: what is meant as green stays green, and what is selected stays seen. Few levels of grey are told apart. */
const to16 = (rgb: number): number => {
  const [r, g, b] = [red(rgb) / 255, green(rgb) / 255, blue(rgb) / 255]
  const [most, least] = [Math.max(r, g, b), Math.min(r, g, b)]
  if (most < 0.25) return 0
  if (most - least < 0.2 * most) {
    const level = (r + g + b) / 3
    return level < 0.25 ? 0 : level < 0.55 ? 8 : level < 0.8 ? 7 : 15
  }
  const hue = hueOf(r, g, b, most, most - least)
  const number = hueNumbers[hueEnds.findIndex((end) => hue < end)] ?? 1
  return most > 0.8 ? number + 8 : number
}

const reduced = (word: number, depth: ColourDepth): number => {
  const mode = word & colourBits.mode
  const value = word & colourBits.value
  if (depth === 'none') return 0
  if (depth === '256') return mode === colourBits.rgb ? colourBits.p256 | to256(value) : word
  if (mode === colourBits.p16) return word
  if (mode === colourBits.p256) return colourBits.p16 | (value < 16 ? value : to16(rgbOf256(value)))
  return colourBits.p16 | to16(value)
}

/** A function from colour word to colour word for a terminal of that depth; it remembers what it found. */
export const reducer = (depth: ColourDepth): ((word: number) => number) => {
  if (depth === 'true') return (word) => word
  const found = new Map<number, number>()
  return (word) => {
    if ((word & colourBits.mode) === 0) return 0
    const known = found.get(word)
    if (known !== undefined) return known
    // A pane may show pictures of 16 million colours.
    if (found.size > 8192) found.clear()
    const value = reduced(word, depth)
    found.set(word, value)
    return value
  }
}
