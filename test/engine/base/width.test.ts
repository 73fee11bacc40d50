// The table of widths against the emulator that the panes use: every code point, and any text.

import headless from '@xterm/headless'
import fc from 'fast-check'
import {beforeAll, describe, expect, it} from 'vitest'
import {cellsOf, fitting, graphemesOf, nextEdge, previousEdge, widthOf} from '../../../engine/base/width.ts'
import {loadedWidths, loadWidths} from '../../../stores/cell-widths.ts'

const open = (): headless.Terminal => {
  const terminal = new headless.Terminal({cols: 400, rows: 4, allowProposedApi: true})
  const addon = loadedWidths()
  if (addon) terminal.loadAddon(addon)
  return terminal
}

const column = async (terminal: headless.Terminal, text: string): Promise<number> => {
  await new Promise<void>((done) => terminal.write(`\x1b[2J\x1b[H${text}`, done))
  return terminal.buffer.active.cursorX
}

const emoji = ['👩‍👩‍👧', '👍🏽', '🇩🇪', '❤️', '1️⃣', '🏳️‍🌈', '☎', '⌚', '✈️']
const scripts = ['漢字', 'かな', '한글', '각', 'e\u0301', 'שלום', 'العربية', 'नमस्ते', 'क्ष', 'ไทย', 'ﬁ', '½', '·', '…', '→', '█', '─']

describe('width', () => {
  beforeAll(loadWidths)

  it('of every character is that of the emulator', () => {
    const providers: {version: string; charProperties(code: number, before: number): number}[] = []
    // The addon gives its tables to whoever plays a terminal.
    loadedWidths()?.activate({unicode: {register: (one: (typeof providers)[number]) => providers.push(one), activeVersion: ''}} as unknown as headless.Terminal)
    const tables = providers.find(({version}) => version === '15-graphemes')
    const wrong: string[] = []
    for (let code = 0x20; code < 0x110000; code += 1) {
      const cells = ((tables?.charProperties(code, 0) ?? 0) >> 1) & 3
      if (code !== 0xfe0f && cellsOf(String.fromCodePoint(code)) !== cells) wrong.push(code.toString(16))
    }
    expect(wrong).toEqual([])
  })

  it('of emoji, joined and marked, and of every script is that of the emulator', async () => {
    const terminal = open()
    for (const text of [...emoji, ...scripts]) expect(widthOf(text), text).toBe(await column(terminal, text))
  })

  it('of any mixture is that of the emulator', async () => {
    const terminal = open()
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...emoji, ...scripts, 'a', ' ', 'Z', '-'), {maxLength: 20}), async (parts) => {
        const text = parts.join(' ')
        expect(widthOf(text)).toBe(await column(terminal, text))
      }),
      {numRuns: 150},
    )
  })

  it('cuts between characters and never more than fits', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...emoji, ...scripts, 'a', 'bc'), {maxLength: 10}), fc.nat(30), (parts, columns) => {
        const text = parts.join('')
        const cut = fitting(text, columns)
        expect(text.startsWith(cut)).toBe(true)
        expect(widthOf(cut)).toBeLessThanOrEqual(columns)
        const [next] = graphemesOf(text.slice(cut.length))
        if (next) expect(widthOf(cut) + cellsOf(next)).toBeGreaterThan(columns)
      }),
    )
  })
})

describe('edges', () => {
  it('are those of what a person sees as characters, from both sides', () => {
    const text = fc.oneof(
      fc.string({unit: 'binary', maxLength: 20}),
      fc.array(fc.constantFrom(...emoji, ...scripts, 'a\r\n', '\n', ' x'), {maxLength: 8}).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(text, (given) => {
        const edges = [0]
        for (const part of graphemesOf(given)) edges.push((edges.at(-1) as number) + part.length)
        for (const [index, edge] of edges.entries()) {
          expect(nextEdge(given, edge)).toBe(edges[index + 1] ?? given.length)
          expect(previousEdge(given, edge)).toBe(edges[index - 1] ?? 0)
        }
      }),
      {numRuns: 500},
    )
  })
})
