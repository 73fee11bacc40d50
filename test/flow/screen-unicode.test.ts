// Letters of all widths, in the prompt and in a pane, on two real terminal emulators: the cursor and the borders stand
// in the right cells, and what is copied is what was printed.

import {describe, expect, it} from 'vitest'
import {widthOf} from '../../engine/base/width.ts'
import {calculator} from '../kit/flow.ts'
import {hasProgram} from '../kit/parts.ts'
import {screenPlace} from '../kit/screen.ts'
import type {TmuxTerminal} from '../kit/terminal-tmux.ts'

const ready = 'what shall be done?'
const columns = 100
/** Text, and the cells it takes. */
const typed = [
  ['漢字', 4],
  ['👩‍👩‍👧', 2],
  ['e\u0301', 1],
  ['🇩🇪', 2],
  ['שלום', 4],
  ['مرحبا', 5],
  ['ไทย', 3],
  ['한글', 4],
  ['ｆｕ', 4],
] as const
const lines = [
  '漢字かな',
  '👩‍👩‍👧 family',
  'e\u0301 o\u0308 marks',
  '🇩🇪 flag',
  'שלום עולם',
  'مرحبا',
  '👍🏽 tone',
  '❤️ heart',
  'ไทย',
  '한글',
  'ｆｕｌｌ',
  '①②',
  'plain',
]
const kinds = ['xterm', 'tmux'] as const

describe.each(kinds)('text of all widths on %s', (kind) => {
  it.skipIf(kind === 'tmux' && !hasProgram('tmux'))(
    'stands in the right cells, and is copied as it is',
    async () => {
      using where = screenPlace({...calculator, 'lines.txt': `${lines.join('\n')}\n`})
      const size = {columns, rows: 30}
      await using terminal = kind === 'tmux' ? where.inTmux([], size) : where.screen([], size)
      const tmux = kind === 'tmux' ? (terminal as TmuxTerminal).tmux : undefined
      const cursor = (): number => (tmux ? Number(tmux('display-message', '-p', '#{cursor_x}')) : terminal.cursor().x)
      await terminal.until(ready, 20_000)
      for (const [text, cells] of typed) {
        terminal.type(`${text}|`)
        await terminal.until(() => terminal.row(29).endsWith(`${text}|`) && cursor() === 2 + cells + 1)
        // Over the bar and the last letter: a letter of several code points is one.
        terminal.key('left', 'left')
        const last = [...new Intl.Segmenter().segment(text)].length
        await terminal.until(() => cursor() === 2 + cells - cells / last)
        terminal.key('end', 'ctrl+u')
        await terminal.until(ready)
      }
      terminal.type('!cat lines.txt; sleep 99')
      terminal.key('enter')
      await terminal.until((frame) => /^┃plain/m.test(frame))
      await terminal.quiet(200)
      const rows = lines.map((_, at) => at + 1)
      if (tmux) {
        // Its own cells: what it makes of them in the terminal around it is its own affair. Tones of skin it does not know,
        // and its hearts are narrow.
        const captured = (): string[] => rows.map((y) => (terminal as TmuxTerminal).capture().split('\n')[y] ?? '')
        const isRight = (row: string, at: number): boolean =>
          /tone|heart/.test(lines[at] ?? '') || (row.slice(1).startsWith(lines[at] ?? '') && widthOf(row) === columns)
        await terminal.until(() => captured().every((row, at) => row.startsWith('┃') && row.endsWith('┃') && isRight(row, at)))
      } else {
        await terminal.until(() => rows.every((y) => terminal.cell(0, y).text === '┃' && terminal.cell(columns - 1, y).text === '┃'))
        expect(rows.map((y) => terminal.row(y).replace(/\s*┃$/, '').slice(1))).toEqual(lines)
      }
      terminal.key('f12')
      // Inside tmux its own prefix comes first.
      terminal.key(...(tmux ? ['ctrl+b'] : []), 'ctrl+b', '[')
      await terminal.until('copy mode')
      // Twice: tmux 3.3 sometimes keeps the first key behind its prefix to itself.
      terminal.type('g')
      terminal.type('g0V')
      for (const _ of lines.slice(1)) terminal.key('down')
      terminal.key('enter')
      const copied = (): string => (tmux ? tmux('list-buffers') && tmux('show-buffer') : (terminal.heard.clipboard.at(-1) ?? ''))
      await terminal.until(() => copied() !== '')
      expect(copied().trimEnd()).toBe(lines.join('\n'))
    },
    40_000,
  )
})
