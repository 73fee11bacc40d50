// The limits level, and `off`: plain children of Penguin with a clean environment. Limits: time, processor, memory,
// file size and processes, a home of its own. Off: only the caller's time and output limits. Neither confines files
// or network, and their state says so. Nothing outlives its job: descendants are found by control group or marker.

import {randomUUID} from 'node:crypto'
import {chownSync, closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fault} from '../contract/fault.ts'
import type {Job, JobReport, Overlay, SandboxState} from '../contract/sandbox.ts'
import type {Group} from './cgroup.ts'
import {boundsFor, commandEnv, coverFds, type Ground, type Level, leakedFds, ownerOf, realPathIn, takeGroup, watchedLimits} from './ground.ts'
import {limitsArgv, type Owner, type Ulimits, ulimitsOf} from './limits-argv.ts'
import {startTimeOf} from './proc.ts'
import {forget, noteProcess, type ProcessNote} from './reap.ts'
import {refused, stoppedBefore, supervise} from './supervise.ts'
import {homeEnv} from './toolchain.ts'

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

/** Nothing can be bound here, so a path below an overlay is spelled as the folder that would have been bound. */
export const throughOverlays = (path: string, overlays: readonly Overlay[]): string => {
  const found = overlays.filter(({at}) => isUnder(path, at)).sort((a, b) => b.at.length - a.at.length)[0]
  return found ? found.from + path.slice(found.at.length) : path
}

const translated = (ground: Ground, job: Job): Job => {
  const overlays = (job.overlays ?? []).map((overlay) => ({...overlay, at: realPathIn(ground, overlay.at)}))
  const translate = (text: string) => throughOverlays(realPathIn(ground, text), overlays)
  return {
    ...job,
    argv: job.argv.map(translate),
    cwd: translate(job.cwd),
    env: Object.fromEntries(Object.entries(job.env ?? {}).map(([name, value]) => [name, translate(value)])),
  }
}

/** May this user come as far as `path`? */
const mayReach = (owner: Owner, path: string): boolean => {
  for (let dir = path; ; dir = dirname(dir)) {
    const found = statSync(dir, {throwIfNoEntry: false})
    const bit = found?.uid === owner.uid ? 0o100 : found?.gid === owner.gid ? 0o010 : 0o001
    if (!found || (found.mode & bit) === 0) return false
    if (dirname(dir) === dir) return true
  }
}

interface Rooms {
  home: string
  tmp: string
  /** A descriptor of /dev/null. */
  cover: number
  remove(): void
}

const makeRooms = (ground: Ground, job: Job, owner: Owner | null, level: 'limits' | 'off'): Rooms => {
  // A dropped user cannot enter Penguin's private folders.
  const dir = mkdtempSync(owner ? '/tmp/penguin-job-' : join(ground.box(), 'job-'))
  const kept = join(ground.box(), 'home')
  const home = level === 'off' ? ground.home : job.keepHome && !owner ? kept : join(dir, 'home')
  const tmp = join(dir, 'tmp')
  for (const each of [tmp, ...(level === 'off' ? [] : [home])]) mkdirSync(each, {recursive: true})
  if (owner) for (const each of [dir, tmp, home]) chownSync(each, owner.uid, owner.gid)
  const cover = openSync('/dev/null', 'r+')
  const remove = () => {
    closeSync(cover)
    rmSync(dir, {recursive: true, force: true, maxRetries: 2})
  }
  return {home, tmp, cover, remove}
}

/** Without a process group root is not limited in processes at all, so the project's owner is the better user where that is possible. */
const dropFor = (ground: Ground, job: Job): Owner | null => {
  if (!ground.isRoot || ground.groups?.pids) return null
  const owner = ownerOf(ground, job.cwd)
  return owner && [job.cwd, process.execPath].every((path) => mayReach(owner, path)) ? owner : null
}

const noLimits: Ulimits = {}
const unwatched = {maxProcesses: undefined, maxMemoryBytes: undefined}

interface Running {
  ground: Ground
  level: 'limits' | 'off'
  leaks: number[]
}

const startJob = async ({ground, level, leaks}: Running, given: Job, signal: AbortSignal): Promise<JobReport> => {
  const job = translated(ground, given)
  const owner = level === 'off' ? null : dropFor(ground, job)
  const group = level === 'off' ? undefined : takeGroup(ground, job)
  const rooms = makeRooms(ground, job, owner, level)
  let note: ProcessNote | undefined
  try {
    return await supervise(
      job,
      plan({ground, level, leaks}, {job, owner, group, rooms}, (started) => {
        note = started
      }),
      signal,
    )
  } finally {
    if (note) forget(ground.ledger, note)
    if (group) ground.groups?.give(group)
    rooms.remove()
  }
}

interface Parts {
  job: Job
  owner: Owner | null
  group: Group | undefined
  rooms: Rooms
}

const plan = ({ground, level, leaks}: Running, {job, owner, group, rooms}: Parts, noted: (note: ProcessNote) => void) => {
  const marker = `PENGUIN_JOB=${randomUUID()}`
  const [name = '', value = ''] = marker.split('=')
  const ulimits =
    level === 'off' ? noLimits : ulimitsOf(job.limits, boundsFor(ground, group, {ownNamespace: false, uid: owner?.uid ?? process.getuid?.() ?? 0}))
  return {
    argv: level === 'off' ? job.argv : limitsArgv(job.argv, ulimits, group?.doors ?? [], owner),
    cwd: job.cwd,
    env: {...commandEnv(ground, job, rooms.home, rooms.tmp, level === 'off' ? {} : homeEnv(ground.home)), [name]: value},
    fds: coverFds([], leaks, rooms.cover),
    group,
    marker,
    ...(level === 'off' ? unwatched : watchedLimits(ground, job, group, owner)),
    started: (pid: number) => {
      const note = {pid, startedAt: startTimeOf(pid) ?? 0, pgid: pid, marker}
      noteProcess(ground.ledger, note)
      noted(note)
    },
  }
}

const whyLimits = (ground: Ground): string => {
  const base = 'files and network are open: only time, processor, memory, file size and processes are limited'
  if (!ground.isRoot || ground.groups?.pids) return base
  return ownerOf(ground, ground.root)
    ? `${base}; no process group can be made, so commands run as the project's owner where that user can reach them, and are watched otherwise`
    : `${base}; no process group can be made and the project belongs to root, so the number of processes is only watched`
}

/** Ready at once: these levels need nothing that could be missing. */
export const openLimits = (ground: Ground, level: 'limits' | 'off'): Level => {
  const why = level === 'off' ? 'switched off: commands run with your rights' : whyLimits(ground)
  const state: SandboxState = {level, writes: 'open', network: 'open', why}
  let leaks: number[] | undefined
  const run = async (job: Job, signal: AbortSignal): Promise<JobReport> => {
    if (ground.options.trusted === false) return refused(fault('sandbox.untrusted'))
    if (signal.aborted) return stoppedBefore()
    leaks ??= leakedFds()
    try {
      return await startJob({ground, level, leaks}, job, signal)
    } catch (thrown) {
      return refused(fault('job.failed', {command: job.argv[0] ?? '', why: thrown instanceof Error ? thrown.message : String(thrown)}))
    }
  }
  return {state, run}
}
