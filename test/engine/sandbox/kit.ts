// Temporary projects and sandboxes for the sandbox tests; everything made here is removed by `cleanUp`.

import {execFileSync} from 'node:child_process'
import {chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {vi} from 'vitest'
import type {Job, JobReport} from '../../../engine/contract/sandbox.ts'
import {type OpenOptions, type OpenSandbox, openSandbox} from '../../../engine/sandbox/open.ts'
import {findBwrap} from '../../../engine/sandbox/probe.ts'

// Namespaces and interpreters start slowly on a machine that does much else.
vi.setConfig({testTimeout: 30_000, hookTimeout: 30_000})

export const isRoot = process.getuid?.() === 0
export const hasBwrap = process.platform === 'linux' && findBwrap('', []) !== undefined
/** The user's PATH, as the host hands it in: without the entries of this package. */
export const userPath = (process.env.PATH ?? '')
  .split(':')
  .filter((entry) => !entry.includes('node_modules'))
  .join(':')
export const realHome = process.env.HOME ?? '/root'

const made: string[] = []
const open: OpenSandbox[] = []

export const tempDir = (): string => {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'penguin-sandbox-')))
  chmodSync(dir, 0o755)
  made.push(dir)
  return dir
}

export const write = (dir: string, files: Record<string, string>): void => {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), {recursive: true})
    writeFileSync(join(dir, name), text)
  }
}

const giveTo = (dir: string, uid: number): void => {
  chownSync(dir, uid, uid)
  for (const entry of readdirSync(dir, {withFileTypes: true})) {
    const path = join(dir, entry.name)
    if (entry.isDirectory()) giveTo(path, uid)
    else if (entry.isFile()) chownSync(path, uid, uid)
  }
}

export const git = (dir: string, ...args: string[]): string =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], {cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore']})

/** A git repository with the files committed; owned by `uid` when given (root only). */
export const project = (files: Record<string, string> = {'a.txt': 'one\n'}, uid?: number): string => {
  const dir = join(tempDir(), 'repo')
  mkdirSync(dir)
  write(dir, files)
  git(dir, 'init', '-q')
  git(dir, 'add', '-A')
  git(dir, 'commit', '-qm', 'start')
  if (uid !== undefined) giveTo(dir, uid)
  return dir
}

export interface Box {
  sandbox: OpenSandbox
  root: string
  options: OpenOptions
  /** Runs a bash line in the project. */
  sh(line: string, more?: Partial<Job> & {wallMs?: number}): Promise<JobReport>
}

export const never = new AbortController().signal
let caches: string | undefined

export const openBox = async (level: OpenOptions['level'], root: string, more: Partial<OpenOptions> = {}): Promise<Box> => {
  caches ??= tempDir()
  const options: OpenOptions = {
    level,
    root,
    writes: [],
    network: 'off',
    home: realHome,
    path: userPath,
    scratch: join(tempDir(), 'scratch'),
    cache: caches,
    ownPid: process.pid,
    ...more,
  }
  const opened = await openSandbox(options)
  if (!opened.ok) throw new Error(`${opened.error.msg} ${opened.error.hint}`)
  const sandbox = opened.result
  open.push(sandbox)
  const ready = await sandbox.ready
  if (!ready.ok) throw new Error(`${ready.error.msg} ${ready.error.hint}`)
  const sh: Box['sh'] = (line, {wallMs = 20_000, ...job} = {}) =>
    sandbox.run({argv: ['bash', '-c', line], cwd: root, limits: {wallMs, outputBytes: 64 * 1024}, ...job}, never)
  return {sandbox, root, options, sh}
}

export const cleanUp = async (): Promise<void> => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()))
  caches = undefined
  for (const dir of made.splice(0)) rmSync(dir, {recursive: true, force: true})
}

/** Pids whose command line holds `text`. */
export const livingWith = (text: string): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return pid !== process.pid && readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(text)
      } catch {
        return false
      }
    })

/** A `sleep` that nobody else runs; its number is what to look for. */
export const uniqueSleep = (): string => `${9000 + Math.floor(Math.random() * 900)}.${Math.floor(Math.random() * 1e9)}`

/** Waits for a condition, at most `ms`; false when it never held. */
export const eventually = async (holds: () => boolean, ms: number): Promise<boolean> => {
  for (const until = performance.now() + ms; performance.now() < until; ) {
    if (holds()) return true
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  return holds()
}
