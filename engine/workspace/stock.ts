// The state of a folder now: what `listing.ts` finds, with the hash of each file. A file is hashed when it is first
// seen and whenever its stat moved, never else. Contents go to the blob store once.
//
// What is known may outlive the process in a cache file, so that a large repository is not hashed at every start. It
// is a convenience: a missing, old or broken file means hashing again, never a wrong answer.

import {mkdirSync, readFileSync, renameSync, rmSync, type Stats, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {BlobId} from '../base/id.ts'
import type {BlobStore, FileMode, Path, Tree, TreeEntry} from '../contract/workspace.ts'
import {bitsOf, contentOf, lstatOf, modeOf, sha256Of, sha256OfFile} from './files.ts'
import {isSettled, type LeftOut, type ListingOptions, type Missed, openListing} from './listing.ts'

export interface StockOptions extends ListingOptions {
  /** Real path of the folder. */
  dir: string
  blobs: BlobStore
  /** Where stats and hashes outlive the process; none by default. */
  cacheFile?: string
}

export interface Stock {
  /** The same object as long as nothing changed. */
  scan(): Tree
  /** One file, in the tree or not; null when there is none. */
  look(path: Path): TreeEntry | null
  /** Stores what the last `look` at the path saw. */
  keep(path: Path): void
  /** Stores every file of the last scan. */
  keepAll(): void
  leftOut(): readonly LeftOut[]
  /** By the last scan. `large`: files whose content is not stored. */
  missed(): Missed & {large: number}
  flush(): void
}

/** Larger files are hashed in pieces and not stored: their changes are told, but cannot be undone. */
export const maxStoredBytes = 32 * 1024 * 1024

/** Files hashed since the cache file was written that are worth writing it again. */
const worthSaving = 64

/** One file as it was seen; the entry never changes, a changed file has a new one. */
interface Known {
  entry: TreeEntry
  mtimeMs: number
  ctimeMs: number
  ino: number
  /** False: hashed so soon after a write that another in the same tick would not show in the stat. */
  settled: boolean
  /** Its content is known to be in the blob store. */
  stored: boolean
  /** Number of the scan that saw it last. */
  scan: number
}

const matches = (known: Known, stat: Stats): boolean =>
  known.settled && known.mtimeMs === stat.mtimeMs && known.ctimeMs === stat.ctimeMs && known.ino === stat.ino && known.entry.sizeBytes === stat.size

type Row = [Path, FileMode, BlobId, number, number, number, number, number]

const version = 2

const loadCache = (file: string, dir: string): Map<Path, Known> => {
  const known = new Map<Path, Known>()
  try {
    const kept = JSON.parse(readFileSync(file, 'utf8')) as {v: number; dir: string; rows: Row[]}
    if (kept.v !== version || kept.dir !== dir) return known
    for (const [path, mode, sha256, sizeBytes, mtimeMs, ctimeMs, ino, bits] of kept.rows)
      known.set(path, {entry: {mode, sha256, sizeBytes, ...(bits < 0 ? {} : {bits})}, mtimeMs, ctimeMs, ino, settled: true, stored: false, scan: 0})
  } catch {
    known.clear()
  }
  return known
}

const saveCache = (file: string, dir: string, known: ReadonlyMap<Path, Known>): void => {
  const rows: Row[] = []
  for (const [path, {entry, mtimeMs, ctimeMs, ino, settled}] of known)
    if (settled) rows.push([path, entry.mode, entry.sha256, entry.sizeBytes, mtimeMs, ctimeMs, ino, entry.bits ?? -1])
  const beside = `${file}.${process.pid}`
  try {
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(beside, JSON.stringify({v: version, dir, rows}))
    renameSync(beside, file)
  } catch {
    rmSync(beside, {force: true})
  }
}

interface State {
  options: StockOptions
  files: Map<Path, Known>
  /** Looked at by name, and no part of the tree. */
  others: Map<Path, Known>
  cached: Map<Path, Known>
  unkept: Set<Path>
  changed: boolean
  unsaved: number
  scan: number
}

const hashOf = (at: string, stat: Stats, mode: TreeEntry['mode']) => (stat.size > maxStoredBytes ? sha256OfFile(at) : sha256Of(contentOf(at, mode)))

/** Undefined when it cannot be read, is gone, or is no file. */
const know = (state: State, path: Path, stat: Stats, known: Known | undefined): Known | undefined => {
  if (known && matches(known, stat)) return known
  const mode = modeOf(stat)
  if (!mode) return undefined
  const seenAtMs = Date.now()
  try {
    const sha256 = hashOf(join(state.options.dir, path), stat, mode)
    const same = known?.entry.sha256 === sha256
    const now: TreeEntry = {mode, sha256, ...bitsOf(stat, mode), sizeBytes: stat.size}
    const entry = same && known.entry.mode === mode && known.entry.bits === now.bits && known.entry.sizeBytes === stat.size ? known.entry : now
    if (!known || known.mtimeMs !== stat.mtimeMs) state.unsaved += 1
    const {mtimeMs, ctimeMs, ino} = stat
    return {entry, mtimeMs, ctimeMs, ino, settled: isSettled(stat, seenAtMs), stored: same && known.stored, scan: 0}
  } catch {
    return undefined
  }
}

const see = (state: State, path: Path, stat: Stats): void => {
  const before = state.files.get(path)
  const now = know(state, path, stat, state.others.get(path) ?? before ?? state.cached.get(path))
  state.others.delete(path)
  if (!now) return
  now.scan = state.scan
  if (now === before) return
  if (now.entry !== before?.entry) state.changed = true
  if (!now.stored) state.unkept.add(path)
  state.files.set(path, now)
}

const dropUnseen = (state: State, count: number): void => {
  if (state.files.size === count) return
  for (const [path, known] of state.files) {
    if (known.scan === state.scan) continue
    state.files.delete(path)
    state.unkept.delete(path)
    state.changed = true
  }
}

const read = (at: string, mode: TreeEntry['mode']): Uint8Array | undefined => {
  try {
    return contentOf(at, mode)
  } catch {
    // Gone or locked since it was hashed.
    return undefined
  }
}

/** Stores the content under the hash that is known; when it changed meanwhile, the next scan sees that. */
const keep = (state: State, path: Path, known: Known): void => {
  if (known.stored || known.entry.sizeBytes > maxStoredBytes) return
  const {blobs, dir} = state.options
  if (!blobs.has(known.entry.sha256)) {
    const content = read(join(dir, path), known.entry.mode)
    if (!content || blobs.put(content) !== known.entry.sha256) {
      known.settled = false
      return
    }
  }
  known.stored = true
}

const treeOf = (files: ReadonlyMap<Path, Known>): Tree => {
  const tree = new Map<Path, TreeEntry>()
  for (const [path, known] of files) tree.set(path, known.entry)
  return tree
}

const save = (state: State): void => {
  const {cacheFile, dir} = state.options
  if (!cacheFile || state.unsaved === 0) return
  state.unsaved = 0
  saveCache(cacheFile, dir, state.files)
}

export const openStock = (options: StockOptions): Stock => {
  const state: State = {options, files: new Map(), others: new Map(), cached: new Map(), unkept: new Set(), changed: true, unsaved: 0, scan: 0}
  const listing = openListing(options.dir, options)
  let tree: Tree | undefined
  let missed: Missed = {bounded: false, nameless: 0}
  const known = (path: Path): Known | undefined => state.others.get(path) ?? state.files.get(path)

  return {
    scan: () => {
      if (state.scan === 0 && options.cacheFile) state.cached = loadCache(options.cacheFile, options.dir)
      state.scan += 1
      let count = 0
      missed = listing.scan((path, stat) => {
        count += 1
        see(state, path, stat)
      })
      dropUnseen(state, count)
      state.cached.clear()
      if (state.unsaved >= worthSaving) save(state)
      if (!tree || state.changed) tree = treeOf(state.files)
      state.changed = false
      return tree
    },
    look: (path) => {
      const stat = lstatOf(join(options.dir, path))
      const before = known(path)
      const now = stat && know(state, path, stat, before)
      if (!now) {
        state.others.delete(path)
        return null
      }
      // A file of the tree gets its new entry with the next scan, which compares with the one it knows.
      if (now !== before) state.others.set(path, now)
      return now.entry
    },
    keep: (path) => {
      const found = state.others.get(path) ?? state.files.get(path)
      if (found) keep(state, path, found)
    },
    keepAll: () => {
      for (const path of state.unkept) {
        const found = state.files.get(path)
        if (found) keep(state, path, found)
      }
      state.unkept.clear()
    },
    leftOut: listing.leftOut,
    missed: () => ({...missed, large: [...state.files.values()].filter((one) => one.entry.sizeBytes > maxStoredBytes).length}),
    flush: () => save(state),
  }
}
