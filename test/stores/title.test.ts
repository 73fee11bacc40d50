// What the tab of the terminal says: the newest state that matters, and the same words while nothing changes.

import {expect, it} from 'vitest'
import {titleOf} from '../../stores/title.ts'
import {begin, session, teller} from '../kit/screen-story.ts'

const coder = {agent: 'a_1', role: 'coder', task: 't_1'}

it('follows the session from ready to done, and says first that somebody is needed', () => {
  const story = teller({columns: 80, rows: 24})
  expect(titleOf(story.state)).toBe('')
  story.tell({tell: 'session', session: session()}, {tell: 'caught-up'})
  expect(titleOf(story.state)).toBe('penguin · project')
  begin(story, [{role: 'coder', phase: 'implement'}])
  const working = titleOf(story.state)
  expect(working).toBe('working · project')
  story.act({do: 'tick', at: story.state.now + 60_000})
  expect(titleOf(story.state)).toBe(working)
  story.event('ask.raised', {ask: 'q_1', kind: 'question', text: '?', choices: ['x']}, coder)
  expect(titleOf(story.state)).toBe('! needs you · project')
  story.event('ask.answered', {ask: 'q_1', choice: 'x', by: 'person'}, coder)
  story.event('role.idle', {}, coder)
  expect(titleOf(story.state)).toBe('stopped · project')
  const closed = {
    outcome: 'done',
    reason: '',
    exitCode: 0,
    text: '',
    gates: [],
    files: [],
    usage: {total: {}, models: {}, roles: {}},
    dropped: {},
    checkpoint: null,
    resume: '',
  }
  story.event('run.closed', closed as never)
  expect(titleOf(story.state)).toBe('✓ done · project')
})
