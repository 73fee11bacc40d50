// What every verb is handed: words, flags, the streams and the edges (clock, dice, environment). Verbs never
// reach for `process` themselves, so that each can be run in a test with streams of the test's own.

import type {Clock} from '../engine/base/clock.ts'
import type {Dice} from '../engine/base/id.ts'
import type {Signals} from './signals.ts'

export type Flags = Readonly<Record<string, string | number | boolean | string[] | undefined>>
export type Environment = Readonly<Record<string, string | undefined>>

export interface Context {
  /** Words after the verb, flags taken out. */
  words: string[]
  /** By their long name in camelCase: `maxCalls`, `roleModel`, `json`. */
  flags: Flags
  cwd: string
  env: Environment
  version: string
  /** Resolves false when the reader is gone (EPIPE). Never throws. */
  out(text: string): Promise<boolean>
  err(text: string): void
  /** Why what was printed did not arrive, when that is more than a reader that went away: a full disk. */
  lost?: string
  stdin: NodeJS.ReadableStream
  tty: {in: boolean; out: boolean; err: boolean}
  /** The first frame of the screen stands already; the terminal's settings as `stty` gave them before, '' without one. */
  painted?: {settings: string}
  clock: Clock
  dice: Dice
  /** `clock.tick()` at the start of the process: `--timeout` counts from here. */
  startedTick: number
  /** Watched since before the verb's code was loaded. */
  signals?: Signals
}

/** Resolves with the exit code. */
export type VerbRun = (context: Context) => Promise<number>
