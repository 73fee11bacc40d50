// What hosts leave in Penguin's own folders when they are killed: scratch, copies, sockets. Each is named after the
// process that made it, by pid and start time, so that the next start knows whether anybody may still need it.
// Nothing outside these folders is ever looked at, and nothing of a living process is touched.

import {readdirSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {startTimeOf, statOf} from '../engine/sandbox/proc.ts'

const radix = 36

/** A name for things of this process: `PID-START`, both to the base 36. */
export const ownTag = (pid = process.pid): string => `${pid.toString(radix)}-${(startTimeOf(pid) ?? 0).toString(radix)}`

/** Does the process still live that a tag was made of? One that only waits to be buried does not: some machines bury nobody. */
export const isLiveTag = (tag: string): boolean => {
  const [pid = '', started = ''] = tag.split('-')
  const now = statOf(Number.parseInt(pid, radix))
  return now !== undefined && now.state !== 'Z' && now.state !== 'X' && now.startedAt === Number.parseInt(started, radix)
}

/** The tag a name begins with; undefined for names that are none of ours. */
const tagIn = (name: string): string | undefined => /^([0-9a-z]+-[0-9a-z]+)-/.exec(name)?.[1]

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
      if (isLiveTag(readFileSync(join(root, name, 'owner'), 'utf8'))) continue
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
      if (tag !== undefined && !isLiveTag(tag)) remove(join(dir, name))
    }
  for (const name of namesIn(folders.trees)) {
    if (!name.endsWith(noteSuffix) || (keep !== undefined && name.startsWith(keep))) continue
    const note = join(folders.trees, name)
    if (isLiveTag(ownerOf(note))) continue
    remove(note.slice(0, -noteSuffix.length))
    remove(note)
  }
}
