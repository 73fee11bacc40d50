// Leaving: at once when nothing goes on, else the person says what shall become of the work.

import {leaveAsk} from './card.ts'
import {type Next, next} from './changes.ts'
import {cardOf} from './reduce-told.ts'
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
    rules: [],
    call: null,
    role: '',
    agent: '',
    at: state.now,
  }
  const keeperAsks = [ask, ...state.keeperAsks.filter((one) => one.ask !== leaveAsk)]
  return next({
    ...state,
    keeperAsks,
    card: {...cardOf(state, leaveAsk), asleep: false, since: 0},
    later: state.later.filter((one) => one !== leaveAsk),
  })
}
