// What the loop needs from the world, handed in by the composition root: the loop itself never touches a
// disk, a clock, a socket or a process.

import type {Clock} from '../base/clock.ts'
import type {Envelope, Fault} from '../base/envelope.ts'
import type {Dice} from '../base/id.ts'
import type {Usage} from '../contract/grant.ts'
import type {AgentLink, Assignment} from '../contract/link.ts'
import type {Call, Message} from '../contract/message.ts'
import type {Sampling, ToolSpec, Turn} from '../contract/model.ts'
import type {Need} from '../contract/permission.ts'
import type {Preview, ToolDone} from '../contract/tool.ts'

/** One whole reply, or why there is none. */
export interface Reply {
  route: string
  text: string
  thought: string
  calls: Call[]
  why: 'stop' | 'length' | 'calls' | 'fault'
  usage: Usage
  usd: number
  wallMs: number
  firstMs?: number
  thinkingMs?: number
  /** What the server says of how it answered. */
  told?: Record<string, string | number>
  keep?: {provider: string; items: unknown[]}
  error?: Fault
}

export interface AskHooks {
  /** Asks the host to reserve the call; a refusal ends it. Each attempt is reserved anew. */
  reserve(asked: {
    route: string
    attempt: number
    tokens: number
    usd: number
    requestSha256: string
    sampling: Sampling
    estimated?: number
  }): Promise<Envelope<void>>
  onText(text: string, thought: boolean): void
  onFailed(failed: {route: string; attempt: number; error: Fault; usage: Usage; usd: number; wallMs: number; retryInMs?: number}): void
  onRoute(chosen: {route: string; why: string; others: string[]}): void
  onBreaker(turned: {route: string; state: 'closed' | 'open' | 'half-open'; why: string}): void
}

/** Something that the rules leave to a person. */
export interface Asked {
  what: string
  why: string
  rule?: string
  /** With these it would not be asked about again; absent when no rule can do that. */
  rules?: string[]
  preview?: Preview
}

export interface CallHooks {
  /** Called only for what the rules leave to a person. */
  permit(asked: Asked): Promise<Envelope<void>>
  /** The call is valid and allowed; for an effect this resolves once the host has it on record. */
  begin(called: {input: unknown; needs: Need[]; touches: readonly string[] | 'any'}): Promise<Envelope<unknown>>
  onOutput(text: string): void
  /** A kept event of the tool's own. */
  note(type: string, body: Record<string, unknown>): void
  ask(question: {text: string; choices?: string[]}): Promise<Envelope<string>>
}

/** Everything for one assignment: models, tools and the agent's files. */
export interface Work {
  specs: ToolSpec[]
  /** More for the system prompt: how this model writes its edits; '' for tool calls. */
  guide: string
  ask(turn: Turn, hooks: AskHooks): Promise<Reply>
  run(call: Call, hooks: CallHooks): Promise<{done: ToolDone; told: string; line: string; whole?: string; finish?: string}>
  isParallel(tool: string): boolean
  /** Tokens that a request may have: window less output and a margin. */
  budgetTokens: number
  sizeOf(messages: readonly Message[]): number
  /** Calls that leaked into a text; none when it is only text. */
  recover(text: string): {calls: Omit<Call, 'id'>[]; text: string}
  /** What is wrong with a final answer that must match a schema; '' when it matches or none is asked. */
  checkAnswer(text: string): Promise<string>
  close(): Promise<void>
}

export interface AgentPorts {
  link: AgentLink
  clock: Clock
  dice: Dice
  /** Resolves quickly; heavy parts load while the first request is on its way. `signal`: of what begins now. */
  openWork(assignment: Assignment, signal: () => AbortSignal): Promise<Work>
}
