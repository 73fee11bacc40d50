// The runs that a session is made of: found in the journal by its last run, back to the one that began it.

import type {RunId} from '../../engine/base/id.ts'
import type {Journal, RunInfo} from '../../engine/contract/journal.ts'

/** What `--continue` means: the newest run in which somebody said something and that no host works on. */
export const newestRun = (journal: Journal): RunInfo | undefined =>
  journal
    .runs()
    .filter((run) => run.hostPid === null && run.title !== '')
    .sort((left, right) => right.openedAt - left.openedAt)[0]

const resumedBy = (journal: Journal, run: RunId): RunId | undefined => {
  for (const event of journal.read({run, types: ['run.opened']})) if (event.type === 'run.opened') return event.body.resumes as RunId | undefined
  return undefined
}

/** Oldest first, ending with `run`; empty when there is no such run. */
export const storyOf = (journal: Journal, run: string): RunId[] => {
  const known = new Set(journal.runs().map((info) => info.run))
  const story: RunId[] = []
  for (let at: RunId | undefined = run as RunId; at && known.has(at) && !story.includes(at); at = resumedBy(journal, at)) story.unshift(at)
  return story
}
