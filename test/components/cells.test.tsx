// Borders stand where they should whatever is written between them: wide characters, joined emoji, combining marks, writing
// from right to left, control characters. The picture is read back through a terminal, as the compositor does.

import {renderToString} from 'ink'
import {createElement} from 'react'
import {describe, expect, it} from 'vitest'
import {App} from '../../components/app.tsx'
import {loadColours, piecesOf} from '../../components/highlight.ts'
import {loadWidths} from '../../stores/cell-widths.ts'
import {coloured, languageOf} from '../../stores/code.ts'
import {diffOf, loadDiff} from '../../stores/diff.ts'
import {diffLines} from '../../stores/diff-lines.ts'
import {coversOf, frameOf} from '../../stores/frame.ts'
import {clean, exact, type Line, lineWidth, wrapped} from '../../stores/line.ts'
import {markdownLines} from '../../stores/markdown.ts'
import {remember} from '../../stores/remembered.ts'
import type {AppState} from '../../stores/state.ts'
import {openTerminal, type PaneTerminal} from '../../stores/terminals.ts'
import {themes} from '../../stores/theme.ts'
import {begin, type Teller, teller, typing} from '../kit/screen-story.ts'

const size = {columns: 80, rows: 24}
const words = (line: Line): string => line.map(({text}) => text).join('')

const strange = ['漢字かな交じり文', '👩‍👩‍👧‍👦 family 🇩🇪 ✈️', 'e\u0301a\u0300 Zürich', 'שלום עולם', 'مرحبا', '\u001b[31mred\u001b[0m\u0007\u202e', 'ﷺ 𝒳 ａｂｃ']

const shown = async (state: AppState): Promise<PaneTerminal> => {
  await loadWidths()
  const terminal = openTerminal(state.size, {scrollbackLines: 0, convertEol: true})
  const frame = renderToString(createElement(App, {state}), {columns: state.size.columns})
  await new Promise<void>((done) => terminal.write(`\x1b[?7l${frame}`, done))
  return terminal
}

const edges = (terminal: PaneTerminal, x: number, from: number, to: number): string[] =>
  Array.from({length: to - from}, (_, at) => terminal.textBetween(terminal.screenTop + from + at, x, x + 1))

const story = (word: string): Teller => {
  const told = begin(teller(size), [
    {role: word, phase: 'implement'},
    {role: 'coder', phase: word},
  ])
  const tasks = [{id: '1', title: word, after: [], accept: [word], state: 'doing'}]
  return told.event('plan.updated', {tasks}, {agent: 'a_1', role: 'planner'})
}

describe('borders', () => {
  it.each(strange)('stand straight beside %j', async (word) => {
    const terminal = await shown(story(word).state)
    const {panes} = frameOf(story(word).state)
    for (const {outer} of panes) {
      const left = edges(terminal, outer.x, outer.y, outer.y + outer.height)
      const right = edges(terminal, outer.x + outer.width - 1, outer.y, outer.y + outer.height)
      expect(left.join('')).toMatch(/^[┏┌][┃│]+[┗└]$/)
      expect(right.join('')).toMatch(/^[┓┐][┃│]+[┛┘]$/)
    }
    terminal.close()
  })
  it.each(strange)('of a list stand straight around %j', async (word) => {
    const told = story(word).act({do: 'command', command: 'tasks'})
    const terminal = await shown(told.state)
    const rect = frameOf(told.state).overlay
    expect(edges(terminal, (rect?.x ?? 0) + (rect?.width ?? 0) - 1, rect?.y ?? 0, (rect?.y ?? 0) + (rect?.height ?? 0)).join('')).toMatch(/^┓┃+┛$/)
    terminal.close()
  })
  it('cover what lies below them, cell by cell', async () => {
    const told = story('coder').act({do: 'command', command: 'palette'}, ...typing('zz'))
    const terminal = await shown(told.state)
    for (const {x, y, width, height} of coversOf(frameOf(told.state)))
      for (let row = y + 3; row < y + height - 1; row += 1) expect(terminal.textBetween(terminal.screenTop + row, x + 1, x + width - 1).trim()).toBe('')
    terminal.close()
  })
})

describe('a line', () => {
  it.each(strange)('is exactly as wide as asked with %j', (word) => {
    for (let columns = 0; columns < 30; columns += 1) expect(lineWidth(exact([{text: clean(word)}, {text: ' · '}, {text: clean(word)}], columns))).toBe(columns)
  })
  it.each(strange)('breaks within its width and loses nothing of %j', (word) => {
    const text = clean(`${word} and ${word}`)
    const lines = wrapped(text, 7)
    expect(lines.every((line) => lineWidth(line) <= 7)).toBe(true)
    expect(lines.map(words).join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''))
  })
  it('lets nothing through that steers a terminal', () => expect(clean('a\u001b]0;x\u0007b\u001b[2Jc\u0000\u009b\u202ed\ne')).toBe('abcd e'))
})

describe('the cursor', () => {
  it('stands behind wide characters', () => {
    const told = teller(size).act(...typing('漢字a'))
    expect(frameOf(told.state).cursor).toEqual({x: 7, y: 23})
  })
  it('stands in the filter of a list, and in an answer', () => {
    const told = teller(size).act({do: 'command', command: 'palette'}, ...typing('漢'))
    const rect = frameOf(told.state).overlay
    expect(frameOf(told.state).cursor).toEqual({x: (rect?.x ?? 0) + 6, y: (rect?.y ?? 0) + 1})
    const asked = begin(teller(size), [{role: 'coder', phase: 'implement'}]).event(
      'ask.raised',
      {ask: 'q_1', kind: 'question', text: 'Why?', choices: []},
      {agent: 'a_1', role: 'coder'},
    )
    asked.act({do: 'command', command: 'answer-tell'}, ...typing('so'))
    const card = frameOf(asked.state).card
    expect(frameOf(asked.state).cursor).toEqual({x: (card?.x ?? 0) + 4, y: (card?.y ?? 0) + (card?.height ?? 0) - 5})
  })
})

describe('a change', () => {
  const old = 'const sum = (list) => list.reduce((a, b) => a - b, 0)\nexport default sum\n'
  const now = 'const sum = (list) => list.reduce((a, b) => a + b, 0)\nexport default sum\n'
  it('marks the words that changed, and keeps the lines around', async () => {
    await loadDiff()
    const lines = diffOf(old, now)
    expect(lines.map(({kind}) => kind)).toEqual(['removed', 'added', 'same'])
    expect(lines[1]?.words.filter(({changed}) => changed)).toEqual([{text: '+', changed: true}])
    const unified = diffLines(lines, {width: 100, style: 'unified', path: 'sum.js'}).map(words)
    expect(unified[0]).toMatch(/^ 1 {4}- const sum/)
    const side = diffLines(lines, {width: 120, style: 'side', path: 'sum.js'})
    expect(side).toHaveLength(2)
    expect(side.every((line) => lineWidth(line) === 120)).toBe(true)
    expect(words(side[0] ?? [])).toContain(' │ ')
  })
  it('shows only what is near', async () => {
    await loadDiff()
    const many = Array.from({length: 60}, (_, at) => `line ${at}`)
    const lines = diffOf(many.join('\n'), many.with(30, 'other').join('\n'))
    expect(lines.map(({kind}) => kind)).toEqual(['gap', 'same', 'same', 'same', 'removed', 'added', 'same', 'same', 'same', 'gap'])
  })
})

describe('code', () => {
  it('has its colours, letter for letter', async () => {
    await loadColours()
    const line = 'const a = "x < y && z" // <b>'
    const pieces = coloured(line, languageOf('src/a.ts'))
    expect(pieces && words(pieces)).toBe(line)
    expect(pieces?.find(({text}) => text === 'const')?.tone).toBe('keyword')
    expect(coloured(line, languageOf('data.unknown'))).toBeUndefined()
    expect(words(piecesOf('<span class="hljs-title function_">f</span>(&lt;a&gt;)'))).toBe('f(<a>)')
  })
})

describe('what is remembered', () => {
  it('is reckoned once, is bounded, and holds a growing text once', () => {
    const memory = remember<number>(1000)
    let reckoned = 0
    const once = (key: string) => memory.of(key, () => ++reckoned)
    expect([once('a'), once('a'), once('b'), once('a')]).toEqual([1, 1, 2, 1])
    for (let at = 1; at <= 400; at += 1) once(`text ${'x'.repeat(at)}`)
    expect(memory.chars).toBeLessThan(410)
    for (let at = 0; at < 100; at += 1) once(`${at} ${'y'.repeat(90)}`)
    expect(memory.chars).toBeLessThanOrEqual(1000)
    expect(once('a')).toBeGreaterThan(2)
  })
})

describe('the themes', () => {
  it('say the same things, and one of them without colours', () => {
    const tones = Object.keys(themes.dark)
    for (const theme of Object.values(themes)) expect(Object.keys(theme)).toEqual(tones)
    expect(Object.values(themes.none).filter(({color, background}) => color ?? background)).toEqual([])
    // What must be told apart is told apart by more than colour.
    for (const tone of ['needs', 'selected', 'bar', 'addedWord'] as const) expect(themes.none[tone]).not.toEqual({})
  })
})

describe('Markdown', () => {
  const text =
    '# Head\n\nSome **bold** and `code` with [a link](http://x.y).\nNext line\n\n- one\n  goes on\n- two\n\n```ts\nconst a = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 漢 |\n\n> said\n\n---'
  it('becomes lines of their width', () => {
    const lines = markdownLines(text, 40)
    expect(lines.map((line) => words(line).trimEnd())).toEqual([
      'Head',
      '',
      'Some bold and code with a link',
      '(http://x.y).',
      'Next line',
      '',
      '- one',
      '  goes on',
      '- two',
      '',
      '  const a = 1',
      '',
      'a │ b',
      '1 │ 漢',
      '',
      '│ said',
      '',
      '─'.repeat(40),
    ])
  })
  it('that is cut anywhere while it streams is drawn, and never wider than it may be', () => {
    for (let at = 0; at <= text.length; at += 1) for (const line of markdownLines(text.slice(0, at), 24)) expect(lineWidth(line)).toBeLessThanOrEqual(24)
  })
  it('of a long text that grows is the same as if it were read whole', () => {
    const part = '# Head\n\n- one\n- two\n\n- three\n\n```ts\nconst a = 1\n\nconst b = 2\n```\n\nSome text\nand more\n\n'
    const long = part.repeat(30)
    const plain = (lines: readonly Line[]) => lines.map((line) => words(line).trimEnd())
    const once = plain(markdownLines(part, 40))
    for (let at = 2200; at < 2200 + part.length; at += 1) {
      const lines = plain(markdownLines(long.slice(0, at), 40))
      expect(lines.slice(0, once.length)).toEqual(once)
      const [cut, rest] = [Math.floor(at / part.length) * part.length, at % part.length]
      const tail = plain(markdownLines(long.slice(cut, cut + rest), 40))
      expect(lines.slice(lines.length - tail.length)).toEqual(tail)
    }
  })
  it('reads a block again only when it has changed', () => {
    const first = markdownLines('para one\n\npara two', 40)
    const then = markdownLines('para one\n\npara two and more', 40)
    expect(then[0]).toBe(first[0])
  })
})
