// The chunks of a chat completion become parts. The end is a finish_reason, or [DONE] after an answer that is
// whole by itself; a clean close without either is a cut.

import {fault, noUsage, type Part, type Reader, statusOfCode, toldOf, type Usage, WireError} from '../../engine/plugin.ts'
import {openCalls} from './chat-calls.ts'
import type {ReaderSite} from './client.ts'
import {thoughtSplitter} from './think.ts'

// Looser than the package's ChatCompletionChunk: what the compatible servers send, not what one of them promises.
interface Delta {
  content?: string | null
  refusal?: string | null
  reasoning_content?: string | null
  reasoning?: string | null
  tool_calls?: {index?: number; id?: string | null; function?: {name?: string | null; arguments?: unknown}}[] | null
}

interface Chunk {
  choices?: {
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
  cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
})

const isWhole = (input: string): boolean => {
  try {
    JSON.parse(input)
    return true
  } catch {
    return false
  }
}

/** Its message is what the deltas would have brought; thoughts and text may stand in one. */
export const whole = (answer: Record<string, unknown>): object[] | undefined => {
  const [choice] = (answer as Chunk).choices ?? []
  if (!choice?.message) return undefined
  const {reasoning_content, reasoning, ...rest} = choice.message
  const thought = reasoning_content || reasoning
  return [...(thought ? [{choices: [{delta: {reasoning_content: thought}}]}] : []), {...answer, choices: [{...choice, message: undefined, delta: rest}]}]
}

export const openReader = ({route, tally, refuse}: ReaderSite): Reader => {
  const calls = openCalls()
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

  const said = (content: string): Part | undefined => {
    const {thought, text} = thoughts.feed(content)
    // Both at once only where the thought closes; its last letters are not worth a part of their own.
    if (text) return tally.text(text)
    return thought ? tally.thought(thought) : undefined
  }

  const fail = (error: NonNullable<Chunk['error']>): WireError => {
    const whole = typeof error === 'string' ? {message: error} : error
    return refuse(statusOfCode(`${whole.code ?? ''} ${whole.type ?? ''}`), JSON.stringify({error: whole}))
  }

  const read = (chunk: Chunk): Part | undefined => {
    if (chunk.error) throw fail(chunk.error)
    // The first and the last piece tell all there is.
    if (!told || chunk.usage) told = {...told, ...toldOf({model: chunk.model, provider: chunk.provider, serviceTier: chunk.service_tier}).told}
    if (chunk.usage) usage = usageOf(chunk.usage)
    const choice = chunk.choices?.[0]
    if (!choice || finish) return undefined
    const {delta} = choice
    finish = choice.finish_reason ?? ''
    for (const piece of delta?.tool_calls ?? []) {
      calls.add(piece)
      tally.moved()
      moving = true
    }
    const thought = delta?.reasoning_content || delta?.reasoning
    const content = delta?.content || delta?.refusal
    if (thought || content) moving = true
    if (content) return said(content)
    return thought ? tally.thought(thought) : undefined
  }

  const whyOf = (): 'stop' | 'length' => {
    if (finish === 'content_filter') throw refuse(400, JSON.stringify({error: {code: finish, message: 'the content filter stopped the answer'}}))
    if (finish === 'error') throw new WireError(fault('model.broken', {route, why: 'it ended with finish_reason error'}))
    if (!finish && !(done && calls.all().every(({input}) => isWhole(input)))) throw new WireError(fault('model.cut', {route}))
    return finish === 'length' ? 'length' : 'stop'
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
      return chunk ? read(chunk) : undefined
    },
    end: () => {
      const why = whyOf()
      const held = thoughts.rest().text
      const text = held ? [tally.text(held)] : []
      return [...text, ...tally.end({why, calls: calls.all(), usage: usage ?? noUsage, told})]
    },
  }
}
