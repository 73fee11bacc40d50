// Time as a port. The real clock is made in `source`; tests hand in one that they turn themselves.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  tick(): number
  /** Resolves after `ms`, or rejects with the signal's reason. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

/** Node takes a longer delay for 1 ms. */
export const longestTimerMs = 2 ** 31 - 1
