// Puts files back as they were before Penguin changed them, and nothing else: a path that is no longer what Penguin
// last made of it is somebody else's by now, and is named instead of touched. Also the way in which a candidate's
// changes come into the user's tree (`adopt` in lay.ts): the same care, the other direction.
//
//   effects ──planRestore──▶ plan {changes, conflicts, forced} ──applyRestore──▶ what was done, as changes
//
// Law 1: nothing is written without the content at hand and the present state checked again at that moment.
// Law 2: files go before files come, so that a folder can give way to a file and a file to a folder.

import {readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {BlobStore, Change, Path, RestorePlan, Side} from '../contract/workspace.ts'
import {dropFile, type Found, isTreePath, look, lstatOf, pruneAbove, putFile, sameSide} from './files.ts'

/** A plan that also knows what force would do. `before` of each change is what is there now, `after` what will be. */
export interface Plan extends RestorePlan {
  /** For the conflicts whose earlier content is still at hand. */
  forced: Change[]
}

/** What Penguin made of one path over several effects. */
interface Course {
  path: Path
  first: Side | null
  last: Side | null
  /** False when somebody else changed it between two effects. */
  whole: boolean
}

const coursesOf = (effects: readonly (readonly Change[])[]): Map<Path, Course> => {
  const courses = new Map<Path, Course>()
  for (const changes of effects) {
    for (const {path, before, after} of changes) {
      const known = courses.get(path)
      if (!known) courses.set(path, {path, first: before, last: after, whole: true})
      else courses.set(path, {...known, last: after, whole: known.whole && sameSide(known.last, before)})
    }
  }
  return courses
}

const sideOf = (found: Found): Side | null => (found.is === 'file' ? found.side : null)

/** Files below a folder that is to become a file; undefined when there is something that cannot go. */
const filesBelow = (root: string, path: Path): Path[] => {
  const found: Path[] = []
  for (const entry of readdirSync(join(root, path), {withFileTypes: true, recursive: true})) {
    if (entry.isDirectory()) continue
    found.push(join(entry.parentPath, entry.name).slice(root.length + 1))
  }
  return found
}

/** Would every folder above be one once the paths in `going` are gone? */
const wayIsFree = (root: string, path: Path, going: ReadonlySet<Path>): boolean => {
  for (let at = path.indexOf('/'); at !== -1; at = path.indexOf('/', at + 1)) {
    const above = path.slice(0, at)
    const stat = lstatOf(join(root, above))
    if (!stat || going.has(above)) return true
    if (!stat.isDirectory()) return false
  }
  return true
}

interface Wish {
  change: Change
  /** The present state is what the wish expects. */
  expected: boolean
}

/** Sorts wishes into what can be done and what is somebody else's. */
const planOf = (root: string, blobs: BlobStore, wishes: readonly Wish[]): Plan => {
  const plan: Plan = {changes: [], conflicts: [], forced: []}
  const going = new Set(wishes.filter(({change, expected}) => expected && change.after === null).map(({change}) => change.path))
  for (const {change, expected} of wishes) {
    const {path, before, after} = change
    const possible = isTreePath(path) && (after === null || blobs.has(after.sha256)) && wayIsFree(root, path, going)
    const there = after !== null && before === null && isTreePath(path) ? lstatOf(join(root, path)) : undefined
    // Something stands there that is no file: fine when it is a folder that goes with its files.
    const free = !there || (there.isDirectory() && wayIsFree(root, path, going) && filesBelow(root, path).every((one) => going.has(one)))
    if (possible && free && expected) plan.changes.push(change)
    else {
      plan.conflicts.push(path)
      if (possible && free) plan.forced.push(change)
    }
  }
  return plan
}

/**
 * `effects`: what Penguin changed since the state to go back to, oldest first. A conflict is a path that is not what
 * Penguin left, that somebody else changed between two effects, or whose earlier content is no longer stored.
 */
export const planRestore = (effects: readonly (readonly Change[])[], dir: string, blobs: BlobStore): Plan => {
  const wishes: Wish[] = []
  for (const {path, first, last, whole} of coursesOf(effects).values()) {
    const now = isTreePath(path) ? look(dir, path) : undefined
    const present = now ? sideOf(now) : null
    if (sameSide(present, first) && now?.is !== 'other') continue
    // A folder where Penguin removed a file is looked at with its files.
    const expected = whole && now !== undefined && sameSide(present, last) && (now.is !== 'other' || last === null)
    if (first === null && now?.is === 'other') continue
    wishes.push({change: {path, before: present, after: first}, expected})
  }
  return planOf(dir, blobs, wishes)
}

/** The same for changes that are to be made in a folder where they were not made yet. */
export const planAdopt = (changes: readonly Change[], dir: string, blobs: BlobStore): Plan => {
  const wishes: Wish[] = []
  for (const {path, before, after} of changes) {
    const now = isTreePath(path) ? look(dir, path) : undefined
    const present = now ? sideOf(now) : null
    if (sameSide(present, after) && now?.is === (after ? 'file' : 'nothing')) continue
    wishes.push({change: {path, before: present, after}, expected: now !== undefined && sameSide(present, before)})
  }
  return planOf(dir, blobs, wishes)
}

/** Deepest first, so that folders are empty when their turn comes. */
const deeperFirst = (a: Change, b: Change): number => b.path.length - a.path.length

/** Does one change if the path is still as the plan saw it. The content that goes is stored first. */
const applyOne = ({path, before, after}: Change, dir: string, blobs: BlobStore): boolean => {
  const now = look(dir, path)
  // An empty folder in the way is what is left of one that gave way.
  if (!sameSide(sideOf(now), before)) return false
  if (now.is === 'file') blobs.put(now.content)
  try {
    if (after === null) dropFile(dir, path)
    else {
      const content = blobs.get(after.sha256)
      if (!content) return false
      putFile(dir, path, after, content)
    }
    return true
  } catch {
    // Not ours to write, or a folder with something in it: told by its absence from what was done.
    return false
  }
}

/**
 * Does what the plan says, and answers with what it did: those changes undo it. With `force`, conflicts are put back
 * too. A path that could not be written, or changed since the plan was made, is not among the answer.
 */
export const applyRestore = (plan: RestorePlan & {forced?: Change[]}, dir: string, blobs: BlobStore, options: {force?: boolean} = {}): Change[] => {
  const wanted = options.force ? [...plan.changes, ...(plan.forced ?? [])] : plan.changes
  const going = wanted.filter((change) => change.after === null).sort(deeperFirst)
  const coming = wanted.filter((change) => change.after !== null)
  const gone = going.filter((change) => applyOne(change, dir, blobs))
  // A folder is emptied of folders only where a file takes its place, before the files come; the rest after.
  for (const {path} of gone) if (coming.some((change) => path.startsWith(`${change.path}/`))) pruneAbove(dir, path)
  const come = coming.filter((change) => applyOne(change, dir, blobs))
  for (const {path} of gone) pruneAbove(dir, path)
  return [...gone, ...come]
}
