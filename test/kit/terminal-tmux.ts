// The program inside a tmux of its own (its own socket, no configuration of anybody), whose client runs in our terminal.

import {execFileSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Closing, openTerminal, type Terminal, type TerminalOptions} from './terminal.ts'

export interface TmuxTerminal extends Terminal {
  /** Runs a tmux command on the server; answers what it prints. */
  tmux(...words: string[]): string
  /** The pane as tmux has it. */
  capture(): string
}

/** No status line: the program has the whole screen. */
export const inTmux = (options: TerminalOptions): TmuxTerminal => {
  const folder = mkdtempSync(join(tmpdir(), 'pg-tmux-'))
  const config = join(folder, 'conf')
  writeFileSync(
    config,
    'set -g status off\nset -g default-terminal tmux-256color\nset -s escape-time 5\nset -g mouse on\nset -g focus-events on\nset -g set-clipboard on\n',
  )
  const socket = join(folder, 's')
  const env = {PATH: process.env.PATH ?? '', LANG: 'C.UTF-8', ...options.env, TMUX: ''}
  const terminal = openTerminal({
    ...options,
    command: 'tmux',
    args: ['-S', socket, '-f', config, 'new-session', '--', options.command, ...(options.args ?? [])],
    env,
  })
  const tmux = (...words: string[]): string => execFileSync('tmux', ['-S', socket, ...words], {encoding: 'utf8', env})
  const close = async (more?: Closing): Promise<void> => {
    try {
      tmux('kill-server')
    } catch {
      // It ended with its last session.
    }
    try {
      await terminal.close(more)
    } finally {
      rmSync(folder, {recursive: true, force: true})
    }
  }
  return Object.defineProperties({} as TmuxTerminal, {
    ...Object.getOwnPropertyDescriptors(terminal),
    tmux: {value: tmux},
    capture: {value: () => tmux('capture-pane', '-p')},
    close: {value: close},
    [Symbol.asyncDispose]: {value: () => close()},
  })
}
