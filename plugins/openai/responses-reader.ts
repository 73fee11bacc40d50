// The events of the Responses API become parts. The end is `response.completed` or `response.incomplete` and
// nothing else; events that come twice are known by their number.

import type {
  ResponseFunctionToolCall,
  ResponseOutputItem,
  ResponseReasoningItem,
  ResponseStreamEvent,
  ResponseUsage,
} from 'openai/resources/responses/responses'
import {fault, noUsage, type Part, type Reader, statusOfCode, toldOf, type Usage, WireError} from '../../engine/plugin.ts'
import type {ReaderSite} from './client.ts'
import type {Kept} from './responses-request.ts'

const usageOf = (usage: ResponseUsage | null | undefined): Usage =>
  usage
    ? {
        input: usage.input_tokens ?? 0,
        output: usage.output_tokens ?? 0,
        reasoning: usage.output_tokens_details?.reasoning_tokens ?? 0,
        cached: usage.input_tokens_details?.cached_tokens ?? 0,
      }
    : noUsage

const textIn = (items: readonly ResponseOutputItem[]): string =>
  items.flatMap((item) => (item.type === 'message' ? item.content.map((part) => (part.type === 'output_text' ? part.text : part.refusal)) : [])).join('')

const keptOf = (items: readonly ResponseOutputItem[]): Kept[] => {
  let calls = 0
  const kept = items.flatMap((item): Kept[] => {
    if (item.type === 'message') return [{type: 'text'}]
    if (item.type === 'function_call') return [{type: 'call', index: calls++}]
    if (item.type !== 'reasoning' || !item.encrypted_content) return []
    const {id, summary, encrypted_content} = item
    return [{type: 'reasoning', item: {type: 'reasoning', id, summary, encrypted_content} satisfies ResponseReasoningItem}]
  })
  return kept.some(({type}) => type === 'reasoning') ? kept : []
}

const endings: Readonly<Record<string, string>> = {completed: 'response.completed', incomplete: 'response.incomplete', failed: 'response.failed'}

/** The event that would have ended its stream holds all of it. */
export const whole = (answer: Record<string, unknown>): object[] | undefined => {
  const type = endings[String(answer.status)]
  return type && Array.isArray(answer.output) ? [{type, response: answer}] : undefined
}

export const openReader = ({route, tally, refuse, mostTokens = Number.POSITIVE_INFINITY}: ReaderSite): Reader => {
  const items = new Map<number, ResponseOutputItem>()
  const open = new Map<number, ResponseFunctionToolCall>()
  const places = new Map<string, number>()
  let last = -1
  let lastData = ''
  let numbered = true
  let moving = false
  let spoke = false
  let usage = noUsage
  let told: Record<string, string | number> | undefined
  let why: 'stop' | 'length' | undefined

  const move = <T>(value: T): T => {
    moving = true
    return value
  }
  const speak = (text: string): Part => {
    spoke ||= text !== ''
    return move(tally.text(text))
  }
  const failure = (code: string, message: string): WireError => refuse(statusOfCode(code), JSON.stringify({error: {code, message}}))

  /** Its documents have code and message in the event, its server has them one deeper. */
  const failed = (event: {code?: string | null; message?: string; error?: {code?: string | null; type?: string; message?: string}}): WireError => {
    const {code, type, message} = {type: '', ...event.error, ...(event.error ? {} : {code: event.code, message: event.message})}
    return failure(code || type || 'server_error', message ?? 'the response failed')
  }

  /** llama-server numbers nothing: there an item is known by its id, and stands where it began. */
  const placeOf = (index: number | undefined, id: string | undefined): number => {
    if (index !== undefined || id === undefined) return index ?? 0
    const place = places.get(id) ?? places.size
    places.set(id, place)
    return place
  }

  const begin = (index: number, item: ResponseOutputItem): void => {
    if (item.type === 'function_call' && !open.has(index)) open.set(index, {...item, arguments: item.arguments ?? ''})
    if (item.type !== 'reasoning') return
    tally.thinking()
    moving = false
  }

  const close = (event: Extract<ResponseStreamEvent, {type: 'response.completed' | 'response.incomplete'}>): Part | undefined => {
    const {response} = event
    usage = usageOf(response.usage)
    // Some say so only in here, under an event that calls itself completed (vLLM).
    if (response.status === 'failed') throw failure(response.error?.code ?? 'server_error', response.error?.message ?? 'the response failed')
    if (response.status === 'cancelled') throw new WireError(fault('model.cut', {route}))
    const {model, service_tier: serviceTier, temperature, top_p: topP, reasoning} = response
    told = toldOf({model, serviceTier, temperature, topP, effort: reasoning?.effort}).told
    const reason = response.incomplete_details?.reason
    if (reason === 'content_filter') throw failure('content_filter', 'the content filter stopped the answer')
    why = event.type === 'response.incomplete' || response.status === 'incomplete' || usage.output >= mostTokens ? 'length' : 'stop'
    for (const [index, item] of (response.output ?? []).entries()) items.set(index, item)
    const text = spoke ? '' : textIn([...items.values()])
    return text ? speak(text) : undefined
  }

  const read = (event: ResponseStreamEvent): Part | undefined => {
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return speak(event.delta)
      case 'response.reasoning_summary_text.delta':
      case 'response.reasoning_text.delta':
        return move(tally.thought(event.delta))
      case 'response.output_item.added':
        begin(placeOf(event.output_index, event.item.id), event.item)
        return undefined
      case 'response.function_call_arguments.delta': {
        const call = open.get(placeOf(event.output_index, event.item_id))
        if (call) call.arguments += event.delta
        tally.moved()
        return move(undefined)
      }
      case 'response.function_call_arguments.done': {
        const call = open.get(placeOf(event.output_index, event.item_id))
        if (call) call.arguments = event.arguments
        return undefined
      }
      case 'response.output_item.done':
        items.set(placeOf(event.output_index, event.item.id), event.item)
        return undefined
      case 'response.completed':
      case 'response.incomplete':
        return close(event)
      case 'response.failed':
        throw failure(event.response.error?.code ?? 'server_error', event.response.error?.message ?? 'the response failed')
      case 'error':
        throw failed(event)
      default:
        return undefined
    }
  }

  /** Came it before? Where two that differ have one number, the numbers mean nothing. */
  const isRepeated = ({sequence_number: number}: Partial<ResponseStreamEvent>, data: string): boolean => {
    if (typeof number !== 'number' || !numbered) return false
    if (number === last && data !== lastData) numbered = false
    const repeated = numbered && number <= last
    if (number >= last) [last, lastData] = [number, data]
    return repeated
  }

  const parse = (data: string): ResponseStreamEvent | undefined => {
    try {
      const event = JSON.parse(data) as ResponseStreamEvent
      return typeof event === 'object' && event !== null ? event : undefined
    } catch {
      throw new WireError(fault('model.garbled', {route, why: `an event that is not JSON: ${data.slice(0, 80)}`}))
    }
  }

  return {
    isDone: () => why !== undefined,
    isWhole: () => why !== undefined,
    isMoving: () => moving,
    usage: () => usage,
    take: (data) => {
      if (data === '[DONE]' || why !== undefined) return undefined
      const event = parse(data)
      if (!event) return undefined
      return isRepeated(event, data) ? undefined : read(event)
    },
    end: () => {
      if (why === undefined) throw new WireError(fault('model.cut', {route}))
      for (const [index, call] of open) if (!items.has(index)) items.set(index, call)
      const inOrder = [...items].sort(([a], [b]) => a - b).map(([, item]) => item)
      const calls = inOrder.filter((item) => item.type === 'function_call').map((item) => ({id: item.call_id, tool: item.name, input: item.arguments}))
      return tally.end({why, calls, usage, keep: keptOf(inOrder), told})
    },
  }
}
