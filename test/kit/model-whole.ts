// An answer in one piece, for requests with `stream: false`, as each protocol writes it.

import {inputText, type Protocol, type Scripted, usageOf, whyOf} from './model-script.ts'

type Written = (reply: Scripted, model: string, n: number) => Record<string, unknown>

const chat: Written = (reply, model, n) => {
  const {input, output, reasoning, cached} = usageOf(reply)
  const tool_calls = (reply.calls ?? []).map(({tool, input, id}, i) => ({
    ...(id === '' ? {} : {id: id ?? `call_${n}_${i}`}),
    type: 'function',
    function: {name: tool, arguments: inputText(input)},
  }))
  const message = {
    role: 'assistant',
    content: reply.text ?? null,
    ...(reply.thought ? {reasoning_content: reply.thought} : {}),
    ...(tool_calls.length > 0 ? {tool_calls} : {}),
  }
  const finish_reason = {stop: 'stop', calls: 'tool_calls', length: 'length', filter: 'content_filter'}[whyOf(reply)]
  const usage = {
    prompt_tokens: input,
    completion_tokens: output,
    prompt_tokens_details: {cached_tokens: cached},
    completion_tokens_details: {reasoning_tokens: reasoning},
  }
  return {id: `chatcmpl-${n}`, object: 'chat.completion', model, choices: [{index: 0, message, finish_reason}], usage}
}

const responses: Written = (reply, model, n) => {
  const {input, output: out, reasoning, cached} = usageOf(reply)
  const status = whyOf(reply) === 'length' ? 'incomplete' : 'completed'
  const output = [
    ...(reply.thought ? [{id: `rs_${n}`, type: 'reasoning', summary: [{type: 'summary_text', text: reply.thought}], encrypted_content: `enc_${n}`}] : []),
    ...(reply.text ? [{id: `msg_${n}`, type: 'message', role: 'assistant', content: [{type: 'output_text', text: reply.text, annotations: []}]}] : []),
    ...(reply.calls ?? []).map((call, i) => ({
      id: `fc_${n}_${i}`,
      type: 'function_call',
      call_id: call.id ?? `call_${n}_${i}`,
      name: call.tool,
      arguments: inputText(call.input),
    })),
  ]
  const usage = {
    input_tokens: input,
    output_tokens: out,
    input_tokens_details: {cached_tokens: cached},
    output_tokens_details: {reasoning_tokens: reasoning},
  }
  return {
    id: `resp_${n}`,
    object: 'response',
    model,
    status,
    output,
    usage,
    incomplete_details: status === 'incomplete' ? {reason: 'max_output_tokens'} : null,
    error: null,
  }
}

const objectOf = (input: unknown): unknown => (typeof input === 'string' ? JSON.parse(input) : (input ?? {}))

const ollama: Written = (reply, model) => {
  const {input, output} = usageOf(reply)
  const tool_calls = (reply.calls ?? []).map((call) => ({function: {name: call.tool, arguments: objectOf(call.input)}}))
  const message = {
    role: 'assistant',
    content: reply.text ?? '',
    ...(reply.thought ? {thinking: reply.thought} : {}),
    ...(tool_calls.length > 0 ? {tool_calls} : {}),
  }
  return {model, message, done: true, done_reason: whyOf(reply) === 'length' ? 'length' : 'stop', prompt_eval_count: input, eval_count: output}
}

const messages: Written = (reply, model, n) => {
  const {input, output, cached} = usageOf(reply)
  const content = [
    ...(reply.thought ? [{type: 'thinking', thinking: reply.thought, signature: `sig_${n}`}] : []),
    ...(reply.text ? [{type: 'text', text: reply.text}] : []),
    ...(reply.calls ?? []).map((call, i) => ({type: 'tool_use', id: call.id ?? `toolu_${n}_${i}`, name: call.tool, input: objectOf(call.input)})),
  ]
  const stop_reason = {stop: 'end_turn', calls: 'tool_use', length: 'max_tokens', filter: 'refusal'}[whyOf(reply)]
  const usage = {input_tokens: input - cached, cache_read_input_tokens: cached, output_tokens: output}
  return {id: `msg_${n}`, type: 'message', role: 'assistant', model, content, stop_reason, usage}
}

const written: Readonly<Record<Protocol, Written>> = {chat, responses, ollama, messages}

export const wholeAnswer = (protocol: Protocol, reply: Scripted, model: string, n: number): string => JSON.stringify(written[protocol](reply, model, n))
