// Content by its SHA-256, one file each: blobs/ab/cdef…. A blob appears under its name whole or not at all, and is
// never changed. What was damaged on disk (a power cut) counts as not there, so nobody gets content that is not what
// they asked for. Dropping is gc's business alone.

import {hash} from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import type {Clock} from '../base/clock.ts'
import type {BlobId} from '../base/id.ts'
import {FaultError, fail, fault} from '../contract/fault.ts'
import type {BlobStore} from '../contract/workspace.ts'
import {troubleOf} from './database.ts'

export interface BlobFile {
  id: BlobId
  bytes: number
  /** ms since 1970 of the last `put`, 5 minutes more or less. */
  usedAt: number
}

export interface Blobs extends BlobStore {
  /** Waits until these are on the disk itself. */
  sync(ids: readonly BlobId[]): void
  list(): Generator<BlobFile>
  drop(id: BlobId): void
}

/** A blob that is put again counts as new, so that gc leaves alone what a running host is about to name. */
const touchMs = 5 * 60_000

const isId = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)

const guarded = <T>(path: string, work: () => T): T => {
  try {
    return work()
  } catch (thrown) {
    const trouble = troubleOf(thrown, path)
    throw trouble ? new FaultError(fault(trouble.code, {why: trouble.why})) : thrown
  }
}

const namesIn = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** `put` throws FaultError: journal.full, journal.readonly. */
export const openBlobs = ({dir, clock, readonly}: {dir: string; clock: Clock; readonly: boolean}): Blobs => {
  let parts = 0
  const pathOf = (id: BlobId): string => join(dir, id.slice(0, 2), id.slice(2))
  const statOf = (path: string): Stats | undefined => statSync(path, {throwIfNoEntry: false})

  const write = (path: string, bytes: Uint8Array): void => {
    const folder = join(path, '..')
    mkdirSync(folder, {recursive: true})
    const part = join(folder, `.${process.pid}-${clock.tick()}-${parts++}`)
    try {
      writeFileSync(part, bytes, {flag: 'wx'})
      renameSync(part, path)
    } catch (thrown) {
      rmSync(part, {force: true})
      throw thrown
    }
  }

  const put = (content: Uint8Array | string): BlobId => {
    const bytes = typeof content === 'string' ? Buffer.from(content) : content
    const id = hash('sha256', bytes) as BlobId
    const path = pathOf(id)
    if (readonly) fail('journal.readonly', {why: 'it was opened for reading'})
    guarded(path, () => {
      const there = statOf(path)
      // A file of another size is what a power cut left of it.
      if (there?.size !== bytes.length) write(path, bytes)
      else if (clock.now() - there.mtimeMs > touchMs) utimesSync(path, clock.now() / 1000, clock.now() / 1000)
    })
    return id
  }

  const get = (id: BlobId): Uint8Array | undefined => {
    if (!isId(id)) return undefined
    try {
      const bytes = readFileSync(pathOf(id))
      return hash('sha256', bytes) === id ? bytes : undefined
    } catch {
      return undefined
    }
  }

  const sync = (ids: readonly BlobId[]): void => {
    const paths = new Set(ids.flatMap((id) => [pathOf(id), join(pathOf(id), '..')]))
    for (const path of paths) guarded(path, () => syncPath(path))
  }

  const list = function* (): Generator<BlobFile> {
    for (const folder of namesIn(dir)) {
      for (const name of namesIn(join(dir, folder))) {
        const id = `${folder}${name}` as BlobId
        const stat = isId(id) ? statOf(pathOf(id)) : undefined
        if (stat) yield {id, bytes: stat.size, usedAt: stat.mtimeMs}
      }
    }
  }

  return {
    put,
    get,
    has: (id) => isId(id) && statOf(pathOf(id)) !== undefined,
    sync,
    list,
    drop: (id) => guarded(pathOf(id), () => rmSync(pathOf(id), {force: true})),
  }
}

const syncPath = (path: string): void => {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
