// Scrolling, selecting and searching in the terminals of this screen.

import {describe, expect, it} from 'vitest'
import type {InputEvent} from '../../../engine/contract/screen.ts'
import {openPaneView} from '../../../source/screen/pane-view.ts'
import {openPanes} from '../../../source/screen/panes.ts'

type Mouse = Extract<InputEvent, {input: 'mouse'}>

const mouse = (what: Mouse['what'], x: number, y: number, more: Partial<Mouse> = {}): Mouse => ({
  ...{input: 'mouse', what, button: 'left', x, y, ctrl: false, alt: false, shift: false, raw: ''},
  ...more,
})

const scene = async (text: string, size = {columns: 20, rows: 5}) => {
  const copied: string[] = []
  const typed: string[] = []
  const said: string[] = []
  const modes: string[] = []
  const scrolled: boolean[] = []
  const panes = openPanes({
    damaged: () => undefined,
    bell: () => undefined,
    scrolled: (_, isBack) => void scrolled.push(isBack),
  })
  panes.note({pane: 'a_1', kind: 'agent', title: 'coder', size})
  const terminal = panes.get('a_1')
  await new Promise<void>((resolve) => terminal?.write(text, resolve))
  const view = openPaneView({
    panes,
    mode: (mode) => modes.push(mode),
    copy: (one) => copied.push(one),
    say: (one) => said.push(one),
    type: (_, data) => typed.push(data),
    damaged: () => undefined,
    nowMs: () => 0,
  })
  return {panes, view, scrolled, copied, typed, said, modes, [Symbol.dispose]: () => panes.close()}
}

const lines = (count: number): string => Array.from({length: count}, (_, at) => `line ${at + 1}`).join('\r\n')

describe('a pane', () => {
  it('stands still while it is scrolled, and follows again at its end', async () => {
    using play = await scene(lines(30))
    expect(play.view.top('a_1')).toBeUndefined()
    play.view.command('a_1', 'page-up')
    const top = play.view.top('a_1')
    expect(top).toBe(30 - 5 - 4)
    await new Promise<void>((resolve) => play.panes.get('a_1')?.write('\r\nmore', resolve))
    expect(play.view.top('a_1')).toBe(top)
    play.view.command('a_1', 'page-up')
    play.view.command('a_1', 'last')
    expect(play.view.top('a_1')).toBeUndefined()
    play.view.command('a_1', 'last')
    // Told when it changes, and not otherwise; a pane that is told anew is not scrolled.
    expect(play.scrolled).toEqual([true, false])
    play.view.command('a_1', 'page-up')
    play.panes.bytes('a_1', 'anew', true)
    expect(play.scrolled).toEqual([true, false, true, false])
  })

  it('is scrolled by the wheel; a full-screen program gets arrow keys instead', async () => {
    using play = await scene(lines(30))
    play.view.mouse('a_1', mouse('wheel-up', 1, 1, {button: 'none'}))
    expect(play.view.top('a_1')).toBe(22)
    await new Promise<void>((resolve) => play.panes.get('a_1')?.write('\x1b[?1049h', resolve))
    play.view.mouse('a_1', mouse('wheel-up', 1, 1, {button: 'none'}))
    expect(play.typed).toEqual(['\x1b[A\x1b[A\x1b[A'])
  })

  it('gives a program the mouse that it asked for, unless shift takes it back', async () => {
    using play = await scene('\x1b[?1000h\x1b[?1006htext')
    play.view.mouse('a_1', mouse('press', 2, 0))
    expect(play.typed).toEqual(['\x1b[<0;3;1M'])
    play.view.mouse('a_1', mouse('press', 0, 0, {shift: true}))
    play.view.mouse('a_1', mouse('drag', 3, 0, {shift: true}))
    play.view.mouse('a_1', mouse('release', 3, 0, {shift: true}))
    expect(play.copied).toEqual(['text'])
  })

  it('copies what was dragged over, and shows nothing selected afterwards', async () => {
    using play = await scene('hello world')
    play.view.mouse('a_1', mouse('press', 0, 0))
    play.view.mouse('a_1', mouse('drag', 4, 0))
    expect(play.view.marks('a_1')).toMatchObject([{line: 0, from: 0, to: 5, style: 'select'}])
    play.view.mouse('a_1', mouse('release', 4, 0))
    expect(play.copied).toEqual(['hello'])
    expect(play.view.marks('a_1')).toEqual([])
  })

  it('is copied from by keys', async () => {
    using play = await scene('one\r\ntwo')
    play.view.command('a_1', 'copy')
    expect(play.modes).toEqual(['copy'])
    play.view.command('a_1', 'copy.top')
    play.view.command('a_1', 'copy.select-line')
    play.view.command('a_1', 'copy.take')
    expect(play.copied).toEqual(['one\n'])
    expect(play.modes).toEqual(['copy', 'prompt'])
  })

  it('is searched, and says how often', async () => {
    using play = await scene(lines(12))
    play.view.search('a_1', 'line 1')
    expect(play.said).toEqual(['4 found'])
    expect(play.view.marks('a_1').some(({style}) => style === 'found-now')).toBe(true)
    play.view.search('a_1', 'nowhere')
    expect(play.said.at(-1)).toBe('nothing found for nowhere')
  })

  it('begins anew when the whole of it is sent again', async () => {
    using play = await scene('old')
    play.panes.bytes('a_1', 'new', true)
    await expect.poll(() => play.panes.get('a_1')?.lineText(0)).toBe('new')
  })
})
