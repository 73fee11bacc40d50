// Whoever comes back to a session is shown what was before anything else is looked up: what can wait, waits for that.

export interface FirstSight {
  /** A screen has been told what was, or the gist of it. */
  seen(): void
  /** Resolves a moment after that; at once where nothing was, and also when no screen comes. */
  over: Promise<void>
}

/** What it was told is drawn by then, and the panes beside it. */
const drawnMs = 150
const longestMs = 1000

export const openFirstSight = (hasPast: boolean): FirstSight => {
  const {promise: over, resolve} = Promise.withResolvers<void>()
  if (hasPast) setTimeout(resolve, longestMs).unref()
  else resolve()
  return {seen: () => void setTimeout(resolve, drawnMs).unref(), over}
}
