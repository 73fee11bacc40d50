// Where Penguin keeps its own things outside the project. XDG variables are respected; nothing is created here.

import {userInfo} from 'node:os'
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

/** HOME as it stands in the environment; without one, as for a service or a bare container, the account's own. */
export const homeOf = (env: Environment): string => {
  if (env.HOME && isAbsolute(env.HOME)) return env.HOME
  try {
    return userInfo().homedir || '/'
  } catch {
    return '/'
  }
}

export const foldersOf = (env: Environment): Folders => {
  const home = homeOf(env)
  const cache = join(base(env.XDG_CACHE_HOME, join(home, '.cache')), 'penguin')
  return {
    config: join(base(env.XDG_CONFIG_HOME, join(home, '.config')), 'penguin'),
    cache,
    state: join(base(env.XDG_STATE_HOME, join(home, '.local', 'state')), 'penguin'),
    runtime: env.XDG_RUNTIME_DIR && isAbsolute(env.XDG_RUNTIME_DIR) ? join(env.XDG_RUNTIME_DIR, 'penguin') : join(cache, 'run'),
  }
}
