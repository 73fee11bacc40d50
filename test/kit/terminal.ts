// A real program in a real pseudo terminal, read through a real terminal emulator: what a person at the keyboard would
// type and see. Waits are for something to be seen, never for time to pass.
//
//   await using terminal = openTerminal({command: launcher, cwd, env, columns: 80, rows: 24})
//   await terminal.until('›')
//   terminal.type('fix it'), terminal.key('enter')
//   terminal.frame(), terminal.cell(0, 0), terminal.cursor(), terminal.modes
//
// Closing kills the program and its group, and fails when a process that it started is left (unless `outlived`).

import {randomUUID} from 'node:crypto'
import {readdirSync, readFileSync} from 'node:fs'
import {createRequire} from 'node:module'
import type {Terminal as Emulator, IBufferCell, ITerminalAddon} from '@xterm/headless'
import headless from '@xterm/headless'
import {bytesOfKey, bytesOfMouse, type Mouse} from './terminal-keys.ts'

/** What we use of node-pty, whose types stand under another name. */
interface Pty {
  pid: number
  onData(listen: (data: Buffer) => void): unknown
  onExit(listen: (end: {exitCode: number; signal?: number}) => void): unknown
  resize(columns: number, rows: number): void
  write(data: string): void
  pause(): void
  resume(): void
}
const {spawn} = createRequire(import.meta.url)('node-pty') as {
  spawn(file: string, args: string[], options: {name: string; cols: number; rows: number; cwd?: string; env: Record<string, string>; encoding: null}): Pty
}

export interface TerminalOptions {
  command: string
  args?: readonly string[]
  columns?: number
  rows?: number
  cwd?: string
  /** The whole environment; TERM is added when it has none. */
  env?: Readonly<Record<string, string>>
  /** False: a terminal that answers no question (device attributes, cursor place, modes). */
  answers?: boolean
  scrollback?: number
  /** What the program starts may live on after it; someone else ends it. */
  outlived?: boolean
}

export interface Cell {
  text: string
  width: number
  /** `default`, a number of the palette, or `#rrggbb`. */
  fg: string | number
  bg: string | number
  bold: boolean
  dim: boolean
  italic: boolean
  underline: boolean
  inverse: boolean
}

export interface Modes {
  alternate: boolean
  /** `none`, or what is reported: `vt200` presses, `drag`, `any`. */
  mouse: string
  paste: boolean
  focus: boolean
  cursorVisible: boolean
  synchronized: boolean
  applicationCursor: boolean
  /** Every private mode that is set and was not at the start. */
  set: readonly number[]
}

export interface Heard {
  /** Bytes since the start. */
  bytes: number
  /** `CSI 2 J` and `CSI 3 J` since the start. */
  erases: number
  bells: number
  title: string
  /** OSC 52 texts, decoded, oldest first. */
  clipboard: readonly string[]
  /** OSC 9 texts. */
  notices: readonly string[]
}

export interface Chunk {
  /** Milliseconds since the start. */
  ms: number
  data: Buffer
}

export type Wanted = string | RegExp | ((frame: string) => boolean)

export interface Terminal extends AsyncDisposable {
  readonly pid: number
  readonly columns: number
  readonly rows: number
  readonly modes: Modes
  readonly heard: Heard
  /** Everything written so far, with its time. */
  readonly chunks: readonly Chunk[]
  raw(): string
  /** Rows of the screen, blanks at their ends left out. */
  frame(): string
  /** Lines that went out at the top. */
  scrolled(): string
  row(y: number): string
  cell(x: number, y: number): Cell
  cursor(): {x: number; y: number}
  /** Resolves with the frame that fits; fails with the last frame. */
  until(wanted: Wanted, deadlineMs?: number): Promise<string>
  /** Resolves once nothing was written for so long. */
  quiet(ms: number, deadlineMs?: number): Promise<void>
  type(text: string): void
  /** `enter`, `ctrl+b`, `alt+x`, `shift+tab`, `ctrl+up`, `f5` … */
  key(...names: string[]): void
  paste(text: string): void
  mouse(what: Mouse): void
  resize(columns: number, rows: number): void
  signal(name: NodeJS.Signals): void
  /** As a terminal whose user has pressed Ctrl-S, or whose line is slow. */
  stall(): void
  flow(): void
  ended: Promise<{code: number; signal?: number}>
  /** Processes that were started in here and live. */
  left(): number[]
  close(options?: Closing): Promise<void>
}

export interface Closing {
  /** What the program started may live on; someone else ends it. */
  outlived?: boolean
  /** How long what it started may take to go. */
  graceMs?: number
}

const marker = 'TERMINAL_KIT'

const processesWith = (mark: string): number[] =>
  readdirSync('/proc').flatMap((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/environ`, 'utf8').includes(mark) && !readFileSync(`/proc/${name}/stat`, 'utf8').includes(') Z ')
        ? [Number(name)]
        : []
    } catch {
      return []
    }
  })

const colourOf = (cell: IBufferCell, which: 'fg' | 'bg'): string | number => {
  const [isDefault, isRgb, value] =
    which === 'fg' ? [cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()] : [cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()]
  if (isDefault) return 'default'
  return isRgb ? `#${value.toString(16).padStart(6, '0')}` : value
}

/** The tables that know joined emoji. They unpack themselves from the start of a Buffer's memory, so it must be their own. */
const loadWidths = async (): Promise<new () => ITerminalAddon> => {
  const {poolSize} = Buffer
  Buffer.poolSize = 0
  try {
    return (await import('@xterm/addon-unicode-graphemes')).UnicodeGraphemesAddon
  } finally {
    Buffer.poolSize = poolSize
  }
}
const Widths = await loadWidths()

export const openEmulator = (columns: number, rows: number, scrollback = 2000): Emulator => {
  const emulator = new headless.Terminal({cols: columns, rows, scrollback, allowProposedApi: true})
  emulator.loadAddon(new Widths())
  return emulator
}

const read = (emulator: Emulator, from: number, to: number): string => {
  const rows: string[] = []
  for (let y = from; y < to; y += 1) rows.push(emulator.buffer.active.getLine(y)?.translateToString(true).trimEnd() ?? '')
  return rows.join('\n')
}

/** Follows what the emulator does not tell: modes, erasing, clipboard. */
const listen = (emulator: Emulator) => {
  const set = new Set<number>()
  const heard = {bytes: 0, erases: 0, bells: 0, title: '', clipboard: [] as string[], notices: [] as string[]}
  let cursorVisible = true
  const mode = (on: boolean) => (params: (number | number[])[]) => {
    for (const one of params.flat()) {
      if (one === 25) cursorVisible = on
      else if (on) set.add(one)
      else set.delete(one)
    }
    return false
  }
  emulator.parser.registerCsiHandler({prefix: '?', final: 'h'}, mode(true))
  emulator.parser.registerCsiHandler({prefix: '?', final: 'l'}, mode(false))
  emulator.parser.registerCsiHandler({final: 'J'}, ([what]) => {
    if (what === 2 || what === 3) heard.erases += 1
    return false
  })
  emulator.parser.registerOscHandler(52, (data) => {
    heard.clipboard.push(Buffer.from(data.slice(data.indexOf(';') + 1), 'base64').toString('utf8'))
    return true
  })
  emulator.parser.registerOscHandler(9, (data) => {
    heard.notices.push(data)
    return true
  })
  emulator.onBell(() => {
    heard.bells += 1
  })
  emulator.onTitleChange((title) => {
    heard.title = title
  })
  return {set, heard, cursorVisible: () => cursorVisible}
}

const isThere = (wanted: Wanted, frame: string): boolean => {
  if (typeof wanted === 'string') return frame.includes(wanted)
  return wanted instanceof RegExp ? wanted.test(frame) : wanted(frame)
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

export const openTerminal = (options: TerminalOptions): Terminal => {
  const {columns = 80, rows = 24, command, args = [], cwd, answers = true} = options
  const mark = `${marker}=${randomUUID()}`
  const [markName = '', markValue = ''] = mark.split('=')
  const began = performance.now()
  const emulator = openEmulator(columns, rows, options.scrollback)
  const {set, heard, cursorVisible} = listen(emulator)
  const env = {TERM: 'xterm-256color', ...(options.env ?? {PATH: process.env.PATH ?? '', LANG: 'C.UTF-8'}), [markName]: markValue}
  const pty = spawn(command, [...args], {name: env.TERM, cols: columns, rows, cwd, env, encoding: null})
  const chunks: Chunk[] = []
  const watchers = new Set<() => void>()
  let lastAt = performance.now()
  let over = false
  const wake = (): void => {
    for (const watch of [...watchers]) watch()
  }
  pty.onData((data) => {
    lastAt = performance.now()
    heard.bytes += data.length
    chunks.push({ms: lastAt - began, data})
    emulator.write(data, wake)
  })
  // A terminal that has gone answers nobody.
  const send = (data: string): void => {
    if (!over && data) pty.write(data)
  }
  if (answers) emulator.onData(send)
  const ended = new Promise<{code: number; signal?: number}>((resolve) => {
    pty.onExit(({exitCode, signal}) => {
      over = true
      // What was written last is still on its way through the emulator.
      emulator.write('', () => {
        wake()
        resolve({code: exitCode, ...(signal ? {signal} : {})})
      })
    })
  })

  const top = (): number => emulator.buffer.active.baseY
  const frame = (): string => read(emulator, top(), top() + emulator.rows)
  const story = (): string => `\n${'─'.repeat(emulator.cols)}\n${frame()}\n${'─'.repeat(emulator.cols)}${over ? '\nthe program has ended' : ''}`

  const until = (wanted: Wanted, deadlineMs = 10_000): Promise<string> => {
    const asked = new Error(`not seen within ${deadlineMs} ms: ${String(wanted)}`)
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const seen = frame()
        let fits = false
        try {
          fits = isThere(wanted, seen)
        } catch (thrown) {
          return finish(() => reject(thrown))
        }
        if (fits) finish(() => resolve(seen))
      }
      // A predicate may look at more than the screen.
      const poll = setInterval(look, 25)
      const timer = setTimeout(() => {
        asked.message += story()
        finish(() => reject(asked))
      }, deadlineMs)
      const finish = (then: () => void): void => {
        clearInterval(poll)
        clearTimeout(timer)
        watchers.delete(look)
        then()
      }
      watchers.add(look)
      look()
    })
  }

  const left = (): number[] => processesWith(mark)
  const kill = (): void => {
    try {
      process.kill(-pty.pid, 'SIGKILL')
    } catch {
      // Nobody is left in the group.
    }
  }
  const leftAfter = async (ms: number): Promise<number[]> => {
    const end = performance.now() + ms
    while (left().length > 0 && performance.now() < end) await later(20)
    return left()
  }
  const close = async ({outlived = options.outlived === true, graceMs = 3000}: Closing = {}): Promise<void> => {
    if (!over) kill()
    await ended
    const rest = outlived ? [] : await leftAfter(graceMs)
    for (const pid of rest) if (alive(pid)) process.kill(pid, 'SIGKILL')
    if (rest.length > 0) await leftAfter(1000)
    emulator.dispose()
    if (rest.length > 0) throw new Error(`left behind by ${command}: ${rest.join(', ')}`)
  }
  let closing: Promise<void> | undefined

  return {
    pid: pty.pid,
    get columns() {
      return emulator.cols
    },
    get rows() {
      return emulator.rows
    },
    get modes() {
      const {modes} = emulator
      return {
        alternate: emulator.buffer.active.type === 'alternate',
        mouse: modes.mouseTrackingMode,
        paste: modes.bracketedPasteMode,
        focus: modes.sendFocusMode,
        cursorVisible: cursorVisible(),
        synchronized: modes.synchronizedOutputMode,
        applicationCursor: modes.applicationCursorKeysMode,
        set: [...set].sort((a, b) => a - b),
      }
    },
    heard,
    chunks,
    raw: () => Buffer.concat(chunks.map(({data}) => data)).toString('utf8'),
    frame,
    scrolled: () => read(emulator, 0, top()),
    row: (y) => read(emulator, top() + y, top() + y + 1),
    cell: (x, y) => {
      const cell = emulator.buffer.active.getLine(top() + y)?.getCell(x)
      if (!cell) throw new Error(`no cell at ${x}, ${y}`)
      return {
        text: cell.getChars(),
        width: cell.getWidth(),
        fg: colourOf(cell, 'fg'),
        bg: colourOf(cell, 'bg'),
        bold: cell.isBold() !== 0,
        dim: cell.isDim() !== 0,
        italic: cell.isItalic() !== 0,
        underline: cell.isUnderline() !== 0,
        inverse: cell.isInverse() !== 0,
      }
    },
    cursor: () => ({x: emulator.buffer.active.cursorX, y: emulator.buffer.active.cursorY}),
    until,
    quiet: async (ms, deadlineMs = 10_000) => {
      const end = performance.now() + deadlineMs
      while (performance.now() - lastAt < ms) {
        if (performance.now() > end) throw new Error(`not quiet for ${ms} ms within ${deadlineMs} ms${story()}`)
        await later(Math.min(20, ms))
      }
    },
    type: send,
    key: (...names) => send(names.map((name) => bytesOfKey(name, emulator.modes.applicationCursorKeysMode)).join('')),
    paste: (text) => {
      const typed = text.replaceAll('\n', '\r')
      send(emulator.modes.bracketedPasteMode ? `\u001b[200~${typed}\u001b[201~` : typed)
    },
    mouse: (what) => send(bytesOfMouse(what)),
    resize: (toColumns, toRows) => {
      emulator.resize(toColumns, toRows)
      if (!over) pty.resize(toColumns, toRows)
    },
    signal: (name) => void process.kill(pty.pid, name),
    stall: () => pty.pause(),
    flow: () => pty.resume(),
    ended,
    left,
    close: (more) => {
      closing ??= close(more)
      return closing
    },
    [Symbol.asyncDispose]: () => {
      closing ??= close()
      return closing
    },
  }
}

/** Row by row what stands there and how; a blank has no colour of its own but that of its ground. */
export const cellsOf = (terminal: Terminal): string[] =>
  Array.from({length: terminal.rows}, (_, y) =>
    Array.from({length: terminal.columns}, (__, x) => {
      const {text, fg, bg, bold, dim, italic, underline, inverse} = terminal.cell(x, y)
      const isBlank = text.trim() === '' && !underline && !inverse
      return isBlank ? ` ${bg}` : [text, fg, bg, bold, dim, italic, underline, inverse].join(' ')
    }).join('|'),
  )
