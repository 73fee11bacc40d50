// A conversation as every provider accepts it: the answers to a reply's calls directly behind it, in its order, and
// none missing. Pure.

import type {CallId} from '../base/id.ts'
import type {Message} from '../contract/message.ts'

/** What a model is told whose answer did not fit into one reply. */
export const goOn = 'Your answer was cut off at the output limit. Go on exactly where it stopped.'

type Answer = Extract<Message, {from: 'tool'}>

const notRun = (call: CallId, tool: string): Answer => ({from: 'tool', call, tool, ok: false, text: 'not run: the work ended before it'})

/**
 * `close`: which replies get an answer for each call that has none. 'all': every one, because something is said after
 * it. 'past': all but the last, whose calls are still to be run.
 */
export const orderly = (messages: readonly Message[], close: 'all' | 'past'): Message[] => {
  const found: Message[] = []
  const lastReply = messages.findLastIndex((message) => message.from === 'model')
  for (let at = 0; at < messages.length; ) {
    const message = messages[at] as Message
    let end = at + 1
    while (end < messages.length && messages[end]?.from !== 'model') end += 1
    const rest = messages.slice(at + 1, end)
    at = end
    if (message.from !== 'model') {
      found.push(message, ...rest)
      continue
    }
    const answers = rest.filter((one) => one.from === 'tool')
    const others = rest.filter((one) => one.from !== 'tool')
    found.push(message)
    for (const {id, tool} of message.calls) {
      // Some servers give two calls of one reply the same id: each takes one answer.
      const nth = answers.findIndex((one) => one.call === id)
      if (nth !== -1) found.push(...answers.splice(nth, 1))
      else if (close === 'all' || at <= lastReply) found.push(notRun(id, tool))
    }
    found.push(...others)
  }
  return found
}
