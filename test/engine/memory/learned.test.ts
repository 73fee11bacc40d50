import {execFile} from 'node:child_process'
import {existsSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {promisify} from 'node:util'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import type {Learned} from '../../../engine/contract/learned.ts'
import {readLearned, updateLearned} from '../../../engine/memory/learned.ts'
import {learn, learnAll, learnedFor, nothingLearned, openLearner, ratiosOf} from '../../../engine/model/learn.ts'
import {tempFolder} from '../../kit/temp.ts'

const row = (more: Partial<Learned> = {}): Learned => ({...nothingLearned('a/b', 'edit'), ...more})

describe('the store of what was learned', () => {
  it('keeps rows, and nothing is known where there is no file', () => {
    const path = join(tempFolder(), 'state', 'models.db')
    expect(readLearned(path)).toEqual([])
    expect(updateLearned(path, () => [row({good: 3, ratio: 1.2, at: 7})])).toBe(true)
    expect(updateLearned(path, (rows) => rows.map((one) => ({...one, good: one.good + 1})))).toBe(true)
    expect(readLearned(path)).toEqual([row({good: 4, ratio: 1.2, at: 7})])
  })
  it('sets a damaged file aside', () => {
    const path = join(tempFolder({'models.db': 'not a database, however long it may be'.repeat(40)}), 'models.db')
    expect(readLearned(path)).toEqual([])
    expect(updateLearned(path, () => [row()])).toBe(true)
    expect(existsSync(`${path}.damaged`)).toBe(true)
    expect(readLearned(path)).toHaveLength(1)
  })
  it('loses nothing that several processes write at once', async () => {
    const path = join(tempFolder(), 'models.db')
    const write = () => promisify(execFile)(process.execPath, [join(import.meta.dirname, 'learned-program.ts'), path, '25'])
    const kept = (await Promise.all([write(), write(), write()])).map(({stdout}) => Number(stdout))
    expect(readLearned(path)[0]?.good).toBe(kept.reduce((sum, one) => sum + one, 0))
    expect(kept).toEqual([25, 25, 25])
  }, 20_000)
  it('lets nothing fail where nothing can be written', () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'file'), '')
    expect(updateLearned(join(folder, 'file', 'models.db'), () => [row()])).toBe(false)
  })
})

describe('learning', () => {
  it('keeps weights bounded and averages inside what was seen', () => {
    const seen = fc.oneof(
      fc.record({
        is: fc.constant('answered' as const),
        firstMs: fc.integer({min: 1, max: 5000}),
        tokensPerSec: fc.double({min: 1, max: 500, noNaN: true}),
        ratio: fc.double({min: 0.01, max: 9, noNaN: true}),
      }),
      fc.constant({is: 'failed' as const}),
      fc.constant({is: 'won' as const}),
      fc.constant({is: 'lost' as const}),
    )
    fc.assert(
      fc.property(fc.array(seen, {maxLength: 400}), (all) => {
        const end = all.reduce((known, one) => learn(known, {...one, route: 'a/b', kind: 'edit'}, 1), row())
        expect(end.good + end.bad).toBeLessThanOrEqual(50.001)
        expect(end.wins + end.losses).toBeLessThanOrEqual(50.001)
        if (end.ratio > 0) expect(end.ratio >= 0.25 && end.ratio <= 4).toBe(true)
        expect(end.firstMs).toBeLessThanOrEqual(5000)
      }),
    )
  })
  it('changes only what was seen, and falls back to other kinds for a new one', () => {
    const known = [row({good: 9, kind: 'plan'}), row({route: 'c/d', good: 1})]
    const changed = learnAll(known, [{route: 'a/b', kind: 'plan', is: 'failed'}], 5)
    expect(changed).toEqual([row({kind: 'plan', good: 8.82, bad: 1, at: 5})])
    expect(learnedFor(known, 'a/b', 'edit')).toMatchObject({kind: 'edit', good: 9})
    expect(learnedFor(known, 'x/y', 'edit')).toBeUndefined()
    expect(ratiosOf([row({ratio: 1.5, at: 2}), row({ratio: 1.1, at: 1, kind: 'plan'})])).toEqual({'a/b': 1.5})
  })
  const usage = {input: 600, output: 101, reasoning: 0, cached: 0}
  const event = (type: string, body: object, more: object = {}): Event => ({type, body, span: 's1', role: 'coder', agent: 'a_1', ...more}) as unknown as Event
  const started = (attempt: number, candidate = 1, agent = 'a_1'): Event => event('task.started', {role: 'coder', attempt, candidate}, {agent})
  const replied = (route: string, agent = 'a_1'): Event => event('model.replied', {route, usage, wallMs: 1200, firstMs: 200}, {agent})
  const kinds = (_role: string, attempt = 1) => (attempt > 1 ? ('complex' as const) : ('edit' as const))

  it('reads calls and endings off the events, recordings and the search left out', () => {
    const learner = openLearner(kinds)
    learner.take(event('model.asked', {estimated: 500}))
    learner.take(replied('a/b'))
    learner.take(event('model.failed', {route: 'a/b', error: {code: 'model.busy'}}))
    learner.take(event('model.failed', {route: 'a/b', error: {code: 'model.stopped'}}))
    learner.take(replied('replay/x.jsonl', 'a_2'))
    learner.take(event('run.closed', {outcome: 'failed'}))
    expect(learner.seen()).toEqual([
      {is: 'answered', route: 'a/b', kind: 'edit', firstMs: 200, tokensPerSec: 101, ratio: 1.2},
      {is: 'failed', route: 'a/b', kind: 'edit'},
      {is: 'lost', route: 'a/b', kind: 'edit'},
    ])
  })
  it('judges each attempt by its checks, each candidate apart, and the run only where nothing was checked', () => {
    const learner = openLearner(kinds)
    const checked = (state: string, candidate: number): Event => event('task.phase', {phase: 'verify', attempt: 1, candidate, checked: {state}})
    for (const one of [started(1), started(1, 2, 'a_2'), replied('a/first'), replied('c/other', 'a_2')]) learner.take(one)
    for (const one of [checked('red', 1), checked('person', 2), started(2), replied('a/better'), checked('green', 1), event('run.closed', {outcome: 'done'})])
      learner.take(one)
    expect(learner.seen().filter(({is}) => is === 'won' || is === 'lost')).toEqual([
      {is: 'lost', route: 'a/first', kind: 'edit'},
      {is: 'won', route: 'a/better', kind: 'complex'},
    ])
  })
})
