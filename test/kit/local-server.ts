// Local model servers as they behave where it hurts: Ollama lowers num_ctx to what the model was trained for and cuts
// prompts in silence, llama.cpp parts its context among slots, vLLM and SGLang tell theirs in the listing. What the
// model can do (tools, schema, thinking) is a switch each, so that every finding of the doctor can be had.

import type {Asked, Scripted} from './model-script.ts'
import {type ModelServer, modelServer} from './model-server.ts'

export interface LocalOptions {
  kind: 'ollama' | 'llamacpp' | 'vllm' | 'sglang'
  model?: string
  /** Tokens that one request may have: trained for (Ollama), n_ctx of a slot, max_model_len. */
  window?: number
  /** Where calls come: as calls, written into the text, or not at all. */
  calls?: 'native' | 'text' | 'none'
  /** Does it keep to a schema? */
  schema?: boolean
  thinks?: 'never' | 'asked' | 'always'
  slots?: number
  /** Part of the model in the GPU's memory. */
  vramShare?: number
  /** ms before the first token and between two. */
  firstMs?: number
  everyMs?: number
  /** Answers in place of the usual ones; undefined = the usual one. */
  reply?: (asked: Asked) => Scripted | undefined
  /** Text of the Prometheus page. */
  metrics?: string
  template?: string
}

export interface LocalServer extends ModelServer {
  /** How often a model was loaded: a changed num_ctx loads it again. */
  loads(): number
  /** Context of the loaded model; 0 when none is. */
  context(): number
}

const charsPerToken = 4
const ollamaDefault = 4096
const sizeBytes = 1_000_000

const wantsThought = ({body}: Asked): boolean => Boolean(body.think) || Boolean(body.reasoning_effort)
const hasSchema = ({body}: Asked): boolean => body.format !== undefined || body.response_format !== undefined

export const localServer = async (given: LocalOptions): Promise<LocalServer> => {
  const {kind, model = 'm', window = 32_768, calls = 'native', schema = true, thinks = 'never', slots = 1, vramShare = 1} = given
  let context = 0
  let loads = 0
  const load = (wanted: number): void => {
    if (context === wanted) return
    context = wanted
    loads += 1
  }

  const replyTo = (asked: Asked): Scripted => {
    const thought = thinks === 'always' || (thinks === 'asked' && wantsThought(asked)) ? {thought: 'Let me see.'} : {}
    if (asked.tools.length > 0 && asked.toolResults === 0) {
      const tool = asked.tools[0] as string
      if (calls === 'native') return {...thought, calls: [{tool, input: {a: 2, b: 3}}]}
      if (calls === 'text') return {...thought, text: `<tool_call>\n{"name": "${tool}", "arguments": {"a": 2, "b": 3}}\n</tool_call>`}
      return {...thought, text: 'I would add them.'}
    }
    if (asked.toolResults > 0) return {...thought, text: 'The sum is 5.'}
    if (hasSchema(asked)) return {...thought, text: schema ? '{"city":"Paris","country":"France"}' : 'Paris, in France.'}
    return {...thought, text: 'one two three four five six seven eight nine ten'}
  }

  const answer = (asked: Asked): Scripted => {
    const options = (asked.body.options ?? {}) as {num_ctx?: number}
    if (kind === 'ollama') load(Math.min(options.num_ctx ?? ollamaDefault, window))
    const room = kind === 'ollama' ? context : window
    const tokens = Math.ceil(asked.messages.reduce((sum, message) => sum + message.text.length, 0) / charsPerToken)
    if (tokens > room && kind === 'ollama' && asked.body.truncate === false)
      return {fault: {do: 'status', status: 400, message: 'the input length exceeds the context length'}}
    if (tokens > room && kind !== 'ollama') {
      const error = {
        code: 400,
        message: 'the request exceeds the available context size',
        type: 'exceed_context_size_error',
        n_prompt_tokens: tokens,
        n_ctx: room,
      }
      return {fault: {do: 'status', status: 400, body: {error}}}
    }
    if (kind === 'ollama' && thinks === 'never' && wantsThought(asked))
      return {fault: {do: 'status', status: 400, message: `"${model}" does not support thinking`}}
    return {
      ...(given.reply?.(asked) ?? replyTo(asked)),
      usage: {input: Math.min(tokens, room), output: 12},
      delayMs: given.firstMs ?? 0,
      everyMs: given.everyMs ?? 0,
    }
  }

  const ofOllama = (path: string): unknown => {
    if (path === '/api/ps')
      return {models: context === 0 ? [] : [{name: model, model, size: sizeBytes, size_vram: Math.round(sizeBytes * vramShare), context_length: context}]}
    if (path !== '/api/show') return undefined
    const capabilities = ['completion', ...(calls === 'native' ? ['tools'] : []), ...(thinks === 'never' ? [] : ['thinking'])]
    return {capabilities, template: given.template ?? '{{ .Prompt }}', model_info: {'general.architecture': 'kit', 'kit.context_length': window}}
  }
  const ofOthers = (path: string): unknown => {
    if (path === '/metrics') return given.metrics
    if (path === '/v1/models') {
      const own = kind === 'llamacpp' ? {owned_by: 'llamacpp'} : {owned_by: kind, max_model_len: window}
      return {object: 'list', data: [{id: model, object: 'model', ...own}]}
    }
    if (kind !== 'llamacpp') return undefined
    if (path === '/props')
      return {default_generation_settings: {n_ctx: window}, total_slots: slots, chat_template: given.template ?? '{% if tools %}{% endif %}'}
    return path === '/slots' ? Array.from({length: slots}, (_, id) => ({id, is_processing: false})) : undefined
  }

  const server = await modelServer(answer, {models: [model], more: kind === 'ollama' ? ofOllama : ofOthers})
  return Object.assign(server, {loads: () => loads, context: () => context})
}
