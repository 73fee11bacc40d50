// Ollama's native /api/chat: one JSON object a line.

import {type Dialect, type Frame, piecesOf, type Scripted, type SeenMessage, usageOf, whyOf} from './model-script.ts'

interface WireMessage {
  role: string
  content?: string
  tool_name?: string
  tool_calls?: {id?: string; function: {name: string; arguments: unknown}}[]
}

const readMessage = (message: WireMessage): SeenMessage => {
  const text = message.content ?? ''
  if (message.role === 'tool') return {from: 'tool', text, call: message.tool_name ?? ''}
  if (message.role !== 'assistant') return {from: message.role === 'user' ? 'user' : 'system', text}
  const calls = message.tool_calls?.map((call) => ({id: call.id ?? '', tool: call.function.name, input: JSON.stringify(call.function.arguments)}))
  return calls ? {from: 'model', text, calls} : {from: 'model', text}
}

const read: Dialect['read'] = (body) => ({
  messages: ((body.messages ?? []) as WireMessage[]).map(readMessage),
  tools: ((body.tools ?? []) as {function: {name: string}}[]).map((tool) => tool.function.name),
})

// Ollama parses the model's text itself, so arguments are always an object on its wire.
const argumentsOf = (input: unknown): unknown => {
  if (typeof input !== 'string') return input ?? {}
  try {
    return JSON.parse(input)
  } catch {
    return input
  }
}

const frames: Dialect['frames'] = (reply: Scripted, model) => {
  const out: Frame[] = []
  const head = {model, created_at: '2026-11-20T00:00:00Z'}
  const put = (message: Record<string, unknown>, marks: Omit<Frame, 'wire'> = {}) =>
    out.push({wire: `${JSON.stringify({...head, message: {role: 'assistant', content: '', ...message}, done: false})}\n`, ...marks})
  for (const thinking of piecesOf(reply.thought ?? '', reply.chunkChars)) put({thinking})
  for (const content of piecesOf(reply.text ?? '', reply.chunkChars)) put({content}, {delta: true})
  for (const [i, call] of (reply.calls ?? []).entries())
    put({tool_calls: [{...(call.id ? {id: call.id} : {}), function: {name: call.tool, arguments: argumentsOf(call.input)}}]}, {call: i})
  const counted = usageOf(reply)
  const done = {
    ...head,
    message: {role: 'assistant', content: ''},
    done: true,
    done_reason: whyOf(reply) === 'length' ? 'length' : 'stop',
    total_duration: 5_000_000,
    load_duration: 1_000_000,
    prompt_eval_count: counted.input,
    prompt_eval_duration: 1_000_000,
    eval_count: counted.output,
    eval_duration: 3_000_000,
  }
  out.push({wire: `${JSON.stringify(done)}\n`, end: true, twice: true})
  return out
}

export const ollama: Dialect = {
  type: 'application/x-ndjson',
  read,
  frames,
  error: (_, message) => ({error: message}),
  errorFrame: (message) => `${JSON.stringify({error: message})}\n`,
  garbage: (text) => `${text}\n`,
}
