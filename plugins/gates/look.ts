// A folder of the project as detection sees it: the files that are not ignored, and their text.

import {existsSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {Tree} from '../../engine/plugin.ts'

export interface Look {
  /** Relative to the root; '' for the root. */
  folder: string
  /** Absolute path on disk. */
  dir: string
  /** Is the file there, ignored or not? */
  has(path: string): boolean
  /** Text of a file of the folder; undefined when it is missing or larger than 1 MiB. */
  read(path: string): string | undefined
  /** Files under the folder that are not ignored, relative to it. */
  files(): readonly string[]
}

const maxBytes = 1024 * 1024

export const lookAt = (dir: string, folder: string, tree: Tree): Look => {
  const here = join(dir, folder)
  let files: string[] | undefined
  return {
    folder,
    dir: here,
    has: (path) => existsSync(join(here, path)),
    read: (path) => {
      const full = join(here, path)
      const stat = statSync(full, {throwIfNoEntry: false})
      return stat?.isFile() && stat.size <= maxBytes ? readFileSync(full, 'utf8') : undefined
    },
    files: () => {
      const prefix = folder === '' ? '' : `${folder}/`
      files ??= [...tree.keys()].filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length))
      return files
    },
  }
}
