// The crew over fake ports: who is hired and given what, and what is decided from what they hand over.

import {describe, expect, it} from 'vitest'
import type {Draft} from '../../../engine/contract/event.ts'
import {limits, replied, resultOf, scene, settled} from './kit.ts'

describe('a crew', () => {
  it('hires a coder, checks what it changed, and is done on evidence', async () => {
    const play = scene()
    const coder = await play.start()
    expect(coder.assignments[0]).toMatchObject({agent: 'a_1', brief: 'make it two', history: [], keep: false, nextCall: 1})
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    coder.handOver()
    expect(await play.crew.ended).toMatchObject({outcome: 'done', candidate: 1})
    expect(play.gated).toEqual(['tests'])
    expect(play.bodies('phase.handed')).toMatchObject([{changed: true}])
    expect(play.bodies('tool.done')[0]?.changes).toMatchObject([{path: 'a.js'}])
    expect(play.events().map((event) => event.type)).toContain('role.left')
    expect(play.sweeps()).toBeGreaterThan(0)
  })

  it('checks nothing when nothing was changed', async () => {
    const play = scene()
    ;(await play.start()).handOver({text: 'just an answer'})
    expect((await play.crew.ended).outcome).toBe('answered')
    expect(play.gated).toEqual([])
  })

  it('does not believe a change that was taken back', async () => {
    const play = scene()
    const coder = await play.start()
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    await play.edit(coder, 'c2', () => play.files.held.set('a.js', 'one'))
    coder.handOver()
    expect((await play.crew.ended).outcome).toBe('answered')
  })

  it('repairs with the same agent, reviews, restarts afresh, and gives up', async () => {
    const play = scene({checks: [resultOf(false, 'red one'), resultOf(false, 'red two'), resultOf(false, 'red three')]})
    const coder = await play.start()
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    coder.handOver({text: 'Hypothesis: off by one'})
    await settled()
    expect(coder.assignments[1]).toMatchObject({keep: true, step: {phase: 'repair', attempt: 2}})
    expect(coder.assignments[1]?.brief).toContain('it is red one')
    expect(coder.assignments[1]?.brief).toContain('"off by one"')
    await play.edit(coder, 'c2', () => play.files.held.set('a.js', 'three'))
    coder.handOver({text: 'Hypothesis: another'})
    await settled()
    const reviewer = play.players[1]
    expect(reviewer?.assignments[0]).toMatchObject({step: {role: 'reviewer', phase: 'review'}})
    reviewer?.handOver({text: 'Hypothesis: the root'})
    await settled()
    expect(play.bodies('checkpoint.restored')).toHaveLength(1)
    expect(coder.assignments[2]).toMatchObject({keep: false, history: [], step: {phase: 'implement', fresh: true}})
    expect(coder.assignments[2]?.brief).toContain('the root')
    await play.edit(coder, 'c3', () => play.files.held.set('a.js', 'four'))
    coder.handOver()
    expect(await play.crew.ended).toMatchObject({outcome: 'gate_failed'})
  })

  it('asks explorer and planner first, and tells the coder what they found', async () => {
    const play = scene({ports: {limits: {...limits, crew: {explorer: true, planner: true, tester: true}}}})
    const explorer = await play.start()
    expect(explorer.assignments[0]?.step).toMatchObject({role: 'explorer', candidate: 0})
    explorer.handOver({text: 'it is in a.js'})
    await settled()
    play.players[1]?.handOver({text: 'first this'})
    await settled()
    const coder = play.players[2]
    expect(coder?.assignments[0]?.brief).toBe('make it two\n\nFrom the explorer:\nit is in a.js\n\nFrom the planner:\nfirst this')
    await play.edit(coder as never, 'c1', () => play.files.held.set('a.js', 'two'))
    coder?.handOver()
    await settled()
    expect(play.players[3]?.assignments[0]?.step.role).toBe('tester')
    play.players[3]?.handOver()
    expect((await play.crew.ended).outcome).toBe('done')
  })

  it('makes the checks again when somebody changes a file behind them', async () => {
    const play = scene({
      checks: [
        (held) => {
          held.set('b.js', 'somebody else')
          return resultOf(true)
        },
        resultOf(true),
      ],
    })
    const coder = await play.start()
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    coder.handOver()
    expect((await play.crew.ended).outcome).toBe('done')
    expect(play.bodies('gate.stale')).toMatchObject([{gate: 'tests'}])
    expect(play.gated).toHaveLength(2)
  })

  it('is not done when what was changed behind the checks is red', async () => {
    const behind = (held: Map<string, string>) => {
      held.set('b.js', 'broken')
      return resultOf(true)
    }
    const play = scene({checks: [behind, resultOf(false, 'broken')]})
    const coder = await play.start()
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    coder.handOver()
    expect(await play.crew.ended).toMatchObject({outcome: 'gate_failed', reason: expect.stringContaining('broken')})
  })

  it('gives up on files that never stand still', async () => {
    let nth = 0
    const play = scene({checks: [(held) => held.set('b.js', `${++nth}`) && resultOf(true)]})
    const coder = await play.start()
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    coder.handOver()
    expect(await play.crew.ended).toMatchObject({outcome: 'gate_failed', reason: expect.stringContaining('keep changing')})
  })

  it('needs a person when old tests would have to change', async () => {
    const play = scene({checks: [resultOf(false, 'a test was changed', {needsPerson: {paths: ['t.js'], why: 'changed'}})]})
    const coder = await play.start()
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    coder.handOver()
    expect((await play.crew.ended).outcome).toBe('needs_person')
  })

  it('adopts the better of two candidates and drops the other', async () => {
    const adopted: number[] = []
    const play = scene({
      checks: [resultOf(false), resultOf(true)],
      ports: {
        limits: {...limits, candidates: 2, isolated: true, repairs: 0, restarts: 0},
        adopt: (site, made) => {
          adopted.push(site.candidate)
          return {changes: made.flat(), conflicts: []}
        },
      },
    })
    await play.start()
    const [one, two] = play.players
    if (!one || !two) throw new Error('two coders')
    await play.edit(one, 'c1', () => play.files.held.set('a.js', 'two'))
    one.handOver()
    await settled()
    await play.edit(two, 'c2', () => play.files.held.set('a.js', 'three'))
    two.handOver()
    expect(await play.crew.ended).toMatchObject({outcome: 'done', candidate: 2})
    expect(adopted).toEqual([2])
    expect(play.bodies('patch.dropped')).toMatchObject([{patch: 'p_1'}])
  })

  it('needs a person when the files that it would adopt over have changed', async () => {
    const play = scene({ports: {limits: {...limits, isolated: true}, adopt: () => ({changes: [], conflicts: ['a.js']})}})
    const coder = await play.start()
    await play.edit(coder, 'c1', () => play.files.held.set('a.js', 'two'))
    coder.handOver()
    expect(await play.crew.ended).toMatchObject({outcome: 'needs_person', reason: expect.stringContaining('a.js')})
  })
})

describe('a person meanwhile', () => {
  it('is heard by who works, and by who is only being hired', async () => {
    const play = scene()
    const coder = await play.start()
    play.crew.steer('in French')
    await settled()
    expect(coder.down.at(-1)).toEqual({say: 'steer', text: 'in French'})
    expect(play.bodies('user.steered')).toEqual([{text: 'in French'}])
  })
})

describe('a resumed crew', () => {
  const step = {
    type: 'task.started',
    agent: 'a_1',
    span: 's1',
    body: {role: 'coder', attempt: 1, phase: 'implement', candidate: 1, fresh: true, brief: 'make it two'},
  }
  it('goes on with the step that was open, in a new process of the same name', async () => {
    const before = [
      {type: 'role.hired', agent: 'a_1', span: 's0', body: {ordinal: 1, process: 'child'}},
      step,
      {type: 'model.replied', agent: 'a_1', span: 's2', turn: 3, body: replied(1, 'looking', [{id: 'c1', tool: 'read', input: '{}'}])},
    ] as unknown as Draft[]
    const play = scene({before})
    const coder = await play.start()
    expect(coder.agent).toBe('a_1')
    expect(play.bodies('task.started')).toHaveLength(1)
    expect(coder.assignments[0]).toMatchObject({brief: '', nextCall: 2, turn: 3})
    expect(coder.assignments[0]?.history).toHaveLength(2)
    coder.handOver()
    expect((await play.crew.ended).outcome).toBe('answered')
  })
})
