// A file that is not there: which existing one was probably meant.

import {readdirSync} from 'node:fs'
import {basename, join} from 'node:path'
import {fail, type Site} from '../../engine/plugin.ts'

const skipped = new Set(['.git', '.penguin', 'node_modules', '.venv', 'venv', '__pycache__', 'dist', 'build', 'target', '.tox', '.mypy_cache'])
const maxLooked = 3000
const maxNamed = 3

const stem = (name: string): string =>
  name
    .toLowerCase()
    .replace(/\.[^.]*$/, '')
    .replace(/[^a-z0-9]/g, '')

const namesLike = (name: string, site: Site): string[] => {
  const same: string[] = []
  const like: string[] = []
  const folders = ['']
  let looked = 0
  for (let folder = folders.shift(); folder !== undefined && looked < maxLooked; folder = folders.shift()) {
    for (const entry of entriesOf(join(site.dir, folder))) {
      looked += 1
      const path = folder ? `${folder}/${entry.name}` : entry.name
      if (entry.isDirectory()) {
        if (!skipped.has(entry.name)) folders.push(path)
      } else if (entry.name === name) same.push(path)
      else if (stem(entry.name) === stem(name)) like.push(path)
    }
  }
  return [...same, ...like].slice(0, maxNamed)
}

const entriesOf = (folder: string) => {
  try {
    return readdirSync(folder, {withFileTypes: true})
  } catch {
    return []
  }
}

/** Throws `file.missing`, naming files of the same or nearly the same name. */
export const missing = (path: string, site: Site): never => {
  const near = namesLike(basename(path), site)
  return fail('file.missing', {path, near: near.length > 0 ? `did you mean ${near.join(' or ')}?` : ''})
}
