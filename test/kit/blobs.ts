// A blob store in memory, and small folders to work on that are gone after the test.

import {execFileSync} from 'node:child_process'
import {hash} from 'node:crypto'
import {chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {BlobId} from '../../engine/base/id.ts'
import type {BlobStore} from '../../engine/contract/workspace.ts'

export interface MemoryBlobs extends BlobStore {
  readonly held: Map<BlobId, Uint8Array>
}

export const memoryBlobs = (): MemoryBlobs => {
  const held = new Map<BlobId, Uint8Array>()
  return {
    held,
    put: (content) => {
      const bytes = Buffer.from(content)
      const id = hash('sha256', bytes, 'hex') as BlobId
      held.set(id, bytes)
      return id
    },
    get: (id) => held.get(id),
    has: (id) => held.has(id),
  }
}

/** Content of a file; `->target` makes a link, an object gives a mode. */
export type Planted = Readonly<Record<string, string | Uint8Array | {text: string; mode: number}>>

export const plant = (dir: string, files: Planted): void => {
  for (const [path, what] of Object.entries(files)) {
    const at = join(dir, path)
    mkdirSync(dirname(at), {recursive: true})
    rmSync(at, {force: true, recursive: true})
    if (typeof what === 'string' && what.startsWith('->')) symlinkSync(what.slice(2), at)
    else if (typeof what === 'string' || what instanceof Uint8Array) writeFileSync(at, what)
    else {
      writeFileSync(at, what.text)
      chmodSync(at, what.mode)
    }
  }
}

/** A temporary folder by its real path; `using` or `remove()` takes it away. */
export const tempFolder = (files: Planted = {}) => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'penguin-ws-')))
  plant(dir, files)
  const remove = (): void => rmSync(dir, {recursive: true, force: true})
  return {dir, remove, [Symbol.dispose]: remove}
}

/** Every file and link below a folder, `.git` left out: path → `mode:content`. */
export const snapshot = (dir: string): Record<string, string> => {
  const found: Record<string, string> = {}
  for (const entry of readdirSync(dir, {withFileTypes: true, recursive: true})) {
    const at = join(entry.parentPath, entry.name)
    const path = at.slice(dir.length + 1)
    if (path.split('/').includes('.git')) continue
    if (entry.isSymbolicLink()) found[path] = `link:${readlinkSync(at)}`
    else if (entry.isFile()) found[path] = `file:${readFileSync(at, 'latin1')}`
  }
  return found
}

const quiet = [
  '-c',
  'user.name=t',
  '-c',
  'user.email=t@example.org',
  '-c',
  'init.defaultBranch=main',
  '-c',
  'protocol.file.allow=always',
  '-c',
  'commit.gpgsign=false',
]

/** Runs git with no configuration but its own. */
export const git = (dir: string, ...words: string[]): string =>
  execFileSync('git', [...quiet, ...words], {
    cwd: dir,
    encoding: 'utf8',
    env: {PATH: process.env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: '1'},
    stdio: ['ignore', 'pipe', 'ignore'],
  })
