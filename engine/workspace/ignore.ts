// What is ignored: `.gitignore` at every level, `.git/info/exclude`, `.penguinignore`; never the user's global
// excludes, so that a tree has the same hash for everybody. The only door to the package `ignore`.
//
// The last rule that matches decides, the deepest file first. A file that git tracks is not ignored, whatever the
// rules say. Nothing here lists folders; `listing.ts` asks for each entry that it meets.

import {lstatSync, readFileSync, type Stats} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import ignore, {type Ignore} from 'ignore'
import type {Path} from '../contract/workspace.ts'
import {findGit, type GitPlace, trackedPaths} from './git.ts'

/** The rules of one file. */
interface Layer {
  lines: string[]
  matcher: Ignore
  /** Put before the path, or cut from it, to have it relative to the file. */
  above: string
  cut: number
}

/** The rules that hold for the entries of one folder, from the weakest to the strongest. */
export type Chain = readonly Layer[]

export const ruleFiles: readonly string[] = ['.gitignore', '.penguinignore']

const maxRuleBytes = 1024 * 1024

export interface Rules {
  /** Undefined where there is no git. */
  git: GitPlace | undefined
  top: Chain
  /** The chain for the entries of `dir` ('' for the root), whose own rule files are among `names`. */
  enter(dir: Path, chain: Chain, names: readonly string[]): Chain
  ignores(chain: Chain, path: Path, isFolder: boolean): boolean
  /** Files that git tracks at or below a path. */
  tracked(path: Path): readonly Path[]
  /** False when a file that was read has changed since, so that everything must be asked again. */
  fresh(): boolean
}

const layerOf = (lines: string[], above: string, cut: number): Layer => ({lines, matcher: ignore({ignorecase: false}).add(lines), above, cut})

const inLayer = (layer: Layer, path: Path): string => layer.above + (layer.cut ? path.slice(layer.cut) : path)

const test = (layer: Layer, path: Path, isFolder: boolean) => layer.matcher.test(`${inLayer(layer, path)}${isFolder ? '/' : ''}`)

// A deeper file took this folder back in. The weaker file's word for the folder is not its word for what is in it,
// yet its rules go on to hold there: so it is told of this one folder, by one more rule.
const without = (layer: Layer, dir: Path): Layer => {
  if (!test(layer, dir, true).ignored) return layer
  const exactly = inLayer(layer, dir).replace(/[\\*?[\]\s]/g, '\\$&')
  return layerOf([...layer.lines, `!/${exactly}/`], layer.above, layer.cut)
}

const stamp = (stat: Stats | undefined): string => (stat ? `${stat.mtimeMs} ${stat.ctimeMs} ${stat.size} ${stat.ino}` : '')

const ignored = (chain: Chain, path: Path, isFolder: boolean): boolean => {
  for (let at = chain.length - 1; at >= 0; at--) {
    const found = test(chain[at] as Layer, path, isFolder)
    if (found.ignored) return true
    if (found.unignored) return false
  }
  return false
}

const within = (sorted: readonly Path[], path: Path): Path[] => {
  let low = 0
  for (let high = sorted.length; low < high; ) {
    const middle = (low + high) >> 1
    if ((sorted[middle] as Path) < path) low = middle + 1
    else high = middle
  }
  const found: Path[] = []
  for (let at = low; at < sorted.length && (sorted[at] as Path).startsWith(path); at++) {
    const one = sorted[at] as Path
    if (one.length === path.length || one[path.length] === '/') found.push(one)
  }
  return found
}

export const openRules = (root: string): Rules => {
  const git = findGit(root)
  const prefix = git && git.top !== root ? `${relative(git.top, root)}/` : ''
  const read = new Map<string, string>()
  let index: Path[] | undefined

  const linesOf = (file: string): string[] => {
    const stat = lstatSync(file, {throwIfNoEntry: false})
    read.set(file, stamp(stat))
    if (!stat?.isFile() || stat.size > maxRuleBytes) return []
    return readFileSync(file, 'utf8')
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
  }
  const aboveRoot = (): Layer[] => {
    if (!git) return []
    const layers = [layerOf(linesOf(join(git.commonDir, 'info', 'exclude')), prefix, 0)]
    if (prefix === '') return layers
    const dirs: string[] = []
    for (let dir = dirname(root); dir.length >= git.top.length; dir = dirname(dir)) dirs.unshift(dir)
    for (const dir of dirs) layers.push(layerOf(linesOf(join(dir, '.gitignore')), `${relative(dir, root)}/`, 0))
    // A project inside a folder that its repository ignores is still a project.
    return layers.some((layer) => layer.matcher.ignores(layer.above)) ? [] : layers
  }
  const enter = (dir: Path, chain: Chain, names: readonly string[]): Chain => {
    const open = chain.length > 1 && dir !== '' ? chain.map((layer) => without(layer, dir)) : chain
    const own = ruleFiles.filter((name) => names.includes(name)).map((name) => layerOf(linesOf(join(root, dir, name)), '', dir === '' ? 0 : dir.length + 1))
    return own.length > 0 ? [...open, ...own] : open
  }
  const inIndex = (): Path[] => {
    if (!git) return []
    read.set(join(git.gitDir, 'index'), stamp(lstatSync(join(git.gitDir, 'index'), {throwIfNoEntry: false})))
    return trackedPaths(git)
      .filter((path) => path.startsWith(prefix))
      .map((path) => path.slice(prefix.length))
      .sort()
  }
  return {
    git,
    top: aboveRoot(),
    enter,
    ignores: ignored,
    tracked: (path) => {
      index ??= inIndex()
      return within(index, path)
    },
    fresh: () => [...read].every(([file, seen]) => stamp(lstatSync(file, {throwIfNoEntry: false})) === seen),
  }
}
