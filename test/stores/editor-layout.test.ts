// The prompt as rows of cells: wrapping, the caret's cell, the window, and the way back from a cell.

import headless from '@xterm/headless'
import fc from 'fast-check'
import {beforeAll, describe, expect, it} from 'vitest'
import {widthOf} from '../../engine/base/width.ts'
import {loadedWidths, loadWidths} from '../../stores/cell-widths.ts'
import {type Editor, editorStep, type Layout, layOut, newEditor, offsetAt, rowsOf} from '../../stores/editor.ts'
import {editorOf, steps} from '../kit/keys.ts'

const drawn = (marked: string, width: number, maxRows = 10): string[] => {
  const {rows, caret} = layOut(editorOf(marked), width, maxRows)
  return [...rows.map(({text}) => text), `${caret.row},${caret.column}`]
}

describe('rows', () => {
  it('break between words, or inside one that is too long', () => {
    expect(drawn('one two three|', 8)).toEqual(['one two ', 'three', '1,5'])
    expect(drawn('abcdefghij|', 4)).toEqual(['abcd', 'efgh', 'ij', '2,2'])
    expect(drawn('ab 漢字漢|', 5)).toEqual(['ab ', '漢字', '漢', '2,2'])
    expect(drawn('a\n\nb|', 5)).toEqual(['a', '', 'b', '2,1'])
  })

  it('give the caret a cell of its own', () => {
    expect(drawn('abcd|', 4)).toEqual(['abcd', '', '1,0'])
    expect(drawn('abcd|ef', 4)).toEqual(['abcd', 'ef', '1,0'])
    expect(drawn('a|漢', 2)).toEqual(['a', '漢', '1,0'])
    expect(drawn('|', 4)).toEqual(['', '0,0'])
    expect(drawn('ab\n|', 4)).toEqual(['ab', '', '1,0'])
  })

  it('show what has no cell of its own', () => {
    expect(drawn('a\tb|', 10)).toEqual(['a    b', '0,6'])
    expect(drawn('a\x1b[A|', 10)).toEqual(['a␛[A', '0,4'])
  })

  it('move the window no more than the caret asks', () => {
    const editor = editorOf('1\n2\n3\n4\n5|')
    const bottom = layOut(editor, 10, 3)
    expect([bottom.first, bottom.total, bottom.rows.map(({text}) => text)]).toEqual([2, 5, ['3', '4', '5']])
    const up = steps({...editor, columns: 10}, 'edit.up')
    expect(layOut(up, 10, 3, bottom.first).first).toBe(2)
    expect(layOut(steps(up, 'edit.up', 'edit.up'), 10, 3, 2).first).toBe(1)
    expect(layOut(editorOf('1|'), 10, 3, 2).first).toBe(0)
  })

  it('mark pastes and the selection', () => {
    const pasted = editorStep(editorOf('漢 |'), {input: 'paste', text: 'x\n'.repeat(9)})
    expect(layOut(pasted, 40, 5).rows[0]?.marks).toEqual([{kind: 'paste', from: 3, to: 22}])
    expect(layOut(steps(editorOf('ab 漢|'), 'edit.select-word-left'), 40, 5).rows[0]?.marks).toEqual([{kind: 'selected', from: 3, to: 5}])
  })
})

const part = fc.constantFrom('a', 'word ', ' ', '漢', '👩‍👩‍👧', '❤️', 'e\u0301', 'שלום', 'नमस्ते', '\n', '\t', '🇩🇪', 'x-y')
const anyEditor = fc.tuple(fc.array(part, {maxLength: 40}), fc.nat()).map(([parts, at]): Editor => {
  const text = parts.join('')
  const editor: Editor = {...newEditor(), text, caret: text.length}
  const lefts = at % (parts.length + 1)
  return steps(editor, ...Array.from({length: lefts}, () => 'edit.left' as const))
})

describe('any text', () => {
  beforeAll(loadWidths)

  it('is laid out whole, no row wider than asked, the caret inside', () => {
    fc.assert(
      fc.property(anyEditor, fc.integer({min: 4, max: 30}), (editor, width) => {
        const rows = rowsOf(editor, width)
        for (const row of rows) {
          expect(row.cells).toBeLessThanOrEqual(width)
          expect(widthOf(row.text)).toBe(row.cells)
        }
        const covered = rows.map(({from, to}) => editor.text.slice(from, to)).join('')
        expect(covered).toBe(editor.text.replaceAll('\n', ''))
        const {caret, rows: seen} = layOut(editor, width, 5)
        expect(seen.length).toBeLessThanOrEqual(5)
        expect(caret.row).toBeLessThan(seen.length)
        expect(caret.column).toBeLessThan(width)
      }),
      {numRuns: 300},
    )
  })

  it('leads from the cell of the caret back to the caret', () => {
    fc.assert(
      fc.property(anyEditor, fc.integer({min: 4, max: 30}), (editor, width) => {
        const {caret, first} = layOut(editor, width, 5)
        expect(offsetAt(editor, rowsOf(editor, width), first + caret.row, caret.column)).toBe(editor.caret)
      }),
      {numRuns: 300},
    )
  })

  it('has its caret where a terminal has it after the text before', async () => {
    const terminal = new headless.Terminal({cols: 40, rows: 60, allowProposedApi: true})
    const addon = loadedWidths()
    if (addon) terminal.loadAddon(addon)
    const cursor = async ({rows, caret}: Layout, editor: Editor): Promise<number> => {
      const row = rows[caret.row]
      const before = row ? editor.text.slice(row.from, editor.caret) : ''
      await new Promise<void>((done) => terminal.write(`\x1b[2J\x1b[H${before.replaceAll('\t', '')}`, done))
      return terminal.buffer.active.cursorX
    }
    await fc.assert(
      fc.asyncProperty(anyEditor, async (editor) => {
        fc.pre(!editor.text.includes('\t'))
        const layout = layOut(editor, 30, 60)
        expect(layout.caret.column).toBe(await cursor(layout, editor))
      }),
      {numRuns: 150},
    )
  })
})
