// Chat Completions as OpenAI and the many compatible servers speak it.

import {type Dialect, type Frame, inputText, piecesOf, type Scripted, type SeenMessage, textOf, usageOf, whyOf} from './model-script.ts'

interface WireMessage {
  role: string
  content?: unknown
  tool_call_id?: string
  tool_calls?: {id: string; function: {name: string; arguments: string}}[]
}

const readMessage = (message: WireMessage): SeenMessage => {
  const text = textOf(message.content)
  if (message.role === 'tool') return {from: 'tool', text, call: message.tool_call_id ?? ''}
  if (message.role !== 'assistant') return {from: message.role === 'user' ? 'user' : 'system', text}
  const calls = message.tool_calls?.map((call) => ({id: call.id, tool: call.function.name, input: call.function.arguments}))
  return calls ? {from: 'model', text, calls} : {from: 'model', text}
}

const read: Dialect['read'] = (body) => ({
  messages: ((body.messages ?? []) as WireMessage[]).map(readMessage),
  tools: ((body.tools ?? []) as {function: {name: string}}[]).map((tool) => tool.function.name),
})

const finish = {stop: 'stop', calls: 'tool_calls', length: 'length', filter: 'content_filter'} as const

const frames: Dialect['frames'] = (reply: Scripted, model, n) => {
  const out: Frame[] = []
  const head = {id: `chatcmpl-${n}`, object: 'chat.completion.chunk', created: 1_795_600_000, model}
  const put = (body: Record<string, unknown>, marks: Omit<Frame, 'wire'> = {}) => out.push({wire: `data: ${JSON.stringify({...head, ...body})}\n\n`, ...marks})
  const delta = (delta: Record<string, unknown>, marks: Omit<Frame, 'wire'> = {}) => put({choices: [{index: 0, delta, finish_reason: null}]}, marks)
  delta({role: 'assistant', content: ''}, {twice: true})
  for (const piece of piecesOf(reply.thought ?? '', reply.chunkChars)) delta({reasoning_content: piece})
  for (const piece of piecesOf(reply.text ?? '', reply.chunkChars)) delta({content: piece}, {delta: true})
  for (const [i, call] of (reply.calls ?? []).entries()) {
    const id = call.id ?? `call_${n}_${i}`
    const named = {index: i, ...(id ? {id} : {}), type: 'function', function: {name: call.tool, arguments: ''}}
    delta({tool_calls: [named]}, {call: i, twice: true})
    for (const piece of piecesOf(inputText(call.input), reply.chunkChars)) delta({tool_calls: [{index: i, function: {arguments: piece}}]}, {call: i})
  }
  put({choices: [{index: 0, delta: {}, finish_reason: finish[whyOf(reply)]}]}, {end: true, twice: true})
  const counted = usageOf(reply)
  const usage = {
    prompt_tokens: counted.input,
    completion_tokens: counted.output,
    total_tokens: counted.input + counted.output,
    prompt_tokens_details: {cached_tokens: counted.cached},
    completion_tokens_details: {reasoning_tokens: counted.reasoning},
  }
  put({choices: [], usage}, {end: true, twice: true})
  out.push({wire: 'data: [DONE]\n\n', end: true, twice: true})
  return out
}

export const chat: Dialect = {
  type: 'text/event-stream; charset=utf-8',
  read,
  frames,
  error: (_, message, code) => ({error: {message, type: 'invalid_request_error', param: null, code: code || null}}),
  errorFrame: (message, code) => `data: ${JSON.stringify({error: {message, code, type: 'server_error'}})}\n\n`,
  garbage: (text) => `data: ${text}\n\n`,
}
