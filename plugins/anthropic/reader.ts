// The events of the Messages API become parts. The end is `message_stop` and nothing else; a call whose block was
// neither closed nor whole is never handed on.

import {fault, noUsage, type Part, type Reader, statusOfCode, type Tally, toldOf, type Usage, WireError} from '../../engine/plugin.ts'
import type {Kept, WireEvent, WireUsage} from './wire.ts'

export interface ReaderSite {
  route: string
  tally: Tally
  /** What the reply's thinking belongs to (see conversation.ts). */
  bound(): string
  /** Makes the fault of an error that came inside the stream. */
  refuse(status: number, body: string): WireError
}

type Open =
  | {is: 'text'; chars: number}
  | {is: 'thinking'; thinking: string; signature: string}
  | {is: 'redacted'; data: string}
  | {is: 'call'; id: string; tool: string; input: string; closed: boolean}

const statuses: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
}

/** A later count replaces the one before it, as far as it says anything. */
const counted = (before: WireUsage, more: WireUsage | undefined): WireUsage => {
  const said = Object.entries(more ?? {}).filter(([, value]) => value !== null && value !== undefined)
  return {...before, ...Object.fromEntries(said)}
}

const usageOf = (usage: WireUsage): Usage => {
  const cached = usage.cache_read_input_tokens ?? 0
  return {
    input: (usage.input_tokens ?? 0) + (usage.cache_creation_input_tokens ?? 0) + cached,
    output: usage.output_tokens ?? 0,
    reasoning: usage.output_tokens_details?.thinking_tokens ?? 0,
    cached,
  }
}

// Arguments come in pieces after an empty object; a server that has them at once puts them there.
const given = (input: unknown): string => (typeof input === 'object' && input !== null && Object.keys(input).length > 0 ? JSON.stringify(input) : '')

const opened = (block: NonNullable<WireEvent['content_block']>): Open | undefined => {
  switch (block.type) {
    case 'text':
      return {is: 'text', chars: 0}
    case 'thinking':
      return {is: 'thinking', thinking: block.thinking ?? '', signature: block.signature ?? ''}
    case 'redacted_thinking':
      return {is: 'redacted', data: block.data ?? ''}
    case 'tool_use':
      return {is: 'call', id: block.id ?? '', tool: block.name ?? '', input: given(block.input), closed: false}
    default:
      return undefined
  }
}

const isWhole = (input: string): boolean => {
  try {
    JSON.parse(input)
    return true
  } catch {
    return false
  }
}

const keptOf = (blocks: readonly Open[], to: string): Kept[] => {
  let calls = 0
  const kept = blocks.flatMap((block): Kept[] => {
    if (block.is === 'text') return [{type: 'text', chars: block.chars}]
    if (block.is === 'call') return [{type: 'call', index: calls++}]
    if (block.is === 'redacted') return [{type: 'thinking', block: {type: 'redacted_thinking', data: block.data}}]
    // Without its signature the server would refuse it.
    return block.signature ? [{type: 'thinking', block: {type: 'thinking', thinking: block.thinking, signature: block.signature}}] : []
  })
  return kept.some(({type}) => type === 'thinking') ? [{type: 'bound', to}, ...kept] : []
}

/** The blocks of an answer in one piece, each opened with all of its content and closed. */
export const whole = (answer: Record<string, unknown>): object[] | undefined => {
  if (answer.type !== 'message' || !Array.isArray(answer.content)) return undefined
  const blocks = (answer.content as unknown[]).flatMap((content_block, index) => [
    {type: 'content_block_start', index, content_block},
    {type: 'content_block_stop', index},
  ])
  const {usage, stop_reason, model} = answer
  return [{type: 'message_start', message: {usage, model}}, ...blocks, {type: 'message_delta', delta: {stop_reason}, usage}, {type: 'message_stop'}]
}

export const openReader = ({route, tally, bound, refuse}: ReaderSite): Reader => {
  const blocks = new Map<number, Open>()
  let usage: WireUsage = {}
  let counts = false
  let moving = false
  let stop = ''
  let model = ''
  let done = false

  const count = (more: WireUsage | undefined): void => {
    usage = counted(usage, more)
    counts ||= more !== undefined
  }

  const spoken = (block: Open & {is: 'text'}, text: string): Part => {
    moving = true
    block.chars += text.length
    return tally.text(text)
  }

  const begin = ({index = 0, content_block}: WireEvent): Part | undefined => {
    const block = content_block && !blocks.has(index) ? opened(content_block) : undefined
    if (!block) return undefined
    blocks.set(index, block)
    if (block.is === 'text') return content_block?.text ? spoken(block, content_block.text) : undefined
    if (block.is === 'call') {
      tally.moved()
      moving = true
      return undefined
    }
    tally.thinking()
    moving = false
    return block.is === 'thinking' && block.thinking ? tally.thought(block.thinking) : undefined
  }

  const grow = ({index = 0, delta}: WireEvent): Part | undefined => {
    const block = blocks.get(index)
    if (!block || !delta) return undefined
    if (block.is === 'text' && delta.type === 'text_delta') return delta.text ? spoken(block, delta.text) : undefined
    if (block.is === 'call' && delta.type === 'input_json_delta') {
      block.input += delta.partial_json ?? ''
      tally.moved()
      moving = true
    }
    if (block.is === 'thinking' && delta.type === 'signature_delta') block.signature += delta.signature ?? ''
    if (block.is !== 'thinking' || delta.type !== 'thinking_delta' || !delta.thinking) return undefined
    block.thinking += delta.thinking
    moving = true
    return tally.thought(delta.thinking)
  }

  const fail = ({type = '', message = ''}: NonNullable<WireEvent['error']>): WireError =>
    refuse(statuses[type] ?? statusOfCode(type), JSON.stringify({error: {type, message}}))

  const read = (event: WireEvent): Part | undefined => {
    switch (event.type) {
      case 'message_start':
        count(event.message?.usage)
        model = event.message?.model ?? ''
        return undefined
      case 'content_block_start':
        return begin(event)
      case 'content_block_delta':
        return grow(event)
      case 'content_block_stop': {
        const block = blocks.get(event.index ?? 0)
        if (block?.is === 'call') block.closed = true
        return undefined
      }
      case 'message_delta':
        count(event.usage)
        stop = event.delta?.stop_reason ?? stop
        return undefined
      case 'message_stop':
        done = true
        return undefined
      case 'error':
        throw fail(event.error ?? {})
      default:
        return undefined
    }
  }

  const parse = (data: string): WireEvent | undefined => {
    try {
      const event = JSON.parse(data) as WireEvent | null
      return typeof event === 'object' && event !== null ? event : undefined
    } catch {
      throw new WireError(fault('model.garbled', {route, why: `an event that is not JSON: ${data.slice(0, 80)}`}))
    }
  }

  const whyOf = (): 'stop' | 'length' => {
    if (stop === 'refusal') throw refuse(400, JSON.stringify({error: {type: 'content_filter', message: 'the model refused to answer (stop_reason refusal)'}}))
    if (stop === 'model_context_window_exceeded') throw refuse(400, JSON.stringify({error: {message: 'the answer went beyond the context window'}}))
    if (stop === 'pause_turn') throw new WireError(fault('model.broken', {route, why: 'it paused in the middle of its turn'}))
    return stop === 'max_tokens' ? 'length' : 'stop'
  }

  return {
    isDone: () => done,
    isWhole: () => done,
    isMoving: () => moving,
    usage: () => (counts ? usageOf(usage) : noUsage),
    take: (data) => {
      const event = done ? undefined : parse(data)
      return event ? read(event) : undefined
    },
    end: () => {
      if (!done) throw new WireError(fault('model.cut', {route}))
      const why = whyOf()
      const inOrder = [...blocks].sort(([a], [b]) => a - b).map(([, block]) => block)
      const calls = inOrder.filter((block) => block.is === 'call')
      if (why === 'stop' && calls.some(({closed, input}) => !closed && !isWhole(input || '{'))) throw new WireError(fault('model.cut', {route}))
      const ready = calls.map(({id, tool, input}) => ({id, tool, input: input || '{}'}))
      return tally.end({why, calls: ready, usage: usageOf(usage), keep: keptOf(inOrder, bound()), ...toldOf({model, serviceTier: usage.service_tier})})
    },
  }
}
