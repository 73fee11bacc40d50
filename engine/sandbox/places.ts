// Places of the project that commands must not change although the project is theirs to write: what git, editors
// and agents would run later outside the sandbox. And the git folders that lie elsewhere but belong to the project.

import {copyFileSync, existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, statSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {below} from '../base/place.ts'
import type {Overlay} from '../contract/sandbox.ts'
import type {Bind} from './bwrap-argv.ts'
import {isTooMuch, realFolder} from './toolchain.ts'

const settings = ['.vscode', '.idea', '.cursor', '.claude', '.codex', '.gemini', '.mcp.json', '.envrc']
const gitSettings = ['config', 'config.worktree', 'hooks', 'modules', 'info']

/** What cannot be looked at is none, as links that go round in circles; so is a pipe, which nobody may ever write to. */
const kindOf = (path: string): 'dir' | 'file' | 'none' => {
  try {
    const found = statSync(path)
    return found.isDirectory() ? 'dir' : found.isFile() ? 'file' : 'none'
  } catch {
    return 'none'
  }
}

const isLink = (path: string): boolean => lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink() === true

/** A place in the project as commands see it: `at` lies at `real` on disk. */
interface Ground {
  at: string
  real: string
}

/**
 * Mounts `from`, or the thing itself, over `path`. No mount stands on a link: what it leads to is held, when that is in
 * the project; elsewhere no command can write to it.
 */
const held = ({at, real}: Ground, path: string, from?: string): Bind[] => {
  const place = join(real, path)
  if (!isLink(place)) return [{at: join(at, path), from: from ?? place}]
  const target = realpathSync(place)
  const inside = below(target, at) ?? below(target, realpathSync(real))
  return inside ? [{at: join(at, inside), from: from ?? join(real, inside)}] : []
}

const firstLine = (path: string): string => {
  if (kindOf(path) !== 'file') return ''
  try {
    return readFileSync(path, 'utf8').split('\n')[0]?.trim() ?? ''
  } catch {
    return ''
  }
}

/** Where a `.git` file of a worktree or submodule leads; undefined when the file says no such thing. */
const ledTo = (file: string): string | undefined => {
  const [, target] = /^gitdir:\s*(.+)$/.exec(firstLine(file)) ?? []
  return target === undefined ? undefined : resolve(dirname(file), target)
}

const isRepository = (dir: string): boolean =>
  kindOf(join(dir, 'HEAD')) === 'file' && (kindOf(join(dir, 'objects')) === 'dir' || kindOf(join(dir, 'commondir')) === 'file')

/** Whose repository a project is, it says itself, in a link or a line: nothing is shown for that which is no git folder. */
const isShown = (dir: string, home: string): boolean => {
  const real = realFolder(dir)
  return real !== undefined && !isTooMuch(real, home) && isRepository(real)
}

/** The folder of a worktree or submodule, and the one that it shares with the main repository. */
const linkedFolders = (own: string): string[] => {
  const common = firstLine(join(own, 'commondir'))
  return [own, ...(common ? [resolve(own, common)] : [])]
}

/** Git folders outside the project that its git commands read. */
export const outsideGit = (root: string, home: string): string[] => {
  // A link in the project may lead elsewhere by the next command: what it leads to now is shown.
  const shown = (dirs: readonly string[]): string[] =>
    dirs.filter((dir) => isShown(dir, home)).map((dir) => (below(dir, root) === undefined ? dir : realpathSync(dir)))
  for (let dir = root; ; dir = dirname(dir)) {
    const git = join(dir, '.git')
    const kind = kindOf(git)
    const own = kind === 'file' ? ledTo(git) : undefined
    if (own !== undefined) return [...(dir === root ? [] : [git]), ...shown(linkedFolders(own))]
    if (kind === 'file') return []
    if (kind === 'dir' && isLink(git)) return shown([realpathSync(git)]).filter((real) => below(real, root) === undefined)
    if (kind === 'dir') return dir === root ? [] : shown([git])
    if (dirname(dir) === dir) return []
  }
}

/** Relative paths of submodules that are checked out. */
export const submodules = (root: string): string[] => {
  if (!existsSync(join(root, '.gitmodules'))) return []
  const text = readFileSync(join(root, '.gitmodules'), 'utf8')
  return (
    [...text.matchAll(/^\s*path\s*=\s*(.+?)\s*$/gm)]
      .map(([, path]) => path ?? '')
      .filter((path) => path !== '' && !path.includes('..') && existsSync(join(root, path, '.git')))
      // Git has none behind a link, which could lead anywhere.
      .filter((path) => realpathSync(join(root, path)) === join(realpathSync(root), path).replace(/\/$/, ''))
  )
}

const inGit = (root: string, empty: string): Bind[] => {
  const git = join(root, '.git')
  if (kindOf(git) !== 'dir') return []
  const ground = {at: root, real: root}
  // Links among them could be taken away and others put in their place: then the whole folder is held.
  if (isLink(git) || gitSettings.some((name) => isLink(join(git, name)))) return held(ground, '.git')
  return gitSettings.flatMap((name) => {
    if (existsSync(join(git, name))) return held(ground, `.git/${name}`)
    // Without hooks a command could bring some; an empty folder stands in their place.
    return name === 'hooks' ? held(ground, '.git/hooks', empty) : []
  })
}

const hidden = (ground: Ground, empty: string): Bind[] => (existsSync(join(ground.real, '.penguin')) ? held(ground, '.penguin', empty) : [])

const settingsIn = (ground: Ground): Bind[] => settings.filter((name) => existsSync(join(ground.real, name))).flatMap((name) => held(ground, name))

const mountPoint = (path: string): void => {
  if (!existsSync(path)) mkdirSync(path, {recursive: true})
}

/** What a copy of the project lacks and is lent from the project itself, read-only: its git folder and its submodules. */
const lent = (root: string, home: string, copy: string): Bind[] => {
  const git = join(root, '.git')
  const lacking = kindOf(join(copy, '.git')) === 'none'
  // A worktree's `.git` is one line that says where; the copy gets its own.
  if (lacking && kindOf(git) === 'file' && ledTo(git) !== undefined) copyFileSync(git, join(copy, '.git'))
  const whole = lacking && kindOf(git) === 'dir' && (!isLink(git) || isShown(git, home)) ? [{at: git, from: realpathSync(git)}] : []
  const binds = [...whole, ...submodules(root).map((name) => ({at: join(root, name), from: join(root, name)}))]
  for (const {at} of binds) mountPoint(join(copy, at.slice(root.length + 1)))
  return binds
}

/**
 * Read-only binds for one job, in the order in which they are mounted. `empty` is an empty folder; `reads` are
 * read-only folders that an overlay over the project would cover. Makes mount points inside copies.
 */
export const shieldsFor = (options: {
  root: string
  home: string
  overlays: readonly Overlay[]
  reads: readonly string[]
  writes: readonly string[]
  empty: string
}): Bind[] => {
  const {root, home, overlays, reads, writes, empty} = options
  const cover = overlays.findLast((overlay) => overlay.at === root)
  const real = cover?.from ?? root
  const own = cover ? lent(root, home, real) : [...inGit(root, empty), ...submodules(root).map((name) => ({at: join(root, name), from: join(root, name)}))]
  const covered = cover ? reads.filter((path) => path.startsWith(`${root}/`)) : []
  for (const path of covered) mountPoint(join(real, path.slice(root.length + 1)))
  return [
    ...own.filter(({at}) => !writes.includes(at)),
    ...hidden({at: root, real}, empty),
    ...settingsIn({at: root, real}),
    ...covered.map((path) => ({at: path, from: path})),
  ]
}
