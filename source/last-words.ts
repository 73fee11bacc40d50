// The last lines of runs whose journal could not take them, because the disk was full. The process that ended such a run
// knows that it did; it writes them down before anybody goes on with the run, so that the record says what happened.

import type {Draft, Event} from '../engine/contract/event.ts'
import type {Journal} from '../engine/contract/journal.ts'

const unwritten = new Map<string, readonly Event[]>()

export const keepLastWords = (events: readonly Event[]): void => {
  const run = events[0]?.run
  if (run) unwritten.set(run, events)
}

const draftOf = ({v: _, seq: __, at: ___, run: ____, ...draft}: Event): Draft => draft as unknown as Draft

/** Throws what the disk says while it is still full. */
export const writeLastWords = (journal: Journal): void => {
  for (const {run} of journal.runs()) {
    const events = unwritten.get(run)
    if (!events) continue
    journal.append(run, events.map(draftOf))
    journal.claim(run, null)
    unwritten.delete(run)
  }
}
