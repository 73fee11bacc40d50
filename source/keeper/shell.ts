// The person's own commands: their shell, their rights, their environment, and nothing of ours. Keys of providers stay
// out of it: a command that prints its environment would put them on the screen and into its scrollback.

import {delimiter, join} from 'node:path'
import {childPath} from '../config.ts'
import type {Context, Environment} from '../context.ts'
import {packageRoot} from '../package-root.ts'

/** What is named as the key of a provider is. */
const looksLikeKey = (name: string): boolean => /_API_KEY$|_AUTH_TOKEN$/.test(name)

/** What speaks of the terminal that the screen is in, which is not the one that the command gets. */
const ofAnotherTerminal =
  /^(TMUX|TMUX_PANE|STY|WINDOW|WINDOWID|TERM_PROGRAM|TERM_PROGRAM_VERSION|TERMINFO|LINES|COLUMNS|VTE_VERSION|(KITTY|WEZTERM|ITERM|ALACRITTY|KONSOLE|GHOSTTY)_\w+)$/

const own = (env: Environment, keys: readonly string[]): Record<string, string> => {
  const stays = (name: string): boolean => !isKey(name, keys) && !ofAnotherTerminal.test(name)
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && stays(entry[0])))
}

/** `penguin` is found whatever the person's PATH: the screen's own commands run it in such panes. Theirs comes first. */
const withOurs = (path: string): string => [path, join(packageRoot, 'bin')].join(delimiter)

/** Everything that names a key: of a provider, or by the look of it. */
const isKey = (name: string, keys: readonly string[]): boolean => looksLikeKey(name) || keys.includes(name)

/** Penguin itself, as the session was started: with the keys of its providers, which nothing that it prints may hold. */
export const ownStart = (context: Context, words: readonly string[], keys: readonly string[]) => {
  const given = Object.entries(context.env).filter((entry): entry is [string, string] => entry[1] !== undefined && !ofAnotherTerminal.test(entry[0]))
  return {
    file: join(packageRoot, 'bin', 'penguin'),
    args: [...words],
    cwd: context.cwd,
    env: {...Object.fromEntries(given), COLORTERM: 'truecolor', TERM_PROGRAM: 'penguin', PWD: context.cwd},
    hidden: given.filter(([name]) => isKey(name, keys)).map(([, value]) => value),
  }
}

/** '' opens the shell itself. `keys`: variables that the configuration names as keys. */
export const shellStart = (context: Context, command: string, keys: readonly string[]) => {
  const file = context.env.SHELL || '/bin/sh'
  return {
    file,
    args: command ? ['-c', command] : [],
    cwd: context.cwd,
    env: {...own(context.env, keys), COLORTERM: 'truecolor', TERM_PROGRAM: 'penguin', PATH: withOurs(childPath(context.env)), PWD: context.cwd},
  }
}
