// Putting the user's files back, for the verbs `checkpoint restore` and `undo`: plan, say, do, put on record. Exactly
// what Penguin changed is put back; what somebody else changed since is named, and left unless forced.

import type {RunId} from '../../engine/base/id.ts'
import {many} from '../../engine/base/many.ts'
import type {Change} from '../../engine/contract/workspace.ts'
import type {OpenJournal} from '../../engine/journal/open.ts'
import {takeEditLock} from '../../engine/workspace/lock.ts'
import {summarize} from '../../engine/workspace/patch.ts'
import {applyRestore, type Plan, planRestore} from '../../engine/workspace/restore.ts'
import {maxStoredBytes} from '../../engine/workspace/stock.ts'
import type {Context} from '../context.ts'
import type {Project} from '../project.ts'
import {openSideRun} from './side-run.ts'

export interface PutBack {
  context: Context
  journal: OpenJournal
  project: Project
  /** What to undo, oldest first. */
  made: Change[][]
  /** `to c_…`, `of r_…`: follows "put back". */
  what: string
  /** The checkpoint that is gone back to; '' when a run is undone. */
  checkpoint: string
  undoes?: RunId
}

const signs = {added: '+', changed: '~', deleted: '-'} as const
const count = (n: number): string => many(n, 'file')

const listed = (changes: readonly Change[]): string =>
  changes.map(({path, before, after}) => `  ${signs[before === null ? 'added' : after === null ? 'deleted' : 'changed']} ${path}\n`).join('')

const named = (paths: readonly string[]): string => paths.map((path) => `  ! ${path}\n`).join('')

/** Paths whose earlier content was never kept: `checkpoint save` and a run leave out what is very large. */
const unkept = ({made, journal}: PutBack, paths: readonly string[]): Set<string> => {
  const first = new Map<string, Change>()
  for (const change of made.flat()) if (!first.has(change.path)) first.set(change.path, change)
  return new Set(
    paths.filter((path) => {
      const before = first.get(path)?.before
      return before ? !journal.blobs.has(before.sha256) : false
    }),
  )
}

const conflictLines = (job: PutBack, conflicts: readonly string[], hint: string): string => {
  const lost = unkept(job, conflicts)
  const others = conflicts.filter((path) => !lost.has(path))
  const large = lost.size > 0 ? `cannot be put back, because files over ${Math.round(maxStoredBytes / 2 ** 20)} MiB are not kept:\n${named([...lost])}` : ''
  return others.length > 0 ? `${large}left alone, because they are not as Penguin left them:\n${named(others)}${hint}` : large
}

const show = async (job: PutBack, plan: Plan, force: boolean): Promise<number> => {
  const {context, what} = job
  const changes = force ? [...plan.changes, ...plan.forced] : plan.changes
  const conflicts = leftAlone(plan, force)
  if (context.flags.json) await context.out(`${JSON.stringify({dryRun: true, changes, conflicts})}\n`)
  else await context.out(`would put back ${count(changes.length)} ${what}\n${listed(changes)}${conflictLines(job, conflicts, '')}`)
  return conflicts.length > 0 ? 1 : 0
}

const leftAlone = (plan: Plan, force: boolean): string[] => {
  const forced = new Set(force ? plan.forced.map((change) => change.path) : [])
  return plan.conflicts.filter((path) => !forced.has(path))
}

const act = async (job: PutBack, plan: Plan, force: boolean): Promise<number> => {
  const {context, journal, project, what, checkpoint, undoes} = job
  const side = openSideRun(journal, context, project)
  const before = side.save(undoes ? 'before undo' : 'before restore')
  const changes = applyRestore(plan, project.root, journal.blobs, {force})
  const done = new Set(changes.map((change) => change.path))
  const failed = [...plan.changes, ...(force ? plan.forced : [])].map((change) => change.path).filter((path) => !done.has(path))
  const conflicts = [...leftAlone(plan, force), ...failed]
  side.scribe.note('checkpoint.restored', {checkpoint: checkpoint || before, changes, conflicts, ...(undoes ? {undoes} : {})})
  const text = `put back ${count(changes.length)} ${what}`
  side.close(text, summarize(changes, journal.blobs), before)
  if (context.flags.json) await context.out(`${JSON.stringify({run: side.run, changes, conflicts, back: before})}\n`)
  else {
    const again = changes.length > 0 ? `to have it as it was: penguin checkpoint restore ${before}\n` : ''
    await context.out(
      `${text}\n${listed(changes)}${conflictLines(job, conflicts, plan.forced.length > 0 && !force ? 'put them back too with --force\n' : '')}${again}`,
    )
  }
  return conflicts.length > 0 ? 1 : 0
}

/** Resolves with the exit code: 0, or 1 when something was left alone or another run is at work here. */
export const putBack = async (job: PutBack): Promise<number> => {
  const {context, journal, project, made} = job
  const force = context.flags.force === true
  const plan = (): Plan => planRestore(made, project.root, journal.blobs)
  if (context.flags.dryRun === true) return show(job, plan(), force)
  const lock = takeEditLock(project.dataDir, {pid: process.pid, startedAt: '', run: ''})
  if (!lock.ok) {
    context.err(`penguin: process ${lock.holder.pid} is editing this project: wait for it, or end it\n`)
    return 1
  }
  try {
    return await act(job, plan(), force)
  } finally {
    lock.release()
  }
}
