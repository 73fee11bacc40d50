// Evidence: what was run on this very tree is not run again, what was run on another is stale, and nothing that was
// stopped is evidence of anything.

import {describe, expect, it} from 'vitest'
import type {Check} from '../../../engine/contract/tool.ts'
import {resultOf, scene} from './kit.ts'

const signal = new AbortController().signal
const check = (more: Partial<Check> = {}): Check => ({gate: 'tests', command: 'test', from: 'kit', dir: '', runner: 'node:test', required: true, ...more})
const counts = (failed: number) => ({passed: 1, failed, skipped: 0, failedBefore: null})
const counted = (passed: boolean, failed: number) => {
  const result = resultOf(passed)
  return {...result, report: {...result.report, counts: counts(failed)}}
}

describe('checks', () => {
  it('are run once for a tree, and again for another', async () => {
    const play = scene()
    const {verifier} = play.crew
    await verifier.checkAll(1, signal)
    await verifier.checkAll(1, signal)
    expect(play.gated).toHaveLength(1)
    play.files.held.set('a.js', 'two')
    await verifier.checkAll(1, signal)
    expect(play.gated).toHaveLength(2)
    play.files.held.set('a.js', 'one')
    expect((await verifier.checkAll(1, signal)).state).toBe('green')
    expect(play.gated).toHaveLength(2)
    expect(play.bodies('gate.passed')).toHaveLength(2)
  })

  it('are stale when the tree is another, and only those that are required', async () => {
    const play = scene({ports: {checks: [check(), check({gate: 'lint', required: false})]}})
    const {verifier} = play.crew
    expect(verifier.stale(1, play.site)).toEqual([])
    await verifier.checkAll(1, signal)
    expect(verifier.stale(1, play.site)).toEqual([])
    play.files.held.set('b.js', 'new')
    expect(verifier.stale(1, play.site)).toEqual(['tests'])
    expect(verifier.evidence(1).map((one) => [one.check.gate, one.passed])).toEqual([
      ['tests', true],
      ['lint', true],
    ])
  })

  it('are green together when all that are required are', async () => {
    const play = scene({checks: [resultOf(true), resultOf(false, 'untidy')], ports: {checks: [check(), check({gate: 'lint', required: false})]}})
    expect(await play.crew.verifier.checkAll(1, signal)).toMatchObject({state: 'green', report: ''})
  })

  it('are red together when one is, with a report that a model can read and a signature of what failed', async () => {
    const play = scene({checks: [resultOf(false, 'adds'), resultOf(true)], ports: {checks: [check(), check({gate: 'lint'})]}})
    const found = await play.crew.verifier.checkAll(1, signal)
    expect(found).toMatchObject({state: 'red', summary: 'tests: adds (nothing was changed: it was red before)', signature: 'adds\nit is adds'})
    expect(found.report).toContain('The check "tests" (test) failed: adds')
  })

  it('are none when there are none', async () => {
    const play = scene({ports: {checks: []}})
    expect((await play.crew.verifier.checkAll(1, signal)).state).toBe('none')
  })

  it('are those of the package that was changed', async () => {
    const byPackage = [check({gate: 'tests:a', dir: 'a'}), check({gate: 'tests:b', dir: 'b'})]
    const play = scene({files: {'a/x.js': 'one', 'b/x.js': 'one'}, ports: {checks: [], byPackage}})
    play.crew.effects.start()
    play.files.held.set('b/x.js', 'two')
    await play.crew.verifier.checkAll(1, signal)
    expect(play.gated).toEqual(['tests:b'])
    expect(play.crew.verifier.checks(1).map((one) => one.gate)).toEqual(['tests:b'])
  })

  it('are looked for again in what the run made, but no command that proves nothing', async () => {
    const made = [check({gate: 'tests:new', dir: 'new'}), check({gate: 'tests:make', dir: 'new', runner: 'make'})]
    const play = scene({ports: {checks: [], detect: async () => made}})
    play.crew.effects.start()
    play.files.held.set('new/x.js', 'one')
    await play.crew.verifier.checkAll(1, signal)
    expect(play.gated).toEqual(['tests:new'])
  })

  it('say how many failed before anything was changed: asked once, and only for a red one', async () => {
    const play = scene({checks: [counted(false, 1), counted(false, 3), counted(false, 2)]})
    play.crew.effects.start()
    play.files.held.set('a.js', 'two')
    expect((await play.crew.verifier.checkAll(1, signal)).summary).toContain('(it was red before: 3 failed)')
    // Once on the tree as it is, once on the tree as it was.
    expect(play.gated).toHaveLength(2)
    expect(play.bodies('gate.failed')[0]?.counts).toMatchObject({failed: 1, failedBefore: 3})
    play.files.held.set('a.js', 'three')
    await play.crew.verifier.checkAll(1, signal)
    expect(play.gated).toHaveLength(3)
    expect(play.bodies('gate.failed')[1]?.counts).toMatchObject({failed: 2, failedBefore: 3})
  })

  it('need no second look when nothing was changed', async () => {
    const play = scene({checks: [counted(false, 4)]})
    await play.crew.verifier.checkAll(1, signal)
    expect(play.gated).toHaveLength(1)
    expect(play.bodies('gate.failed')[0]?.counts?.failedBefore).toBe(4)
  })

  it('that were stopped are no evidence', async () => {
    const over = new AbortController()
    const play = scene({
      checks: [
        () => {
          over.abort()
          return resultOf(false)
        },
        resultOf(true),
      ],
    })
    await play.crew.verifier.checkAll(1, over.signal)
    expect(play.bodies('gate.failed')).toEqual([])
    expect(play.crew.verifier.evidence(1)).toEqual([])
    expect((await play.crew.verifier.checkAll(1, signal)).state).toBe('green')
  })

  it('of an earlier host stand when they were green, and are run again when they were red', async () => {
    const first = scene({checks: [resultOf(true), counted(false, 2)]})
    await first.crew.verifier.checkAll(1, signal)
    const green = first.events()
    first.files.held.set('a.js', 'two')
    await first.crew.verifier.checkAll(1, signal)

    const again = scene()
    again.crew.verifier.remember(green)
    await again.crew.verifier.checkAll(1, signal)
    expect(again.gated).toEqual([])
    expect(again.crew.verifier.evidence(1)).toMatchObject([{passed: true}])

    const red = scene({files: {'a.js': 'two'}})
    red.crew.verifier.remember(first.events())
    expect(red.crew.verifier.evidence(1)).toMatchObject([{passed: false}])
    await red.crew.verifier.checkAll(1, signal)
    expect(red.gated).toEqual(['tests'])
  })
})
