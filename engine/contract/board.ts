// The board as data: what the crew has done so far, as far as deciding needs to know it. Folded in
// `engine/fold/board.ts`, read in `engine/task/decide.ts`; the two never import each other.

import type {Outcome} from './outcome.ts'
import type {Handed, Step} from './task.ts'

export interface StepState extends Step {
  agent: string
  span: string
  brief: string
  /** null while somebody works on it. */
  handed: Handed | null
  why: string
  text: string
  /** Did the files of this candidate differ from the start when it was handed over? */
  changed: boolean
  confidence?: 'high' | 'medium' | 'low'
}

export interface CheckedState {
  attempt: number
  state: 'green' | 'red' | 'person' | 'none'
  /** Of what failed, so that the same failure is known again. */
  signature: string
  summary: string
  /** The failing checks as a model should read them; '' when green. */
  report: string
  /** Of a repair that no model made. */
  confidence?: 'high' | 'medium' | 'low'
}

export interface CandidateState {
  candidate: number
  checked: CheckedState[]
  restarts: number
  adopted: boolean
  dropped: boolean
}

export interface Board {
  opened: boolean
  /** Steps in the order in which they were started. */
  steps: StepState[]
  candidates: ReadonlyMap<number, CandidateState>
  /** Caps that were reached. */
  exceeded: string[]
  /** Asks that nobody answered. */
  unanswered: number
  /** Asks that were raised; names the next one. */
  asks: number
  agents: number
  closed: Outcome | null
}
