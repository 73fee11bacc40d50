// A terminal's screen as SVG: one picture, or a film of them. Each run of cells of one look is one text of known width,
// so that it lines up whatever font the reader has. A row that appears in many frames is drawn once.

import type {IBufferCell, Terminal} from '@xterm/headless'
import {shapeOf} from './boxes.ts'
import {dimmed, ground, ink, paletteColour} from './palette.ts'

const cellWidth = 8.4
const cellHeight = 18
const fontSize = 14
const margin = 12
const font = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace"

interface Look {
  fg: string
  bg: string
  bold: boolean
  italic: boolean
  underline: boolean
}

const n = (value: number): string => String(Math.round(value * 100) / 100)
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const colourOf = (isDefault: boolean, isRgb: boolean, value: number, fallback: string): string => {
  if (isDefault) return fallback
  return isRgb ? `#${value.toString(16).padStart(6, '0')}` : paletteColour(value)
}

const lookOf = (cell: IBufferCell): Look => {
  let fg = colourOf(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor(), ink)
  let bg = colourOf(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor(), ground)
  if (cell.isInverse()) [fg, bg] = [bg, fg]
  if (cell.isDim()) fg = dimmed(fg, bg)
  return {fg, bg, bold: cell.isBold() !== 0, italic: cell.isItalic() !== 0, underline: cell.isUnderline() !== 0}
}

/** The usual colour is said once, at the top. */
const fillOf = (colour: string): string => (colour === ink ? '' : ` fill="${colour}"`)

const isSame = (one: Look, other: Look): boolean =>
  one.fg === other.fg && one.bg === other.bg && one.bold === other.bold && one.italic === other.italic && one.underline === other.underline

interface Run {
  x: number
  cells: number
  text: string
  look: Look
}

const textOf = ({x, cells, text, look}: Run): string => {
  if (!text.trim()) return ''
  const more = `${look.bold ? ' font-weight="bold"' : ''}${look.italic ? ' font-style="italic"' : ''}${look.underline ? ' text-decoration="underline"' : ''}`
  const width = `textLength="${n(cells * cellWidth)}"`
  return `<text x="${n(x * cellWidth)}" y="${fontSize}" ${width}${fillOf(look.fg)}${more}>${escaped(text)}</text>`
}

/** One row of the screen, at the origin. */
const rowPicture = (emulator: Terminal, y: number): string => {
  const line = emulator.buffer.active.getLine(emulator.buffer.active.baseY + y)
  const grounds: Run[] = []
  const runs: Run[] = []
  const shapes = new Map<string, string>()
  const add = (list: Run[], run: Run, same: (last: Run) => boolean): void => {
    const last = list.at(-1)
    if (last && last.x + last.cells === run.x && same(last)) {
      last.cells += run.cells
      last.text += run.text
    } else list.push(run)
  }
  for (let x = 0; x < emulator.cols; x += 1) {
    const cell = line?.getCell(x)
    if (!cell || cell.getWidth() === 0) continue
    const look = lookOf(cell)
    const cells = cell.getWidth()
    const sign = cell.getChars() || ' '
    if (look.bg !== ground) add(grounds, {x, cells, text: '', look}, (last) => last.look.bg === look.bg)
    const shape = shapeOf(sign, {x: x * cellWidth, y: 0, width: cellWidth, height: cellHeight})
    if (shape) shapes.set(look.fg, (shapes.get(look.fg) ?? '') + shape)
    // A wide sign has a width of its own, whatever the font makes of it.
    else add(runs, {x, cells, text: sign, look}, (last) => cells === 1 && last.cells === [...last.text].length && isSame(last.look, look))
  }
  const rects = grounds.map(({x, cells, look}) => `<rect x="${n(x * cellWidth)}" width="${n(cells * cellWidth)}" height="${cellHeight}" fill="${look.bg}"/>`)
  const paths = [...shapes].map(([fill, path]) => `<path d="${path}"${fillOf(fill)}/>`)
  return [...rects, ...paths, ...runs.map(trimmed).map(textOf)].join('')
}

/** Blanks at the ends draw nothing. */
const trimmed = (run: Run): Run => {
  if (run.look.underline || run.cells !== [...run.text].length) return run
  const start = run.text.length - run.text.trimStart().length
  const text = run.text.trim()
  return {...run, text, x: run.x + start, cells: [...text].length}
}

const cursorPicture = (emulator: Terminal, visible: boolean): string => {
  const {cursorX, cursorY} = emulator.buffer.active
  return visible
    ? `<rect x="${n(cursorX * cellWidth)}" y="${cursorY * cellHeight}" width="${n(cellWidth)}" height="${cellHeight}" fill="${ink}" opacity="0.5"/>`
    : ''
}

/** Rows and frames as they are met, each different one once. */
export const openPictures = (columns: number, rows: number) => {
  const [width, height] = [columns * cellWidth + 2 * margin, rows * cellHeight + 2 * margin]
  const known = new Map<string, number>()
  const idOf = (picture: string): number => {
    const id = known.get(picture) ?? known.size
    known.set(picture, id)
    return id
  }
  const frameOf = (emulator: Terminal, cursorVisible: boolean): string => {
    let frame = ''
    for (let y = 0; y < rows; y += 1) {
      const picture = rowPicture(emulator, y)
      if (picture) frame += `<use href="#r${idOf(picture)}" y="${y * cellHeight}"/>`
    }
    return frame + cursorPicture(emulator, cursorVisible)
  }
  const page = (title: string, style: string, body: string): string =>
    [
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${n(width)} ${n(height)}" width="${n(width)}" height="${n(height)}" role="img" fill="${ink}" font-family="${font}" font-size="${fontSize}" xml:space="preserve">`,
      `<title>${escaped(title)}</title>`,
      style && `<style>${style}</style>`,
      `<defs>${[...known].map(([picture, id]) => `<g id="r${id}">${picture}</g>`).join('\n')}</defs>`,
      `<rect width="100%" height="100%" rx="8" fill="${ground}"/>`,
      `<svg x="${margin}" y="${margin}" width="${n(columns * cellWidth)}" height="${rows * cellHeight}" overflow="hidden">${body}</svg>`,
      '</svg>\n',
    ]
      .filter(Boolean)
      .join('\n')

  return {
    frameOf,
    still: (title: string, frame: string): string => page(title, '', frame),
    /** Frames with the second at which each begins; it goes round. Who wants no motion sees the last one. */
    film: (title: string, frames: readonly {at: number; frame: string}[], seconds: number): string => {
      const step = columns * cellWidth
      const keys = frames.map(({at}, index) => `${n((at / seconds) * 100)}%{transform:translateX(${n(-index * step)}px)}`)
      const last = n(-(frames.length - 1) * step)
      const style = [
        `@keyframes film{${keys.join('')}100%{transform:translateX(${last}px)}}`,
        `#film{animation:film ${n(seconds)}s steps(1,end) infinite}`,
        `@media (prefers-reduced-motion:reduce){#film{animation:none;transform:translateX(${last}px)}}`,
      ].join('')
      const strip = frames.map(({frame}, index) => `<svg x="${n(index * step)}" width="${n(step)}" overflow="hidden">${frame}</svg>`)
      return page(title, style, `<g id="film">${strip.join('\n')}</g>`)
    },
  }
}
