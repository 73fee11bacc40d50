// The shapes of the Messages API, as far as they are sent and read here. Types only.

export interface CacheMark {
  cache_control?: {type: 'ephemeral'}
}

/** Comes back as it came, signature and all; any change makes the server refuse it. */
export type ThinkingBlock = {type: 'thinking'; thinking: string; signature: string} | {type: 'redacted_thinking'; data: string}

export type Block =
  | ({type: 'text'; text: string} & CacheMark)
  | ({type: 'tool_use'; id: string; name: string; input: Record<string, unknown>} & CacheMark)
  | ({type: 'tool_result'; tool_use_id: string; content: string; is_error?: true} & CacheMark)
  | ({type: 'image'; source: {type: 'base64'; media_type: string; data: string}} & CacheMark)
  | ThinkingBlock

export interface WireMessage {
  role: 'user' | 'assistant'
  content: Block[]
}

/**
 * How a reply's blocks are kept: thinking as it came, text by its length, a call by its place in our own message; and
 * first the digest of the conversation that the thinking belongs to.
 */
export type Kept = {type: 'bound'; to: string} | {type: 'thinking'; block: ThinkingBlock} | {type: 'text'; chars: number} | {type: 'call'; index: number}

export interface WireUsage {
  input_tokens?: number | null
  output_tokens?: number | null
  cache_creation_input_tokens?: number | null
  cache_read_input_tokens?: number | null
  service_tier?: string | null
  output_tokens_details?: {thinking_tokens?: number | null} | null
}

export interface WireEvent {
  type?: string
  index?: number
  message?: {usage?: WireUsage; model?: string}
  content_block?: {type?: string; id?: string; name?: string; input?: unknown; text?: string; thinking?: string; signature?: string; data?: string}
  delta?: {type?: string; text?: string; partial_json?: string; thinking?: string; signature?: string; stop_reason?: string | null}
  usage?: WireUsage
  error?: {type?: string; message?: string}
}
