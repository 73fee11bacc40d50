// The terminal kit itself: what it says a program did in a terminal is what the program did.

import {tmpdir} from 'node:os'
import {describe, expect, it} from 'vitest'
import {hasProgram} from '../kit/parts.ts'
import {openTerminal} from '../kit/terminal.ts'
import {inTmux} from '../kit/terminal-tmux.ts'

const bash = (script: string, more: Partial<Parameters<typeof openTerminal>[0]> = {}) =>
  openTerminal({command: 'bash', args: ['--norc', '-c', script], ...more})

describe('a program in the terminal', () => {
  it('is seen as text, cells, cursor and modes', async () => {
    await using terminal = bash("printf '\\e[?1049h\\e[?25l\\e[?2004h\\e[?1002h\\e[?1006h\\e[2J\\e[2;3H\\e[1;38;5;9mhé漢👍🏽\\e[m'; read -r x", {
      columns: 40,
      rows: 6,
    })
    await terminal.until('漢')
    expect(terminal.frame()).toBe('\n  hé漢👍🏽\n\n\n\n')
    expect(terminal.cell(2, 1)).toMatchObject({text: 'h', fg: 9, bg: 'default', bold: true, width: 1})
    expect([terminal.cell(4, 1).width, terminal.cell(6, 1).text]).toEqual([2, '👍🏽'])
    expect(terminal.cursor()).toEqual({x: 8, y: 1})
    expect(terminal.modes).toMatchObject({alternate: true, cursorVisible: false, paste: true, mouse: 'drag'})
    expect(terminal.modes.set).toEqual([1002, 1006, 1049, 2004])
    expect(terminal.heard).toMatchObject({erases: 1, bytes: Buffer.byteLength(terminal.raw())})
  })

  it('is told its size, and when it changes', async () => {
    await using terminal = bash("trap 'stty size' WINCH; stty size; while :; do sleep 0.05; done", {columns: 50, rows: 10})
    await terminal.until('10 50')
    terminal.resize(70, 12)
    await terminal.until('12 70')
  })

  it('gets keys, pastes and the mouse as a terminal sends them', async () => {
    await using terminal = bash("stty raw -echo; printf '\\e[?2004hready'; cat -v", {columns: 100})
    await terminal.until('ready')
    terminal.key('ctrl+b', 'up', 'alt+x', 'shift+tab', 'ctrl+right', 'f5', 'enter')
    terminal.paste('one\ntwo')
    terminal.mouse({what: 'press', x: 4, y: 2})
    terminal.mouse({what: 'release', x: 4, y: 2})
    terminal.mouse({what: 'wheel-up', x: 0, y: 0, ctrl: true})
    await terminal.until('^[[<80;1;1M')
    expect(terminal.frame().replaceAll('\n', '')).toContain('^B^[[A^[x^[[Z^[[1;5C^[[15~^M^[[200~one^Mtwo^[[201~^[[<0;5;3M^[[<0;5;3m^[[<80;1;1M')
    expect(() => terminal.key('no such key')).toThrow('no key is called')
  })

  it('is answered when it asks the terminal, or not', async () => {
    const ask = "stty raw -echo; printf '\\e[6n'; IFS= read -r -d R -t 2 answer; printf 'got %q' \"$answer\""
    await using answering = bash(ask)
    await answering.until("got $'\\E[1;1'")
    await using mute = bash(ask.replace('-t 2', '-t 0.2'), {answers: false})
    await mute.until("got ''")
  })

  it('is heard: bell, title, clipboard, notices', async () => {
    await using terminal = bash("printf '\\a\\e]2;a title\\a\\e]52;c;aGVsbG8=\\a\\e]9;look here\\adone'; read -r x")
    await terminal.until('done')
    expect(terminal.heard).toMatchObject({bells: 1, title: 'a title', clipboard: ['hello'], notices: ['look here']})
  })

  it('ends with its code, and its last words are seen', async () => {
    await using terminal = bash("printf 'last words'; exit 3")
    expect(await terminal.ended).toEqual({code: 3})
    expect(terminal.frame()).toContain('last words')
  })

  it('says what was on the screen when it waits in vain', async () => {
    await using terminal = bash("printf 'something else'; read -r x")
    await terminal.until('something else')
    await expect(terminal.until('never', 60)).rejects.toThrow(/not seen within 60 ms: never\n─+\nsomething else/)
  })

  it('waits in the kernel while nobody reads, and goes on after', async () => {
    await using terminal = bash("printf start; read -r x; head -c 1000000 /dev/zero | tr '\\0' x; printf '\\nend\\n'; read -r x")
    await terminal.until('start')
    terminal.stall()
    terminal.type('\n')
    const bytes = terminal.heard.bytes
    await expect(terminal.until('end', 100)).rejects.toThrow('not seen')
    expect(terminal.heard.bytes - bytes).toBeLessThan(200_000)
    terminal.flow()
    await terminal.until('end')
    await terminal.quiet(50)
  })

  it('leaves nothing behind unseen', async () => {
    const terminal = bash("trap '' HUP; setsid sleep 30 & sleep 0.1; printf 'pid %s.' $!; read -r x", {cwd: tmpdir()})
    await terminal.until(/pid \d+\./)
    const [, pid] = /pid (\d+)\./.exec(terminal.frame()) ?? []
    await expect(terminal.close({graceMs: 50})).rejects.toThrow(`left behind by bash: ${pid}`)
    expect(terminal.left()).toEqual([])
  })
})

describe('full-screen programs', () => {
  it.skipIf(!hasProgram('vim'))('vim edits and leaves', async () => {
    await using terminal = openTerminal({command: 'vim', args: ['-u', 'NONE', '-N', '-i', 'NONE', '-n'], cwd: tmpdir()})
    await terminal.until((frame) => frame.split('\n').filter((row) => row.startsWith('~')).length > 15)
    expect(terminal.modes.alternate).toBe(true)
    terminal.type('ihello vim')
    terminal.key('escape')
    await terminal.until('hello vim')
    terminal.type(':q!')
    terminal.key('enter')
    expect(await terminal.ended).toEqual({code: 0})
    expect(terminal.modes).toMatchObject({alternate: false, cursorVisible: true})
  })

  it.skipIf(!hasProgram('less'))('less scrolls', async () => {
    await using terminal = bash('seq 1 200 | less', {rows: 10})
    await terminal.until('9')
    terminal.type('G')
    await terminal.until('200')
    terminal.type('q')
    await terminal.ended
  })

  it.skipIf(!hasProgram('tmux'))('tmux holds a program that we see through its client', async () => {
    await using terminal = inTmux({
      command: 'bash',
      args: ['--norc', '-c', 'printf \'inside %s\' "$TERM"; read -r x; printf \'heard %s\' "$x"; read -r x'],
      columns: 60,
      rows: 10,
    })
    await terminal.until('inside tmux-256color')
    terminal.tmux('send-keys', '-l', 'words')
    terminal.key('enter')
    await terminal.until('heard words')
    expect(terminal.capture()).toContain('heard words')
  })
})
