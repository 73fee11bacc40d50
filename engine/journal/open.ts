// The journal of a project: .penguin/journal.db and the blobs beside it, as the port that everybody else knows.
// One writer for a run, many runs and readers for a file. Start reading here; rows are in record.ts, live readers in
// follow.ts, the file itself in database.ts.
//
// Law 1: what `append` returns is in the file. Law 2: followers see nothing that is not. Law 3: whatever the disk
// does comes out as a FaultError with a code of `journal.`, never as an error of SQLite.

import {existsSync, lstatSync, mkdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Clock} from '../base/clock.ts'
import type {RunId} from '../base/id.ts'
import {type Draft, type Event, isKept} from '../contract/event.ts'
import {bad, type Envelope, FaultError, fail, fault, good} from '../contract/fault.ts'
import type {Journal, ReadQuery} from '../contract/journal.ts'
import {type Blobs, openBlobs} from './blobs.ts'
import {maxLineBytes, pieces} from './bound.ts'
import {type Database, damaged, openDatabase, troubleOf} from './database.ts'
import {type Fanout, openFanout} from './follow.ts'
import {openStorage, type Storage} from './gc.ts'
import {type Body, type EventRecord, openRecord, stamp, typeFilter} from './record.ts'
import {openRuns, type Runs} from './runs.ts'

export interface JournalOptions {
  /** The `.penguin` folder. */
  dir: string
  clock: Clock
  /** Default false. Nothing is created, and nothing is set aside. */
  readonly?: boolean
  /** The write-ahead log is folded into the file when it has grown by this much. Default 4 MiB. */
  checkpointBytes?: number
}

export interface OpenJournal extends Journal {
  blobs: Blobs
  /** Of journal.db. */
  path: string
  /** Whoever keeps something made of the events up to there keeps this with it: it differs when they were others. */
  mark(run: RunId, until: number): string
  /** What screens fold is kept there, and goes with the runs that it was made of. */
  storyFile: string
  /** What it takes up, for gc. */
  storage: Storage
}

interface Parts {
  db: Database
  record: EventRecord
  runs: Runs
  fanout: Fanout
  clock: Clock
  /** Does the work, and says what the disk complained about in our words. */
  guarded<T>(work: () => T): T
}

const prepareFolder = (dir: string): void => {
  if (lstatSync(dir, {throwIfNoEntry: false})?.isSymbolicLink() && !existsSync(dir)) fail('journal.readonly', {why: `${dir} is a link that leads nowhere`})
  mkdirSync(dir, {recursive: true})
  const ignore = join(dir, '.gitignore')
  if (!statSync(ignore, {throwIfNoEntry: false})) writeFileSync(ignore, '*\n')
}

const openGuard = (path: string, clock: Clock, readonly: boolean) => {
  let setAside: FaultError | undefined
  return <T>(work: () => T): T => {
    // Its file has another name by now: nothing more is read from it or written to it.
    if (setAside) throw setAside
    try {
      return work()
    } catch (thrown) {
      const trouble = troubleOf(thrown, path)
      if (!trouble) throw thrown
      if (trouble.code !== 'journal.corrupt') throw new FaultError(fault(trouble.code, {why: trouble.why}))
      setAside ??= new FaultError(damaged(path, trouble.why, clock.now(), readonly))
      throw setAside
    }
  }
}

const pageRows = 256

const readPages = function* ({record, guarded}: Parts, query: ReadQuery): Generator<Event> {
  const {run, until = Number.POSITIVE_INFINITY, whole = false, fullResults, toolsAfter} = query
  const wants = typeFilter(query.types)
  const briefUntil = fullResults === undefined ? 0 : guarded(() => record.seqBefore(run, 'tool.done', fullResults))
  let {after = 0} = query
  for (;;) {
    const page = guarded(() => record.page({run, after, until, wants, whole, briefUntil, toolsAfter}, pageRows))
    yield* page.events
    if (!page.more) return
    after = page.last
  }
}

/** A passing event as one line or several: its text is split, never cut. */
const passingOf = (run: RunId, seq: number, at: number, draft: Draft): Event[] => {
  const body = draft.body as Body
  const texts = typeof body.text === 'string' ? pieces(body.text) : [undefined]
  return texts.map((text) => stamp(run, seq, at, draft, text === undefined ? body : {...body, text}, true))
}

const isShort = (event: Event): boolean => Buffer.byteLength(JSON.stringify(event)) < maxLineBytes

const openPass = ({record, fanout, clock, guarded}: Parts, lastSeqs: Map<RunId, number>): Journal['pass'] => {
  return (run, draft) => {
    if (isKept(draft.type)) fail('internal', {why: `${draft.type} is kept, it cannot pass`})
    if (!fanout.heard(run)) return
    const seq = lastSeqs.get(run) ?? guarded(() => record.lastSeq(run))
    lastSeqs.set(run, seq)
    for (const event of passingOf(run, seq, clock.now(), draft)) {
      if (isShort(event)) fanout.passed(run, event)
      else fail('internal', {why: `${draft.type} does not fit into a line`})
    }
  }
}

const openAppend = ({record, fanout, guarded}: Parts, lastSeqs: Map<RunId, number>): Journal['append'] => {
  return (run, drafts, {full = false} = {}) => {
    const stray = drafts.find((draft) => !isKept(draft.type))
    if (stray) fail('internal', {why: `${stray.type} passes, it is not kept`})
    if (drafts.length === 0) return []
    const made = guarded(() => record.append(run, drafts, full))
    const last = made.at(-1)
    if (last) lastSeqs.set(run, last.seq)
    fanout.published(run, made)
    return made
  }
}

const journalOf = (parts: Parts): Journal => {
  const {db, record, runs, fanout, clock, guarded} = parts
  const lastSeqs = new Map<RunId, number>()
  return {
    append: openAppend(parts, lastSeqs),
    pass: openPass(parts, lastSeqs),
    read: (query) => readPages(parts, query),
    follow: fanout.follow,
    branch: (parent, at, child) => guarded(() => runs.branch(parent, at, child, clock.now())),
    runs: () => guarded(runs.list),
    lastSeq: (run) => guarded(() => record.lastSeq(run)),
    dropped: fanout.dropped,
    claim: (run, host) => guarded(() => runs.claim(run, host, clock.now())),
    close: () => {
      fanout.close()
      if (db.open) db.close()
    },
  }
}

const compose = (db: Database, path: string, options: JournalOptions): OpenJournal => {
  const {dir, clock, readonly = false} = options
  const blobs = openBlobs({dir: join(dir, 'blobs'), clock, readonly})
  const guarded = openGuard(path, clock, readonly)
  const record = openRecord(db, blobs, clock)
  const runs = openRuns(db)
  const version = db.prepare('pragma data_version').pluck()
  const fanout = openFanout({page: (query, limit) => guarded(() => record.page(query, limit)), version: () => version.get() as number})
  const parts: Parts = {db, record, runs, fanout, clock, guarded}
  const storage = openStorage({db, runs, guarded})
  const storyFile = join(dir, 'story.json')
  const remove: Storage['remove'] = (gone) => {
    rmSync(storyFile, {force: true})
    storage.remove(gone)
  }
  const mark: OpenJournal['mark'] = (run, until) => guarded(() => record.mark(run, until))
  return {...journalOf(parts), blobs, path, mark, storyFile, storage: {...storage, remove}}
}

/**
 * Opens a project's journal, which is created when it is not there and may be written.
 * Fails with: journal.full, journal.readonly, journal.corrupt (it was set aside: open again for a new one), journal.damaged, journal.busy, journal.missing.
 */
export const openJournal = (options: JournalOptions): Envelope<OpenJournal> => {
  const {dir, clock, readonly = false, checkpointBytes} = options
  const path = join(dir, 'journal.db')
  try {
    if (!readonly) prepareFolder(dir)
    const opened = openDatabase({path, clock, readonly, checkpointBytes})
    return opened.ok ? good(compose(opened.result, path, options)) : opened
  } catch (thrown) {
    if (thrown instanceof FaultError) return bad(thrown.fault)
    const trouble = troubleOf(thrown, path)
    if (!trouble) throw thrown
    return bad(fault(trouble.code, {why: trouble.why}))
  }
}
