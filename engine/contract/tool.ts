// What a tool is: a schema, what it needs, what it does, and how it tells a model and a person about it.

import type {Envelope} from '../base/envelope.ts'
import type {CallId} from '../base/id.ts'
import type {Need, Permissions} from './permission.ts'
import type {Sandbox, SandboxState} from './sandbox.ts'
import type {Schema} from './schema.ts'
import type {Path} from './workspace.ts'

/** Everything a tool may touch. One per agent and tree; nothing else reaches a tool. */
export interface Site {
  /** Where the agent's files really lie on disk: the project, or a candidate's copy of it. */
  dir: string
  /** The project's root as the agent and its commands see it; equal to `dir` when editing in place. */
  root: string
  /** More folders that may be read and written. */
  addDirs: string[]
  sandbox: Sandbox
  permissions: Permissions
  /** Checks that were detected or given at start. */
  checks: Check[]
  /** Relative paths that may not be written, with the reason ('' when allowed). */
  guarded(path: Path): string
  /** Shows a line or chunk in the agent's pane and as `tool.output`. */
  say(text: string): void
  /** Asks a person; resolves with the chosen text, or a fault when nobody can answer. */
  ask(question: {text: string; choices?: string[]}): Promise<Envelope<string>>
  /** Reports a passing or kept event of the tool's own (`plan.updated`, `patch.scored` …). */
  note(type: string, body: Record<string, unknown>): void
  /** Hash of each file as this agent last saw it: what makes a stale edit refusable. Shared by the file tools. */
  seen: Map<Path, string>
  /** Directory for throwaway copies and scratch files, outside the project. */
  scratch: string
  signal: AbortSignal
  /** The time a command may take when the call names none, ms. */
  commandMs: number
  /** False: edits are not held against the grammar of their language. Default true. */
  syntax?: boolean
}

export interface Told {
  /** What goes back to the model. */
  model: string
  /** One line for the pane and the log. */
  line: string
  /** Body of `tool.done.result`: small, machine-readable. */
  result: Record<string, unknown>
  /** The whole output when `model` is a clipping of it; stored as a blob. */
  whole?: string
}

/** Lines of a file before and after a change, with some around them, for the person who is asked about it. */
export interface Preview {
  path: Path
  /** Number of the first line, from 1. */
  line: number
  old: string
  new: string
}

export interface Tool<In> {
  name: string
  /** What the model reads; keep it to one or two lines. */
  does: string
  takes: Schema<In>
  needs(input: In, site: Site): Need[]
  /**
   * Paths that the call will change ('any' for commands); [] for a pure reader. An effect starts only after its
   * `tool.called` is durable, and what it changed is recorded.
   */
  touches(input: In, site: Site): readonly Path[] | 'any'
  /** Only reads; undefined when the call itself says all that can be said. What it throws is not told. */
  preview?(input: In, site: Site): Promise<Preview | undefined>
  /** May throw a FaultError; anything else becomes `tool.crashed`. */
  run(input: In, site: Site): Promise<Told>
  /** Set when calls of it may run side by side with other such calls. */
  parallel?: boolean
}

/** A tool of any input; method bivariance makes every Tool one, and the runner validates before it calls. */
export type AnyTool = Tool<unknown>

/** Body of `tool.done`. */
export interface ToolDone {
  call: CallId
  tool: string
  ok: boolean
  result?: Record<string, unknown>
  error?: {code: string; msg: string; hint: string; again: boolean}
  wallMs: number
  sandbox: SandboxState
}

/** One check of the final gate, as `run.opened.checks` lists it. */
export interface Check {
  /** `tests`, `tests:PATH`, `lint`, `types`, `build`, `check:1` … */
  gate: string
  command: string
  /** Where the command comes from: `package.json scripts.test`, `--check`, `config`. */
  from: string
  /** Folder it runs in, relative to the root; '' for the root. */
  dir: string
  /** `node:test`, `vitest`, `jest`, `mocha`, `pytest`, `unittest`, `cargo`, `go`, `make`, `command`. */
  runner: string
  required: boolean
}
