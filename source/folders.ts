// Where Penguin keeps its own things outside the project. XDG variables are respected; nothing is created here, except
// for a place under /tmp that must be ours alone.

import {accessSync, constants, lstatSync, mkdirSync} from 'node:fs'
import {userInfo} from 'node:os'
import {dirname, isAbsolute, join} from 'node:path'
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

/** Is it there and can be written to, or can it be made? The nearest folder upward that is there says so. */
const canBeHad = (path: string): boolean => {
  try {
    accessSync(path, constants.W_OK | constants.X_OK)
    return true
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ENOENT' && dirname(path) !== path && canBeHad(dirname(path))
  }
}

const uid = (): number => process.getuid?.() ?? 0

/** Everybody may put things under /tmp: this one is nobody else's, and no link of somebody else's making. */
const isOurs = (path: string): boolean => {
  try {
    mkdirSync(path, {mode: 0o700})
  } catch {
    // It is there, or cannot be made: what is found says so.
  }
  const found = lstatSync(path, {throwIfNoEntry: false})
  return found?.isDirectory() === true && found.uid === uid() && (found.mode & 0o077) === 0
}

/** For an account whose home cannot be written: a service's, or one that a container was given. */
const kept = (path: string, name: string): string => {
  if (canBeHad(path)) return path
  const spare = join('/tmp', `penguin-${uid()}`)
  return isOurs(spare) ? join(spare, name) : path
}

export const foldersOf = (env: Environment): Folders => {
  const home = homeOf(env)
  const cache = kept(join(base(env.XDG_CACHE_HOME, join(home, '.cache')), 'penguin'), 'cache')
  return {
    config: join(base(env.XDG_CONFIG_HOME, join(home, '.config')), 'penguin'),
    cache,
    state: kept(join(base(env.XDG_STATE_HOME, join(home, '.local', 'state')), 'penguin'), 'state'),
    runtime: env.XDG_RUNTIME_DIR && isAbsolute(env.XDG_RUNTIME_DIR) ? join(env.XDG_RUNTIME_DIR, 'penguin') : join(cache, 'run'),
  }
}
