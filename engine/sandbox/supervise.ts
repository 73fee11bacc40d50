// One child process from start to its last descendant: time, output, stopping, and telling honestly why it ended.
// Every path ends in a report within a bounded time, whatever the command left running.
//
//   started ──exit──▶ clear (leftovers killed) ──▶ drain (what its pipes still hold) ──▶ reported
//      └─wall: SIGTERM, 300 ms, SIGKILL · output, stop, tasks: SIGKILL at once ─▶ exit

import {type ChildProcess, spawn} from 'node:child_process'
import {StringDecoder} from 'node:string_decoder'
import {longestTimerMs} from '../base/clock.ts'
import {fault} from '../contract/fault.ts'
import type {Job, JobReport} from '../contract/sandbox.ts'
import type {Group} from './cgroup.ts'
import {doorClosed} from './limits-argv.ts'
import {keepOutput} from './output.ts'
import {groupMembers, pidsMarked} from './proc.ts'
import {signal as send} from './reap.ts'
import {type Watched, watchOwn} from './watch.ts'

/** What is spawned. */
export interface Child {
  argv: string[]
  cwd: string
  env: Record<string, string>
  /** For fd 3 and up. */
  fds: (number | 'ignore')[]
}

/** What it is watched by. */
export interface Watch extends Watched {
  group: Group | undefined
  started?(pid: number): void
}

export type Start = Child & Watch

type Killed = NonNullable<JobReport['killedFor']>

// Only for a process that cannot be killed and holds a pipe: without one the pipes close by themselves.
const drainMs = 2000
const graceMs = 300
const outputFactor = 64
const sigxcpu = 24
const shellBase = 128

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

const notStarted = (job: Job, why: string): JobReport => ({
  exitCode: null,
  stdout: '',
  stderr: '',
  cutBytes: 0,
  wallMs: 0,
  error: fault('job.failed', {command: job.argv[0] ?? '', why}),
})

/** A report for a job that never ran. */
export const refused = (error: JobReport['error']): JobReport => ({exitCode: null, stdout: '', stderr: '', cutBytes: 0, wallMs: 0, error})

/** A report for a job that was stopped before it began. */
export const stoppedBefore = (): JobReport => ({exitCode: null, stdout: '', stderr: '', cutBytes: 0, wallMs: 0, killedFor: 'stopped'})

/** Descendants that the end of the child did not end. */
const leftovers = (pid: number, start: Watch): number[] => {
  if (start.group) return start.group.members()
  return start.marker ? [...new Set([...groupMembers(pid), ...pidsMarked(start.marker)])] : []
}

const clear = async (pid: number, start: Watch): Promise<void> => {
  for (let round = 0; round < 200; round += 1) {
    const left = leftovers(pid, start)
    if (left.length === 0) return
    send(-pid, 'SIGKILL')
    for (const each of left) send(each, 'SIGKILL')
    await pause(round < 5 ? 1 : 10)
  }
}

/** The words that the prelude or bwrap say when they, and not the command, failed. */
const startFailure = (code: number | null, stdout: string, stderr: string): string | undefined => {
  if (stdout !== '') return undefined
  const line = stderr.trim().split('\n')[0] ?? ''
  if (code === 1 && line.startsWith('bwrap: ')) return line
  if (code === doorClosed && line.includes('cgroup.procs')) return line
  if (code === 126 || code === 127) return /^(?:\/bin\/)?sh: (?:line )?\d+: exec: (.+)$/.exec(line)?.[1] ?? (line.startsWith('setpriv: ') ? line : undefined)
  return undefined
}

const read = (job: Job, child: ChildProcess, stream: 'out' | 'err', tooMuch: () => void) => {
  const kept = keepOutput(job.limits.outputBytes)
  const decoder = job.onOutput ? new StringDecoder('utf8') : undefined
  const most = job.limits.outputBytes * outputFactor
  const tell = (text: string): void => {
    if (text !== '') job.onOutput?.(text, stream)
  }
  const source = stream === 'out' ? child.stdout : child.stderr
  source?.on('data', (chunk: Buffer) => {
    kept.push(chunk)
    if (decoder) tell(decoder.write(chunk))
    if (kept.totalBytes() > most) tooMuch()
  })
  source?.once('end', () => tell(decoder?.end() ?? ''))
  source?.on('error', () => {})
  return kept
}

const feed = (child: ChildProcess, text: string | undefined): void => {
  // The command may end without reading: EPIPE is its business.
  child.stdin?.on('error', () => {})
  child.stdin?.end(text ?? '')
}

const spawnChild = (start: Child, stdin: 'ignore' | 'pipe'): ChildProcess | Error => {
  const [file = '', ...args] = start.argv
  try {
    return spawn(file, args, {
      cwd: start.cwd,
      env: start.env,
      detached: true,
      stdio: [stdin, 'pipe', 'pipe', ...start.fds],
    })
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown))
  }
}

interface End {
  code: number | null
  signal: NodeJS.Signals | null
}

const killerOf = (killed: Killed | undefined, end: End, start: Watch): Killed | undefined => {
  if (killed) return killed
  if (end.signal === 'SIGXCPU' || end.code === shellBase + sigxcpu) return 'cpu'
  if (end.code !== 0 && (start.group?.oomKills() ?? 0) > 0) return 'memory'
  return undefined
}

/** Returns what ends the watching and whoever is left in the child's group; the namespaces of bwrap end with it. */
const watchLimits = (job: Job, start: Watch, pid: number, stop: (why: Killed, name: NodeJS.Signals) => void): (() => void) => {
  let hard: NodeJS.Timeout | undefined
  const wall = setTimeout(
    () => {
      stop('wall', 'SIGTERM')
      hard = setTimeout(() => stop('wall', 'SIGKILL'), graceMs)
    },
    Math.min(job.limits.wallMs, longestTimerMs),
  )
  const watch = watchOwn(start, pid, (why) => stop(why, 'SIGKILL'))
  return () => {
    clearTimeout(wall)
    clearTimeout(hard)
    clearInterval(watch)
    send(-pid, 'SIGKILL')
  }
}

const follow = async (job: Job, start: Watch, child: ChildProcess, pid: number, stdin: string | undefined, signal: AbortSignal): Promise<JobReport> => {
  const from = performance.now()
  let killed: Killed | undefined
  const stop = (why: Killed, name: NodeJS.Signals): void => {
    killed ??= why
    send(-pid, name)
    // A child that left the group is in the control group still.
    if (name === 'SIGKILL') for (const each of start.group?.members() ?? []) send(each, name)
  }
  const tooMuch = () => {
    stop('output', 'SIGKILL')
    child.stdout?.destroy()
    child.stderr?.destroy()
  }
  const out = read(job, child, 'out', tooMuch)
  const err = read(job, child, 'err', tooMuch)
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const ended = new Promise<End>((resolve) => child.once('exit', (code, name) => resolve({code, signal: name})))
  const aborted = () => stop('stopped', 'SIGKILL')
  signal.addEventListener('abort', aborted, {once: true})
  const unwatch = watchLimits(job, start, pid, stop)
  feed(child, stdin)
  start.started?.(pid)
  if (signal.aborted) aborted()
  const end = await ended
  signal.removeEventListener('abort', aborted)
  unwatch()
  const wallMs = performance.now() - from
  await clear(pid, start)
  await drain(closed)
  child.stdout?.destroy()
  child.stderr?.destroy()
  return report(job, start, end, killed, wallMs, {stdout: out.text(), stderr: err.text(), cutBytes: out.cutBytes() + err.cutBytes()})
}

const drain = async (closed: Promise<void>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  await Promise.race([closed, new Promise((resolve) => (timer = setTimeout(resolve, drainMs)))])
  clearTimeout(timer)
}

/** A command that outlives those of its processes that the kernel killed may end well, and nobody would know. */
const toldOfLost = ({group}: Watch, stderr: string): string => {
  const kills = group?.oomKills() ?? 0
  if (kills === 0) return stderr
  return `${stderr === '' || stderr.endsWith('\n') ? stderr : `${stderr}\n`}[killed because the memory of the command was used up: ${kills} of its processes]\n`
}

const report = (
  job: Job,
  start: Watch,
  end: End,
  killed: Killed | undefined,
  wallMs: number,
  said: Pick<JobReport, 'stdout' | 'stderr' | 'cutBytes'>,
): JobReport => {
  const killedFor = killerOf(killed, end, start)
  const why = killedFor ? undefined : startFailure(end.code, said.stdout, said.stderr)
  if (why !== undefined) return {...notStarted(job, why), stderr: said.stderr, wallMs}
  return {
    exitCode: killedFor ? null : end.code,
    ...(end.signal ? {signal: end.signal} : {}),
    ...said,
    stderr: killedFor ? said.stderr : toldOfLost(start, said.stderr),
    wallMs,
    ...(killedFor ? {killedFor} : {}),
  }
}

/** Runs one child to its report. Never rejects. */
export const supervise = async (job: Job, start: Start, signal: AbortSignal): Promise<JobReport> => {
  const child = spawnChild(start, job.stdin === undefined ? 'ignore' : 'pipe')
  if (child instanceof Error) return notStarted(job, child.message)
  if (child.pid === undefined) return new Promise((resolve) => child.once('error', (error) => resolve(notStarted(job, error.message))))
  child.on('error', () => {})
  return follow(job, start, child, child.pid, job.stdin, signal)
}

/** A child that waits at its stdin for its job; nothing of it keeps this process alive. */
export const startWaiting = (start: Child): Waiting | undefined => {
  const child = spawnChild(start, 'pipe')
  if (child instanceof Error) return undefined
  // One that could not be started is never taken.
  child.on('error', () => {})
  child.stdin?.on('error', () => {})
  if (child.pid === undefined) return undefined
  const handles = [child, child.stdin, child.stdout, child.stderr] as {ref?(): void; unref?(): void}[]
  for (const handle of handles) handle.unref?.()
  return {child, pid: child.pid, ref: () => handles.forEach((handle) => void handle.ref?.())}
}

export interface Waiting {
  child: ChildProcess
  pid: number
  /** It has a job now, and is waited for. */
  ref(): void
}

export const isWaiting = ({child}: Waiting): boolean => child.exitCode === null && child.signalCode === null

/** Gives a waiting child its job and follows that to its report. Never rejects. */
export const superviseWaiting = (job: Job, start: Watch, {child, pid, ref}: Waiting, script: string, signal: AbortSignal): Promise<JobReport> => {
  ref()
  return follow(job, start, child, pid, script, signal)
}

/** Ends a child that never got a job; resolves when it is gone. */
export const dismiss = async ({child, pid, ref}: Waiting): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  ref()
  send(-pid, 'SIGKILL')
  await drain(gone)
}
