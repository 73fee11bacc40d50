// One pane: a pseudo terminal, and an emulator that reads along, so that a screen that comes late is shown the same. The
// emulator alone answers what a program asks of its terminal.
//
//   live ──exit──▶ ended (still shown)          an agent's may be live again, with its next process
//
// Law 1: a program that floods is held back by its terminal; an agent never is. Law 2: ending is for the whole group.

import serialize from '@xterm/addon-serialize'
import type {PaneId, PaneNote, Size} from '../../engine/contract/screen.ts'
import {killGroup, type Start} from '../../engine/crew/hire.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'
import {openAlong} from './along.ts'
import {type Mask, openMask} from './mask.ts'
import {openPast, type PastPane} from './past-pane.ts'
import {type Pty, spawnPty} from './pty.ts'
import type {Retold} from './retell.ts'

export interface PaneEars {
  note(note: PaneNote): void
  /** `soon`: somebody typed there a moment ago. */
  bytes(pane: PaneId, data: string, soon: boolean): void
  /** A process began or ended. */
  moved(): void
}

export interface PaneStart extends Omit<Start, 'agent'> {
  /** Texts that must not be seen in what it prints. */
  hidden?: readonly string[]
}

export interface Pane {
  note(): PaneNote
  /** Of the group that lives in it; undefined when none does. */
  pid(): number | undefined
  /** Throws when the system has no terminal or no such program. `ended` resolves with how it ended. */
  run(start: PaneStart): {pid: number; ended: Promise<string>}
  name(title: string): void
  /** Shows what a process told that is gone; at another width it is told anew. */
  retold(past: Retold): void
  /** Keys for the program. */
  type(data: string): void
  /** The echo of keys that no program reads. */
  echo(data: string): void
  resize(size: Size): void
  /** Bytes that make a fresh terminal show the same; what comes after is told to `bytes`. */
  whole(take: (data: string) => void): void
  /** As a terminal that is closed does; what ignores it is killed. */
  hangUp(): void
  close(): void
}

/** A flooding program gets this much in each breath: 3 MB in a second, as much as a terminal makes of it. */
const breathMs = 33
const breathBytes = 96 * 1024
/** Pastes go in pieces: one write that a program does not read keeps node-pty trying at full speed. */
const pasteChars = 4096
const pasteMs = 5
/** How long after a key its echo is waited for. */
const echoMs = 150
const killMs = 2000

export const signalGroup = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(-pid, name)
  } catch {
    // Nobody is left.
  }
}

export const fitted = ({columns, rows}: Size): Size => ({
  columns: Math.min(1000, Math.max(2, Math.floor(columns))),
  rows: Math.min(1000, Math.max(1, Math.floor(rows))),
})

/** What the serializer leaves out: how the mouse is told, and the cursor's look. */
const finish = ({modes, cursor, title}: PaneTerminal): string =>
  [
    modes.mouse !== 'none' && modes.mouseSgr ? '\x1b[?1006h' : '',
    cursor.shape > 0 ? `\x1b[${cursor.shape} q` : '',
    cursor.visible ? '' : '\x1b[?25l',
    title ? `\x1b]2;${title}\x07` : '',
  ].join('')

const endWords = ({exitCode, signal: by}: {exitCode: number; signal?: number}): string => (by ? `killed by signal ${by}` : `exit code ${exitCode}`)

/** Holds a terminal back that gives more than a breath's worth. */
const openBreath = (isLive: (pty: Pty) => boolean) => {
  let read = 0
  let since = 0
  return (pty: Pty, data: string): void => {
    const now = performance.now()
    if (now - since > breathMs) [read, since] = [0, now]
    read += data.length
    if (read < breathBytes) return
    pty.pause()
    setTimeout(() => isLive(pty) && pty.resume(), breathMs)
  }
}

/** Begins without a process; it is told of once it has a title. */
export const openPane = (first: PaneNote, ears: PaneEars): Pane => {
  const serializer = new serialize.SerializeAddon()
  const terminal = openTerminal(first.size, {addon: serializer, isLate: true})
  const isShell = first.kind === 'shell'
  let note = first
  let pty: Pty | undefined
  let past: PastPane | undefined
  let typed = ''
  let typedAt = Number.NEGATIVE_INFINITY
  const breathe = openBreath((one) => one === pty)
  const along = openAlong(terminal)
  if (isShell) terminal.onAnswer((data) => pty?.write(data))

  const change = (more: Partial<PaneNote>): void => {
    note = {...note, ...more}
    if (note.title) ears.note(note)
  }
  /** The emulator reads what was told again; from here on it is as good as printed. */
  const catchUp = (): void => {
    const text = past?.take()
    past = undefined
    if (text) along.print(text)
  }
  const print = (data: string): void => {
    if (data === '') return
    catchUp()
    along.print(data)
    ears.bytes(note.pane, data, performance.now() - typedAt < echoMs)
  }
  const typeOn = (): void => {
    const piece = typed.slice(0, pasteChars)
    pty?.write(piece)
    typed = typed.slice(piece.length)
    if (typed) setTimeout(typeOn, pasteMs)
  }
  const listen = (mine: Pty, mask: Mask): Promise<string> => {
    const {promise: ended, resolve} = Promise.withResolvers<string>()
    mine.onData((data) => {
      if (pty !== mine) return
      print(mask.step(data))
      if (isShell) breathe(mine, data)
    })
    mine.onExit((exit) => {
      resolve(endWords(exit))
      if (pty !== mine) return
      pty = undefined
      print(mask.end())
      change({ended: endWords(exit)})
      ears.moved()
    })
    return ended
  }

  return {
    note: () => note,
    pid: () => pty?.pid,
    run: ({file, args, cwd, env, hidden = []}) => {
      const {columns, rows} = note.size
      const mine = spawnPty(file, args, {name: 'xterm-256color', cols: columns, rows, cwd, env: {...env, TERM: 'xterm-256color'}})
      pty = mine
      catchUp()
      typed = ''
      along.now()
      if (terminal.cursor.x > 0) print('\r\n')
      change({ended: undefined, past: undefined})
      ears.moved()
      return {pid: mine.pid, ended: listen(mine, openMask(hidden))}
    },
    name: (title) => {
      if (note.title !== title) change({title})
    },
    retold: (told) => {
      past = openPast(told, () => note.size.columns)
      change({title: told.role, ended: told.ended, past: true})
    },
    type: (data) => {
      if (!pty) return
      typedAt = performance.now()
      const busy = typed !== ''
      typed += data
      if (!busy) typeOn()
    },
    echo: (data) => {
      typedAt = performance.now()
      print(data)
    },
    resize: (wanted) => {
      const size = fitted(wanted)
      if (note.size.columns === size.columns && note.size.rows === size.rows) return
      along.now()
      terminal.resize(size)
      try {
        pty?.resize(size.columns, size.rows)
      } catch {
        // It has just ended, and will say so.
      }
      change({size})
      const text = past?.resized()
      if (text) ears.bytes(note.pane, text, false)
    },
    whole: (take) => {
      if (past) return past.whole(take)
      along.now()
      terminal.write('', () => take(serializer.serialize() + finish(terminal) + terminal.begun))
    },
    hangUp: () => {
      if (!pty) return
      const {pid} = pty
      signalGroup(pid, 'SIGHUP')
      signalGroup(pid, 'SIGTERM')
      setTimeout(() => killGroup(pid), killMs).unref()
    },
    close: () => {
      past?.take()
      along.close()
      terminal.close()
    },
  }
}
