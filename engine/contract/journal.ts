// The one truth as a port: append, pass, read, follow, branch. One writer per run: its host.

import type {RunId} from '../base/id.ts'
import type {Draft, Event, EventType} from './event.ts'

export interface ReadQuery {
  run: RunId
  /** Events with seq > after. Default 0. */
  after?: number
  /** Events with seq <= until. */
  until?: number
  /** Exact types or wildcards such as `tool.*`. */
  types?: string[]
  /** Put large fields back from their blobs. Default false. */
  whole?: boolean
  /**
   * Of all `tool.done` of the run but the last so many only the end is told: without `told`, `result`, `whole`, `changes`,
   * which are most of a long session and are not even read then.
   */
  fullResults?: number
  /** No `tool.*` with seq <= this: what is left of most of a long run is little, and soon read. */
  toolsAfter?: number
}

export interface FollowQuery extends ReadQuery {
  /** Also hand on passing events. Default true. */
  passing?: boolean
}

export interface RunInfo {
  run: RunId
  /** First run of its session. */
  session: RunId
  openedAt: number
  closedAt: number | null
  outcome: string | null
  /** The first thing that the user said, clipped. */
  title: string
  lastSeq: number
  /** Set while a host works on it (its pid lives and started when noted). */
  hostPid: number | null
  parent?: {run: RunId; at: number}
}

export interface AppendOptions {
  /** fsync before returning: used where an effect follows, so that a power cut cannot undo the record of it. */
  full?: boolean
}

export interface Journal {
  /** Durable before it returns; fans out afterwards. A draft whose key is known already is left out of the result. */
  append(run: RunId, drafts: readonly Draft[], options?: AppendOptions): Event[]
  /** Fans out only; may be merged or dropped under pressure, and then counted in `dropped`. */
  pass(run: RunId, draft: Draft): void
  read(query: ReadQuery): Iterable<Event>
  /** Past events, then live ones, until the signal; a slow reader is caught up from disk, never buffered without bound. */
  follow(query: FollowQuery, signal: AbortSignal): AsyncIterable<Event>
  /** A child run that begins where its parent stood after `at`. */
  branch(parent: RunId, at: number, child: RunId): void
  runs(): RunInfo[]
  lastSeq(run: RunId): number
  /** Passing events dropped so far, by type. */
  dropped(run: RunId): Partial<Record<EventType, number>>
  /** Notes or clears which process works on the run. */
  claim(run: RunId, host: {pid: number; startedAt: string} | null): boolean
  close(): void
}

/** A pure, total reading of events; it ignores what it does not know. */
export interface Fold<S> {
  empty: S
  step(state: S, event: Event): S
}

export const foldAll = <S>(fold: Fold<S>, events: Iterable<Event>, from: S = fold.empty): S => {
  let state = from
  for (const event of events) state = fold.step(state, event)
  return state
}
