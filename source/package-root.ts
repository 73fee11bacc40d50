// Where Penguin itself lies: the folder of its package.json, from source and from dist alike.

import {existsSync} from 'node:fs'
import {dirname, join} from 'node:path'

const climb = (folder: string): string => {
  for (let at = folder; at !== dirname(at); at = dirname(at)) if (existsSync(join(at, 'package.json'))) return at
  return folder
}

export const packageRoot: string = climb(import.meta.dirname)
