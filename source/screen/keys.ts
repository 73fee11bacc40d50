// What was done at the terminal, handed to whoever it is meant for: a command of the key table, text for the prompt or a
// list, bytes for the program in a pane. Only the chord that has begun is remembered here.

import {bytesFor} from '../../components/screen/input-encode.ts'
import type {InputEvent, PaneId} from '../../engine/contract/screen.ts'
import type {Action} from '../../stores/action.ts'
import {editorTakes} from '../../stores/editor.ts'
import {type Keymap, nothingPending, resolve} from '../../stores/keymap.ts'
import {keyModeOf} from '../../stores/reduce-command.ts'
import type {AppState} from '../../stores/state.ts'
import type {Panes} from './panes.ts'

export interface Keys {
  take(event: InputEvent): void
}

export interface KeysPorts {
  state(): AppState
  keymap: Keymap
  dispatch(action: Action): void
  type(pane: PaneId, data: string): void
  panes: Panes
  nowMs(): number
}

export const openKeys = ({state, keymap, dispatch, type, panes, nowMs}: KeysPorts): Keys => {
  let pending = nothingPending

  const toProgram = (event: InputEvent): void => {
    const pane = state().layout.focus
    const terminal = panes.get(pane)
    const bytes = terminal ? bytesFor(event, terminal.modes) : ''
    if (bytes) type(pane, bytes)
  }
  return {
    take: (event) => {
      if (event.input === 'mouse') return dispatch({do: 'mouse', event})
      const before = state()
      const mode = keyModeOf(before)
      if (event.input === 'focus') return mode === 'pane' ? toProgram(event) : undefined
      if (mode === 'prompt' && pending.chord === '' && editorTakes(state().editor, event)) return dispatch({do: 'typed', event})
      const found = resolve(keymap, mode, pending, event, nowMs())
      // Ctrl+C that had something to clear is not the first of the two that leave.
      const cleared = found.is === 'command' && found.command === 'clear' && (before.editor.text !== '' || before.popup !== null)
      pending = cleared ? nothingPending : found.pending
      if (state().chord !== '' && found.is !== 'pending') dispatch({do: 'chord', keys: ''})
      if (found.is === 'command') dispatch({do: 'command', command: found.command, at: nowMs(), ...(found.digit === undefined ? {} : {digit: found.digit})})
      else if (found.is === 'pending') dispatch({do: 'chord', keys: pending.chord})
      else if (found.is === 'unknown') dispatch({do: 'chord', keys: found.keys, unknown: true})
      else if (mode === 'pane') toProgram(found.event)
      else dispatch({do: 'typed', event: found.event})
    },
  }
}
