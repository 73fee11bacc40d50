// The eleven messages between a host and one agent. ndjson over a unix socket, or a pair in memory: same code.
// Only `event` with a `wait` and `ask` are answered; nothing else ever waits for the host.

import type {Fault} from '../base/envelope.ts'
import type {Draft} from './event.ts'
import type {Grant} from './grant.ts'
import type {Message} from './message.ts'
import type {ProviderSettings, Sampling} from './model.ts'
import type {Permissions} from './permission.ts'
import type {Role} from './role.ts'
import type {Overlay, SandboxLevel, SandboxState} from './sandbox.ts'
import type {Check, Preview} from './tool.ts'

/** A key was read anew from its source: whoever has it must not show it, and may use it. Up from who read it, down to all others. */
export interface KeyRenewed {
  say: 'key'
  source: string
  key: string
}

/** Everything one agent needs for one piece of work. */
export interface Assignment {
  run: string
  task: string
  phase: string
  attempt: number
  role: Role
  agent: string
  ordinal: number
  /** The request as the user said it. */
  goal: string
  /** What this piece of work begins with: the request, or a failing gate's report; '' when the history says it all. */
  brief: string
  /** Conversation to go on from; empty for a fresh start. With `keep`, the agent goes on with its own. */
  history: Message[]
  keep: boolean
  grant: Grant
  sampling: Sampling
  providers: Record<string, ProviderSettings>
  /** The project's root as commands see it, and where this agent's files really lie. */
  root: string
  dir: string
  /** What every job of the agent is laid over with: a candidate's tree at the project's own path. */
  overlays: Overlay[]
  addDirs: string[]
  scratch: string
  permissions: Permissions
  sandbox: {
    level: SandboxLevel
    network: SandboxState['network']
    hosts?: string[]
    writes: string[]
    trusted: boolean
    home: string
    path: string
    lang?: string
    cache: string
  }
  /** What the sandbox in force promises, as every tool event states it. */
  sandboxState: SandboxState
  checks: Check[]
  /** Instruction files' texts, already capped. */
  instructions: {path: string; text: string}[]
  guarded: {globs: string[]; why: string}[]
  answer?: Record<string, unknown>
  slice?: {index: number; of: number}
  seed: number
  /** Ordinal of the next model call of this agent (recordings are keyed by it). */
  nextCall: number
  turn: number
  trace: string
  /** Of the step, and of the run above it. */
  span: string
  parent: string
  commandMs: number
  record?: string
  /** May syntax be checked at edit time? */
  syntax: boolean
}

export type Down =
  | {say: 'assign'; assignment: Assignment}
  | {say: 'answer'; id: number; choice: string; text?: string; error?: Fault}
  | {say: 'steer'; text: string}
  /** A person stops what the agent does at this moment; it waits for their words. */
  | {say: 'interrupt'}
  | {say: 'grant'; grant: Grant}
  | {say: 'stop'; graceMs: number; why: string}
  /** Answers an `event` that waits: it is durable and may start, or it is refused. */
  | {say: 'go'; id: number; refused?: Fault; told?: unknown}
  | KeyRenewed

export type Up =
  | {say: 'hello'; token: string; agent: string; pid: number}
  | KeyRenewed
  /** `wait`: do not go on before `go`. Used by `tool.called` of an effect and by `model.asked` (a reservation). */
  | {say: 'event'; draft: Draft; wait?: number; reserve?: {tokens: number; usd: number}}
  | {
      say: 'ask'
      id: number
      kind: 'permission' | 'question' | 'approval' | 'grant'
      text: string
      choices: string[]
      rule?: string
      /** What the choice `always` writes. */
      rules?: string[]
      /** The change that is asked about. */
      preview?: Preview
      call?: string
      span?: string
    }

export interface Link<Out, In> {
  send(message: Out): void
  onMessage(take: (message: In) => void): void
  onClose(take: (why: string) => void): void
  close(): void
}

export type HostLink = Link<Down, Up>
export type AgentLink = Link<Up, Down>
