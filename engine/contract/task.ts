// Tasks, phases and intents as data. What to do next is decided in `engine/task/decide.ts`, purely.

import type {Outcome} from './outcome.ts'

export type Phase = 'explore' | 'plan' | 'implement' | 'test' | 'review' | 'repair' | 'verify' | 'adopt' | 'done' | 'failed'

/** How an agent's piece of work ended. */
export type Handed = 'finished' | 'capped' | 'stuck' | 'provider' | 'person' | 'stopped' | 'failed'

/** One assignment: at most one agent works on it at a time; `key` is unique in the run. */
export interface Step {
  key: string
  phase: Phase
  role: string
  attempt: number
  candidate: number
  /** True: a conversation of its own; false: the agent of the candidate goes on with the one it has. */
  fresh: boolean
}

/** What decide asks the crew to do. `key` makes it idempotent: the journal takes each key once. */
export type Intent =
  | ({do: 'assign'} & Step)
  | {do: 'check'; key: string; candidate: number; attempt: number}
  | {do: 'restart'; key: string; candidate: number}
  | {do: 'adopt'; key: string; candidate: number}
  | {do: 'finish'; key: string; outcome: Outcome; reason: string; candidate: number}

/** The candidate whose whole work a patch is; undefined for a single edit within one (`m_…`). */
export const candidateOfPatch = (patch: string): number | undefined => {
  const [, candidate] = /^p_(\d+)$/.exec(patch) ?? []
  return candidate === undefined ? undefined : Number(candidate)
}

/** What decide may count on; made once by the host from flags, config and route. */
export interface Limits {
  candidates: number
  /** Roles hired before and after the coder whatever happens. */
  crew: {explorer: boolean; planner: boolean; tester: boolean}
  /** Repairs of one conversation after a red gate. */
  repairs: number
  /** Fresh starts after the repairs are spent, with a reviewer's root cause. */
  restarts: number
  /** When the checks run: after every request, only when files changed, or not at all. */
  gate: 'always' | 'changed' | 'never'
  /** Checks there are. */
  checks: number
  /** Work happens on copies and the best is adopted at the end. */
  isolated: boolean
}
