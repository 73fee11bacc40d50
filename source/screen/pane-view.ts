// What a person looks at in a pane: how far it is scrolled, what is selected, what was searched for. Keys and the mouse
// come in as commands of the key table; what is copied goes out as text. The terminals themselves are not changed.

import {bytesFor} from '../../components/screen/input-encode.ts'
import type {InputEvent, PaneId} from '../../engine/contract/screen.ts'
import {type CopyMark, type CopyState, copiedText, copyMarks, copySearch, copySearchOn, copyStart, copyStep, isCopyMove} from '../../stores/copy.ts'
import {type Click, clickAt, copyDrag, copyPress} from '../../stores/copy-mouse.ts'
import type {CommandId} from '../../stores/keys.ts'
import type {PaneTerminal} from '../../stores/terminals.ts'
import type {Panes} from './panes.ts'

type Mouse = Extract<InputEvent, {input: 'mouse'}>

export interface PaneView {
  command(pane: PaneId, command: CommandId): void
  search(pane: PaneId, text: string): void
  /** `event` in cells of the pane's body. */
  mouse(pane: PaneId, event: Mouse): void
  marks(pane: PaneId): readonly CopyMark[]
  /** The line in the first row; undefined: the pane follows its screen. */
  top(pane: PaneId): number | undefined
  /** Of copy mode, in cells of the body; undefined outside of it. */
  cursor(pane: PaneId): {x: number; y: number} | undefined
  gone(pane: PaneId): void
}

export interface PaneViewPorts {
  panes: Panes
  /** Copy mode has begun in a pane, or is over. */
  mode(mode: 'copy' | 'prompt'): void
  copy(text: string): void
  say(text: string): void
  /** A program in the pane wants the mouse. */
  type(pane: PaneId, data: string): void
  damaged(): void
  nowMs(): number
}

const wheelRows = 3

export const openPaneView = ({panes, mode, copy, say, type, damaged, nowMs}: PaneViewPorts): PaneView => {
  const copies = new Map<PaneId, CopyState>()
  let click: Click | undefined
  /** The pane in which a button is held down. */
  let held: PaneId | undefined

  const set = (pane: PaneId, state: CopyState | undefined): void => {
    if (state) copies.set(pane, state)
    else copies.delete(pane)
    damaged()
  }
  /** What is done with line numbers; those of copy mode are kept after it. */
  const counting = (pane: PaneId, work: () => void): void => {
    panes.attend(pane, true)
    work()
    panes.attend(pane, copies.has(pane))
  }
  const rowsOf = (terminal: PaneTerminal): number => terminal.size.rows
  const begin = (pane: PaneId, terminal: PaneTerminal): CopyState => copies.get(pane) ?? copyStart(terminal, rowsOf(terminal), panes.top(pane))
  const leave = (pane: PaneId): void => {
    set(pane, undefined)
    panes.follow(pane)
    mode('prompt')
  }
  const take = (pane: PaneId, terminal: PaneTerminal): void => {
    const state = copies.get(pane)
    const text = state ? copiedText(state, terminal) : ''
    leave(pane)
    if (text) copy(text)
  }
  const scrolled: Partial<Record<CommandId, (pane: PaneId, terminal: PaneTerminal) => void>> = {
    'page-up': (pane, terminal) => panes.scroll(pane, 1 - rowsOf(terminal)),
    'page-down': (pane, terminal) => panes.scroll(pane, rowsOf(terminal) - 1),
    'line-up': (pane) => panes.scroll(pane, -1),
    'line-down': (pane) => panes.scroll(pane, 1),
    first: (pane) => panes.scrollTo(pane, Number.NEGATIVE_INFINITY),
    last: (pane) => panes.follow(pane),
  }
  const move = (pane: PaneId, terminal: PaneTerminal, command: CommandId): void => {
    const state = copies.get(pane)
    if (command === 'search.next' || command === 'search.previous') {
      if (state) set(pane, copySearchOn(state, terminal, command))
    } else if (state && isCopyMove(command)) set(pane, copyStep(state, terminal, command))
    else scrolled[command]?.(pane, terminal)
  }
  const drag = (pane: PaneId, terminal: PaneTerminal, event: Mouse): void => {
    const state = copies.get(pane)
    if (!state) return
    const row = Math.max(-1, Math.min(event.y, rowsOf(terminal)))
    set(pane, copyDrag(state, terminal, {line: state.top + row, column: Math.max(0, event.x)}))
  }
  const press = (pane: PaneId, terminal: PaneTerminal, event: Mouse): void => {
    click = clickAt(event.x, event.y, nowMs(), click)
    const top = copies.get(pane)?.top ?? panes.top(pane) ?? terminal.screenTop
    held = pane
    set(pane, copyPress(terminal, {line: top + event.y, column: event.x}, {top, rows: rowsOf(terminal)}, click.count, event.alt))
  }
  const release = (pane: PaneId, terminal: PaneTerminal): void => {
    held = undefined
    const state = copies.get(pane)
    const text = state ? copiedText(state, terminal) : ''
    if (text) copy(text)
    set(pane, undefined)
  }
  const point = (pane: PaneId, terminal: PaneTerminal, event: Mouse): void => {
    if (event.what === 'wheel-up' || event.what === 'wheel-down') {
      const rows = event.what === 'wheel-up' ? -wheelRows : wheelRows
      const state = copies.get(pane)
      if (state) for (let n = 0; n < wheelRows; n += 1) move(pane, terminal, rows < 0 ? 'line-up' : 'line-down')
      else if (terminal.modes.alternate) type(pane, (rows < 0 ? '\x1b[A' : '\x1b[B').repeat(wheelRows))
      else panes.scroll(pane, rows)
    } else if (event.what === 'press' && event.button === 'left') press(pane, terminal, event)
    else if (event.what === 'drag' && held === pane) drag(pane, terminal, event)
    else if (event.what === 'release' && held === pane) release(pane, terminal)
  }
  return {
    command: (pane, command) => {
      const terminal = panes.get(pane)
      if (!terminal) return
      // Nothing is counted, so nothing that is unread has to be read for it.
      if (command === 'last' && !copies.has(pane)) return panes.follow(pane)
      counting(pane, () => {
        if (command === 'copy') {
          set(pane, begin(pane, terminal))
          mode('copy')
        } else if (command === 'copy.take') take(pane, terminal)
        else if (command === 'copy.leave') leave(pane)
        else move(pane, terminal, command)
      })
    },
    search: (pane, text) => {
      const terminal = panes.get(pane)
      if (!terminal) return
      counting(pane, () => {
        const found = copySearch(begin(pane, terminal), terminal, text, 'up')
        set(pane, found)
        mode('copy')
        const matches = found.search?.matches.length ?? 0
        say(matches === 0 ? `nothing found for ${text}` : `${matches} found`)
      })
    },
    mouse: (pane, event) => {
      const terminal = panes.get(pane)
      if (!terminal) return
      // Shift takes the mouse back from the program in the pane.
      const report = held === undefined && !event.shift ? bytesFor(event, terminal.modes) : ''
      if (report) return type(pane, report)
      if (event.what !== 'move') counting(pane, () => point(pane, terminal, event))
    },
    marks: (pane) => {
      const [state, terminal] = [copies.get(pane), panes.get(pane)]
      return state && terminal ? copyMarks(state, terminal) : []
    },
    top: (pane) => copies.get(pane)?.top ?? panes.top(pane),
    cursor: (pane) => {
      const state = copies.get(pane)
      if (!state || held !== undefined) return undefined
      return {x: state.cursor.column, y: state.cursor.line - state.top}
    },
    gone: (pane) => {
      copies.delete(pane)
      if (held === pane) held = undefined
    },
  }
}
