// Lines typed into an agent's terminal: what is meant, and that what is shown is what stands in the line.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {openTyped} from '../../../source/keeper/typed.ts'
import {openTerminal} from '../../../stores/terminals.ts'

const typing = (...data: string[]) => {
  const typed = openTyped()
  const all = data.map(typed)
  return {echo: all.map((one) => one.echo).join(''), lines: all.flatMap((one) => one.lines), interrupts: all.filter((one) => one.interrupt).length}
}
const shown = (data: string): Promise<string> =>
  new Promise((resolve) => {
    const terminal = openTerminal({columns: 200, rows: 10})
    terminal.write(data, () => resolve(terminal.lines().join('\n').trimEnd()))
  })

describe('a typed line', () => {
  it('is whole after Enter, corrected and without what only moves a cursor', () => {
    expect(typing('hel', 'k\x7flo\x1b[D\x1b[1;5C there\x1bOA\r', '\r', '  \r').lines).toEqual(['hello there'])
    expect(typing('one\ntwo\r\nthree').lines).toEqual(['one', 'two'])
    expect(typing('gone\x15kept\r').lines).toEqual(['kept'])
    expect(typing('e\u0301', '\x7f', 'x\r').lines).toEqual(['x'])
  })
  it('is thrown away by Ctrl-C, which interrupts', () => {
    expect(typing('half', '\x03', 'whole\r')).toMatchObject({lines: ['whole'], interrupts: 1})
    expect(typing('\x03')).toEqual({echo: '', lines: [], interrupts: 1})
  })
  it('is shown as it stands, wide letters too', async () => {
    expect(await shown(typing('日本x\x7f\x7f語').echo)).toBe('\n› 日語')
    expect(await shown(typing('a👩‍💻b\x7f\x7fc').echo)).toBe('\n› ac')
  })
  it('never sends a control byte back but its own', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('\x1b', '\x1b[', '\x7f', '\x03', '\r', '\x9b', '\x1b]0;'))), (pieces) => {
        const {echo, lines} = typing(...pieces)
        expect(echo.replaceAll('\b', '').replaceAll('\r\n', '')).toMatch(/^\P{Cc}*$/u)
        for (const line of lines) expect(line).toMatch(/^\P{Cc}+$/u)
      }),
    )
  })
})
