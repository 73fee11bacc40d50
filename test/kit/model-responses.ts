// OpenAI's Responses API as a server speaks it: reads a request, writes the events of one answer.

import {type Dialect, type Frame, inputText, piecesOf, type Scripted, type SeenMessage, textOf, usageOf, whyOf} from './model-script.ts'

type Item = Record<string, unknown>

const readItem = (item: Item): SeenMessage => {
  if (item.type === 'function_call')
    return {from: 'model', text: '', calls: [{id: String(item.call_id), tool: String(item.name), input: String(item.arguments)}]}
  if (item.type === 'function_call_output') return {from: 'tool', text: textOf(item.output), call: String(item.call_id)}
  if (item.type === 'reasoning') return {from: 'model', text: ''}
  const from = item.role === 'assistant' ? 'model' : item.role === 'user' ? 'user' : 'system'
  return {from, text: textOf(item.content)}
}

const read: Dialect['read'] = (body) => {
  const items = typeof body.input === 'string' ? [{role: 'user', content: body.input}] : ((body.input ?? []) as Item[])
  const messages = items.map(readItem)
  if (typeof body.instructions === 'string') messages.unshift({from: 'system', text: body.instructions})
  return {messages, tools: ((body.tools ?? []) as Item[]).map((tool) => String(tool.name))}
}

const writer = () => {
  const frames: Frame[] = []
  let sequence = 0
  return {
    frames,
    put: (type: string, body: Item, marks: Omit<Frame, 'wire'> = {}) => {
      frames.push({wire: `event: ${type}\ndata: ${JSON.stringify({type, sequence_number: sequence++, ...body})}\n\n`, twice: true, ...marks})
    },
  }
}

const frames: Dialect['frames'] = (reply: Scripted, model, n) => {
  const {frames, put} = writer()
  const response = {id: `resp_${n}`, object: 'response', created_at: 1_795_600_000, model, status: 'in_progress', output: [] as Item[]}
  put('response.created', {response})
  put('response.in_progress', {response})
  const output: Item[] = []
  if (reply.thought) {
    const at = {item_id: `rs_${n}`, output_index: output.length, summary_index: 0}
    put('response.output_item.added', {output_index: at.output_index, item: {id: at.item_id, type: 'reasoning', summary: []}})
    put('response.reasoning_summary_part.added', {...at, part: {type: 'summary_text', text: ''}})
    for (const delta of piecesOf(reply.thought, reply.chunkChars)) put('response.reasoning_summary_text.delta', {...at, delta})
    put('response.reasoning_summary_text.done', {...at, text: reply.thought})
    const item = {id: at.item_id, type: 'reasoning', summary: [{type: 'summary_text', text: reply.thought}], encrypted_content: `enc_${n}`}
    put('response.output_item.done', {output_index: at.output_index, item})
    output.push(item)
  }
  if (reply.text) {
    const at = {item_id: `msg_${n}`, output_index: output.length, content_index: 0}
    const item = {id: at.item_id, type: 'message', role: 'assistant', status: 'in_progress', content: [] as Item[]}
    put('response.output_item.added', {output_index: at.output_index, item})
    put('response.content_part.added', {...at, part: {type: 'output_text', text: '', annotations: []}})
    for (const delta of piecesOf(reply.text, reply.chunkChars)) put('response.output_text.delta', {...at, delta}, {delta: true})
    put('response.output_text.done', {...at, text: reply.text})
    const done = {...item, status: 'completed', content: [{type: 'output_text', text: reply.text, annotations: []}]}
    put('response.output_item.done', {output_index: at.output_index, item: done})
    output.push(done)
  }
  for (const [i, call] of (reply.calls ?? []).entries()) {
    const at = {item_id: `fc_${n}_${i}`, output_index: output.length}
    const item = {id: at.item_id, type: 'function_call', call_id: call.id ?? `call_${n}_${i}`, name: call.tool, arguments: '', status: 'in_progress'}
    put('response.output_item.added', {output_index: at.output_index, item}, {call: i})
    for (const delta of piecesOf(inputText(call.input), reply.chunkChars)) put('response.function_call_arguments.delta', {...at, delta}, {call: i})
    put('response.function_call_arguments.done', {...at, arguments: inputText(call.input)}, {call: i})
    const done = {...item, arguments: inputText(call.input), status: 'completed'}
    put('response.output_item.done', {output_index: at.output_index, item: done}, {call: i})
    output.push(done)
  }
  const counted = usageOf(reply)
  const usage = {
    input_tokens: counted.input,
    input_tokens_details: {cached_tokens: counted.cached},
    output_tokens: counted.output,
    output_tokens_details: {reasoning_tokens: counted.reasoning},
    total_tokens: counted.input + counted.output,
  }
  const why = whyOf(reply)
  const whole = why === 'stop' || why === 'calls'
  const incomplete_details = whole ? null : {reason: why === 'length' ? 'max_output_tokens' : 'content_filter'}
  const status = whole ? 'completed' : 'incomplete'
  put(`response.${status}`, {response: {...response, status, output, usage, incomplete_details}}, {end: true})
  return frames
}

export const responses: Dialect = {
  type: 'text/event-stream; charset=utf-8',
  read,
  frames,
  error: (_, message, code) => ({error: {message, type: 'invalid_request_error', param: null, code: code || null}}),
  errorFrame: (message, code) =>
    `event: response.failed\ndata: ${JSON.stringify({type: 'response.failed', sequence_number: 9999, response: {status: 'failed', error: {code, message}, output: []}})}\n\n`,
  garbage: (text) => `event: response.output_text.delta\ndata: ${text}\n\n`,
}
