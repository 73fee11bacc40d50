// The file journal.db: made whole or not at all, checked before it is believed, set aside when it is damaged.
// The only door to better-sqlite3, which is loaded when the first journal is opened, and to what it complains about.
//
//   none ──create──▶ file ──openDatabase──▶ checked ──▶ in use
//                      └── damaged ──setAside──▶ journal.db.corrupt-<ms>, and none again
//
// Law 1: nobody ever sees a half-made file; it appears under its name complete. Law 2: only somebody who opened it
// for writing may set it aside, and nothing is ever deleted. Law 3: a file of a newer version is left alone.

import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import type Sqlite from 'better-sqlite3'
import type {Clock} from '../base/clock.ts'
import {bad, type Envelope, type Fault, type FaultCode, FaultError, fault, good} from '../contract/fault.ts'

export type Database = Sqlite.Database

const load = (): typeof Sqlite => createRequire(import.meta.url)('better-sqlite3')

// 'PENG': tells our file from another program's database of the same name.
const applicationId = 0x50454e47
const fileVersion = 1
/** Longest wait for another process's transaction; appends take well under a millisecond. */
const busyMs = 5000
const defaultCheckpointBytes = 4 * 1024 * 1024
const pageBytes = 4096

// event.id is run.no * 2^32 + seq: one tree, in the order of reading, and no second index to write.
const schema = `
  create table run (
    no integer primary key, run text not null unique, session text not null, resumes text, parent text, parent_at integer,
    opened_at integer not null, closed_at integer, outcome text, title text not null default '', host_pid integer, host_started text
  ) strict;
  create table event (
    id integer primary key, at integer not null, type text not null, v integer not null, task text, role text, agent text, turn integer,
    trace text not null, span text not null, parent text, large text, body text not null
  ) strict;
  create table taken (run integer not null, key text not null, primary key (run, key)) strict, without rowid;
  create view line as
    select run.run, event.id & 4294967295 as seq, event.at, event.type, event.role, event.agent, event.trace, event.span, event.body
    from event join run on run.no = event.id >> 32;
  pragma application_id = ${applicationId};
  pragma user_version = ${fileVersion};`

export interface Trouble {
  code: Extract<FaultCode, `journal.${string}`>
  why: string
}

const byErrno: Readonly<Record<string, Trouble['code']>> = {
  ENOSPC: 'journal.full',
  EDQUOT: 'journal.full',
  EFBIG: 'journal.full',
  EROFS: 'journal.readonly',
  EACCES: 'journal.readonly',
  EPERM: 'journal.readonly',
  ENOTDIR: 'journal.readonly',
  EISDIR: 'journal.readonly',
  EEXIST: 'journal.readonly',
  ELOOP: 'journal.readonly',
  EIO: 'journal.readonly',
}

const bySqlite: readonly [prefix: string, code: Trouble['code']][] = [
  ['SQLITE_FULL', 'journal.full'],
  ['SQLITE_CORRUPT', 'journal.corrupt'],
  ['SQLITE_NOTADB', 'journal.corrupt'],
  ['SQLITE_IOERR_CORRUPTFS', 'journal.corrupt'],
  ['SQLITE_BUSY', 'journal.busy'],
  ['SQLITE_LOCKED', 'journal.busy'],
  ['SQLITE_PROTOCOL', 'journal.busy'],
  ['SQLITE_READONLY', 'journal.readonly'],
  ['SQLITE_CANTOPEN', 'journal.readonly'],
  ['SQLITE_PERM', 'journal.readonly'],
  ['SQLITE_IOERR', 'journal.readonly'],
]

const isFull = (path: string): boolean => {
  try {
    return statfsSync(dirname(path)).bavail === 0
  } catch {
    return false
  }
}

/** What was thrown as a fault's code; undefined for what is no trouble of disks and files. `path`: the file it happened to. */
export const troubleOf = (thrown: unknown, path: string): Trouble | undefined => {
  if (!(thrown instanceof Error) || thrown instanceof FaultError) return undefined
  const {code} = thrown as NodeJS.ErrnoException
  if (typeof code !== 'string') return undefined
  const found = byErrno[code] ?? bySqlite.find(([prefix]) => code.startsWith(prefix))?.[1]
  if (!found) return undefined
  // A full disk also shows as a file that cannot be created or mapped.
  const full = found === 'journal.readonly' && code.startsWith('SQLITE') && isFull(path)
  return {code: full ? 'journal.full' : found, why: `${path}: ${thrown.message}`}
}
const sync = (path: string): void => {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Bytes of an empty journal. Bytes 18 and 19 of the header switch it to WAL (SQLite file format §1.3.3). */
const emptyFile = (): Buffer => {
  const db = new (load())(':memory:')
  db.pragma('auto_vacuum = incremental')
  db.exec(schema)
  const bytes = db.serialize()
  db.close()
  bytes.fill(2, 18, 20)
  return bytes
}

const create = (path: string): void => {
  const folder = mkdtempSync(join(dirname(path), '.new-'))
  const part = join(folder, 'journal.db')
  try {
    writeFileSync(part, emptyFile())
    sync(part)
    place(part, path)
    sync(dirname(path))
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

/** Of two processes that create it at once one wins and the other uses its file. */
const place = (part: string, path: string): void => {
  try {
    linkSync(part, path)
  } catch (thrown) {
    const {code} = thrown as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw thrown
    renameSync(part, path)
  }
}

const sizeOf = (path: string): number => statSync(path, {throwIfNoEntry: false})?.size ?? 0

const readHeader = (path: string): Buffer => {
  const bytes = Buffer.alloc(100)
  const fd = openSync(path, 'r')
  try {
    return bytes.subarray(0, readSync(fd, bytes, 0, bytes.length, 0))
  } finally {
    closeSync(fd)
  }
}

type Look = {is: 'whole'} | {is: 'damaged'; why: string} | {is: 'short'}

/** Reads header, then WAL, then size: in this order a checkpoint that runs meanwhile is never taken for damage. */
const look = (path: string): Look => {
  const header = readHeader(path)
  const walBytes = sizeOf(`${path}-wal`)
  const bytes = sizeOf(path)
  if (header.length < 100 || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') return {is: 'damaged', why: `${path} is not a database`}
  const page = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16)
  const wanted = header.readUInt32BE(28) * page
  if (bytes >= wanted) return {is: 'whole'}
  return walBytes > 0 ? {is: 'short'} : {is: 'damaged', why: `${path} has ${bytes} bytes of ${wanted}`}
}

class Damaged extends Error {}

const identify = (db: Database, path: string): Fault | undefined => {
  const version = db.pragma('user_version', {simple: true}) as number
  if (db.pragma('application_id', {simple: true}) !== applicationId || version < 1) throw new Damaged(`${path} is not a journal`)
  if (version > fileVersion) return fault('journal.readonly', {why: `${path} was written by a newer version of penguin`})
  db.prepare('select count(*) from (select 1 from event limit 1)').get()
  return undefined
}

const thorough = (db: Database): void => {
  const found = db.pragma('quick_check(1)', {simple: true})
  if (found !== 'ok') throw new Damaged(String(found))
}

const openWriting = (path: string, checkpointBytes: number): Database => {
  const db = new (load())(path, {fileMustExist: true, timeout: busyMs})
  db.pragma('synchronous = normal')
  // 2 MB: what is read is read once and in order.
  db.pragma('cache_size = -2000')
  db.pragma(`wal_autocheckpoint = ${Math.max(1, Math.round(checkpointBytes / pageBytes))}`)
  db.pragma(`journal_size_limit = ${2 * checkpointBytes}`)
  return db
}

const openReading = (path: string): Database => {
  try {
    const db = new (load())(path, {readonly: true, fileMustExist: true, timeout: busyMs})
    db.pragma('user_version')
    return db
  } catch (thrown) {
    // In a folder that cannot be written SQLite finds no room for its shared memory. Without a log the file is all there is.
    if (troubleOf(thrown, path)?.code !== 'journal.readonly' || sizeOf(`${path}-wal`) > 0) throw thrown
    const bytes = readFileSync(path)
    // In memory there is no log either: the header says so (see `emptyFile`).
    return new (load())(bytes.fill(1, 18, 20), {readonly: true})
  }
}

/** Moves the file and its log out of the way; '' when even that is not possible. */
export const setAside = (path: string, now: number): string => {
  const copy = `${path}.corrupt-${now}`
  try {
    renameSync(path, copy)
    if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${copy}-wal`)
    rmSync(`${path}-shm`, {force: true})
    return copy
  } catch {
    return ''
  }
}

/** The fault for a damaged file; whoever may write sets it aside first. */
export const damaged = (path: string, why: string, now: number, readonly: boolean): Fault => {
  const copy = readonly ? '' : setAside(path, now)
  return copy ? fault('journal.corrupt', {why, copy}) : fault('journal.damaged', {why})
}

export interface DatabaseOptions {
  path: string
  clock: Clock
  readonly: boolean
  /** The log is folded into the file when it has grown by this much. Default 4 MiB. */
  checkpointBytes?: number
}

const openChecked = ({path, readonly, checkpointBytes = defaultCheckpointBytes}: DatabaseOptions): Envelope<Database> => {
  const seen = look(path)
  if (seen.is === 'damaged') throw new Damaged(seen.why)
  const db = readonly ? openReading(path) : openWriting(path, checkpointBytes)
  try {
    const refused = identify(db, path)
    if (seen.is === 'short') thorough(db)
    // A file that cannot be written opens all the same: only a transaction tells.
    if (!readonly && !refused) db.exec('begin immediate; rollback')
    if (refused) db.close()
    return refused ? bad(refused) : good(db)
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

/**
 * Opens the file, which is created when it is not there and may be written.
 * Fails with: journal.full, journal.readonly, journal.corrupt (set aside, named), journal.damaged (read only), journal.busy, journal.missing.
 */
export const openDatabase = (options: DatabaseOptions): Envelope<Database> => {
  const {path, clock, readonly} = options
  try {
    const stat = statSync(path, {throwIfNoEntry: false})
    // Opening a pipe waits for ever.
    if (stat && !stat.isFile()) return bad(fault('journal.readonly', {why: `${path} is no file`}))
    if (!stat) {
      if (readonly) return bad(fault('journal.missing', {run: `in ${dirname(path)}`}))
      create(path)
    }
    return openChecked(options)
  } catch (thrown) {
    if (thrown instanceof Damaged) return bad(damaged(path, thrown.message, clock.now(), readonly))
    const trouble = troubleOf(thrown, path)
    if (!trouble) throw thrown
    if (trouble.code === 'journal.corrupt') return bad(damaged(path, trouble.why, clock.now(), readonly))
    return bad(fault(trouble.code, {why: trouble.why}))
  }
}
