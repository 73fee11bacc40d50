// The files below a folder, ignored ones left out: `.gitignore` of every folder on the way, what git and Penguin
// keep, and folders of installed things. Bounded; sorted; links are named, never followed.

import {type Dirent, readdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathMatcher} from '../../engine/plugin.ts'

export interface Walk {
  /** Relative to the start, with '/'. */
  files: string[]
  /** True when there were more than the bound. */
  more: boolean
}

interface Ignore {
  /** Folder of the ignore file, relative to the start of the walk's root, with a final '/' unless ''. */
  below: string
  rows: {matches(path: string): boolean; keep: boolean; folders: boolean}[]
}

const always = new Set(['.git', '.penguin'])
const installed = new Set(['node_modules', '.venv', 'venv', '__pycache__', '.tox', '.mypy_cache', '.pytest_cache', '.ruff_cache'])

const ignoreIn = (folder: string, below: string): Ignore | undefined => {
  let text: string
  try {
    text = readFileSync(join(folder, '.gitignore'), 'utf8')
  } catch {
    return undefined
  }
  const rows = text.split(/\r?\n/).flatMap((line) => {
    const row = line.replace(/(?<!\\)\s+$/, '')
    if (row === '' || row.startsWith('#')) return []
    const keep = row.startsWith('!')
    const bare = (keep ? row.slice(1) : row).replace(/^\\(?=[#!])/, '')
    // A leading slash only anchors; a pattern with another one is anchored anyhow.
    const pattern = bare.startsWith('/') ? `./${bare.slice(1)}` : bare
    const matches = bare.startsWith('/') && !bare.slice(1).replace(/\/$/, '').includes('/') ? rootOnly(bare.slice(1)) : pathMatcher(pattern)
    return [{matches, keep, folders: bare.endsWith('/')}]
  })
  return {below, rows}
}

const rootOnly = (name: string): ((path: string) => boolean) => {
  const matches = pathMatcher(name.replace(/\/$/, ''))
  return (path) => !path.includes('/') && matches(path)
}

const isIgnored = (path: string, isFolder: boolean, ignores: readonly Ignore[]): boolean => {
  let ignored = false
  for (const {below, rows} of ignores) {
    const inner = path.slice(below.length)
    for (const row of rows) if ((!row.folders || isFolder) && row.matches(inner)) ignored = !row.keep
  }
  return ignored
}

const entriesOf = (folder: string): Dirent[] => {
  try {
    return readdirSync(folder, {withFileTypes: true}).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch {
    return []
  }
}

/** Ignore files of the folders between the root and the start of a walk. */
const above = (root: string, start: string): Ignore[] => {
  const parts = start === '' ? [] : start.split('/')
  return parts.flatMap((_, at) => ignoreIn(join(root, ...parts.slice(0, at)), at === 0 ? '' : `${parts.slice(0, at).join('/')}/`) ?? [])
}

/** Walks `start` (relative to `root`, '' for all of it). A start that is itself ignored is walked all the same. */
export const walk = (root: string, start: string, limit: number): Walk => {
  const files: string[] = []
  let more = false
  const visit = (folder: string, ignores: readonly Ignore[]): void => {
    const own = ignoreIn(join(root, folder), folder === '' ? '' : `${folder}/`)
    const here = own ? [...ignores, own] : ignores
    for (const entry of entriesOf(join(root, folder))) {
      if (more) return
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      const isFolder = entry.isDirectory()
      if (always.has(entry.name) || (isFolder && installed.has(entry.name)) || isIgnored(path, isFolder, here)) continue
      if (isFolder) visit(path, here)
      else if (files.length >= limit) more = true
      else files.push(path)
    }
  }
  visit(start, above(root, start))
  return {files: start === '' ? files : files.map((file) => file.slice(start.length + 1)), more}
}
