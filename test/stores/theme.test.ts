// Every colour can be read on what lies under it: WCAG's ratio of 4.5 for text, of 3 for lines, on the backgrounds that dark
// and light terminals have.

import {describe, expect, it} from 'vitest'
import {type Paint, type ThemeName, themes} from '../../stores/theme.ts'

const channel = (value: number): number => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const luminance = (hex: string): number => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
const ratio = (left: string, right: string): number => {
  const [less = 0, more = 0] = [luminance(left), luminance(right)].sort((one, other) => one - other)
  return (more + 0.05) / (less + 0.05)
}

/** Black, VS Code's, One Dark's; white, Solarized's. */
const terminals: readonly [ThemeName, string, readonly string[]][] = [
  ['dark', '#d4d4d4', ['#000000', '#1e1e1e', '#282c34']],
  ['light', '#1f2328', ['#ffffff', '#fdf6e3']],
]

describe.each(terminals)('the theme %s', (name, text, backgrounds) => {
  const theme = themes[name]
  const tones = (Object.entries(theme) as [string, Paint][]).filter(([tone]) => tone !== 'border')
  it.each(tones)('can be read: %s', (_, {color = text, background}) => {
    for (const under of background ? [background] : [...backgrounds, theme.bar.background as string]) expect(ratio(color, under)).toBeGreaterThanOrEqual(4.5)
  })
  it('has borders that can be seen', () => {
    for (const under of backgrounds.slice(0, 2)) expect(ratio(theme.border.color as string, under)).toBeGreaterThanOrEqual(3)
  })
})
