// The conversation as the Messages API wants it: system apart, user and assistant in turn, all results of one
// reply's calls in one user message, and thinking only where it belongs. Empty text is never sent; it is refused.
// Thinking is signed for the conversation before it: where that was changed since (an old result left out, another
// system prompt), the server refuses the signature, so what no longer belongs is left out here.

import {createHash} from 'node:crypto'
import type {ImagePart, Message} from '../../engine/plugin.ts'
import type {Block, Kept, WireMessage} from './wire.ts'

/** Other servers' ids may hold what this one refuses; a call and its result change alike. */
const idOf = (id: string): string => id.replace(/[^a-zA-Z0-9_-]/g, '_')

const inputOf = (input: string): Record<string, unknown> => {
  try {
    const parsed: unknown = JSON.parse(input)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)) return parsed as Record<string, unknown>
  } catch {
    // the model's broken JSON: the server takes objects only, and the model shall see what it wrote
  }
  return {input}
}

const texts = (text: string): Block[] => (text.trim() === '' ? [] : [{type: 'text', text}])

const imageBlock = ({mime, base64}: ImagePart): Block => ({type: 'image', source: {type: 'base64', media_type: mime, data: base64}})

type FromModel = Message & {from: 'model'}

const callBlock = ({id, tool, input}: FromModel['calls'][number]): Block => ({type: 'tool_use', id: idOf(id), name: tool, input: inputOf(input)})

const keptBlocks = ({text, calls}: FromModel, items: readonly Kept[], digest: () => string): Block[] => {
  const belongs = items.some((item) => item.type === 'bound' && item.to === digest())
  const chars = items.reduce((sum, item) => sum + (item.type === 'text' ? item.chars : 0), 0)
  let at = 0
  return items.flatMap((item): Block[] => {
    if (item.type === 'bound') return []
    if (item.type === 'thinking') return belongs ? [item.block] : []
    if (item.type === 'call') return calls[item.index] ? [callBlock(calls[item.index] as FromModel['calls'][number])] : []
    const from = at
    // A text that was changed since cannot be divided as it came: all of it stands where the first piece stood.
    at = chars === text.length ? at + item.chars : text.length
    return texts(text.slice(from, at))
  })
}

const modelBlocks = (message: FromModel, route: string, digest: () => string): Block[] => {
  if (message.keep?.provider === route) return keptBlocks(message, message.keep.items as Kept[], digest)
  return [...texts(message.text), ...message.calls.map(callBlock)]
}

const blocksOf = (message: Message, route: string, digest: () => string): Block[] => {
  if (message.from === 'model') return modelBlocks(message, route, digest)
  if (message.from === 'user') return [...(message.images ?? []).map(imageBlock), ...texts(message.text)]
  if (message.from !== 'tool') return texts(message.text)
  return [{type: 'tool_result', tool_use_id: idOf(message.call), content: message.text, ...(message.ok ? {} : {is_error: true as const})}]
}

/**
 * `messages` without the system messages that open the conversation; `opening` is all that stands before them. `bound` is the digest of
 * the whole. `noThoughts`: the server refused one that it was given back.
 */
export const wireMessages = (messages: readonly Message[], route: string, opening: string, noThoughts = false): {wire: WireMessage[]; bound: string} => {
  const hash = createHash('sha256').update(opening)
  const digest = (): string => hash.copy().digest('base64').slice(0, 22)
  const wire: WireMessage[] = []
  for (const message of messages) {
    const role = message.from === 'model' ? 'assistant' : 'user'
    const content = blocksOf(message, route, digest).filter(({type}) => !noThoughts || !/thinking$/.test(type))
    const last = wire.at(-1)
    if (content.length === 0) continue
    hash.update(role + JSON.stringify(content))
    if (last?.role === role) last.content.push(...content)
    else wire.push({role, content})
  }
  return {wire, bound: digest()}
}

/** True when the calls that were just answered came without the thinking that led to them. */
export const lacksThinking = (wire: readonly WireMessage[]): boolean => {
  const last = wire.at(-1)
  if (last?.role !== 'user' || !last.content.some(({type}) => type === 'tool_result')) return false
  const first = wire.at(-2)?.content[0]?.type
  return first !== 'thinking' && first !== 'redacted_thinking'
}
