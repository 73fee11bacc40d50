// Which of a model's thoughts go back to its server: as they came, until its refusal says that it wants them with every message, or
// with none. Pure.

import type {Message} from '../contract/message.ts'
import type {Turn} from '../contract/model.ts'

/** What was learned, in order: the last holds, and nothing is learned twice, so that two refusals that contradict each other end. */
export type ThoughtsTried = readonly NonNullable<Turn['thoughts']>[]

const field = /(?<!\w)reasoning_content(?!\w)/
const unwanted =
  /unsupported|(?:not|n't|never) (?:be )?(?:support|allow|permit|accept|recogni[sz]e|expect|require|take)|\bextra\b|extra_forbidden|unexpected|unknown|unrecogni[sz]ed|must not|forbidden/i
const wanted = /missing|required?\b|pass(?:ed)? back|must (?:be|have|contain|include)/i

/** Anthropic's words for a thought that another server signed, or that was changed on the way. */
const unsigned = /\bsignature\b[^.]*\bthinking\b|\bthinking\b[^.]*\b(?:signature|cannot be modified)\b/i

const isSigned = (message: Message): boolean =>
  message.from === 'model' && (message.keep?.items.some((item) => (item as {type?: unknown} | null)?.type === 'thinking') ?? false)

const carries = (message: Message, route: string): boolean =>
  message.from === 'model' && message.keep?.provider === route && message.keep.items.some((item) => (item as {is?: unknown} | null)?.is === 'reasoning')

/** The new list; undefined when the refusal says nothing of it, or nothing new. */
export const learnedThoughts = (why: string, {messages}: Turn, tried: ThoughtsTried, route: string): ThoughtsTried | undefined => {
  if (unsigned.test(why)) return messages.some(isSigned) && !tried.includes('none') ? [...tried, 'none'] : undefined
  if (!field.test(why)) return undefined
  const replies = messages.filter(({from}) => from === 'model')
  const held = tried.at(-1)
  const carried = held === 'none' ? [] : held === 'all' ? replies : replies.filter((message) => carries(message, route))
  const isWanted = carried.length < replies.length && wanted.test(why) && !unwanted.test(why)
  const next = isWanted ? 'all' : carried.length > 0 ? 'none' : undefined
  return next && !tried.includes(next) ? [...tried, next] : undefined
}
