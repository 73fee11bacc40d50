// A sandbox that stands ready before anybody needs it: bwrap with all its mounts made, and in it a shell that waits at
// its stdin. While a model thinks there is time for what a command would have to wait for.
//
// Law 1: nothing runs in it before a job is given to it. Law 2: a job gets it only when its own sandbox would be the
// same: the same command line for bwrap, and the same files behind the mounts. Law 3: there is at most one, and it
// never outlives whoever made it.

import {statSync} from 'node:fs'
import {boundIn} from './bwrap-argv.ts'
import type {Group} from './cgroup.ts'
import {dismiss, isWaiting, type Waiting} from './supervise.ts'

export interface Spare extends Waiting {
  group: Group | undefined
}

export interface Spares {
  isReady(): boolean
  /** The spare, if it is what this command line would make now; it is the caller's from here on. */
  take(argv: readonly string[]): Spare | undefined
  /** Makes one for this command line unless it stands there already. */
  make(argv: readonly string[], start: () => Spare | undefined): void
  close(): Promise<void>
}

const identityOf = (path: string): string => {
  const found = statSync(path, {throwIfNoEntry: false})
  return found ? `${found.dev}:${found.ino}` : ''
}

/** A file that was replaced since is another one: a mount shows the old. */
const keyOf = (argv: readonly string[]): string => JSON.stringify([argv, boundIn(argv).map(identityOf)])

/** `give`: takes back a group that is not needed any more. */
export const openSpares = (give: (group: Group) => void): Spares => {
  let spare: (Spare & {key: string}) | undefined
  const leaving = new Set<Promise<void>>()
  const drop = (): void => {
    if (!spare) return
    const {group} = spare
    const gone = dismiss(spare).then(() => {
      leaving.delete(gone)
      if (group) give(group)
    })
    leaving.add(gone)
    spare = undefined
  }
  return {
    isReady: () => spare !== undefined && isWaiting(spare),
    take: (argv) => {
      if (!spare) return undefined
      const found = spare
      if (isWaiting(found) && found.key === keyOf(argv)) {
        spare = undefined
        return found
      }
      drop()
      return undefined
    },
    make: (argv, start) => {
      const key = keyOf(argv)
      if (spare && isWaiting(spare) && spare.key === key) return
      drop()
      const made = start()
      if (made) spare = {...made, key}
    },
    close: async () => {
      drop()
      await Promise.all(leaving)
    },
  }
}
