// One small breaker per route: a route that was given up is left alone for a while, then tried once. It orders the
// chain and never refuses: when every route is open, the first is tried all the same.
//
//   closed --bad--> open --time, `order`--> half-open --good--> closed
//                     ^----------bad------------'
//
// How long it is left alone doubles with each time that it is given up, and what is counted decays: an hour of good
// behaviour forgets a bad minute.

export type BreakerState = 'closed' | 'open' | 'half-open'

interface Entry {
  state: BreakerState
  untilTick: number
  /** Times it was given up, each worth less the longer ago it is. */
  strikes: number
  struckTick: number
}

/** Left alone after transient trouble, and after trouble that a person must mend (a key, a model's name). */
const coolMs = {transient: 30_000, lasting: 600_000}
const longestMs = 1_800_000
/** After this time a strike counts half. */
const halfLifeMs = 600_000

export interface Trouble {
  why: string
  lasting: boolean
  /** The server asked to be left alone as long as this. */
  waitMs?: number
}

export const openBreakers = (tick: () => number, turned: (route: string, state: BreakerState, why: string) => void) => {
  const entries = new Map<string, Entry>()
  const stateOf = (route: string): BreakerState => entries.get(route)?.state ?? 'closed'
  const strikesOf = (route: string): number => {
    const entry = entries.get(route)
    return entry ? entry.strikes * 0.5 ** ((tick() - entry.struckTick) / halfLifeMs) : 0
  }
  const turn = (route: string, why: string, next: Entry): void => {
    const before = stateOf(route)
    entries.set(route, next)
    if (before !== next.state) turned(route, next.state, why)
  }
  return {
    stateOf,
    /** The routes in the order in which to try them: those left alone come last. */
    order: <T extends {name: string}>(chain: readonly T[]): T[] => {
      for (const {name} of chain) {
        const entry = entries.get(name)
        if (entry?.state === 'open' && entry.untilTick <= tick()) turn(name, 'time to try it again', {...entry, state: 'half-open'})
      }
      const isOpen = ({name}: T) => stateOf(name) === 'open'
      return [...chain.filter((one) => !isOpen(one)), ...chain.filter(isOpen)]
    },
    good: (route: string): void => {
      const entry = entries.get(route)
      if (entry && entry.state !== 'closed') turn(route, 'it answered', {...entry, state: 'closed'})
    },
    bad: (route: string, {why, lasting, waitMs = 0}: Trouble): void => {
      const strikes = strikesOf(route)
      const cool = Math.min(longestMs, (lasting ? coolMs.lasting : coolMs.transient) * 2 ** strikes)
      turn(route, why, {state: 'open', untilTick: tick() + Math.max(cool, waitMs), strikes: strikes + 1, struckTick: tick()})
    },
  }
}
