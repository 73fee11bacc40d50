// A throwaway copy of a project: sources by value, dependency folders by link, version control and caches left out.

import {constants, copyFileSync, lstatSync, mkdirSync, readdirSync, readlinkSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'

const left = new Set([
  '.git',
  '.hg',
  '.svn',
  '.penguin',
  '__pycache__',
  '.pytest_cache',
  '.mypy_cache',
  '.ruff_cache',
  '.tox',
  'coverage',
  '.nyc_output',
  '.cache',
  '.next',
  '.turbo',
])
const linked = new Set(['node_modules', '.venv', 'venv', 'env', '.yarn', 'vendor', 'target'])
const largest = 8 * 1024 * 1024

/** Copies `from` to `to` (made if absent) and gives `to`. Files over 8 MiB are linked. */
export const copyProject = (from, to) => {
  mkdirSync(to, {recursive: true})
  for (const name of readdirSync(from)) {
    const source = join(from, name)
    const target = join(to, name)
    const stat = lstatSync(source)
    if (left.has(name)) continue
    if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else if (stat.isDirectory()) linked.has(name) && name !== 'env' ? symlinkSync(source, target) : copyProject(source, target)
    else if (stat.isFile()) stat.size > largest ? symlinkSync(source, target) : copyFileSync(source, target, constants.COPYFILE_FICLONE)
  }
  return to
}
