// Places of the project that commands must not change although the project is theirs to write: what git, editors
// and agents would run later outside the sandbox. And the git folders that lie elsewhere but belong to the project.

import {copyFileSync, existsSync, mkdirSync, readFileSync, statSync} from 'node:fs'
import {dirname, isAbsolute, join, resolve} from 'node:path'
import type {Overlay} from '../contract/sandbox.ts'
import type {Bind} from './bwrap-argv.ts'

const settings = ['.vscode', '.idea', '.cursor', '.claude', '.codex', '.gemini', '.mcp.json', '.envrc']
const gitSettings = ['config', 'config.worktree', 'hooks', 'modules', 'info']

const kindOf = (path: string): 'dir' | 'file' | 'none' => {
  const found = statSync(path, {throwIfNoEntry: false})
  return found === undefined ? 'none' : found.isDirectory() ? 'dir' : 'file'
}

const firstLine = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]?.trim() ?? ''
  } catch {
    return ''
  }
}

/** Where a `.git` file of a worktree or submodule leads, and the folder that it shares with the main repository. */
const linkedFolders = (file: string): string[] => {
  const [, target] = /^gitdir:\s*(.+)$/.exec(firstLine(file)) ?? []
  if (!target) return []
  const own = isAbsolute(target) ? target : resolve(dirname(file), target)
  const common = firstLine(join(own, 'commondir'))
  return [own, ...(common ? [resolve(own, common)] : [])]
}

/** Git folders outside the project that its git commands read. */
export const outsideGit = (root: string): string[] => {
  for (let dir = root; ; dir = dirname(dir)) {
    const kind = kindOf(join(dir, '.git'))
    if (kind === 'file') return [...(dir === root ? [] : [join(dir, '.git')]), ...linkedFolders(join(dir, '.git'))]
    if (kind === 'dir') return dir === root ? [] : [join(dir, '.git')]
    if (dirname(dir) === dir) return []
  }
}

/** Relative paths of submodules that are checked out. */
export const submodules = (root: string): string[] => {
  if (!existsSync(join(root, '.gitmodules'))) return []
  const text = readFileSync(join(root, '.gitmodules'), 'utf8')
  return [...text.matchAll(/^\s*path\s*=\s*(.+?)\s*$/gm)]
    .map(([, path]) => path ?? '')
    .filter((path) => path !== '' && !path.includes('..') && existsSync(join(root, path, '.git')))
}

const inGit = (root: string, empty: string): Bind[] => {
  const git = join(root, '.git')
  if (kindOf(git) !== 'dir') return []
  return gitSettings.flatMap((name) => {
    const at = join(git, name)
    if (existsSync(at)) return [{at, from: at}]
    // Without hooks a command could bring some; an empty folder stands in their place.
    return name === 'hooks' ? [{at, from: empty}] : []
  })
}

const hidden = (at: string, real: string, empty: string): Bind[] => (existsSync(join(real, '.penguin')) ? [{at: join(at, '.penguin'), from: empty}] : [])

const settingsIn = (at: string, real: string): Bind[] =>
  settings.filter((name) => existsSync(join(real, name))).map((name) => ({at: join(at, name), from: join(real, name)}))

const mountPoint = (path: string): void => {
  if (!existsSync(path)) mkdirSync(path, {recursive: true})
}

/** What a copy of the project lacks and is lent from the project itself, read-only: its git folder and its submodules. */
const lent = (root: string, copy: string): Bind[] => {
  // A worktree's `.git` is one line that says where; the copy gets its own.
  if (kindOf(join(root, '.git')) === 'file' && kindOf(join(copy, '.git')) === 'none') copyFileSync(join(root, '.git'), join(copy, '.git'))
  const names = [...(kindOf(join(root, '.git')) === 'dir' && kindOf(join(copy, '.git')) === 'none' ? ['.git'] : []), ...submodules(root)]
  return names.map((name) => {
    mountPoint(join(copy, name))
    return {at: join(root, name), from: join(root, name)}
  })
}

/**
 * Read-only binds for one job, in the order in which they are mounted. `empty` is an empty folder; `reads` are
 * read-only folders that an overlay over the project would cover. Makes mount points inside copies.
 */
export const shieldsFor = (options: {
  root: string
  overlays: readonly Overlay[]
  reads: readonly string[]
  writes: readonly string[]
  empty: string
}): Bind[] => {
  const {root, overlays, reads, writes, empty} = options
  const cover = overlays.findLast((overlay) => overlay.at === root)
  const real = cover?.from ?? root
  const own = cover ? lent(root, real) : [...inGit(root, empty), ...submodules(root).map((name) => ({at: join(root, name), from: join(root, name)}))]
  const covered = cover ? reads.filter((path) => path.startsWith(`${root}/`)) : []
  for (const path of covered) mountPoint(join(real, path.slice(root.length + 1)))
  return [
    ...own.filter(({at}) => !writes.includes(at)),
    ...hidden(root, real, empty),
    ...settingsIn(root, real),
    ...covered.map((path) => ({at: path, from: path})),
  ]
}
