// What was learned of routes, in a small SQLite file of the user's state folder. It is experience, not record: when the
// file cannot be had, nothing is known and nothing is kept, and no run fails for it.

import {mkdirSync, renameSync} from 'node:fs'
import {createRequire} from 'node:module'
import {dirname} from 'node:path'
import type Sqlite from 'better-sqlite3'
import {type Learned, taskKinds} from '../contract/learned.ts'

const load = (): typeof Sqlite => createRequire(import.meta.url)('better-sqlite3')

/** Longest wait for another process's write, which takes a millisecond or two. */
const busyMs = 500
const fileVersion = 1

const schema = `
  create table if not exists learned (
    route text not null, kind text not null, good real not null, bad real not null, wins real not null, losses real not null,
    first_ms real not null, tokens_per_sec real not null, ratio real not null, at integer not null, primary key (route, kind)
  ) strict, without rowid;
  pragma user_version = ${fileVersion};`

const select = 'select route, kind, good, bad, wins, losses, first_ms as firstMs, tokens_per_sec as tokensPerSec, ratio, at from learned'
const put = `insert into learned values (:route, :kind, :good, :bad, :wins, :losses, :firstMs, :tokensPerSec, :ratio, :at)
  on conflict do update set good = :good, bad = :bad, wins = :wins, losses = :losses, first_ms = :firstMs, tokens_per_sec = :tokensPerSec, ratio = :ratio, at = :at`

const open = (path: string): Sqlite.Database => {
  const db = new (load())(path, {timeout: busyMs})
  try {
    db.pragma('synchronous = off')
    const version = db.pragma('user_version', {simple: true}) as number
    if (version === 0) db.exec(schema)
    else if (version !== fileVersion) throw new Error(`${path} was written by another version`)
    return db
  } catch (thrown) {
    db.close()
    throw thrown
  }
}

const isDamaged = (thrown: unknown): boolean => /^SQLITE_(NOTADB|CORRUPT)/.test(String((thrown as {code?: unknown}).code))

/** A damaged file is set aside and a new one begun; nothing is deleted. */
const openAnew = (path: string): Sqlite.Database => {
  try {
    return open(path)
  } catch (thrown) {
    if (!isDamaged(thrown)) throw thrown
    renameSync(path, `${path}.damaged`)
    return open(path)
  }
}

const known = new Set<string>(taskKinds)
const rowsOf = (db: Sqlite.Database): Learned[] => (db.prepare(select).all() as Learned[]).filter(({kind}) => known.has(kind))

/** Everything that is known; nothing when there is no file, or it cannot be read. */
export const readLearned = (path: string): Learned[] => {
  try {
    const db = new (load())(path, {readonly: true, fileMustExist: true, timeout: busyMs})
    try {
      return rowsOf(db)
    } finally {
      db.close()
    }
  } catch {
    return []
  }
}

/** Writes what `change` makes of the rows, in one transaction. False when it could not be kept. */
export const updateLearned = (path: string, change: (rows: readonly Learned[]) => readonly Learned[]): boolean => {
  try {
    mkdirSync(dirname(path), {recursive: true})
    const db = openAnew(path)
    try {
      const write = db.prepare(put)
      db.transaction(() => {
        for (const row of change(rowsOf(db))) write.run(row)
      }).immediate()
      return true
    } finally {
      db.close()
    }
  } catch {
    return false
  }
}
