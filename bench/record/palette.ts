// The colours of a picture: the sixteen of a palette, the cube and the greys of 256, and what dim makes of them.

/** Readable on the ground, in the order of ANSI. */
const sixteen = [
  '#484f58',
  '#ff7b72',
  '#3fb950',
  '#d29922',
  '#58a6ff',
  '#bc8cff',
  '#39c5cf',
  '#b1bac4',
  '#6e7681',
  '#ffa198',
  '#56d364',
  '#e3b341',
  '#79c0ff',
  '#d2a8ff',
  '#56d4dd',
  '#f0f6fc',
] as const

export const ground = '#0d1117'
export const ink = '#c9d1d9'

const hex = (red: number, green: number, blue: number): string =>
  `#${[red, green, blue].map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`

/** A number of the 256. */
export const paletteColour = (number: number): string => {
  if (number < 16) return sixteen[number] as string
  if (number >= 232) return hex(...(Array(3).fill(8 + (number - 232) * 10) as [number, number, number]))
  const level = (part: number): number => (part === 0 ? 0 : 55 + part * 40)
  const cube = number - 16
  return hex(level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6))
}

const partsOf = (colour: string): number[] => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

/** Half way to the ground behind it. */
export const dimmed = (colour: string, behind: string): string => {
  const back = partsOf(behind)
  const [red = 0, green = 0, blue = 0] = partsOf(colour).map((part, index) => part * 0.6 + (back[index] ?? 0) * 0.4)
  return hex(red, green, blue)
}
