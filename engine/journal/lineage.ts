// What happened before a run began: the events of the runs that it branched off, each up to the branch point and
// under its own seq, and then the run's own.

import type {RunId} from '../base/id.ts'
import type {Event} from '../contract/event.ts'
import type {Journal, ReadQuery, RunInfo} from '../contract/journal.ts'

export interface Reach {
  run: RunId
  /** The last event of it that counts; infinite for the run itself. */
  until: number
}

/** Oldest ancestor first, the run itself last. */
export const lineageOf = (journal: Journal, run: RunId): Reach[] => {
  const known = new Map<RunId, RunInfo>(journal.runs().map((info) => [info.run, info]))
  const line: Reach[] = []
  let reach: Reach | undefined = {run, until: Number.POSITIVE_INFINITY}
  while (reach && !line.some((one) => one.run === reach?.run)) {
    line.unshift(reach)
    const parent: RunInfo['parent'] = known.get(reach.run)?.parent
    reach = parent && {run: parent.run, until: parent.at}
  }
  return line
}

export const readLineage = function* (journal: Journal, run: RunId, query: Pick<ReadQuery, 'types' | 'whole'> = {}): Generator<Event> {
  for (const reach of lineageOf(journal, run)) yield* journal.read({...query, run: reach.run, until: reach.until})
}
