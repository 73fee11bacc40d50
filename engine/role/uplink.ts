// The agent's side of the link as calls: events up, and the two things that are waited for (go, answer).
// When the link closes, everything that waits is refused: an agent without a host does nothing more.

import {bad, type Envelope, type Fault} from '../base/envelope.ts'
import type {AgentId, Dice, SpanId, TaskId, TraceId} from '../base/id.ts'
import {newSpanId} from '../base/id.ts'
import {type BodyOf, type Draft, draft, type EventType} from '../contract/event.ts'
import {fault} from '../contract/fault.ts'
import type {AgentLink, Assignment, Down, Up} from '../contract/link.ts'

type Asked = Omit<Extract<Up, {say: 'ask'}>, 'say' | 'id'>
type Waits = Pick<Extract<Up, {say: 'event'}>, 'reserve'>

export interface Uplink {
  /** Reports what happened; nobody waits. */
  report<T extends EventType>(type: T, body: BodyOf<T>, span?: SpanId): void
  /** Reports and waits until the host has it on record and lets it start. */
  clear<T extends EventType>(type: T, body: BodyOf<T>, span: SpanId, waits?: Waits): Promise<Envelope<unknown>>
  ask(question: Asked): Promise<Extract<Down, {say: 'answer'}>>
  newSpan(): SpanId
  turn: number
}

export interface Exchange {
  uplink(assignment: Assignment): Uplink
  /** Takes `go` and `answer`; says whether the message was one. */
  take(message: Down): boolean
  /** A person stopped the agent: the questions that wait are refused. */
  dropAsks(why: Fault): void
  /** Nobody answers questions any more: those that wait, and those to come. */
  refuseAsks(why: Fault): void
  /** The host is gone: whatever waits for its word, or will, is refused. */
  refuseAll(why: Fault): void
}

export const openExchange = (link: AgentLink, dice: Dice): Exchange => {
  let next = 1
  const going = new Map<number, (answer: Envelope<unknown>) => void>()
  const asking = new Map<number, (answer: Extract<Down, {say: 'answer'}>) => void>()
  let noAnswers: Fault | undefined
  let noGo: Fault | undefined

  const uplink = (assignment: Assignment): Uplink => {
    const where = (span?: SpanId): Omit<Draft, 'type' | 'body'> => ({
      task: assignment.task as TaskId,
      role: assignment.role.name,
      agent: assignment.agent as AgentId,
      turn: up.turn,
      trace: assignment.trace as TraceId,
      span: span ?? (assignment.span as SpanId),
      parent: (span ? assignment.span : assignment.parent) as SpanId,
    })
    const up: Uplink = {
      turn: assignment.turn,
      newSpan: () => newSpanId(dice),
      report: (type, body, span) => link.send({say: 'event', draft: draft(type, body, where(span))}),
      clear: (type, body, span, waits) =>
        new Promise((resolve) => {
          const wait = next++
          if (noGo) return resolve(bad(noGo))
          going.set(wait, resolve)
          link.send({say: 'event', draft: draft(type, body, where(span)), wait, ...waits})
        }),
      ask: (question) =>
        new Promise((resolve) => {
          const id = next++
          if (noAnswers) return resolve({say: 'answer', id, choice: 'deny', error: noAnswers})
          asking.set(id, resolve)
          link.send({say: 'ask', id, ...question})
        }),
    }
    return up
  }

  const dropAsks = (why: Fault): void => {
    for (const [id, resolve] of asking) resolve({say: 'answer', id, choice: 'deny', error: why})
    asking.clear()
  }

  return {
    uplink,
    take: (message) => {
      if (message.say === 'go') {
        going.get(message.id)?.(message.refused ? bad(message.refused) : {ok: true, result: message.told})
        going.delete(message.id)
        return true
      }
      if (message.say === 'answer') {
        asking.get(message.id)?.(message)
        asking.delete(message.id)
        return true
      }
      return false
    },
    dropAsks,
    refuseAsks: (why) => {
      noAnswers = why
      dropAsks(why)
    },
    refuseAll: (why) => {
      noGo = why
      for (const resolve of going.values()) resolve(bad(why))
      going.clear()
    },
  }
}

export const stoppedFault = (): Fault => fault('tool.stopped')
