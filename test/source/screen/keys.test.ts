// Keys as they are pressed one after the other: what clears the prompt is not the first half of leaving.

import {describe, expect, it} from 'vitest'
import type {InputEvent} from '../../../engine/contract/screen.ts'
import {openKeys} from '../../../source/screen/keys.ts'
import type {Action} from '../../../stores/action.ts'
import {begin, type Teller, teller, typing} from '../../kit/screen-story.ts'

const ctrlC: InputEvent = {input: 'key', key: 'c', text: '', ctrl: true, alt: false, shift: false, raw: '\x03'}

const pressing = (story: Teller): {press(...events: InputEvent[]): string[]} => {
  const commands: string[] = []
  const keys = openKeys({
    state: () => story.state,
    keymap: story.state.keymap,
    dispatch: (action: Action) => {
      if (action.do === 'command') commands.push(action.command)
      story.act(action)
    },
    type: () => undefined,
    panes: {get: () => undefined} as never,
    nowMs: () => 1000,
  })
  return {
    press: (...events) => {
      commands.length = 0
      for (const event of events) keys.take(event)
      return [...commands]
    },
  }
}
const working = (): Teller => begin(teller({columns: 80, rows: 24}), [{role: 'coder', phase: 'implement'}])

describe('ctrl+c', () => {
  it('twice on an empty prompt leaves', () => expect(pressing(working()).press(ctrlC, ctrlC)).toEqual(['clear', 'leave']))
  it('clears what is typed first, and then wants both presses', () => {
    const story = working().act(...typing('half a thought'))
    const {press} = pressing(story)
    expect(press(ctrlC, ctrlC)).toEqual(['clear', 'clear'])
    expect(story.state.editor.text).toBe('')
    expect(press(ctrlC)).toEqual(['leave'])
  })
  it('that closes what is offered leaves nobody', () => {
    const story = working().act(...typing('/'))
    expect(story.state.popup).not.toBeNull()
    expect(pressing(story).press(ctrlC, ctrlC)).toEqual(['clear', 'clear'])
  })
})
