// Keeping a conversation inside the window: old tool outputs go first, prose never. What was cut is said in
// place, so that the model can look again. Pure.

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

const evicted = (chars: number): string => `[${chars} characters of this older result were left out to save room; call again if it is needed]`

/** Evicts the oldest large tool results until `sizeOf` says that the conversation fits into `budgetTokens`. */
export const evictInto = (messages: readonly Message[], budgetTokens: number, sizeOf: (messages: readonly Message[]) => number): Fitted => {
  const fitted = [...messages]
  let excess = sizeOf(fitted) - budgetTokens
  const report = {messages: fitted, droppedMessages: 0, droppedChars: 0}
  if (excess <= 0) return report
  const results = fitted.flatMap((message, index) => (message.from === 'tool' && message.text.length > smallResult ? [index] : []))
  for (const index of results.slice(0, Math.max(0, results.length - keptResults))) {
    const message = fitted[index] as Extract<Message, {from: 'tool'}>
    const replaced: Message = {...message, text: evicted(message.text.length)}
    excess -= sizeOf([message]) - sizeOf([replaced])
    fitted[index] = replaced
    report.droppedMessages += 1
    report.droppedChars += message.text.length
    if (excess <= 0) break
  }
  return report
}
