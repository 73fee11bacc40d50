// The host's pen: every event of the run is appended here, and board and ledger are folded as it is. Nothing
// else in the host writes to the journal, so what the crew decides from is always what is on record.

import {type Dice, newSpanId, type RunId, type SpanId, type TraceId} from '../base/id.ts'
import type {Board} from '../contract/board.ts'
import {type BodyOf, type Draft, draft, type Event, type EventType, isKept} from '../contract/event.ts'
import type {AppendOptions, Journal} from '../contract/journal.ts'
import {boardFold} from '../fold/board.ts'
import {type Ledger, ledgerFold} from '../fold/ledger.ts'

export interface Where {
  task?: string
  role?: string
  agent?: string
  turn?: number
  span?: SpanId
  parent?: SpanId
  key?: string
}

export interface Scribe {
  readonly run: RunId
  readonly trace: TraceId
  readonly rootSpan: SpanId
  board(): Board
  ledger(): Ledger
  /** Writes one event of the host's own. Answers undefined when its key was there already. */
  note<T extends EventType>(type: T, body: BodyOf<T>, where?: Where): Event | undefined
  /** Writes what an agent reported. */
  take(draft: Draft, options?: AppendOptions): Event | undefined
  newSpan(): SpanId
  /** Folds events that were on record before this host began. */
  remember(events: Iterable<Event>): void
  /** Called after each kept event. */
  onEvent(listen: (event: Event) => void): void
}

export const openScribe = (journal: Journal, run: RunId, dice: Dice, trace: TraceId, rootSpan: SpanId): Scribe => {
  let board = boardFold.empty
  let ledger = ledgerFold.empty
  const listeners: ((event: Event) => void)[] = []
  const fold = (event: Event): void => {
    board = boardFold.step(board, event)
    ledger = ledgerFold.step(ledger, event)
  }
  const take = (one: Draft, options?: AppendOptions): Event | undefined => {
    // The last line is the last, whoever still has something to say.
    if (board.closed) return undefined
    if (!isKept(one.type)) {
      journal.pass(run, one)
      return undefined
    }
    const [event] = journal.append(run, [one], options)
    if (!event) return undefined
    // With its texts whole, as a resumed host reads it back: on record the large ones are blobs.
    fold({...event, body: one.body} as Event)
    for (const listen of listeners) listen(event)
    return event
  }
  return {
    run,
    trace,
    rootSpan,
    board: () => board,
    ledger: () => ledger,
    note: (type, body, where = {}) => {
      // The run's opening is the root of the trace; everything after it has a parent.
      const span = where.span ?? (type === 'run.opened' ? rootSpan : newSpanId(dice))
      const parent = where.parent ?? (span === rootSpan ? undefined : rootSpan)
      return take(draft(type, body, {...where, trace, span, parent} as Omit<Draft, 'type' | 'body'>))
    },
    take,
    newSpan: () => newSpanId(dice),
    remember: (events) => {
      for (const event of events) fold(event)
    },
    onEvent: (listen) => void listeners.push(listen),
  }
}
