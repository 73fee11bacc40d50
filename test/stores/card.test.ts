// What a card shows of what it asks about: nobody allows what they cannot see in the belief that they have seen it.

import {beforeAll, describe, expect, it} from 'vitest'
import type {Preview} from '../../engine/contract/tool.ts'
import {cardAsk, cardLines} from '../../stores/card.ts'
import {loadDiff} from '../../stores/diff.ts'
import {begin, type Teller, teller} from '../kit/screen-story.ts'

const coder = {agent: 'a_1', role: 'coder', task: 't_1'}
const why = 'mode ask leaves every write and command to a person'

const asking = (what: string, preview?: Preview): Teller =>
  begin(teller({columns: 80, rows: 40}), [{role: 'coder', phase: 'implement'}]).event(
    'ask.raised',
    {ask: 'q_1', kind: 'permission', text: `coder wants to ${what} (${why})`, choices: ['once', 'deny'], ...(preview ? {preview} : {})},
    coder,
  )

const shown = (story: Teller): string => {
  const ask = cardAsk(story.state)
  return ask
    ? cardLines(story.state, ask, 76)
        .map((line) => line.map(({text}) => text).join(''))
        .join('\n')
    : ''
}

beforeAll(loadDiff)

describe('the card of a change', () => {
  it('shows a new file as it will be', () => {
    const text = shown(asking('write(a.ts)', {path: 'a.ts', line: 1, old: '', new: 'one\ntwo\n'}))
    expect(text).toMatch(/1 \+ one +\n.*2 \+ two/)
    expect(text).not.toContain('cannot be shown')
  })
  it('says how much of a very long one is not shown', () => {
    const text = shown(asking('write(a.ts)', {path: 'a.ts', line: 1, old: '', new: 'x\n'.repeat(4100)}))
    expect(text).toContain('… 100 more lines, not shown here')
  })
  it('says so when what would be written cannot be shown', () => expect(shown(asking('write(a.bin)'))).toContain('cannot be shown here'))
  it('says nothing of it where nothing is written', () => expect(shown(asking('shell(ls)'))).not.toContain('cannot be shown'))
})
