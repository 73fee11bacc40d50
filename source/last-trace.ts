// Where the last bug of a process that prints nothing is told: one small file in the state folder, written anew each time.

import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Environment} from './context.ts'
import {foldersOf} from './folders.ts'

/** Answers the file, '' when it could not be written. Never throws. */
export const keepTrace = (env: Environment, name: 'keeper' | 'screen', version: string, thrown: unknown): string => {
  const file = join(foldersOf(env).state, `${name}-error.txt`)
  const words = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)
  try {
    mkdirSync(foldersOf(env).state, {recursive: true})
    writeFileSync(file, `${new Date().toISOString()} ${version}\n${words}\n`)
    return file
  } catch {
    return ''
  }
}
