// The shapes that a scripted model server speaks in: what it was asked, what it shall answer, what shall go
// wrong. Data only; the wire formats are in model-{responses,chat,ollama,messages}.ts, the server in model-server.ts.

export type Protocol = 'responses' | 'chat' | 'ollama' | 'messages'

export interface ScriptedCall {
  tool: string
  /** An object is sent as its JSON; a string is sent as it is, so it may be broken JSON. */
  input: unknown
  /** Default `call_N`; '' leaves the id out, as some servers do. */
  id?: string
}

/** One answer. `{}` is an empty reply, which every client must take for a failure. */
export interface Scripted {
  text?: string
  thought?: string
  calls?: ScriptedCall[]
  /** Default: 'calls' when there are calls, else 'stop'. 'filter' is a refusal by the provider's own filter. */
  why?: 'stop' | 'calls' | 'length' | 'filter'
  usage?: {input?: number; output?: number; reasoning?: number; cached?: number}
  /** Characters of text, thought or arguments in one delta; default 16. */
  chunkChars?: number
  /** Before the headers. */
  delayMs?: number
  /** Between two events. */
  everyMs?: number
  /** Cuts the bytes of the stream into pieces of this size, so that events and UTF-8 letters break in the middle. */
  pieceBytes?: number
  /** Content type of the stream instead of the protocol's own. */
  type?: string
  /** The body is packed though nobody asked for it. */
  gzip?: true
  fault?: Mishap
}

/** What goes wrong with an answer. `after` counts events of the stream that still come whole; default: half of them. */
export type Mishap =
  /** An HTTP error. `body` is sent as JSON, or as it is when it is a string; default is the protocol's own error shape. */
  | {do: 'status'; status: number; headers?: Record<string, string>; body?: unknown; message?: string; code?: string}
  /** The socket is reset: before anything was sent (`after: 0`) or in the middle of the stream. */
  | {do: 'reset'; after?: number}
  /** The stream ends cleanly, terminal chunk and all, but before the protocol's own end. */
  | {do: 'cut'; after?: number}
  /** Half of the last call's arguments, then a clean end. Needs a call. */
  | {do: 'halfcall'}
  /** The stream brings an empty reply; asked for in one piece, the answer is there. */
  | {do: 'lost'}
  /** `stream` is not understood: the answer comes in one piece. */
  | {do: 'unstreamed'}
  /** An event that is not JSON, then a clean end. */
  | {do: 'garbage'; text?: string}
  /** Headers (and `after` events, default 0), then nothing until the client leaves. */
  | {do: 'silence'; after?: number}
  /** No byte at all, not even headers, until the client leaves. */
  | {do: 'mute'}
  /** Deltas without end, until the client leaves. */
  | {do: 'endless'}
  /** Events that come twice, as far as the protocol lets them be told apart. */
  | {do: 'duplicate'}
  /** The deltas of several calls woven into each other, the last call first. */
  | {do: 'weave'}
  /** An error inside the stream, after its 200. */
  | {do: 'error'; message: string; code?: string; after?: number}

export interface SeenMessage {
  from: 'system' | 'user' | 'model' | 'tool'
  text: string
  calls?: {id: string; tool: string; input: string}[]
  /** Which call a tool's message answers; the tool's name in Ollama. */
  call?: string
}

/** One request as the server saw it. */
export interface Asked {
  protocol: Protocol
  /** 1, 2, 3 … over all requests for an answer. */
  n: number
  model: string
  messages: SeenMessage[]
  /** Names of the tools that were offered. */
  tools: string[]
  /** Messages from tools among `messages`. */
  toolResults: number
  /** Text of the last message. */
  last: string
  headers: Record<string, string>
  body: Record<string, unknown>
  /** Bytes of the body. */
  bytes: number
  atMs: number
}

/** A step of a list: the answer, and to which request it belongs. Without `when` it is given in order. */
export interface Step extends Scripted {
  when?: {
    /** Exactly so many tool results in the conversation. */
    toolResults?: number
    /** The last message holds this. */
    last?: string
    /** Any message holds this. */
    any?: string
    /** The system message holds this (a role's card, for instance). */
    system?: string
  }
  /** How often it may be given; default 1, 0 = for ever. */
  times?: number
}

export type Script = Step[] | ((asked: Asked) => Scripted | Promise<Scripted>)

/** An event on its way: `delta` marks those that may be repeated for ever, `call` the call they belong to. */
export interface Frame {
  wire: string
  /** Number of the call whose arguments it carries. */
  call?: number
  /** May be sent twice without changing the meaning. */
  twice?: boolean
  /** The events that end the protocol: left out by a cut. */
  end?: boolean
  /** A text delta. */
  delta?: boolean
}

export interface Dialect {
  /** Headers of the stream. */
  type: string
  read(body: Record<string, unknown>): {messages: SeenMessage[]; tools: string[]}
  frames(reply: Scripted, model: string, n: number): Frame[]
  /** Body of an HTTP error. */
  error(status: number, message: string, code: string): unknown
  /** An error inside the stream. */
  errorFrame(message: string, code: string): string
  garbage(text: string): string
}

export const piecesOf = (text: string, chars = 16): string[] => {
  const letters = [...text]
  return Array.from({length: Math.ceil(letters.length / chars)}, (_, i) => letters.slice(i * chars, (i + 1) * chars).join(''))
}

export const inputText = (input: unknown): string => (typeof input === 'string' ? input : JSON.stringify(input ?? {}))
export const whyOf = (reply: Scripted): 'stop' | 'calls' | 'length' | 'filter' => reply.why ?? (reply.calls?.length ? 'calls' : 'stop')
export const usageOf = (reply: Scripted): {input: number; output: number; reasoning: number; cached: number} => ({
  input: 100,
  output: 10,
  reasoning: 0,
  cached: 0,
  ...reply.usage,
})
export const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : Array.isArray(content)
      ? content.map((part: {text?: unknown}) => (typeof part.text === 'string' ? part.text : '')).join('')
      : ''
