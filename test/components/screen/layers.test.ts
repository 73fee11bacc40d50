// What lies above what, what is marked, what a scrolled pane shows, and that a frame is no longer than it must be.

import {afterEach, describe, expect, it} from 'vitest'
import {type Compositor, createCompositor} from '../../../components/screen/compositor.ts'
import type {Scene, ScreenFeatures} from '../../../components/screen/scene.ts'
import {openTerminal, type PaneTerminal} from '../../../stores/terminals.ts'
import {mirrorOf, parsed, seenAt} from './mirror.ts'

const features: ScreenFeatures = {colours: 'true', synchronized: false, clusters: 'on', underlines: true, kitty: false}
const size = {columns: 30, rows: 6}
const rect = {x: 2, y: 1, width: 10, height: 3}
const open: PaneTerminal[] = []

interface Stage {
  chrome: PaneTerminal
  pane: PaneTerminal
  screen: PaneTerminal
  compositor: Compositor
  scene: Scene
  /** Draws a frame; answers its bytes. */
  frame(): Promise<string>
  line(y: number): string
}

const stage = (): Stage => {
  const [chrome, pane, screen] = [openTerminal(size), openTerminal({columns: 10, rows: 3}, {scrollbackLines: 20}), mirrorOf(size)]
  open.push(chrome, pane, screen)
  const set: Stage = {
    chrome,
    pane,
    screen,
    compositor: createCompositor(size, features),
    scene: {panes: [{terminal: pane, rect}], overlays: [], cursor: null},
    frame: async () => {
      const bytes = set.compositor.frame(chrome, set.scene)
      await parsed(screen, bytes)
      return bytes
    },
    line: (y) => screen.lineText(screen.screenTop + y),
  }
  return set
}

afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

describe('layers', () => {
  it('panes lie above the chrome, overlays above panes, and what was under them comes back', async () => {
    const set = stage()
    set.chrome.write('\x1b[2;1H'.concat('#'.repeat(30)))
    set.pane.write('0123456789')
    await set.frame()
    expect(set.line(1)).toBe(`##0123456789${'#'.repeat(18)}`)
    set.scene = {...set.scene, overlays: [{x: 5, y: 1, width: 4, height: 1}]}
    await set.frame()
    expect(set.line(1)).toBe(`##012####789${'#'.repeat(18)}`)
    set.scene = {...set.scene, overlays: []}
    await set.frame()
    expect(set.line(1)).toBe(`##0123456789${'#'.repeat(18)}`)
    set.scene = {...set.scene, panes: []}
    await set.frame()
    expect(set.line(1)).toBe('#'.repeat(30))
  })

  it('leave no half of a wide character where they meet', async () => {
    const set = stage()
    set.chrome.write('\x1b[2;1H漢漢漢漢漢漢漢漢')
    set.pane.resize({columns: 12, rows: 3})
    await parsed(set.pane, 'a漢漢漢漢漢')
    set.scene = {...set.scene, panes: [{terminal: set.pane, rect: {...rect, x: 1}}], overlays: [{x: 5, y: 1, width: 1, height: 1}]}
    await set.frame()
    expect(set.line(1)).toBe(' a漢  漢漢  漢漢')
  })

  it('of a scrolled pane stand still while more is printed', async () => {
    const set = stage()
    for (let n = 0; n < 8; n += 1) set.pane.write(`line ${n}\r\n`)
    set.scene = {...set.scene, panes: [{terminal: set.pane, rect, top: 2}]}
    await set.frame()
    expect([1, 2, 3].map(set.line)).toEqual(['  line 2', '  line 3', '  line 4'])
    for (let n = 8; n < 20; n += 1) set.pane.write(`line ${n}\r\n`)
    expect(await set.frame()).toBe('')
    for (let n = 20; n < 40; n += 1) set.pane.write(`line ${n}\r\n`)
    await set.frame()
    expect(set.line(1)).toBe(`  line ${set.pane.firstLine}`)
    set.scene = {...set.scene, panes: [{terminal: set.pane, rect}]}
    await set.frame()
    expect(set.line(1)).toBe('  line 38')
  })

  it('show what is marked, a wide character whole, and nothing beyond the pane', async () => {
    const set = stage()
    await parsed(set.pane, 'ab漢cd\r\nsearch me')
    const marks = [
      {line: 0, from: 1, to: 3, style: 'select' as const},
      {line: 1, from: 0, to: 6, style: 'found' as const},
      {line: 1, from: 7, to: 99, style: 'found-now' as const},
    ]
    set.scene = {...set.scene, panes: [{terminal: set.pane, rect, marks}]}
    await set.frame()
    const seen = (y: number): string[] => Array.from({length: 14}, (_, x) => seenAt(set.screen.row(set.screen.screenTop + y), x))
    expect(seen(1).slice(2, 7)).toEqual(['a 0 0 0:0', 'b 4000000 0 0:0', '漢 4000000 0 0:0', '<', 'c 0 0 0:0'])
    expect(seen(2)[2]).toBe('s 1000000 1000003 0:0')
    expect(seen(2)[9]).toBe('m 1000000 1000005 0:0')
    expect(seen(2)[11]).toBe(' on 1000005')
    expect(seen(2)[12]).toBe(' ')
    set.scene = {...set.scene, panes: [{terminal: set.pane, rect}]}
    await set.frame()
    expect(seen(1)[3]).toBe('b 0 0 0:0')
  })
})

describe('a frame', () => {
  it('says only what changed', async () => {
    const set = stage()
    set.pane.write('hello\r\nworld')
    await set.frame()
    expect(await set.frame()).toBe('')
    set.pane.write('!')
    expect(await set.frame()).toBe('\x1b[3;8H!')
    set.pane.write('\x1b[31m?')
    expect(await set.frame()).toBe('\x1b[31m?')
    set.pane.write('\x1b[1;1H\x1b[mjello')
    expect(await set.frame()).toBe('\x1b[2;3H\x1b[mj')
    set.pane.write('\x1b[2J')
    expect((await set.frame()).length).toBeLessThan(30)
  })

  it('keeps apart what would join', async () => {
    const set = stage()
    await parsed(set.pane, '🇩\x1b[m🇪\r\nᄀ\x1b[mᅡ')
    await set.frame()
    const own = [0, 1].map((y) => Array.from({length: 6}, (_, x) => seenAt(set.pane.row(y), x)))
    const shown = [1, 2].map((y) => Array.from({length: 6}, (_, x) => seenAt(set.screen.row(set.screen.screenTop + y), x + 2)))
    expect(own[0]?.some((cell) => cell.startsWith('🇪'))).toBe(true)
    expect(shown).toEqual(own)
  })

  it('turns no text around', async () => {
    const set = stage()
    set.pane.write('a\u202eb\u2066c\u200fd')
    expect(await set.frame()).not.toMatch(/[\u200e\u200f\u202a-\u202e\u2066-\u2069]/)
    expect(set.line(1)).toContain('a')
  })

  it('moves the cursor alone when only the cursor moved', async () => {
    const set = stage()
    set.scene = {...set.scene, cursor: {x: 3, y: 2}}
    await set.frame()
    set.scene = {...set.scene, cursor: {x: 5, y: 2}}
    expect(await set.frame()).toBe('\x1b[2C')
    set.scene = {...set.scene, cursor: {x: 5, y: 2, shape: 6}}
    expect(await set.frame()).toBe('\x1b[6 q')
    set.scene = {...set.scene, cursor: null}
    expect(await set.frame()).toBe('\x1b[?25l')
    expect(await set.frame()).toBe('')
  })
})

describe('a link of a program', () => {
  const linked = (uri: string, text: string): string => `\x1b]8;;${uri}\x1b\\${text}\x1b]8;;\x1b\\`
  const shown = async (bytes: string, links = true): Promise<{frame: string; set: Stage}> => {
    const set = stage()
    set.compositor.learn({...features, links})
    await parsed(set.pane, bytes)
    return {frame: await set.frame(), set}
  }
  it('is a link in the terminal of the person, and ends where it ends', async () => {
    const {frame, set} = await shown(`a ${linked('https://example.org/x?y=1', 'here')} b`)
    expect(frame.replaceAll('\x1b', 'ESC')).toMatch(/ESC\]8;id=p\d+;https:\/\/example\.org\/x\?y=1ESC\\hereESC\]8;;ESC\\/)
    expect(set.line(1)).toContain('a here b')
    expect(await set.frame()).toBe('')
  })
  it('is drawn anew when only its address changes, and goes with its text', async () => {
    const {set} = await shown(linked('https://example.org/1', 'here'))
    await parsed(set.pane, `\r${linked('https://example.org/2', 'here')}`)
    expect(await set.frame()).toContain('https://example.org/2')
    await parsed(set.pane, '\rhere')
    expect(await set.frame()).toMatch(/here/)
  })
  it.each(['javascript:alert(1)', 'https://ex ample.org/', 'x-app:run', `https://example.org/${'a'.repeat(3000)}`])('is none when it is %s', async (uri) => {
    const {frame} = await shown(linked(uri, 'here'))
    expect(frame).not.toContain(']8;')
  })
  it('is only text where the terminal makes none', async () => {
    const {frame} = await shown(linked('https://example.org/3', 'here'), false)
    expect(frame).not.toContain(']8;')
    expect(frame).toContain('here')
  })
})
