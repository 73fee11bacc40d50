// The crew in trouble: effects that may not begin, agents that die, caps, questions, and that every ending is one.

import {describe, expect, it} from 'vitest'
import {FaultError, fault} from '../../../engine/contract/fault.ts'
import {asked, called, done, replied, scene, settled} from './kit.ts'

describe('an effect', () => {
  it('is let go only when its call and the start of the run are on record', async () => {
    const play = scene()
    const coder = await play.start()
    const types = () => play.events().map((event) => event.type)
    const go = coder.clear('tool.called', called('c1'), 'c1')
    expect(types()).not.toContain('tool.called')
    await go
    expect(types().slice(-2)).toEqual(['checkpoint.saved', 'tool.called'])
  })
  it('is not let go when it cannot be written down', async () => {
    const play = scene({
      journal: (under) => ({
        ...under,
        append: (run, drafts, options) => {
          if (drafts[0]?.type === 'tool.called') throw new FaultError(fault('journal.full', {why: 'no space'}))
          return under.append(run, drafts, options)
        },
      }),
    })
    const coder = await play.start()
    expect((await coder.clear('tool.called', called('c1'), 'c1')).refused).toMatchObject({code: 'journal.full'})
    expect(await play.crew.ended).toMatchObject({outcome: 'failed', reason: expect.stringContaining('no space')})
  })
  it('asks for durability, and a reader of files does not', async () => {
    const full: string[] = []
    const play = scene({
      journal: (under) => ({
        ...under,
        append: (run, drafts, options) => {
          if (options?.full) full.push(...drafts.map((draft) => draft.type))
          return under.append(run, drafts, options)
        },
      }),
    })
    const coder = await play.start()
    coder.report('tool.called', {...called('c0'), effect: false})
    await play.edit(coder, 'c1', () => undefined)
    expect(full).toEqual(['tool.called'])
  })
  it('does not begin once the run is ending', async () => {
    const play = scene()
    const coder = await play.start()
    const go = coder.clear('tool.called', called('c1'), 'c1')
    play.crew.end('interrupted', 'enough')
    expect((await go).refused).toMatchObject({code: 'tool.stopped'})
    expect(await play.crew.ended).toMatchObject({outcome: 'interrupted', reason: 'enough'})
    expect(play.bodies('tool.called')).toEqual([])
  })
  it('keeps the whole output as a blob', async () => {
    const play = scene()
    const coder = await play.start()
    await coder.clear('tool.called', called('c1'), 'c1')
    coder.report('tool.done', {...done('c1'), whole: 'all of it'}, 'c1')
    await settled()
    expect(play.bodies('tool.done')).toMatchObject([{whole: {blob: play.blobs.put('all of it'), bytes: 9}}])
  })
})

describe('an agent that dies', () => {
  it('is replaced under its own name, with its conversation and what is known of its open call', async () => {
    const play = scene()
    const coder = await play.start()
    await coder.clear('model.asked', asked(1), 'm1')
    coder.report('model.replied', replied(1, '', [{id: 'c1', tool: 'write', input: '{}'}]), 'm1')
    await coder.clear('tool.called', called('c1'), 'c1')
    play.files.held.set('a.js', 'half')
    coder.die()
    await settled()
    play.clock.pass(100)
    await settled()
    expect(play.bodies('role.lost')).toMatchObject([{replaced: true}])
    expect(play.bodies('tool.done')).toMatchObject([{call: 'c1', ok: false, error: {code: 'tool.interrupted'}, changes: [{path: 'a.js'}]}])
    const again = play.players[1]
    expect(again?.agent).toBe('a_1')
    expect(again?.assignments[0]).toMatchObject({brief: '', keep: false, nextCall: 2})
    expect(again?.assignments[0]?.history.map((message) => message.from)).toEqual(['user', 'model', 'tool'])
    expect(again?.assignments[0]?.history[2]).toMatchObject({ok: false, text: expect.stringContaining('a.js')})
  })

  it('again and again without a reply takes its step with it', async () => {
    const play = scene()
    await play.start()
    let alive = 0
    while (play.players.length > alive && alive < 20) {
      alive = play.players.length
      play.players.at(-1)?.die()
      await settled()
    }
    const lost = play.bodies('role.lost').map((one) => one.replaced)
    expect(lost).toEqual([...Array(play.players.length - 1).fill(true), false])
    expect(lost.length).toBeGreaterThan(3)
    expect(lost.length).toBeLessThan(15)
    expect(await play.crew.ended).toMatchObject({outcome: 'failed', reason: expect.stringContaining(`ended ${lost.length} times`)})
  })

  it('is replaced for longer while its model gets on', async () => {
    const play = scene()
    await play.start()
    for (let nth = 1; nth <= 9; nth += 1) {
      const player = play.players.at(-1)
      await player?.clear('model.asked', asked(nth), `m${nth}`)
      player?.report('model.replied', replied(nth, '', [{id: `c${nth}`, tool: 'read', input: '{}'}]), `m${nth}`)
      await settled()
      player?.die()
      await settled()
    }
    expect(play.players).toHaveLength(10)
    play.players.at(-1)?.handOver()
    expect((await play.crew.ended).outcome).toBe('answered')
  })

  it('gives back what it had reserved', async () => {
    const play = scene({ports: {caps: {turns: 1}}})
    const coder = await play.start()
    expect((await coder.clear('model.asked', asked(1), 'm1')).refused).toBeUndefined()
    coder.die()
    await settled()
    expect((await play.players[1]?.clear('model.asked', asked(1), 'm2'))?.refused).toBeUndefined()
  })

  it('is not missed while the run is ending', async () => {
    const play = scene()
    const coder = await play.start()
    play.crew.end('interrupted', 'enough')
    coder.die()
    await play.crew.ended
    expect(play.bodies('role.lost')).toEqual([])
    expect(play.bodies('role.left')).toHaveLength(1)
  })
})

describe('the purse of a crew', () => {
  it('refuses the call after the cap, records it once, and the run ends as capped', async () => {
    const play = scene({ports: {caps: {calls: 1}}})
    const coder = await play.start()
    expect((await coder.clear('model.asked', asked(1), 'm1')).refused).toBeUndefined()
    coder.report('model.replied', replied(1, 'hm', []), 'm1')
    expect((await coder.clear('model.asked', asked(2), 'm2')).refused).toMatchObject({code: 'budget.calls'})
    expect((await coder.clear('model.asked', asked(2), 'm3')).refused).toMatchObject({code: 'budget.calls'})
    expect(play.bodies('budget.exceeded')).toEqual([{cap: 'calls', limit: 1, used: 1}])
    expect(play.bodies('model.asked')).toHaveLength(1)
    coder.handOver({outcome: 'capped', why: 'the cap of 1 calls is reached'})
    expect(await play.crew.ended).toMatchObject({outcome: 'capped'})
  })
})

describe('a question', () => {
  it('is denied at once when nobody can be asked, with the rule that would allow it', async () => {
    const play = scene()
    const coder = await play.start()
    coder.ask('write a.js')
    await settled()
    expect(coder.down.at(-1)).toMatchObject({say: 'answer', choice: 'deny', error: {code: 'permission.asked'}})
    expect(play.bodies('ask.answered')).toMatchObject([{ask: 'q_1', choice: 'deny', by: 'nobody'}])
    coder.handOver()
    expect((await play.crew.ended).outcome).toBe('needs_person')
  })
  it('waits for its answer, and takes only one', async () => {
    const play = scene({ports: {askMs: 1000}})
    const coder = await play.start()
    coder.ask('write a.js')
    await settled()
    expect(play.crew.answer('q_2', 'once')).toBe(false)
    expect(play.crew.answer('q_1', 'once', 'go on')).toBe(true)
    expect(play.crew.answer('q_1', 'deny')).toBe(false)
    await settled()
    expect(coder.down.at(-1)).toMatchObject({say: 'answer', choice: 'once', text: 'go on'})
    play.clock.pass(2000)
    await settled()
    expect(play.bodies('ask.answered')).toHaveLength(1)
  })
  it('answered for the run, is not put again, whoever asks', async () => {
    const play = scene({ports: {askMs: 1000}})
    const coder = await play.start()
    coder.ask('write a.js')
    await settled()
    expect(play.crew.answer('q_1', 'run')).toBe(true)
    coder.ask('write a.js')
    await settled()
    expect(coder.down.filter(({say}) => say === 'answer')).toMatchObject([{choice: 'run'}, {choice: 'run'}])
    coder.ask('write b.js')
    await settled()
    expect(play.bodies('ask.raised')).toHaveLength(2)
  })
  it('is denied when its time is over', async () => {
    const play = scene({ports: {askMs: 1000}})
    const coder = await play.start()
    coder.ask('which one?', 'question')
    await settled()
    play.clock.pass(1000)
    await settled()
    expect(play.bodies('ask.answered')).toMatchObject([{by: 'timeout', choice: 'deny'}])
    expect(coder.down.at(-1)).toMatchObject({error: {msg: expect.stringContaining('which one?')}})
  })
  it('is denied at once when those who could answer have left, as is whatever is asked later', async () => {
    const play = scene({ports: {askMs: 1000}})
    const coder = await play.start()
    coder.ask('write a.js')
    await settled()
    play.crew.unattended()
    coder.ask('write b.js')
    await settled()
    expect(play.bodies('ask.answered')).toMatchObject([
      {ask: 'q_1', choice: 'deny', by: 'nobody'},
      {ask: 'q_2', choice: 'deny', by: 'nobody'},
    ])
    expect(play.crew.answer('q_1', 'once')).toBe(false)
    play.clock.pass(2000)
    await settled()
    expect(play.bodies('ask.answered')).toHaveLength(2)
  })
  it('dies with who asked it', async () => {
    const play = scene({ports: {askMs: 1000}})
    const coder = await play.start()
    coder.ask('write a.js')
    await settled()
    coder.die()
    await settled()
    expect(play.crew.answer('q_1', 'once')).toBe(false)
  })
})

describe('the ending', () => {
  it('says stop to everybody, and the first one stands', async () => {
    const play = scene()
    const coder = await play.start()
    play.crew.end('terminated', 'first')
    play.crew.end('done', 'second')
    expect(await play.crew.ended).toMatchObject({outcome: 'terminated', reason: 'first'})
    expect(coder.down.at(-1)).toMatchObject({say: 'stop', why: 'first'})
  })
  it('does not wait for ever for a process that never said hello', async () => {
    const play = scene({mute: true})
    await play.start()
    play.crew.end('interrupted', 'enough')
    await settled()
    play.clock.pass(1500)
    await settled()
    play.clock.pass(1000)
    expect((await play.crew.ended).outcome).toBe('interrupted')
    expect(play.bodies('role.left')).toHaveLength(1)
  })
  it('is failed, in words, when the files cannot be laid', async () => {
    const play = scene({
      ports: {
        openSite: () => {
          throw new FaultError(fault('job.failed', {command: 'copy', why: 'no room'}))
        },
      },
    })
    await play.start()
    expect(await play.crew.ended).toMatchObject({outcome: 'failed', reason: expect.stringContaining('no room')})
  })
  it('is failed when a check throws', async () => {
    const play = scene({ports: {gateFor: () => Promise.reject(new Error('no such gate'))}})
    const coder = await play.start()
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    coder.handOver()
    expect(await play.crew.ended).toMatchObject({outcome: 'failed', reason: expect.stringContaining('no such gate')})
  })
  it('kills at once when it must', async () => {
    const play = scene()
    await play.start()
    const before = play.sweeps()
    play.crew.kill()
    expect(play.sweeps()).toBe(before + 1)
  })
})
