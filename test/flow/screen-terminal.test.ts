// The screen as a good guest in any terminal: nothing typed is lost, nothing drawn is wrong, nothing is left behind.

import {describe, expect, it} from 'vitest'
import {themes} from '../../stores/theme.ts'
import {calculator, fix, isAlive, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {hasProgram} from '../kit/parts.ts'
import {type ScreenPlace, screenPlace} from '../kit/screen.ts'
import {cellsOf, type Terminal} from '../kit/terminal.ts'

const ready = 'what shall be done?'
const restored = {alternate: false, mouse: 'none', paste: false, focus: false, cursorVisible: true}
const promptOf = (terminal: Terminal): string => terminal.row(terminal.rows - 1)

const opened = async (where: ScreenPlace, more: Parameters<ScreenPlace['screen']>[1] = {}, args: string[] = []): Promise<Terminal> => {
  const terminal = where.screen(args, more)
  await terminal.until(ready)
  return terminal
}
const endOf = (terminal: Terminal): Promise<unknown> =>
  Promise.race([terminal.ended, new Promise((resolve) => setTimeout(() => resolve(terminal.frame()), 5000))])

describe('keys', () => {
  it('typed before there is a screen are not lost', async () => {
    using where = screenPlace(calculator)
    await using terminal = where.screen()
    terminal.type('early words')
    await terminal.until(() => promptOf(terminal).includes('early words'))
  })

  it('move a caret that stands on the right cell', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where)
    const caretAt = (x: number): Promise<string> => terminal.until(() => terminal.cursor().x === x && terminal.cursor().y === 39, 3000)
    terminal.type('漢字👩‍👩‍👧e\u0301🇩🇪x')
    await caretAt(2 + 4 + 2 + 1 + 2 + 1)
    expect(promptOf(terminal)).toContain('漢字👩‍👩‍👧e\u0301🇩🇪x')
    for (const x of [11, 9, 8, 6, 4, 2]) {
      terminal.key('left')
      await caretAt(x)
    }
  })

  it('pasted are one text, however many lines it has', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where)
    expect(terminal.modes.paste).toBe(true)
    terminal.paste('first line\nsecond line')
    await terminal.until((frame) => frame.includes('first line') && frame.includes('second line'))
    expect(terminal.frame()).not.toContain('working')
  })
})

describe('leaving', () => {
  it('Ctrl-C twice gives the terminal back, and no process stays', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where)
    expect(terminal.modes).toMatchObject({alternate: true, paste: true})
    terminal.key('ctrl+c')
    await terminal.until('ctrl+c again leaves')
    expect(isAlive(terminal.pid)).toBe(true)
    terminal.key('ctrl+c')
    expect(await endOf(terminal)).toEqual({code: 0})
    expect(terminal.modes).toMatchObject(restored)
  })

  it.each(['SIGTERM', 'SIGHUP', 'SIGKILL'] as const)('%s gives the terminal back too', async (signal) => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where)
    terminal.signal(signal)
    await terminal.until(() => terminal.modes.cursorVisible && !terminal.modes.alternate && terminal.modes.mouse === 'none' && !terminal.modes.paste, 5000)
  })
})

describe('drawing', () => {
  it('a storm of sizes leaves no wrong cell and erases nothing', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where)
    for (const colour of [1, 2]) {
      terminal.type(`!for i in $(seq 60); do printf '\\033[3${colour};1mline\\033[m %s of the \\033[4${colour}m漢字 👩‍🚀\\033[m storm\\n' $i; done; sleep 60`)
      terminal.key('enter')
      await terminal.until((frame) => frame.split('line 60 of').length > colour && frame.includes('typing to'))
      terminal.key('f12')
      await terminal.until((frame) => !frame.includes('typing to'))
    }
    const {erases} = terminal.heard
    let seed = 7
    const dice = (from: number, to: number): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648
      return from + (seed % (to - from))
    }
    for (let turn = 0; turn < 200; turn += 1) {
      terminal.resize(dice(20, 180), dice(6, 60))
      if (turn % 20 === 0) await terminal.quiet(10, 2000).catch(() => undefined)
    }
    terminal.resize(100, 30)
    await terminal.until(() => /^ /.test(terminal.row(28)) && terminal.frame().includes('line 60 of'))
    await terminal.quiet(200)
    const drawn = cellsOf(terminal)
    const {bytes} = terminal.heard
    terminal.key('ctrl+l')
    await terminal.until(() => terminal.heard.bytes > bytes)
    await terminal.quiet(200)
    expect(cellsOf(terminal)).toEqual(drawn)
    expect(terminal.heard.erases).toBe(erases)
  })

  it('writes nothing while nothing happens', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where)
    await terminal.quiet(1000, 20_000)
    const {bytes} = terminal.heard
    await terminal.quiet(3000)
    expect(terminal.heard.bytes).toBe(bytes)
  })

  it('takes the colours for the background that the terminal has, unless the person chose', async () => {
    const white = '\x1b]11;rgb:ffff/ffff/ffff\x07'
    using where = screenPlace(calculator)
    await using terminal = await opened(where, {env: {COLORTERM: 'truecolor'}})
    const colour = (): unknown => terminal.cell(2, terminal.rows - 1).fg
    expect(colour()).toBe(themes.dark.quiet.color)
    terminal.type(white)
    await terminal.until(() => colour() === themes.light.quiet.color)
    expect(promptOf(terminal)).toContain(ready)
    using chosen = screenPlace({...calculator, '.penguin/config.local.yml': 'ui: {theme: dark}\n'})
    await using other = await opened(chosen, {env: {COLORTERM: 'truecolor'}})
    other.type(`${white}x`)
    await other.until(() => promptOf(other).includes('> x'))
    expect(other.cell(1, other.rows - 2).bg).toBe(themes.dark.bar.background)
  })

  it('shows what is selected where there are sixteen colours', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where, {env: {TERM: 'xterm', COLORTERM: ''}})
    terminal.key('f2')
    await terminal.until('[FILTER]')
    const row = Array.from({length: terminal.rows}, (_, y) => y).find((y) => terminal.row(y).includes('/help')) ?? 0
    const column = terminal.row(row).indexOf('/help')
    expect([terminal.cell(column, row).bg, terminal.cell(column, row + 1).bg]).toEqual([4, 'default'])
  })

  it('has no colour under NO_COLOR', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where, {env: {NO_COLOR: '1'}})
    terminal.type('/help')
    await terminal.until('/help')
    const colours = new Set(Array.from({length: 40}, (_, y) => Array.from({length: 120}, (_, x) => [terminal.cell(x, y).fg, terminal.cell(x, y).bg])).flat(2))
    expect([...colours]).toEqual(['default'])
  })

  it('is plain lines where the terminal can do nothing else', async () => {
    await using server = await modelServer(fix)
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--permission', 'auto'], {env: {TERM: 'dumb'}})
    await terminal.until('penguin: type')
    terminal.type('make sum add')
    terminal.key('enter')
    await terminal.until(/^done: 1 passed/m, 30_000)
    expect(terminal.raw()).not.toContain('\u001b')
    expect(where.read('sum.js')).toContain('a + b')
  })
})

describe('a pane of the person', () => {
  it("passes its program's links on to the terminal, where that makes links", async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where, {env: {TERM_PROGRAM: 'WezTerm'}})
    terminal.type("!printf '\\033]8;;https://example.org/page\\033\\\\see it\\033]8;;\\033\\\\ here\\n'")
    terminal.key('enter')
    await terminal.until('see it here')
    expect(terminal.raw()).toMatch(/\]8;id=p\d+;https:\/\/example\.org\/page/)
  })
  const zoomed = async (terminal: Terminal, command: string, seen: string | RegExp): Promise<void> => {
    terminal.type(`!${command}`)
    terminal.key('enter')
    await terminal.until(seen)
    await terminal.until(/typing to/)
    terminal.key('ctrl+b', 'z')
    await terminal.until(/^█ 1 /m)
    await terminal.quiet(50)
  }

  it.skipIf(!hasProgram('less'))('runs less', async () => {
    using where = screenPlace({...calculator, 'long.txt': Array.from({length: 200}, (_, index) => `row ${index + 1}\n`).join('')})
    await using terminal = await opened(where)
    await zoomed(terminal, 'less long.txt', 'row 1')
    terminal.type('G')
    await terminal.until('row 200')
    terminal.type('g')
    await terminal.until((frame) => frame.includes('row 1') && !frame.includes('row 200'))
    terminal.type('q')
    await terminal.until('exit code 0')
  })

  it.skipIf(!hasProgram('vim'))('runs vim, which saves a file', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where)
    await zoomed(terminal, 'vim -u NONE -N -i NONE -n note.txt', /^┃~/m)
    terminal.type('ihello from a pane')
    await terminal.until('hello from a pane')
    terminal.key('escape')
    await terminal.quiet(100)
    terminal.type(':wq')
    await terminal.until(':wq')
    terminal.key('enter')
    await terminal.until('exit code 0')
    expect(where.read('note.txt')).toBe('hello from a pane\n')
  })

  it.skipIf(!hasProgram('htop'))('runs htop, which draws all over its screen and leaves it', async () => {
    using where = screenPlace(calculator)
    await using terminal = await opened(where)
    await zoomed(terminal, 'htop -d 5', /F10/)
    // Its head, and what it is asked for.
    await terminal.until((frame) => /Tasks:/.test(frame) && /PID/.test(frame))
    terminal.key('f1')
    await terminal.until(/any key to return/)
    terminal.type(' ')
    await terminal.until(/F10/)
    terminal.type('q')
    await terminal.until('exit code 0')
  })

  it('shows all colours and looks as they were printed', async () => {
    const palette = 'for n in $(seq 16 79); do printf "\\033[48;5;%sm \\033[0m" $n; done; echo'
    const shades = 'for n in $(seq 0 4 255); do printf "\\033[38;2;%s;0;%smx\\033[0m" $n $((255 - n)); done; echo'
    const looks = 'printf "\\033[1mB\\033[0m\\033[2mD\\033[0m\\033[3mI\\033[0m\\033[4mU\\033[0m\\033[7mR\\033[0m\\n"'
    using where = screenPlace({...calculator, 'colours.sh': `${palette}\n${shades}\n${looks}\nsleep 99\n`})
    await using terminal = await opened(where, {env: {COLORTERM: 'truecolor'}})
    await zoomed(terminal, 'sh colours.sh', 'BDIUR')
    const row = Array.from({length: 40}, (_, y) => y).find((y) => terminal.row(y).includes('BDIUR')) ?? 0
    const left = terminal.row(row).indexOf('B')
    const cells = (y: number, count: number) => Array.from({length: count}, (_, x) => terminal.cell(left + x, y))
    expect(cells(row - 2, 64).map(({bg}) => bg)).toEqual(Array.from({length: 64}, (_, n) => 16 + n))
    const hex = (n: number): string => n.toString(16).padStart(2, '0')
    expect(cells(row - 1, 64).map(({fg}) => fg)).toEqual(Array.from({length: 64}, (_, n) => `#${hex(n * 4)}00${hex(255 - n * 4)}`))
    const [bold, dim, italic, underline, inverse] = cells(row, 5)
    expect([bold?.bold, dim?.dim, italic?.italic, underline?.underline, inverse?.inverse]).toEqual([true, true, true, true, true])
  })

  it.skipIf(!hasProgram('tmux'))('and all of it inside tmux', async () => {
    using where = screenPlace(calculator)
    await using terminal = where.inTmux()
    await terminal.until(ready)
    terminal.type("!printf 'inside %s' both")
    terminal.key('enter')
    await terminal.until('inside both')
    expect(terminal.capture()).toContain('inside both')
    terminal.key('f12')
    terminal.key('ctrl+c', 'ctrl+c')
    await terminal.until((frame) => !frame.includes('inside both') || frame.includes('exited'), 5000).catch(() => undefined)
    expect(await endOf(terminal)).toEqual({code: 0})
  })
})
