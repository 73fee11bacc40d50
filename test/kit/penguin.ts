// The real program, run as a user runs it: the launcher, a repository of its own, a home of its own. Nothing of
// the machine's own configuration leaks in, and everything made here is removed again.

import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

export const launcher = fileURLToPath(new URL('../../bin/penguin', import.meta.url))

export interface Line {
  v: number
  seq: number
  at: number
  type: string
  run: string
  role?: string
  agent?: string
  turn?: number
  trace: string
  span: string
  parent?: string
  passing?: true
  body: Record<string, unknown>
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
  stdout: string
  stderr: string
  lines: Line[]
  /** Body of the last line when it is `run.closed`. */
  closed: Closed | undefined
  wallMs: number
}

export interface Closed {
  outcome: string
  reason: string
  exitCode: number
  text: string
  gates: {
    gate: string
    state: string
    required: boolean
    summary: string
    counts: {passed: number; failed: number; skipped: number; failedBefore: number | null} | null
  }[]
  files: {path: string; change: string; add: number; del: number}[]
  usage: {total: {input: number; output: number; calls: number; usd: number}}
  checkpoint: string | null
  resume: string
  confidence?: string
}

export interface Started {
  child: ChildProcess
  /** Lines so far. */
  lines: Line[]
  /** Resolves with the first line that fits, also one that is already there. Rejects when the program ends before. */
  until(fits: (line: Line) => boolean): Promise<Line>
  ended: Promise<Ended>
}

export interface Place extends Disposable {
  dir: string
  home: string
  env: Record<string, string>
  write(files: Record<string, string>): void
  read(path: string): string
  start(args: string[], more?: {env?: Record<string, string>; input?: string}): Started
  run(args: string[], more?: {env?: Record<string, string>; input?: string}): Promise<Ended>
  git(...args: string[]): string
  /** Processes that were started by this place's programs and still live. */
  survivors(): number[]
}

const parseLines = (text: string): Line[] =>
  text.split('\n').flatMap((row) => {
    try {
      return row.startsWith('{') ? [JSON.parse(row) as Line] : []
    } catch {
      return []
    }
  })

/** Every process whose environment names our home: what a run leaves behind, however it was started. */
const processesOf = (home: string): number[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) return []
    try {
      return readFileSync(`/proc/${name}/environ`, 'utf8').includes(`HOME=${home}`) ? [Number(name)] : []
    } catch {
      return []
    }
  })

const startIn = (place: {dir: string; env: Record<string, string>}, args: string[], more: {env?: Record<string, string>; input?: string}): Started => {
  const began = performance.now()
  const child = spawn(launcher, args, {cwd: place.dir, env: {...place.env, ...more.env}, stdio: [more.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe']})
  if (more.input) child.stdin?.write(more.input)
  const lines: Line[] = []
  const waiting: {fits: (line: Line) => boolean; resolve: (line: Line) => void; reject: (why: Error) => void}[] = []
  let stdout = ''
  let stderr = ''
  let rest = ''
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    const rows = (rest + chunk).split('\n')
    rest = rows.pop() ?? ''
    for (const line of parseLines(rows.join('\n'))) {
      lines.push(line)
      for (const wait of waiting.splice(0)) {
        if (wait.fits(line)) wait.resolve(line)
        else waiting.push(wait)
      }
    }
  })
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
  })
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => {
      for (const wait of waiting) wait.reject(new Error(`ended with ${code ?? signal} before the awaited line\n${stderr}\n${stdout.slice(-2000)}`))
      const all = parseLines(stdout)
      const last = all.at(-1)
      resolve({
        code,
        signal,
        stdout,
        stderr,
        lines: all,
        closed: last?.type === 'run.closed' ? (last.body as unknown as Closed) : undefined,
        wallMs: performance.now() - began,
      })
    })
  })
  return {
    child,
    lines,
    ended,
    until: (fits) =>
      new Promise((resolve, reject) => {
        const found = lines.find(fits)
        if (found) resolve(found)
        else waiting.push({fits, resolve, reject})
      }),
  }
}

/** A temporary repository (git, one commit) with a home beside it. */
export const place = (files: Record<string, string>, options: {git?: boolean; env?: Record<string, string>} = {}): Place => {
  const top = mkdtempSync(join(tmpdir(), 'pg-'))
  const dir = join(top, 'repo')
  const home = join(top, 'home')
  mkdirSync(dir)
  mkdirSync(home)
  const env: Record<string, string> = {PATH: process.env.PATH ?? '', HOME: home, LANG: 'C.UTF-8', ...options.env}
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {cwd: dir, env, encoding: 'utf8'})
  const write = (more: Record<string, string>): void => {
    for (const [path, text] of Object.entries(more)) {
      mkdirSync(dirname(join(dir, path)), {recursive: true})
      writeFileSync(join(dir, path), text)
    }
  }
  write(files)
  if (options.git !== false) {
    git('init', '-q', '-b', 'main')
    git('add', '-A')
    git('commit', '-qm', 'start')
  }
  const here = {dir, env}
  return {
    dir,
    home,
    env,
    write,
    git,
    read: (path) => readFileSync(join(dir, path), 'utf8'),
    start: (args, more = {}) => startIn(here, args, more),
    run: (args, more = {}) => {
      const started = startIn(here, args, more)
      if (more.input !== undefined) started.child.stdin?.end()
      return started.ended
    },
    survivors: () => processesOf(home),
    [Symbol.dispose]: () => {
      for (const pid of processesOf(home)) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // It ended by itself meanwhile.
        }
      }
      if (existsSync(top)) rmSync(top, {recursive: true, force: true, maxRetries: 3})
    },
  }
}
