// A screen's way to a keeper: those that live for a project, or a new one. A keeper is started apart from us, in a
// session and process group of its own, and outlives whoever started it.

import {spawn} from 'node:child_process'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {Readable, Writable} from 'node:stream'
import {fileURLToPath} from 'node:url'
import {calmFlags} from '../../engine/base/node-flags.ts'
import type {SessionSettings} from '../../engine/contract/screen.ts'
import type {Context, Flags} from '../context.ts'
import {foldersOf} from '../folders.ts'
import {projectHere} from '../project-here.ts'
import {isBetweenKeepers, type KeeperNote, listKeepers} from './registry.ts'

export type {KeeperNote} from './registry.ts'

/** What a screen knows of a session whose keeper was killed, for the keeper that comes after it. */
export interface TakeOver {
  /** Of the killed keeper. */
  pid: number
  /** Work was going on. */
  live: boolean
  /** Said and not sent yet. */
  queue: string[]
  settings: SessionSettings
}

/** What a keeper reads on its standard input, once. */
export interface KeeperStart {
  root: string
  cwd: string
  flags: Flags
  version: string
  /** How long it stays without a screen and without work. */
  graceMs: number
  takesOver?: TakeOver
}

export interface KeeperWish {
  /** Of the command line: what the session's requests begin with; `continue` and `resume` choose the session. */
  flags?: Flags
  graceMs?: number
  takesOver?: TakeOver
  /** The keeper's program; default: the one that came with this code. */
  script?: string
}

/** Keeps a keeper small that has read a flood: 90 MB instead of 190, at the same speed. */
const smallHeap = '--max-semi-space-size=4'
const tenMinutesMs = 600_000

const scriptOf = (): string => {
  const beside = fileURLToPath(new URL('./keeper.js', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('./main.ts', import.meta.url))
}

/** Living keepers of the project that the context stands in, oldest first; dead ones are swept. Throws project.forbidden. */
export const findKeepers = (context: Context): KeeperNote[] => listKeepers(context.env, projectHere(context).root)

/** Where one was killed, its screens may be about to begin another. */
export const isKeeperComing = (context: Context): boolean => isBetweenKeepers(context.env, projectHere(context).root)

/** The first line, or why there is none. */
const wordFrom = (ready: Readable, errors: Readable): Promise<string> =>
  new Promise((resolve, reject) => {
    let said = ''
    let wrong = ''
    ready.setEncoding('utf8').on('data', (chunk: string) => {
      said += chunk
      if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')))
    })
    errors.setEncoding('utf8').on('data', (chunk: string) => {
      wrong = (wrong + chunk).slice(-2000)
    })
    const ended = (): void => reject(new Error(`the keeper of the session did not start${wrong.trim() ? `: ${wrong.trim()}` : ''}`))
    ready.once('close', () => setImmediate(ended))
    ready.once('error', ended)
  })

/** Starts a keeper and answers the word that leads to it. Throws project.forbidden; rejects when it does not come up. */
export const startKeeper = async (context: Context, wish: KeeperWish = {}): Promise<string> => {
  const {root} = projectHere(context)
  const {flags = context.flags, graceMs = tenMinutesMs, takesOver, script = scriptOf()} = wish
  const start: KeeperStart = {root, cwd: context.cwd, flags, version: context.version, graceMs, ...(takesOver ? {takesOver} : {})}
  const env = {...context.env, NODE_COMPILE_CACHE: join(foldersOf(context.env).cache, 'v8')}
  const child = spawn(process.execPath, [...calmFlags(process.execArgv), smallHeap, script], {
    cwd: '/',
    env,
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
  })
  const [input, , errors, ready] = child.stdio as unknown as [Writable, null, Readable, Readable]
  const {promise: failed, reject: fail} = Promise.withResolvers<never>()
  child.once('error', fail)
  input.on('error', () => undefined)
  input.end(JSON.stringify(start))
  try {
    return await Promise.race([wordFrom(ready, errors), failed])
  } finally {
    errors.destroy()
    ready.destroy()
    child.unref()
  }
}
