// A run of earlier days as text, for a pipe or a terminal that cannot hold panes: the story of all its agents in the
// order in which things happened, at once or at the pace at which they did.

import type {Clock} from '../../engine/base/clock.ts'
import type {Journal, RunInfo} from '../../engine/contract/journal.ts'
import {openFace} from '../../engine/fold/face.ts'
import {openPlayer} from './player.ts'

export interface PrintOptions {
  journal: Journal
  run: RunInfo
  clock: Clock
  columns: number
  colour: boolean
  /** Default: all at once. */
  speed?: number
  /** Up to this event all is printed at once. */
  at?: number
  /** Resolves false when the reader is gone. */
  out(text: string): Promise<boolean>
  signal?: AbortSignal
}

/** Resolves at the end of the run, when nobody reads any more, or at the signal. */
export const printReplay = async ({journal, run, clock, columns, colour, speed = Number.POSITIVE_INFINITY, at, out, signal}: PrintOptions): Promise<void> => {
  const face = openFace({columns, colour})
  let written = Promise.resolve()
  let held = ''
  const send = (): void => {
    const text = held
    held = ''
    if (!text) return
    written = written.then(async () => {
      if (!(await out(text))) player.close()
    })
  }
  const player = openPlayer(
    {
      clock,
      read: (after) => journal.read({run: run.run, after, whole: true}),
      deliver: (event, jump) => {
        // A file wants lines, a terminal in its own mode makes returns of them.
        held += face.step(event).replaceAll('\r\n', '\n')
        if (!jump) send()
      },
      landed: () => send(),
      begin: () => undefined,
      speed,
    },
    at,
  )
  if (signal?.aborted) player.close()
  signal?.addEventListener('abort', () => player.close(), {once: true})
  await player.ended
  await written
}
