// What an agent may spend, and what was spent. Every call is reserved with the host before it is sent, so a
// cap is never passed by more than the calls in flight.

export interface Usage {
  /** Tokens, cached ones included. */
  input: number
  output: number
  /** Part of output where the provider counts it so; never added twice. */
  reasoning: number
  /** Part of input that came from the provider's cache. */
  cached: number
}

/** A line of `run.closed.usage`. */
export interface Spent extends Usage {
  usd: number
  calls: number
  wallMs: number
  thinkingMs: number
}

export interface Caps {
  tokens?: number
  usd?: number
  calls?: number
  turns?: number
  /** From the start of the process. */
  timeoutSec?: number
}

/** Where a call may go: first healthy one wins, the next on failure. */
export interface Route {
  provider: string
  model: string
}

export const routeName = (route: Route): string => `${route.provider}/${route.model}`

/** Why the routes of a grant stand in their order, as `route.chosen` tells it. */
/** A route as it was weighed for a step. No interface: it goes into an event's body, which takes fields unknown to us. */
export type Scored = {
  route: string
  /** 0 to 1: higher is tried earlier, among the usable. */
  score: number
  usable: boolean
  /** Chance that it answers and the work holds. */
  success: number
  quality: number
  /** Expected for the step; undefined = unpriced. */
  usd?: number
  ms: number
  waitMs: number
  local: boolean
  /** What speaks against it, or what decided. */
  why: string
}

export interface RouteReason {
  policy: string
  kind: string
  reason: string
  scores: Scored[]
}

export interface Grant {
  routes: Route[]
  caps: Caps
  reason?: RouteReason
  /** By route: tokens that its server counts for one that is estimated, as learned so far. */
  ratios?: Record<string, number>
}

export const noUsage: Usage = {input: 0, output: 0, reasoning: 0, cached: 0}
