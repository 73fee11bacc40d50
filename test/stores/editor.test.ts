// The prompt: moving, deleting, cutting, undoing, pasting, history and its search, completion; and what holds after any keys.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {completed, completing, copied, type Editor, editorStep, editorTakes, newEditor, remembered, replaced, submit, textOf} from '../../stores/editor.ts'
import {placeAt} from '../../stores/editor-text.ts'
import {bindings, type EditCommand} from '../../stores/keys.ts'
import {editorOf, pressed, shown, steps, typing} from '../kit/keys.ts'

const family = '👩‍👩‍👧'

const step = (marked: string, ...commands: EditCommand[]): string => shown(steps(editorOf(marked), ...commands))

describe('moving', () => {
  it('goes over what a person sees as one character', () => {
    expect(step(`a${family}|b`, 'edit.left')).toBe(`a|${family}b`)
    expect(step(`a|${family}b`, 'edit.right')).toBe(`a${family}|b`)
    expect(step('e\u0301|x', 'edit.left')).toBe('|e\u0301x')
    expect(step('|한글', 'edit.right', 'edit.right')).toBe('한글|')
  })

  it('goes by words and lines', () => {
    expect(step('one two-three|', 'edit.word-left')).toBe('one two-|three')
    expect(step('one two-three|', 'edit.word-left', 'edit.word-left')).toBe('one |two-three')
    expect(step('|one two', 'edit.word-right')).toBe('one| two')
    expect(step('a\nb|c\nd', 'edit.line-start')).toBe('a\n|bc\nd')
    expect(step('a\nb|c\nd', 'edit.line-end')).toBe('a\nbc|\nd')
  })

  it('up and down keeps the column it aims at, through short and wide lines', () => {
    expect(step('abcdef\nx\nabcdef|', 'edit.up')).toBe('abcdef\nx|\nabcdef')
    expect(step('abcdef\nx\nabcdef|', 'edit.up', 'edit.up')).toBe('abcdef|\nx\nabcdef')
    expect(step('漢字漢字\nabcd|', 'edit.up')).toBe('漢字|漢字\nabcd')
    expect(step('漢字漢字\nabc|d', 'edit.up')).toBe('漢|字漢字\nabcd')
    // Through the rows of a line that is wrapped.
    expect(shown(steps(editorOf('aaaa bbbb cc|', {columns: 5}), 'edit.up'))).toBe('aaaa bb|bb cc')
  })
})

describe('deleting and cutting', () => {
  it('takes whole characters', () => {
    expect(step(`a${family}|`, 'edit.delete-left')).toBe('a|')
    expect(step('|e\u0301x', 'edit.delete-right')).toBe('|x')
    expect(step('a\n|b', 'edit.delete-left')).toBe('a|b')
  })

  it('joins cuts in a row and gives them back together', () => {
    expect(step('one two three|', 'edit.kill-word-left', 'edit.kill-word-left', 'edit.yank')).toBe('one two three|')
    expect(step('ab|cd\nef', 'edit.kill-line-end', 'edit.kill-line-end', 'edit.yank')).toBe('abcd\n|ef')
    expect(step('ab|cd', 'edit.kill-line-start', 'edit.line-end', 'edit.yank')).toBe('cdab|')
    expect(step('go to https://a.b/c|', 'edit.kill-blank-left')).toBe('go to |')
  })

  it('turns to older cuts', () => {
    const editor = steps(editorOf('one two|'), 'edit.kill-word-left', 'edit.left', 'edit.kill-word-left', 'edit.yank')
    expect(shown(editor)).toBe('one| ')
    expect(shown(steps(editor, 'edit.yank-older'))).toBe('two| ')
    expect(shown(steps(editor, 'edit.yank-older', 'edit.yank-older'))).toBe('one| ')
    expect(shown(steps(editor, 'edit.left', 'edit.yank-older'))).toBe('on|e ')
  })

  it('acts on what is selected', () => {
    expect(shown(typing(steps(editorOf('abc|'), 'edit.select-left', 'edit.select-left'), 'x'))).toBe('ax|')
    expect(step('one two|', 'edit.select-word-left', 'edit.delete-left')).toBe('one |')
    expect(step('abc|', 'edit.select-line-start', 'edit.left')).toBe('|abc')
    expect(copied(steps(editorOf('one two|'), 'edit.select-word-left'))).toBe('two')
    expect(step('one two|', 'edit.select-word-left', 'edit.copy', 'edit.line-start', 'edit.yank')).toBe('two|one two')
  })

  it('knows what readline knows', () => {
    expect(step('ab|c', 'edit.transpose')).toBe('acb|')
    expect(step('abc|', 'edit.transpose')).toBe('acb|')
    expect(step('|a', 'edit.transpose')).toBe('|a')
    expect(step('|one two', 'edit.upper', 'edit.capital')).toBe('ONE Two|')
    expect(step('|ÉCOLE', 'edit.lower')).toBe('école|')
  })
})

describe('undo', () => {
  it('takes back a word at a time, and gives it again', () => {
    const editor = typing(newEditor(), 'one two')
    expect(steps(editor, 'edit.undo').text).toBe('one ')
    expect(steps(editor, 'edit.undo', 'edit.undo').text).toBe('')
    expect(steps(editor, 'edit.undo', 'edit.undo', 'edit.redo', 'edit.redo').text).toBe('one two')
  })
})

describe('pastes', () => {
  it.each([
    ['/tmp/shot.png', '@/tmp/shot.png '],
    ["'/tmp/my shot.png'\n", '@"/tmp/my shot.png" '],
    ['/tmp/my\\ shot.PNG', '@"/tmp/my shot.PNG" '],
    ['file:///tmp/a%20b.webp', '@"/tmp/a b.webp" '],
    ['./docs/plan.jpeg', '@./docs/plan.jpeg '],
    ['see /tmp/shot.png', 'see /tmp/shot.png'],
    ['/tmp/notes.txt', '/tmp/notes.txt'],
  ])('take the path of a picture for the picture: %s', (raw, text) => {
    expect(editorStep(editorOf('|'), {input: 'paste', text: raw}).text).toBe(text)
  })
  const large = Array.from({length: 34}, (_, line) => `line ${line}`).join('\n')

  it('come in as they are when small, keys or not', () => {
    expect(shown(editorStep(editorOf('a|b'), {input: 'paste', text: 'x\r\n\x1b[A'}))).toBe('ax\n\x1b[A|b')
  })

  it('stand as a token when large, one character to move over, whole when sent', () => {
    const editor = editorStep(editorOf('see | now'), {input: 'paste', text: large})
    expect(shown(editor)).toBe('see [paste #1, 34 lines]| now')
    expect(shown(steps(editor, 'edit.left'))).toBe('see |[paste #1, 34 lines] now')
    expect(shown(steps(editor, 'edit.delete-left'))).toBe('see | now')
    expect(shown(steps(editor, 'edit.delete-left', 'edit.undo'))).toBe('see [paste #1, 34 lines]| now')
    expect(textOf(editor)).toBe(`see ${large} now`)
    expect(submit(editor).text).toBe(`see ${large} now`)
    const twice = editorStep(editor, {input: 'paste', text: 'y'.repeat(2_000)})
    expect(twice.text).toContain('[paste #2, 2000 characters]')
    expect(textOf(twice)).toBe(`see ${large}${'y'.repeat(2_000)} now`)
  })

  it('are not looked into for tokens', () => {
    const inner = `[paste #1, 34 lines]\n${large}`
    const editor = editorStep(editorStep(newEditor(), {input: 'paste', text: large}), {input: 'paste', text: inner})
    expect(textOf(editor)).toBe(large + inner)
  })
})

describe('sending', () => {
  it('empties the prompt and keeps what it remembers', () => {
    const {editor, text} = submit(remembered(steps(editorOf('cut| me'), 'edit.kill-line-end'), 'before'))
    expect(text).toBe('cut')
    expect(editor).toMatchObject({text: '', caret: 0, history: ['before'], kills: [' me'], past: []})
  })

  it('of a line that ends in a backslash makes a new line', () => {
    const {editor, text} = submit(editorOf('one\\|'))
    expect([shown(editor), text]).toEqual(['one\n|', undefined])
  })

  it('of a text from outside can be undone', () => {
    expect(steps(replaced(editorOf('old|'), 'new'), 'edit.undo').text).toBe('old')
  })
})

describe('history', () => {
  const history = ['fix the test', 'Add a verb', 'fix the docs']

  it('goes back and forth and keeps the draft', () => {
    const editor = editorOf('dra|ft', {history})
    expect(steps(editor, 'edit.up').text).toBe('fix the docs')
    expect(steps(editor, 'edit.up', 'edit.up', 'history.previous', 'history.previous').text).toBe('fix the test')
    expect(steps(editor, 'edit.up', 'edit.up', 'edit.down', 'edit.down').text).toBe('draft')
    expect(steps(editor, 'edit.down').text).toBe('draft')
  })

  it('is searched letter by letter, older with the same key, and left with what it shows or without', () => {
    const search = steps(editorOf('draft', {history}), 'history.search')
    expect(editorTakes(search, pressed('f'))).toBe(true)
    const found = typing(search, 'fix')
    expect(shown(found)).toBe('|fix the docs')
    expect(steps(found, 'history.search').text).toBe('fix the test')
    expect(steps(found, 'history.search', 'history.search').finding?.entry).toBe(-1)
    expect(editorStep(found, pressed('enter'))).toMatchObject({text: 'fix the docs', finding: undefined})
    expect(shown(editorStep(found, pressed('escape')))).toBe('draft|')
    expect(steps(editorStep(found, pressed('enter')), 'edit.undo').text).toBe('draft')
    expect(typing(search, 'ADD').finding?.entry).toBe(-1)
    expect(typing(search, 'add').text).toBe('Add a verb')
    expect(editorStep(typing(search, 'addx'), pressed('backspace')).text).toBe('Add a verb')
    expect(shown(steps(found, 'edit.line-end'))).toBe('fix the docs|')
  })
})

describe('completion', () => {
  const at = (marked: string) => {
    const what = completing(editorOf(marked))
    return what && `${what.kind} ${what.query} ${what.from}-${what.to}${what.command ? ` of ${what.command}` : ''}`
  }

  it('sees what is being typed', () => {
    expect(at('look at @src/a|')).toBe('file src/a 8-14')
    expect(at('@|')).toBe('file  0-1')
    expect(at('see (@a|')).toBe('file a 5-7')
    expect(at('@"my fi|')).toBe('file my fi 0-7')
    expect(at('mail me@x|')).toBeUndefined()
    expect(at('done @a b|')).toBeUndefined()
    expect(at('/mod|')).toBe('command mod 0-4')
    expect(at('/model gpt|')).toBe('argument gpt 7-10 of model')
    expect(at('/theme |')).toBe('argument  7-7 of theme')
    expect(at('say /mod|')).toBeUndefined()
    expect(at('/mod\nmore|')).toBeUndefined()
  })

  it('puts the choice in', () => {
    const put = (marked: string, choice: string): string => {
      const editor = editorOf(marked)
      return shown(completed(editor, completing(editor) ?? {kind: 'file', query: '', from: 0, to: 0}, choice))
    }
    expect(put('look at @sr| now', 'src/a.ts')).toBe('look at @src/a.ts | now'.replace(' | ', ' |'))
    expect(put('@s|', 'src/')).toBe('@src/|')
    expect(put('@my|', 'my file.txt')).toBe('@"my file.txt" |')
    expect(put('@my|', 'my dir/')).toBe('@"my dir/|')
    expect(put('/mo|', 'model')).toBe('/model |')
  })
})

const commands = [...new Set(bindings.map(({id}) => id).filter((id): id is EditCommand => /^(edit\.|history\.|newline$)/.test(id)))]
const piece = fc.constantFrom('a', ' ', 'Z9', '漢', family, 'e\u0301', '.', '[', '🇩🇪🇫🇷', '\u05e9', '@', '/')
const deed = fc.oneof(
  {weight: 4, arbitrary: piece.map((text) => ({input: 'paste' as const, text}))},
  {weight: 1, arbitrary: fc.constant({input: 'paste' as const, text: 'l\n'.repeat(20)})},
  {weight: 6, arbitrary: fc.constantFrom(...commands)},
)

describe('any keys', () => {
  it('leave the caret on a character, and undo leads back to the start', () => {
    fc.assert(
      fc.property(fc.array(deed, {maxLength: 60}), fc.integer({min: 1, max: 12}), (deeds, columns) => {
        let editor: Editor = newEditor({history: ['one', 'two\nlines'], columns})
        for (const one of deeds) {
          editor = editorStep(editor, one)
          expect(editor.caret).toBe(placeAt(editor, editor.caret))
          if (editor.anchor !== undefined) expect(editor.anchor).toBe(placeAt(editor, editor.anchor))
        }
        let back = editorStep(editor, 'edit.left')
        for (let count = 0; count <= deeds.length; count += 1) back = editorStep(back, 'edit.undo')
        expect(back.text).toBe('')
        for (let count = 0; count <= 2 * deeds.length; count += 1) back = editorStep(back, 'edit.redo')
        if (!deeds.some((one) => one === 'edit.undo' || one === 'edit.redo')) expect(back.text).toBe(editor.text)
      }),
      {numRuns: 300},
    )
  })
})
