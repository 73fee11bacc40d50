// The runs of a file, and who works on them. A host is its pid and the moment at which that process started, so that
// a pid which the system has given to somebody else is never mistaken for it.

import {readFileSync} from 'node:fs'
import type {RunId} from '../base/id.ts'
import {fail} from '../contract/fault.ts'
import type {RunInfo} from '../contract/journal.ts'
import type {Database} from './database.ts'
import {openTransaction, span} from './record.ts'

export interface HostMark {
  pid: number
  /** Clock ticks since boot, as field 22 of /proc/PID/stat has them. */
  startedAt: string
}

export interface Runs {
  list(): RunInfo[]
  claim(run: RunId, host: HostMark | null, now: number): boolean
  branch(parent: RunId, at: number, child: RunId, now: number): void
  /** Runs that this one goes on from: its branch point and what it resumes. */
  needs(run: RunId): RunId[]
}

const statOf = (pid: number): string | undefined => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
}

const hasProc = (): boolean => statOf(process.pid) !== undefined

const answersSignals = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** When the process started; undefined when it is gone, a zombie, or where there is no /proc. */
export const startedAtOf = (pid: number): string | undefined => {
  // The name in brackets may hold anything, so fields are counted from its last bracket.
  const fields = statOf(pid)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

export const lives = ({pid, startedAt}: HostMark): boolean => (hasProc() ? startedAtOf(pid) === startedAt : answersSignals(pid))

interface RunRow {
  run: RunId
  session: RunId
  resumes: RunId | null
  parent: RunId | null
  parentAt: number | null
  openedAt: number
  closedAt: number | null
  outcome: string | null
  title: string
  pid: number | null
  started: string | null
  lastSeq: number
}

const columns = `run, session, resumes, parent, parent_at as parentAt, opened_at as openedAt, closed_at as closedAt, outcome, title,
  host_pid as pid, host_started as started,
  ifnull((select max(id) from event where id between no * ${span} and no * ${span} + ${span - 1}), 0) % ${span} as lastSeq`

const hostOf = ({pid, started}: {pid: number | null; started: string | null}): HostMark | undefined =>
  pid === null || started === null ? undefined : {pid, startedAt: started}

const infoOf = (row: RunRow): RunInfo => {
  const {run, session, openedAt, closedAt, outcome, title, lastSeq, parent, parentAt} = row
  const host = hostOf(row)
  const hostPid = host && lives(host) ? host.pid : null
  return {run, session, openedAt, closedAt, outcome, title, lastSeq, hostPid, ...(parent === null ? {} : {parent: {run: parent, at: parentAt ?? 0}})}
}

export const openRuns = (db: Database): Runs => {
  const all = db.prepare(`select ${columns} from run order by opened_at, no`)
  const one = db.prepare(`select ${columns} from run where run = ?`)
  const transaction = openTransaction(db)
  const rowOf = (run: RunId): RunRow | undefined => one.get(run) as RunRow | undefined

  const claim: Runs['claim'] = (run, host, now) =>
    transaction(() => {
      const before = rowOf(run)
      const held = before && hostOf(before)
      const other = held && host && (held.pid !== host.pid || held.startedAt !== host.startedAt)
      if (held && other && lives(held)) return false
      db.prepare('insert or ignore into run (run, session, opened_at) values (?, ?, ?)').run(run, run, now)
      db.prepare('update run set host_pid = ?, host_started = ? where run = ?').run(host?.pid ?? null, host?.startedAt ?? null, run)
      return true
    })

  const branch: Runs['branch'] = (parent, at, child, now) =>
    transaction(() => {
      const from = rowOf(parent) ?? fail('journal.missing', {run: parent})
      if (!Number.isInteger(at) || at < 1 || at > from.lastSeq)
        fail('usage.nothing', {why: `${parent} has no event ${at}`, hint: `its last one is ${from.lastSeq}`})
      const there = rowOf(child)
      if (there?.parent === parent && there.parentAt === at) return
      if (there) fail('usage.nothing', {why: `there is a run ${child} already`})
      db.prepare('insert into run (run, session, parent, parent_at, opened_at) values (?, ?, ?, ?, ?)').run(child, from.session, parent, at, now)
    })

  return {
    // A run without events was claimed and never opened.
    list: () => (all.all() as RunRow[]).filter((row) => row.lastSeq > 0 || row.parent !== null).map(infoOf),
    claim,
    branch,
    needs: (run) => [rowOf(run)?.parent, rowOf(run)?.resumes].filter((other) => other !== null && other !== undefined),
  }
}
