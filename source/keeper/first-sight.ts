// Whoever comes back to a session is shown what was before anything else is looked up: what can wait, waits for that.

export interface FirstSight {
  /** A screen has been told what was, or the gist of it. */
  seen(): void
  /** Resolves then; at once where nothing was, and also when no screen comes. */
  over: Promise<void>
}

const longestMs = 1000

export const openFirstSight = (hasPast: boolean): FirstSight => {
  const {promise: over, resolve: seen} = Promise.withResolvers<void>()
  if (hasPast) setTimeout(seen, longestMs).unref()
  else seen()
  return {seen, over}
}
