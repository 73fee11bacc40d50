// Who is there: agents by id, each with its link, the step it works on and the effects it has under way. Hiring
// and leaving are events; a process that goes without being sent away is lost, and noticed when its link closes.
//
//   hired ──ready──▶ idle ⇄ working ──dismiss──▶ left
//                        └──link closed──▶ lost (its step is given to a new process with the same id)

import type {AgentId} from '../base/id.ts'
import type {StepState} from '../contract/board.ts'
import type {HostLink} from '../contract/link.ts'

/** A tool call or model call that was let go and has not reported its end. */
export interface UnderWay {
  span: string
  call: string
  tool: string
  touches: readonly string[] | 'any'
  candidate: number
}

export interface Agent {
  id: AgentId
  ordinal: number
  role: string
  candidate: number
  pid: number
  /** null until the process has said hello. */
  link: HostLink | null
  step: StepState | null
  /** Has it worked before, so that the journal knows its conversation? */
  known: boolean
  effects: Map<string, UnderWay>
  dismissed: boolean
  /** Resolves once nothing of it runs any more and all that it said has been heard, with how it ended. */
  gone: Promise<string>
  /** What a person said before it was linked. */
  steers: string[]
}

export interface Roster {
  add(agent: Agent): void
  get(id: string): Agent | undefined
  /** The idle agent of that role and candidate, if one is there. */
  idle(role: string, candidate: number): Agent | undefined
  remove(id: string): void
  all(): Agent[]
}

export const openRoster = (): Roster => {
  const agents = new Map<string, Agent>()
  return {
    add: (agent) => void agents.set(agent.id, agent),
    get: (id) => agents.get(id),
    idle: (role, candidate) =>
      [...agents.values()].find((agent) => agent.role === role && agent.candidate === candidate && agent.step === null && !agent.dismissed),
    remove: (id) => void agents.delete(id),
    all: () => [...agents.values()],
  }
}
