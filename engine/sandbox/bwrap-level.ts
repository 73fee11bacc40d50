// The bwrap level at work: plans the mounts once, proves with one empty job that they can be made here, then turns
// each job into a command line. Opening costs nothing but a look-up; the proof runs beside the caller's other work
// and only the first job waits for it.

import {chownSync, closeSync, existsSync, mkdirSync, openSync, readlinkSync, realpathSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {bad, type Envelope, fault, good} from '../contract/fault.ts'
import type {Job, JobReport, NextJob, Overlay, SandboxState} from '../contract/sandbox.ts'
import type {AllowProxy} from './allow-proxy.ts'
import {type Bind, type BwrapJob, type BwrapPlan, bwrapArgv, enteredArgv} from './bwrap-argv.ts'
import type {Group} from './cgroup.ts'
import {layEtc} from './etc.ts'
import {boundsFor, commandEnv, coverFds, type Ground, groupLimits, type Level, leakedFds, ownerOf, realPathIn, takeGroup, watchedLimits} from './ground.ts'
import {dropArgv, type Owner, type Ulimits, ulimitsOf, waitedScript} from './limits-argv.ts'
import {throughOverlays} from './limits-level.ts'
import {outsideGit, shieldsFor} from './places.ts'
import {type Blocked, explain, forgetPass, passedBefore, rememberPass} from './probe.ts'
import {relayEnv} from './relay.ts'
import {hasFilter, seccompFilter} from './seccomp.ts'
import {openSpares, type Spare, type Spares} from './spare.ts'
import {refused, startWaiting, stoppedBefore, supervise, superviseWaiting} from './supervise.ts'
import {offlineEnv, outermost, systemFolders} from './toolchain.ts'
import {layWayOut, type WayOut} from './way-out.ts'

export interface BwrapLevel extends Level {
  /** Settles once it is known whether bwrap works here. */
  ready: Promise<Envelope<SandboxState>>
}

const MiB = 1024 ** 2
const sizes = {tmpBytes: 1024 * MiB, homeBytes: 1024 * MiB, shmBytes: 256 * MiB}
// What root looks like inside: many programs refuse to work, or behave differently, as uid 0.
const plain: Owner = {uid: 1000, gid: 1000}

interface Prepared {
  plan: BwrapPlan
  etc: string
  empty: string
  seccomp: string | null
  leaks: number[]
  wayOut: WayOut
  spares: Spares
}

const leave = ({wayOut, spares}: Prepared) => Promise.all([wayOut.close(), spares.close()])

const isFolder = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isDirectory() === true

const topLinks = (): {links: Bind[]; folders: string[]} => {
  const links: Bind[] = []
  const folders: string[] = []
  for (const at of ['/bin', '/sbin', '/lib', '/lib64', '/lib32', '/libx32']) {
    try {
      links.push({at, from: readlinkSync(at)})
    } catch {
      if (isFolder(at)) folders.push(at)
    }
  }
  return {links, folders}
}

const layEtcSomewhere = (ground: Ground, people: Owner[]): string => {
  try {
    return layEtc(ground.cache, people, ground.home)
  } catch {
    return layEtc(ground.box(), people, ground.home)
  }
}

const prepare = (ground: Ground, program: string): Prepared => {
  const owner = ownerOf(ground, ground.root)
  const identity = ground.isRoot ? plain : {uid: process.getuid?.() ?? plain.uid, gid: process.getgid?.() ?? plain.gid}
  const etc = layEtcSomewhere(ground, owner ? [identity, owner] : [identity])
  const {links, folders} = topLinks()
  const keptHome = join(ground.box(), 'home')
  mkdirSync(keptHome, {mode: 0o755})
  if (owner) chownSync(keptHome, owner.uid, owner.gid)
  const filter = seccompFilter(process.arch)
  const seccomp = filter ? join(ground.box(), 'seccomp.bpf') : null
  if (filter && seccomp) writeFileSync(seccomp, filter)
  const reads = outermost([...ground.toolchain().reads, ...outsideGit(ground.root, ground.home)])
  const plan: BwrapPlan = {
    program,
    root: ground.root,
    writes: ground.writes,
    system: [...systemFolders.filter(isFolder), ...folders],
    links,
    reads,
    home: ground.home,
    keptHome,
    identity,
    ...sizes,
  }
  const spares = openSpares((group) => ground.groups?.give(group))
  return {plan, etc, empty: join(etc, '.empty'), seccomp, leaks: leakedFds(), wayOut: layWayOut(ground), spares}
}

/** Offline, programs are told not to try; with some hosts, where the way out is. */
const networkEnv: Record<SandboxState['network'], Readonly<Record<string, string>>> = {off: offlineEnv, allowlist: relayEnv, open: {}}

const etcBinds = (etc: string, network: SandboxState['network']): Bind[] => {
  const binds = [{at: '/etc', from: etc}]
  if (network !== 'open') return binds
  try {
    return [...binds, {at: '/etc/resolv.conf', from: realpathSync('/etc/resolv.conf')}]
  } catch {
    return binds
  }
}

const overlaysOf = (ground: Ground, job: NextJob): Overlay[] => (job.overlays ?? []).map((overlay) => ({...overlay, at: realPathIn(ground, overlay.at)}))

/** A command works as the owner of the folder that lies at the project's path: the project, or the copy bound over it. */
const workerOf = (ground: Ground, job: NextJob): Owner | null =>
  ownerOf(ground, overlaysOf(ground, job).findLast(({at}) => at === ground.root)?.from ?? ground.root)

const networkOf = (ground: Ground, job: NextJob): SandboxState['network'] => job.network ?? ground.options.network

type Surroundings = Omit<BwrapJob, 'argv' | 'ulimits'>

const surroundingsOf = (ground: Ground, prepared: Prepared, job: NextJob, owner: Owner | null, proxy?: AllowProxy): Surroundings => {
  const {plan, etc, empty, seccomp} = prepared
  const overlays = overlaysOf(ground, job)
  const network = networkOf(ground, job)
  return {
    cwd: realPathIn(ground, job.cwd),
    env: commandEnv(ground, job, plan.home, '/tmp', {...networkEnv[network]}),
    overlays,
    writable: job.writable ?? true,
    network,
    wayOut: proxy ? {socket: proxy.socket, node: process.execPath} : null,
    keepHome: job.keepHome ?? false,
    etc: etcBinds(etc, network),
    shields: shieldsFor({root: ground.root, home: ground.home, overlays, reads: plan.reads, writes: ground.writes, empty}),
    owner,
    seccompFd: seccomp ? 3 : null,
  }
}

const ulimitsFor = (ground: Ground, job: Job, group: Group | undefined, owner: Owner | null): Ulimits =>
  ulimitsOf(job.limits, boundsFor(ground, group, {ownNamespace: owner === null, uid: owner?.uid ?? process.getuid?.() ?? 0}))

/** Calls with what every child of this level is spawned with; the descriptors are its own by the time this returns. */
const withFds = <T>({seccomp, leaks}: Prepared, spawned: (more: {cwd: string; env: Record<string, string>; fds: (number | 'ignore')[]}) => T): T => {
  const fds = seccomp ? [openSync(seccomp, 'r')] : []
  const cover = openSync('/dev/null', 'r+')
  try {
    // bwrap's own environment is what /proc/1/environ shows inside.
    return spawned({cwd: '/', env: {PATH: '/usr/bin:/bin'}, fds: coverFds(fds, leaks, cover)})
  } finally {
    for (const fd of [...fds, cover]) closeSync(fd)
  }
}

const waitingArgv = ({plan}: Prepared, around: Surroundings): string[] => bwrapArgv(plan, {...around, argv: null, ulimits: {}})

/** A command that the waiting shell could take for something else goes the long way. */
const canBeTold = ({argv, stdin}: Job): boolean => stdin === undefined && !argv[0]?.startsWith('-') && !argv.some((word) => word.includes('\0'))

/** `taken`: the spare has been given away. */
const start = async (ground: Ground, prepared: Prepared, job: Job, signal: AbortSignal, taken = (): void => undefined): Promise<JobReport> => {
  const proxy = networkOf(ground, job) === 'allowlist' ? await prepared.wayOut.open() : undefined
  const owner = workerOf(ground, job)
  const around = surroundingsOf(ground, prepared, job, owner, proxy)
  const spare = proxy || !canBeTold(job) ? undefined : prepared.spares.take(waitingArgv(prepared, around))
  spare?.group?.limit(groupLimits(job))
  const group = spare ? spare.group : takeGroup(ground, job)
  const ulimits = ulimitsFor(ground, job, group, owner)
  const watch = {group, marker: undefined, ...watchedLimits(ground, job, group, owner)}
  try {
    if (spare) {
      const running = superviseWaiting(job, watch, spare, waitedScript(ulimits, [...(owner ? dropArgv(owner) : []), ...job.argv]), signal)
      // While this command works there is time to make the next one's surroundings.
      setImmediate(taken)
      return await running
    }
    const argv = enteredArgv(bwrapArgv(prepared.plan, {...around, argv: job.argv, ulimits}), group?.doors ?? [])
    return await withFds(prepared, (more) => supervise(job, {argv, ...more, ...watch}, signal))
  } finally {
    if (group) ground.groups?.give(group)
  }
}

const idleLimits: Pick<Job, 'limits'> = {limits: {wallMs: 0, outputBytes: 0}}

/** Would these mounts make a place in the project that is not there? Only a command's own sandbox may. */
const makesPlaces = (around: Surroundings): boolean => around.shields.some(({at}) => !existsSync(throughOverlays(at, around.overlays)))

const makeSpare = (ground: Ground, prepared: Prepared, next: NextJob): void => {
  if (networkOf(ground, next) === 'allowlist') return
  const around = surroundingsOf(ground, prepared, next, workerOf(ground, next))
  if (makesPlaces(around)) return
  const argv = waitingArgv(prepared, around)
  prepared.spares.make(argv, (): Spare | undefined => {
    const group = takeGroup(ground, idleLimits)
    const waiting = withFds(prepared, (more) => startWaiting({argv: enteredArgv(argv, group?.doors ?? []), ...more}))
    if (!waiting && group) ground.groups?.give(group)
    return waiting && {...waiting, group}
  })
}

const nothing: Job = {argv: ['true'], cwd: '/', limits: {wallMs: 5000, outputBytes: 4096}}

const prove = async (ground: Ground, prepared: Prepared): Promise<Blocked | undefined> => {
  const report = await start(ground, prepared, {...nothing, cwd: ground.root, network: 'off'}, new AbortController().signal)
  if (report.exitCode === 0) return undefined
  return explain(report.error?.msg ?? (report.stderr || `ended with ${report.exitCode ?? report.killedFor}`))
}

const whyNotStronger = (ground: Ground): string | undefined => {
  const reasons = [
    ...(ground.isRoot && !ownerOf(ground, ground.root) ? ['the project belongs to root, so commands keep its user id without its capabilities'] : []),
    ...(ground.isRoot && !ground.groups?.pids ? ['no process group can be made, so the number of processes is only watched'] : []),
    ...(ground.groups?.memory ? [] : ['no memory group can be made, so memory is limited per process and watched']),
    ...(hasFilter(process.arch) ? [] : [`no system-call filter for ${process.arch}`]),
  ]
  return reasons.length > 0 ? reasons.join('; ') : undefined
}

const unavailable = (blocked: Blocked) => bad(fault('sandbox.unavailable', {level: 'bwrap', ...blocked}))

/** Opens at once; `ready` tells whether it really works. Jobs wait for it and report its fault. */
export const openBwrap = (ground: Ground, program: string): BwrapLevel => {
  const why = whyNotStronger(ground)
  const state: SandboxState = {level: 'bwrap', writes: 'confined', network: ground.options.network, ...(why ? {why} : {})}
  const mode = ownerOf(ground, ground.root) ? 'owner' : 'namespace'
  let prepared: Prepared | undefined
  let closed = false
  let wanted: NextJob | undefined
  const once = (): Prepared => {
    // Whoever clears the cache of their home does not think of us.
    if (prepared && !(existsSync(prepared.empty) && existsSync(prepared.plan.keptHome))) {
      void leave(prepared)
      prepared = undefined
    }
    prepared ??= prepare(ground, program)
    return prepared
  }
  const settle = async (): Promise<Envelope<SandboxState>> => {
    if (passedBefore(ground.cache, program, mode)) return good(state)
    // The caller goes on first.
    await new Promise((resolve) => setImmediate(resolve))
    try {
      const blocked = await prove(ground, once())
      if (blocked) return unavailable(blocked)
    } catch (thrown) {
      return unavailable({why: thrown instanceof Error ? thrown.message : String(thrown), hint: 'accept weaker protection with --sandbox limits'})
    }
    rememberPass(ground.cache, program, mode)
    return good(state)
  }
  const ready = settle()
  const run = async (job: Job, signal: AbortSignal): Promise<JobReport> => {
    const settled = await ready
    if (!settled.ok) return refused(settled.error)
    if (signal.aborted) return stoppedBefore()
    try {
      const report = await start(ground, once(), job, signal, () => wanted && void prepareNext(wanted))
      if (report.error) forgetPass(ground.cache)
      return report
    } catch (thrown) {
      return refused(fault('job.failed', {command: job.argv[0] ?? '', why: thrown instanceof Error ? thrown.message : String(thrown)}))
    }
  }
  const prepareNext = async (next: NextJob): Promise<void> => {
    wanted = next
    const settled = await ready
    try {
      // Whether it still fits is seen when it is wanted.
      if (settled.ok && !closed && !once().spares.isReady()) makeSpare(ground, once(), next)
    } catch {
      // The job itself will say what is wrong.
    }
  }
  const close = async (): Promise<void> => {
    closed = true
    if (prepared) await leave(prepared)
  }
  return {state, ready, run, prepare: (next) => void prepareNext(next), close}
}
