// What an agent's terminal prints: once, wrapped, bounded, and never a byte that steers.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Event, EventType} from '../../../engine/contract/event.ts'
import {openFace} from '../../../engine/fold/face.ts'

type Wished = Partial<Event> & {passing?: true}

const event = (type: EventType, body: unknown, more: Wished = {}): Event =>
  ({v: 1, seq: 1, at: 0, run: 'r_1', agent: 'a_1', role: 'coder', trace: 't', span: 's', type, body, ...more}) as unknown as Event

const delta = (text: string, thought?: true): Event => event('model.delta', {text, ...(thought ? {thought} : {})}, {passing: true})
const asked = event('model.asked', {route: 'x/y', call: 1, attempt: 1, messages: 1, reserved: 1, requestSha256: '', sampling: {}, tools: []})
const replied = (text: string): Event =>
  event('model.replied', {route: 'x/y', call: 1, text, calls: [], why: 'stop', usage: {input: 1, output: 1, reasoning: 0, cached: 0}, usd: 0, wallMs: 5})
const sandbox = {level: 'off', writes: 'open', network: 'open'}
const called = (tool: string, input: unknown, needs: string[] = [], call = 'c1'): Event =>
  event('tool.called', {call, tool, input, needs, effect: false, sandbox})
const output = (text: string, call = 'c1'): Event => event('tool.output', {call, text}, {passing: true})
const done = (tool: string, more: Record<string, unknown>, call = 'c1'): Event =>
  event('tool.done', {call, tool, ok: true, wallMs: 12, sandbox, told: '', ...more})

interface Shown {
  columns?: number
  colour?: boolean
  agent?: string
}

const bytesOf = (events: readonly Event[], {columns = 60, colour = true, agent = 'a_1'}: Shown = {}): string => {
  const face = openFace({columns, colour, agent})
  return events.map((one) => face.step(one)).join('')
}
const sgr = new RegExp(`${String.fromCharCode(27)}\\[[\\d;:]*m`, 'g')
const textOf = (events: readonly Event[], shown?: Shown): string => bytesOf(events, shown).replace(sgr, '').replaceAll('\r\n', '\n')

/** All but printable characters, `\r\n` and SGR. */
const steering = (bytes: string): string =>
  [...bytes.replace(sgr, '').replaceAll('\r\n', '')].filter((char) => char < ' ' || (char >= '\u007f' && char <= '\u009f')).join('')

const wild = fc.array(
  fc.oneof(
    fc.constantFrom(
      '\u001b]52;c;aGk=\u0007',
      '\u001b[2J',
      '\u001b[201~',
      '\u001b[31m',
      '\u001b[0m',
      '\u001b[?1049h',
      '\u001bP+q\u001b\\',
      '\u001b',
      '\u009b31m',
      '\u009d0;t\u009c',
      '\r',
      '\r\n',
      '\n',
      '\n\n',
      '\t',
      '\b',
      '\u0000',
      '\u007f',
      '\u202e',
      '\ud83d',
      '\udc69',
      '👩‍👩‍👧',
      '漢字',
      'é',
      'e\u0301',
      '**',
      '*',
      '_',
      '~~',
      '[',
      '](',
      ')',
      '|',
      '\n|a|b|\n|-|:-:|\n',
      '---',
      '\\',
      '`',
      '```',
      '```js',
      '# ',
      '- ',
      '1. ',
      '> ',
      ' ',
      'word',
      'https://example.org/a/very/long/path/that/does/not/end/anywhere/soon',
    ),
    fc.string({unit: 'binary', maxLength: 8}),
  ),
  {maxLength: 24},
)

/** The same text in other pieces, cut anywhere, also within a pair. */
const pieces = (text: string, cuts: readonly number[]): string[] => {
  const places = [...new Set(cuts.map((cut) => cut % (text.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((from, index) => text.slice(from, places[index] ?? text.length)).filter(Boolean)
}

describe('what streams', () => {
  it('is the same bytes however it was cut, and steers nothing', () => {
    fc.assert(
      fc.property(wild, fc.array(fc.nat(), {maxLength: 12}), fc.boolean(), fc.integer({min: 8, max: 40}), (parts, cuts, colour, columns) => {
        const text = parts.join('')
        const whole = bytesOf([asked, delta(text), replied(text)], {columns, colour})
        expect(bytesOf([asked, ...pieces(text, cuts).map((piece) => delta(piece)), replied(text)], {columns, colour})).toBe(whole)
        expect(steering(whole)).toBe('')
      }),
      {numRuns: 300},
    )
  })

  it('of a command is the same bytes however it was cut, and steers nothing', () => {
    fc.assert(
      fc.property(wild, fc.array(fc.nat(), {maxLength: 12}), fc.boolean(), (parts, cuts, colour) => {
        const text = parts.join('')
        const story = (outputs: Event[]): string => bytesOf([called('shell', {command: 'x'}), ...outputs, done('shell', {line: '$ x → exit 0'})], {colour})
        const whole = story([output(text)])
        expect(story(pieces(text, cuts).map((piece) => output(piece)))).toBe(whole)
        expect(steering(whole)).toBe('')
      }),
      {numRuns: 300},
    )
  })

  it('is told once: the reply adds only what the stream did not have', () => {
    expect(textOf([asked, delta('one '), delta('two'), replied('one two')])).toBe('one two\n')
    expect(textOf([asked, delta('one '), replied('one two three')])).toBe('one two three\n')
    expect(textOf([asked, replied('all of it')])).toBe('all of it\n')
    expect(textOf([asked, delta('one'), replied('one'), asked, delta('two'), replied('two')])).toBe('one\n\ntwo\n')
  })

  it('is told again from where pieces were dropped', () => {
    expect(textOf([asked, delta('first line\nsecond '), delta('gone'), replied('first line\nsecond line\nthird')])).toBe(
      'first line\nsecond gone\n\nsecond line\nthird\n',
    )
  })

  it('comes word by word, not at the end', () => {
    const face = openFace({columns: 60, colour: false, agent: 'a_1'})
    expect(face.step(delta('hel'))).toBe('')
    expect(face.step(delta('lo wor'))).toBe('hello')
    expect(face.step(delta('ld '))).toBe(' world')
  })

  it('tells thoughts apart from what is said', () => {
    const bytes = bytesOf([asked, delta('let me see', true), delta('It is so.'), replied('It is so.')])
    expect(bytes).toContain('\u001b[0;2mlet me see')
    expect(bytes.replace(sgr, '')).toBe('let me see\r\n\r\nIt is so.\r\n')
  })
})

describe('the layout', () => {
  it('breaks lines between words at the width of the terminal', () => {
    expect(textOf([replied('the quick brown fox jumps')], {columns: 10})).toBe('the quick\nbrown fox\njumps\n')
  })

  it('measures by cells: wide letters count two, accents and joiners none', () => {
    expect(textOf([replied('漢字漢字漢字')], {columns: 8})).toBe('漢字漢字\n漢字\n')
    expect(textOf([replied('e\u0301e\u0301e\u0301 e\u0301e\u0301e\u0301e\u0301')], {columns: 8})).toBe('e\u0301e\u0301e\u0301 e\u0301e\u0301e\u0301e\u0301\n')
    expect(textOf([replied('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧')], {columns: 8})).toBe('👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧\n👩‍👩‍👧\n')
  })

  it('follows a new width from then on', () => {
    const face = openFace({columns: 10, colour: false, agent: 'a_1'})
    const first = face.step(replied('aaaa bbbb cccc'))
    face.resize(40)
    expect(first + face.step(replied('dddd eeee ffff'))).toBe('aaaa bbbb\r\ncccc\r\n\r\ndddd eeee ffff\r\n')
  })

  it('tells all anew at another width, where that is asked for', () => {
    const story = [
      asked,
      delta('the quick '),
      delta('brown fox'),
      replied('the quick brown fox jumps'),
      called('shell', {command: 'x'}),
      output('a\n'),
      output('b\n'),
    ]
    const face = openFace({columns: 60, colour: true, agent: 'a_1', retells: true})
    for (const one of story) face.step(one)
    const anew = face.resize(12)
    expect(anew).toBe(`\u001b[0m\u001b[H\u001b[2J\u001b[3J${bytesOf(story, {columns: 12})}`)
    expect(face.resize(12)).toBe('')
    // What comes goes on from there.
    expect(anew + face.step(output('c\n'))).toContain(bytesOf([...story, output('c\n')], {columns: 12}))
  })

  it('keeps no more to tell anew than a scrollback has', () => {
    const face = openFace({columns: 60, colour: false, agent: 'a_1', retells: true})
    for (let turn = 0; turn < 400; turn += 1) {
      face.step(asked)
      face.step(replied(`turn ${turn} ${'x '.repeat(500)}`))
    }
    const anew = face.resize(80)
    expect(anew.length).toBeLessThan(140_000)
    expect(anew).toContain('turn 399')
    expect(anew).not.toContain('turn 1 ')
  })

  it('slants, strikes and links what is closed in its line, and leaves alone what only looks so', () => {
    expect(textOf([replied('a *b c*, _d_ and ~~e~~; [the docs](https://x.y) and https://z')])).toBe('a b c, d and e; the docs (https://x.y) and https://z\n')
    expect(bytesOf([replied('*b* ~~e~~')])).toBe('\u001b[0;3mb\u001b[0m \u001b[0;9me\u001b[0m\r\n')
    const plain = 'snake_case_name, __init__, *.js and 2 * 3 * 4, a[0](x y), [ ] open, [x] done, ~~not closed, *nor this\nhere*'
    expect(textOf([replied(plain)], {columns: 200})).toBe(`${plain}\n`)
    expect(textOf([replied('a \\*b\\* \\_c\\_ and C:\\dir')])).toBe('a *b* _c_ and C:\\dir\n')
  })
  it('draws a table of hundreds of rows in the same columns from the first to the last, and the next table in its own', () => {
    const rows = Array.from({length: 450}, (_, at) => `| ${at} | row |`)
    const lines = textOf([replied(['| number | b |', '|--:|---|', ...rows, '', '| x |', '|---|', '| y |'].join('\n'))]).split('\n')
    expect(lines.slice(0, 3)).toEqual(['number │ b  ', '───────┼────', '     0 │ row'])
    expect(lines.slice(2, 452)).toEqual(Array.from({length: 450}, (_, at) => `${String(at).padStart(6)} │ row`))
    expect(lines.slice(452).join('\n').trim()).toBe('x\n─\ny')
  })

  it('draws a table in columns as the table says, wrapped where it is too wide', () => {
    const table = '| name | n |\n|:--|--:|\n| `a` | 5 |\n| **信件** \\| x | 1000 |\nafter'
    expect(textOf([replied(table)])).toBe('name     │    n\n─────────┼─────\na        │    5\n信件 | x │ 1000\nafter\n')
    expect(textOf([replied('| a long cell of words | b |\n|-|-|\n| c | d |')], {columns: 16})).toBe(
      'a long cell  │ b\nof words     │  \n─────────────┼──\nc            │ d\n',
    )
    expect(textOf([replied('| no table | at all\nend')])).toBe('| no table | at all\nend\n')
    // Nearly a line under a head, and long: it is looked at once.
    const nearly = `|${'-'.repeat(400)}+${'-'.repeat(400)}|`
    expect(textOf([replied(`| a | b |\n${nearly}\nend`)]).replaceAll('\n', '')).toBe(`| a | b |${nearly}end`)
  })
  it('names a route that failed once', () => {
    const failed = (msg: string): Event =>
      event('model.failed', {route: 'x/y', call: 1, error: {code: 'model.failed', msg, hint: '', again: false}, usage: {}, usd: 0, wallMs: 1})
    expect(textOf([failed('x/y failed: 500'), failed('the stream broke')])).toBe('✗ x/y failed: 500\n✗ x/y: the stream broke\n')
  })
  it('keeps the bar of a quote on every line of it', () =>
    expect(textOf([replied('> one two three four five\n> six\nend')], {columns: 14})).toBe('│ one two\n│ three four\n│ five\n│ six\nend\n'))
  it('draws a rule as wide as the terminal', () =>
    expect(textOf([replied('a\n\n---\n- - -\n- b')], {columns: 10})).toBe(`a\n\n${'─'.repeat(10)}\n${'─'.repeat(10)}\n• b\n`))
  it('reads light Markdown and keeps code as it is', () => {
    const text = '# Head\n\n- one **two** `x`\n\n```js\nconst  a = 1 // `no` **mark**\n```\nend'
    expect(textOf([replied(text)])).toBe('Head\n\n• one two x\n\n```js\nconst  a = 1 // `no` **mark**\n```\nend\n')
    const bytes = bytesOf([replied(text)])
    expect(bytes).toContain('\u001b[0;1;4mHead')
    expect(bytes).toContain('\u001b[0;1mtwo')
    expect(bytes).toContain('\u001b[0;36mx')
  })

  it('leaves alone what only looks like a mark', () => {
    const text = '2**3 is 8, a-b, 1.5 and x*y; ``` is a fence\n#include\n**not closed\n\nplain'
    expect(textOf([replied(text)])).toBe('2**3 is 8, a-b, 1.5 and x*y; ``` is a fence\n#include\nnot closed\n\nplain\n')
    expect(bytesOf([replied(text)]).endsWith('\r\n\r\nplain\r\n')).toBe(true)
  })

  it('has no escape sequence, and every mark, without colours', () => {
    const text = '# Head\n- one **two** `x`'
    expect(bytesOf([replied(text)], {colour: false})).toBe('# Head\r\n- one **two** `x`\r\n')
  })

  it('lets the terminal wrap code, so that a copy of it is one line', () => {
    expect(textOf([replied('```\nabcdefghijklmnopqrstuvwxyz\n```')], {columns: 10})).toBe('```\nabcdefghijklmnopqrstuvwxyz\n```\n')
  })
})

describe('tools', () => {
  it('show a command, what it prints and how it ended', () => {
    const story = [
      called('shell', {command: 'npm test'}, ['shell(npm test)']),
      output('\u001b[32mok\u001b[0m 1\nok'),
      output(' 2\n'),
      done('shell', {line: '$ npm test → exit 0 (0.3 s)', result: {exitCode: 0}, told: 'exit 0 (0.3 s)\nok 1\nok 2'}),
    ]
    expect(textOf(story)).toBe('$ npm test\n  ok 1\n  ok 2\n✓ exit 0 (0.3 s)\n')
    expect(bytesOf(story)).toContain('\u001b[32mok\u001b[0m 1')
    expect(bytesOf(story, {colour: false})).toBe('$ npm test\r\n  ok 1\r\n  ok 2\r\n✓ exit 0 (0.3 s)\r\n')
  })

  it('show from the record what was not streamed', () => {
    const story = [
      called('shell', {command: 'false'}),
      done('shell', {line: '$ false → exit 1 (0.1 s)', result: {exitCode: 1}, told: 'exit 1 (0.1 s)\nno such thing'}),
    ]
    expect(textOf(story)).toBe('$ false\n  no such thing\n✗ exit 1 (0.1 s)\n')
  })

  it('bound what a command prints: the beginning, a count, the end', () => {
    const lines = Array.from({length: 100}, (_, index) => `line ${index + 1}\n`)
    const rows = textOf([called('shell', {command: 'x'}), ...lines.map((line) => output(line)), done('shell', {line: '$ x → exit 0'})]).split('\n')
    expect(rows.slice(0, 2)).toEqual(['$ x', '  line 1'])
    expect(rows).toContain('  … 68 lines more')
    expect(rows.slice(-4)).toEqual(['  line 99', '  line 100', '✓ exit 0', ''])
    expect(rows.length).toBe(24 + 8 + 4)
  })

  it('show lines that are drawn over as they stand at last', () => {
    expect(textOf([called('shell', {command: 'x'}), output('10 %\r20 %'), output('\r30 %\nend\r\n'), done('shell', {line: '$ x → exit 0'})])).toBe(
      '$ x\n  30 %\n  end\n✓ exit 0\n',
    )
  })

  it('take no more than three rows for one line', () => {
    const rows = textOf([called('shell', {command: 'x'}), output(`${'漢'.repeat(4000)}\n`), done('shell', {line: '$ x → exit 0'})]).split('\n')
    expect(rows[1]?.endsWith('…')).toBe(true)
    expect(rows[1]).toHaveLength(2 + 88 + 1)
  })

  it('are one line each otherwise', () => {
    const edited = done('edit', {line: 'edited a.js at line 3: +4 -1', result: {path: 'src/a.js', line: 3, add: 4, del: 1}})
    expect(textOf([called('edit', {path: 'src/a.js'}), edited])).toBe('▸ edit src/a.js:3 +4 −1 (12 ms)\n')
    expect(textOf([called('read', {path: 'a'}), done('read', {line: 'read a (3 lines)'})])).toBe('▸ read a (3 lines) (12 ms)\n')
    const failed = done('edit', {ok: false, error: {code: 'tool.input', msg: 'no such text', hint: 'read the file', again: false}})
    expect(textOf([called('edit', {}), failed])).toBe('✗ edit: no such text — read the file (12 ms)\n')
  })

  it('end what was being said, and it goes on below', () => {
    expect(textOf([asked, delta('I look'), called('read', {}), done('read', {line: 'read a'})])).toBe('I look\n▸ read a (12 ms)\n')
  })
})

describe('the story', () => {
  const started = event('task.started', {
    role: 'coder',
    attempt: 2,
    phase: 'implement',
    candidate: 1,
    fresh: true,
    brief: 'mend sum\n\nFrom the explorer:\nlong',
  })

  it('has a heading and the brief, shortly', () => {
    expect(textOf([started])).toBe('── implement · attempt 2 ──\nmend sum\n')
  })

  it("is one agent's, with the checks of its candidate", () => {
    const gate = (candidate: number) =>
      event(
        'gate.failed',
        {
          gate: 'tests',
          command: 'npm test',
          exitCode: 1,
          outputSha256: '',
          treeSha256: '',
          startedAt: 0,
          wallMs: 1300,
          summary: '2 failed',
          counts: null,
          candidate,
        },
        {agent: undefined, role: undefined},
      )
    const other = event('notice', {code: 'x', text: 'not mine'}, {agent: 'a_2' as never})
    expect(textOf([started, gate(2), other, gate(1)])).toBe('── implement · attempt 2 ──\nmend sum\n✗ tests: 2 failed (1.3 s)\n')
  })

  it('shows questions, answers and what the person said', () => {
    const story = [
      event('ask.raised', {ask: 'k1', kind: 'permission', text: 'coder wants to run rm', choices: ['once', 'deny']}),
      event('ask.answered', {ask: 'k1', choice: 'once', by: 'person'}),
      event('user.steered', {text: 'mind the\nblanks'}, {agent: undefined}),
      event('user.steered', {text: 'for another', to: 'a_2'}, {agent: undefined}),
    ]
    expect(textOf(story)).toBe('? coder wants to run rm [once | deny]\n→ once (person)\n› you: mind the blanks\n')
  })

  it('of the whole run names who speaks and tells replies whole', () => {
    const face = openFace({columns: 60, colour: false})
    const story = [
      event('user.said', {text: 'fix it', files: []}, {agent: undefined, role: undefined}),
      delta('str'),
      replied('stream'),
      event('model.replied', {...(replied('other').body as object)}, {agent: 'a_2' as never, role: 'tester'}),
    ]
    expect(story.map((one) => face.step(one)).join('')).toBe('› fix it\r\n\r\ncoder\r\n\r\nstream\r\n\r\ntester\r\n\r\nother\r\n')
  })

  it('never lets a name or a reason steer', () => {
    const nasty = '\u001b]52;c;aGk=\u0007\u001b[2Jx\u009b31m\r\n'
    fc.assert(
      fc.property(fc.constantFrom(...(['notice', 'error', 'role.left', 'task.failed', 'patch.scored'] as const)), (type) => {
        const body = {code: 'x', text: nasty, msg: nasty, hint: nasty, why: nasty, outcome: 'failed', again: false}
        expect(steering(bytesOf([event(type, body)]))).toBe('')
      }),
    )
    expect(steering(bytesOf([called('shell', {command: `echo ${nasty}`}), done('shell', {line: `$ ${nasty} → ${nasty}`})]))).toBe('')
    expect(steering(bytesOf([called(nasty, {}), output('x'), done(nasty, {ok: false, error: {code: nasty, msg: nasty, hint: nasty, again: false}})]))).toBe('')
  })
})
