// Which routes are known to be in trouble, over all agents of a run: a fold of what their breakers reported. An agent
// that is hired later does not have to find out again.

import type {Event} from '../contract/event.ts'

export type Health = 'closed' | 'half-open' | 'open'

/** As long as a breaker leaves a route alone; after that it may be tried. */
const coolMs = 30_000

export const openHealth = (now: () => number) => {
  const turned = new Map<string, {state: Health; at: number}>()
  return {
    take: (event: Event): void => {
      if (event.type === 'breaker.turned') turned.set(event.body.route, {state: event.body.state, at: event.at})
      if (event.type === 'model.replied') turned.delete(event.body.route)
    },
    of: (route: string): Health => {
      const seen = turned.get(route)
      if (!seen) return 'closed'
      return seen.state === 'open' && now() - seen.at >= coolMs ? 'half-open' : seen.state
    },
  }
}
