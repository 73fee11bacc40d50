// Which journal a verb reads: the project's own, or the one kept for it in the state folder when the project cannot
// be written. Nothing is created here.

import {createHash} from 'node:crypto'
import {existsSync, realpathSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import type {Context} from '../context.ts'
import {foldersOf} from '../folders.ts'

const isProject = (dir: string): boolean => existsSync(join(dir, '.penguin')) || existsSync(join(dir, '.git'))

/** The nearest folder upward with `.penguin/` or `.git`, else the folder itself. */
export const rootOf = (cwd: string): string => {
  const start = resolve(cwd)
  for (let dir = start; ; dir = dirname(dir)) {
    if (isProject(dir)) return dir
    if (dirname(dir) === dir) return start
  }
}

const realOf = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The folder that holds journal.db and blobs/, whether it is there or not. */
export const journalDir = ({cwd, env}: Pick<Context, 'cwd' | 'env'>): string => {
  const root = rootOf(cwd)
  const own = join(root, '.penguin')
  if (existsSync(join(own, 'journal.db'))) return own
  const name = createHash('sha256').update(realOf(root)).digest('hex').slice(0, 16)
  const other = join(foldersOf(env).state, 'projects', name)
  return existsSync(join(other, 'journal.db')) ? other : own
}
