// The files of a folder that are not ignored: its tree as Penguin sees it. `.git/`, `.penguin/` and nested
// repositories are left out, symbolic links are files of their own and never followed.
//
// A listing is kept: a folder whose own time stamps have not moved is not read again, so that the next scan costs
// one lstat a file. Nothing here reads the content of a file.

import {type Dirent, lstatSync, readdirSync, type Stats} from 'node:fs'
import type {Path} from '../contract/workspace.ts'
import {type Chain, openRules, type Rules, ruleFiles} from './ignore.ts'

/** An entry that is not part of the tree: the topmost one, nothing below it is looked at. */
export interface LeftOut {
  path: Path
  why: 'ignored' | 'nested' | 'empty'
  isFolder: boolean
}

/** What a scan could not tell. */
export interface Missed {
  /** There were more files than the bound, and the rest is missing. */
  bounded: boolean
  /** Files and folders whose names are not UTF-8: nothing here can name them. */
  nameless: number
}

export interface Listing {
  /** Calls `see` for each file and symbolic link, in no particular order. */
  scan(see: (path: Path, stat: Stats) => void): Missed
  /** The same in slices, for whoever must not be blocked. */
  scanSlowly(see: (path: Path, stat: Stats) => void): Generator<void, Missed>
  /** What the last scan left out; the same array as long as it is the same. */
  leftOut(): readonly LeftOut[]
}

export interface ListingOptions {
  /** Files beyond which a scan stops. Default 100,000. */
  maxFiles?: number
  /** Nested repositories that belong to the tree all the same. */
  nested?: readonly Path[]
}

interface Folder {
  path: Path
  /** Rules from above, and with the folder's own. */
  inherited: Chain
  chain: Chain
  /** Set inside an ignored folder: the files there that git tracks all the same. */
  only: ReadonlySet<Path> | undefined
  /** Its stamp when it was read; '' before. */
  stamp: string
  /** False: it was read so soon after a change that another one in the same tick would not show. */
  settled: boolean
  ruleFiles: string
  files: string[]
  folders: Folder[]
  out: LeftOut[]
}

/** Of Penguin and git; never part of a tree, at any depth. */
export const ownFolders: ReadonlySet<string> = new Set(['.git', '.penguin', '.penguin-deps'])

// Made by tools, never written by hand. Where git tracks something in one, that is listed.
const made: ReadonlySet<string> = new Set(['node_modules', '__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.tox', '.nox'])
// Without git nobody says what is built; these mostly are.
const heavy: ReadonlySet<string> = new Set([
  ...['bower_components', '.venv', 'venv', 'dist', 'coverage', '.nyc_output', '.next', '.nuxt', '.svelte-kit', '.turbo', '.cache'],
  ...['.parcel-cache', '.gradle', '.eggs', '.hypothesis', '.terraform'],
])
const built: Readonly<Record<string, readonly string[]>> = {target: ['Cargo.toml', 'pom.xml'], build: ['build.gradle', 'build.gradle.kts', 'CMakeLists.txt']}

const fineMs = 20
const coarseMs = 2100

/** True when a change within the tick of these stamps would show. Whole seconds hint at a file system that knows no finer ones. */
export const isSettled = (stat: Stats, seenAtMs: number): boolean => {
  const coarse = stat.mtimeMs % 1000 === 0 && stat.ctimeMs % 1000 === 0
  return seenAtMs - Math.max(stat.mtimeMs, stat.ctimeMs) > (coarse ? coarseMs : fineMs)
}

const stampOf = (stat: Stats): string => `${stat.mtimeMs} ${stat.ctimeMs} ${stat.ino}`

const newFolder = (path: Path, inherited: Chain, only?: ReadonlySet<Path>): Folder => ({
  ...{path, inherited, chain: inherited, only, stamp: '', settled: false, ruleFiles: '', files: [], folders: [], out: []},
})

const entriesOf = (dir: string): Dirent[] => {
  try {
    return readdirSync(dir, {withFileTypes: true})
  } catch {
    // Not ours to read, or gone since.
    return []
  }
}

class Restart extends Error {}

interface Walk {
  root: string
  nested: readonly Path[]
  rules: Rules
  /** A folder was read again: what was left out may differ. */
  moved: boolean
  nameless: number
  see(path: Path, stat: Stats): boolean
}

const isBuilt = (walk: Walk, name: string, names: readonly string[]): boolean =>
  made.has(name) || (!walk.rules.git && (heavy.has(name) || (built[name]?.some((sign) => names.includes(sign)) ?? false)))

const trackedIn = (walk: Walk, path: Path): ReadonlySet<Path> | undefined => {
  const found = walk.rules.tracked(path)
  return found.length > 0 ? new Set(found) : undefined
}

/** The folder to look into, or undefined when it is left out whole. */
const childOf = (walk: Walk, folder: Folder, path: Path, ignored: boolean, known: Folder | undefined): Folder | undefined => {
  if (!folder.only && !ignored) return known && !known.only ? known : newFolder(path, folder.chain)
  if (!folder.only) folder.out.push({path, why: 'ignored', isFolder: true})
  const only = folder.only ? new Set([...folder.only].filter((one) => one.startsWith(`${path}/`))) : trackedIn(walk, path)
  if (!only || only.size === 0) return undefined
  return known?.only && known.only.size === only.size ? known : newFolder(path, [], only)
}

const sort = (walk: Walk, folder: Folder, entries: readonly Dirent[], names: readonly string[]): void => {
  const before = new Map(folder.folders.map((one) => [one.path, one]))
  folder.files = []
  folder.folders = []
  for (const entry of entries) {
    const {name} = entry
    if (ownFolders.has(name)) continue
    const path = folder.path === '' ? name : `${folder.path}/${name}`
    if (entry.isDirectory()) {
      const child = childOf(walk, folder, path, isBuilt(walk, name, names) || walk.rules.ignores(folder.chain, path, true), before.get(path))
      if (child) folder.folders.push(child)
    } else if (entry.isFile() || entry.isSymbolicLink()) {
      const listed = folder.only ? folder.only.has(path) : !walk.rules.ignores(folder.chain, path, false) || trackedIn(walk, path) !== undefined
      if (listed) folder.files.push(name)
      else if (!folder.only) folder.out.push({path, why: 'ignored', isFolder: false})
    }
  }
}

const shutReason = (walk: Walk, folder: Folder, names: readonly string[]): LeftOut['why'] | undefined => {
  if (folder.path === '' || folder.only) return undefined
  if (names.includes('pyvenv.cfg') && !trackedIn(walk, folder.path)) return 'ignored'
  return names.includes('.git') && !walk.nested.includes(folder.path) ? 'nested' : undefined
}

const relist = (walk: Walk, folder: Folder): void => {
  const entries = entriesOf(`${walk.root}/${folder.path}`)
  const names = entries.map((entry) => entry.name)
  const own = ruleFiles.filter((name) => names.includes(name)).join()
  if (folder.stamp !== '' && own !== folder.ruleFiles) throw new Restart()
  walk.moved = true
  folder.ruleFiles = own
  folder.out = []
  const shut = shutReason(walk, folder, names)
  if (shut) {
    Object.assign(folder, {files: [], folders: []})
    folder.out.push({path: folder.path, why: shut, isFolder: true})
    return
  }
  if (!folder.only && folder.stamp === '') folder.chain = walk.rules.enter(folder.path, folder.inherited, names)
  sort(walk, folder, entries, names)
  if (names.length === 0 && folder.path !== '') folder.out.push({path: folder.path, why: 'empty', isFolder: true})
}

const lstat = (path: string): Stats | undefined => {
  try {
    return lstatSync(path, {throwIfNoEntry: false})
  } catch {
    // A parent is no folder any more, or not ours to enter.
    return undefined
  }
}

/** Node puts this letter in place of bytes that are not UTF-8. */
const isGarbled = (name: string): boolean => name.includes('\ufffd')

const sliceFiles = 256

/** Stops after each folder, and in large ones. False when `see` wants no more. */
function* visit(walk: Walk, folder: Folder): Generator<void, boolean> {
  const now = Date.now()
  const base = folder.path === '' ? walk.root : `${walk.root}/${folder.path}`
  const stat = lstat(base)
  if (!stat?.isDirectory()) {
    if (!stat && isGarbled(folder.path)) walk.nameless += 1
    return true
  }
  const stamp = stampOf(stat)
  if (stamp !== folder.stamp || !folder.settled) {
    relist(walk, folder)
    folder.stamp = stamp
    folder.settled = isSettled(stat, now)
  }
  const prefix = folder.path === '' ? '' : `${folder.path}/`
  for (const [index, name] of folder.files.entries()) {
    if (index % sliceFiles === sliceFiles - 1) yield
    const found = lstat(`${base}/${name}`)
    // Gone or of another kind since the folder was read: it is read again next time.
    if (!found && isGarbled(name)) walk.nameless += 1
    else if (!found || !(found.isFile() || found.isSymbolicLink())) folder.settled = false
    else if (!walk.see(prefix + name, found)) return false
  }
  yield
  for (const child of folder.folders) if (!(yield* visit(walk, child))) return false
  return true
}

const collect = (folder: Folder, into: LeftOut[]): LeftOut[] => {
  for (const one of folder.out) into.push(one)
  for (const child of folder.folders) collect(child, into)
  return into
}

export const openListing = (root: string, options: ListingOptions = {}): Listing => {
  const {maxFiles = 100_000, nested = []} = options
  let rules = openRules(root)
  let top = newFolder('', rules.top)
  let left: LeftOut[] | undefined

  const restart = (): void => {
    rules = openRules(root)
    top = newFolder('', rules.top)
    left = undefined
  }
  function* scanSlowly(see: (path: Path, stat: Stats) => void): Generator<void, Missed> {
    if (!rules.fresh()) restart()
    for (;;) {
      const seen: [Path, Stats][] = []
      const walk: Walk = {root, nested, rules, moved: false, nameless: 0, see: (path, stat) => seen.length < maxFiles && seen.push([path, stat]) > 0}
      try {
        const whole = yield* visit(walk, top)
        if (walk.moved) left = undefined
        for (const [path, stat] of seen) see(path, stat)
        return {bounded: !whole, nameless: walk.nameless}
      } catch (thrown) {
        if (!(thrown instanceof Restart)) throw thrown
        restart()
      }
    }
  }
  return {
    scan: (see) => {
      const slices = scanSlowly(see)
      for (;;) {
        const {done, value} = slices.next()
        if (done) return value
      }
    },
    scanSlowly,
    leftOut: () => {
      left ??= collect(top, [])
      return left
    },
  }
}

/** Paths of the tree, sorted; for whoever needs them once. */
export const listFiles = (root: string, options: ListingOptions = {}): {paths: Path[]; bounded: boolean} => {
  const paths: Path[] = []
  const {bounded} = openListing(root, options).scan((path) => paths.push(path))
  return {paths: paths.sort(), bounded}
}
