// The person's own commands: their shell, their rights, their environment, and nothing of ours. Keys of providers stay
// out of it: a command that prints its environment would put them on the screen and into its scrollback.

import {delimiter, join} from 'node:path'
import {childPath} from '../config.ts'
import type {Context, Environment} from '../context.ts'
import {packageRoot} from '../package-root.ts'

/** Whatever looks like a secret of a model provider: the built-in ones and those that the configuration may name. */
const isKey = (name: string): boolean => /_API_KEY$|_AUTH_TOKEN$|^PENGUIN_/.test(name)

const own = (env: Environment): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && !isKey(entry[0])))

/** `penguin` is found whatever the person's PATH: the screen's own commands run it in such panes. Theirs comes first. */
const withOurs = (path: string): string => [path, join(packageRoot, 'bin')].join(delimiter)

/** '' opens the shell itself. */
export const shellStart = (context: Context, command: string) => {
  const file = context.env.SHELL || '/bin/sh'
  return {
    file,
    args: command ? ['-c', command] : [],
    cwd: context.cwd,
    env: {...own(context.env), PATH: withOurs(childPath(context.env)), PWD: context.cwd},
  }
}
