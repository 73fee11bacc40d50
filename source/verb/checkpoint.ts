// The verb `checkpoint`: the states of the user's files that Penguin can go back to, what it changed since, and the
// way back.

import type {Fault} from '../../engine/contract/fault.ts'
import {type OpenJournal, openJournal} from '../../engine/journal/open.ts'
import {netChanges, unifiedDiff} from '../../engine/workspace/patch.ts'
import type {Context, VerbRun} from '../context.ts'
import type {Project} from '../project.ts'
import {projectHere} from '../project-here.ts'
import {type Checkpoint, findCheckpoint, readHistory, stepsAfter, type TreeHistory} from '../tree-history.ts'
import {putBack} from './put-back.ts'
import {openSideRun} from './side-run.ts'

export interface Place {
  context: Context
  journal: OpenJournal
  project: Project
}

const ago = (now: number, then: number): string => {
  const minutes = Math.round((now - then) / 60_000)
  if (minutes < 60) return `${minutes} min ago`
  return minutes < 48 * 60 ? `${Math.round(minutes / 60)} h ago` : `${Math.round(minutes / 1440)} days ago`
}

const changedSince = (history: TreeHistory, checkpoint: Checkpoint) => netChanges(stepsAfter(history, checkpoint).map((step) => step.changes))

const list = async ({context, journal}: Place): Promise<number> => {
  const history = readHistory(journal)
  for (const one of history.checkpoints.toReversed()) {
    const files = changedSince(history, one).length
    const {id, at, why, name, run} = one
    const title = history.runs.get(run)?.title ?? ''
    const line = `${id}  ${ago(context.clock.now(), at).padEnd(12)} ${`${files} file${files === 1 ? '' : 's'} since`.padEnd(15)} ${name ?? why}${title ? `: ${title}` : ''}`
    if (!(await context.out(context.flags.json ? `${JSON.stringify({checkpoint: id, at, why, name, run, files})}\n` : `${line}\n`))) break
  }
  return 0
}

const save = async ({context, journal, project}: Place, name: string | undefined): Promise<number> => {
  const side = openSideRun(journal, context, project)
  const id = side.save('asked', name)
  side.close(`saved ${id}`, [], id)
  await context.out(context.flags.json ? `${JSON.stringify({checkpoint: id})}\n` : `${id}\n`)
  return 0
}

const usage = (context: Context, why: string): number => {
  context.err(`penguin: ${why}\npenguin checkpoint list\n`)
  return 2
}

const withCheckpoint = (
  place: Place,
  wanted: string | undefined,
  work: (history: TreeHistory, found: Checkpoint) => Promise<number>,
): Promise<number> | number => {
  if (wanted === undefined) return usage(place.context, 'which checkpoint?')
  const history = readHistory(place.journal)
  const found = findCheckpoint(history, wanted)
  if (found === 'none') return usage(place.context, `there is no checkpoint ${wanted}`)
  return found === 'many' ? usage(place.context, `more than one checkpoint begins with ${wanted}`) : work(history, found)
}

const diff = (place: Place, wanted: string | undefined) =>
  withCheckpoint(place, wanted, async (history, found) => {
    await place.context.out(unifiedDiff(changedSince(history, found), place.journal.blobs))
    return 0
  })

const restore = (place: Place, wanted: string | undefined) =>
  withCheckpoint(place, wanted, (history, found) => {
    const made = stepsAfter(history, found).map((step) => step.changes)
    return putBack({...place, made, what: `to ${found.id}`, checkpoint: found.id})
  })

const act = async (place: Place): Promise<number> => {
  const [action = 'list', wanted] = place.context.words
  if (action === 'list') return list(place)
  if (action === 'save') return save(place, wanted)
  if (action === 'diff') return diff(place, wanted)
  if (action === 'restore') return restore(place, wanted)
  return usage(place.context, `checkpoint ${action} is not a verb`)
}

const refusal = (context: Context, found: Fault, without: number): number => {
  const isMissing = found.code === 'journal.missing'
  context.err(`penguin: ${found.msg}\n${found.hint && !isMissing ? `${found.hint}\n` : ''}`)
  return isMissing ? without : 1
}

/** `without`: the exit code where there is no journal yet. */
interface How {
  readonly: boolean
  creates?: boolean
  without: number
}

/** Opens the journal of the project for `work`. Nothing is made where there is none, unless `creates`. */
export const withJournal = async (context: Context, how: How, work: (place: Place) => Promise<number>): Promise<number> => {
  const project = projectHere(context)
  const {dataDir: dir} = project
  const looked = how.creates ? undefined : openJournal({dir, clock: context.clock, readonly: true})
  if (looked && !looked.ok) return refusal(context, looked.error, how.without)
  if (looked?.ok) looked.result.close()
  const opened = openJournal({dir, clock: context.clock, readonly: how.readonly})
  if (!opened.ok) return refusal(context, opened.error, how.without)
  try {
    return await work({context, journal: opened.result, project})
  } finally {
    opened.result.close()
  }
}

export const run: VerbRun = (context) => {
  const [action = 'list'] = context.words
  const readonly = action === 'list' || action === 'diff' || (action === 'restore' && context.flags.dryRun === true)
  return withJournal(context, {readonly, creates: action === 'save', without: action === 'list' ? 0 : 2}, act)
}
