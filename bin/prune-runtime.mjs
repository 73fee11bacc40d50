// The pinned Node brings its headers and manual pages, 68 MB that nothing here reads.

import {readdirSync, rmSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const modules = join(dirname(fileURLToPath(import.meta.url)), '..', 'node_modules')
for (const name of readdirSync(modules).filter((folder) => folder.startsWith('node-linux-')))
  for (const part of ['include', 'share']) rmSync(join(modules, name, part), {recursive: true, force: true})
