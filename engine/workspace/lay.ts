// Throwaway copies of a tree, for candidates and for checks: outside every repository, with what the tree leaves out
// lent to them (`depend.ts`). And the way back: adopting a candidate's changes into the user's tree.
//
// Law 1: a copy never shares a file with its original (no hard links), so that nothing done in it can reach back.
// Law 2: only a folder that was made here is removed.

import {
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import {dirname, join} from 'node:path'
import type {BlobStore, Change, FileMode, Laid, Path, Tree} from '../contract/workspace.ts'
import {type Lending, type Lent, lendAll} from './depend.ts'
import {isTreePath, lstatOf} from './files.ts'
import {type LeftOut, openListing} from './listing.ts'
import {applyRestore, planAdopt, planRestore} from './restore.ts'

export interface LayOptions {
  /** Real path of the folder to copy: the project, or an earlier copy. */
  from: string
  /** What of it to copy. A path that is not there (any more) comes from `pick`, or is left out. */
  tree: Tree
  /** The folder to make: `~/.cache/penguin/trees/NAME`. It must not be there yet. */
  into: string
  /** Another content for a path, null to leave it out, undefined to copy it as it is. */
  pick?(path: Path): {content: Uint8Array; mode: FileMode} | null | undefined
  /** True (default): packages are lent by links. False: by `binds`, for a sandbox that lays the copy over the project's path. */
  links?: boolean
  /** Ignored files that changed later are not carried along, ms since 1970. Default: the start of this process. */
  carryBefore?: number
  /** Repositories within the folder that are part of the tree, relative to it. */
  nested?: readonly Path[]
}

export interface LaidCopy extends Laid {
  /** Folders to bind read-only, relative to the copy; empty folders stand there. Only without links. */
  binds: Lent[]
}

interface Lineage {
  origin: string
  generation: number
  lent: Lent[]
}

/** Copies that live, so that a copy of a copy is lent the same packages from the same place. */
const living = new Map<string, Lineage>()

const put = (at: string, content: Uint8Array, mode: FileMode): void => {
  if (mode === '120000') symlinkSync(Buffer.from(content), at)
  else {
    writeFileSync(at, content)
    chmodSync(at, mode === '100755' ? 0o755 : 0o644)
  }
}

/** Copies a file or link with its times and rights; nothing when it is gone. */
const copy = (from: string, to: string): void => {
  const stat = lstatOf(from)
  if (stat?.isSymbolicLink()) symlinkSync(readlinkSync(from, 'buffer'), to)
  if (!stat?.isFile()) return
  copyFileSync(from, to, constants.COPYFILE_FICLONE)
  utimesSync(to, stat.atimeMs / 1000, stat.mtimeMs / 1000)
}

const copyTree = ({from, tree, into, pick}: LayOptions): void => {
  const made = new Set<string>()
  for (const path of tree.keys()) {
    const picked = pick?.(path)
    if (picked === null || !isTreePath(path)) continue
    const at = join(into, path)
    const dir = dirname(at)
    try {
      if (!made.has(dir)) mkdirSync(dir, {recursive: true})
      made.add(dir)
      if (picked) put(at, picked.content, picked.mode)
      else copy(join(from, path), at)
    } catch (thrown) {
      // A file where another state of the tree has a folder: the first of the two stands.
      const {code} = thrown as NodeJS.ErrnoException
      if (code !== 'EEXIST' && code !== 'ENOTDIR' && code !== 'EISDIR' && code !== 'ENOENT') throw thrown
    }
  }
}

const leftOutOf = (dir: string, nested: readonly Path[]): readonly LeftOut[] => {
  const listing = openListing(dir, {nested})
  listing.scan(() => undefined)
  return listing.leftOut()
}

const giveTo = (path: string, uid: number, gid: number): void => {
  lchownSync(path, uid, gid)
  if (!lstatSync(path).isDirectory()) return
  for (const name of readdirSync(path)) giveTo(join(path, name), uid, gid)
}

/** Root lays copies for whoever owns the original, as whom the commands will run. */
const handOver = (from: string, into: string): void => {
  const {uid, gid} = lstatSync(from)
  if (process.getuid?.() === 0 && uid !== 0) giveTo(into, uid, gid)
}

const removeTree = (into: string): void => {
  living.delete(into)
  rmSync(into, {recursive: true, force: true, maxRetries: 3})
}

/** Lays a copy. Throws what the disk says, and removes what was laid so far. */
export const layCopy = (options: LayOptions): LaidCopy => {
  const {from, into, links = true, carryBefore = performance.timeOrigin, nested = []} = options
  const parent = living.get(from)
  const lineage: Lineage = {origin: parent?.origin ?? from, generation: parent ? parent.generation + 1 : 0, lent: links ? [] : [...(parent?.lent ?? [])]}
  if (`${into}/`.startsWith(`${from}/`)) throw new Error('a copy is never laid inside its original')
  mkdirSync(dirname(into), {recursive: true, mode: 0o700})
  mkdirSync(into)
  try {
    copyTree(options)
    const lending: Lending = {from, into, links, carryBefore, ...lineage}
    const left = leftOutOf(from, nested)
    lendAll(lending, left, lineage.origin === from ? left : leftOutOf(lineage.origin, nested))
    handOver(lineage.origin, into)
    living.set(into, lineage)
  } catch (thrown) {
    removeTree(into)
    throw thrown
  }
  return {dir: into, binds: lineage.lent, dispose: () => removeTree(into)}
}

/** A copy that an earlier process laid, to go on in it. `binds` is what it was lent then. */
export const reopenCopy = ({dir, origin, binds}: {dir: string; origin: string; binds: Lent[]}): LaidCopy => {
  living.set(dir, {origin, generation: 0, lent: binds})
  return {dir, binds, dispose: () => removeTree(dir)}
}

/**
 * Makes a candidate's net changes in the user's tree: all of them, or none when one path is no longer what the
 * candidate began with, or cannot be written; those are the conflicts.
 */
export const adopt = (changes: readonly Change[], dir: string, blobs: BlobStore): {changes: Change[]; conflicts: Path[]} => {
  const plan = planAdopt(changes, dir, blobs)
  if (plan.conflicts.length > 0) return {changes: [], conflicts: plan.conflicts}
  const done = applyRestore(plan, dir, blobs)
  if (done.length === plan.changes.length) return {changes: done, conflicts: []}
  applyRestore(planRestore([done], dir, blobs), dir, blobs)
  const made = new Set(done.map((change) => change.path))
  return {changes: [], conflicts: plan.changes.map((change) => change.path).filter((path) => !made.has(path))}
}
