// What a copy of the tree needs although it is no part of the tree: installed packages, virtual environments,
// submodules, the git folder, small ignored files. Packages are lent, never copied: by links to where they are, or by
// folders that the sandbox binds. What runs in the copy may write beside them and not into them (node_modules is a
// real folder of links, so that a runner's caches land in the copy).
//
// A link is no wall: at a level that cannot bind, a program that writes into a lent package writes into the original.
//
// In a copy that is to be bound, lent packages appear below `.penguin-deps/`, and links lead there: programs that
// look for packages by real path then find the neighbours of a package beside it.

import {accessSync, constants, cpSync, existsSync, lstatSync, mkdirSync, readdirSync, readlinkSync, realpathSync, type Stats, symlinkSync} from 'node:fs'
import {basename, dirname, isAbsolute, join, relative, resolve} from 'node:path'
import type {Path} from '../contract/workspace.ts'
import {lstatOf} from './files.ts'
import {findGit} from './git.ts'
import {makeGitView} from './git-view.ts'
import type {LeftOut} from './listing.ts'

/** A folder to be bound read-only over an empty one of the copy. */
export interface Lent {
  /** Relative to the copy. */
  at: Path
  from: string
}

export interface Lending {
  /** The folder that is copied, and the project that it was itself copied from (or the same). */
  from: string
  origin: string
  into: string
  links: boolean
  /** Tells copies of copies apart below `.penguin-deps/`. */
  generation: number
  /** Ignored files that changed later than this are left out, ms since 1970: a run cannot slip its checks anything that way. */
  carryBefore: number
  lent: Lent[]
}

const whole: ReadonlySet<string> = new Set(['vendor', 'bower_components', '.bundle', '.yarn', '.pnpm-store', '__pypackages__', '.eggs'])
const useless: ReadonlySet<string> = new Set([
  ...['__pycache__', '.pytest_cache', '.mypy_cache', '.ruff_cache', '.tox', '.nox', '.hypothesis', '.coverage', 'coverage', '.nyc_output'],
  ...['.cache', '.parcel-cache', '.turbo', '.next', '.nuxt', '.gradle', 'target', '.terraform', '.DS_Store', '.idea'],
])
/** There for whoever writes into them; what is in them is nobody's. */
const scratch: ReadonlySet<string> = new Set(['tmp', 'temp', 'log', 'logs'])
const madeByRuns = /\.(log|pyc|swp|tsbuildinfo)$/
const maxCarriedFiles = 4000
const maxCarriedBytes = 64 * 1024 * 1024

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

const lend = (lending: Lending, at: Path, from: string): void => {
  mkdirSync(join(lending.into, at), {recursive: true})
  if (!lending.lent.some((one) => one.at === at)) lending.lent.push({at, from})
}

/** The same link in the copy, with a target that means the same there. */
const relink = (lending: Lending, path: Path): void => {
  const target = readlinkSync(join(lending.from, path))
  const leads = resolve(dirname(join(lending.from, path)), target)
  const here = join(lending.into, path)
  if (!isUnder(leads, lending.from)) symlinkSync(leads, here)
  else symlinkSync(isAbsolute(target) ? relative(dirname(here), join(lending.into, relative(lending.from, leads))) : target, here)
}

/** Caches that tools keep among packages: each copy has its own. */
const isToolCache = (name: string): boolean => name === '.cache' || name.startsWith('.vite')

const linkEntries = (lending: Lending, path: Path, via: string, skip: (name: string) => boolean): void => {
  mkdirSync(join(lending.into, path), {recursive: true})
  for (const entry of readdirSync(join(lending.from, path), {withFileTypes: true})) {
    const {name} = entry
    const child = `${path}/${name}`
    if (skip(name)) continue
    if (entry.isSymbolicLink()) relink(lending, child)
    // Scopes and programs hold links into the workspace, which must lead into the copy.
    else if (entry.isDirectory() && basename(path) === 'node_modules' && (name.startsWith('@') || name === '.bin'))
      linkEntries(lending, child, `${via}/${name}`, () => false)
    else symlinkSync(isAbsolute(via) ? `${via}/${name}` : relative(dirname(child), `${via}/${name}`), join(lending.into, child))
  }
}

const lendPackages = (lending: Lending, path: Path): void => {
  const from = join(lending.from, path)
  if (lending.links) return linkEntries(lending, path, from, isToolCache)
  const at = `.penguin-deps/${lending.generation}/${path}`
  lend(lending, at, from)
  linkEntries(lending, path, at, isToolCache)
}

const lendWhole = (lending: Lending, path: Path, nested: boolean): void => {
  if (!lending.links) return lend(lending, path, join(lending.from, path))
  linkEntries(lending, path, join(lending.from, path), (name) => name === '.git')
  if (!nested) return
  // A repository of its own there too, without handing out the real one.
  const place = findGit(join(lending.from, path))
  if (place) makeGitView(place, join(lending.into, path))
  mkdirSync(join(lending.into, path, '.git'), {recursive: true})
}

interface Budget {
  files: number
  bytes: number
}

const isShut = (path: string, stat: Stats): boolean => {
  if (stat.isSymbolicLink()) return false
  try {
    accessSync(path, constants.R_OK | (stat.isDirectory() ? constants.X_OK : 0))
    return false
  } catch {
    return true
  }
}

/** Takes a file or folder off the budget; `unfit` when something in it came after the bound of time, is gone or is not ours to read. */
const afford = (lending: Lending, path: string, budget: Budget): 'fits' | 'large' | 'unfit' => {
  const stat = lstatOf(path)
  if (stat?.isDirectory()) {
    if (isShut(path, stat)) return 'unfit'
    for (const name of readdirSync(path)) {
      const found = afford(lending, join(path, name), budget)
      if (found !== 'fits') return found
    }
    return 'fits'
  }
  if (!(stat?.isFile() || stat?.isSymbolicLink()) || stat.ctimeMs >= lending.carryBefore || isShut(path, stat)) return 'unfit'
  budget.files -= 1
  budget.bytes -= stat.size
  return budget.files >= 0 && budget.bytes >= 0 ? 'fits' : 'large'
}

const carry = (lending: Lending, {path, isFolder}: LeftOut, budget: Budget): void => {
  const [from, here, name] = [join(lending.origin, path), join(lending.into, path), basename(path)]
  if (existsSync(here) || madeByRuns.test(name)) return
  if (scratch.has(name) && isFolder) mkdirSync(here, {recursive: true})
  if (useless.has(name) || scratch.has(name)) return
  const left = {...budget}
  const found = afford(lending, from, left)
  if (found === 'large' && isFolder) lendWhole({...lending, from: lending.origin}, path, false)
  if (found !== 'fits') return
  Object.assign(budget, left)
  mkdirSync(dirname(here), {recursive: true})
  cpSync(from, here, {recursive: true, verbatimSymlinks: true, preserveTimestamps: true})
}

const isEnvironment = (path: string): boolean => existsSync(join(path, 'pyvenv.cfg'))

const lendOne = (lending: Lending, {path, why, isFolder}: LeftOut): void => {
  const name = basename(path)
  // Gone since it was listed, or of a name that is not UTF-8.
  const stat = lstatOf(join(lending.from, path))
  if (!stat) return
  if (stat.isSymbolicLink()) {
    // A link to packages that are kept elsewhere: tools must be able to write beside them here, too.
    const leads = name === 'node_modules' && existsSync(join(lending.from, path)) ? realpathSync(join(lending.from, path)) : undefined
    if (leads !== undefined && !isUnder(leads, lending.from)) linkEntries(lending, path, leads, isToolCache)
    else if (name === 'node_modules' || isEnvironment(join(lending.from, path))) relink(lending, path)
  } else if (!isFolder) return
  else if (why === 'nested') lendWhole(lending, path, true)
  else if (name === 'node_modules') lendPackages(lending, path)
  else if (whole.has(name) || isEnvironment(join(lending.from, path))) lendWhole(lending, path, false)
}

const lendGit = (lending: Lending): void => {
  const dot = lstatOf(join(lending.origin, '.git'))
  const place = dot && findGit(lending.origin)
  if (!place) return
  if (lending.links) makeGitView(place, lending.into)
  else if (lstatSync(realpathSync(join(lending.origin, '.git'))).isDirectory()) lend(lending, '.git', realpathSync(join(lending.origin, '.git')))
  else cpSync(join(lending.origin, '.git'), join(lending.into, '.git'))
}

/** `left` is what the listing of `from` left out, `carried` that of the origin. */
export const lendAll = (lending: Lending, left: readonly LeftOut[], carried: readonly LeftOut[]): void => {
  for (const {at, from} of [...lending.lent]) lend(lending, at, from)
  const bound = new Set(lending.lent.map((one) => one.at))
  for (const one of left) {
    if (bound.has(one.path)) continue
    if (one.why === 'empty') mkdirSync(join(lending.into, one.path), {recursive: true})
    else lendOne(lending, one)
  }
  const budget: Budget = {files: maxCarriedFiles, bytes: maxCarriedBytes}
  for (const one of carried) if (one.why === 'ignored') carry(lending, one, budget)
  lendGit(lending)
}
