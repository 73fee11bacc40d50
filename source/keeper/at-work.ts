// Who of a run is at work, and who of them was stopped and waits for words. From the events of the run alone.

import type {Event} from '../../engine/contract/event.ts'

export interface AtWork {
  note(event: Event): void
  /** A run begins or has ended. */
  clear(): void
  has(agent: string): boolean
  isAnybody(): boolean
  /** Nobody works: whoever has something to do was stopped. */
  areAllStopped(): boolean
  /** Words are on their way to one, or to all. */
  woken(agent?: string): void
}

export const openAtWork = (): AtWork => {
  const working = new Set<string>()
  const stopped = new Set<string>()
  return {
    note: (event) => {
      const agent = event.agent ?? ''
      if (event.type === 'task.started') working.add(agent)
      if (event.type === 'phase.handed' || (event.type === 'role.lost' && !event.body.replaced)) working.delete(agent)
      // Told of nobody but who was stopped.
      if (event.type === 'role.idle') stopped.add(agent)
      else if (event.type === 'task.started' || event.type === 'model.asked' || event.type === 'tool.called') stopped.delete(agent)
    },
    clear: () => {
      working.clear()
      stopped.clear()
    },
    has: (agent) => working.has(agent),
    isAnybody: () => working.size > 0,
    areAllStopped: () => [...working].every((agent) => stopped.has(agent)),
    woken: (agent) => {
      if (agent === undefined) stopped.clear()
      else stopped.delete(agent)
    },
  }
}
