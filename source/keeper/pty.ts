// Pseudo terminals, by node-pty. Its library is native and is loaded with the first terminal; its types describe a
// package of another name, so that the little that is used of it is described here.

import {createRequire} from 'node:module'

export interface Pty {
  /** Leads a session and process group of its own. */
  readonly pid: number
  onData(take: (data: string) => void): unknown
  onExit(take: (exit: {exitCode: number; signal?: number}) => void): unknown
  write(data: string): void
  /** Throws when the process has just ended. */
  resize(columns: number, rows: number): void
  pause(): void
  resume(): void
}

export interface PtyOptions {
  name: string
  cols: number
  rows: number
  cwd: string
  env: Record<string, string>
}

type Spawn = (file: string, args: string[], options: PtyOptions) => Pty

const load = createRequire(import.meta.url)

/** Throws where the system has no terminal left, or no such program. */
export const spawnPty: Spawn = (file, args, options) => (load('node-pty') as {spawn: Spawn}).spawn(file, args, options)
