// A late terminal is the same as one that reads everything at once: its screen whenever it is drawn, all of it whenever
// all is asked for, and for whoever it is serialized. What it leaves out it must be able to prove.

import serialize from '@xterm/addon-serialize'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {loadWidths} from '../../stores/cell-widths.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'

await loadWidths()

const size = {columns: 12, rows: 4}
const open = (isLate: boolean, scrollbackLines = 6) => {
  const addon = new serialize.SerializeAddon()
  const terminal = openTerminal(size, {scrollbackLines, addon, isLate})
  return {terminal, addon}
}
type One = ReturnType<typeof open>

const screenOf = (terminal: PaneTerminal): unknown => {
  const {screenTop, cursor, size: now, modes} = terminal
  const rows = Array.from({length: now.rows}, (_, y) => {
    const row = terminal.row(screenTop + y)
    return row && {words: [...row.words], wrapped: terminal.isWrapped(screenTop + y) && y > 0}
  })
  return {rows, cursor, modes}
}
const wholeOf = ({terminal, addon}: One): Promise<string> => new Promise((resolve) => terminal.write('', () => resolve(addon.serialize())))

const calm = fc.oneof(
  fc.constantFrom('word ', '\r\n', '\r\n', '\r\n', 'a line\r\n', '\n', '\r', '\t', '\b', '\x1b[K', '\x1b[1K', '\x1b[2K', '日本', 'é', '👩‍👩‍👧', 'x'.repeat(30)),
  fc.constantFrom('\x1b[m', '\x1b[0m', '\x1b[31m', '\x1b[1;4m', '\x1b[39m', '\x1b[22m', '\x1b[48;5;20m', '\x1b[38:2::1:2:3m', '\x1b[4:3m', '\x1b[7m'),
)
const unusual = fc.constantFrom(
  ...[
    '\x1b[2A',
    '\x1b[3;2H',
    '\x1b[J',
    '\x1b[2J',
    '\x1b[?1049h',
    '\x1b[?1049l',
    '\x1b[2;3r',
    '\x1b[1;3r',
    '\x1b[r',
    '\x1b]2;title\x07',
    '\x1b]8;;http://a.b\x1b\\',
  ],
  ...[
    '\x1b[?7l',
    '\x1b[?7h',
    '\x1b[4h',
    '\x1b[4l',
    '\x1b7',
    '\x1b8',
    '\x1bM',
    '\x0e',
    '\x0f',
    '\x1b(0',
    '\x1bc',
    '\x1b[5S',
    '\x1b[2L',
    '\x1bP+q\x1b\\',
    '\x9b3A',
    '\x07',
    '\x1b[',
  ],
)
const stretch = (part: fc.Arbitrary<string>, most: number) =>
  fc.tuple(fc.array(part, {minLength: 1, maxLength: 12}), fc.integer({min: 1, max: most})).map(([parts, times]) => parts.join('').repeat(times))
const stream = fc
  .array(fc.oneof({weight: 6, arbitrary: stretch(calm, 200)}, {weight: 1, arbitrary: unusual}), {minLength: 1, maxLength: 8})
  .map((parts) => parts.join(''))
const looks = fc.array(fc.tuple(fc.integer({min: 1, max: 5000}), fc.constantFrom('nothing', 'nothing', 'screen', 'whole', 'size', 'attend', 'leave')), {
  minLength: 1,
  maxLength: 30,
})

describe('a late terminal', () => {
  it('shows the same as one that reads at once, whatever comes, cut wherever, looked at whenever', async () => {
    await fc.assert(
      fc.asyncProperty(stream, looks, async (text, steps) => {
        const [late, eager] = [open(true), open(false)]
        let at = 0
        for (let n = 0; at < text.length; n += 1) {
          const [chars, look] = steps[n % steps.length] as [number, string]
          for (const {terminal} of [late, eager]) terminal.write(text.slice(at, at + chars))
          at += chars
          if (look === 'size') for (const {terminal} of [late, eager]) terminal.resize({columns: 8 + (n % 9), rows: 2 + (n % 5)})
          if (look === 'attend' || look === 'leave') late.terminal.attend(look === 'attend')
          if (look === 'screen') expect(screenOf(late.terminal)).toEqual(screenOf(eager.terminal))
          if (look === 'whole') expect(await wholeOf(late)).toBe(await wholeOf(eager))
        }
        expect(screenOf(late.terminal)).toEqual(screenOf(eager.terminal))
        expect(late.terminal.lines()).toEqual(eager.terminal.lines())
        expect(await wholeOf(late)).toBe(await wholeOf(eager))
        expect(late.terminal.title).toBe(eager.terminal.title)
        for (const {terminal} of [late, eager]) terminal.close()
      }),
      {numRuns: 150},
    )
  })
  it.each(['\x1b[H', '\x1b[1;3r', '\x1b[2;4r\x1b[4H', '\x1b[31;44m\x1b[2J', '\x1b]0;a'])(
    'leaves nothing out before all lines are new, after %j',
    async (before) => {
      for (let lines = 0; lines < 40; lines += 1) {
        const both = [open(true), open(false)] as const
        for (const {terminal} of both) {
          terminal.write('old\r\n'.repeat(20))
          terminal.write(before)
          terminal.write('new\r\n'.repeat(lines))
        }
        expect(screenOf(both[0].terminal)).toEqual(screenOf(both[1].terminal))
        expect(await wholeOf(both[0])).toBe(await wholeOf(both[1]))
      }
    },
  )
  it('leaves out what nobody sees', () => {
    const {terminal} = open(true)
    const flood = Array.from({length: 20_000}, (_, n) => `\x1b[3${n % 8}mline ${n}\x1b[0m\r\n`).join('')
    for (let at = 0; at < flood.length; at += 3000) {
      terminal.write(flood.slice(at, at + 3000))
      expect(terminal.cursor.y).toBe(size.rows - 1)
    }
    // Lines are counted as they are read.
    expect(terminal.screenTop).toBeLessThan(5000)
    expect(terminal.lines().slice(-3)).toEqual(['line 19998', 'line 19999', ''])
    terminal.close()
  })
  it('leaves out most of what comes in large pieces of short lines', () => {
    const {terminal} = open(true)
    for (let n = 0; n < 20; n += 1) {
      terminal.write('y\r\n'.repeat(50_000))
      expect(terminal.cursor.y).toBe(size.rows - 1)
    }
    expect(terminal.lines().slice(-3)).toEqual(['y', 'y', ''])
    // The first piece is read, for there was nothing before it that could be left out.
    expect(terminal.screenTop).toBeLessThan(60_000)
    terminal.close()
  })
  it('tells damage when text comes, not when it is read', () => {
    const {terminal} = open(true)
    let damaged = 0
    terminal.onDamage(() => {
      damaged += 1
    })
    terminal.write('one\r\n')
    const {version} = terminal
    expect(damaged).toBe(1)
    expect(terminal.row(terminal.screenTop)?.words[0]).toBeGreaterThan(0)
    expect([damaged, terminal.version]).toEqual([1, version])
    terminal.close()
  })
  it('keeps line numbers while somebody attends', () => {
    const {terminal} = open(true, 50)
    const some = (count: number): void => {
      for (let n = 0; n < count; n += 1) terminal.write(`number ${n}\r\n`.repeat(10))
    }
    some(300)
    terminal.attend(true)
    const line = terminal.screenTop
    const text = terminal.lineText(line)
    some(4)
    expect(terminal.lineText(line)).toBe(text)
    expect(terminal.screenTop).toBe(line + 40)
    terminal.attend(false)
    some(300)
    expect(terminal.lines().at(-2)).toBe('number 299')
    terminal.close()
  })
})
