// An event as a screen needs it: what it shows, not all that is on record. A session of ten thousand events is told to
// every screen that comes, so what no screen reads stays in the journal.

import type {Event} from '../../engine/contract/event.ts'

interface Most {
  /** Of a reply: its beginning. */
  replyChars: number
  /** Of what a tool said: its end, where the outcome stands. */
  toldChars: number
}

const live: Most = {replyChars: 32_768, toldChars: 4_096}
/** Of what happened before the screen came: it is listed, and read in full in the log. */
const past: Most = {replyChars: 8_192, toldChars: 800}

const start = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most)}…` : text)
const end = (text: string, most: number): string => (text.length > most ? `…${text.slice(-most)}` : text)

/** Of a result a screen reads one thing: where in its file a change began. */
const lineIn = (result: unknown): {result?: {line: number}} => {
  const line = typeof result === 'object' && result !== null ? (result as {line?: unknown}).line : undefined
  return typeof line === 'number' ? {result: {line}} : {}
}

export const forScreen = (event: Event, isPast: boolean): Event => {
  const most = isPast ? past : live
  if (event.type === 'tool.done') {
    const {result, whole: _, changes: __, told, ...body} = event.body
    return {
      ...event,
      body: {...body, ...lineIn(result), ...(told === undefined ? {} : {told: typeof told === 'string' ? end(told, most.toldChars) : told})},
    } as Event
  }
  if (event.type === 'model.replied' && typeof event.body.text === 'string' && event.body.text.length > most.replyChars)
    return {...event, body: {...event.body, text: start(event.body.text, most.replyChars)}}
  return event
}
