// What every level stands on: real paths, the clean environment, control groups and where temporary folders go.
// Worked out once when a sandbox is opened; nothing of it is looked up again per job.

import {existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmdirSync, rmSync, statSync} from 'node:fs'
import {availableParallelism} from 'node:os'
import {dirname, join} from 'node:path'
import {type Fault, fault} from '../contract/fault.ts'
import type {Job, JobReport, NextJob, SandboxLevel, SandboxState} from '../contract/sandbox.ts'
import {type Group, type GroupLimits, type Groups, openGroups} from './cgroup.ts'
import type {Bounds, Owner} from './limits-argv.ts'
import {availableBytes, containerBytes, machineBytes} from './memory.ts'
import {tasksOf} from './proc.ts'
import {findToolchain, realFolder, type Toolchain} from './toolchain.ts'
import type {Watched} from './watch.ts'

export interface OpenOptions {
  level: 'auto' | SandboxLevel
  /** The project. */
  root: string
  /** More folders that commands may read and write. Those that are not there are left out. */
  writes: string[]
  /** More folders that commands may read, such as Penguin's own. */
  reads?: string[]
  network: SandboxState['network']
  /** For `allowlist`: the hosts, as `hosts.ts` reads them. */
  hosts?: readonly string[]
  /** The user's home folder. */
  home: string
  /** The user's PATH without Penguin's own entries. */
  path: string
  lang?: string
  /** False: below bwrap nothing runs. */
  trusted?: boolean
  /** Private folder for temporary files; made when absent. */
  scratch: string
  /** Folder that lives on between runs, for a passed probe and the copied /etc. Default: the parent of `scratch`. */
  cache?: string
  /** Folder of the ledger that `sweep` reads. Default: `live` in `cache`. */
  ledger?: string
  ownPid: number
  /** Further variables for commands, such as TZ or JAVA_HOME. */
  env?: Record<string, string>
}

export interface Ground {
  options: OpenOptions
  root: string
  home: string
  writes: string[]
  /** Found on first use. */
  toolchain(): Toolchain
  groups: Groups | null
  cache: string
  ledger: string
  isRoot: boolean
  /** Makes the sandbox's own folder on first use. */
  box(): string
  removeBox(): void
}

/** One way of running jobs. */
export interface Level {
  state: SandboxState
  run(job: Job, signal: AbortSignal): Promise<JobReport>
  /** See the port. */
  prepare?(next: NextJob): void
  close?(): Promise<void>
}

const isAtOrAbove = (path: string, other: string): boolean => path === '/' || path === other || other.startsWith(`${path}/`)

/** A home that commands may see as theirs: never `/` nor something that does not look like a path. */
const homeInside = (home: string): string => (home.startsWith('/') && home !== '/' && home !== '/nonexistent' ? home : '/home/penguin')

const boxIn = (scratch: string) => {
  let dir: string | undefined
  let made = false
  return {
    box: () => {
      if (dir && existsSync(dir)) return dir
      made = mkdirSync(scratch, {recursive: true}) !== undefined
      dir = mkdtempSync(join(scratch, 'box-'))
      return dir
    },
    removeBox: () => {
      if (dir) rmSync(dir, {recursive: true, force: true, maxRetries: 3})
      if (made && existsSync(scratch) && readdirSync(scratch).length === 0) rmdirSync(scratch)
      dir = undefined
      made = false
    },
  }
}

const realOr = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** A fault when the project or an added folder is one that commands must never be given whole. */
export const layGround = (options: OpenOptions): Ground | Fault => {
  const root = realFolder(options.root)
  const home = homeInside(realOr(options.home))
  const writes = options.writes.map(realFolder).filter((path) => path !== undefined)
  if (!root) return fault('file.missing', {path: options.root})
  for (const path of [root, ...writes]) if (isAtOrAbove(path, home)) return fault('project.forbidden', {path})
  let toolchain: Toolchain | undefined
  const more = [dirname(realOr(process.execPath)), ...(options.reads ?? [])]
  const cache = options.cache ?? dirname(options.scratch)
  return {
    options,
    root,
    home,
    writes: writes.filter((path) => path !== root),
    toolchain: () => {
      toolchain ??= findToolchain({path: options.path, home, root, more})
      return toolchain
    },
    groups: openGroups(options.ownPid, cache),
    cache,
    ledger: options.ledger ?? join(cache, 'live'),
    isRoot: process.getuid?.() === 0,
    ...boxIn(options.scratch),
  }
}

/** Names the project the way the mounts do when it was opened through a symbolic link. */
export const realPathIn = (ground: Ground, path: string): string => {
  const given = ground.options.root
  if (given === ground.root || !(path === given || path.startsWith(`${given}/`))) return path
  return ground.root + path.slice(given.length)
}

/** The owner of a folder when Penguin is root and the owner is not. */
export const ownerOf = (ground: Ground, folder: string): Owner | null => {
  if (!ground.isRoot) return null
  const found = statSync(folder, {throwIfNoEntry: false})
  return found && found.uid !== 0 ? {uid: found.uid, gid: found.gid} : null
}

/** PATH, HOME, LANG, TMPDIR and TERM, then what the caller adds; never the environment of Penguin. */
export const commandEnv = (ground: Ground, job: Pick<Job, 'env'>, home: string, tmp: string, more: Record<string, string>): Record<string, string> => {
  const env = {
    PATH: ground.toolchain().path,
    HOME: home,
    LANG: ground.options.lang ?? 'C.UTF-8',
    TMPDIR: tmp,
    TERM: 'dumb',
    ...more,
    ...ground.options.env,
    ...job.env,
  }
  // Penguin's own cache of compiled code must not be written by others.
  return Object.fromEntries(Object.entries(env).filter(([name, value]) => name !== 'NODE_COMPILE_CACHE' && typeof value === 'string'))
}

let cores: number | undefined

/** Threads count as processes; a test runner starts some per core. */
export const defaultProcesses = (): number => {
  cores ??= availableParallelism()
  return Math.max(512, 128 * cores)
}

// sh, and bwrap twice.
const ownTasks = 4

const leastMemoryBytes = 512 * 1024 ** 2

/** Half of the machine, and never so much of what is free that others are killed for it. */
export const defaultMemory = (): number => {
  const container = containerBytes()
  return Math.floor(Math.min(machineBytes(container) / 2, Math.max(leastMemoryBytes, availableBytes(container) * 0.8)))
}

/** A control group with the job's limits. */
export const takeGroup = (ground: Ground, job: Pick<Job, 'limits'>): Group | undefined => ground.groups?.take(groupLimits(job))

export const groupLimits = ({limits}: Pick<Job, 'limits'>): GroupLimits => ({
  processes: (limits.processes ?? defaultProcesses()) + ownTasks,
  memoryBytes: limits.memoryBytes ?? defaultMemory(),
})

const kernelCountsPerNamespace = (): boolean => {
  const [major = 0, minor = 0] = readRelease().split('.').map(Number)
  return major > 5 || (major === 5 && minor >= 14)
}

const readRelease = (): string => {
  try {
    return readFileSync('/proc/sys/kernel/osrelease', 'utf8')
  } catch {
    return ''
  }
}

/** What is left for the shell's limits. `ownNamespace`: the job has a user namespace of its own; `uid`: who it runs as. */
export const boundsFor = (ground: Ground, group: Group | undefined, {ownNamespace, uid}: {ownNamespace: boolean; uid: number}): Bounds => {
  const pidsGroup = group !== undefined && ground.groups?.pids === true
  return {
    memoryGroup: group !== undefined && ground.groups?.memory === true,
    pidsGroup,
    otherTasks: pidsGroup || (ownNamespace && kernelCountsPerNamespace()) ? 0 : tasksOf(uid),
    // Asking the machine takes a dozen files: only where no control group answers.
    get defaultProcesses() {
      return defaultProcesses()
    },
    get defaultMemoryBytes() {
      return defaultMemory()
    },
  }
}

/**
 * What no control group limits is watched while it runs. Processes only for root, who is exempt from RLIMIT_NPROC; memory for
 * everybody, because the shell's limits are for one process each.
 */
export const watchedLimits = (ground: Ground, {limits}: Job, group: Group | undefined, owner: Owner | null): Omit<Watched, 'marker'> => ({
  maxProcesses: !ground.isRoot || owner || (group && ground.groups?.pids) ? undefined : (limits.processes ?? defaultProcesses()),
  maxMemoryBytes: group && ground.groups?.memory ? undefined : (limits.memoryBytes ?? defaultMemory()),
})

const closeOnExec = 0o2000000

/** Descriptors from 3 on that would pass into children by mistake. */
export const leakedFds = (): number[] => {
  try {
    return readdirSync('/proc/self/fd')
      .map(Number)
      .filter((fd) => fd > 2 && (flagsOf(fd) & closeOnExec) === 0)
  } catch {
    return []
  }
}

const flagsOf = (fd: number): number => {
  try {
    return Number.parseInt(/flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1] ?? '', 8)
  } catch {
    return closeOnExec
  }
}

/** Entries of a stdio list from fd 3 on: `own` first, then `cover` (a descriptor of /dev/null) over every leak. */
export const coverFds = (own: number[], leaks: readonly number[], cover: number): (number | 'ignore')[] => {
  const last = Math.max(2 + own.length, ...leaks)
  return Array.from({length: last - 2}, (_, at) => own[at] ?? (leaks.includes(at + 3) ? cover : 'ignore'))
}
