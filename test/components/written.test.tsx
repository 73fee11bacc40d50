// The rows of the prompt, and the picture that a screen begins with, are written past Ink. Whoever reads the terminal must
// not be able to tell: same letters, same places, same looks, whatever stood there before.

import {renderToString} from 'ink'
import {createElement} from 'react'
import {beforeAll, describe, expect, it} from 'vitest'
import {App} from '../../components/app.tsx'
import {drawEarly, drawPrompt} from '../../components/early.ts'
import {written} from '../../components/written.ts'
import {loadWidths} from '../../stores/cell-widths.ts'
import {frameOf} from '../../stores/frame.ts'
import type {AppState} from '../../stores/state.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'
import {type ThemeName, themeNames, themes} from '../../stores/theme.ts'
import {session, teller, typing} from '../kit/screen-story.ts'
import {openEmulator} from '../kit/terminal.ts'

const size = {columns: 60, rows: 12}

const shown = async (...bytes: string[]): Promise<PaneTerminal> => {
  const terminal = openTerminal({columns: 200, rows: 50}, {scrollbackLines: 0, convertEol: true})
  for (const one of bytes) await new Promise<void>((done) => terminal.write(`\x1b[?7l${one}`, done))
  return terminal
}
const lines = (terminal: PaneTerminal): string[] => Array.from({length: terminal.size.rows}, (_, y) => terminal.lineText(terminal.screenTop + y).trimEnd())
const picture = (state: AppState): string => renderToString(createElement(App, {state}), {columns: state.size.columns})
const typed = (text: string, theme: ThemeName = 'none'): AppState =>
  teller(size, {theme})
    .tell({tell: 'session', session: session()}, {tell: 'caught-up'})
    .act(...typing(text)).state

beforeAll(loadWidths)

describe('the picture before Ink', () => {
  const joining = teller(size).state
  const strange = teller({columns: 3, rows: 2}).state
  const large = teller({columns: 200, rows: 50}).state
  it.each([
    ['while nobody is there yet', joining],
    ['with a session', typed('')],
    ['with something typed', typed('fix it\nand that')],
    ['on a terminal for nobody', strange],
    ['on a large one', large],
  ])('is the one that Ink draws: %s', async (_, state) => {
    expect(lines(await shown(`\x1b[2J${drawEarly(state)}`, drawPrompt(state)))).toEqual(lines(await shown(picture(state))))
  })
})

describe('the prompt, written', () => {
  it.each(['', 'fix it', 'a'.repeat(100), '漢字かな交じり文', '👩‍👩‍👧‍👦 e\u0301', 'שלום'])('shows what Ink shows: %j', async (text) => {
    const [before, now] = [typed('what stood here before'), typed(text)]
    // Of a prompt as high as this one, so that the rows are the same.
    const under = frameOf(before).areas.prompt.height === frameOf(now).areas.prompt.height ? picture(before) : picture(now)
    expect(lines(await shown(under, drawPrompt(now)))).toEqual(lines(await shown(picture(now))))
  })

  it.each(themeNames)('has the looks of the theme %s and leaves none behind', async (name) => {
    const emulator = openEmulator(40, 3)
    const line = [{text: 'ab', tone: 'needs'}, {text: 'cd'}, {text: 'ef', tone: 'selected'}] as const
    await new Promise<void>((done) => emulator.write(`${written(line, 1, themes[name])}\x1b[1;1Hz`, done))
    const cell = (x: number, y: number) => emulator.buffer.active.getLine(y)?.getCell(x)
    expect(emulator.buffer.active.getLine(1)?.translateToString(true)).toBe('abcdef')
    expect(Boolean(cell(0, 1)?.isBold())).toBe(themes[name].needs.bold === true)
    expect(Boolean(cell(4, 1)?.isInverse())).toBe(themes[name].selected.inverse === true)
    const colour = themes[name].needs.color
    if (colour?.startsWith('#')) expect(cell(0, 1)?.getFgColor()).toBe(Number.parseInt(colour.slice(1), 16))
    else expect(cell(0, 1)?.isFgPalette()).toBe(colour !== undefined)
    expect([cell(0, 0)?.isFgDefault(), cell(0, 0)?.isBgDefault(), cell(0, 0)?.isBold()]).toEqual([true, true, 0])
    emulator.dispose()
  })
})
