// The glass as a whole, over a pipe that is read: nothing written when nothing changed, sizes in a storm, other words in between.

import {execFileSync} from 'node:child_process'
import {closeSync, constants, openSync, readSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, describe, expect, it, vi} from 'vitest'
import {createCompositor} from '../../../components/screen/compositor.ts'
import {openGlass} from '../../../components/screen/glass.ts'
import type {Glass, Scene, ScreenFeatures} from '../../../components/screen/scene.ts'
import type {Size} from '../../../engine/contract/screen.ts'
import {openTerminal, type PaneTerminal} from '../../../stores/terminals.ts'
import {tempFolder} from '../../kit/temp.ts'
import {differences, mirrorOf, parsed} from './mirror.ts'

const features: ScreenFeatures = {colours: 'true', synchronized: true, clusters: 'on', underlines: true, kitty: false}
const undo: (() => void)[] = []

afterEach(() => {
  for (const one of undo.splice(0).reverse()) one()
})

interface Stage {
  glass: Glass
  chrome: PaneTerminal
  pane: PaneTerminal
  screen: PaneTerminal
  scene: Scene
  /** All that was written so far. */
  written(): string
  /** Reads what there is into the screen. */
  read(): Promise<void>
}

const stage = (size: Size): Stage => {
  const path = join(tempFolder(), 'terminal')
  execFileSync('mkfifo', [path])
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  const fd = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK)
  const [chrome, pane, screen] = [openTerminal(size), openTerminal({columns: 20, rows: 5}), mirrorOf(size)]
  let all = ''
  const chunk = Buffer.alloc(1 << 16)
  const set: Stage = {
    chrome,
    pane,
    screen,
    scene: {panes: [{terminal: pane, rect: {x: 2, y: 1, width: 20, height: 5}}], overlays: [], cursor: {x: 0, y: 0}},
    glass: openGlass({fd, size, features, chrome, scene: () => set.scene}),
    written: () => all,
    read: async () => {
      for (;;) {
        let count = 0
        try {
          count = readSync(reader, chunk)
        } catch {
          return
        }
        if (count === 0) return
        const text = chunk.subarray(0, count).toString()
        all += text
        await parsed(screen, text)
      }
    },
  }
  for (const terminal of [chrome, pane]) terminal.onDamage(() => set.glass.damage())
  undo.push(
    () => closeSync(reader),
    () => closeSync(fd),
    () => void set.glass.close(),
  )
  return set
}

const shows = (set: Stage, text: string): Promise<void> =>
  vi.waitFor(
    async () => {
      await set.read()
      expect(set.screen.lines().join('\n')).toContain(text)
    },
    {timeout: 3000, interval: 5},
  )

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe('the glass', () => {
  it('writes nothing while nothing changes, whatever is called damage', async () => {
    const set = stage({columns: 40, rows: 8})
    set.pane.write('hello')
    await shows(set, 'hello')
    const [{bytes, frames}, written] = [set.glass.stats(), set.written().length]
    for (let n = 0; n < 10; n += 1) {
      set.glass.key()
      set.glass.damage(true)
      await pause(8)
    }
    set.pane.write('\x1b[1;1Hhello')
    await pause(50)
    await set.read()
    expect(set.written().length).toBe(written)
    expect(set.glass.stats()).toMatchObject({bytes, frames})
  })

  it('writes the echo of a key in few bytes', async () => {
    const set = stage({columns: 40, rows: 8})
    set.pane.write('$ ')
    await shows(set, '$')
    await set.read()
    const before = set.glass.stats().bytes
    set.glass.key()
    set.pane.write('l')
    set.scene = {...set.scene, cursor: {x: 5, y: 1}}
    set.glass.damage(true)
    await shows(set, '$ l')
    expect(set.glass.stats().bytes - before).toBeLessThan(40)
    expect(set.screen.cursor).toMatchObject({x: 5, y: 1, visible: true})
  })

  it('keeps other words whole and in their place', async () => {
    const set = stage({columns: 40, rows: 8})
    const titled = vi.fn()
    set.screen.onTitle(titled)
    for (let n = 0; n < 20; n += 1) {
      set.pane.write(`\r\nrow ${n}`)
      set.glass.say(`\x1b]2;title ${n}\x07`)
      await pause(2)
    }
    await shows(set, 'row 19')
    expect(titled.mock.calls.map(([text]) => text)).toEqual(Array.from({length: 20}, (_, n) => `title ${n}`))
  })

  it('paints anew without clearing after another program had the terminal', async () => {
    const set = stage({columns: 40, rows: 8})
    set.pane.write('mine')
    await shows(set, 'mine')
    await parsed(set.screen, '\x1b[H\x1b[2J\x1b[31;7mtheirs\x1b[8;40H')
    set.glass.repaint()
    await shows(set, 'mine')
    expect(set.screen.lines().join('')).not.toContain('theirs')
    expect(set.written()).not.toContain('\x1b[2J')
  })

  it('writes nothing while the terminal is lent, and paints anew when it is back', async () => {
    const set = stage({columns: 40, rows: 8})
    set.pane.write('mine')
    await shows(set, 'mine')
    set.pane.write('\r\nmore')
    await set.glass.lend()
    await set.read()
    const written = set.written().length
    set.pane.write('\r\nhidden')
    set.glass.key()
    set.glass.damage(true)
    await pause(60)
    await set.read()
    expect(set.written().length).toBe(written)
    await parsed(set.screen, '\x1b[m\x1b[H\x1b[2Jtheirs')
    set.glass.takeBack()
    await shows(set, 'hidden')
    expect(set.screen.lines().join('')).not.toContain('theirs')
  })

  it('learns what the terminal can', async () => {
    const set = stage({columns: 40, rows: 8})
    set.pane.write('\x1b[38;2;255;0;0mred')
    await shows(set, 'red')
    expect(set.written()).toContain('38;2;255;0;0')
    set.glass.learn({...features, colours: '16', synchronized: false})
    const seen = set.written().length
    await vi.waitFor(async () => {
      await set.read()
      expect(set.written().slice(seen)).toContain('\x1b[91mred')
    })
    expect(set.written().slice(seen)).not.toContain('2026')
  })

  it('is right after a storm of sizes, and never clears the screen', async () => {
    const set = stage({columns: 80, rows: 24})
    let random = 7
    const dice = (below: number): number => {
      random = (random * 1103515245 + 12345) % 2147483648
      return random % below
    }
    for (let n = 0; n < 200; n += 1) {
      const size = {columns: 2 + dice(180), rows: 1 + dice(60)}
      await set.read()
      set.screen.resize(size)
      set.chrome.resize(size)
      set.pane.resize({columns: Math.max(2, size.columns - 4), rows: Math.max(1, size.rows - 2)})
      set.scene = {...set.scene, panes: [{terminal: set.pane, rect: {x: 2, y: 1, width: size.columns - 4, height: size.rows - 2}}]}
      set.glass.resize(size)
      set.chrome.write(`\x1b[${1 + dice(60)};1H\x1b[4${dice(8)}mchrome ${n} 漢字👩‍👩‍👧 ${'─'.repeat(dice(100))}`)
      set.pane.write(`\r\n\x1b[3${dice(8)}mpane ${n} ${'x'.repeat(dice(90))}`)
      if (n % 10 === 0) await pause(40)
    }
    const [columns, rows] = [100, 30]
    for (const terminal of [set.chrome, set.screen]) terminal.resize({columns, rows})
    set.glass.resize({columns, rows})
    set.pane.write('\r\nthe end')
    await shows(set, 'the end')
    const fresh = mirrorOf({columns, rows})
    await parsed(fresh, createCompositor({columns, rows}, features).frame(set.chrome, set.scene))
    await vi.waitFor(async () => {
      await set.read()
      expect(differences(set.screen, fresh)).toEqual([])
    })
    for (const clear of ['\x1b[J', '\x1b[2J', '\x1b[3J']) expect(set.written()).not.toContain(clear)
  })
})
