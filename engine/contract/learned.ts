// What experience says of a route: how often it answers, how fast, how its tokens are counted. Kept per route and
// kind of task in the user's state folder, weighed so that old news fades.

/** What a step asks of a model, as the router tells steps apart. */
export const taskKinds = ['question', 'edit', 'complex', 'plan', 'find', 'test', 'review'] as const
export type TaskKind = (typeof taskKinds)[number]

export type Policy = 'balanced' | 'cost' | 'latency' | 'quality' | 'local-first'

export interface Learned {
  route: string
  kind: TaskKind
  /** Weights of calls that answered and that failed; each new one makes the older ones count less. */
  good: number
  bad: number
  /** The same for runs: ended well, or not, with this model at the work. */
  wins: number
  losses: number
  /** ms until the first token, and tokens a second after it; 0 = not seen yet. */
  firstMs: number
  tokensPerSec: number
  /** Tokens that the server counted for one that was estimated; 0 = not seen yet. */
  ratio: number
  /** ms since 1970. */
  at: number
}
