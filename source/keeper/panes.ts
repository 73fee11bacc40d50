// The terminals of a session: those of its agents and those that a person opened.
//
//   live ──exit──▶ ended (still shown) ──shut, or the next run──▶ gone
//
// Law 1: an agent's pane goes on with its next process. Law 2: no terminal outlives the keeper.

import {basename} from 'node:path'
import type {PaneId, PaneNote, Size} from '../../engine/contract/screen.ts'
import {killGroup, type Start, type Started} from '../../engine/crew/hire.ts'
import {fitted, openPane, type Pane, type PaneEars, type PaneStart, signalGroup} from './pane.ts'
import type {Retold} from './retell.ts'

export interface PanesEars extends Omit<PaneEars, 'moved'> {
  gone(pane: PaneId): void
  /** The process groups that live in terminals now. */
  groups(pids: number[]): void
}

export interface Panes {
  startAgent(start: Start): Started
  /** Of a screen that came: what an agent's terminal begins with until a screen says more. */
  sizeAgents(size: Size): void
  /** Another session goes on here: its agents' terminals show what was told in them. */
  retold(past: readonly Retold[]): void
  /** The person's command, with everything it runs with. Throws when it cannot be started. */
  openShell(command: string, start: PaneStart, size: Size): PaneId
  find(pane: PaneId): Pane | undefined
  /** Ends a shell; what has ended goes away. */
  shut(pane: PaneId): void
  /** A run begins: its first agent goes on in the first terminal, the others of the run before are over. */
  dropEnded(): void
  /** Those that screens know of. */
  all(): PaneNote[]
  liveShells(): number
  closeAll(): Promise<void>
}

const firstAgent = 'a_1'
const usualSize: Size = {columns: 80, rows: 24}
const hangUpMs = 300

export const openPanes = (ears: PanesEars): Panes => {
  const panes = new Map<PaneId, Pane>()
  let shells = 0
  let agentSize = usualSize

  const livePids = (): number[] => [...panes.values()].flatMap((pane) => pane.pid() ?? [])
  const add = (note: PaneNote): Pane => {
    const pane = openPane(note, {...ears, moved: () => ears.groups(livePids())})
    panes.set(note.pane, pane)
    return pane
  }
  const drop = (id: PaneId): void => {
    panes.get(id)?.close()
    panes.delete(id)
    ears.gone(id)
  }

  return {
    startAgent: ({agent, ...start}) => {
      try {
        return (panes.get(agent) ?? add({pane: agent, kind: 'agent', title: '', size: agentSize})).run(start)
      } catch (thrown) {
        return {pid: 0, ended: Promise.resolve(thrown instanceof Error ? thrown.message : String(thrown))}
      }
    },
    sizeAgents: (size) => {
      agentSize = fitted(size)
    },
    retold: (past) => {
      for (const [id, pane] of panes) if (pane.pid() === undefined) drop(id)
      for (const told of past) if (!panes.has(told.agent)) add({pane: told.agent, kind: 'agent', title: '', size: agentSize}).retold(told)
    },
    openShell: (command, start, size) => {
      shells += 1
      const id = `s_${shells}`
      try {
        add({pane: id, kind: 'shell', title: command || basename(start.file), size: fitted(size)}).run(start)
      } catch (thrown) {
        panes.delete(id)
        throw thrown
      }
      return id
    },
    find: (id) => panes.get(id),
    shut: (id) => {
      const pane = panes.get(id)
      if (pane?.pid() === undefined) drop(id)
      else if (pane.note().kind === 'shell') pane.hangUp()
    },
    dropEnded: () => {
      for (const [id, pane] of panes) if (pane.note().kind === 'agent' && pane.pid() === undefined && id !== firstAgent) drop(id)
    },
    all: () => [...panes.values()].map((pane) => pane.note()).filter((note) => note.title !== ''),
    liveShells: () => [...panes.values()].filter((pane) => pane.note().kind === 'shell' && pane.pid() !== undefined).length,
    closeAll: async () => {
      const live = livePids()
      for (const pid of live) signalGroup(pid, 'SIGHUP')
      for (const pid of live) signalGroup(pid, 'SIGTERM')
      const until = performance.now() + hangUpMs
      while (livePids().length > 0 && performance.now() < until) await new Promise((resolve) => setTimeout(resolve, 10))
      for (const pid of live) killGroup(pid)
      for (const pane of panes.values()) pane.close()
      panes.clear()
    },
  }
}
