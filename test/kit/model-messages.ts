// Anthropic's Messages API as a server speaks it: reads a request, writes the events of one answer.

import {type Dialect, type Frame, inputText, piecesOf, type Scripted, type SeenMessage, textOf, usageOf, whyOf} from './model-script.ts'

type Item = Record<string, unknown>

// A user message may hold the results of many calls, and words beside them.
const readMessage = ({role, content}: Item): SeenMessage[] => {
  const blocks: Item[] = typeof content === 'string' ? [{type: 'text', text: content}] : ((content ?? []) as Item[])
  const text = textOf(blocks.filter(({type}) => type === 'text'))
  if (role === 'assistant') {
    const calls = blocks
      .filter(({type}) => type === 'tool_use')
      .map(({id, name, input}) => ({id: String(id), tool: String(name), input: JSON.stringify(input)}))
    return [calls.length > 0 ? {from: 'model', text, calls} : {from: 'model', text}]
  }
  const results = blocks.filter(({type}) => type === 'tool_result')
  const told: SeenMessage[] = results.map(({tool_use_id, content: said}) => ({from: 'tool', text: textOf(said), call: String(tool_use_id)}))
  return text || told.length === 0 ? [...told, {from: 'user', text}] : told
}

const read: Dialect['read'] = (body) => {
  const system = textOf(body.system)
  const messages = ((body.messages ?? []) as Item[]).flatMap(readMessage)
  return {messages: system ? [{from: 'system', text: system}, ...messages] : messages, tools: ((body.tools ?? []) as Item[]).map(({name}) => String(name))}
}

const stops = {stop: 'end_turn', calls: 'tool_use', length: 'max_tokens', filter: 'refusal'} as const

const writer = () => {
  const frames: Frame[] = []
  const put = (type: string, body: Item = {}, marks: Omit<Frame, 'wire'> = {}): void => {
    frames.push({wire: `event: ${type}\ndata: ${JSON.stringify({type, ...body})}\n\n`, ...marks})
  }
  const block = (index: number, content_block: Item, deltas: Item[], marks: Omit<Frame, 'wire'> = {}): void => {
    put('content_block_start', {index, content_block}, {...marks, delta: false, twice: true})
    for (const delta of deltas) put('content_block_delta', {index, delta}, marks)
    put('content_block_stop', {index}, {...marks, delta: false, twice: true})
  }
  return {frames, put, block}
}

const frames: Dialect['frames'] = (reply: Scripted, model, n) => {
  const {frames, put, block} = writer()
  const counted = usageOf(reply)
  // Cached tokens are counted apart from the others on this wire.
  const usage = {input_tokens: counted.input - counted.cached, cache_creation_input_tokens: 0, cache_read_input_tokens: counted.cached, output_tokens: 1}
  put('message_start', {message: {id: `msg_${n}`, type: 'message', role: 'assistant', model, content: [], stop_reason: null, usage}}, {twice: true})
  put('ping', {}, {twice: true})
  let index = 0
  if (reply.thought) {
    const told = piecesOf(reply.thought, reply.chunkChars).map((thinking) => ({type: 'thinking_delta', thinking}))
    block(index++, {type: 'thinking', thinking: '', signature: ''}, [...told, {type: 'signature_delta', signature: `sig_${n}`}])
  }
  if (reply.text) {
    const told = piecesOf(reply.text, reply.chunkChars).map((text) => ({type: 'text_delta', text}))
    block(index++, {type: 'text', text: ''}, told, {delta: true})
  }
  for (const [i, call] of (reply.calls ?? []).entries()) {
    const told = piecesOf(inputText(call.input), reply.chunkChars).map((partial_json) => ({type: 'input_json_delta', partial_json}))
    block(index++, {type: 'tool_use', id: call.id ?? `toolu_${n}_${i}`, name: call.tool, input: {}}, told, {call: i})
  }
  const details = counted.reasoning > 0 ? {output_tokens_details: {thinking_tokens: counted.reasoning}} : {}
  const delta = {stop_reason: stops[whyOf(reply)], stop_sequence: null}
  put('message_delta', {delta, usage: {output_tokens: counted.output, ...details}}, {end: true, twice: true})
  put('message_stop', {}, {end: true, twice: true})
  return frames
}

const types: Readonly<Record<number, string>> = {
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

export const messages: Dialect = {
  type: 'text/event-stream; charset=utf-8',
  read,
  frames,
  error: (status, message, code) => ({type: 'error', error: {type: code || (types[status] ?? 'invalid_request_error'), message}, request_id: 'req_kit'}),
  errorFrame: (message, code) => `event: error\ndata: ${JSON.stringify({type: 'error', error: {type: code, message}})}\n\n`,
  garbage: (text) => `event: content_block_delta\ndata: ${text}\n\n`,
}
