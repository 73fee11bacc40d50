// `sessions fork RUN [SEQ]`: a new run that begins where another stood, for going on differently. The conversation
// is taken up to the event; files are not touched, because they have a verb of their own (`checkpoint restore`).

import type {RunInfo} from '../../engine/contract/journal.ts'
import {openJournal} from '../../engine/journal/open.ts'
import type {Context} from '../context.ts'
import {projectHere} from '../project-here.ts'
import {openSideRun} from './side-run.ts'

/** Answers the exit code. Throws a FaultError with a code of `journal.` when nothing can be written. */
export const fork = async (context: Context, parent: RunInfo, words: readonly string[]): Promise<number> => {
  const at = words[0] === undefined ? parent.lastSeq : Number(words[0])
  if (!Number.isInteger(at) || at < 1 || at > parent.lastSeq) {
    context.err(`penguin: ${words[0]} is not an event of ${parent.run}, which has 1 to ${parent.lastSeq}\npenguin sessions show ${parent.run}\n`)
    return 2
  }
  const project = projectHere(context)
  const opened = openJournal({dir: project.dataDir, clock: context.clock})
  if (!opened.ok) {
    context.err(`penguin: ${opened.error.msg}\n`)
    return 1
  }
  const journal = opened.result
  const side = openSideRun(journal, context, project, {run: parent.run, at})
  side.scribe.note('run.branched', {from: parent.run, at})
  side.scribe.note('user.said', {text: `fork of ${parent.run} at ${at}: ${parent.title}`, files: []})
  side.close(`forked from ${parent.run} at event ${at}`, [], null)
  journal.close()
  await context.out(`${side.run}\n`)
  context.err(`go on with: penguin run --resume ${side.run} "…"\n`)
  return 0
}
