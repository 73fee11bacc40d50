// What an agent's terminal prints: the bytes for each of its events, live in a pane and in replay alike. Pure: the
// same events give the same bytes, whenever they are told and however a stream was cut into pieces. No byte of a
// model or of a command may ever steer the terminal: what is not ours is taken out before it is written.

import type {Event} from '../contract/event.ts'
import {tell} from './transcript.ts'

export interface FaceOptions {
  columns: number
  /** False: no escape sequences at all. */
  colour: boolean
  /** Events of other agents are not told; undefined: the whole run is. */
  agent?: string
}

export interface Face {
  /** What to write to the terminal for this event; '' when it tells nothing. */
  step(event: Event): string
  /** Holds for what is printed from here on. */
  resize(columns: number): void
}

/** Begins at an empty line. Events are those of `Journal.follow`: passing ones included. */
export const openFace = (options: FaceOptions): Face => {
  let columns = options.columns
  return {
    step: (event) => {
      if (options.agent !== undefined && event.agent !== options.agent) return ''
      const line = tell(event)
      return line ? `${line.slice(0, columns)}\r\n` : ''
    },
    resize: (to) => {
      columns = to
    },
  }
}
