// Throwaway copies in memory: where this machine keeps a file system in memory with room to spare, making the thousands of
// small files of a copy costs a fifteenth of what a disk takes. What lies here is for one check and must never be needed
// again; what may be large (compiled targets) or must live on (candidates) belongs on disk.

import {lstatSync, mkdirSync, readFileSync, statfsSync} from 'node:fs'
import {join} from 'node:path'
import type {Path, Tree} from '../engine/contract/workspace.ts'

/** Where Linux keeps POSIX shared memory (shm_overview(7)); a tmpfs everywhere. */
const shared = '/dev/shm'

const MiB = 1024 ** 2
/** For what the commands of a check write beside the files themselves. */
const spareBytes = 1024 * MiB
/** Of the memory that is free, beyond what the copy takes. */
const freeBytes = 2048 * MiB
const blockBytes = 4096
/** A copy, and what a check changes in it. */
const factor = 3

// Their checks write what they compile into the copy, which may be gigabytes.
const compiled =
  /(?:^|\/)(?:Cargo\.toml|CMakeLists\.txt|meson\.build|configure\.ac|pom\.xml|build\.gradle(?:\.kts)?|build\.sbt|Package\.swift|BUILD\.bazel|[^/]+\.(?:csproj|fsproj|sln|cabal|xcodeproj))$/

export const sizeOf = (tree: Tree): number => {
  let bytes = 0
  for (const {sizeBytes} of tree.values()) bytes += sizeBytes + blockBytes
  return bytes
}

export const isCompiled = (paths: Iterable<Path>): boolean => {
  for (const path of paths) if (compiled.test(path)) return true
  return false
}

/** Is it a tmpfs from which programs may be started? By the table of mounts, for statfs does not tell the flags. */
export const runsPrograms = (mounts: string, at = shared): boolean => {
  const found = mounts
    .split('\n')
    .map((line) => line.split(' '))
    .findLast(([, point]) => point === at)
  return found?.[2] === 'tmpfs' && !(found[3] ?? '').split(',').some((option) => option === 'noexec' || option === 'ro')
}

const isOwn = (dir: string): boolean => {
  const stat = lstatSync(dir, {throwIfNoEntry: false})
  return stat?.isDirectory() === true && stat.uid === process.getuid?.() && (stat.mode & 0o077) === 0
}

/** This user's folder in memory, whether or not it is there. */
export const memoryFolder = (): string => join(shared, `penguin-${process.getuid?.() ?? 0}`)

let usable: string | undefined | null = null

/** This user's folder in memory, made when it can be used; undefined where it cannot. */
const openFolder = (): string | undefined => {
  try {
    if (!runsPrograms(readFileSync('/proc/self/mounts', 'utf8'))) return undefined
    const dir = memoryFolder()
    mkdirSync(dir, {recursive: true, mode: 0o700})
    return isOwn(dir) ? dir : undefined
  } catch {
    return undefined
  }
}

/** The folder for copies of this tree that are soon gone; undefined when they belong on disk. */
export const memoryFor = (tree: Tree): string | undefined => {
  if (usable === null) usable = openFolder()
  if (usable === undefined || isCompiled(tree.keys())) return undefined
  const needed = factor * sizeOf(tree)
  try {
    const {bavail, bsize} = statfsSync(usable)
    return bavail * bsize >= needed + spareBytes && process.availableMemory() >= needed + freeBytes ? usable : undefined
  } catch {
    return undefined
  }
}
