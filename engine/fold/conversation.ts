// An agent's conversation, read back from the journal: what lets a new process go on where a killed one stood.
// The events must be read whole (blobs put back). The system prompt is not part of it: it is compiled anew.

import type {CallId} from '../base/id.ts'
import type {Event} from '../contract/event.ts'
import type {Message} from '../contract/message.ts'
import {goOn} from './orderly.ts'

export interface Conversation {
  messages: Message[]
  /** Model replies so far: the next call's ordinal is one more. */
  replies: number
  turn: number
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Folds the events of one agent in order; a fresh `task.started` begins anew. */
export const conversationOf = (agent: string, events: Iterable<Event>): Conversation => {
  let messages: Message[] = []
  let replies = 0
  let turn = 0
  let cut = false
  for (const event of events) {
    if (event.type === 'user.steered' && (!event.body.to || event.body.to === agent) && messages.length > 0)
      messages.push({from: 'user', text: event.body.text})
    if (event.agent !== agent) continue
    if (event.type === 'task.started') {
      if (event.body.fresh) messages = []
      messages.push({from: 'user', text: text(event.body.brief)})
    } else if (event.type === 'model.replied') {
      replies += 1
      cut = event.body.why === 'length' && event.body.calls.length === 0
      turn = event.turn ?? turn
      const keep = (event.body as {keep?: {provider: string; items: unknown[]}}).keep
      const calls = event.body.calls.map((call) => ({...call, id: call.id as CallId}))
      messages.push({from: 'model', text: text(event.body.text), calls, ...(keep ? {keep} : {})})
    } else if (event.type === 'tool.done') {
      messages.push({from: 'tool', call: event.body.call as CallId, tool: event.body.tool, ok: event.body.ok, text: text(event.body.told)})
    } else if (event.type === 'notice' && event.body.code === 'loop.nudge') {
      messages.push({from: 'user', text: event.body.text})
    }
  }
  // It was lost before it could be told.
  if (cut && messages.at(-1)?.from === 'model') messages.push({from: 'user', text: goOn})
  return {messages, replies, turn}
}

/** Calls of the last model message that have no answer yet. */
export const unansweredCalls = (messages: readonly Message[]): {id: CallId; tool: string; input: string}[] => {
  const at = messages.findLastIndex((message) => message.from === 'model')
  const last = messages[at]
  if (last?.from !== 'model') return []
  const answered = new Set(messages.slice(at + 1).flatMap((message) => (message.from === 'tool' ? [message.call] : [])))
  return last.calls.filter((call) => !answered.has(call.id))
}
