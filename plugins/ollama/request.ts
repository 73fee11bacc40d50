// A turn as a request to /api/chat. Every option is named in every request: a missing or different num_ctx makes
// the server load the model anew, and the other defaults have moved more than once.

import type {ChatRequest, Message as WireMessage} from 'ollama'
import type {Message, ModelCard, Turn} from '../../engine/plugin.ts'

/** The package's types do not know them, the server does: refuse instead of silently dropping the conversation's start. */
type Request = ChatRequest & {stream: true; truncate: false; shift: false}

const argumentsOf = (input: string): Record<string, unknown> => {
  try {
    const parsed: unknown = JSON.parse(input)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>
  } catch {
    // the model's broken JSON: the server takes objects only, and the model shall see what it wrote
  }
  return {input}
}

/** The thoughts that led to a reply's calls, to the route that they came from: models think on where they stood (gpt-oss). */
export interface Kept {
  thinking: string
}

const messageOf = (message: Message, route: string): WireMessage => {
  switch (message.from) {
    case 'system':
      return {role: 'system', content: message.text}
    case 'user':
      return {role: 'user', content: message.text, ...(message.images ? {images: message.images.map(({base64}) => base64)} : {})}
    case 'tool':
      return {role: 'tool', content: message.text, tool_name: message.tool}
    case 'model': {
      const tool_calls = message.calls.map(({tool, input}) => ({function: {name: tool, arguments: argumentsOf(input)}}))
      const [kept] = message.keep?.provider === route ? (message.keep.items as Kept[]) : []
      return {role: 'assistant', content: message.text, ...(kept ? {thinking: kept.thinking} : {}), ...(tool_calls.length > 0 ? {tool_calls} : {})}
    }
  }
}

export const body = (turn: Turn, card: ModelCard, route: string): Request => {
  const {temperature, topP, seed, maxOutputTokens, effort, topK, minP, repeatPenalty, think} = turn.sampling
  const thinking = think === false ? false : (effort ?? think)
  const tools = turn.tools.map(({name, does, input}) => ({type: 'function', function: {name, description: does, parameters: input}}))
  return {
    model: turn.model,
    messages: turn.messages.map((message) => messageOf(message, route)),
    stream: true,
    truncate: false,
    shift: false,
    keep_alive: '30m',
    ...(tools.length > 0 ? {tools} : {}),
    ...(thinking === undefined ? {} : {think: thinking}),
    // A grammar would leave no way to write a call: with tools the answer is checked afterwards only.
    ...(turn.answer && tools.length === 0 ? {format: turn.answer} : {}),
    options: {
      num_ctx: card.window,
      num_predict: maxOutputTokens ?? card.output,
      temperature: temperature ?? 0,
      top_p: topP ?? 0.95,
      top_k: topK ?? 40,
      min_p: minP ?? 0,
      repeat_penalty: repeatPenalty ?? 1,
      seed: seed ?? 0,
    },
  }
}
