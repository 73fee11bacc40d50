// Where a named path lies, for the tools that look around: read only.

import {lstatSync, readlinkSync} from 'node:fs'
import {fail, type Place, placeOf, type Site} from '../../engine/plugin.ts'

const readLink = (path: string): string | undefined => {
  try {
    return lstatSync(path, {throwIfNoEntry: false})?.isSymbolicLink() ? readlinkSync(path) : undefined
  } catch {
    return undefined
  }
}

/** Throws `file.outside`. */
export const placeFor = (path: string, site: Site): Place => placeOf(path.trim(), site, readLink) ?? fail('file.outside', {path})

export const isGlob = (path: string): boolean => /[*?{]|\[[^\]]+\]/.test(path)

/** The folder before the first wildcard of a glob, and the rest. */
export const splitGlob = (glob: string): {folder: string; rest: string} => {
  const parts = glob.replace(/^\.\//, '').split('/')
  const at = parts.findIndex(isGlob)
  return {folder: parts.slice(0, at).join('/'), rest: parts.slice(at).join('/')}
}
