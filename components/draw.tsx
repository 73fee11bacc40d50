// The chrome as an element, for whoever mounts it: the edge of the program has no JSX of its own. A state that looks like
// the one before gives the same element, so that whoever mounts it can leave the picture as it is. The rows of the prompt
// are given as bytes beside it: a key that is typed there costs them, and no picture.

import type {ReactElement} from 'react'
import {frameOf} from '../stores/frame.ts'
import {looksSame} from '../stores/picture.ts'
import type {AppState} from '../stores/state.ts'
import {App} from './app.tsx'
import {promptBytes} from './prompt.tsx'

let drawn: {state: AppState; element: ReactElement} | undefined

export const drawApp = (state: AppState): ReactElement => {
  if (drawn && looksSame(drawn.state, state)) return drawn.element
  drawn = {state, element: <App state={state} />}
  return drawn.element
}

/** Laid over the picture, also over one that was drawn before the newest key. */
export const drawPrompt = (state: AppState): string => promptBytes(state, frameOf(state))
