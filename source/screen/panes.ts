// The terminals of the panes, as this screen sees them: fed by the keeper's bytes, of the size that the keeper says,
// scrolled by the person. They answer nobody (the keeper's own terminals do) and are drawn by the compositor.
//
// Law: a pane that is scrolled stands still, whatever its program prints, until it is followed again.

import type {PaneId, PaneNote, Size} from '../../engine/contract/screen.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'

export interface Panes {
  note(pane: PaneNote): void
  bytes(pane: PaneId, data: string, whole: boolean): void
  gone(pane: PaneId): void
  get(pane: PaneId): PaneTerminal | undefined
  /** The line in the first row of the pane; undefined: it follows its screen. */
  top(pane: PaneId): number | undefined
  scrollTo(pane: PaneId, line: number): void
  /** Rows down (up when negative); at the end it follows again. */
  scroll(pane: PaneId, rows: number): void
  follow(pane: PaneId): void
  /** Somebody keeps line numbers of it, beyond where it is scrolled to. */
  attend(pane: PaneId, isAttended: boolean): void
  close(): void
}

interface Held {
  terminal: PaneTerminal
  top: number | undefined
  isAttended: boolean
}

const nameOf = ({columns, rows}: Size): string => `${columns}x${rows}`

export interface PanesEars {
  damaged(pane: PaneId): void
  bell(pane: PaneId): void
  /** The pane stands still from now on, or follows again. */
  scrolled(pane: PaneId, isBack: boolean): void
}

export const openPanes = ({damaged, bell, scrolled}: PanesEars): Panes => {
  const held = new Map<PaneId, Held>()

  const add = (pane: PaneId, size: Size, isAttended = false): Held => {
    const terminal = openTerminal(size, {isLate: true})
    terminal.onDamage(() => damaged(pane))
    terminal.onBell(() => bell(pane))
    terminal.attend(isAttended)
    const one: Held = {terminal, top: undefined, isAttended}
    held.set(pane, one)
    return one
  }
  const begin = (pane: PaneId): void => {
    const old = held.get(pane)
    if (!old) return
    old.terminal.close()
    add(pane, old.terminal.size, old.isAttended)
    if (old.top !== undefined) scrolled(pane, false)
  }
  const last = ({terminal}: Held): number => terminal.screenTop
  /** Without anybody who counts its lines, a pane need not read those that nobody sees. */
  const count = ({terminal, top, isAttended}: Held): void => terminal.attend(isAttended || top !== undefined)
  const put = (one: Held, lineOf: () => number, pane: PaneId): void => {
    one.terminal.attend(true)
    const line = lineOf()
    const was = one.top
    one.top = line >= last(one) ? undefined : Math.max(one.terminal.firstLine, line)
    count(one)
    damaged(pane)
    if ((was === undefined) !== (one.top === undefined)) scrolled(pane, one.top !== undefined)
  }
  return {
    note: ({pane, size}) => {
      const one = held.get(pane) ?? add(pane, size)
      if (nameOf(one.terminal.size) !== nameOf(size)) one.terminal.resize(size)
      damaged(pane)
    },
    bytes: (pane, data, whole) => {
      if (whole) begin(pane)
      held.get(pane)?.terminal.write(data)
    },
    gone: (pane) => {
      held.get(pane)?.terminal.close()
      held.delete(pane)
    },
    get: (pane) => held.get(pane)?.terminal,
    top: (pane) => {
      const one = held.get(pane)
      if (one?.top === undefined) return undefined
      // Lines that were thrown away since cannot be shown.
      return Math.max(one.top, one.terminal.firstLine)
    },
    scrollTo: (pane, line) => {
      const one = held.get(pane)
      if (one) put(one, () => line, pane)
    },
    scroll: (pane, rows) => {
      const one = held.get(pane)
      if (one && !one.terminal.modes.alternate) put(one, () => (one.top ?? last(one)) + rows, pane)
    },
    follow: (pane) => {
      const one = held.get(pane)
      if (one?.top !== undefined) put(one, () => Number.POSITIVE_INFINITY, pane)
    },
    attend: (pane, isAttended) => {
      const one = held.get(pane)
      if (!one) return
      one.isAttended = isAttended
      count(one)
    },
    close: () => {
      for (const {terminal} of held.values()) terminal.close()
      held.clear()
    },
  }
}
