// Which way a copy goes, what it says of it, and that the terminal's own form is one that tmux and screen hand on.

import {chmodSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import headless from '@xterm/headless'
import {describe, expect, it} from 'vitest'
import {openClipboard, terminalCopy} from '../../../source/screen/clipboard.ts'
import {tempFolder} from '../../kit/temp.ts'

/** A desktop on which only these programs exist. */
const desk = async (env: Record<string, string>, works: readonly string[], text = 'hé\n', platform: NodeJS.Platform = 'linux') => {
  const ran: string[] = []
  let said = ''
  const clipboard = openClipboard({
    env,
    platform,
    say: (bytes) => {
      said += bytes
    },
    run: async (argv, input) => {
      ran.push(argv.join(' '))
      return input === text && works.some((one) => argv.join(' ').startsWith(one))
    },
  })
  return {...(await clipboard.copy(text)), ran, said}
}

describe('a copy', () => {
  it('goes to the tool of the desktop, the next one when that fails', async () => {
    expect(await desk({WAYLAND_DISPLAY: 'w', DISPLAY: ':0'}, ['wl-copy', 'xclip'])).toMatchObject({
      used: ['wl-copy'],
      said: '',
      text: 'copied 3 characters to wl-copy',
    })
    expect(await desk({WAYLAND_DISPLAY: 'w', DISPLAY: ':0'}, ['xsel'])).toMatchObject({
      used: ['xsel'],
      ran: ['wl-copy', 'xclip -selection clipboard -in', 'xsel --clipboard --input'],
    })
    expect(await desk({}, ['pbcopy'], 'a', 'darwin')).toMatchObject({used: ['pbcopy'], text: 'copied 1 character to pbcopy'})
    expect(await desk({WSL_DISTRO_NAME: 'd'}, ['clip.exe'])).toMatchObject({used: ['clip.exe']})
  })

  it('goes to the terminal where there is no tool, and from afar to both', async () => {
    expect(await desk({}, [])).toMatchObject({
      used: ['terminal'],
      ran: [],
      said: '\x1b]52;c;aMOpCg==\x07',
      text: 'sent 3 characters to the clipboard of the terminal',
    })
    expect(await desk({DISPLAY: ':10', SSH_CONNECTION: 'x'}, ['xclip'])).toMatchObject({used: ['xclip', 'terminal']})
  })

  it('goes to the buffer of tmux too, an old one as well', async () => {
    expect(await desk({TMUX: 't', DISPLAY: ':0'}, ['tmux load-buffer -w', 'xclip'])).toMatchObject({used: ['xclip', 'tmux buffer'], said: ''})
    expect(await desk({TMUX: 't'}, ['tmux load-buffer -'], 'a\nb\n')).toMatchObject({
      used: ['tmux buffer', 'terminal'],
      text: 'copied 2 lines to the tmux buffer, and sent to the terminal',
    })
    expect(await desk({TMUX: 't'}, [])).toMatchObject({used: ['terminal']})
  })

  it('that nothing can take is told', async () => {
    const long = 'x'.repeat(200_000)
    expect(await desk({}, [], long)).toEqual({
      used: [],
      text: 'not copied: 200000 characters, too many for the terminal, and there is no clipboard tool',
      ran: [],
      said: '',
    })
  })

  it('runs the tool with the text as its input, and one that fails or hangs is no tool', async () => {
    const folder = tempFolder({'wl-copy': '#!/bin/sh\nexit 3\n', xclip: '#!/bin/sh\ncat > "$OUT"\n'})
    for (const name of ['wl-copy', 'xclip']) chmodSync(join(folder, name), 0o755)
    const env = {PATH: `${folder}:/usr/bin:/bin`, WAYLAND_DISPLAY: 'w', DISPLAY: ':0', OUT: join(folder, 'out')}
    const {used} = await openClipboard({env, platform: 'linux', say: () => undefined}).copy('漢字\n')
    expect(used).toEqual(['xclip'])
    expect(readFileSync(env.OUT, 'utf8')).toBe('漢字\n')
  })
})

describe("the terminal's own form", () => {
  it('is read by a terminal as the text that went in, also out of its wrappings', async () => {
    const read = async (bytes: string): Promise<string[]> => {
      const terminal = new headless.Terminal({allowProposedApi: true})
      const copies: string[] = []
      terminal.parser.registerOscHandler(52, (data) => copies.push(Buffer.from(data.replace('c;', ''), 'base64').toString()) > 0)
      await new Promise<void>((done) => terminal.write(bytes, done))
      return copies
    }
    const text = '漢字 and more '.repeat(300)
    expect(await read(terminalCopy(text, {}))).toEqual([text])
    const tmux = terminalCopy(text, {TMUX: 't'})
    const wrapped = tmux.slice(tmux.indexOf('\x1bPtmux;') + 7, -2).replaceAll('\x1b\x1b', '\x1b')
    expect(await read(wrapped)).toEqual([text])
    const unwrapped = terminalCopy(text, {STY: 's'})
      .split('\x1bP')
      .map((piece) => piece.slice(0, -2))
      .join('')
    expect(await read(unwrapped)).toEqual([text])
  })
})
