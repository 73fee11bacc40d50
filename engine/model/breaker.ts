// One small breaker per route: a route that was given up is left alone for a while, then tried once. It orders the
// chain and never refuses: when every route is open, the first is tried all the same.

export type BreakerState = 'closed' | 'open' | 'half-open'

interface Entry {
  state: BreakerState
  untilTick: number
}

/** Left alone after transient trouble, and after trouble that a person must mend (a key, a model's name). */
const coolMs = {transient: 30_000, lasting: 600_000}

export const openBreakers = (tick: () => number, turned: (route: string, state: BreakerState, why: string) => void) => {
  const entries = new Map<string, Entry>()
  const stateOf = (route: string): BreakerState => entries.get(route)?.state ?? 'closed'
  const turn = (route: string, state: BreakerState, why: string, untilTick = 0): void => {
    const before = stateOf(route)
    entries.set(route, {state, untilTick})
    if (before !== state) turned(route, state, why)
  }
  return {
    stateOf,
    /** The routes in the order in which to try them: those left alone come last. */
    order: <T extends {name: string}>(chain: readonly T[]): T[] => {
      for (const {name} of chain) {
        const entry = entries.get(name)
        if (entry?.state === 'open' && entry.untilTick <= tick()) turn(name, 'half-open', 'time to try it again')
      }
      const isOpen = ({name}: T) => stateOf(name) === 'open'
      return [...chain.filter((one) => !isOpen(one)), ...chain.filter(isOpen)]
    },
    good: (route: string): void => {
      if (stateOf(route) !== 'closed') turn(route, 'closed', 'it answered')
    },
    bad: (route: string, why: string, lasting: boolean): void => turn(route, 'open', why, tick() + (lasting ? coolMs.lasting : coolMs.transient)),
  }
}
