// The command line of the bwrap level: a minimal read-only root, the project at its own path, private /tmp, /proc
// and home, no capabilities, no network unless asked for. Pure: everything about this host comes in as a plan.
// Order matters: later mounts cover earlier ones, and `/` is closed last.

import type {Overlay, SandboxState} from '../contract/sandbox.ts'
import {dropArgv, enterScript, limitScript, type Owner, type Ulimits} from './limits-argv.ts'
import {relayScript, socketInside} from './relay.ts'

export interface Bind {
  at: string
  from: string
}

/** What is the same for every job of a sandbox. */
export interface BwrapPlan {
  /** Path of bwrap. */
  program: string
  /** Real path of the project. */
  root: string
  /** More folders that may be written. */
  writes: string[]
  /** Host folders of programs, bound read-only at their own path. */
  system: string[]
  /** `/bin → usr/bin` and the like, as the host has them. */
  links: Bind[]
  /** Read-only folders outside `system`: toolchains, what the caller named, git folders. */
  reads: string[]
  /** Path of the home folder inside. */
  home: string
  /** A folder on disk used as home for jobs that keep it. */
  keptHome: string
  /** Inside identity in a user namespace of its own. */
  identity: Owner
  tmpBytes: number
  homeBytes: number
  shmBytes: number
}

/** What differs from job to job. */
export interface BwrapJob {
  /** null: a shell that reads from its stdin what it shall become. */
  argv: readonly string[] | null
  cwd: string
  env: Record<string, string>
  overlays: readonly Overlay[]
  writable: boolean
  network: SandboxState['network']
  /** For `allowlist`: the socket of the proxy and the Node that relays to it. */
  wayOut: {socket: string; node: string} | null
  keepHome: boolean
  /** Read-only: the /etc that was laid out, and what covers parts of it. */
  etc: Bind[]
  /** Read-only places within what is writable: git configuration, editor and agent settings. */
  shields: Bind[]
  ulimits: Ulimits
  /** Penguin is root and the project's owner is not: no user namespace, the command becomes that owner. */
  owner: Owner | null
  seccompFd: number | null
}

const isUnder = (path: string, folder: string): boolean => path === folder || path.startsWith(`${folder}/`)

const namespaces = (plan: BwrapPlan, job: BwrapJob): string[] => {
  const net = job.network === 'open'
  if (!job.owner)
    return [
      ...['--unshare-all', '--unshare-user', '--disable-userns', '--cap-drop', 'ALL'],
      ...['--uid', String(plan.identity.uid), '--gid', String(plan.identity.gid)],
      ...(net ? ['--share-net'] : []),
    ]
  // Only what setpriv needs to give everything up; the kernel takes it all when the last root id is gone.
  const keep = ['CAP_SETUID', 'CAP_SETGID', 'CAP_SETPCAP'].flatMap((capability) => ['--cap-add', capability])
  return ['--unshare-ipc', '--unshare-pid', '--unshare-uts', '--unshare-cgroup-try', ...(net ? [] : ['--unshare-net']), '--cap-drop', 'ALL', ...keep]
}

const environment = (env: Record<string, string>): string[] => ['--clearenv', ...Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value])]

/** Mount points whose parents bwrap would make unreadable for a dropped identity: made beforehand, once each. */
const openParents = (points: readonly string[], mounted: readonly string[], home: string, mode: string): string[] => {
  const made = new Set<string>()
  const out: string[] = []
  for (const point of points) {
    const parts = point.split('/').slice(1, -1)
    parts.forEach((_, at) => {
      const dir = `/${parts.slice(0, at + 1).join('/')}`
      if (made.has(dir) || mounted.some((bound) => isUnder(dir, bound))) return
      made.add(dir)
      out.push('--perms', isUnder(dir, home) ? mode : '0755', '--dir', dir)
    })
  }
  return out
}

const ro = ({at, from}: Bind): string[] => ['--ro-bind', from, at]
const same = (path: string): Bind => ({at: path, from: path})

const skeleton = (plan: BwrapPlan, etc: readonly Bind[]): string[] => [
  ...plan.system.flatMap((path) => ro(same(path))),
  ...plan.links.flatMap(({at, from}) => ['--symlink', from, at]),
  ...['--proc', '/proc', '--ro-bind', '/proc/sys', '/proc/sys', '--dev', '/dev'],
  ...['--perms', '1777', '--size', String(plan.shmBytes), '--tmpfs', '/dev/shm'],
  ...['--perms', '1777', '--size', String(plan.tmpBytes), '--tmpfs', '/tmp'],
  ...['--dir', '/run', '--dir', '/var', '--symlink', '../tmp', '/var/tmp'],
  ...etc.flatMap(ro),
]

const project = (plan: BwrapPlan, job: BwrapJob): string[] => {
  const covered = job.overlays.some(({at}) => at === plan.root)
  return [
    ...(covered ? [] : [job.writable ? '--bind' : '--ro-bind', plan.root, plan.root]),
    ...job.overlays.flatMap(({at, from, mode}) => [mode === 'rw' ? '--bind' : '--ro-bind', from, at]),
    ...plan.writes.flatMap((path) => ['--bind', path, path]),
    ...job.shields.flatMap(ro),
  ]
}

const inside = (job: BwrapJob, argv: readonly string[]): string[] => {
  const drop = job.owner ? dropArgv(job.owner) : []
  const script = job.wayOut ? `${relayScript(job.wayOut.node, drop)}\n${limitScript(job.ulimits)}` : limitScript(job.ulimits)
  return ['/bin/sh', '-c', script, 'sh', ...drop, ...argv]
}

/** Everything after the spawn: `argv[0]` is bwrap itself. */
export const bwrapArgv = (plan: BwrapPlan, job: BwrapJob): string[] => {
  const homeMode = job.owner ? '0777' : '0755'
  const homeMount = job.keepHome ? ['--bind', plan.keptHome, plan.home] : ['--perms', homeMode, '--size', String(plan.homeBytes), '--tmpfs', plan.home]
  const late = [plan.root, ...job.overlays.map(({at}) => at), ...plan.writes]
  const system = [...plan.system, '/etc', '/proc', '/dev']
  return [
    plan.program,
    ...['--die-with-parent', '--new-session', '--hostname', 'penguin'],
    ...namespaces(plan, job),
    ...environment(job.env),
    ...skeleton(plan, job.etc),
    ...(job.wayOut ? ['--ro-bind', job.wayOut.socket, socketInside] : []),
    ...openParents([plan.home], [...system, '/tmp'], plan.home, homeMode),
    ...homeMount,
    ...openParents([...plan.reads, ...late], system, plan.home, homeMode),
    ...plan.reads.flatMap((path) => ro(same(path))),
    ...project(plan, job),
    ...['--remount-ro', '/', '--chdir', job.cwd],
    ...(job.seccompFd === null ? [] : ['--seccomp', String(job.seccompFd)]),
    '--',
    ...(job.argv === null ? ['/bin/sh', '-s'] : inside(job, job.argv)),
  ]
}

/** What the mounts show, by its path outside. */
export const boundIn = (argv: readonly string[]): string[] =>
  argv.slice(0, argv.indexOf('--')).flatMap((word, at) => (word === '--bind' || word === '--ro-bind' ? [argv[at + 1] as string] : []))

/** bwrap, entered through the control groups where there are any. */
export const enteredArgv = (argv: string[], doors: readonly string[]): string[] =>
  doors.length === 0 ? argv : ['/bin/sh', '-c', enterScript(doors.length, 'exec "$@"'), 'sh', ...doors, ...argv]
