// The door to running other people's programs: chooses the level, opens it, and keeps count of what still runs.
// What cannot be had is a fault with its cause and the command that mends it, never a weaker level in silence.

import {bad, type Envelope, fault, good} from '../contract/fault.ts'
import type {Job, JobReport, LevelProbe, NextJob, Sandbox, SandboxState} from '../contract/sandbox.ts'
import {openBwrap} from './bwrap-level.ts'
import {type Ground, type Level, layGround, type OpenOptions} from './ground.ts'
import {openLimits} from './limits-level.ts'
import {type Blocked, findBwrap, plainlyBlocked, probeAll, unbuiltWhy} from './probe.ts'

export type {OpenOptions} from './ground.ts'

export interface OpenSandbox extends Sandbox {
  /**
   * Settles once it is known whether the level works here: at once for `limits` and `off` and after a remembered
   * probe, else after one empty job (about 30 ms). Jobs wait for it by themselves.
   */
  ready: Promise<Envelope<SandboxState>>
}

const unavailable = (level: string, {why, hint}: Blocked) => bad(fault('sandbox.unavailable', {level, why, hint}))

const chooseLevel = (ground: Ground): Envelope<Level & {ready?: Promise<Envelope<SandboxState>>}> => {
  const {level} = ground.options
  if (level === 'limits' || level === 'off') {
    if (ground.options.network !== 'allowlist') return good(openLimits(ground, level))
    return unavailable(level, {
      why: 'it cannot keep commands to the hosts of sandbox.network.allow',
      hint: 'use --sandbox bwrap, or set sandbox.network.allow to [] or ["*"]',
    })
  }
  const unbuilt = level === 'auto' ? undefined : unbuiltWhy(level)
  if (unbuilt) return unavailable(level, {why: unbuilt, hint: 'use --sandbox bwrap or --sandbox limits'})
  const program = findBwrap(ground.options.path, [ground.root, ...ground.writes])
  const blocked = plainlyBlocked(program)
  if (blocked || !program) return unavailable('bwrap', blocked ?? {why: 'bwrap was not found', hint: ''})
  return good(openBwrap(ground, program))
}

const isGround = (laid: Ground | {code: string}): laid is Ground => 'root' in laid

const withClosing = (ground: Ground, level: Level, ready: Promise<Envelope<SandboxState>>): OpenSandbox => {
  const live = new Set<Promise<JobReport>>()
  const closing = new AbortController()
  const run = (job: Job, signal: AbortSignal): Promise<JobReport> => {
    const running = level.run(job, AbortSignal.any([signal, closing.signal]))
    live.add(running)
    const done = () => live.delete(running)
    running.then(done, done)
    return running
  }
  const close = async (): Promise<void> => {
    closing.abort()
    await ready
    await Promise.allSettled(live)
    await level.close?.()
    await ground.groups?.close()
    ground.removeBox()
  }
  const prepare = (next: NextJob): void => {
    if (!closing.signal.aborted) level.prepare?.(next)
  }
  return {state: level.state, ready, run, prepare, close}
}

/**
 * Opens the asked level; `auto` is bwrap. Faults: `sandbox.unavailable` (the run ends with 7), `project.forbidden`,
 * `file.missing`. Whether bwrap really works is told by `ready`; a missing bwrap is told here.
 */
export const openSandbox = async (options: OpenOptions): Promise<Envelope<OpenSandbox>> => {
  const ground = layGround(options)
  if (!isGround(ground)) return bad(ground)
  const chosen = chooseLevel(ground)
  if (!chosen.ok) {
    await ground.groups?.close()
    return chosen
  }
  const {ready, ...level} = chosen.result
  return good(withClosing(ground, level, ready ?? Promise.resolve(good(level.state))))
}

/** Every level with what was found by trying it, for `doctor`. */
export const probeLevels = async (options: Omit<OpenOptions, 'level'>): Promise<LevelProbe[]> =>
  probeAll(async () => {
    const opened = await openSandbox({...options, level: 'bwrap'})
    if (!opened.ok) return {why: opened.error.msg, hint: opened.error.hint}
    const sandbox = opened.result
    const report = await sandbox.run({argv: ['true'], cwd: options.root, limits: {wallMs: 5000, outputBytes: 4096}}, new AbortController().signal)
    await sandbox.close()
    if (report.exitCode === 0) return undefined
    return report.error ? {why: report.error.msg, hint: report.error.hint} : {why: report.stderr.trim() || 'the empty job failed', hint: ''}
  })
