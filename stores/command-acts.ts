// Slash commands that act on the run, the panes and the screen's own life.

import {next, send} from './changes.ts'
import {type Command, complain} from './command.ts'
import {leaveOrAsk} from './leave.ts'
import {recall} from './reduce-ask.ts'
import type {AppState} from './state.ts'

const lastAnswer = (state: AppState): string => {
  if (state.view.run.closed?.text) return state.view.run.closed.text
  const stories = [state.view.stories[state.layout.focus], ...Object.values(state.view.stories)]
  for (const story of stories) {
    const said = story?.parts.findLast((part) => part.is === 'said' && part.by === 'model')
    if (said?.is === 'said') return said.text
  }
  return ''
}

export const acts: readonly Command[] = [
  {
    name: 'copy',
    takes: '',
    about: 'the last answer into the clipboard',
    run: (state) => {
      const text = lastAnswer(state)
      return text ? next(state, {do: 'copy', text}) : complain(state, 'nothing was answered yet')
    },
  },
  {
    name: 'search',
    takes: 'TEXT',
    about: 'search the scrollback of the pane in focus',
    run: (state, rest) => {
      if (!state.layout.focus) return complain(state, 'there is no pane')
      return rest ? next(state, {do: 'search', pane: state.layout.focus, text: rest}) : complain(state, 'search for what? /search TEXT')
    },
  },
  {
    name: 'stop',
    also: ['end'],
    takes: '',
    about: 'end the run in progress, in order',
    run: (state) => (state.session?.live ? next(state, send({do: 'end'})) : complain(state, 'no run is in progress')),
  },
  {
    name: 'interrupt',
    takes: '[AGENT]',
    about: 'stop what an agent does at this moment; all of them without a name',
    complete: (state, words) => (words.length === 0 ? Object.values(state.view.agents).map(({id, role}) => ({text: id, about: role})) : []),
    run: (state, rest) => {
      if (!state.session?.live) return complain(state, 'no run is in progress')
      const agent = Object.values(state.view.agents).find(({id, role}) => id === rest || role === rest)
      if (rest && !agent) return complain(state, `there is no agent ${rest}`)
      return next(state, send({do: 'interrupt', ...(agent ? {agent: agent.id} : {})}))
    },
  },
  {
    name: 'trust',
    takes: '',
    about: 'answer the question whether this folder is trusted',
    run: (state) =>
      state.keeperAsks.some(({kind}) => kind === 'trust') ? next(recall(state, 'trust')) : complain(state, 'nobody asks whether this folder is trusted'),
  },
  {name: 'detach', takes: '', about: 'leave the screen; the work goes on', run: (state) => next(state, {do: 'leave', stop: false})},
  {name: 'quit', also: ['exit'], takes: '', about: 'leave; asks when work is in progress', run: leaveOrAsk},
]
