// How wide text is in cells: the tables of an emulator that know joined emoji and combining marks. They are loaded when the
// first text comes that needs them, so that a start pays nothing; until they are there, such text waits.

import type {ITerminalAddon} from '@xterm/headless'

type Widths = new () => ITerminalAddon

let widths: Widths | undefined
let loading: Promise<void> | undefined

// All but what is narrow with the tables and without: Latin, dashes, arrows, boxes, blocks, Braille and a few signs.
const uncertain = /[\u0300-\u200f\u2028-\u218f\u2194-\u24ff\u25a1-\u25b7\u25b9-\u25ce\u25d0-\u2712\u2714-\u2716\u2718-\u27ff\u2900-\uffff]/

export const isPlain = (data: string): boolean => !uncertain.test(data)

/** The tables for one emulator; undefined before they are loaded. */
export const loadedWidths = (): ITerminalAddon | undefined => widths && new widths()

const load = async (): Promise<void> => {
  // The tables are unpacked from the start of a Buffer's memory, as if it were alone there: in a shared pool it is not.
  const {poolSize} = Buffer
  Buffer.poolSize = 0
  try {
    widths = (await import('@xterm/addon-unicode-graphemes')).UnicodeGraphemesAddon
  } finally {
    Buffer.poolSize = poolSize
  }
}

/** Loads the tables once. Where they cannot be loaded, the emulator's own older ones stay. */
export const loadWidths = (): Promise<void> => {
  loading ??= load().catch(() => undefined)
  return loading
}
