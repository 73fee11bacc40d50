// The lines of /api/chat become parts. The end is the line with `done: true` and nothing else.

import type {ChatResponse} from 'ollama'
import {fault, noUsage, openPile, type Part, type Reader, statusOfCode, type Tally, toldOf, type Usage, WireError} from '../../engine/plugin.ts'
import type {Kept} from './request.ts'

type Line = Partial<ChatResponse> & {error?: string}

export interface ReaderSite {
  route: string
  tally: Tally
  offersTools: boolean
  refuse(status: number, body: string): WireError
}

/** A token is two bytes or more of nearly any text; what remains was written and never came. */
const bytesPerToken = 2
const unseenTokens = 16

export const openReader = ({route, tally, offersTools, refuse}: ReaderSite): Reader => {
  const calls: {id: string; tool: string; input: string}[] = []
  const thoughts = openPile()
  let usage: Usage = noUsage
  let moving = false
  let seenBytes = 0
  let why: 'stop' | 'length' | undefined

  const parse = (line: string): Line => {
    try {
      return JSON.parse(line) as Line
    } catch {
      throw new WireError(fault('model.garbled', {route, why: `a line that is not JSON: ${line.slice(0, 80)}`}))
    }
  }

  let told: ReturnType<typeof toldOf> = {}

  const close = ({prompt_eval_count, eval_count, done_reason, model}: Line): void => {
    told = toldOf({model})
    usage = {...noUsage, input: prompt_eval_count ?? 0, output: eval_count ?? 0}
    why = done_reason === 'length' ? 'length' : 'stop'
  }

  const read = (line: Line): Part[] => {
    if (line.error) throw refuse(statusOfCode(line.error), JSON.stringify({error: line.error}))
    const {message} = line
    if (!message && !line.done) throw new WireError(fault('model.garbled', {route, why: 'a line that is no part of a chat'}))
    for (const call of message?.tool_calls ?? []) {
      const {id} = call as {id?: string}
      // Servers that only speak like Ollama send the text itself.
      const given: unknown = call.function.arguments ?? {}
      calls.push({id: id ?? '', tool: call.function.name, input: typeof given === 'string' ? given : JSON.stringify(given)})
      tally.moved()
      moving = true
    }
    if (line.done) close(line)
    if (message?.content || message?.thinking) moving = true
    if (message?.thinking) thoughts.add(message.thinking)
    seenBytes += Buffer.byteLength(message?.content ?? '') + Buffer.byteLength(message?.thinking ?? '')
    return [...(message?.thinking ? [tally.thought(message.thinking)] : []), ...(message?.content ? [tally.text(message.content)] : [])]
  }

  return {
    isDone: () => why !== undefined,
    isWhole: () => why !== undefined,
    isMoving: () => moving,
    usage: () => usage,
    take: (line) => (why !== undefined || line.trim() === '' ? undefined : read(parse(line))),
    end: () => {
      if (why === undefined) throw new WireError(fault('model.cut', {route}))
      // Ollama drops a call that it cannot read, or whose tool it does not know, and says nothing of it.
      if (offersTools && why === 'stop' && calls.length === 0 && usage.output > seenBytes / bytesPerToken + unseenTokens)
        throw new WireError(
          fault('model.garbled', {route, why: `${usage.output} tokens were written and most of them never came: a tool call that the server could not read`}),
        )
      const thinking = calls.length > 0 ? thoughts.whole() : ''
      const keep: Kept[] = thinking ? [{thinking}] : []
      return tally.end({why, calls, usage, keep, ...told})
    },
  }
}
