// Copy mode, mouse selection and search over real terminals: what is marked and what is copied.

import fc from 'fast-check'
import {describe, expect, it, onTestFinished} from 'vitest'
import {type CopyState, copiedText, copyMarks, copySearch, copySearchOn, copyStart, copyStep} from '../../stores/copy.ts'
import {glyphAt} from '../../stores/copy-lines.ts'
import {clickAt, copyDrag, copyPress} from '../../stores/copy-mouse.ts'
import {bindings, type CopyCommand} from '../../stores/keys.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'

type Move = Exclude<CopyCommand, 'copy.take' | 'copy.leave'>

const printed = async (text: string, columns = 20, rows = 5, scrollbackLines = 100): Promise<PaneTerminal> => {
  const terminal = openTerminal({columns, rows}, {convertEol: true, scrollbackLines})
  onTestFinished(() => terminal.close())
  await new Promise<void>((done) => terminal.write(text, done))
  return terminal
}

const moves = (state: CopyState, terminal: PaneTerminal, ...commands: Move[]): CopyState => commands.reduce((now, one) => copyStep(now, terminal, one), state)

const from = (terminal: PaneTerminal, line: number, column: number): CopyState => copyStart(terminal, terminal.size.rows, terminal.firstLine, {line, column})

const copiedAfter = (terminal: PaneTerminal, line: number, column: number, ...commands: Move[]): string =>
  copiedText(moves(from(terminal, line, column), terminal, ...commands), terminal)

describe('copying', () => {
  it('takes characters, lines and blocks', async () => {
    const terminal = await printed('one two\nthree\nfour five')
    expect(copiedAfter(terminal, 0, 4, 'copy.select', 'copy.word-end')).toBe('two')
    expect(copiedAfter(terminal, 0, 4, 'copy.select', 'copy.down')).toBe('two\nthree')
    expect(copiedAfter(terminal, 0, 4, 'copy.select-line', 'copy.down')).toBe('one two\nthree\n')
    expect(copiedAfter(terminal, 0, 1, 'copy.select-block', 'copy.down', 'copy.down', 'copy.right')).toBe('ne\nhr\nou')
    expect(copiedAfter(terminal, 2, 3, 'copy.select', 'copy.line-start')).toBe('four')
    expect(copiedAfter(terminal, 0, 0)).toBe('')
  })

  it('joins wrapped lines, keeps the blanks inside them and drops those at the end', async () => {
    const long = 'abcdefghi jklmnopqr  stuvwxyz'
    const terminal = await printed(`${long}   \nnext`, 10)
    expect(copiedAfter(terminal, 0, 0, 'copy.select-line')).toBe(`${long}\n`)
    expect(copiedAfter(terminal, 0, 0, 'copy.select', 'copy.down', 'copy.down', 'copy.line-end')).toBe(long)
    expect(copiedAfter(terminal, 1, 0, 'copy.select-line')).toBe(`${long}\n`)
  })

  it('takes wide characters whole, also where one did not fit in the row', async () => {
    const terminal = await printed('a漢字b\n123456789漢字', 10)
    expect(copiedAfter(terminal, 0, 1, 'copy.select')).toBe('漢')
    expect(copiedAfter(terminal, 0, 2, 'copy.select')).toBe('漢')
    expect(copiedAfter(terminal, 0, 1, 'copy.select', 'copy.right')).toBe('漢字')
    expect(copiedAfter(terminal, 0, 0, 'copy.select', 'copy.line-end')).toBe('a漢字b')
    expect(copiedAfter(terminal, 1, 0, 'copy.select-line')).toBe('123456789漢字\n')
    expect(copyMarks(moves(from(terminal, 0, 1), terminal, 'copy.select'), terminal)).toEqual([{line: 0, from: 1, to: 3, style: 'select'}])
  })

  it('gives back any text as it was printed', async () => {
    const part = fc.constantFrom('word ', 'x', '漢字', '👩‍👩‍👧', 'e\u0301', '  ', 'שלום', '-')
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.array(part, {maxLength: 14}).map((parts) => parts.join('').trimEnd()),
          {minLength: 1, maxLength: 4},
        ),
        async (lines) => {
          const text = lines.join('\n')
          const terminal = openTerminal({columns: 12, rows: 4}, {convertEol: true})
          await new Promise<void>((done) => terminal.write(text, done))
          const whole = moves(from(terminal, terminal.firstLine, 0), terminal, 'copy.select', 'copy.bottom', 'copy.line-end')
          expect(copiedText(whole, terminal).trimEnd()).toBe(text.trimEnd())
          terminal.close()
        },
      ),
      {numRuns: 150},
    )
  })
})

describe('the mouse', () => {
  it('selects by dragging, the word on two clicks, the line on three', async () => {
    const terminal = await printed('see src/a-b.ts:3 (now)\nend', 30)
    const view = {top: 0, rows: 5}
    const press = copyPress(terminal, {line: 0, column: 4}, view)
    expect(copiedText(press, terminal)).toBe('')
    expect(copiedText(copyDrag(press, terminal, {line: 0, column: 6}), terminal)).toBe('src')
    expect(copiedText(copyDrag(press, terminal, {line: 0, column: 1}), terminal)).toBe('ee s')
    expect(copiedText(copyPress(terminal, {line: 0, column: 8}, view, 2), terminal)).toBe('src/a-b.ts:3')
    const word = copyPress(terminal, {line: 0, column: 8}, view, 2)
    expect(copiedText(copyDrag(word, terminal, {line: 0, column: 19}), terminal)).toBe('src/a-b.ts:3 (now')
    expect(copiedText(copyDrag(word, terminal, {line: 0, column: 1}), terminal)).toBe('see src/a-b.ts:3')
    expect(copiedText(copyPress(terminal, {line: 0, column: 8}, view, 3), terminal)).toBe('see src/a-b.ts:3 (now)\n')
  })

  it('finds a word that goes on in the next row', async () => {
    const terminal = await printed('see https://example.org/path now', 12)
    expect(copiedText(copyPress(terminal, {line: 1, column: 2}, {top: 0, rows: 5}, 2), terminal)).toBe('https://example.org/path')
  })

  it('takes the window along when it leaves it', async () => {
    const terminal = await printed(Array.from({length: 30}, (_, n) => `line ${n}`).join('\n'))
    const press = copyPress(terminal, {line: 20, column: 0}, {top: 18, rows: 5})
    const up = copyDrag(press, terminal, {line: 16, column: 0})
    expect(up.top).toBe(16)
    expect(copyDrag(up, terminal, {line: 25, column: 0}).top).toBe(21)
  })

  it('counts clicks in a row on one cell', () => {
    const first = clickAt(1, 1, 0)
    const second = clickAt(1, 1, 100, first)
    expect([first.count, second.count, clickAt(1, 1, 200, second).count, clickAt(2, 1, 200, second).count, clickAt(1, 1, 900, second).count]).toEqual([
      1, 2, 3, 1, 1,
    ])
  })
})

describe('the window', () => {
  it('stands still while the terminal prints on, and gives way when its lines are thrown away', async () => {
    const terminal = await printed(Array.from({length: 20}, (_, n) => `line ${n}`).join('\n'), 20, 5, 20)
    const state = moves(copyStart(terminal, 5), terminal, 'page-up')
    await new Promise<void>((done) => terminal.write('\nmore\nand more', done))
    expect(copyStep(state, terminal, 'copy.left').top).toBe(state.top)
    await new Promise<void>((done) => terminal.write('\nx'.repeat(60), done))
    const now = copyStep(state, terminal, 'copy.left')
    expect(now.top).toBe(terminal.firstLine)
    expect(now.cursor.line).toBeGreaterThanOrEqual(terminal.firstLine)
  })
})

describe('search', () => {
  it('finds in either direction, around the ends, and marks all', async () => {
    const terminal = await printed('foo bar\nFoo\nbar foo\nend', 20, 4)
    const start = copyStart(terminal, 4, 0, {line: 3, column: 0})
    const up = copySearch(start, terminal, 'foo', 'up')
    expect(up.cursor).toEqual({line: 2, column: 4})
    expect(copySearchOn(up, terminal, 'search.next').cursor).toEqual({line: 1, column: 0})
    expect(copySearchOn(up, terminal, 'search.previous').cursor).toEqual({line: 0, column: 0})
    expect(copySearch(start, terminal, 'Foo', 'up').search?.matches).toHaveLength(1)
    expect(copySearch(start, terminal, 'nothing', 'up').cursor).toEqual(start.cursor)
    expect(copyMarks(up, terminal)).toEqual([
      {line: 0, from: 0, to: 3, style: 'found'},
      {line: 1, from: 0, to: 3, style: 'found'},
      {line: 2, from: 4, to: 7, style: 'found-now'},
    ])
  })

  it('reads wrapped rows as one line, in cells', async () => {
    const terminal = await printed('漢字 needle in hay', 8, 6)
    const found = copySearch(copyStart(terminal, 6, 0), terminal, 'needle', 'up')
    expect(found.search?.matches).toEqual([
      [
        {line: 0, from: 5, to: 8},
        {line: 1, from: 0, to: 3},
      ],
    ])
  })

  it('sees what was printed since', async () => {
    const terminal = await printed('foo\n', 20, 4)
    const found = copySearch(copyStart(terminal, 4, 0, {line: 0, column: 0}), terminal, 'foo', 'down')
    await new Promise<void>((done) => terminal.write('and foo\n\n\n\n', done))
    expect(copySearchOn(found, terminal, 'search.next').cursor).toEqual({line: 1, column: 4})
  })
})

const commands = [...new Set(bindings.filter(({modes}) => (modes as readonly string[]).includes('copy')).map(({id}) => id))].filter(
  (id): id is Move => /^(copy\.|page-|line-|first$|last$)/.test(id) && id !== 'copy.take' && id !== 'copy.leave',
)

describe('any commands', () => {
  it('keep the cursor on a character and in the window', async () => {
    const terminal = await printed('漢字 one\n\n  two-three 漢\nlonger than the width of it all\n'.repeat(4), 13, 4)
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...commands), {maxLength: 40}), (typed) => {
        const state = moves(copyStart(terminal, 4), terminal, ...typed)
        expect(glyphAt(terminal, state.cursor).from).toBe(state.cursor.column)
        expect(state.cursor.line).toBeGreaterThanOrEqual(state.top)
        expect(state.cursor.line).toBeLessThan(state.top + 4)
        for (const mark of copyMarks(state, terminal)) expect(mark.to).toBeLessThanOrEqual(13)
      }),
      {numRuns: 300},
    )
  })
})
