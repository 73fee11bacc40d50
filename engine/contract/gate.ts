// A gate turns a recorded command into evidence. Only what the host itself ran counts; no word of a model does.

import type {Job, JobReport} from './sandbox.ts'
import type {Check} from './tool.ts'
import type {Laid, Path, Tree} from './workspace.ts'

export interface Counts {
  passed: number
  failed: number
  skipped: number
  /** Failures of the same gate at the start of the run; null when it was not run then. */
  failedBefore: number | null
}

/** Body of `gate.passed` and `gate.failed`. */
export interface GateReport {
  gate: string
  command: string
  exitCode: number | null
  outputSha256: string
  treeSha256: string
  startedAt: number
  wallMs: number
  /** One or a few lines: what is red and why. */
  summary: string
  /** null when the runner is unknown. */
  counts: Counts | null
}

export interface GateResult {
  passed: boolean
  report: GateReport
  /** The whole output of the deciding command. */
  output: string
  /** Failing tests with their messages, for the repair brief; empty when the runner is unknown. */
  failures: Failure[]
  /** Set when the run needs a person: old tests would have to change. */
  needsPerson?: {paths: Path[]; why: string}
}

export interface Failure {
  test: string
  file?: string
  line?: number
  message: string
}

/** What a gate may use; made by the host for each check. */
export interface GateSite {
  /** The project's root, as commands see it. */
  root: string
  /** The tree as it was when the run started, and as it is now. */
  start: Tree
  now: Tree
  treeSha256: string
  /** Globs of existing tests that may change (`--test-edits`). */
  testEdits: string[]
  /**
   * Lays a throwaway copy of the tree as it is now, ignored dependency folders included by link; each path for which
   * `fromStart` says true is put as it was at the start (or left out when it was not there then).
   */
  lay(fromStart: (path: Path) => boolean): Laid
  /** Content of a file at start or now; undefined when it was not there. */
  read(path: Path, when: 'start' | 'now'): Uint8Array | undefined
  /** Runs a job with `laid` bound over the root. */
  run(laid: Laid, job: Omit<Job, 'overlays'>): Promise<JobReport>
  failedBefore: number | null
  wallMs: number
  /** ms since 1970. */
  clock(): number
  signal: AbortSignal
}

export interface Gate {
  /** The checks this gate can run in the project; none when it does not suit. */
  detect(site: {dir: string; cwd: string; tree: Tree; changed: Path[]}): Promise<Check[]>
  check(check: Check, site: GateSite): Promise<GateResult>
}
