// A pane's terminal: a real emulator that is fed the bytes of a pseudo terminal (or the frames of the chrome) and read as
// cells and as text. It draws nothing and talks to nobody; what it wants to answer is handed to whoever asked for answers.
//
// Lines have numbers that stay: the first line ever printed is 0, and a line keeps its number when older ones are thrown away.

import headless, {type IBufferLine, type ITerminalAddon} from '@xterm/headless'
import type {Size} from '../engine/contract/screen.ts'
import {isPlain, loadedWidths, loadWidths} from './cell-widths.ts'
import {type CellRow, innerRow, insideOf, isOpen, outerRow} from './cells.ts'
import {createFeed} from './terminal-feed.ts'
import {createLate} from './terminal-late.ts'

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
  /** `done`: all of it is parsed. */
  write(data: string | Uint8Array, done?: () => void): void
  /** Of a late terminal: text that can be read later, when somebody looks; false, and nothing has happened, for any other. */
  take(data: string): boolean
  /** The beginning of a sequence whose end has not come: who shows the same to somebody else must say it too. */
  readonly begun: string
  /**
   * Of a late terminal: somebody keeps line numbers, from now on or no more. Numbers that were told before hold no longer;
   * while nobody keeps any, lines that nobody sees are not counted.
   */
  attend(isAttended: boolean): void
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
  /** Reads no more of a flood than is looked at. An addon reads it right only in the `done` of a write. */
  isLate?: boolean
}

const shapes: Readonly<Record<string, number>> = {block: 2, underline: 4, bar: 6}

const clamped = ({columns, rows}: Size): Size => ({columns: Math.max(2, Math.floor(columns)), rows: Math.max(1, Math.floor(rows))})

export const openTerminal = (size: Size, {scrollbackLines = 2000, convertEol = false, addon, isLate = false}: TerminalOptions = {}): PaneTerminal => {
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
    version += 1
    for (const hear of hears.damage) hear()
  }
  // What is read late was damage when it came.
  let isReading = false
  watch()
  const feed = createFeed(emulator, inside, () => {
    if (closed) return
    watch()
    if (!isReading) damaged()
  })
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

  const push = (data: string, done?: () => void): void => {
    if (hasWidths || (!held && isPlain(data))) {
      feed.push(data, done)
      return
    }
    held ??= []
    held.push([data, done])
    heldBytes += data.length
    void loadWidths().then(takeWidths)
  }
  const read = (text: string): void => {
    isReading = true
    push(text)
    feed.finish()
    isReading = false
  }
  const late = isLate ? createLate({emulator, inside, scrollbackLines, isIdle: () => !held && feed.waitingBytes === 0, read}) : undefined
  const take = (data: string): boolean => {
    if (closed || !late?.take(data)) return false
    damaged()
    return true
  }
  const seenLine = (line: number): IBufferLine | undefined => {
    late?.front()
    return lineAt(line)
  }

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
      late?.whole()
      return first()
    },
    get screenTop() {
      late?.front()
      return first() + buffers.active.baseY
    },
    get lineCount() {
      late?.whole()
      return buffers.active.length
    },
    get waitingBytes() {
      return heldBytes + feed.waitingBytes
    },
    get cursor() {
      late?.front()
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
      if (!late) return push(data, done)
      if (!done && take(data)) return
      const now = late.push(data)
      if (done) late.whole()
      push(now, done)
    },
    take,
    get begun() {
      return late?.begun ?? ''
    },
    attend: (isAttended) => late?.attend(isAttended),
    resize: (wanted) => {
      const next = clamped(wanted)
      if (closed || (next.columns === emulator.cols && next.rows === emulator.rows)) return
      late?.forget()
      emulator.resize(next.columns, next.rows)
      damaged()
    },
    lineText: (line) => seenLine(line)?.translateToString(true) ?? '',
    textBetween: (line, from, to) => seenLine(line)?.translateToString(false, from, to) ?? '',
    isWrapped: (line) => seenLine(line)?.isWrapped ?? false,
    lines: () => {
      late?.whole()
      return Array.from({length: buffers.active.length}, (_, y) => buffers.active.getLine(y)?.translateToString(true) ?? '')
    },
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
