// Which project a folder belongs to, and where Penguin keeps that project's things. The nearest folder upward with
// `.penguin/` or `.git` is the project, else the folder itself; `/` and the home folder never are.

import {createHash, randomBytes} from 'node:crypto'
import {existsSync, realpathSync, statSync, unlinkSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {bad, type Envelope, fault, good} from '../engine/contract/fault.ts'
import type {GitInfo} from '../engine/contract/workspace.ts'
import {gitInfo} from '../engine/workspace/git.ts'

export interface Project {
  /** Real path. */
  root: string
  /** Real path of the working folder; the root or below it. */
  cwd: string
  /** `.penguin` in the project, or a folder of its own under the state folder when the project cannot be written. */
  dataDir: string
  writable: boolean
  git: GitInfo['state']
}

export interface Places {
  home: string
  /** Penguin's folder for state: `~/.local/state/penguin`. */
  state: string
}

const real = (path: string): string | undefined => {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}

const isFolder = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isDirectory() ?? false

const rootOf = (cwd: string): string => {
  for (let at = cwd; ; at = dirname(at)) {
    if (isFolder(join(at, '.penguin')) || existsSync(join(at, '.git'))) return at
    if (dirname(at) === at) return cwd
  }
}

// Rights do not tell: root may everything on paper, and a mount may be read-only. A file that can be made can; a folder
// would tell the same, but on some disks it takes 4 to 40 ms to go away.
const canWrite = (root: string): boolean => {
  const probe = join(root, `.penguin-${randomBytes(6).toString('hex')}`)
  try {
    writeFileSync(probe, '', {flag: 'wx'})
    unlinkSync(probe)
    return true
  } catch {
    return false
  }
}

/** `cwd` may be relative to nothing: give it whole. Fails with: usage.words (no such folder), project.forbidden. */
export const findProject = (cwd: string, places: Places): Envelope<Project> => {
  const here = real(cwd)
  if (here === undefined || !isFolder(here)) return bad(fault('usage.words', {why: `there is no folder ${cwd}`, hint: 'name one that is there with --cwd'}))
  const root = rootOf(here)
  if (root === dirname(root) || root === real(places.home)) return bad(fault('project.forbidden', {path: root}))
  const writable = canWrite(root)
  const name = createHash('sha256').update(root).digest('hex').slice(0, 16)
  const dataDir = writable ? join(root, '.penguin') : join(places.state, 'projects', name)
  return good({root, cwd: here, dataDir, writable, git: gitInfo(root).state})
}
