// A person's hand on what an agent does at this moment: what is under way ends, and nothing new begins before there
// are words to go on with, or the agent's life is over.
//
//   free ──pull──▶ held ──words, said before or after──▶ free
//
// Law: a brake that nobody pulls costs nothing and changes nothing.

export interface Brake {
  /** Of what begins now; aborted by a pull and by the end of the agent's life. */
  signal(): AbortSignal
  pulled(): boolean
  pull(): void
  /** Somebody said something, or the life is over: whoever waits looks again. */
  nudge(): void
  /** Resolves once `hasWords` holds or the life is over; what begins after that is free again. */
  released(hasWords: () => boolean): Promise<void>
  /** The work is over: nothing is held any more. */
  reset(): void
}

export const openBrake = (life: AbortSignal): Brake => {
  let act = new AbortController()
  let signal = AbortSignal.any([life, act.signal])
  let wake = (): void => undefined
  const reset = (): void => {
    if (!act.signal.aborted) return
    act = new AbortController()
    signal = AbortSignal.any([life, act.signal])
  }
  return {
    signal: () => signal,
    pulled: () => act.signal.aborted,
    pull: () => act.abort(),
    nudge: () => wake(),
    released: async (hasWords) => {
      while (!hasWords() && !life.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      wake = () => undefined
      reset()
    },
    reset,
  }
}
