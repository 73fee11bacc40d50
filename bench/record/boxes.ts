// Lines and blocks as shapes: a font leaves gaps between rows, and a border must have none.

/** Arms of a line from the middle of its cell: up, right, down, left; 0 none, 1 light, 2 heavy. Round corners are drawn square. */
const arms: Readonly<Record<string, string>> = {
  '─': '0101',
  '━': '0202',
  '│': '1010',
  '┃': '2020',
  '┌': '0110',
  '┏': '0220',
  '┐': '0011',
  '┓': '0022',
  '└': '1100',
  '┗': '2200',
  '┘': '1001',
  '┛': '2002',
  '├': '1110',
  '┣': '2220',
  '┤': '1011',
  '┫': '2022',
  '┬': '0111',
  '┳': '0222',
  '┴': '1101',
  '┻': '2202',
  '┼': '1111',
  '╋': '2222',
  '╴': '0001',
  '╵': '1000',
  '╶': '0100',
  '╷': '0010',
  '┠': '2120',
  '┨': '2021',
  '┯': '0212',
  '┷': '1202',
  '┿': '1212',
  '╂': '2121',
}
const round: Readonly<Record<string, string>> = {'╭': '0110', '╮': '0011', '╰': '1100', '╯': '1001'}

export interface Box {
  x: number
  y: number
  width: number
  height: number
}

const digit = (text: string, at: number): number => Number(text[at])
const n = (value: number): string => String(Math.round(value * 100) / 100)

const lines = (sign: string, {x, y, width, height}: Box): string => {
  const thick = (weight: number): number => (weight === 2 ? height / 8 : height / 16)
  const [middleX, middleY] = [x + width / 2, y + height / 2]
  const rect = (weight: number, fromX: number, fromY: number, toX: number, toY: number): string => {
    if (weight === 0) return ''
    const half = thick(weight) / 2
    return `M${n(fromX - half)} ${n(fromY - half)}H${n(toX + half)}V${n(toY + half)}H${n(fromX - half)}Z`
  }
  return [
    rect(digit(sign, 0), middleX, y, middleX, middleY),
    rect(digit(sign, 1), middleX, middleY, x + width, middleY),
    rect(digit(sign, 2), middleX, middleY, middleX, y + height),
    rect(digit(sign, 3), x, middleY, middleX, middleY),
  ].join('')
}

const area = (x: number, y: number, width: number, height: number): string => `M${n(x)} ${n(y)}h${n(width)}v${n(height)}h${n(-width)}Z`

const block = (code: number, {x, y, width, height}: Box): string => {
  if (code === 0x2580) return area(x, y, width, height / 2)
  // Lower eighths, the full one, left eighths.
  if (code >= 0x2581 && code <= 0x2588) return area(x, y + (height * (0x2588 - code)) / 8, width, (height * (code - 0x2580)) / 8)
  if (code >= 0x2589 && code <= 0x258f) return area(x, y, (width * (0x2590 - code)) / 8, height)
  return code === 0x2590 ? area(x + width / 2, y, width / 2, height) : ''
}

/** The path of a sign in its cell; '' when it is one for the font. */
export const shapeOf = (sign: string, cell: Box): string => {
  const kind = arms[sign] ?? round[sign]
  return kind ? lines(kind, cell) : block(sign.codePointAt(0) ?? 0, cell)
}
