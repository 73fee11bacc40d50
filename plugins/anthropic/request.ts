// A turn as a request to the Messages API. What stays the same from turn to turn is marked for the cache: the
// system block, the tools, and the conversation up to its last user message.

import type {ModelCard, Sampling, Turn} from '../../engine/plugin.ts'
import {answerFormat} from './answer.ts'
import {lacksThinking, wireMessages} from './conversation.ts'
import {adapts, keepsSchema, refusesTemperature, thinksUnasked} from './family.ts'
import type {Block, CacheMark, WireMessage} from './wire.ts'

const mark: CacheMark = {cache_control: {type: 'ephemeral'}}

/** Tokens of thinking for the models that want a number. */
const budgets = {low: 2048, medium: 8192, high: 24_576}
const leastBudget = 1024

type Thinking = {type: 'disabled'} | {type: 'adaptive'; display: 'summarized'} | {type: 'enabled'; budget_tokens: number}

const thinkingFor = (turn: Turn, limit: number, wire: readonly WireMessage[]): Thinking | undefined => {
  const {think} = turn.sampling
  if (think === false) return thinksUnasked(turn.model) ? {type: 'disabled'} : undefined
  const effort = turn.sampling.effort ?? (think ? 'medium' : undefined)
  // Thinking that is not shown streams as silence, and silence ends a call.
  if (adapts(turn.model)) return effort || thinksUnasked(turn.model) ? {type: 'adaptive', display: 'summarized'} : undefined
  const budget = effort ? Math.min(budgets[effort], limit - leastBudget) : 0
  return budget >= leastBudget && !lacksThinking(wire) ? {type: 'enabled', budget_tokens: budget} : undefined
}

const outputConfig = ({model, sampling, answer}: Turn): object => {
  const format = answer && keepsSchema(model) ? answerFormat(answer) : undefined
  const config = {...(sampling.effort && sampling.think !== false && adapts(model) ? {effort: sampling.effort} : {}), ...(format ? {format} : {})}
  return Object.keys(config).length > 0 ? {output_config: config} : {}
}

// The newer models take one of both and not the other as well.
const samplingOf = ({temperature, topP, topK}: Sampling): object => {
  const more = topK === undefined ? {} : {top_k: topK}
  if (temperature !== undefined) return {temperature: Math.min(temperature, 1), ...more}
  return topP === undefined ? more : {top_p: topP, ...more}
}

const markLastUser = (wire: WireMessage[]): void => {
  const blocks = wire.findLast(({role}) => role === 'user')?.content ?? []
  const last = blocks.at(-1)
  if (last) blocks[blocks.length - 1] = {...last, ...mark} as Block
}

const toolOf = ({name, does, input}: Turn['tools'][number], index: number, {length}: Turn['tools']) => ({
  name,
  description: does,
  input_schema: {type: 'object', ...input},
  ...(index === length - 1 ? mark : {}),
})

/** The request, and the digest of its conversation: what the thinking of its reply belongs to. */
export const requestOf = (turn: Turn, card: ModelCard, route: string): {body: object; bound: string} => {
  const start = turn.messages.findIndex(({from}) => from !== 'system')
  const opening = start === -1 ? turn.messages : turn.messages.slice(0, start)
  const system = opening.map(({text}) => text).join('\n\n')
  const tools = turn.tools.map(toolOf)
  const {wire: messages, bound} = wireMessages(turn.messages.slice(opening.length), route, JSON.stringify([system, tools]), turn.thoughts === 'none')
  const limit = Math.min(turn.sampling.maxOutputTokens ?? card.output, card.output)
  const thinking = thinkingFor(turn, limit, messages)
  markLastUser(messages)
  const plain = (thinking === undefined || thinking.type === 'disabled') && !card.fixedTemperature && !refusesTemperature(turn.model)
  const body = {
    model: turn.model,
    max_tokens: limit,
    stream: true,
    ...(system ? {system: [{type: 'text', text: system, ...mark}]} : {}),
    ...(tools.length > 0 ? {tools} : {}),
    messages,
    ...(thinking ? {thinking} : {}),
    ...(plain ? samplingOf(turn.sampling) : {}),
    ...outputConfig(turn),
  }
  return {body, bound}
}
