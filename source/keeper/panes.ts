// The terminals of a session: those of its agents and those that a person opened. Each is a pseudo terminal with an
// emulator that reads along, so that a screen that comes late is shown the same. The emulator alone answers what a
// program asks of its terminal.
//
//   live ──exit──▶ ended (still shown) ──shut, or the next run──▶ gone          an agent's goes on with its next process
//
// Law 1: a program that floods is held back by its terminal; an agent never is. Law 2: ending is for the whole group.
// Law 3: no terminal outlives the keeper.

import {basename} from 'node:path'
import serialize, {type SerializeAddon} from '@xterm/addon-serialize'
import type {PaneId, PaneNote, Size} from '../../engine/contract/screen.ts'
import {killGroup, type Start, type Started} from '../../engine/crew/hire.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'
import {type Pty, spawnPty} from './pty.ts'

export interface PaneEars {
  note(note: PaneNote): void
  /** `soon`: somebody typed there a moment ago. */
  bytes(pane: PaneId, data: string, soon: boolean): void
  gone(pane: PaneId): void
  /** The process groups that live in terminals now. */
  groups(pids: number[]): void
}

interface Pane {
  note: PaneNote
  terminal: PaneTerminal
  serializer: SerializeAddon
  pty: Pty | undefined
  /** Bytes since the last breath. */
  read: number
  /** Typed and not yet written. */
  typed: string
  typedAt: number
}

export interface Panes {
  startAgent(start: Start): Started
  /** Of a screen that came: what an agent's terminal begins with until a screen says more. */
  sizeAgents(size: Size): void
  /** `argv` of the person's command, with everything it runs with. Throws when it cannot be started. */
  openShell(command: string, start: Omit<Start, 'agent'>, size: Size): PaneId
  name(pane: PaneId, title: string): void
  /** The echo of keys that no program reads. */
  echo(pane: PaneId, data: string): void
  write(pane: PaneId, data: string): void
  resize(pane: PaneId, size: Size): void
  shut(pane: PaneId): void
  /** A run begins: its first agent goes on in the first terminal, the others of the run before are over. */
  dropEnded(): void
  kindOf(pane: PaneId): PaneNote['kind'] | undefined
  all(): PaneNote[]
  /** Bytes that make a fresh terminal show the same; what comes after is told to `bytes`. */
  whole(pane: PaneId, take: (data: string) => void): void
  liveShells(): number
  closeAll(): Promise<void>
}

const firstAgent = 'a_1'
const usualSize: Size = {columns: 80, rows: 24}
/** A flooding program gets this much in each breath: 3 MB in a second, as much as a terminal makes of it. */
const breathMs = 33
const breathBytes = 96 * 1024
/** Pastes go in pieces: one write that a program does not read keeps node-pty trying at full speed. */
const pasteChars = 4096
const pasteMs = 5
/** How long after a key its echo is waited for. */
const echoMs = 150
const hangUpMs = 300
const killMs = 2000

/** What the serializer leaves out: how the mouse is told, and the cursor's look. */
const finish = ({modes, cursor, title}: PaneTerminal): string =>
  [
    modes.mouse !== 'none' && modes.mouseSgr ? '\x1b[?1006h' : '',
    cursor.shape > 0 ? `\x1b[${cursor.shape} q` : '',
    cursor.visible ? '' : '\x1b[?25l',
    title ? `\x1b]2;${title}\x07` : '',
  ].join('')

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(-pid, name)
  } catch {
    // Nobody is left.
  }
}

const endWords = ({exitCode, signal: by}: {exitCode: number; signal?: number}): string => (by ? `killed by signal ${by}` : `exit code ${exitCode}`)

export const openPanes = (ears: PaneEars): Panes => {
  const panes = new Map<PaneId, Pane>()
  let shells = 0
  let agentSize = usualSize

  const noteGroups = (): void => ears.groups([...panes.values()].flatMap(({pty}) => (pty ? [pty.pid] : [])))

  const add = (note: PaneNote): Pane => {
    const serializer = new serialize.SerializeAddon()
    const pane: Pane = {
      note,
      terminal: openTerminal(note.size, {addon: serializer}),
      serializer,
      pty: undefined,
      read: 0,
      typed: '',
      typedAt: Number.NEGATIVE_INFINITY,
    }
    if (note.kind === 'shell') pane.terminal.onAnswer((data) => pane.pty?.write(data))
    panes.set(note.pane, pane)
    return pane
  }
  const told = (pane: Pane, change: Partial<PaneNote>): void => {
    pane.note = {...pane.note, ...change}
    if (pane.note.title) ears.note(pane.note)
  }
  const print = (pane: Pane, data: string): void => {
    pane.terminal.write(data)
    ears.bytes(pane.note.pane, data, performance.now() - pane.typedAt < echoMs)
  }
  const breathe = (pane: Pane, pty: Pty, data: string): void => {
    pane.read += data.length
    if (pane.read < breathBytes) return
    pty.pause()
    setTimeout(() => {
      pane.read = 0
      if (pane.pty === pty) pty.resume()
    }, breathMs)
  }

  /** Throws when the system has no terminal or no such program. */
  const run = (pane: Pane, {file, args, cwd, env}: Omit<Start, 'agent'>): {pty: Pty; ended: Promise<string>} => {
    const {columns, rows} = pane.note.size
    const pty = spawnPty(file, args, {name: 'xterm-256color', cols: columns, rows, cwd, env: {...env, TERM: 'xterm-256color'}})
    const {promise: ended, resolve} = Promise.withResolvers<string>()
    pane.pty = pty
    pane.read = 0
    pane.typed = ''
    pty.onData((data) => {
      if (pane.pty !== pty) return
      print(pane, data)
      if (pane.note.kind === 'shell') breathe(pane, pty, data)
    })
    pty.onExit((exit) => {
      const why = endWords(exit)
      if (pane.pty === pty) {
        pane.pty = undefined
        told(pane, {ended: why})
        noteGroups()
      }
      resolve(why)
    })
    noteGroups()
    return {pty, ended}
  }

  /** A process of an agent that was there before goes on in the same terminal. */
  const paneOf = (agent: string): Pane => {
    const before = panes.get(agent)
    if (!before) return add({pane: agent, kind: 'agent', title: '', size: agentSize})
    const {ended: _, ...note} = before.note
    before.note = note
    if (before.terminal.cursor.x > 0) print(before, '\r\n')
    return before
  }
  const drop = (pane: Pane): void => {
    panes.delete(pane.note.pane)
    pane.terminal.close()
    ears.gone(pane.note.pane)
  }
  const typeOn = (pane: Pane): void => {
    const piece = pane.typed.slice(0, pasteChars)
    pane.pty?.write(piece)
    pane.typed = pane.typed.slice(piece.length)
    if (pane.typed) setTimeout(() => typeOn(pane), pasteMs)
  }
  const hangUp = ({pty}: Pane): void => {
    if (!pty) return
    const {pid} = pty
    signal(pid, 'SIGHUP')
    signal(pid, 'SIGTERM')
    setTimeout(() => killGroup(pid), killMs).unref()
  }
  const fitted = ({columns, rows}: Size): Size => ({
    columns: Math.min(1000, Math.max(2, Math.floor(columns))),
    rows: Math.min(1000, Math.max(1, Math.floor(rows))),
  })

  return {
    startAgent: ({agent, ...start}) => {
      try {
        const pane = paneOf(agent)
        const {pty, ended} = run(pane, start)
        told(pane, {})
        return {pid: pty.pid, ended}
      } catch (thrown) {
        return {pid: 0, ended: Promise.resolve(thrown instanceof Error ? thrown.message : String(thrown))}
      }
    },
    sizeAgents: (size) => {
      agentSize = fitted(size)
    },
    openShell: (command, start, size) => {
      shells += 1
      const pane = add({pane: `s_${shells}`, kind: 'shell', title: command || basename(start.file), size: fitted(size)})
      try {
        run(pane, start)
      } catch (thrown) {
        panes.delete(pane.note.pane)
        throw thrown
      }
      told(pane, {})
      return pane.note.pane
    },
    name: (id, title) => {
      const pane = panes.get(id)
      if (pane && pane.note.title !== title) told(pane, {title})
    },
    echo: (id, data) => {
      const pane = panes.get(id)
      if (!pane) return
      pane.typedAt = performance.now()
      print(pane, data)
    },
    write: (id, data) => {
      const pane = panes.get(id)
      if (!pane?.pty) return
      pane.typedAt = performance.now()
      const busy = pane.typed !== ''
      pane.typed += data
      if (!busy) typeOn(pane)
    },
    resize: (id, wanted) => {
      const pane = panes.get(id)
      const size = fitted(wanted)
      if (!pane || (pane.note.size.columns === size.columns && pane.note.size.rows === size.rows)) return
      pane.terminal.resize(size)
      // node-pty throws for a terminal that has just gone.
      if (pane.pty) {
        try {
          pane.pty.resize(size.columns, size.rows)
        } catch {
          // Its end is on the way.
        }
      }
      told(pane, {size})
    },
    shut: (id) => {
      const pane = panes.get(id)
      if (!pane) return
      if (pane.pty && pane.note.kind === 'shell') hangUp(pane)
      else if (!pane.pty) drop(pane)
    },
    dropEnded: () => {
      for (const pane of panes.values()) if (pane.note.kind === 'agent' && !pane.pty && pane.note.pane !== firstAgent) drop(pane)
    },
    kindOf: (id) => panes.get(id)?.note.kind,
    all: () => [...panes.values()].flatMap(({note}) => (note.title ? [note] : [])),
    whole: (id, take) => {
      const pane = panes.get(id)
      pane?.terminal.write('', () => take(pane.serializer.serialize() + finish(pane.terminal)))
    },
    liveShells: () => [...panes.values()].filter(({note, pty}) => note.kind === 'shell' && pty).length,
    closeAll: async () => {
      const live = [...panes.values()].flatMap(({pty}) => (pty ? [pty.pid] : []))
      for (const pid of live) signal(pid, 'SIGHUP')
      for (const pid of live) signal(pid, 'SIGTERM')
      const until = performance.now() + hangUpMs
      while ([...panes.values()].some(({pty}) => pty) && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
      for (const pid of live) killGroup(pid)
      for (const {terminal} of panes.values()) terminal.close()
      panes.clear()
    },
  }
}
