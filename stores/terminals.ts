// A pane's terminal: a real emulator that is fed the bytes of a pseudo terminal (or the frames of the chrome) and read as
// cells and as text. It draws nothing and talks to nobody; what it wants to answer is handed to whoever asked for answers.
//
// Lines have numbers that stay: the first line ever printed is 0, and a line keeps its number when older ones are thrown away.

import headless, {type IBufferLine, type ITerminalAddon} from '@xterm/headless'
import type {Size} from '../engine/contract/screen.ts'
import {isPlain, loadedWidths, loadWidths} from './cell-widths.ts'
import {type CellRow, innerRow, insideOf, isOpen, outerRow} from './cells.ts'
import {createFeed} from './terminal-feed.ts'

/** What a compositor needs of whoever has cells. */
export interface CellSource {
  /** Grows with every change. */
  readonly version: number
  /** The number of the line in the first row of the screen. */
  readonly screenTop: number
  /** The oldest line that is kept. */
  readonly firstLine: number
  row(line: number): CellRow | undefined
}

export interface PaneCursor {
  /** Cell of the screen, from 0. */
  x: number
  y: number
  visible: boolean
  /** The number of DECSCUSR: 0 as the user has it, 1–2 block, 3–4 underline, 5–6 bar; odd ones blink. */
  shape: number
}

export interface PaneModes {
  mouse: 'none' | 'x10' | 'vt200' | 'drag' | 'any'
  /** The program asked for mouse reports in SGR form (?1006). */
  mouseSgr: boolean
  bracketedPaste: boolean
  applicationCursor: boolean
  focus: boolean
  /** A full-screen program: the alternate screen, which has no lines to scroll back to. */
  alternate: boolean
}

export interface PaneTerminal extends CellSource {
  readonly size: Size
  /** As the program named itself (OSC 0 and 2); '' before. */
  readonly title: string
  readonly cursor: PaneCursor
  readonly modes: PaneModes
  /** Lines kept, those of the screen among them; their numbers run from `firstLine`. */
  readonly lineCount: number
  /** Given to `write` and not yet parsed: whoever reads a pty stops reading when this is high. */
  readonly waitingBytes: number
  write(data: string | Uint8Array, done?: () => void): void
  resize(size: Size): void
  /** Text of a line without the blanks at its end; '' for a line that is not kept. */
  lineText(line: number): string
  /** Cells from `from` up to, not including, `to`. */
  textBetween(line: number, from: number, to: number): string
  /** The line goes on where the one before it was full: copies join them. */
  isWrapped(line: number): boolean
  /** All lines that are kept. */
  lines(): string[]
  onBell(hear: () => void): void
  onTitle(hear: (title: string) => void): void
  onDamage(hear: () => void): void
  /** What the program asked the terminal (device attributes, cursor place …); without a listener nothing is answered. */
  onAnswer(hear: (data: string) => void): void
  close(): void
}

export interface TerminalOptions {
  scrollbackLines?: number
  /** `\n` begins a new line at its start, as a frame of text means it. */
  convertEol?: boolean
  /** Something of the owner's that reads the emulator itself. */
  addon?: ITerminalAddon
}

const shapes: Readonly<Record<string, number>> = {block: 2, underline: 4, bar: 6}

const clamped = ({columns, rows}: Size): Size => ({columns: Math.max(2, Math.floor(columns)), rows: Math.max(1, Math.floor(rows))})

export const openTerminal = (size: Size, {scrollbackLines = 2000, convertEol = false, addon}: TerminalOptions = {}): PaneTerminal => {
  const {columns, rows} = clamped(size)
  const emulator = new headless.Terminal({cols: columns, rows, scrollback: scrollbackLines, convertEol, allowProposedApi: true, logLevel: 'off'})
  if (addon) emulator.loadAddon(addon)
  const inside = insideOf(emulator)
  const open = isOpen(inside)
  // Asked for once: each time its getter looks whether it may be asked.
  const buffers = emulator.buffer
  const spare = buffers.active.getNullCell()
  const hears = {bell: [] as (() => void)[], title: [] as ((title: string) => void)[], damage: [] as (() => void)[]}
  let [version, heldBytes, title, closed] = [0, 0, '', false]
  let held: [string, (() => void)?][] | undefined
  let hasWidths = false
  const decoder = new TextDecoder('utf-8', {ignoreBOM: true})

  // A reset gives the emulator new lines; the old ones then count as thrown away.
  let [trimmed, watched, kept] = [0, undefined as unknown, 0]
  const watch = (): void => {
    const lines = buffers.active.type === 'normal' ? inside?.buffer?.lines : undefined
    if (lines && lines !== watched) {
      if (watched) trimmed += kept
      watched = lines
      lines.onTrim?.((amount) => {
        if (lines === watched) trimmed += amount
      })
    }
    kept = buffers.normal.length
  }
  const isAlternate = (): boolean => buffers.active.type === 'alternate'
  const first = (): number => (isAlternate() ? 0 : trimmed)
  /** Where the emulator has that line; -1 when it has it no more, or not yet. */
  const indexOf = (line: number): number => (line - first() < buffers.active.length ? Math.max(-1, line - first()) : -1)
  const lineAt = (line: number): IBufferLine | undefined => {
    const index = indexOf(line)
    return index < 0 ? undefined : buffers.active.getLine(index)
  }

  const damaged = (): void => {
    if (closed) return
    version += 1
    watch()
    for (const hear of hears.damage) hear()
  }
  watch()
  const feed = createFeed(emulator, inside, damaged)
  emulator.onBell(() => {
    for (const hear of hears.bell) hear()
  })
  emulator.onTitleChange((text) => {
    title = text.slice(0, 200)
    for (const hear of hears.title) hear(title)
  })

  const takeWidths = (): void => {
    const addon = loadedWidths()
    if (addon && !hasWidths && !closed) emulator.loadAddon(addon)
    hasWidths = true
    const waiting = held ?? []
    ;[held, heldBytes] = [undefined, 0]
    if (!closed) for (const [data, done] of waiting) feed.push(data, done)
  }
  if (loadedWidths()) takeWidths()

  return {
    get version() {
      return version
    },
    get size() {
      return {columns: emulator.cols, rows: emulator.rows}
    },
    get title() {
      return title
    },
    get firstLine() {
      return first()
    },
    get screenTop() {
      return first() + buffers.active.baseY
    },
    get lineCount() {
      return buffers.active.length
    },
    get waitingBytes() {
      return heldBytes + feed.waitingBytes
    },
    get cursor() {
      const {cursorX, cursorY} = buffers.active
      const modes = inside?.coreService?.decPrivateModes
      const shape = shapes[modes?.cursorStyle ?? ''] ?? 0
      const visible = inside?.coreService?.isCursorHidden !== true
      return {x: Math.min(cursorX, emulator.cols - 1), y: cursorY, visible, shape: shape - (modes?.cursorBlink && shape ? 1 : 0)}
    },
    get modes() {
      const {mouseTrackingMode, bracketedPasteMode, applicationCursorKeysMode, sendFocusMode} = emulator.modes
      return {
        mouse: mouseTrackingMode,
        mouseSgr: (inside?.coreMouseService?.activeEncoding ?? 'SGR').startsWith('SGR'),
        bracketedPaste: bracketedPasteMode,
        applicationCursor: applicationCursorKeysMode,
        focus: sendFocusMode,
        alternate: isAlternate(),
      }
    },
    row: (line) => {
      if (!open) return outerRow(lineAt(line), spare)
      const index = indexOf(line)
      return index < 0 ? undefined : innerRow(inside, index)
    },
    write: (given, done) => {
      if (closed) return
      // The emulator's own decoder loses some characters that are cut in two.
      const data = typeof given === 'string' ? given : decoder.decode(given, {stream: true})
      if (hasWidths || (!held && isPlain(data))) {
        feed.push(data, done)
        return
      }
      held ??= []
      held.push([data, done])
      heldBytes += data.length
      void loadWidths().then(takeWidths)
    },
    resize: (wanted) => {
      const next = clamped(wanted)
      if (closed || (next.columns === emulator.cols && next.rows === emulator.rows)) return
      emulator.resize(next.columns, next.rows)
      damaged()
    },
    lineText: (line) => lineAt(line)?.translateToString(true) ?? '',
    textBetween: (line, from, to) => lineAt(line)?.translateToString(false, from, to) ?? '',
    isWrapped: (line) => lineAt(line)?.isWrapped ?? false,
    lines: () => Array.from({length: buffers.active.length}, (_, y) => buffers.active.getLine(y)?.translateToString(true) ?? ''),
    onBell: (hear) => hears.bell.push(hear),
    onTitle: (hear) => hears.title.push(hear),
    onDamage: (hear) => hears.damage.push(hear),
    onAnswer: (hear) => {
      emulator.onData(hear)
      emulator.onBinary(hear)
    },
    close: () => {
      closed = true
      held = undefined
      feed.close()
      emulator.dispose()
    },
  }
}
