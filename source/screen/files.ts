// The files of the project for completion, listed when they are first asked for and again when that is a while ago, in
// slices between which keys are read. What is ignored is not listed.

import {openListing} from '../../engine/workspace/listing.ts'
import {type Finder, openFinder} from '../../stores/finder.ts'

export interface ProjectFiles {
  /** Paths from the root, folders with `/` at their end, best first. Waits only for the first listing. undefined: another question followed. */
  find(query: string, limit?: number): Promise<string[] | undefined>
}

export interface ProjectFilesPorts {
  nowMs(): number
  /** After this a question begins a new listing beside it. */
  staleMs?: number
  maxFiles?: number
}

const sliceMs = 4
const addPaths = 1_000

const others = (): Promise<void> => new Promise((resume) => setImmediate(resume))

const foldersOf = (paths: readonly string[]): string[] => {
  const folders = new Set<string>()
  for (const path of paths) {
    for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end + 1)
      if (folders.has(folder)) break
      folders.add(folder)
    }
  }
  return [...folders]
}

export const openProjectFiles = (root: string, {nowMs, staleMs = 5_000, maxFiles = 200_000}: ProjectFilesPorts): ProjectFiles => {
  let listing: ReturnType<typeof openListing> | undefined
  let finder: Finder | undefined
  let listedMs = 0
  let running: Promise<Finder> | undefined

  const pathsNow = async (): Promise<string[]> => {
    listing ??= openListing(root, {maxFiles})
    const paths: string[] = []
    const slices = listing.scanSlowly((path) => paths.push(path))
    for (let began = nowMs(); ; ) {
      if (slices.next().done) return paths
      if (nowMs() - began < sliceMs) continue
      await others()
      began = nowMs()
    }
  }
  const list = async (): Promise<Finder> => {
    const paths = await pathsNow()
    const all = [...paths, ...foldersOf(paths)]
    const made = openFinder()
    for (let at = 0; at < all.length; at += addPaths) {
      made.add(all.slice(at, at + addPaths))
      await others()
    }
    return made
  }
  const begin = (): Promise<Finder> => {
    running ??= list()
      .then((made) => {
        finder = made
        return made
      })
      .finally(() => {
        listedMs = nowMs()
        running = undefined
      })
    return running
  }
  let asked = 0
  /** A question that another one has followed is not answered to its end: nobody waits for it. */
  const search = async (within: Finder, query: string, limit: number): Promise<string[] | undefined> => {
    asked += 1
    const mine = asked
    const slices = within.findSlowly(query, limit)
    for (let began = nowMs(); ; ) {
      const {done, value} = slices.next()
      if (done) return value.map(({path}) => path)
      if (nowMs() - began < sliceMs) continue
      await others()
      if (mine !== asked) return undefined
      began = nowMs()
    }
  }
  return {
    find: async (query, limit = 50) => {
      if (!finder) return search(await begin(), query, limit)
      // What is known answers; the next question has what is new.
      if (nowMs() - listedMs > staleMs) begin().catch(() => undefined)
      return search(finder, query, limit)
    },
  }
}
