// The bwrap level at work: plans the mounts once, proves with one empty job that they can be made here, then turns
// each job into a command line. Opening costs nothing but a look-up; the proof runs beside the caller's other work
// and only the first job waits for it.

import {chownSync, closeSync, mkdirSync, openSync, readlinkSync, realpathSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {bad, type Envelope, fault, good} from '../contract/fault.ts'
import type {Job, JobReport, Overlay, SandboxState} from '../contract/sandbox.ts'
import type {AllowProxy} from './allow-proxy.ts'
import {type Bind, type BwrapPlan, bwrapArgv, enteredArgv} from './bwrap-argv.ts'
import type {Group} from './cgroup.ts'
import {layEtc} from './etc.ts'
import {boundsFor, commandEnv, coverFds, type Ground, type Level, leakedFds, ownerOf, realPathIn, takeGroup, watchedProcesses} from './ground.ts'
import {allowedHost} from './hosts.ts'
import {type Owner, ulimitsOf} from './limits-argv.ts'
import {outsideGit, shieldsFor} from './places.ts'
import {type Blocked, explain, forgetPass, passedBefore, rememberPass} from './probe.ts'
import {relayEnv} from './relay.ts'
import {hasFilter, seccompFilter} from './seccomp.ts'
import {refused, stoppedBefore, supervise} from './supervise.ts'
import {offlineEnv, outermost, systemFolders} from './toolchain.ts'

export interface BwrapLevel extends Level {
  /** Settles once it is known whether bwrap works here. */
  ready: Promise<Envelope<SandboxState>>
}

const MiB = 1024 ** 2
const sizes = {tmpBytes: 1024 * MiB, homeBytes: 1024 * MiB, shmBytes: 256 * MiB}
// What root looks like inside: many programs refuse to work, or behave differently, as uid 0.
const plain: Owner = {uid: 1000, gid: 1000}

/** The proxy to allowed hosts; listens from the first job on that asks for it. */
interface WayOut {
  open(): Promise<AllowProxy>
  close(): Promise<void>
}

const layWayOut = (ground: Ground): WayOut => {
  let proxy: Promise<AllowProxy> | undefined
  const listen = async (): Promise<AllowProxy> => {
    const {openAllowProxy} = await import('./allow-proxy.ts')
    return openAllowProxy(
      (ground.options.hosts ?? []).map(allowedHost).filter((host) => host !== undefined),
      ground.box(),
    )
  }
  return {
    open: () => {
      proxy ??= listen()
      return proxy
    },
    close: async () => (await proxy?.catch(() => undefined))?.close(),
  }
}

interface Prepared {
  plan: BwrapPlan
  etc: string
  empty: string
  seccomp: string | null
  leaks: number[]
  wayOut: WayOut
}

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
  const reads = outermost([...ground.toolchain().reads, ...outsideGit(ground.root)])
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
  return {plan, etc, empty: join(etc, '.empty'), seccomp, leaks: leakedFds(), wayOut: layWayOut(ground)}
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

const overlaysOf = (ground: Ground, job: Job): Overlay[] => (job.overlays ?? []).map((overlay) => ({...overlay, at: realPathIn(ground, overlay.at)}))

/** A command works as the owner of the folder that lies at the project's path: the project, or the copy bound over it. */
const workerOf = (ground: Ground, job: Job): Owner | null =>
  ownerOf(ground, overlaysOf(ground, job).findLast(({at}) => at === ground.root)?.from ?? ground.root)

const networkOf = (ground: Ground, job: Job): SandboxState['network'] => job.network ?? ground.options.network

const argvFor = (ground: Ground, prepared: Prepared, job: Job, group: Group | undefined, owner: Owner | null, proxy: AllowProxy | undefined): string[] => {
  const {plan, etc, empty, seccomp} = prepared
  const overlays = overlaysOf(ground, job)
  const network = networkOf(ground, job)
  const argv = bwrapArgv(plan, {
    argv: job.argv,
    cwd: realPathIn(ground, job.cwd),
    env: commandEnv(ground, job, plan.home, '/tmp', {...networkEnv[network]}),
    overlays,
    writable: job.writable ?? true,
    network,
    wayOut: proxy ? {socket: proxy.socket, node: process.execPath} : null,
    keepHome: job.keepHome ?? false,
    etc: etcBinds(etc, network),
    shields: shieldsFor({root: ground.root, overlays, reads: plan.reads, writes: ground.writes, empty}),
    ulimits: ulimitsOf(job.limits, boundsFor(ground, group, {ownNamespace: owner === null, uid: owner?.uid ?? process.getuid?.() ?? 0})),
    owner,
    seccompFd: seccomp ? 3 : null,
  })
  return enteredArgv(argv, group?.doors ?? [])
}

const start = async (ground: Ground, prepared: Prepared, job: Job, signal: AbortSignal): Promise<JobReport> => {
  const proxy = networkOf(ground, job) === 'allowlist' ? await prepared.wayOut.open() : undefined
  const group = takeGroup(ground, job)
  const owner = workerOf(ground, job)
  const fds = [...(prepared.seccomp ? [openSync(prepared.seccomp, 'r')] : [])]
  const cover = openSync('/dev/null', 'r+')
  try {
    const running = supervise(
      job,
      {
        argv: argvFor(ground, prepared, job, group, owner, proxy),
        cwd: '/',
        // bwrap's own environment is what /proc/1/environ shows inside.
        env: {PATH: '/usr/bin:/bin'},
        fds: coverFds(fds, prepared.leaks, cover),
        group,
        marker: undefined,
        maxProcesses: watchedProcesses(ground, job, group, owner),
      },
      signal,
    )
    return await running
  } finally {
    for (const fd of [...fds, cover]) closeSync(fd)
    if (group) ground.groups?.give(group)
  }
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
    ...(ground.groups?.memory ? [] : ['no memory group can be made, so memory is limited per process']),
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
  const once = (): Prepared => {
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
      const report = await start(ground, once(), job, signal)
      if (report.error) forgetPass(ground.cache)
      return report
    } catch (thrown) {
      return refused(fault('job.failed', {command: job.argv[0] ?? '', why: thrown instanceof Error ? thrown.message : String(thrown)}))
    }
  }
  return {state, ready, run, close: async () => prepared?.wayOut.close()}
}
