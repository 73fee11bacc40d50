// What a face has told, kept to be told again at another width: pieces of one stream as one, the oldest let go beyond
// a bound. Texts are kept as they came.

import type {Event} from '../contract/event.ts'

export interface Memory {
  keep(event: Event): void
  all(): readonly Event[]
}

/** A terminal's scrollback holds less; beyond it the beginning is let go. */
const charsMost = 96 * 1024
/** What an event takes besides its texts. */
const frameChars = 100

const textsOf = ({body}: Event): number =>
  Object.values(body as Record<string, unknown>).reduce<number>((sum, value) => sum + (typeof value === 'string' ? value.length : 0), frameChars)

/** Two pieces of the same stream as one event. */
const merged = (last: Event | undefined, event: Event): Event | undefined => {
  if (last?.agent !== event.agent) return undefined
  if (last?.type === 'model.delta' && event.type === 'model.delta' && last.body.thought === event.body.thought)
    return {...last, body: {...last.body, text: last.body.text + event.body.text}}
  if (last?.type === 'tool.output' && event.type === 'tool.output' && last.body.call === event.body.call)
    return {...last, body: {...last.body, text: last.body.text + event.body.text}}
  return undefined
}

export const openMemory = (): Memory => {
  let events: Event[] = []
  let chars = 0
  return {
    keep: (event) => {
      const one = merged(events.at(-1), event)
      chars += one ? textsOf(event) - frameChars : textsOf(event)
      if (one) events[events.length - 1] = one
      else events.push(event)
      if (chars <= charsMost) return
      // A quarter at once, so that a long life is not spent on moving.
      let from = 0
      while (chars > (charsMost * 3) / 4 && from < events.length - 1) chars -= textsOf(events[from++] as Event)
      events = events.slice(from)
    },
    all: () => events,
  }
}
