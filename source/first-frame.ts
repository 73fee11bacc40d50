// The first frame, painted by hand before anything heavy is loaded: the prompt stands where it will stand, so that the
// real screen only fills in what is around it. Nothing here may import a package. For `penguin` alone the launcher paints
// one like it before there is a Node (bin/penguin).

import type {Size} from '../engine/contract/screen.ts'

const esc = '\x1b'

/** Enters the alternate screen and shows where to type. Keys typed from here on wait in the terminal until they are read. */
export const firstFrame = ({columns, rows}: Size, words: string): string => {
  const at = (row: number, text: string): string => `${esc}[${Math.max(1, row)};1H${text.slice(0, columns)}`
  const middle = Math.max(1, Math.floor((rows - 2) / 2))
  const indent = ' '.repeat(Math.max(0, Math.floor((columns - words.length) / 2)))
  return `${esc}[?1049h${esc}[H${esc}[2J${at(middle, indent + words)}${at(rows, '> ')}${esc}[?25h`
}

/** Back from the first frame, where nothing follows it. */
export const noFrame = `${esc}[?1049l${esc}[?25h`
