// Running other people's programs: what a job may see, write and use up. Data and one port; the levels are
// built in `engine/sandbox`. A job that fails is a report, never a throw.

import type {Fault} from '../base/envelope.ts'

export type SandboxLevel = 'bwrap' | 'srt' | 'docker' | 'unshare' | 'limits' | 'off'

/** Goes into `run.opened` and every tool event. */
export interface SandboxState {
  level: SandboxLevel
  writes: 'confined' | 'open'
  network: 'off' | 'allowlist' | 'open'
  /** Why it is not stronger, in one line. */
  why?: string
}

export interface JobLimits {
  wallMs: number
  /** Per process, by RLIMIT_CPU. */
  cpuMs?: number
  /** Of the whole tree: by a memory cgroup where one can be had, else by RLIMIT_AS per process and by watching the whole. */
  memoryBytes?: number
  /** Kept of stdout and of stderr, each; beyond it the middle is dropped, and past 64 times as much the job is killed. */
  outputBytes: number
  processes?: number
  /** Largest file that may be written, by RLIMIT_FSIZE. */
  fileBytes?: number
}

/** Puts the folder `from` at the path `at` for the job; the user's own files there are then out of its sight. */
export interface Overlay {
  at: string
  from: string
  mode: 'rw' | 'ro'
}

export interface Job {
  /** Program and arguments; a shell line is `['bash', '-c', line]`. */
  argv: string[]
  cwd: string
  /** Added to the clean base environment (PATH, HOME, LANG, TMPDIR, TERM). */
  env?: Record<string, string>
  overlays?: Overlay[]
  /** False: the project is bound read-only. Default true. */
  writable?: boolean
  /**
   * True: the private home folder of this sandbox lives on between such jobs (build caches, settings of tools).
   * Default false, a fresh one; never true for a check, because a command could leave something there for it.
   */
  keepHome?: boolean
  /** Default: what the sandbox was opened with. */
  network?: 'off' | 'open'
  limits: JobLimits
  stdin?: string
  onOutput?(chunk: string, stream: 'out' | 'err'): void
}

/** What is known of a job before its command is. */
export type NextJob = Pick<Job, 'cwd' | 'env' | 'overlays' | 'writable' | 'keepHome' | 'network'>

export interface JobReport {
  /** null when it was killed or never started. */
  exitCode: number | null
  signal?: string
  stdout: string
  stderr: string
  /** Bytes dropped from the middle of stdout and stderr together. */
  cutBytes: number
  wallMs: number
  /** Set when a limit or the caller ended it. */
  killedFor?: 'wall' | 'cpu' | 'memory' | 'output' | 'stopped' | 'processes'
  /** Set when it could not be started at all. */
  error?: Fault
}

export interface Sandbox {
  readonly state: SandboxState
  run(job: Job, signal: AbortSignal): Promise<JobReport>
  /** A job like this is likely to come soon: what it takes may be made ready now. Starts no command, and changes no file of the project. */
  prepare?(next: NextJob): void
  /** Ends whatever still lives and removes temporary folders. */
  close(): Promise<void>
}

/** What `auto` and `doctor` learn by trying each level. */
export interface LevelProbe {
  level: SandboxLevel
  ok: boolean
  why: string
  /** The command that mends it; '' if none. */
  hint: string
}
