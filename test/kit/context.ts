// A verb's context with streams of the test's own. What is printed is kept as text.

import {Readable} from 'node:stream'
import type {Context, Environment, Flags} from '../../source/context.ts'

export interface Said {
  out: string
  err: string
}

export const testContext = (given: {words?: string[]; flags?: Flags; cwd?: string; env?: Environment; stdin?: string} = {}): Context & {said: Said} => {
  const said: Said = {out: '', err: ''}
  return {
    words: given.words ?? [],
    flags: given.flags ?? {},
    cwd: given.cwd ?? '/',
    env: given.env ?? {},
    version: '0.0.0-test',
    out: async (text) => {
      said.out += text
      return true
    },
    err: (text) => {
      said.err += text
    },
    stdin: Readable.from(given.stdin === undefined ? [] : [Buffer.from(given.stdin)]),
    tty: {in: false, out: false, err: false},
    clock: {now: () => 0, tick: () => 0, sleep: async () => undefined},
    dice: (bytes) => new Uint8Array(bytes),
    startedTick: 0,
    said,
  }
}
