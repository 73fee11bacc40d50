// What the crew needs from the world, handed in by the host's composition root.

import type {Clock} from '../base/clock.ts'
import type {Dice} from '../base/id.ts'
import type {StepState} from '../contract/board.ts'
import type {Caps} from '../contract/grant.ts'
import type {Journal} from '../contract/journal.ts'
import type {Assignment} from '../contract/link.ts'
import type {Message} from '../contract/message.ts'
import type {Limits} from '../contract/task.ts'
import type {BlobStore, CandidateSite, Change} from '../contract/workspace.ts'
import type {Lasting} from './asks.ts'
import type {Hired} from './hire.ts'
import type {MendPorts} from './mend.ts'
import type {VerifyPorts} from './verify.ts'

/** What changes from one assignment to the next; the host adds everything else. */
export interface StepWork {
  step: StepState
  agent: string
  ordinal: number
  brief: string
  history: Message[]
  keep: boolean
  nextCall: number
  turn: number
}

export interface CrewPorts extends Omit<VerifyPorts, 'site' | 'start'> {
  journal: Journal
  blobs: BlobStore
  clock: Clock
  dice: Dice
  limits: Limits
  caps: Caps
  /** Most that one agent of a role may spend, within what the run has left. */
  roleCaps?: Readonly<Record<string, Caps>>
  request: string
  /** What was said in the run that this one resumes; the first coder goes on from it. */
  inherited: Message[]
  /** Starts an agent; its process is there at once, its link a little later. */
  hire(agent: string): Hired
  /** Ends whatever a dead agent's commands left behind. */
  sweep(): void
  assignment(work: StepWork): Assignment
  /** Made on first use; the user's own tree, or a copy with what the candidate has made of it so far. Throws a FaultError when it cannot be laid. */
  openSite(candidate: number, made: Change[][]): CandidateSite
  /** Puts a candidate's files back as they were at the start. Answers what was done, and what somebody else has changed since. */
  restoreStart(site: CandidateSite, made: Change[][]): {changes: Change[]; conflicts: string[]}
  /** Applies a candidate's changes to the user's tree. Answers the conflicts, and what was done. */
  adopt(site: CandidateSite, made: Change[][]): {changes: Change[]; conflicts: string[]}
  /** Repairs that ask no model; absent: there are none. */
  mends?: MendPorts
  /** An agent has read a key anew from its source. */
  keyRenewed?(source: string, key: string): void
  /** How many candidates are checked at the same time. Default 1. */
  lanes?: number
  /** null: nobody can be asked. Else ms to wait for an answer. */
  askMs: number | null
  /** Writes down what a person allows for good. */
  lasting: Lasting
  /** Instead of child processes, agents in this one. */
  inProcess: boolean
  summarize(changes: Change[]): {path: string; change: 'added' | 'changed' | 'deleted'; add: number; del: number}[]
}
