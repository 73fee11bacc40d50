// What hosts leave in Penguin's own folders when they are killed: scratch, copies, sockets. Each is named after the
// process that made it, by pid, start time and the space in which the pid means it, so that the next start knows whether
// anybody may still need it. Nothing outside these folders is ever looked at, and nothing of a living process is touched:
// a home may be shared with a container, and neither sees the processes of the other.

import {lstatSync, readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {pidSpace, startTimeOf, statOf} from '../engine/sandbox/proc.ts'

const radix = 36
/** Whoever cannot be asked whether he lives is taken for dead after this long. */
const unknownMs = 12 * 60 * 60 * 1000

const ownSpace = (): string => Number(pidSpace()).toString(radix)

/** A name for things of this process: `PID-START_SPACE`, to the base 36. */
export const ownTag = (pid = process.pid): string => `${pid.toString(radix)}-${(startTimeOf(pid) ?? 0).toString(radix)}_${ownSpace()}`

const isHere = (tag: string): boolean => pidSpace() !== '' && (tag.split('_')[1] ?? ownSpace()) === ownSpace()

/** Does the process still live that a tag was made of? One that only waits to be buried does not: some machines bury nobody. */
export const isLiveTag = (tag: string): boolean => {
  const [pid = '', started = ''] = tag.split('-')
  const now = isHere(tag) ? statOf(Number.parseInt(pid, radix)) : undefined
  return now !== undefined && now.state !== 'Z' && now.state !== 'X' && now.startedAt === Number.parseInt(started, radix)
}

/** May what lies at `path` be taken away, because the process of its tag is gone? */
export const isLeft = (tag: string, path: string): boolean => {
  if (isHere(tag)) return !isLiveTag(tag)
  const at = lstatSync(path, {throwIfNoEntry: false})?.mtimeMs
  return at !== undefined && Date.now() - at > unknownMs
}

/** The tag a name begins with; undefined for names that are none of ours. */
const tagIn = (name: string): string | undefined => /^([0-9a-z]+-[0-9a-z]+(?:_[0-9a-z]+)?)-/.exec(name)?.[1]

const namesIn = (dir: string): string[] => {
  try {
    return readdirSync(dir)
  } catch {
    return []
  }
}

export const remove = (path: string): void => {
  try {
    rmSync(path, {recursive: true, force: true, maxRetries: 3})
  } catch {
    // Somebody else's rights; it is looked at again at the next start.
  }
}

/** A candidate's copy lives as long as its run may go on: its note says who works on it. */
export const noteSuffix = '.note.json'

const ownerOf = (note: string): string => {
  try {
    return (JSON.parse(readFileSync(note, 'utf8')) as {tag?: string}).tag ?? ''
  } catch {
    return ''
  }
}

const deskName = /^\.penguin-gate-[0-9a-f]+$/

/** Folders that gates lay in the user's own tree while they run, of processes that were killed meanwhile. */
export const sweepDesks = (root: string): void => {
  for (const name of namesIn(root)) {
    if (!deskName.test(name)) continue
    try {
      if (!isLeft(readFileSync(join(root, name, 'owner'), 'utf8'), join(root, name))) continue
    } catch {
      // It is being laid at this moment, or taken away.
      continue
    }
    remove(join(root, name))
  }
}

export interface Folders {
  scratch: string
  trees: string
  runtime: string
  /** Copies in memory. */
  memory: string
}

/** `keep`: the run that is about to go on; its copies stay. */
export const sweepLeftovers = (folders: Folders, keep: string | undefined): void => {
  for (const dir of [folders.scratch, folders.trees, folders.runtime, folders.memory])
    for (const name of namesIn(dir)) {
      const tag = tagIn(name)
      if (tag !== undefined && isLeft(tag, join(dir, name))) remove(join(dir, name))
    }
  for (const name of namesIn(folders.trees)) {
    if (!name.endsWith(noteSuffix) || (keep !== undefined && name.startsWith(keep))) continue
    const note = join(folders.trees, name)
    if (!isLeft(ownerOf(note), note)) continue
    remove(note.slice(0, -noteSuffix.length))
    remove(note)
  }
}
