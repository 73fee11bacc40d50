// A throwaway copy of a project: sources by value, dependency folders by link, version control and caches left out.

import {constants, copyFileSync, lstatSync, mkdirSync, readdirSync, readlinkSync, realpathSync, statSync, symlinkSync} from 'node:fs'
import {join, relative, sep} from 'node:path'

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
const linked = new Set(['.venv', 'venv', 'env', '.yarn', 'vendor', 'target'])
const largest = 8 * 1024 * 1024

const isFolder = (path) => {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

// A folder of its own with a link for each package: tools write their caches there, and packages of the workspace lead into the copy.
const lendPackages = (source, target, roots) => {
  mkdirSync(target, {recursive: true})
  for (const name of readdirSync(source)) {
    const [here, there] = [join(source, name), join(target, name)]
    const stat = lstatSync(here)
    if (name === '.cache' || name.startsWith('.vite')) continue
    if (stat.isDirectory() && (name.startsWith('@') || name === '.bin')) lendPackages(here, there, roots)
    else symlinkSync(stat.isSymbolicLink() ? leadsTo(here, roots) : here, there)
  }
}
const leadsTo = (link, {from, to}) => {
  try {
    const real = realpathSync(link)
    return real.startsWith(from + sep) && !real.includes(`${sep}node_modules${sep}`) ? join(to, relative(from, real)) : real
  } catch {
    return link
  }
}

/** Copies `from` to `to` (made if absent) and gives `to`. Files over 8 MiB are linked. */
export const copyProject = (from, to, roots = {from: realpathSync(from), to}) => {
  mkdirSync(to, {recursive: true})
  for (const name of readdirSync(from)) {
    const source = join(from, name)
    const target = join(to, name)
    const stat = lstatSync(source)
    if (left.has(name)) continue
    if (name === 'node_modules' && isFolder(source)) lendPackages(source, target, roots)
    else if (stat.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else if (stat.isDirectory()) linked.has(name) && name !== 'env' ? symlinkSync(source, target) : copyProject(source, target, roots)
    else if (stat.isFile()) stat.size > largest ? symlinkSync(source, target) : copyFileSync(source, target, constants.COPYFILE_FICLONE)
  }
  return to
}
