// The chrome as an element, for whoever mounts it: the edge of the program has no JSX of its own. A state that looks like
// the one before gives the same element, so that whoever mounts it can leave the picture as it is.

import type {ReactElement} from 'react'
import {looksSame} from '../stores/picture.ts'
import type {AppState} from '../stores/state.ts'
import {App} from './app.tsx'

let drawn: {state: AppState; element: ReactElement} | undefined

export const drawApp = (state: AppState): ReactElement => {
  if (drawn && looksSame(drawn.state, state)) return drawn.element
  drawn = {state, element: <App state={state} />}
  return drawn.element
}
