// What effects leave behind: the start of the run, what each candidate made, and words for what was cut off.

import {describe, expect, it} from 'vitest'
import type {Change} from '../../../engine/contract/workspace.ts'
import {interruptedWords} from '../../../engine/crew/effects.ts'
import {scene} from './kit.ts'

const side = (sha256: string) => ({mode: '100644', sha256}) as Change['after']
const change = (path: string, before: string | null, after: string | null): Change => ({
  path,
  before: before ? side(before) : null,
  after: after ? side(after) : null,
})

describe('effects', () => {
  it('save the start of the run once, when somebody first asks', () => {
    const play = scene({files: {'a.js': 'one'}})
    const {effects} = play.crew
    expect(effects.startCheckpoint()).toBeNull()
    const start = effects.start()
    play.files.held.set('a.js', 'two')
    expect(effects.start()).toBe(start)
    expect(play.bodies('checkpoint.saved')).toMatchObject([{why: 'start', checkpoint: effects.startCheckpoint()}])
  })
  it('take the start back from an earlier host, and know when it is gone', () => {
    const first = scene({files: {'a.js': 'one'}})
    first.crew.effects.start()
    const {checkpoint, tree} = first.bodies('checkpoint.saved')[0] as never as {checkpoint: string; tree: never}
    const play = scene({files: {'a.js': 'two'}})
    expect(play.crew.effects.remember('c_x', tree)).toBe(false)
    play.blobs.put(first.blobs.get(tree) as Uint8Array)
    expect(play.crew.effects.remember(checkpoint, tree)).toBe(true)
    expect([...play.crew.effects.start()]).toEqual(JSON.parse(Buffer.from(first.blobs.get(tree) as Uint8Array).toString()))
    expect(play.crew.effects.startCheckpoint()).toBe(checkpoint)
    expect(play.bodies('checkpoint.saved')).toEqual([])
  })
  it('know what differs in the end, candidate by candidate', () => {
    const {effects} = scene().crew
    effects.add(1, [change('a', '1', '2')])
    effects.add(1, [])
    expect([effects.changed(1), effects.changed(2), effects.of(1).length]).toEqual([true, false, 1])
    effects.add(1, [change('a', '2', '1')])
    expect(effects.changed(1)).toBe(false)
    effects.add(1, [change('b', null, '3')])
    expect(effects.changed(1)).toBe(true)
    effects.add(1, [change('b', '3', null)])
    expect(effects.changed(1)).toBe(false)
  })
  it('are told in words when they were cut off', () => {
    expect(interruptedWords('shell', [], 'killed')).toMatch(/^shell: .*\(killed\).*no file had changed/)
    expect(interruptedWords('shell', [change('a.js', null, '1')], 'killed')).toContain('it had changed a.js')
  })
})
