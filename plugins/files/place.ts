// Where a named path lies for the file tools, and whether it may be written. Everything that any tool here opens
// has gone through `placeFor`; nothing else in this folder turns a name into a path on disk.

import {lstatSync, readlinkSync} from 'node:fs'
import {fail, type Need, type Place, placeOf, type Site} from '../../engine/plugin.ts'

export const readLink = (path: string): string | undefined => {
  try {
    return lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}

/** Throws `file.outside`. */
export const placeFor = (path: string, site: Site): Place => placeOf(path.trim(), site, readLink) ?? fail('file.outside', {path})

const closed = /(?:^|\/)\.git(?:\/|$)|^\.penguin(?:\/|$)/

/** Throws `file.outside` or `file.protected`. */
export const writablePlace = (path: string, site: Site): Place => {
  const place = placeFor(path, site)
  if (!place.own) return fail('file.protected', {path, why: 'it is a link to files that belong to the project itself, not to this copy'})
  for (const name of new Set([place.path, place.real])) {
    if (name === '') return fail('file.protected', {path, why: 'it is the project folder itself'})
    if (closed.test(name)) return fail('file.protected', {path, why: 'what git and Penguin keep for themselves is not edited'})
    const why = site.guarded(name)
    if (why) return fail('file.protected', {path, why})
  }
  return place
}

/** A need for each name that the file goes by, so that no link leads around a rule. */
export const needsOf = (kind: 'read' | 'write', place: Place): Need[] => [...new Set([place.path, place.real])].map((what) => ({kind, what: what || '.'}))
