// The one store of the screen: a state, replaced whole by each action, and readers that are told once for all changes
// of one breath. The only user of zustand.

import {createStore} from 'zustand/vanilla'
import type {Action, Effect} from './action.ts'
import {reduce} from './reduce.ts'
import type {AppState} from './state.ts'

export interface Store {
  state(): AppState
  /** What is to be done now; the state is the next one already. */
  dispatch(action: Action): readonly Effect[]
  /** Told of the newest state, once for all changes until the loop is free. Returns how to stop. */
  onChange(hear: (state: AppState) => void): () => void
}

export const openStore = (first: AppState, later: (run: () => void) => void = setImmediate): Store => {
  const store = createStore<AppState>(() => first)
  return {
    state: store.getState,
    dispatch: (action) => {
      const {state, effects} = reduce(store.getState(), action)
      if (state !== store.getState()) store.setState(state, true)
      return effects
    },
    onChange: (hear) => {
      let waits = false
      return store.subscribe(() => {
        if (waits) return
        waits = true
        later(() => {
          waits = false
          hear(store.getState())
        })
      })
    },
  }
}
