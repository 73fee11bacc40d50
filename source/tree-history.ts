// What Penguin did to the user's files over all runs of a project, read back from the journal: checkpoints, and the
// changes that came after each. What happened in copies is no part of it until it was adopted. Reads only.

import type {RunId} from '../engine/base/id.ts'
import type {Event} from '../engine/contract/event.ts'
import type {Journal, RunInfo} from '../engine/contract/journal.ts'
import {candidateOfPatch} from '../engine/contract/task.ts'
import type {Change} from '../engine/contract/workspace.ts'

interface Moment {
  run: RunId
  /** ms since 1970; never falls within a run. */
  at: number
  openedAt: number
  seq: number
}

export interface Checkpoint extends Moment {
  /** `c_RUN_SEQ` with the run without its `r_`. */
  id: string
  why: string
  name?: string
}

/** One recorded change of files: the end of a tool call, an adoption, a restore. */
export interface Step extends Moment {
  changes: Change[]
  /** Set on a restore that undid a whole run. */
  undoes?: RunId
  /** Paths that a restore left alone. */
  conflicts: string[]
}

export interface TreeHistory {
  /** Oldest first. */
  checkpoints: Checkpoint[]
  steps: Step[]
  runs: Map<RunId, RunInfo>
}

const types = ['run.opened', 'checkpoint.*', 'tool.done', 'patch.adopted', 'run.closed']

/** Did the run work on a copy? Then only what was adopted is in the user's tree. */
const onCopy = (events: readonly Event[]): boolean => {
  const said = events.find((event) => event.type === 'run.opened')?.body as {isolated?: boolean} | undefined
  if (said?.isolated !== undefined) return said.isolated
  if (events.some((event) => event.type === 'patch.adopted' && candidateOfPatch(event.body.patch) !== undefined)) return true
  // A run that changed files of its own and ended with none in the tree left nothing to undo, whichever way.
  const closed = events.find((event) => event.type === 'run.closed')
  const restores = events.some((event) => event.type === 'checkpoint.restored')
  return closed?.type === 'run.closed' && closed.body.files.length === 0 && !restores
}

const stepOf = (event: Event, moment: Moment, copied: boolean): Step | undefined => {
  const {changes = [], undoes, conflicts = []} = event.body as {changes?: Change[]; undoes?: RunId; conflicts?: string[]}
  const adoption = event.type === 'patch.adopted' && (candidateOfPatch(event.body.patch) !== undefined || !copied)
  const counts = adoption || (!copied && (event.type === 'tool.done' || event.type === 'checkpoint.restored'))
  if (!counts || (changes.length === 0 && undoes === undefined)) return undefined
  return {...moment, changes, conflicts, ...(undoes === undefined ? {} : {undoes})}
}

const isBefore = (a: Moment, b: Moment): boolean =>
  a.run === b.run ? a.seq < b.seq : a.at !== b.at ? a.at < b.at : a.openedAt !== b.openedAt ? a.openedAt < b.openedAt : a.run < b.run

const inOrder = (a: Moment, b: Moment): number => (isBefore(a, b) ? -1 : 1)

export const readHistory = (journal: Journal): TreeHistory => {
  const history: TreeHistory = {checkpoints: [], steps: [], runs: new Map()}
  for (const info of journal.runs()) {
    history.runs.set(info.run, info)
    const events = [...journal.read({run: info.run, types, whole: true})].filter((event) => event.run === info.run)
    const copied = onCopy(events)
    let at = 0
    for (const event of events) {
      at = Math.max(at, event.at)
      const moment: Moment = {run: info.run, at, openedAt: info.openedAt, seq: event.seq}
      if (event.type === 'checkpoint.saved') {
        const {checkpoint: id, why, name} = event.body
        history.checkpoints.push({...moment, id, why, ...(name === undefined ? {} : {name})})
      }
      const step = stepOf(event, moment, copied)
      if (step) history.steps.push(step)
    }
  }
  history.checkpoints.sort(inOrder)
  history.steps.sort(inOrder)
  return history
}

export const stepsAfter = (history: TreeHistory, moment: Moment): Step[] => history.steps.filter((step) => isBefore(moment, step))

/** By id, or by a beginning of it (with or without `c_`) that fits no other. `none` and `many` are told apart. */
export const findCheckpoint = (history: TreeHistory, wanted: string): Checkpoint | 'none' | 'many' => {
  const exact = history.checkpoints.find((one) => one.id === wanted || one.id === `c_${wanted}` || (one.name !== undefined && one.name === wanted))
  if (exact) return exact
  const found = history.checkpoints.filter((one) => wanted !== '' && (one.id.startsWith(wanted) || one.id.startsWith(`c_${wanted}`)))
  const [only] = found
  return only === undefined ? 'none' : found.length === 1 ? only : 'many'
}

/** Runs whose changes stand, newest first: what can be undone. A restore can be; the undoing of a run is not undone but restored. */
export const undoable = (history: TreeHistory): {run: RunId; steps: Step[]}[] => {
  // A run that went on after it was undone has something new to undo.
  const undone = new Map(history.steps.flatMap((step): [RunId, Step][] => (step.undoes && step.conflicts.length === 0 ? [[step.undoes, step]] : [])))
  const undoing = new Set(history.steps.flatMap((step) => (step.undoes ? [step.run] : [])))
  const found = new Map<RunId, Step[]>()
  for (const step of history.steps) {
    const until = undone.get(step.run)
    if (undoing.has(step.run) || (until && isBefore(step, until))) continue
    const steps = found.get(step.run) ?? []
    steps.push(step)
    // A run stands where its last change stands.
    found.delete(step.run)
    found.set(step.run, steps)
  }
  return [...found].map(([run, steps]) => ({run, steps})).reverse()
}
