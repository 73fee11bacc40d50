// A pane's terminal: text and cells, numbers of lines that stay, flow, and that nothing a program prints can break it.

import headless from '@xterm/headless'
import fc from 'fast-check'
import {afterEach, describe, expect, it, vi} from 'vitest'
import {innerRow, insideOf, isOpen, outerRow} from '../../stores/cells.ts'
import {openTerminal, type PaneTerminal, type TerminalOptions} from '../../stores/terminals.ts'

const open: PaneTerminal[] = []
const terminal = (columns = 20, rows = 4, options?: TerminalOptions): PaneTerminal => {
  const one = openTerminal({columns, rows}, options)
  open.push(one)
  return one
}
const parsed = (one: PaneTerminal, data: string | Uint8Array): Promise<void> => new Promise((resolve) => one.write(data, resolve))

afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

describe('a terminal', () => {
  it('has parsed before write returns, when little was written', () => {
    const one = terminal()
    const damaged = vi.fn()
    one.onDamage(damaged)
    const {version} = one
    one.write('hello \x1b[1;31mred\r\n')
    expect(one.lineText(0)).toBe('hello red')
    expect(one.cursor).toEqual({x: 0, y: 1, visible: true, shape: 0})
    expect(one.waitingBytes).toBe(0)
    expect(one.version).toBeGreaterThan(version)
    expect(damaged).toHaveBeenCalled()
  })

  it('measures joined emoji, wide and combining text as one cell each', async () => {
    const one = terminal()
    await parsed(one, '👩‍👩‍👧漢e\u0301|')
    expect(one.cursor.x).toBe(6)
    expect(one.textBetween(0, 0, 2)).toBe('👩‍👩‍👧')
    expect(one.textBetween(0, 2, 4)).toBe('漢')
    expect(one.textBetween(0, 4, 6)).toBe('é|'.normalize('NFD'))
    expect(one.row(0)?.texts[0]).toBe('👩‍👩‍👧')
  })

  it('takes bytes cut anywhere, in their order', async () => {
    const one = terminal()
    const bytes = Buffer.from('añ漢👩‍👩‍👧z')
    for (const byte of bytes.subarray(0, -1)) one.write(Uint8Array.of(byte))
    await parsed(one, bytes.subarray(-1))
    expect(one.lineText(0)).toBe('añ漢👩‍👩‍👧z')
  })

  it('keeps the numbers of lines while older ones are thrown away', async () => {
    const one = terminal(20, 4, {scrollbackLines: 6})
    for (let n = 0; n < 30; n += 1) one.write(`line ${n}\r\n`)
    await parsed(one, 'end')
    expect(one.lineText(30)).toBe('end')
    expect(one.lineText(25)).toBe('line 25')
    expect(one.firstLine).toBe(21)
    expect(one.screenTop).toBe(27)
    expect(one.lineCount).toBe(10)
    expect(one.lineText(20)).toBe('')
    expect(one.lines()).toEqual([...Array.from({length: 9}, (_, n) => `line ${21 + n}`), 'end'])
    const before = one.screenTop
    await parsed(one, '\x1bcnew')
    expect(one.screenTop).toBeGreaterThan(before)
    expect(one.lineText(one.screenTop)).toBe('new')
    for (let n = 0; n < 30; n += 1) one.write(`more ${n}\r\n`)
    await parsed(one, '.')
    expect(one.lineText(one.screenTop + 2)).toBe('more 29')
  })

  it('says what the program asked for', async () => {
    const one = terminal()
    const [titles, bells, answers] = [vi.fn(), vi.fn(), vi.fn()]
    one.onTitle(titles)
    one.onBell(bells)
    one.onAnswer(answers)
    await parsed(one, '\x1b]2;vim\x07\x07\x1b[c\x1b[?1002h\x1b[?1006h\x1b[?2004h\x1b[?1h\x1b[?1004h\x1b[?25l\x1b[5 q')
    expect(titles).toHaveBeenCalledWith('vim')
    expect(one.title).toBe('vim')
    expect(bells).toHaveBeenCalledTimes(1)
    expect(answers).toHaveBeenCalledWith('\x1b[?1;2c')
    expect(one.modes).toEqual({mouse: 'drag', mouseSgr: true, bracketedPaste: true, applicationCursor: true, focus: true, alternate: false})
    expect(one.cursor).toMatchObject({visible: false, shape: 5})
    await parsed(one, '\x1b[?1049h')
    expect(one.modes.alternate).toBe(true)
  })

  it('lets others run between the slices of a flood, and counts what waits', async () => {
    const one = terminal(80, 24)
    const flood = parsed(one, 'y\r\n'.repeat(1_000_000))
    expect(one.waitingBytes).toBeGreaterThan(1_000_000)
    let turns = 0
    const turn = (): void => {
      turns += 1
      if (one.waitingBytes > 0) setImmediate(turn)
    }
    turn()
    await flood
    expect(turns).toBeGreaterThan(3)
    expect(one.waitingBytes).toBe(0)
  })

  it('tells each write that it is done, once and in order', async () => {
    const one = terminal()
    const said: number[] = []
    for (let n = 0; n < 5; n += 1) one.write('x'.repeat(n === 2 ? 200_000 : 3), () => said.push(n))
    await parsed(one, '漢')
    expect(said).toEqual([0, 1, 2, 3, 4])
  })

  it('can still be looked at after it was closed', async () => {
    const one = terminal()
    await parsed(one, 'last words')
    const damaged = vi.fn()
    one.onDamage(damaged)
    one.close()
    one.write('more')
    one.resize({columns: 5, rows: 5})
    expect(() => [one.row(one.screenTop), one.lineText(0), one.cursor, one.modes, one.lineCount, one.title]).not.toThrow()
    expect(damaged).not.toHaveBeenCalled()
    one.close()
  })

  it('wraps are told apart from new lines', () => {
    const one = terminal(5, 4)
    one.write('abcdefg\r\nx')
    expect([0, 1, 2].map((line) => one.isWrapped(line))).toEqual([false, true, false])
  })

  it('outlives an erase in its last cell, at which this emulator throws', () => {
    const one = terminal(20, 4, {scrollbackLines: 0})
    one.write('text\x1b[4;20H\x1b[1Jok')
    expect(one.lines().join('|')).toBe(`||${' '.repeat(19)}o|k`)
  })

  it('is not held by a number that a program prints', async () => {
    const one = terminal(80, 24)
    const startMs = performance.now()
    for (const final of 'STLMIZbPX@') one.write(`text\x1b[2147483647${final}`)
    await parsed(one, '\x1b[H\x1b[2Jok')
    expect(performance.now() - startMs).toBeLessThan(2000)
    expect(one.lineText(one.screenTop)).toBe('ok')
  })

  it('outlives whatever a program prints', async () => {
    const piece = fc.oneof(
      fc.string({unit: 'binary', maxLength: 20}),
      fc
        .tuple(
          fc.constantFrom('', '?', '>', '=', '!'),
          fc.array(fc.oneof(fc.integer({min: 0, max: 60}), fc.constantFrom(999, 65536, 2 ** 31)), {maxLength: 4}),
          fc.constantFrom(...'@ABCDEFGHIJKLMPSTXZ`abcdefghilmnpqrstux'),
        )
        .map(([prefix, numbers, final]) => `\x1b[${prefix}${numbers.join(';')}${final}`),
      fc.constantFrom('\x1bP', '\x1b]', '\x1b\\', '\x1b[', '\x1bc', '\x1b7', '\x1b8', '\x1b[?1049h', '\x1b[?1049l', '漢', '\u0301', '\u200d', '\n'),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(piece, {maxLength: 20}), fc.integer({min: 1, max: 30}), fc.integer({min: 1, max: 10}), async (pieces, columns, rows) => {
        const one = openTerminal({columns: 20, rows: 5}, {scrollbackLines: rows % 2})
        for (const text of pieces) one.write(text)
        one.resize({columns, rows})
        await parsed(one, '\x18\x1b\\\x1bc\x1b[Hok')
        expect(one.lineText(one.screenTop)).toBe('ok')
        one.close()
      }),
      {numRuns: 60},
    )
  })
})

describe('cells', () => {
  it('read inside and through the public face are the same', async () => {
    const emulator = new headless.Terminal({cols: 30, rows: 2, allowProposedApi: true})
    await new Promise<void>((resolve) => emulator.write('a\x1b[1;3;38;5;200mb\x1b[0;7;9;48;2;1;2;3mc\x1b[0;2;53;92m漢e\u0301\x1b[0;5;8mz', resolve))
    const inside = insideOf(emulator)
    expect(isOpen(inside)).toBe(true)
    const inner = innerRow(inside, 0)
    const outer = outerRow(emulator.buffer.active.getLine(0), emulator.buffer.active.getNullCell())
    expect(inner).toBeDefined()
    expect([...(outer?.words ?? [])]).toEqual([...(inner?.words ?? [])])
    expect({...outer?.texts}).toEqual({...inner?.texts})
    emulator.dispose()
  })

  it('are not read inside where the inside is another', () => {
    expect(isOpen(undefined)).toBe(false)
    expect(isOpen({})).toBe(false)
    expect(isOpen({buffer: {lines: {get: () => ({length: 4})}}})).toBe(false)
  })
})
