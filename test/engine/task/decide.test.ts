// decide as a table: a run is a list of events, and after each prefix the next intents are what they should be.

import {describe, expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import {foldAll} from '../../../engine/contract/journal.ts'
import type {Limits} from '../../../engine/contract/task.ts'
import {boardFold} from '../../../engine/fold/board.ts'
import {decide} from '../../../engine/task/decide.ts'

const solo: Limits = {
  candidates: 1,
  crew: {explorer: false, planner: false, tester: false},
  repairs: 2,
  restarts: 1,
  gate: 'always',
  checks: 1,
  isolated: false,
}

let seq = 0
const event = (type: string, body: unknown, agent = 'a_1'): Event =>
  ({v: 1, seq: ++seq, at: 0, run: 'r_1', trace: 't', span: `s${seq}`, agent, type, body}) as unknown as Event

const opened = event('run.opened', {})
const started = (phase: string, attempt: number, candidate = 1, role = 'coder', agent = 'a_1'): Event =>
  event('task.started', {role, attempt, phase, candidate, fresh: attempt === 1, brief: 'go'}, agent)
const handed = (changed: boolean, outcome = 'finished', agent = 'a_1', text = ''): Event => event('phase.handed', {outcome, text, changed}, agent)
const checked = (state: string, attempt: number, candidate = 1, signature = `${seq}`): Event =>
  event('task.phase', {phase: 'verify', attempt, candidate, checked: {state, signature, summary: state, report: state === 'red' ? 'red' : ''}})
const restarted = event('task.phase', {phase: 'restart', attempt: 0, candidate: 1})

const next = (limits: Limits, ...events: Event[]): string[] =>
  decide(foldAll(boardFold, events), limits).map((intent) => (intent.do === 'finish' ? `finish ${intent.outcome}` : `${intent.do} ${intent.key}`))

describe('decide, one agent', () => {
  it('does nothing before the run is opened', () => {
    expect(next(solo)).toEqual([])
  })
  it('starts with one coder and waits for it', () => {
    expect(next(solo, opened)).toEqual(['assign implement/1/1'])
    expect(next(solo, opened, started('implement', 1))).toEqual([])
  })
  it('checks what was handed over, and is done only when green', () => {
    const work = [opened, started('implement', 1), handed(true)]
    expect(next(solo, ...work)).toEqual(['check check/1/1'])
    expect(next(solo, ...work, checked('green', 1))).toEqual(['finish done'])
  })
  it('answers when nothing changed and the checks are green, and is red when they are red', () => {
    const work = [opened, started('implement', 1), handed(false)]
    expect(next(solo, ...work, checked('green', 1))).toEqual(['finish answered'])
    expect(next(solo, ...work, checked('red', 1))).toEqual(['finish gate_failed'])
  })
  it('repairs twice, asks a reviewer, starts afresh once, then gives up', () => {
    const run = [opened, started('implement', 1), handed(true), checked('red', 1)]
    expect(next(solo, ...run)).toEqual(['assign repair/1/2'])
    run.push(started('repair', 2), handed(true), checked('red', 2))
    expect(next(solo, ...run)).toEqual(['assign repair/1/3'])
    run.push(started('repair', 3), handed(true), checked('red', 3))
    expect(next(solo, ...run)).toEqual(['assign review/1/3'])
    run.push(started('review', 3, 1, 'reviewer', 'a_2'), handed(false, 'finished', 'a_2'))
    expect(next(solo, ...run)).toEqual(['restart restart/1/1'])
    run.push(restarted)
    expect(next(solo, ...run)).toEqual(['assign implement/1/4'])
    run.push(started('implement', 4), handed(true), checked('red', 4))
    expect(next(solo, ...run)).toEqual(['finish gate_failed'])
  })
  it('stops repairing a conversation whose failure does not move', () => {
    const run = [
      opened,
      started('implement', 1),
      handed(true),
      checked('red', 1, 1, 'a'),
      started('repair', 2),
      handed(true),
      checked('red', 2, 1, 'same'),
      started('repair', 3),
      handed(true),
      checked('red', 3, 1, 'same'),
    ]
    expect(next({...solo, repairs: 5}, ...run)).toEqual(['assign review/1/3'])
  })
  it.each([
    ['capped', 'capped'],
    ['provider', 'provider'],
    ['stuck', 'gate_failed'],
    ['failed', 'gate_failed'],
  ])('ends a coder that was %s as %s when its work is red', (outcome, ending) => {
    expect(next(solo, opened, started('implement', 1), handed(true, outcome), checked('red', 1))).toEqual([`finish ${ending}`])
  })
  it('calls a stuck loop with green checks failed', () => {
    expect(next(solo, opened, started('implement', 1), handed(true, 'stuck'), checked('green', 1))).toEqual(['finish failed'])
  })
  it('does not check what a broken provider left untouched', () => {
    expect(next(solo, opened, started('implement', 1), handed(false, 'provider'))).toEqual(['finish provider'])
  })
  it('calls changes that nothing can check unverified, and answers freely when nothing changed', () => {
    const none = {...solo, checks: 0}
    expect(next(none, opened, started('implement', 1), handed(true), checked('none', 1))).toEqual(['finish gate_failed'])
    expect(next(none, opened, started('implement', 1), handed(false))).toEqual(['finish answered'])
  })
  it('asks no check with --no-check', () => {
    expect(next({...solo, gate: 'never'}, opened, started('implement', 1), handed(true))).toEqual(['finish done'])
  })
  it('needs a person for what nobody could answer, though the checks are green', () => {
    const ask = event('ask.answered', {ask: 'q_1', choice: 'deny', by: 'nobody'})
    expect(next(solo, opened, started('implement', 1), ask, handed(true), checked('green', 1))).toEqual(['finish needs_person'])
  })
  it('says nothing after the run is closed', () => {
    expect(next(solo, opened, event('run.closed', {outcome: 'done'}))).toEqual([])
  })
})

describe('decide, a full crew', () => {
  const full: Limits = {...solo, crew: {explorer: true, planner: true, tester: true}}
  it('explores, plans, builds, tests, checks', () => {
    const run = [opened]
    expect(next(full, ...run)).toEqual(['assign explore/0/1'])
    run.push(started('explore', 1, 0, 'explorer', 'a_1'), handed(false, 'finished', 'a_1'))
    expect(next(full, ...run)).toEqual(['assign plan/0/1'])
    run.push(started('plan', 1, 0, 'planner', 'a_2'), handed(false, 'finished', 'a_2'))
    expect(next(full, ...run)).toEqual(['assign implement/1/1'])
    run.push(started('implement', 1, 1, 'coder', 'a_3'), handed(true, 'finished', 'a_3'))
    expect(next(full, ...run)).toEqual(['assign test/1/1'])
    run.push(started('test', 1, 1, 'tester', 'a_4'), handed(true, 'finished', 'a_4'))
    expect(next(full, ...run)).toEqual(['check check/1/1'])
    run.push(checked('green', 1))
    expect(next(full, ...run)).toEqual(['finish done'])
  })
  it('ends when the explorer cannot go on', () => {
    expect(next(full, opened, started('explore', 1, 0, 'explorer'), handed(false, 'provider'))).toEqual(['finish provider'])
  })
})

describe('decide, odd states', () => {
  const red = [opened, started('implement', 1), handed(true), checked('red', 1)]
  const twice = [...red, started('repair', 2), handed(true), checked('red', 2), started('repair', 3), handed(true), checked('red', 3)]
  const review = (outcome: string): Event[] => [started('review', 3, 1, 'reviewer', 'a_2'), handed(false, outcome, 'a_2')]
  it.each([
    ['finished', ['restart restart/1/1']],
    ['stuck', ['restart restart/1/1']],
    ['provider', ['finish provider']],
    ['failed', ['finish gate_failed']],
  ])('a reviewer that was %s', (outcome, then) => {
    expect(next(solo, ...twice, ...review(outcome))).toEqual(then)
  })
  it.each([
    ['provider', ['finish provider']],
    ['capped', ['assign implement/1/1']],
    ['failed', ['finish failed']],
    ['stuck', ['assign implement/1/1']],
    ['person', ['assign implement/1/1']],
  ])('a planner that was %s', (outcome, then) => {
    const planned = {...solo, crew: {...solo.crew, planner: true}}
    expect(next(planned, opened, started('plan', 1, 0, 'planner'), handed(false, outcome))).toEqual(then)
  })
  it.each(['provider', 'failed', 'stuck', 'capped'])('a tester that was %s decides nothing: the checks do', (outcome) => {
    const tested = {...solo, crew: {...solo.crew, tester: true}}
    const run = [opened, started('implement', 1), handed(true), started('test', 1, 1, 'tester', 'a_2'), handed(false, outcome, 'a_2')]
    expect(next(tested, ...run)).toEqual(['check check/1/1'])
    expect(next(tested, ...run, checked('green', 1))).toEqual(['finish done'])
  })
  it('a repair that ran into a cap ends the run, with its own work checked', () => {
    const cap = event('budget.exceeded', {cap: 'tokens', limit: 1, used: 1})
    const run = [...red, started('repair', 2), cap, handed(true, 'capped')]
    expect(next(solo, ...run)).toEqual(['check check/1/2'])
    expect(next(solo, ...run, checked('red', 2))).toEqual(['finish capped'])
    expect(next(solo, ...run, checked('green', 2))).toEqual(['finish capped'])
  })
  it('a restart that undid everything and then did nothing is red, not done', () => {
    const run = [...twice, ...review('finished'), restarted, started('implement', 4), handed(false), checked('red', 4)]
    expect(next(solo, ...run)).toEqual(['finish gate_failed'])
  })
  it('checks that went red after they were green, because somebody changed the files, are what stands', () => {
    const run = [opened, started('implement', 1), handed(true, 'stuck'), checked('green', 1), checked('red', 1)]
    expect(next(solo, ...run)).toEqual(['finish gate_failed'])
  })
  it('a handover of somebody who has no step changes nothing', () => {
    expect(next(solo, opened, started('implement', 1), handed(true, 'finished', 'a_9'))).toEqual([])
  })
})

describe('decide, several candidates', () => {
  const three: Limits = {...solo, candidates: 3, repairs: 0, restarts: 0, isolated: true}
  it('builds side by side and adopts the one with the evidence', () => {
    const run = [opened]
    expect(next(three, ...run)).toEqual(['assign implement/1/1', 'assign implement/2/1', 'assign implement/3/1'])
    for (const n of [1, 2, 3]) run.push(started('implement', 1, n, 'coder', `a_${n}`), handed(true, 'finished', `a_${n}`))
    run.push(checked('red', 1, 1), checked('green', 1, 2), checked('red', 1, 3))
    expect(next(three, ...run)).toEqual(['adopt adopt/2'])
    run.push(event('patch.adopted', {patch: 'p_2', files: []}))
    expect(next(three, ...run)).toEqual(['finish done'])
  })
  const build = (n: number, outcome = 'finished', changed = true): Event[] => [
    started('implement', 1, n, 'coder', `a_${n}`),
    handed(changed, outcome, `a_${n}`),
  ]
  const building = (n: number): Event => started('implement', 1, n, 'coder', `a_${n}`)
  const repairing = {...three, repairs: 2, restarts: 1}

  it('begins no more than 32 at once, the next when one has settled, and none once one is green', () => {
    const many = {...three, candidates: 1000}
    expect(next(many, opened)).toHaveLength(32)
    const run = [opened, ...Array.from({length: 31}, (_, at) => building(at + 2)), ...build(1), checked('red', 1, 1)]
    expect(next(many, ...run)).toEqual(['assign implement/33/1'])
    const won = Array.from({length: 31}, (_, at) => [...build(at + 2), checked('green', 1, at + 2)]).flat()
    expect(next(many, opened, ...build(1), checked('red', 1, 1), ...won)).toEqual(['adopt adopt/2'])
  })
  it('waits for the others when one is handed over, and checks it meanwhile', () => {
    expect(next(three, opened, building(1), building(3), ...build(2))).toEqual(['check check/2/1'])
    expect(next(three, opened, building(1), building(3), ...build(2), checked('green', 1, 2))).toEqual([])
  })
  it('begins no repair where another one is green already, and waits for those who work', () => {
    const run = [opened, ...build(1), ...build(2), building(3), checked('red', 1, 1), checked('green', 1, 2)]
    expect(next(repairing, ...run)).toEqual([])
    expect(next(repairing, ...run, handed(true, 'finished', 'a_3'), checked('red', 1, 3))).toEqual(['adopt adopt/2'])
  })
  it('repairs each by itself while none is green', () => {
    const run = [opened, ...build(1), ...build(2), building(3), checked('red', 1, 1), checked('red', 1, 2)]
    expect(next(repairing, ...run)).toEqual(['assign repair/1/2', 'assign repair/2/2'])
  })
  it('begins nothing more once a cap is reached, checks what is there, and says capped', () => {
    const cap = event('budget.exceeded', {cap: 'calls', limit: 3, used: 3})
    const run = [opened, ...build(1), checked('red', 1, 1), ...build(2, 'capped'), ...build(3, 'capped', false), cap]
    expect(next(repairing, ...run)).toEqual(['check check/2/1'])
    expect(next(repairing, ...run, checked('green', 1, 2))).toEqual(['adopt adopt/2'])
    expect(next(repairing, ...run, checked('red', 1, 2))).toEqual(['finish capped'])
  })
  it('does not mind a candidate without a provider when another is green', () => {
    const run = [opened, ...build(1, 'provider', false), ...build(2), ...build(3, 'failed', false), checked('green', 1, 2)]
    expect(next(three, ...run)).toEqual(['adopt adopt/2'])
    expect(next(three, ...run, event('patch.adopted', {patch: 'p_2', files: []}))).toEqual(['finish done'])
  })
  it('says provider when none could work', () => {
    expect(next(three, opened, ...[1, 2, 3].flatMap((n) => build(n, 'provider', false)))).toEqual(['finish provider'])
  })
  it('hands over the one with the fewest failures when all are red', () => {
    const run = [
      opened,
      ...build(1),
      ...build(2),
      ...build(3),
      checked('red', 1, 1, 'a\nb\nc\nd'),
      checked('red', 1, 2, 'a\nb'),
      checked('red', 1, 3, 'a\nb\nc'),
    ]
    expect(decide(foldAll(boardFold, run), three)).toMatchObject([{do: 'finish', candidate: 2}])
  })
  it('adopts what changed rather than what did nothing when both are green', () => {
    const run = [
      opened,
      ...build(1, 'finished', false),
      ...build(2),
      ...build(3, 'stuck'),
      checked('green', 1, 1),
      checked('green', 1, 2),
      checked('green', 1, 3),
    ]
    expect(next(three, ...run)).toEqual(['adopt adopt/2'])
  })
  it('adopts nothing when all are red', () => {
    const run = [opened]
    for (const n of [1, 2, 3]) run.push(started('implement', 1, n, 'coder', `a_${n}`), handed(true, 'finished', `a_${n}`), checked('red', 1, n))
    expect(next(three, ...run)).toEqual(['finish gate_failed'])
  })
})

describe('an agent that has spent what its own role was granted', () => {
  const crew: Limits = {...solo, crew: {explorer: true, planner: false, tester: true}}
  const exploring = [opened, event('task.started', {role: 'explorer', attempt: 1, phase: 'explore', candidate: 0, fresh: true, brief: 'go'}, 'a_9')]
  const own = event('budget.exceeded', {cap: 'calls', limit: 1, used: 1, node: 'a_9'})
  const whole = event('budget.exceeded', {cap: 'calls', limit: 1, used: 1})

  it('ends its part alone: the coder goes on without the explorer', () => {
    expect(next(crew, ...exploring, own, handed(false, 'capped', 'a_9'))).toEqual(['assign implement/1/1'])
  })
  it('ends the run where the cap is the run’s', () => {
    expect(next(crew, ...exploring, whole, handed(false, 'capped', 'a_9'))).toEqual(['finish capped'])
  })
  it('ends the run where it is the coder: nobody else can do its work', () => {
    expect(
      next(solo, opened, started('implement', 1), event('budget.exceeded', {cap: 'calls', limit: 1, used: 1, node: 'a_1'}), handed(false, 'capped')),
    ).toEqual(['finish capped'])
  })
  it('does not keep the crew from starting afresh when it is the reviewer', () => {
    const run = [opened, started('implement', 1), handed(true), checked('red', 1), started('repair', 2), handed(true), checked('red', 2)]
    run.push(started('repair', 3), handed(true), checked('red', 3), started('review', 3, 1, 'reviewer', 'a_2'), handed(false, 'capped', 'a_2'))
    expect(next(solo, ...run)).toEqual(['restart restart/1/1'])
  })
})
