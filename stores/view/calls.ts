// The calls of tools, the newest few hundred: what was asked for, how it ended, and what it would change or has changed.

import type {Event} from '../../engine/contract/event.ts'
import {own, plainText, tail} from './ring.ts'

export interface CallView {
  id: string
  tool: string
  agent: string
  /** As the model wrote it, read as JSON; null when it is none. */
  input: Readonly<Record<string, unknown>> | null
  raw: string
  state: 'asked' | 'running' | 'done' | 'failed'
  at: number
  wallMs: number
  line: string
  /** Where in its file the change began, from 1, once that is known. */
  firstLine?: number
  /** What it said, the end of it. */
  output: string
}

export type Calls = ReadonlyMap<string, CallView>

const most = 300
const outputMost = 4000
const inputMost = 60_000

/** With one call more, or changed; the oldest go. A record of that many keys would be copied far slower. */
const put = (calls: Calls, key: string, call: CallView): Calls => {
  const next = own(calls as Map<string, CallView>, (known) => new Map(known))
  next.set(key, call)
  if (next.size > most) next.delete(next.keys().next().value as string)
  return next
}

export const inputOf = (raw: unknown): Readonly<Record<string, unknown>> | null => {
  if (typeof raw === 'object' && raw !== null) return raw as Record<string, unknown>
  try {
    const value: unknown = JSON.parse(String(raw))
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null
  } catch {
    return null
  }
}

/** Ids are unique within an agent's conversation only. */
export const callKey = (agent: string | undefined, id: string): string => `${agent ?? ''} ${id}`

const fresh = (event: Event, id: string, tool: string, input: unknown): CallView => {
  const raw = typeof input === 'string' ? input : (JSON.stringify(input) ?? '')
  const small = raw.length <= inputMost
  return {
    id,
    tool,
    agent: event.agent ?? '',
    input: small ? inputOf(input) : null,
    raw: small ? raw : raw.slice(0, 500),
    state: 'asked',
    at: event.at,
    wallMs: 0,
    line: '',
    output: '',
  }
}

/** As the editing tools tell it in their results. */
const firstLineOf = (result: unknown): Pick<CallView, 'firstLine'> => {
  const line = typeof result === 'object' && result !== null ? (result as {line?: unknown}).line : undefined
  return typeof line === 'number' && line >= 1 ? {firstLine: line} : {}
}

export const stepCalls = (calls: Calls, event: Event): Calls => {
  switch (event.type) {
    case 'run.opened':
      return calls.size === 0 ? calls : new Map()
    case 'model.replied':
      return event.body.calls.reduce((all, call) => put(all, callKey(event.agent, call.id), fresh(event, call.id, call.tool, call.input)), calls)
    case 'tool.called': {
      const key = callKey(event.agent, event.body.call)
      // As the tool reads it: the model may have used other names.
      const read = fresh(event, event.body.call, event.body.tool, event.body.input)
      const call = read.input ? read : (calls.get(key) ?? read)
      return put(calls, key, {...call, state: 'running', at: event.at})
    }
    case 'tool.output': {
      const key = callKey(event.agent, event.body.call)
      const call = calls.get(key)
      return call ? put(calls, key, {...call, output: tail(call.output + event.body.text, outputMost)}) : calls
    }
    case 'tool.done': {
      const {call: id, ok, wallMs, line, told, error, result} = event.body
      const key = callKey(event.agent, id)
      const call = calls.get(key) ?? fresh(event, id, event.body.tool, '')
      const output = tail(plainText(told), outputMost) || call.output
      return put(calls, key, {...call, state: ok ? 'done' : 'failed', wallMs, line: line || error?.msg || '', output, ...firstLineOf(result)})
    }
    default:
      return calls
  }
}
