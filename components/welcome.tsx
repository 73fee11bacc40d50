// What stands where the panes will be while there are none.

import type {ReactElement} from 'react'
import type {Rect} from '../engine/contract/screen.ts'
import type {AppState} from '../stores/state.ts'
import {themes} from '../stores/theme.ts'
import {Lines} from './lines.tsx'
import {welcomeIn} from './welcome-lines.ts'

export const Welcome = ({state, rect}: {state: AppState; rect: Rect}): ReactElement => {
  const {rect: place, lines} = welcomeIn(state, rect)
  return <Lines rect={place} lines={lines.map((line) => ({line}))} theme={themes[state.look.theme]} />
}
