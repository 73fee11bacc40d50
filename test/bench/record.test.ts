// The recorder: what it writes is what the program showed, in files that others can play.

import {describe, expect, it} from 'vitest'
import {shapeOf} from '../../bench/record/boxes.ts'
import {dimmed, paletteColour} from '../../bench/record/palette.ts'
import {castOf, filmOf, type Recording, stillOf} from '../../bench/record/recording.ts'
import {record} from '../../bench/record.ts'

const chunk = (ms: number, text: string) => ({ms, data: Buffer.from(text)})
const recording = (chunks: Recording['chunks'], columns = 20, rows = 3): Recording => ({columns, rows, title: 'a <title>', chunks})

/** Each `<use>` of a frame, as the text of the row that it stands for. */
const rowsOf = (svg: string, frame: string): string[] =>
  [...frame.matchAll(/<use href="#(r\d+)"/g)].map(([, id]) =>
    [...(new RegExp(`<g id="${id}">(.*?)</g>`, 's').exec(svg)?.[1] ?? '').matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text]) => text).join(''),
  )

describe('an asciicast', () => {
  it('has the size, the title and every chunk with its second; waiting is cut short', () => {
    const lines = castOf(recording([chunk(100, 'one'), chunk(9000, 'two')]))
      .trim()
      .split('\n')
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({version: 2, width: 20, height: 3, title: 'a <title>'})
    expect(lines.slice(1).map((line) => JSON.parse(line))).toEqual([
      [0.1, 'o', 'one'],
      [1.6, 'o', 'two'],
    ])
  })

  it('cuts no character in two', () => {
    const bytes = Buffer.from('漢')
    const cast = castOf(
      recording([
        {ms: 0, data: bytes.subarray(0, 1)},
        {ms: 10, data: bytes.subarray(1)},
      ]),
    )
    expect(cast.trim().split('\n').slice(1)).toEqual(['[0.01,"o","漢"]'])
  })
})

describe('a picture', () => {
  it('is the last screen: text, colours, wide signs, lines as shapes', async () => {
    const svg = await stillOf(recording([chunk(0, 'gone\u001b[2J\u001b[H\u001b[1;31mred\u001b[0m & <ok>\r\n漢 \u001b[7mx\u001b[0m\r\n┌─')]))
    expect(rowsOf(svg, svg.slice(svg.indexOf('</defs>')))).toEqual(['red&amp; &lt;ok&gt;', '漢x', ''])
    expect(svg).toContain('fill="#ff7b72" font-weight="bold">red</text>')
    expect(svg).toContain('textLength="16.8">漢</text>')
    expect(svg).toContain('fill="#0d1117">x</text>')
    expect(svg).toMatch(/<path d="M[^"]+"\/>/)
    expect(svg).toContain('<title>a &lt;title&gt;</title>')
    expect(svg).not.toContain('gone')
  })

  it('draws lines to the edges of their cells and blocks by eighths', () => {
    const cell = {x: 10, y: 0, width: 8, height: 16}
    expect(shapeOf('─', cell)).toContain('H18')
    expect(shapeOf('▄', cell)).toBe('M10 8h8v8h-8Z')
    expect(shapeOf('█', cell)).toBe('M10 0h8v16h-8Z')
    expect(shapeOf('▌', cell)).toBe('M10 0h4v16h-4Z')
    expect(shapeOf('a', cell)).toBe('')
  })

  it('knows the 256 colours', () => {
    expect([paletteColour(16), paletteColour(196), paletteColour(231), paletteColour(244)]).toEqual(['#000000', '#ff0000', '#ffffff', '#808080'])
    expect(dimmed('#ffffff', '#000000')).toBe('#999999')
  })
})

describe('a film', () => {
  it('shows each screen when it came, once, and stands still for who wants no motion', async () => {
    const svg = await filmOf(recording([chunk(500, 'one'), chunk(510, ' two'), chunk(1500, '\r\nthree'), chunk(1800, '\u0007')]))
    const frames = svg.slice(svg.indexOf('id="film"')).split('<svg x=').slice(1)
    expect(frames.map((frame) => rowsOf(svg, frame))).toEqual([['one two'], ['one two', 'three']])
    expect(svg).toContain('0%{transform:translateX(0px)}')
    expect(svg).toContain('animation:film 5.8s steps(1,end) infinite')
    expect(svg).toContain('prefers-reduced-motion')
  })

  it('never shows half of a frame', async () => {
    const svg = await filmOf(
      recording([chunk(0, 'whole'), chunk(500, '\u001b[?2026h\u001b[2J\u001b[Hhalf'), chunk(1000, ' done\u001b[?2026l'), chunk(2000, '')]),
    )
    const frames = svg.slice(svg.indexOf('id="film"')).split('<svg x=').slice(1)
    expect(frames.map((frame) => rowsOf(svg, frame))).toEqual([['whole'], ['half done']])
  })
})

describe('the recorder', () => {
  it('plays the keyboard of a real program', async () => {
    const made = await record({
      command: 'bash',
      args: ['--norc', '-c', "printf 'name? '; read -r name; printf 'hello %s' \"$name\"; read -r x"],
      columns: 30,
      rows: 4,
      title: 'hello',
      steps: [{until: 'name?'}, {type: 'you'}, {key: 'enter'}, {until: 'hello you'}],
    })
    expect(Buffer.concat(made.chunks.map(({data}) => data)).toString()).toContain('hello you')
    const svg = await stillOf(made)
    expect(rowsOf(svg, svg.slice(svg.indexOf('</defs>')))).toEqual(['name? you', 'hello you'])
  })
})
