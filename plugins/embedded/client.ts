// The route `embedded/search`: a model client without a model. It reads the structured request that every role's call
// carries and the results of its own earlier tool calls, and answers with the next tool call or the final words. It has
// no other way to the project: what it knows, the tools told it.

import {type Call, type CallId, type Message, type ModelCard, type ModelClient, type ModelMaker, noUsage, type Part, type Turn} from '../../engine/plugin.ts'
import {nextMove} from './scene.ts'

const card: ModelCard = {
  window: 1_000_000,
  output: 100_000,
  price: {usdIn: 0, usdCached: 0, usdOut: 0},
  tools: true,
  edits: 'calls',
  local: true,
  isDefault: true,
}

/** Since the last thing that a person or the crew said: what this piece of work has done so far. */
const doneSince = (messages: readonly Message[]): Message[] => messages.slice(messages.findLastIndex((message) => message.from === 'user') + 1)

const callOf = (turn: Turn, tool: string, input: Record<string, unknown>): Call => ({
  id: `call_${turn.key.agent}_${turn.key.call}_${turn.messages.length}` as CallId,
  tool,
  input: JSON.stringify(input),
})

async function* stream(turn: Turn, signal: AbortSignal): AsyncIterable<Part> {
  signal.throwIfAborted()
  const move = nextMove(turn, doneSince(turn.messages))
  if (move.text) yield {is: 'text', text: move.text}
  if (move.call) yield {is: 'call', call: callOf(turn, move.call.tool, move.call.input)}
  yield {
    is: 'end',
    why: move.call ? 'calls' : 'stop',
    usage: noUsage,
    ...(move.confidence ? {keep: {provider: 'embedded', items: [{confidence: move.confidence}]}} : {}),
  }
}

export const makeEmbedded: ModelMaker = (): ModelClient => ({
  card: () => card,
  stream,
  probe: async () => ({ok: true, wallMs: 0, models: ['search']}),
})

export default makeEmbedded
