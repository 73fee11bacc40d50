// A small run for what a verb does to the user's files: opened, its few events, closed. A closed run takes no more
// lines, so what is done between runs gets one of its own, and can be undone like any other.

import {join} from 'node:path'
import {newRunId, newSpanId, newTraceId, type RunId} from '../../engine/base/id.ts'
import type {Journal} from '../../engine/contract/journal.ts'
import type {BlobStore, FileSummary} from '../../engine/contract/workspace.ts'
import {openScribe, type Scribe} from '../../engine/crew/scribe.ts'
import {openTracker} from '../../engine/workspace/tracker.ts'
import type {Context} from '../context.ts'
import type {Project} from '../project.ts'

export interface SideRun {
  run: RunId
  scribe: Scribe
  /** Notes where the tree stands, and answers the id of that checkpoint. */
  save(why: string, name?: string): string
  /** Writes the last line. */
  close(text: string, files: FileSummary[], checkpoint: string | null): void
}

const nothing = {input: 0, output: 0, reasoning: 0, cached: 0, usd: 0, calls: 0, wallMs: 0, thinkingMs: 0}

/** With a parent the run branches off it; that must be said before the run's first event. */
export const openSideRun = (journal: Journal & {blobs: BlobStore}, context: Context, project: Project, parent?: {run: RunId; at: number}): SideRun => {
  const {dice, version} = context
  const run = newRunId(dice)
  if (parent) journal.branch(parent.run, parent.at, run)
  const scribe = openScribe(journal, run, dice, newTraceId(dice), newSpanId(dice))
  const none = {capabilities: [], routes: {}, checks: [], instructions: [], failedToLoad: []}
  const sandbox = {level: 'off' as const, writes: 'open' as const, network: 'open' as const, why: 'no command is run'}
  scribe.note('run.opened', {...none, version, cwd: project.cwd, root: project.root, configSha256: '', sandbox, trusted: false, isolated: false})
  return {
    run,
    scribe,
    save: (why, name) => {
      const tracker = openTracker({dir: project.root, blobs: journal.blobs, cacheFile: join(project.dataDir, 'stat-cache.json')})
      const checkpoint = `c_${run.slice(2)}_${journal.lastSeq(run) + 1}`
      const tree = journal.blobs.put(JSON.stringify([...tracker.tree()]))
      scribe.note('checkpoint.saved', {checkpoint, treeSha256: tracker.treeSha256(), why, tree, candidate: 1, ...(name === undefined ? {} : {name})})
      return checkpoint
    },
    close: (text, files, checkpoint) => {
      const usage = {total: nothing, models: {}, roles: {}}
      const resume = checkpoint ? `penguin checkpoint restore ${checkpoint}` : 'penguin undo'
      scribe.note('run.closed', {outcome: 'done', reason: text, exitCode: 0, text, gates: [], files, usage, dropped: {}, checkpoint, resume})
    },
  }
}
