// A journal that lasts as long as its process: for a run that must say how it ended although nothing can be
// written (a forbidden folder, a full disk). Same port, same numbering, no promises about tomorrow.

import type {Clock} from '../base/clock.ts'
import type {RunId} from '../base/id.ts'
import type {Draft, Event} from '../contract/event.ts'
import type {Journal} from '../contract/journal.ts'

/** Continues after `lastSeq`, so that lines already shown stay gapless. */
export const openVolatile = (clock: Clock, lastSeq = 0): Journal => {
  const kept: Event[] = []
  const listeners = new Set<() => void>()
  const keys = new Set<string>()
  let seq = lastSeq
  const append = (run: RunId, drafts: readonly Draft[]): Event[] => {
    const made: Event[] = []
    for (const {key, ...draft} of drafts) {
      if (key !== undefined && keys.has(key)) continue
      if (key !== undefined) keys.add(key)
      seq += 1
      made.push({v: 1, seq, at: clock.now(), run, ...draft} as unknown as Event)
    }
    kept.push(...made)
    for (const listen of listeners) listen()
    return made
  }
  return {
    append,
    pass: () => undefined,
    read: ({after = 0, until = Number.POSITIVE_INFINITY}) => kept.filter((event) => event.seq > after && event.seq <= until),
    follow: async function* ({after = 0}, signal) {
      let at = kept.findIndex((event) => event.seq > after)
      if (at === -1) at = kept.length
      while (!signal.aborted) {
        while (at < kept.length) yield kept[at++] as Event
        // It may have been aborted while the reader held an event; that would never be heard below.
        if (signal.aborted) return
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            listeners.delete(wake)
            signal.removeEventListener('abort', wake)
            resolve()
          }
          listeners.add(wake)
          signal.addEventListener('abort', wake)
        })
      }
    },
    branch: () => undefined,
    runs: () => [],
    lastSeq: () => seq,
    dropped: () => ({}),
    claim: () => true,
    close: () => listeners.clear(),
  }
}
