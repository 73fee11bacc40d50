// The keeper as screens meet it: the real process, real role processes on real terminals, and a scripted model.

import {describe, expect, it} from 'vitest'
import {calculator, fix, fixed, ways} from '../kit/flow.ts'
import {openTestScreen, startIn} from '../kit/keeper.ts'
import {modelServer} from '../kit/model-server.ts'
import {place} from '../kit/penguin.ts'

describe('a keeper', () => {
  it('runs what a screen says, and a second screen is told the same', async () => {
    await using server = await modelServer(fix)
    using here = place(calculator, {env: ways.responses(server).env})
    const word = await startIn(here, {model: 'openai/gpt-5.2', permission: 'auto'})
    const one = await openTestScreen(word)
    await one.until((message) => message.tell === 'caught-up')
    one.say('fix sum')
    const closed = await one.untilEvent('run.closed')
    expect(closed.body).toMatchObject({outcome: 'done'})
    expect(here.read('sum.js')).toBe(fixed)
    const two = await openTestScreen(word)
    await two.until((message) => message.tell === 'caught-up')
    const kept = (screen: typeof one) => screen.events().filter((event) => !event.passing)
    expect(kept(two)).toEqual(kept(one))
    await two.holds(() => two.shows('a_1') !== '' && two.shows('a_1') === one.shows('a_1'))
    one.says({do: 'leave', stop: false})
    two.says({do: 'leave', stop: true})
    await two.client.gone
    await two.holds(() => here.survivors().length === 0)
  }, 30_000)
})
