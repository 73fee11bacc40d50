// A sandbox without walls, for tests of what stands above one: the job runs as a plain child in its own group, with
// a clean environment and the wall limit. Overlays are followed for the working folder only.

import {spawn} from 'node:child_process'
import {join} from 'node:path'
import type {Job, JobReport, Sandbox, SandboxState} from '../../engine/contract/sandbox.ts'

const state: SandboxState = {level: 'limits', writes: 'open', network: 'open'}

const through = (job: Job): string => {
  const over = job.overlays?.find(({at}) => job.cwd === at || job.cwd.startsWith(`${at}/`))
  return over ? join(over.from, job.cwd.slice(over.at.length)) : job.cwd
}

const run = (job: Job, signal: AbortSignal): Promise<JobReport> =>
  new Promise((resolve) => {
    const begun = performance.now()
    const env = {PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/tmp', LANG: 'C.UTF-8', ...job.env}
    const child = spawn(job.argv[0] as string, job.argv.slice(1), {cwd: through(job), env, detached: true, stdio: ['ignore', 'pipe', 'pipe']})
    let killedFor: JobReport['killedFor']
    const out = {out: '', err: ''}
    const end = (why: 'wall' | 'stopped') => () => {
      killedFor = why
      if (child.pid) process.kill(-child.pid, 'SIGKILL')
    }
    const timer = setTimeout(end('wall'), job.limits.wallMs)
    const stop = end('stopped')
    signal.addEventListener('abort', stop, {once: true})
    for (const [stream, pipe] of [
      ['out', child.stdout],
      ['err', child.stderr],
    ] as const)
      pipe.setEncoding('utf8').on('data', (chunk: string) => {
        out[stream] += chunk
        job.onOutput?.(chunk, stream)
      })
    const report = (exitCode: number | null, rest: Partial<JobReport>): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      resolve({exitCode, stdout: out.out, stderr: out.err, cutBytes: 0, wallMs: performance.now() - begun, ...rest})
    }
    child.on('error', (thrown) => report(null, {error: {code: 'job.failed', msg: thrown.message, hint: '', again: false}}))
    child.on('close', (code, killed) => report(killedFor ? null : code, {...(killed ? {signal: killed} : {}), ...(killedFor ? {killedFor} : {})}))
  })

/** Jobs run for real. */
export const plainSandbox = (): Sandbox => ({state, run, close: async () => undefined})

/** Jobs answer what the test says; what was asked is kept. */
export const scriptedSandbox = (answer: (job: Job) => Partial<JobReport>): Sandbox & {jobs: Job[]} => {
  const jobs: Job[] = []
  return {
    state,
    jobs,
    run: async (job) => {
      jobs.push(job)
      return {exitCode: 0, stdout: '', stderr: '', cutBytes: 0, wallMs: 1, ...answer(job)}
    },
    close: async () => undefined,
  }
}
