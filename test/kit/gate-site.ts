// A project in a temporary folder and the site a gate needs for it: trees laid by copying, jobs run as plain children in
// the laid folder. No sandbox: what is tested with it is the gate.

import {spawn} from 'node:child_process'
import {createHash} from 'node:crypto'
import {chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {Check, GateSite, Job, JobReport, Laid, Tree, TreeEntry} from '../../engine/plugin.ts'

type Files = Record<string, string | null>

const left = new Set(['.git', 'node_modules', '.penguin', '.venv', '__pycache__', 'target', '.pytest_cache'])

const walk = (dir: string, prefix = '', found = new Map<string, Uint8Array>()): Map<string, Uint8Array> => {
  for (const entry of readdirSync(join(dir, prefix), {withFileTypes: true})) {
    if (left.has(entry.name)) continue
    const path = prefix === '' ? entry.name : `${prefix}/${entry.name}`
    if (entry.isDirectory()) walk(dir, path, found)
    else if (entry.isFile()) found.set(path, readFileSync(join(dir, path)))
  }
  return found
}

const treeOf = (files: Map<string, Uint8Array>): Tree =>
  new Map(
    [...files].map(([path, content]) => [
      path,
      {mode: '100644', sha256: createHash('sha256').update(content).digest('hex'), sizeBytes: content.length} as unknown as TreeEntry,
    ]),
  )

const lay = (root: string, files: Map<string, Uint8Array>): Laid => {
  const dir = mkdtempSync(join(tmpdir(), 'penguin-laid-'))
  for (const [path, content] of files) {
    mkdirSync(dirname(join(dir, path)), {recursive: true})
    writeFileSync(join(dir, path), content)
  }
  for (const name of ['node_modules', '.venv']) if (existsSync(join(root, name))) symlinkSync(join(root, name), join(dir, name))
  return {dir, dispose: () => rmSync(dir, {recursive: true, force: true})}
}

const base = (home: string): Record<string, string> => ({
  PATH: process.env.PENGUIN_TEST_PATH ?? process.env.PATH ?? '/usr/bin:/bin',
  HOME: home,
  LANG: 'C.UTF-8',
  TMPDIR: tmpdir(),
  TERM: 'dumb',
  ...(process.env.GOCACHE ? {GOCACHE: process.env.GOCACHE} : {}),
})

/** Runs a job as a plain child in its own process group; killed as a whole at the wall limit. */
export const runPlain = (job: Omit<Job, 'overlays'>, swap: (path: string) => string): Promise<JobReport> =>
  new Promise((resolve) => {
    const begun = performance.now()
    const [program = '', ...args] = job.argv
    const child = spawn(program, args, {
      cwd: swap(job.cwd),
      env: {...base(process.env.HOME ?? '/root'), ...job.env},
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    })
    const out: Buffer[] = []
    const err: Buffer[] = []
    let killedFor: 'wall' | undefined
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    const timer = setTimeout(() => {
      killedFor = 'wall'
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    }, job.limits.wallMs)
    child.on('close', (exitCode, signal) => {
      clearTimeout(timer)
      resolve({
        exitCode,
        ...(signal ? {signal} : {}),
        stdout: Buffer.concat(out).toString('utf8'),
        stderr: Buffer.concat(err).toString('utf8'),
        cutBytes: 0,
        wallMs: performance.now() - begun,
        ...(killedFor ? {killedFor} : {}),
      })
    })
  })

export interface Project {
  dir: string
  /** Writes files; null removes one. */
  change(files: Files): void
  /** A site whose start is how the project was made. */
  site(options?: {testEdits?: string[]; wallMs?: number; failedBefore?: number | null}): GateSite
  tree(): Tree
  /** Jobs that were run through sites of this project. */
  jobs: Omit<Job, 'overlays'>[]
  dispose(): void
}

/** Makes a project; its state after making is the start of the run. `links`: name under node_modules → folder. */
export const project = (files: Files, links: Record<string, string> = {}): Project => {
  const dir = mkdtempSync(join(tmpdir(), 'penguin-project-'))
  const jobs: Omit<Job, 'overlays'>[] = []
  const change = (changed: Files): void => {
    for (const [path, text] of Object.entries(changed)) {
      const full = join(dir, path)
      // Linked packages are this repository's own: a path that leads there is never written, and a link is replaced.
      mkdirSync(dirname(full), {recursive: true})
      if (!`${realpathSync(dirname(full))}/`.startsWith(`${realpathSync(dir)}/`)) throw new Error(`${path} leads out of the project`)
      rmSync(full, {force: true})
      if (text !== null) {
        writeFileSync(full, text)
        if (/(?:^|\/)\.?bin\//.test(path)) chmodSync(full, 0o755)
      }
    }
  }
  change(files)
  for (const [name, target] of Object.entries(links)) {
    mkdirSync(join(dir, 'node_modules', dirname(name)), {recursive: true})
    symlinkSync(target, join(dir, 'node_modules', name))
  }
  const start = walk(dir)
  const site: Project['site'] = ({testEdits = [], wallMs = 60_000, failedBefore = null} = {}) => {
    const now = walk(dir)
    const read: GateSite['read'] = (path, when) => (when === 'start' ? start : now).get(path)
    return {
      root: dir,
      start: treeOf(start),
      now: treeOf(now),
      treeSha256: 'f'.repeat(64),
      testEdits,
      lay: (fromStart) => {
        const mixed = new Map<string, Uint8Array>()
        for (const path of new Set([...start.keys(), ...now.keys()])) {
          const content = (fromStart(path) ? start : now).get(path)
          if (content) mixed.set(path, content)
        }
        return lay(dir, mixed)
      },
      read,
      run: (laid, job) => {
        jobs.push(job)
        return runPlain(job, (path) => (path === dir || path.startsWith(`${dir}/`) ? laid.dir + path.slice(dir.length) : path))
      },
      failedBefore,
      wallMs,
      clock: () => Date.now(),
      signal: new AbortController().signal,
    }
  }
  return {
    dir,
    change,
    site,
    tree: () => treeOf(walk(dir)),
    jobs,
    dispose: () => rmSync(dir, {recursive: true, force: true}),
  }
}

/** The check that detection would make. */
export const checkOf = (command: string, runner: string, over: Partial<Check> = {}): Check => ({
  gate: 'tests',
  command,
  from: 'test',
  dir: '',
  runner,
  required: true,
  ...over,
})
