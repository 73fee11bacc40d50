// What is believed of a terminal, how it is taken over and given back, and what its fewer colours look like.

import {describe, expect, it} from 'vitest'
import {reducer} from '../../../components/screen/colour.ts'
import {backgroundQuestion, guessFeatures, isDumb, isLastReply, isLightBackground, learn} from '../../../components/screen/features.ts'
import {adapt, enter, leave, notify, title} from '../../../components/screen/modes.ts'
import type {ScreenFeatures} from '../../../components/screen/scene.ts'
import {createPen} from '../../../components/screen/sgr.ts'
import {openTerminal} from '../../../stores/terminals.ts'

const reply = (what: 'mode' | 'kitty' | 'version' | 'attributes', text: string) => ({input: 'reply' as const, what, text})

describe('features', () => {
  it.each([
    [{TERM: 'xterm-256color', COLORTERM: 'truecolor'}, 'true'],
    [{TERM: 'xterm-kitty'}, 'true'],
    [{TERM: 'xterm-256color'}, '256'],
    [{TERM: 'tmux-256color'}, '256'],
    [{TERM: 'tmux-256color', TERM_PROGRAM: 'WezTerm'}, '256'],
    [{TERM: 'linux'}, '16'],
    [{TERM: 'xterm-256color', COLORTERM: 'truecolor', NO_COLOR: '1'}, 'none'],
    [{TERM: 'xterm', NO_COLOR: ''}, '16'],
    [{TERM: 'dumb'}, 'none'],
  ])('of %j: colours %s', (env, colours) => {
    expect(guessFeatures(env).colours).toBe(colours)
  })

  it.each([
    ['11;rgb:ffff/ffff/ffff', true],
    ['11;rgb:fd/f6/e3', true],
    ['11;rgba:1e1e/1e1e/2e2e/ffff', false],
    ['11;rgb:0/0/0', false],
    ['10;rgb:ffff/ffff/ffff', undefined],
    ['11;?', undefined],
  ])('know the background by %s', (text, isLight) => expect(isLightBackground(text)).toBe(isLight))
  it('ask for it where the words are known', () => expect([{TERM: 'linux'}, {TERM: 'xterm'}].map(backgroundQuestion)).toEqual(['', '\x1b]11;?\x07']))

  it('know a terminal that only has lines', () => {
    expect([{}, {TERM: ''}, {TERM: 'dumb'}, {TERM: 'xterm'}].map(isDumb)).toEqual([true, true, true, false])
  })

  it('are corrected by answers', () => {
    const start = guessFeatures({TERM: 'xterm-256color'})
    expect(start).toEqual({colours: '256', synchronized: false, clusters: 'unknown', links: false, underlines: false, kitty: false})
    const answers = [reply('mode', '?2026;2'), reply('mode', '?2027;2'), reply('kitty', '0'), reply('version', 'kitty(0.35.2)')]
    expect(answers.reduce(learn, start)).toEqual({colours: 'true', synchronized: true, clusters: 'settable', links: true, underlines: true, kitty: true})
    expect([reply('mode', '?2026;0'), reply('mode', '?2027;4'), reply('version', 'tmux 3.4')].reduce(learn, start)).toEqual(start)
    expect(learn({...start, colours: 'none'}, reply('version', 'kitty(0.35.2)')).colours).toBe('none')
  })

  it('are all known when the attributes have come', () => {
    expect(isLastReply(reply('attributes', '?62;22'))).toBe(true)
    expect(isLastReply(reply('attributes', '>1;10;0'))).toBe(false)
    expect(isLastReply(reply('mode', '?2026;2'))).toBe(false)
  })
})

describe('modes', () => {
  const features: ScreenFeatures = {colours: 'true', synchronized: true, clusters: 'settable', underlines: true, kitty: true}

  it('switched on are switched off again', () => {
    const [on, off] = [enter({features, mouse: true}), leave({features})]
    const modes = (text: string, how: string): string[] =>
      [...text.matchAll(/\[\?(\d+)([hl])/g)].flatMap(([, mode, way]) => (way === how ? [mode as string] : []))
    for (const mode of modes(on, 'h')) expect(modes(off, 'l')).toContain(mode)
    for (const mode of modes(on, 'l').filter((one) => one !== '25')) expect(modes(off, 'h')).toContain(mode)
    expect(modes(off, 'h')).toContain('25')
    expect([on.includes('\x1b[>1u'), off.includes('\x1b[<u')]).toEqual([true, true])
    expect([on.includes('\x1b[22;2t'), off.includes('\x1b[23;2t')]).toEqual([true, true])
    expect(off.indexOf('\x1b[<u')).toBeLessThan(off.indexOf('\x1b[?1049l'))
  })

  it('leave an emulator as it was', () => {
    const terminal = openTerminal({columns: 20, rows: 4})
    terminal.write('before')
    const [cursor, modes] = [terminal.cursor, terminal.modes]
    terminal.write(enter({features, mouse: true}))
    expect(terminal.modes).toMatchObject({alternate: true, mouse: 'drag', mouseSgr: true, bracketedPaste: true, focus: true})
    terminal.write(`\x1b[3;3H\x1b[41m\x1b[?25h\x1b[5 qinside${leave({features})}`)
    expect(terminal.cursor).toEqual(cursor)
    expect({...terminal.modes}).toEqual({...modes})
    terminal.write('!')
    expect(terminal.lineText(0)).toBe('before!')
    expect(terminal.row(0)?.words[6 * 3 + 2]).toBe(0)
    terminal.close()
  })

  it('say nothing of what the terminal does not know', () => {
    const poor: ScreenFeatures = {colours: '16', synchronized: false, clusters: 'unknown', underlines: false, kitty: false}
    expect(enter({features: poor, mouse: false, isEntered: true})).not.toMatch(/2027|>1u|1000|1049/)
    expect(adapt(poor, features)).toBe('\x1b[>1u\x1b[?2027h')
    expect(adapt(features, features)).toBe('')
  })

  it('carry text that cannot break out', () => {
    expect(title('a\x1b]0;evil\x07b\nc')).toBe('\x1b]2;a ]0;evil b c\x07')
    expect(notify('\x9d52;c;x\x9cdone')).toBe('\x1b]9;52;c;x done\x07')
  })
})

describe('colours', () => {
  const rgb = (value: number): number => 0x3000000 | value

  it('of fewer are the nearest there are', () => {
    const to256 = reducer('256')
    expect([0x000000, 0xff0000, 0xffffff, 0x808080, 0x5f87af].map((value) => to256(rgb(value)) & 0xff)).toEqual([16, 196, 231, 244, 67])
    const to16 = reducer('16')
    expect([0x000000, 0xfe0102, 0xfafafa, 0x808080].map((value) => to16(rgb(value)) & 0xff)).toEqual([0, 9, 15, 8])
    // The themes' own: good, added, bad, removed, warn, needs, busy, money; what is selected lies on blue.
    const meant = [0x56d364, 0x7ee787, 0xff7b72, 0xffa198, 0xe3b341, 0xffa657, 0x58a6ff, 0xd2a8ff, 0x264f78]
    expect(meant.map((value) => to16(rgb(value)) & 0xff)).toEqual([10, 10, 9, 9, 11, 11, 12, 13, 4])
    expect(to16(0x2000000 | 196)).toBe(0x1000000 | 9)
    expect(to256(0x1000000 | 3)).toBe(0x1000000 | 3)
  })

  it('of none leave the default, and the look stays', () => {
    expect(reducer('none')(rgb(0xff0000))).toBe(0)
    const pen = createPen({colours: 'none', synchronized: false, clusters: 'on', underlines: false, kitty: false})
    expect(pen.to(rgb(0xff0000) | 0x8000000, rgb(0x00ff00), 0)).toBe('\x1b[0;1m')
    expect(pen.to(0x4000000, 0, 0)).toBe('\x1b[0;7m')
  })

  it('change by the shorter way', () => {
    const pen = createPen({colours: 'true', synchronized: false, clusters: 'on', underlines: true, kitty: false})
    expect(pen.to(0, 0, 0)).toBe('\x1b[m')
    expect(pen.to(0x1000001, 0, 0)).toBe('\x1b[31m')
    expect(pen.to(0x1000001, 0, 0)).toBe('')
    expect(pen.to(0x1000009 | 0x8000000, 0x2000011, 0)).toBe('\x1b[1;91;48;5;17m')
    expect(pen.to(0x1000009, 0x8000000, 0)).toBe('\x1b[0;2;91m')
    expect(pen.to(0x10000000, 0, (3 << 26) | rgb(0x010203))).toBe('\x1b[0;4:3;58:2::1:2:3m')
    expect(pen.to(0, 0, 0)).toBe('\x1b[m')
  })
})
