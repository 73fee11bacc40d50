// Handing events on while they happen. A kept event always comes from the record (or the short tail of it held here),
// by its seq, so a follower that is slow, late or in another process misses none and sees none twice. Passing events
// wait in a short queue of each follower; what does not fit there is dropped and counted.
//
//   append → published → wake ─┐
//   pass   → passed → queue ───┴▶ follow: tail or page after `seq` → passing ones of that seq → wait
//
// Law 1: a passing event is shown after the kept event whose seq it carries and before the next one.

import type {RunId} from '../base/id.ts'
import type {Event, EventType} from '../contract/event.ts'
import type {FollowQuery} from '../contract/journal.ts'
import {pieces} from './bound.ts'
import {type Page, type PageQuery, typeFilter} from './record.ts'

export interface Source {
  page(query: PageQuery, limit: number): Page
  /** Changes when another connection has written to the file. */
  version(): number
}

export interface Fanout {
  published(run: RunId, events: readonly Event[]): void
  passed(run: RunId, event: Event): void
  /** Is anybody there to see passing events of the run? */
  heard(run: RunId): boolean
  follow(query: FollowQuery, signal: AbortSignal): AsyncGenerator<Event>
  dropped(run: RunId): Partial<Record<EventType, number>>
  close(): void
}

interface Follower {
  run: RunId
  wants(type: string): boolean
  passing: boolean
  queue: Event[]
  queueChars: number
  /** Something may have happened since it last looked. */
  woken: boolean
  wake(): void
}

const pageRows = 256
const tailEvents = 512
const pollMs = 100
const queueEvents = 1000
const queueChars = 1024 * 1024

const textOf = (event: Event): string => {
  const {text} = event.body as {text?: unknown}
  return typeof text === 'string' ? text : ''
}

/** Two pieces of the same stream, as one event; undefined when they are not, or when it would be too long for a line. */
const merged = (last: Event | undefined, next: Event): Event | undefined => {
  if (last?.type !== next.type || last.agent !== next.agent || last.span !== next.span || last.seq !== next.seq) return undefined
  if (next.type !== 'model.delta' && next.type !== 'tool.output') return undefined
  const [before, after] = [last.body as Record<string, unknown>, next.body as Record<string, unknown>]
  if (before.thought !== after.thought || before.call !== after.call) return undefined
  const text = textOf(last) + textOf(next)
  return pieces(text).length > 1 ? undefined : ({...last, body: {...before, text}} as Event)
}

/** False when there is no room: the event is dropped. */
const enqueue = (follower: Follower, event: Event): boolean => {
  const chars = textOf(event).length
  const {queue} = follower
  if (follower.queueChars + chars > queueChars) return false
  const one = merged(queue.at(-1), event)
  if (!one && queue.length >= queueEvents) return false
  if (one) queue[queue.length - 1] = one
  else queue.push(event)
  follower.queueChars += chars
  follower.wake()
  return true
}

/** Passing events that belong before the kept event `seq`. */
const due = (follower: Follower, seq: number): Event[] => {
  const end = follower.queue.findIndex((event) => event.seq >= seq)
  const taken = follower.queue.splice(0, end === -1 ? follower.queue.length : end)
  for (const event of taken) follower.queueChars -= textOf(event).length
  return taken
}

const woken = (follower: Follower, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const wake = (): void => {
      follower.woken = true
      signal.removeEventListener('abort', wake)
      resolve()
    }
    if (follower.woken || signal.aborted) return wake()
    follower.wake = wake
    signal.addEventListener('abort', wake)
  })

/** The newest events of runs that somebody follows, so that the live ones need not be read back. */
const openTails = () => {
  const tails = new Map<RunId, Event[]>()
  return {
    push: (run: RunId, events: readonly Event[]): void => {
      const tail = tails.get(run)
      if (tail?.at(-1)?.seq !== (events[0]?.seq ?? 0) - 1) tails.set(run, events.slice(-tailEvents))
      else tail.push(...events)
      if (tail && tail.length > 2 * tailEvents) tail.splice(0, tail.length - tailEvents)
    },
    after: (run: RunId, seq: number): Event[] | undefined => {
      const tail = tails.get(run)
      const first = tail?.[0]?.seq ?? Number.POSITIVE_INFINITY
      return tail && seq + 1 >= first ? tail.slice(seq + 1 - first, seq + 1 - first + pageRows) : undefined
    },
    forget: (run: RunId): void => void tails.delete(run),
  }
}

/** Looks for writes of other processes, while there are followers of runs that are not written here. */
const openWatch = (source: Source, wakeAll: () => void) => {
  let timer: NodeJS.Timeout | undefined
  let seen = 0
  const look = (): void => {
    // Trouble with the file is met where it is read, by those who can say so.
    const version = attempt(source.version) ?? seen - 1
    if (version === seen) return
    seen = version
    wakeAll()
  }
  return {
    set: (on: boolean): void => {
      if (on && !timer) timer = setInterval(look, pollMs)
      if (!on) clearInterval(timer)
      if (!on) timer = undefined
    },
  }
}

const attempt = <T>(work: () => T): T | undefined => {
  try {
    return work()
  } catch {
    return undefined
  }
}

export const openFanout = (source: Source): Fanout => {
  const followers = new Set<Follower>()
  const writtenHere = new Set<RunId>()
  const lost = new Map<RunId, Partial<Record<EventType, number>>>()
  const tails = openTails()
  let closed = false
  const wakeAll = (run?: RunId): void => {
    for (const follower of followers) if (run === undefined || follower.run === run) follower.wake()
  }
  const watch = openWatch(source, wakeAll)
  const rewatch = (): void => watch.set(!closed && [...followers].some((follower) => !writtenHere.has(follower.run)))
  const isFollowed = (run: RunId): boolean => [...followers].some((follower) => follower.run === run)

  const join = ({run, types, passing = true}: FollowQuery): Follower => {
    const follower: Follower = {run, wants: typeFilter(types), passing, queue: [], queueChars: 0, woken: true, wake: () => undefined}
    follower.wake = () => {
      follower.woken = true
    }
    followers.add(follower)
    rewatch()
    return follower
  }

  const leave = (follower: Follower): void => {
    followers.delete(follower)
    if (!isFollowed(follower.run)) tails.forget(follower.run)
    rewatch()
  }

  const next = (follower: Follower, query: FollowQuery, after: number): Page => {
    const {until = Number.POSITIVE_INFINITY, whole = false} = query
    const live = whole ? undefined : tails.after(follower.run, after)?.filter((event) => event.seq <= until)
    if (!live) return source.page({run: follower.run, after, until, wants: follower.wants, whole}, pageRows)
    return {events: live.filter((event) => follower.wants(event.type)), last: live.at(-1)?.seq ?? after, more: live.length > 0}
  }

  const follow = async function* (query: FollowQuery, signal: AbortSignal): AsyncGenerator<Event> {
    const follower = join(query)
    const over = (): boolean => signal.aborted || closed
    let {after = 0} = query
    try {
      while (!over() && after < (query.until ?? Number.POSITIVE_INFINITY)) {
        follower.woken = false
        const page = next(follower, query, after)
        for (const event of page.events) {
          for (const early of due(follower, event.seq)) {
            yield early
            if (over()) return
          }
          yield event
          if (over()) return
        }
        const still = page.last === after
        after = page.last
        if (!still) continue
        for (const event of due(follower, Number.POSITIVE_INFINITY)) {
          yield event
          if (over()) return
        }
        await woken(follower, signal)
      }
    } finally {
      leave(follower)
    }
  }

  return {
    published: (run, events) => {
      const fresh = !writtenHere.has(run)
      writtenHere.add(run)
      if (fresh && followers.size > 0) rewatch()
      if (events.length === 0 || !isFollowed(run)) return
      tails.push(run, events)
      wakeAll(run)
    },
    passed: (run, event) => {
      const hearing = [...followers].filter((follower) => follower.run === run && follower.passing && follower.wants(event.type))
      if (hearing.filter((follower) => !enqueue(follower, event)).length === 0) return
      const counts = lost.get(run) ?? {}
      lost.set(run, {...counts, [event.type]: (counts[event.type] ?? 0) + 1})
    },
    heard: (run) => [...followers].some((follower) => follower.run === run && follower.passing),
    follow,
    dropped: (run) => ({...lost.get(run)}),
    close: () => {
      closed = true
      wakeAll()
      rewatch()
    },
  }
}
