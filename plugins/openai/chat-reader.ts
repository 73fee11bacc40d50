// The chunks of a chat completion become parts. The end is a finish_reason, or [DONE] after an answer that is
// whole by itself; a clean close without either is a cut.

import {fault, noUsage, type Part, type Reader, statusOfCode, toldOf, type Usage, WireError} from '../../engine/plugin.ts'
import {isJson, openCalls} from './chat-calls.ts'
import {openKept} from './chat-kept.ts'
import type {ReaderSite} from './client.ts'
import {thoughtSplitter} from './think.ts'

// Looser than the package's ChatCompletionChunk: what the compatible servers send, not what one of them promises.
interface Delta {
  /** Mistral's: a list of texts and thoughts. */
  content?: string | null | readonly (string | Piece)[]
  refusal?: string | null
  reasoning_content?: string | null
  reasoning?: string | null
  reasoning_details?: unknown
  tool_calls?: Call[] | null
  /** As it was before there were several. */
  function_call?: Call['function']
}

type Call = Parameters<ReturnType<typeof openCalls>['add']>[0]

interface Piece {
  type?: string
  text?: string
  thinking?: string | readonly Piece[]
}

interface Chunk {
  choices?: {
    index?: number
    delta?: Delta | null
    /** Of an answer in one piece. */
    message?: Delta | null
    finish_reason?: string | null
  }[]
  usage?: {
    prompt_tokens?: number
    completion_tokens?: number
    prompt_tokens_details?: {cached_tokens?: number} | null
    completion_tokens_details?: {reasoning_tokens?: number} | null
    /** DeepSeek's and Kimi's own. */
    prompt_cache_hit_tokens?: number
    cached_tokens?: number
  } | null
  model?: string
  /** OpenRouter's: whose server it was. */
  provider?: string
  service_tier?: string | null
  error?: {message?: string; code?: string | number | null; type?: string} | string
}

const usageOf = (usage: NonNullable<Chunk['usage']>): Usage => ({
  input: usage.prompt_tokens ?? 0,
  output: usage.completion_tokens ?? 0,
  reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  cached: usage.prompt_tokens_details?.cached_tokens ?? usage.prompt_cache_hit_tokens ?? usage.cached_tokens ?? 0,
})

/** Its message is what the deltas would have brought. */
export const whole = (answer: Record<string, unknown>): object[] | undefined => {
  const [choice] = (answer as Chunk).choices ?? []
  return choice?.message ? [{...answer, choices: [{...choice, message: undefined, delta: choice.message}]}] : undefined
}

/** Ends that are none, in the words of DeepSeek, vLLM, SGLang and others; the rest say that the model was done. */
const cutEnd = /insufficient|abort|cancel|interrupt|unavailable|timeout|time_limit/i
const lengthEnd = /^(?:model_)?(?:max_)?(?:(?:output|completion|new)_)?(?:length|tokens)$/i

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')

const textIn = (content: Delta['content']): string =>
  Array.isArray(content) ? content.map((piece) => (typeof piece === 'string' ? piece : textOf(piece.text))).join('') : textOf(content)

const thoughtIn = (content: Delta['content']): string =>
  Array.isArray(content) ? content.map((piece) => (typeof piece === 'string' ? '' : textIn(piece.thinking))).join('') : ''

export const openReader = ({route, tally, refuse}: ReaderSite): Reader => {
  const calls = openCalls()
  const kept = openKept()
  const thoughts = thoughtSplitter()
  let usage: Usage | undefined
  let moving = false
  let told: Record<string, string | number> | undefined
  let finish = ''
  let done = false

  const parse = (data: string): Chunk | undefined => {
    try {
      const chunk = JSON.parse(data) as Chunk | null
      return typeof chunk === 'object' && chunk !== null ? chunk : undefined
    } catch {
      throw new WireError(fault('model.garbled', {route, why: `an event that is not JSON: ${data.slice(0, 80)}`}))
    }
  }

  const said = (content: string): Part[] => {
    const {thought, text} = thoughts.feed(content)
    return [...(thought ? [tally.thought(thought)] : []), ...(text ? [tally.text(text)] : [])]
  }

  const fail = (error: NonNullable<Chunk['error']>): WireError => {
    const whole = typeof error === 'string' ? {message: error} : error
    return refuse(statusOfCode(`${whole.code ?? ''} ${whole.type ?? ''}`), JSON.stringify({error: whole}))
  }

  const read = (chunk: Chunk): Part[] => {
    if (chunk.error) throw fail(chunk.error)
    // The first and the last piece tell all there is.
    if (!told || chunk.usage) told = {...told, ...toldOf({model: chunk.model, provider: chunk.provider, serviceTier: chunk.service_tier}).told}
    if (chunk.usage) usage = usageOf(chunk.usage)
    const choice = chunk.choices?.find(({index}) => !index)
    if (!choice || finish) return []
    const {delta} = choice
    finish = textOf(choice.finish_reason)
    for (const piece of delta?.tool_calls ?? (delta?.function_call ? [{index: 0, function: delta.function_call}] : [])) {
      calls.add(piece)
      tally.moved()
      moving = true
    }
    if (typeof delta?.reasoning_content === 'string') kept.reasoned(delta.reasoning_content)
    kept.detailed(delta?.reasoning_details)
    const thought = textOf(delta?.reasoning_content) || textOf(delta?.reasoning) || thoughtIn(delta?.content)
    const content = textIn(delta?.content) || textOf(delta?.refusal)
    if (thought || content) moving = true
    return [...(thought ? [tally.thought(thought)] : []), ...(content ? said(content) : [])]
  }

  const whyOf = (): 'stop' | 'length' => {
    if (finish.startsWith('content_filter'))
      throw refuse(400, JSON.stringify({error: {code: 'content_filter', message: 'the content filter stopped the answer'}}))
    if (cutEnd.test(finish)) throw new WireError(fault('model.broken', {route, why: `it ended with finish_reason ${finish}`}))
    if (finish === 'error') throw new WireError(fault('model.broken', {route, why: 'it ended with finish_reason error'}))
    if (!finish && !(done && calls.all().every(({input}) => isJson(input)))) throw new WireError(fault('model.cut', {route}))
    return lengthEnd.test(finish) ? 'length' : 'stop'
  }

  return {
    isDone: () => done || (finish !== '' && usage !== undefined),
    isWhole: () => finish !== '',
    isMoving: () => moving,
    usage: () => usage ?? noUsage,
    take: (data) => {
      if (data === '[DONE]') done = true
      if (done) return undefined
      const chunk = parse(data)
      return chunk && read(chunk)
    },
    end: () => {
      const why = whyOf()
      const held = thoughts.rest().text
      const text = held ? [tally.text(held)] : []
      const made = calls.all()
      return [...text, ...tally.end({why, calls: made, usage: usage ?? noUsage, keep: kept.all(made), told})]
    },
  }
}
