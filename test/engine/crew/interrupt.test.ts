// A person interrupts a crew: who hears it, and what becomes of what was asked and what was waited for.

import {describe, expect, it} from 'vitest'
import {asked, limits, scene, settled} from './kit.ts'

describe('an interrupt', () => {
  it('reaches those at work, and says so when there are none', async () => {
    const play = scene()
    const coder = await play.start()
    expect(play.crew.interrupt('a_9')).toBe(false)
    expect(play.crew.interrupt('a_1')).toBe(true)
    await settled()
    expect(coder.down.at(-1)).toEqual({say: 'interrupt'})
    coder.handOver()
    await settled()
    expect(play.crew.interrupt()).toBe(false)
    await play.crew.ended
  })
  it('denies what the agent asks, on record, and no other is answered for', async () => {
    const play = scene({ports: {askMs: Number.POSITIVE_INFINITY, limits: {...limits, candidates: 2, isolated: true}}})
    await play.start()
    const [one, two] = play.players
    one?.ask('run ls')
    two?.ask('run rm')
    await settled()
    play.clock.pass(10 ** 9)
    await settled()
    expect(play.bodies('ask.answered')).toEqual([])
    play.crew.interrupt(one?.agent)
    await settled()
    expect(play.bodies('ask.answered')).toMatchObject([{ask: 'q_1', choice: 'deny', by: 'person'}])
    expect(two?.down.some(({say}) => say === 'interrupt' || say === 'answer')).toBe(false)
    expect(play.crew.answer('q_2', 'once')).toBe(true)
    play.crew.end('interrupted', 'enough')
    await play.crew.ended
  })
  it('ends the waiting for what others leave of the budget', async () => {
    const play = scene({ports: {caps: {tokens: 2}, limits: {...limits, candidates: 3, isolated: true}}})
    await play.start()
    const [one, two, three] = play.players
    if (!one || !two || !three) throw new Error('three coders')
    await one.clear('model.asked', asked(1))
    await two.clear('model.asked', asked(1))
    const third = three.clear('model.asked', asked(1))
    await settled()
    play.crew.interrupt(three.agent)
    expect((await third).refused).toMatchObject({code: 'model.stopped'})
    expect(three.down.map(({say}) => say).slice(-2)).toEqual(['interrupt', 'go'])
    play.crew.end('interrupted', 'enough')
    await play.crew.ended
  })
  it('is not what words for one agent are, and those reach it alone', async () => {
    const play = scene({ports: {limits: {...limits, candidates: 2, isolated: true}}})
    const coder = await play.start()
    const other = play.players.find((player) => player !== coder)
    play.crew.steer('only you', coder.agent)
    await settled()
    expect(coder.down.at(-1)).toEqual({say: 'steer', text: 'only you'})
    expect(other?.down.some(({say}) => say === 'steer')).toBe(false)
    expect(play.bodies('user.steered')).toEqual([{text: 'only you', to: coder.agent}])
    play.crew.end('interrupted', 'enough')
    await play.crew.ended
  })
})
