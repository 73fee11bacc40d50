// A git folder for a copy: the same history, read through `objects/info/alternates`, with a HEAD, an index and refs
// of its own. Whatever a test does with git there, commits included, stays in the copy.

import {copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {GitPlace} from './git.ts'

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

// Nothing of the user's settings comes along: they may name commands.
const configOf = (sha256: boolean): string =>
  `[core]\n\trepositoryformatversion = ${sha256 ? 1 : 0}\n\tbare = false\n${sha256 ? '[extensions]\n\tobjectFormat = sha256\n' : ''}`

const copyIfThere = (from: string, to: string): void => {
  if (existsSync(from)) copyFileSync(from, to)
}

/** Makes `dir/.git`. Leaves it out where refs are kept in a table, which cannot be shared in part. */
export const makeGitView = (place: GitPlace, dir: string): void => {
  const config = textOf(join(place.commonDir, 'config'))
  if (/refstorage\s*=\s*reftable/i.test(config)) return
  const git = join(dir, '.git')
  mkdirSync(join(git, 'objects', 'info'), {recursive: true})
  mkdirSync(join(git, 'info'))
  const objects = join(place.commonDir, 'objects')
  // A view of a view reads from both.
  writeFileSync(join(git, 'objects', 'info', 'alternates'), `${objects}\n${textOf(join(objects, 'info', 'alternates'))}`)
  writeFileSync(join(git, 'config'), configOf(/objectformat\s*=\s*sha256/i.test(config)))
  for (const name of ['HEAD', 'index']) copyIfThere(join(place.gitDir, name), join(git, name))
  for (const name of ['packed-refs', 'shallow', join('info', 'exclude')]) copyIfThere(join(place.commonDir, name), join(git, name))
  if (existsSync(join(place.commonDir, 'refs'))) cpSync(join(place.commonDir, 'refs'), join(git, 'refs'), {recursive: true})
  mkdirSync(join(git, 'refs'), {recursive: true})
}
