// Making room: whole closed runs go, oldest first, and then the blobs that nobody names any more. A run with a live
// host is never touched, nor one that a kept run goes on from.
//
// Law 1: events go before blobs, so a crash between leaves only blobs that the next sweep finds. Law 2: a blob that
// was put since the oldest living host opened its run stays, because that host may be about to name it.

import type {BlobId, RunId} from '../base/id.ts'
import type {RunInfo} from '../contract/journal.ts'
import type {BlobFile, Blobs} from './blobs.ts'
import type {Database} from './database.ts'
import {openTransaction, span} from './record.ts'
import type {Runs} from './runs.ts'

export interface Storage {
  /** Bytes of the file that are in use. */
  usedBytes(): number
  runBytes(run: RunId): number
  /** Every SHA-256 that an event of the run names. */
  named(run: RunId): Set<BlobId>
  /** Runs that this one goes on from. */
  needs(run: RunId): RunId[]
  /** Takes the runs out and gives their pages back to the disk. */
  remove(runs: readonly RunId[]): void
}

export interface Sweepable {
  runs(): RunInfo[]
  blobs: Blobs
  storage: Storage
}

export interface SweepOptions {
  /** What journal and blobs may take together. */
  maxBytes: number
  /** ms since 1970. */
  now: number
  /** As many of the newest runs stay whatever they take. Default 1. */
  keepRuns?: number
  /** Only say what would be freed. */
  dryRun?: boolean
  /** Do nothing, and quickly, while all of it fits: blobs that nobody names stay until then. */
  onlyWhenOver?: boolean
  /** Blobs younger than this stay. Default 15 minutes. */
  graceMs?: number
}

export interface Swept {
  beforeBytes: number
  freedBytes: number
  runs: RunId[]
  blobs: number
}

const defaultGraceMs = 15 * 60_000
/** A run that was never closed may still be resumed; after this long nobody will. */
const abandonedMs = 30 * 24 * 3600_000
// Row header, ids and columns besides the body, about.
const rowBytes = 150
// Lists of files are JSON; nothing else of ours names blobs from within a blob.
const maxListBytes = 64 * 1024 * 1024

const idsIn = (text: string): BlobId[] => (text.match(/\b[0-9a-f]{64}\b/g) ?? []) as BlobId[]

export const openStorage = ({db, runs, guarded}: {db: Database; runs: Runs; guarded<T>(work: () => T): T}): Storage => {
  const noOf = db.prepare('select no from run where run = ?').pluck()
  const bodies = db.prepare('select body from event where id > ? and id <= ? order by id limit 256').pluck()
  const last = db.prepare('select max(id) from (select id from event where id > ? and id <= ? order by id limit 256)').pluck()
  const range = (run: RunId): [number, number] => {
    const no = (noOf.get(run) as number | undefined) ?? 0
    return [no * span, no * span + span - 1]
  }
  const pages = (): number => (db.pragma('page_count', {simple: true}) as number) - (db.pragma('freelist_count', {simple: true}) as number)

  const named = (run: RunId): Set<BlobId> => {
    const found = new Set<BlobId>()
    let [from, to] = range(run)
    for (let next = last.get(from, to) as number | null; next !== null; next = last.get(from, to) as number | null) {
      for (const body of bodies.all(from, to) as string[]) for (const id of idsIn(body)) found.add(id)
      from = next
    }
    return found
  }

  const remove = (gone: readonly RunId[]): void => {
    const transaction = openTransaction(db)
    for (const run of gone) {
      transaction(() => {
        const [from, to] = range(run)
        db.prepare('delete from event where id between ? and ?').run(from, to)
        db.prepare('delete from taken where run = ?').run(from / span)
        db.prepare('delete from run where run = ?').run(run)
      })
    }
    db.pragma('incremental_vacuum')
    db.pragma('wal_checkpoint(truncate)')
  }

  const size = db.prepare(`select ifnull(sum(length(body) + ${rowBytes}), 0) from event where id between ? and ?`).pluck()
  return {
    usedBytes: () => guarded(() => pages() * (db.pragma('page_size', {simple: true}) as number)),
    runBytes: (run) => guarded(() => size.get(...range(run)) as number),
    named: (run) => guarded(() => named(run)),
    needs: (run) => guarded(() => runs.needs(run)),
    remove: (gone) => guarded(() => remove(gone)),
  }
}

/** Runs that may go, in the order of going. */
const candidates = (all: readonly RunInfo[], now: number, keepRuns: number): RunInfo[] => {
  const newest = new Set([...all].sort((a, b) => b.openedAt - a.openedAt).slice(0, keepRuns))
  const idle = all.filter((run) => run.hostPid === null && !newest.has(run))
  const over = idle.filter((run) => run.closedAt !== null).sort((a, b) => (a.closedAt ?? 0) - (b.closedAt ?? 0))
  const abandoned = idle.filter((run) => run.closedAt === null && now - run.openedAt > abandonedMs).sort((a, b) => a.openedAt - b.openedAt)
  return [...over, ...abandoned]
}

/** What a run names, and what is named by the lists among that. */
const openReach = ({blobs, storage}: Sweepable, files: ReadonlyMap<BlobId, BlobFile>) => {
  const within = new Map<BlobId, BlobId[]>()
  const listed = (id: BlobId): BlobId[] => {
    const before = within.get(id)
    if (before) return before
    const bytes = (files.get(id)?.bytes ?? Number.POSITIVE_INFINITY) <= maxListBytes ? blobs.get(id) : undefined
    const isList = bytes?.[0] === 0x5b || bytes?.[0] === 0x7b
    const found = bytes && isList ? idsIn(Buffer.from(bytes).toString('latin1')).filter((one) => files.has(one)) : []
    within.set(id, found)
    return found
  }
  return (run: RunId): Set<BlobId> => {
    const reached = new Set([...storage.named(run)].filter((id) => files.has(id)))
    for (const id of reached) for (const inner of listed(id)) reached.add(inner)
    return reached
  }
}

interface Plan {
  runs: RunId[]
  blobs: BlobFile[]
  freedBytes: number
}

const plan = (journal: Sweepable, options: SweepOptions, files: ReadonlyMap<BlobId, BlobFile>, beforeBytes: number): Plan => {
  const {maxBytes, now, keepRuns = 1, graceMs = defaultGraceMs} = options
  const all = journal.runs()
  const kept = new Set(all.map((run) => run.run))
  const reach = openReach(journal, files)
  const reached = new Map(all.map((run) => [run.run, reach(run.run)]))
  const users = new Map<BlobId, number>()
  for (const ids of reached.values()) for (const id of ids) users.set(id, (users.get(id) ?? 0) + 1)
  const hosts = all.filter((run) => run.hostPid !== null).map((run) => run.openedAt)
  const before = Math.min(now, ...hosts) - graceMs
  const goes = (id: BlobId): BlobFile | undefined => {
    const file = files.get(id)
    return file && file.usedAt < before ? file : undefined
  }
  const made: Plan = {runs: [], blobs: [...files.keys()].filter((id) => !users.has(id)).flatMap((id) => goes(id) ?? []), freedBytes: 0}
  made.freedBytes = made.blobs.reduce((sum, file) => sum + file.bytes, 0)
  const isNeeded = (run: RunId): boolean => [...kept].some((other) => journal.storage.needs(other).includes(run))
  const queue = candidates(all, now, keepRuns)
  while (beforeBytes - made.freedBytes > maxBytes) {
    const next = queue.find((run) => !isNeeded(run.run))
    if (!next) break
    queue.splice(queue.indexOf(next), 1)
    kept.delete(next.run)
    made.runs.push(next.run)
    made.freedBytes += journal.storage.runBytes(next.run)
    for (const id of reached.get(next.run) ?? []) {
      users.set(id, (users.get(id) ?? 1) - 1)
      const file = users.get(id) === 0 ? goes(id) : undefined
      if (!file) continue
      made.blobs.push(file)
      made.freedBytes += file.bytes
    }
  }
  return made
}

/** Frees what is over `maxBytes`, and blobs that no run names. Throws FaultError with a code of `journal.`. */
export const sweep = (journal: Sweepable, options: SweepOptions): Swept => {
  const files = new Map([...journal.blobs.list()].map((file) => [file.id, file]))
  const used = journal.storage.usedBytes()
  const blobBytes = (): number => [...files.values()].reduce((sum, file) => sum + file.bytes, 0)
  const beforeBytes = used + blobBytes()
  if (options.onlyWhenOver && beforeBytes <= options.maxBytes) return {beforeBytes, freedBytes: 0, runs: [], blobs: 0}
  const {runs, blobs, freedBytes} = plan(journal, options, files, beforeBytes)
  if (options.dryRun) return {beforeBytes, freedBytes, runs, blobs: blobs.length}
  if (runs.length > 0) journal.storage.remove(runs)
  for (const {id} of blobs) {
    journal.blobs.drop(id)
    files.delete(id)
  }
  return {beforeBytes, freedBytes: beforeBytes - journal.storage.usedBytes() - blobBytes(), runs, blobs: blobs.length}
}
