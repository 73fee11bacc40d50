// The main job as a person sees it: say it, watch the crew, answer what is asked, see the evidence; leave and come back.

import {describe, expect, it} from 'vitest'
import {calculator, edit, fix, fixed, isAlive, survivorsAfter, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {screenPlace} from '../kit/screen.ts'
import type {Terminal} from '../kit/terminal.ts'

const ready = 'what shall be done?'
/** The status bar, not a pane. */
const finished = /^ ✓ done/m
const card = 'asks for permission'

/** Says yes to everything until the screen shows what is waited for. */
const allowUntil = async (terminal: Terminal, wanted: RegExp, answer = 'r'): Promise<string> => {
  for (;;) {
    const frame = await terminal.until((seen) => seen.includes(card) || wanted.test(seen), 20_000)
    if (!frame.includes(card)) return frame
    // A card takes no key in its first moment, for it may have been meant for a word.
    terminal.type(answer)
    await terminal.until((seen) => !seen.includes(card), 600).catch(() => undefined)
  }
}

const leave = async (terminal: Terminal): Promise<void> => {
  terminal.key('ctrl+c', 'ctrl+c')
  const late = new Promise((resolve) => setTimeout(() => resolve(terminal.frame()), 5000))
  expect(await Promise.race([terminal.ended, late])).toEqual({code: 0})
}

describe('the main job on the screen', () => {
  it('with a model: panes, a card for each permission, done with evidence, and the bill', async () => {
    await using server = await modelServer(fix)
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen(way.args)
    await terminal.until(ready)
    terminal.type('make sum add')
    terminal.key('enter')
    const asked = await terminal.until(card, 20_000)
    expect(asked).toMatch(/coder|planner|explorer/)
    expect(asked).toContain('write(sum.js)')
    expect(where.read('sum.js')).toBe(calculator['sum.js'])
    const done = await allowUntil(terminal, finished)
    expect(where.read('sum.js')).toBe(fixed)
    expect(done).toContain('sum subtracted; it adds now.')
    await terminal.until(() => terminal.heard.title.startsWith('✓ done · '))
    terminal.key('f5')
    expect(await terminal.until(/npm test/)).toContain('1 passed')
    terminal.key('escape')
    await terminal.until((frame) => !frame.includes('exit 0'))
    await leave(terminal)
    expect(await survivorsAfter(where, 3000)).toEqual([])
  })

  it('on the embedded engine: explorer, planner, coder and tester side by side', async () => {
    using where = screenPlace(calculator)
    await using terminal = where.screen(['--permission', 'auto'])
    await terminal.until(ready)
    terminal.type('fix the failing test')
    terminal.key('enter')
    const done = await terminal.until(finished, 30_000)
    for (const role of ['explorer', 'planner', 'coder', 'tester']) expect(done).toMatch(new RegExp(`─ \\d ${role}|━ \\d ${role}`))
    expect(done).toContain('edit sum.js')
    expect(where.read('sum.js')).toBe(fixed)
    await leave(terminal)

    const [run] = (await where.run(['sessions', '--json'])).stdout.split('\n')
    const {run: id} = JSON.parse(run ?? '') as {run: string}
    await using replay = where.screen(['replay', id, '--speed', '1000'])
    const played = await replay.until(finished, 20_000)
    for (const role of ['explorer', 'planner', 'coder', 'tester']) expect(played).toMatch(new RegExp(`\\d ${role}`))
    expect(played).toContain('edit sum.js')
    // Back to the beginning and paused: nothing of the end is left, and nothing comes.
    replay.key('space', '0')
    await replay.until((frame) => frame.includes('paused') && !finished.test(frame) && !frame.includes('edit sum.js'))
    for (let steps = 0; steps < 20; steps += 1) replay.key('right')
    expect(await replay.until(finished)).toContain('edit sum.js')
    replay.type('q')
    expect(await replay.ended).toEqual({code: 0})
    const printed = await where.run(['replay', id])
    expect(printed.code).toBe(0)
    expect(printed.stdout).toContain('▸ edit sum.js:1 +1 −1')
    expect(printed.stdout).not.toContain('\u001b')
  })

  it('goes on when its screen is killed, and a new screen shows the same', async () => {
    await using server = await modelServer([
      {text: '', calls: edit.calls ?? []},
      {text: 'sum adds now.', delayMs: 100},
    ])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    const first = where.screen(way.args)
    await first.until(ready)
    first.type('make sum add')
    first.key('enter')
    await first.until(card, 20_000)
    // The pane tells of it too, by a way of its own.
    await first.until('wants to', 10_000)
    const seen = first.frame()
    first.signal('SIGKILL')
    await first.ended
    await first.close({outlived: true})
    expect(where.survivors().length).toBeGreaterThan(0)

    await using second = where.screen(['attach'])
    await second.until(card, 10_000)
    const again = await second.until('wants to', 10_000)
    expect(again.split('\n').filter((row) => row.includes('wants to'))).toEqual(seen.split('\n').filter((row) => row.includes('wants to')))
    await allowUntil(second, finished)
    expect(where.read('sum.js')).toBe(fixed)
    await leave(second)
    expect((await survivorsAfter(where, 3000)).filter(isAlive)).toEqual([])
  })
})
