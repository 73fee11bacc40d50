// What `list` does. Few files are named one by one, grouped by folder so that a folder's name is paid for once;
// many are counted by folder. A listing says when it is not all.

import {statSync} from 'node:fs'
import {fail, globMatcher, many, type Site, type Told} from '../../engine/plugin.ts'
import type {ListInput} from './input.ts'
import {isGlob, placeFor, splitGlob} from './place.ts'
import {walk} from './walk.ts'

const maxWalked = 20_000
/** More than this and folders are counted instead. */
const maxNamed = 250
const maxFolders = 60

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

const grouped = (files: readonly string[]): string => {
  const groups = new Map<string, string[]>()
  for (const file of files) {
    const folder = folderOf(file)
    groups.set(folder, [...(groups.get(folder) ?? []), file.slice(folder.length)])
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([folder, names]) => `${folder || './'}: ${names.join(' ')}`)
    .join('\n')
}

const counted = (files: readonly string[]): string => {
  const counts = new Map<string, number>()
  for (const file of files) {
    const parts = file.split('/')
    const key = parts.length === 1 ? file : `${parts.slice(0, Math.min(2, parts.length - 1)).join('/')}/`
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
  const shown = rows.slice(0, maxFolders).map(([name, count]) => (name.endsWith('/') ? `${name} (${many(count, 'file')})` : name))
  return [...shown, ...(rows.length > maxFolders ? [`[${rows.length - maxFolders} more entries]`] : [])].join('\n')
}

const told = (asked: string, files: readonly string[], more: boolean): Told => {
  const total = `${files.length}${more ? '+' : ''}`
  const isLong = files.length > maxNamed
  const body = isLong ? `${counted(files)}\n[${total} files; list a folder or a glob to see names]` : grouped(files)
  return {
    model: files.length === 0 ? `[no files${asked ? ` in ${asked}` : ''}]` : body,
    line: `listed ${asked || '.'} (${total} ${files.length === 1 && !more ? 'file' : 'files'})`,
    result: {path: asked || '.', files: files.length, more},
  }
}

const byGlob = (glob: string, site: Site): Told => {
  const {folder, rest} = splitGlob(glob)
  const place = placeFor(folder, site)
  const fits = globMatcher(rest.includes('/') || folder ? rest : `**/${rest}`)
  const found = walk(place.file, '', maxWalked)
  const files = found.files.filter(fits).map((file) => (folder ? `${folder}/${file}` : file))
  return told(glob, files, found.more)
}

export const listFiles = async (input: ListInput, site: Site): Promise<Told> => {
  const asked = (input.path ?? '').trim().replace(/^\.\/?$/, '')
  if (isGlob(asked)) return byGlob(asked, site)
  const place = placeFor(asked, site)
  const facts = statSync(place.file, {throwIfNoEntry: false})
  if (!facts) return fail('file.missing', {path: asked, near: ''})
  if (!facts.isDirectory()) return told(asked, [asked], false)
  // Walked from the project's root where it can be, so that its ignore files hold.
  const found = place.own && !place.real.startsWith('/') ? walk(site.dir, place.real, maxWalked) : walk(place.file, '', maxWalked)
  return told(asked, found.files, found.more)
}
