// A screen that reads slowly is shown its panes anew once it reads again, and then follows them: what it is shown does not
// make it lag again, however much that is.

import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import type {KeeperSays, PaneNote} from '../../../engine/contract/screen.ts'
import type {ReadEars} from '../../../source/keeper/chapters.ts'
import {foldsAs} from '../../../source/keeper/folds-as.ts'
import {openScreen, type ScreenPorts} from '../../../source/keeper/screens.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const size = {columns: 80, rows: 24}
const names = ['s_1', 's_2', 's_3', 's_4']

const slowScreen = () => {
  const sent: KeeperSays[] = []
  const wholes: string[] = []
  let waiting = 0
  let drained = (): void => undefined
  const link = {
    send: (message: KeeperSays) => {
      sent.push(message)
      waiting += JSON.stringify(message).length
    },
    waitingBytes: () => waiting,
    onDrain: (take: () => void) => {
      drained = take
    },
    onClose: () => undefined,
    onMessage: () => undefined,
    close: () => undefined,
  }
  const screen = openScreen({
    link,
    hello: {do: 'hello', token: '', size},
    seen: () => undefined,
    chapters: {read: async function* () {}},
    panes: () => names.map((pane): PaneNote => ({pane, kind: 'shell', title: pane, size})),
    whole: (pane: string, take: (data: string) => void) => {
      wholes.push(pane)
      take('w'.repeat(2_000_000))
    },
  } as unknown as ScreenPorts)
  const read = (): void => {
    waiting = 0
    drained()
  }
  const print = (text: string): void => {
    for (const pane of names) screen.bytes(pane, text, false)
    vi.advanceTimersByTime(100)
  }
  const live = (text: string): string[] => sent.flatMap((message) => (message.tell === 'bytes' && message.data === text ? [message.pane] : []))
  return {screen, wholes, read, print, live}
}

describe('what happened before a screen came', () => {
  it.each([
    ['is folded for one that folds alike', foldsAs, true],
    ['is told to one of another build', `${foldsAs}0`, false],
    ['is told to one that folds nothing', undefined, false],
  ])('%s', (_, folds, isFolded) => {
    const ears: ReadEars[] = []
    const read = (_after: unknown, _signal: unknown, heard: ReadEars): never[] => {
      ears.push(heard)
      return []
    }
    const link = {send: () => undefined, waitingBytes: () => 0, onDrain: () => undefined, onClose: () => undefined, close: () => undefined}
    const hello = {do: 'hello', token: '', size, ...(folds ? {folds} : {})}
    openScreen({link, hello, chapters: {read}, panes: () => [], whole: () => undefined, seen: () => undefined} as unknown as ScreenPorts).close()
    expect(ears.map(({past}) => past !== undefined)).toEqual([isFolded])
  })
})

describe('a screen that reads slowly', () => {
  it('is shown every pane once and goes on from there', () => {
    const {screen, wholes, read, print, live} = slowScreen()
    read()
    expect(wholes).toEqual(names)
    print('x'.repeat(1_500_000))
    print('lost in the whole')
    expect(live('lost in the whole')).toEqual([])
    read()
    expect(wholes).toEqual([...names, ...names])
    print('seen')
    expect(live('seen')).toEqual(names)
    read()
    print('seen again')
    expect(live('seen again')).toEqual(names)
    expect(wholes).toHaveLength(8)
    screen.close()
  })
})
