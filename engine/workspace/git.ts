// The repository's git, read only: by hand where a file tells, by the program where it must count. Penguin never
// commits, stages, stashes, moves HEAD or refreshes the index, so nothing here may ever write below `.git`.

import {execFile} from 'node:child_process'
import {readFileSync, type Stats, statSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import type {GitInfo} from '../contract/workspace.ts'

export interface GitPlace {
  /** Folder that holds `.git`. */
  top: string
  /** This checkout's own git folder (HEAD, index). */
  gitDir: string
  /** What it shares with other checkouts (refs, objects, info); the same folder where there is only one. */
  commonDir: string
}

const textOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

/** Undefined for what cannot be looked at, too, as links that go round in circles. */
const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path)
  } catch {
    return undefined
  }
}

/** Whatever a `.git` leads to, copies of the project are lent it: nothing but a git folder may be. */
const isRepository = (dir: string): boolean => statOf(join(dir, 'HEAD'))?.isFile() === true && statOf(join(dir, 'objects'))?.isDirectory() === true

const placeAt = (top: string): GitPlace | undefined => {
  const dot = join(top, '.git')
  const stat = statOf(dot)
  // Reading a pipe would wait for ever.
  const target = stat?.isDirectory() ? '.git' : stat?.isFile() ? /^gitdir:\s*(.+)$/m.exec(textOf(dot))?.[1]?.trim() : undefined
  if (!target) return undefined
  const gitDir = resolve(top, target)
  const common = statOf(join(gitDir, 'commondir'))?.isFile() ? textOf(join(gitDir, 'commondir')).trim() : ''
  const commonDir = common ? resolve(gitDir, common) : gitDir
  return isRepository(commonDir) && statOf(join(gitDir, 'HEAD'))?.isFile() ? {top, gitDir, commonDir} : undefined
}

/** The repository that `dir` lies in, looking upward; undefined when it lies in none. Never throws. */
export const findGit = (dir: string): GitPlace | undefined => {
  for (let at = dir; ; at = dirname(at)) {
    const place = placeAt(at)
    if (place) return place
    if (dirname(at) === at) return undefined
  }
}

const refIn = (place: GitPlace, name: string): string => {
  for (const dir of [place.gitDir, place.commonDir]) {
    const loose = textOf(join(dir, name)).trim()
    if (/^[0-9a-f]{40,64}$/.test(loose)) return loose
  }
  const packed = textOf(join(place.commonDir, 'packed-refs'))
  return (
    packed
      .split('\n')
      .find((line) => line.endsWith(` ${name}`))
      ?.split(' ')[0] ?? ''
  )
}

/**
 * What is checked out, without starting git. `dirty` is -1: it is counted by `gitDirty`, when somebody asks.
 * A repository that keeps its refs in a table tells its branch, but its head as ''.
 */
export const gitInfo = (root: string): GitInfo => {
  const place = findGit(root)
  const head = place ? textOf(join(place.gitDir, 'HEAD')).trim() : ''
  if (!place || head === '') return {branch: '', head: '', state: 'none', dirty: -1}
  const ref = /^ref:\s*(.+)$/.exec(head)?.[1]
  if (!ref) return {branch: '', head, state: 'detached', dirty: -1}
  if (ref === 'refs/heads/.invalid') return {branch: '', head: '', state: 'branch', dirty: -1}
  const at = refIn(place, ref)
  return {branch: ref.replace(/^refs\/heads\//, ''), head: at, state: at === '' ? 'unborn' : 'branch', dirty: -1}
}

// No optional locks: the index is not refreshed. No monitor: it is a command of the repository's choosing.
const statusArgv = ['--no-optional-locks', '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', 'status', '--porcelain', '-z', '--no-renames']

/** Paths that differ from HEAD, untracked ones included; -1 when git is absent or does not answer in 5 s. */
export const gitDirty = (root: string): Promise<number> =>
  new Promise((done) => {
    execFile('git', statusArgv, {cwd: root, timeout: 5000, maxBuffer: 64 * 1024 * 1024}, (failed, stdout) => {
      done(failed ? -1 : stdout.split('\0').filter((line) => line !== '').length)
    })
  })

const varint = (bytes: Buffer, from: number): {value: number; next: number} => {
  let at = from
  let byte = bytes[at++] ?? 0
  let value = byte & 127
  while (byte & 128) {
    byte = bytes[at++] ?? 0
    value = ((value + 1) << 7) | (byte & 127)
  }
  return {value, next: at}
}

const fixedBytes = 62

/** One entry: its path, and where the next one begins. Fields as in git's index-format documentation. */
const entryAt = (bytes: Buffer, at: number, version: number, before: Buffer): {path: Buffer; next: number} => {
  const extended = version >= 3 && (bytes.readUInt16BE(at + 60) & 0x4000) !== 0
  let from = at + fixedBytes + (extended ? 2 : 0)
  let kept = 0
  if (version === 4) {
    const strip = varint(bytes, from)
    from = strip.next
    kept = before.length - strip.value
  }
  const end = bytes.indexOf(0, from)
  const own = bytes.subarray(from, end)
  if (version === 4) return {path: Buffer.concat([before.subarray(0, kept), own]), next: end + 1}
  return {path: own, next: at + ((end - at + 8) & ~7)}
}

/** Paths in the index, relative to the top, in its order. Empty when there is none or it cannot be read. */
export const trackedPaths = (place: GitPlace): string[] => {
  try {
    const bytes = readFileSync(join(place.gitDir, 'index'))
    const version = bytes.readUInt32BE(4)
    if (bytes.toString('latin1', 0, 4) !== 'DIRC' || version < 2 || version > 4) return []
    const paths: string[] = []
    let at = 12
    let before: Buffer = Buffer.alloc(0)
    for (let left = bytes.readUInt32BE(8); left > 0; left--) {
      const entry = entryAt(bytes, at, version, before)
      paths.push(entry.path.toString('utf8'))
      before = entry.path
      at = entry.next
    }
    return paths
  } catch {
    return []
  }
}
