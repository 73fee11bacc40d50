// Leaving: at once when nothing goes on, else the person says what shall become of the work.

import {leaveAsk} from './card.ts'
import {type Next, next} from './changes.ts'
import type {AppState} from './state.ts'
import type {AskView} from './view/asks.ts'

export const leaveOrAsk = (state: AppState): Next => {
  if (!state.session?.live || state.link !== 'here') return next(state, {do: 'leave', stop: true})
  const ask: AskView = {
    ask: leaveAsk,
    kind: 'question',
    text: 'The agents are at work. What shall become of it?',
    choices: [],
    rule: '',
    call: null,
    role: '',
    agent: '',
    at: state.now,
  }
  const keeperAsks = [ask, ...state.keeperAsks.filter((one) => one.ask !== leaveAsk)]
  return next({
    ...state,
    keeperAsks,
    card: {ask: leaveAsk, at: 0, typed: null, writes: null, choice: '', top: 0},
    later: state.later.filter((one) => one !== leaveAsk),
  })
}
