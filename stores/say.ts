// A request or a word to agents at work, with the files that it names.

import {type Next, next, send, toast} from './changes.ts'
import type {AppState} from './state.ts'

/** Files that were named with @, as the request carries them. */
const filesOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|[\s([{'"`])@(?:"([^"]+)"|([^\s"]+))/g)]
    .map(([, quoted, bare]) => (quoted ?? bare ?? '').replace(/[.,;:!?)\]}]+$/, ''))
    .filter(Boolean)

export const sayText = (state: AppState, text: string, when: 'now' | 'after', to?: string): Next => {
  // Before the keeper is there the wire holds what is said.
  if (state.over || state.link === 'lost') return next(toast(state, 'nobody is there to hear it; it stays in the prompt', 'bad'))
  const files = filesOf(text)
  return next(state, send({do: 'say', text, ...(files.length > 0 ? {files} : {}), when, ...(to ? {to} : {})}))
}
