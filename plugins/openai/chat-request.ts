// A turn as a request for a chat completion, with nothing in it that only one server understands.

import type {ChatCompletionContentPartImage, ChatCompletionCreateParamsStreaming, ChatCompletionMessageParam} from 'openai/resources/chat/completions'
import type {ImagePart, Message, ModelCard, Sampling, Turn} from '../../engine/plugin.ts'
import {type Kept, sentBack} from './chat-kept.ts'

const imageOf = ({mime, base64}: ImagePart): ChatCompletionContentPartImage => ({type: 'image_url', image_url: {url: `data:${mime};base64,${base64}`}})

type FromModel = Message & {from: 'model'}

const modelMessage = ({text, calls, keep}: FromModel, route: string, thoughts: Turn['thoughts']): ChatCompletionMessageParam => {
  const kept = keep?.provider === route ? (keep.items as Kept[]) : []
  const back = sentBack(thoughts === 'none' ? kept.filter(({is}) => is !== 'reasoning') : kept)
  const tool_calls = calls.map(({id, tool, input}, index) => ({id, type: 'function' as const, function: {name: tool, arguments: input}, ...back.call(index)}))
  return {
    role: 'assistant',
    content: text,
    ...(thoughts === 'all' ? {reasoning_content: ''} : {}),
    ...back.message,
    ...(tool_calls.length > 0 ? {tool_calls} : {}),
  }
}

const messageOf = (message: Message, route: string, thoughts: Turn['thoughts']): ChatCompletionMessageParam => {
  switch (message.from) {
    case 'system':
      return {role: 'system', content: message.text}
    case 'user':
      return {role: 'user', content: message.images ? [{type: 'text', text: message.text}, ...message.images.map(imageOf)] : message.text}
    case 'tool':
      return {role: 'tool', tool_call_id: message.call, content: message.text}
    case 'model':
      return modelMessage(message, route, thoughts)
  }
}

/** Fields beyond OpenAI's own, named as each server names them; sent only when they were asked for. */
const more = ({topK, minP, repeatPenalty, think, effort}: Sampling, provider: string): object => ({
  ...(topK === undefined ? {} : {top_k: topK}),
  ...(minP === undefined ? {} : {min_p: minP}),
  ...(repeatPenalty === undefined ? {} : {[provider === 'llamacpp' ? 'repeat_penalty' : 'repetition_penalty']: repeatPenalty}),
  ...(effort && provider !== 'openrouter' ? {reasoning_effort: effort} : {}),
  ...(think === undefined || provider === 'openrouter' ? {} : {chat_template_kwargs: {enable_thinking: think}}),
  ...(provider === 'openrouter' && (effort || think !== undefined)
    ? {reasoning: {...(effort && think !== false ? {effort} : {}), ...(think === undefined ? {} : {enabled: think})}}
    : {}),
})

export const body = (turn: Turn, card: ModelCard, route: string): ChatCompletionCreateParamsStreaming => {
  const {temperature, topP, seed, maxOutputTokens} = turn.sampling
  const tools = turn.tools.map(({name, does, input}) => ({type: 'function' as const, function: {name, description: does, parameters: input}}))
  const schema = turn.answer
  const blamed = new Set(turn.blamed)
  return {
    model: turn.model,
    messages: turn.messages.map((message) => messageOf(message, route, turn.thoughts)),
    stream: true,
    ...(blamed.has('stream_options') ? {} : {stream_options: {include_usage: true}}),
    ...(tools.length > 0 ? {tools} : {}),
    ...(temperature === undefined || card.fixedTemperature ? {} : {temperature}),
    ...(topP === undefined || card.fixedTemperature ? {} : {top_p: topP}),
    ...(seed === undefined ? {} : {seed}),
    ...(maxOutputTokens === undefined ? {} : {[blamed.has('max_tokens') ? 'max_completion_tokens' : 'max_tokens']: maxOutputTokens}),
    ...more(turn.sampling, route.slice(0, route.indexOf('/'))),
    // Servers that decode by grammar could write no call any more: with tools the answer is checked afterwards only.
    ...(schema && tools.length === 0 ? {response_format: {type: 'json_schema' as const, json_schema: {name: 'answer', schema}}} : {}),
  }
}
