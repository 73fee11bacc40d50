// Vim's keys in the prompt, each as: text with the caret, keys, text with the caret.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type Editor, editorStep, editorTakes, newEditor} from '../../stores/editor.ts'
import {placeAt} from '../../stores/editor-text.ts'
import {editorOf, pressed, shown} from '../kit/keys.ts'

const normal = (marked: string, history: readonly string[] = []): Editor => editorOf(marked, {vim: {mode: 'normal', keys: '', register: ''}, history})

/** `<esc>` and `<c-r>` stand for those keys. */
const keys = (editor: Editor, text: string): Editor => {
  const names = text.match(/<[^>]+>|./gsu) ?? []
  return names.reduce((now, name) => {
    const event = pressed(name === '<esc>' ? 'escape' : name === '<c-r>' ? 'ctrl+r' : name === ' ' ? 'space' : name)
    return editorTakes(now, event) || now.vim?.mode === 'insert' ? editorStep(now, event) : now
  }, editor)
}

const cases: readonly [string, string, string][] = [
  ['|one two', 'w', 'one |two'],
  ['|one two three', '2w', 'one two |three'],
  ['|one-two', 'w', 'one|-two'],
  ['|one-two x', 'W', 'one-two |x'],
  ['|one two', 'e', 'on|e two'],
  ['one tw|o', 'b', 'one |two'],
  ['one tw|o', 'bb', '|one two'],
  ['  one| two', '0', '|  one two'],
  ['  one| two', '^', '  |one two'],
  ['|one two', '$', 'one tw|o'],
  ['|abc', 'll', 'ab|c'],
  ['|abc', '9l', 'ab|c'],
  ['ab|c', 'h', 'a|bc'],
  ['|a\nb\nc', 'G', 'a\nb\n|c'],
  ['a\nb\n|c', 'gg', '|a\nb\nc'],
  ['a\nb\n|c', '2G', 'a\n|b\nc'],
  ['|abc\nx\nabc', 'lljj', 'abc\nx\nab|c'],
  ['|find me', 'fm', 'find |me'],
  ['|find me', 'tm', 'find| me'],
  ['find m|e', 'Fi', 'f|ind me'],
  ['|one two', 'dw', '|two'],
  ['|one two three', 'd2w', '|three'],
  ['|one two three', '2dw', '|three'],
  ['one |two', 'dw', 'one| '],
  ['one |two', 'db', '|two'],
  ['one t|wo x', 'd$', 'one |t'],
  ['one t|wo', 'D', 'one |t'],
  ['one t|wo', 'diw', 'one| '],
  ['|one two', 'daw', '|two'],
  ['|a-b', 'df-', '|b'],
  ['|a\nb\nc', 'dd', '|b\nc'],
  ['a\nb\n|c', 'dd', 'a\n|b'],
  ['|a\nb\nc', '2dd', '|c'],
  ['|a\nb\nc', 'dj', '|c'],
  ['a\n|b\nc', 'dG', '|a'],
  ['|only', 'dd', '|'],
  ['|one two', 'cwx<esc>', '|x two'],
  ['|one two', 'ciwXY<esc>', 'X|Y two'],
  ['a\n|b\nc', 'ccx<esc>', 'a\n|x\nc'],
  ['a|bc', 'Cx<esc>', 'a|x'],
  ['|abc', 'x', '|bc'],
  ['|abc', '2x', '|c'],
  ['ab|c', 'x', 'a|b'],
  ['ab|c', 'X', 'a|c'],
  ['|one two', 'yw$p', 'one twoone| '],
  ['|a\nb', 'yyp', 'a\n|a\nb'],
  ['|a\nb', 'yyjp', 'a\nb\n|a'],
  ['a\n|b', 'ddP', '|b\na'],
  ['|ab', 'xp', 'b|a'],
  ['|ab', 'x3p', 'baa|a'],
  ['a|b', 'ix<esc>', 'a|xb'],
  ['a|b', 'ax<esc>', 'ab|x'],
  ['  a|b', 'Ix<esc>', '  |xab'],
  ['|ab', 'Ax<esc>', 'ab|x'],
  ['|a\nb', 'ox<esc>', 'a\n|x\nb'],
  ['a\n|b', 'Ox<esc>', 'a\n|x\nb'],
  ['|abc', 'rx', '|xbc'],
  ['|abc', '3rx', 'xx|x'],
  ['|aBc', '~', 'A|Bc'],
  ['|one two', 'dwu', '|one two'],
  ['|one two', 'dwu<c-r>', '|two'],
  ['|one two', 'd<esc>w', 'one |two'],
  ['|one two', 'dzw', 'one |two'],
  ['|漢字', 'x', '|字'],
  ['|one two', 'dfz', '|one two'],
  // The last change once more.
  ['|one two three', 'dw.', '|three'],
  ['|abcdef', 'x..', '|def'],
  ['|abcdef', '2x.', '|ef'],
  ['|abcdef', 'x3.', '|ef'],
  ['|a b c', 'cwx<esc>w.', 'x |x c'],
  ['|a\nb\nc', 'A;<esc>j.', 'a;\nb|;\nc'],
  ['|a\nb', 'onew<esc>.', 'a\nnew\nne|w\nb'],
  ['|abc', 'rxl.', 'x|xc'],
  ['|abc', '.', '|abc'],
  ['|one two three', 'cwx<esc>w.u', 'x |two three'],
  ['|a\nb\nc', 'dd.', '|c'],
  ['|ab', 'xp.', 'ba|a'],
  // Visual mode.
  ['|one two', 'vld', '|e two'],
  ['|one two', 'vey$p', 'one twoon|e'],
  ['one |two', 'vbd', '|wo'],
  ['|one two', 'vecx<esc>', '|x two'],
  ['|a\nb\nc', 'Vjd', '|c'],
  ['a\n|b\nc', 'Vd', 'a\n|c'],
  ['|a\nb', 'Vyp', 'a\n|a\nb'],
  ['|abc def', 'vU', '|Abc def'],
  ['|aBc', 'v$~', '|AbC'],
  ['|abc', 'vlrx', '|xxc'],
  ['one |two x', 'viwd', 'one | x'],
  ['a|bcd', 'vlohd', '|d'],
  ['|abc', 'vl<esc>x', 'a|c'],
  ['|abc', 'vlvx', 'a|c'],
  ['|abc', 'vVd', '|'],
  ['|one two', 'yevep', '|one two'],
  ['|abcdef', 'vld.', '|ef'],
  ['|a\nb\nc\nd\ne', 'Vjd.', '|e'],
  ['|ab\ncd', 'vjd', '|d'],
]

describe('Vim keys', () => {
  it.each(cases)('%j %s gives %j', (start, typed, end) => expect(shown(keys(normal(start), typed))).toBe(end))

  it('begin in insert mode; Escape leads to normal mode, and there it is not taken', () => {
    const editor = newEditor({vim: true})
    expect(editorTakes(editor, pressed('escape'))).toBe(true)
    const typed = keys(editor, 'ab')
    expect(shown(editorStep(typed, pressed('escape')))).toBe('a|b')
    expect(editorTakes(editorStep(typed, pressed('escape')), pressed('escape'))).toBe(false)
    expect(editorTakes(normal('x'), pressed('enter'))).toBe(false)
    expect(editorTakes(normal('x'), pressed('ctrl+c'))).toBe(false)
  })

  it('lead to what was said before and after', () => {
    expect(keys(normal('|now', ['then']), 'k').text).toBe('then')
    expect(keys(normal('|now', ['then']), 'kj').text).toBe('now')
  })

  it('leave the caret on a character, whatever is typed', () => {
    const key = fc.constantFrom(...'hjklwbeWBE0^$gGdcyxXpPiaIAoOur~fFtT23 .vVUs'.split(''), '<esc>', '<c-r>', '漢', 'a')
    fc.assert(
      fc.property(fc.array(key, {maxLength: 60}), fc.constantFrom('', 'one two\n\nthree 漢字', 'a\nb\nc'), (typed, text) => {
        const editor = keys({...normal(`|${text}`), columns: 7}, typed.join(''))
        expect(editor.caret).toBe(placeAt(editor, editor.caret))
        if (editor.vim?.mode === 'normal' && editor.text !== '') {
          const line = editor.caret === 0 ? 0 : editor.text.lastIndexOf('\n', editor.caret - 1) + 1
          expect(editor.caret === line || (editor.caret < editor.text.length && editor.text[editor.caret] !== '\n')).toBe(true)
        }
      }),
      {numRuns: 400},
    )
  })
})
