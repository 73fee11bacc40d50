// Where the reporters lie that Penguin hands to the runners: beside this file in the source, under `asset/gates` in the
// bundle. They are copied into the throwaway tree, so that every sandbox level can see them.

import {randomBytes} from 'node:crypto'
import {chownSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const near = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Absolute path of the folder with the reporters. Throws when the installation lacks it. */
export const assetDir = (): string => {
  const found = [near('./asset/gates'), near('../asset/gates'), near('./asset')].find((dir) => existsSync(join(dir, 'line.cjs')))
  if (found === undefined) throw new Error('the reporters of the gates are missing from this installation')
  return found
}

/** A folder of ours inside a tree, with the reporters and the place for their report. */
export interface Desk {
  /** Its name, directly under the tree's root; unguessable. */
  name: string
  dir: string
  /** Short and unguessable: part of the names of canaries. */
  tag: string
  /** What seals a report. */
  secret: string
  report(): string
  dispose(): void
}

/** Whose it is, as `leftovers` reads it: a killed process leaves its desk in the user's tree for another to clear. */
const ownerTag = (): string => {
  let stat = ''
  try {
    stat = readFileSync('/proc/self/stat', 'utf8')
  } catch {
    // Nobody can be told apart where there is no /proc.
  }
  const startedAt = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? 0)
  return `${process.pid.toString(36)}-${startedAt.toString(36)}`
}

const maxReportBytes = 64 * 1024 * 1024

// A sandbox run by root turns into the owner of the project, who must be able to write a report here.
const lendTo = (root: string, path: string): void => {
  const {uid, gid} = statSync(root)
  if (process.getuid?.() === 0 && uid !== 0) chownSync(path, uid, gid)
}

/** Makes the folder in `root`, a folder on disk. */
export const layDesk = (root: string): Desk => {
  const tag = randomBytes(6).toString('hex')
  const name = `.penguin-gate-${tag}`
  const dir = join(root, name)
  mkdirSync(dir)
  writeFileSync(join(dir, 'owner'), ownerTag())
  lendTo(root, dir)
  const from = assetDir()
  for (const file of readdirSync(from)) if (/\.(mjs|cjs|py)$/.test(file)) copyFileSync(join(from, file), join(dir, file))
  const file = join(dir, 'report.jsonl')
  const secret = randomBytes(24).toString('hex')
  writeFileSync(`${file}.secret`, secret, {mode: 0o600})
  lendTo(root, `${file}.secret`)
  return {
    name,
    dir,
    tag,
    secret,
    report: () => (existsSync(file) && statSync(file).size <= maxReportBytes ? readFileSync(file, 'utf8') : ''),
    dispose: () => rmSync(dir, {recursive: true, force: true}),
  }
}
