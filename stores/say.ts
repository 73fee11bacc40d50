// A request or a word to agents at work, with the files that it names.

import type {Effect} from './action.ts'
import {type Next, next, send, toast} from './changes.ts'
import type {AppState} from './state.ts'

/** Files that were named with @, as the request carries them. */
const filesOf = (text: string): string[] =>
  [...text.matchAll(/(?:^|[\s([{'"`])@(?:"([^"]+)"|([^\s"]+))/g)]
    .map(([, quoted, bare]) => (quoted ?? bare ?? '').replace(/[.,;:!?)\]}]+$/, ''))
    .filter(Boolean)

const imageLike = /\.(?:png|jpe?g|gif|webp)$/i

const blindWords = ({session}: AppState, images: readonly string[]): string =>
  `${session?.settings.model ?? session?.route} sees no images: ${images.join(', ')} would go as a name only; enter sends it so, /model chooses another`

export const sayText = (state: AppState, text: string, when: 'now' | 'after', to?: string): Next => {
  // Before the keeper is there, the first or the next one, the wire holds what is said.
  if (state.over || state.link === 'lost') return next(toast(state, 'nobody is there to hear it; it stays in the prompt', 'bad'))
  const files = filesOf(text)
  const images = files.filter((file) => imageLike.test(file))
  const blind = state.session?.sees === false && images.length > 0 ? blindWords(state, images) : ''
  // Said once; who sends it all the same means it.
  if (blind && !state.toasts.some((one) => one.text === blind)) return next(toast(state, blind, 'bad'))
  // Whoever says something wants to see what comes of it: panes that were scrolled follow again.
  const seen = when === 'now' ? state.panes.filter(({kind}) => kind === 'agent').map(({pane}): Effect => ({do: 'pane', pane, command: 'last'})) : []
  return next(state, send({do: 'say', text, ...(files.length > 0 ? {files} : {}), when, ...(to ? {to} : {})}), ...seen)
}
