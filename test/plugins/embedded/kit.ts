// A site for the tool `eval_candidates`: a plain child process in place of the sandbox, a throwaway project, and what
// the tool said and noted. Candidates run unconfined here, so projects under test must be harmless.

import {spawn} from 'node:child_process'
import {cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import type {Check, Job, JobReport, Sandbox, Site} from '../../../engine/plugin.ts'

const runPlain = (job: Job, signal: AbortSignal): Promise<JobReport> =>
  new Promise((resolve) => {
    const started = performance.now()
    const [program = '', ...args] = job.argv
    const child = spawn(program, args, {cwd: job.cwd, env: {...process.env, ...job.env}, stdio: ['ignore', 'pipe', 'pipe'], signal, killSignal: 'SIGKILL'})
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      stdout += chunk
      job.onOutput?.(chunk, 'out')
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      stderr += chunk
    })
    const timer = setTimeout(() => child.kill('SIGKILL'), job.limits.wallMs)
    child.on('error', () => undefined)
    child.on('close', (exitCode) => {
      clearTimeout(timer)
      resolve({exitCode, stdout, stderr, cutBytes: 0, wallMs: performance.now() - started})
    })
  })

const plainSandbox: Sandbox = {state: {level: 'off', writes: 'open', network: 'open'}, run: runPlain, close: async () => undefined}

export interface Stage {
  dir: string
  site: Site
  said: string[]
  notes: {type: string; body: Record<string, unknown>}[]
  dispose(): void
}

export type Files = Record<string, string>

/** Lays files (or a copy of a folder) out and gives a site around them. */
export const stageOf = (from: Files | string, check: Partial<Check> & {command: string}, signal = new AbortController().signal): Stage => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'embedded-')))
  const dir = join(base, 'project')
  mkdirSync(dir)
  if (typeof from === 'string') cpSync(from, dir, {recursive: true})
  else
    for (const [path, text] of Object.entries(from)) {
      mkdirSync(dirname(join(dir, path)), {recursive: true})
      writeFileSync(join(dir, path), text)
    }
  const said: string[] = []
  const notes: Stage['notes'] = []
  const site: Site = {
    dir,
    root: dir,
    addDirs: [],
    sandbox: plainSandbox,
    permissions: {mode: 'auto', rules: [], canAsk: false},
    checks: [{gate: 'tests', from: 'test', dir: '', runner: 'node:test', required: true, ...check}],
    guarded: () => '',
    say: (text) => said.push(text),
    ask: async () => ({ok: true, result: ''}),
    note: (type, body) => notes.push({type, body}),
    seen: new Map(),
    scratch: join(base, 'scratch'),
    signal,
    commandMs: 60_000,
  }
  return {dir, site, said, notes, dispose: () => rmSync(base, {recursive: true, force: true})}
}
