// The chrome as an element, for whoever mounts it: the edge of the program has no JSX of its own.

import type {ReactElement} from 'react'
import type {AppState} from '../stores/state.ts'
import {App} from './app.tsx'

export const drawApp = (state: AppState): ReactElement => <App state={state} />
