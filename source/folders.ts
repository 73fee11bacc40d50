// Where Penguin keeps its own things outside the project. XDG variables are respected; nothing is created here.

import {homedir} from 'node:os'
import {isAbsolute, join} from 'node:path'
import type {Environment} from './context.ts'

export interface Folders {
  /** config.yml, plugins/ */
  config: string
  /** trees/, v8/ */
  cache: string
  /** trust.json, journals of projects that cannot be written */
  state: string
  /** Sockets; short, because a unix path ends at 108 bytes. */
  runtime: string
}

// A relative XDG path must be ignored (XDG Base Directory Specification).
const base = (value: string | undefined, otherwise: string): string => (value && isAbsolute(value) ? value : otherwise)

export const foldersOf = (env: Environment): Folders => {
  const home = env.HOME && isAbsolute(env.HOME) ? env.HOME : homedir()
  const cache = join(base(env.XDG_CACHE_HOME, join(home, '.cache')), 'penguin')
  return {
    config: join(base(env.XDG_CONFIG_HOME, join(home, '.config')), 'penguin'),
    cache,
    state: join(base(env.XDG_STATE_HOME, join(home, '.local', 'state')), 'penguin'),
    runtime: env.XDG_RUNTIME_DIR && isAbsolute(env.XDG_RUNTIME_DIR) ? join(env.XDG_RUNTIME_DIR, 'penguin') : join(cache, 'run'),
  }
}
