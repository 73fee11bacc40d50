// The terminal that nobody sees: the chrome is drawn in it, whole pictures and parts of one, for the compositor to read as
// cells. Who draws is not known here, and no package is imported: it is there before Ink is.

import type {Size} from '../../engine/contract/screen.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'

export interface Canvas {
  /** The cells of the newest picture. */
  readonly terminal: PaneTerminal
  /** A whole picture, line by line; the same one again is not drawn. */
  show(picture: string): void
  /** Bytes that draw a part by themselves: written now, and again over every picture until they are others. */
  over(bytes: string): void
  resize(size: Size): void
  /** There is something new to be read. */
  onFrame(hear: () => void): void
  close(): void
}

export const openCanvas = (size: Size): Canvas => {
  const terminal = openTerminal(size, {scrollbackLines: 0, convertEol: true})
  const hears: (() => void)[] = []
  let [shown, above, isOpen] = ['', '', true]
  const write = (bytes: string): void =>
    terminal.write(bytes, () => {
      for (const hear of hears) hear()
    })
  return {
    terminal,
    show: (picture) => {
      if (!isOpen || picture === shown) return
      shown = picture
      // No line is wrapped and none scrolls: what is too wide or too high is cut off.
      const lines = picture.split('\n', terminal.size.rows)
      write(`\x1b[?7l\x1b[m\x1b[2J\x1b[H${lines.join('\n')}${above}`)
    },
    over: (bytes) => {
      if (bytes === above) return
      above = bytes
      if (isOpen && shown !== '') write(bytes)
    },
    resize: (next) => {
      terminal.resize(next)
      // Rows have moved: whoever drew over them draws again.
      ;[shown, above] = ['', '']
    },
    onFrame: (hear) => {
      hears.push(hear)
    },
    close: () => {
      isOpen = false
      terminal.close()
    },
  }
}
