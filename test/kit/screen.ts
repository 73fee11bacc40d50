// The full screen of the real program: a repository and a home of its own, a terminal of a given size, and the keeper
// that outlives the terminal ended with the test.

import {launcher, type Place, place} from './penguin.ts'
import {openTerminal, type Terminal, type TerminalOptions} from './terminal.ts'
import {inTmux, type TmuxTerminal} from './terminal-tmux.ts'

export interface ScreenPlace extends Place {
  /** The program in a terminal, its first frame not waited for. */
  screen(args?: readonly string[], more?: Partial<TerminalOptions>): Terminal
  inTmux(args?: readonly string[], more?: Partial<TerminalOptions>): TmuxTerminal
}

/** A repository as in `place`; `env` holds for everything that is started in it. */
export const screenPlace = (files: Record<string, string>, env: Record<string, string> = {}): ScreenPlace => {
  const made = place(files, {env: {TERM: 'xterm-256color', XDG_RUNTIME_DIR: '', ...env}})
  // A socket's path has a hundred characters at most, and a home in a temporary folder may not have them.
  made.env.XDG_RUNTIME_DIR = made.home
  const options = (args: readonly string[], more: Partial<TerminalOptions>): TerminalOptions => ({
    command: launcher,
    args,
    columns: 120,
    rows: 40,
    cwd: made.dir,
    // A keeper lives on; the place ends it.
    outlived: true,
    ...more,
    env: {...made.env, ...more.env},
  })
  return Object.assign(made, {
    screen: (args: readonly string[] = [], more: Partial<TerminalOptions> = {}) => openTerminal(options(args, more)),
    inTmux: (args: readonly string[] = [], more: Partial<TerminalOptions> = {}) => inTmux(options(args, more)),
  })
}
