// The ledger of processes that a host started and that nothing else would end if the host died: one small file
// each. A process is named by pid and start time, so a reused pid is never hit; a note whose host still lives is
// left alone. Also: ending a whole tree of processes.

import {mkdirSync, readdirSync, readFileSync, unlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {descendantsOf, groupMembers, isRunning, pidSpace, pidsMarked, startTimeOf} from './proc.ts'

export {startTimeOf} from './proc.ts'

export interface ProcessNote {
  pid: number
  /** From `startTimeOf(pid)`. */
  startedAt: number
  /** Process group, when it leads one. */
  pgid?: number
  /** `NAME=value` of an environment entry that all its descendants inherit. */
  marker?: string
}

interface Written extends ProcessNote {
  host: {pid: number; startedAt: number; space?: string}
}

const fileOf = (dir: string, note: {pid: number; startedAt: number}) => join(dir, `${note.pid}-${note.startedAt}.json`)

/** Records a process of this host. Never throws: a ledger that cannot be written must not stop the work. */
export const noteProcess = (dir: string, note: ProcessNote): void => {
  const written: Written = {...note, host: {pid: process.pid, startedAt: startTimeOf(process.pid) ?? 0, space: pidSpace()}}
  try {
    mkdirSync(dir, {recursive: true})
    writeFileSync(fileOf(dir, note), JSON.stringify(written))
  } catch {
    // An unwritable folder: the process is still ended by its host.
  }
}

export const forget = (dir: string, note: {pid: number; startedAt: number}): void => {
  try {
    unlinkSync(fileOf(dir, note))
  } catch {
    // Forgotten already.
  }
}

export const signal = (pid: number, name: NodeJS.Signals): boolean => {
  try {
    process.kill(pid, name)
    return true
  } catch {
    return false
  }
}

const isSame = (note: {pid: number; startedAt: number}): boolean => startTimeOf(note.pid) === note.startedAt && isRunning(note.pid)

const readNote = (path: string): Written | undefined => {
  try {
    const note = JSON.parse(readFileSync(path, 'utf8')) as Partial<Written>
    return typeof note.pid === 'number' && typeof note.startedAt === 'number' && typeof note.host?.pid === 'number' ? (note as Written) : undefined
  } catch {
    return undefined
  }
}

/** What is left of a noted process: its tree while it lives, and whoever carries its marker. */
const leftOf = (note: Written): number[] => {
  const own = isSame(note) ? [note.pid, ...descendantsOf(note.pid), ...(note.pgid ? groupMembers(note.pgid) : [])] : []
  const marked = note.marker ? pidsMarked(note.marker) : []
  return [...new Set([...own, ...marked])].filter((pid) => pid > 1 && pid !== process.pid)
}

const killLeft = (note: Written): number[] => {
  const killed: number[] = []
  // A tree that forks while it is being killed needs a second look; ten are enough for any.
  for (let round = 0; round < 10; round += 1) {
    const left = leftOf(note)
    if (left.length === 0) break
    for (const pid of left) if (signal(pid, 'SIGKILL')) killed.push(pid)
  }
  return [...new Set(killed)]
}

/** Kills what dead hosts left behind and forgets it; returns the pids that were killed. Costs nothing when the ledger is empty. */
export const sweep = (dir: string): number[] => {
  let names: string[] = []
  try {
    names = readdirSync(dir).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const note = readNote(join(dir, name))
    if (!note) return []
    // Whom we could not see if he lived is not known to be dead: a container may share our folders.
    if (isSame(note.host) || pidSpace() === '' || (note.host.space ?? pidSpace()) !== pidSpace()) return []
    const killed = killLeft(note)
    forget(dir, note)
    return killed
  })
}

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const groupLives = (pgid: number): boolean => {
  try {
    process.kill(-pgid, 0)
    return groupMembers(pgid).length > 0
  } catch {
    return false
  }
}

/**
 * Ends the group that `pid` leads and its descendants: SIGTERM, after `graceMs` SIGKILL. Resolves when nobody of them
 * is left running (or 2 s after the SIGKILL at the latest).
 */
export const killTree = async (pid: number, {graceMs}: {graceMs: number}): Promise<void> => {
  if (pid <= 1 || pid === process.pid) return
  const strays = descendantsOf(pid).map((each) => ({pid: each, startedAt: startTimeOf(each) ?? 0}))
  const left = () => groupLives(pid) || isRunning(pid) || strays.some(isSame)
  const all = (name: NodeJS.Signals) => {
    signal(-pid, name)
    signal(pid, name)
    for (const stray of strays) if (isSame(stray)) signal(stray.pid, name)
  }
  const wait = async (ms: number) => {
    for (const until = performance.now() + ms; left() && performance.now() < until; ) await pause(10)
  }
  all('SIGTERM')
  await wait(graceMs)
  if (!left()) return
  for (const late of descendantsOf(pid)) signal(late, 'SIGKILL')
  all('SIGKILL')
  await wait(2000)
}
