// What was said in this project before, kept in the state folder: one file a project, readable by its user only. What
// looks like a secret is not kept. A file that cannot be read or written is no reason to stop.

import {createHash} from 'node:crypto'
import {appendFileSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {historyLine, parseHistory, shortenedHistory} from '../../stores/history.ts'
import type {Environment} from '../context.ts'
import {foldersOf} from '../folders.ts'

export interface PromptHistory {
  /** Oldest first. */
  entries: readonly string[]
  remember(text: string): void
}

const idChars = 16

const fileFor = (env: Environment, root: string): {dir: string; file: string} => {
  const dir = join(foldersOf(env).state, 'history')
  return {dir, file: join(dir, `${createHash('sha256').update(root).digest('hex').slice(0, idChars)}.jsonl`)}
}

const read = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

const shorten = (file: string, text: string): void => {
  const shorter = shortenedHistory(text)
  if (shorter === undefined) return
  writeFileSync(`${file}.${process.pid}`, shorter, {mode: 0o600})
  renameSync(`${file}.${process.pid}`, file)
}

export const openPromptHistory = (env: Environment, root: string): PromptHistory => {
  const {dir, file} = fileFor(env, root)
  const text = read(file)
  const entries = parseHistory(text)
  let last = entries.at(-1)
  return {
    entries,
    remember: (said) => {
      const line = historyLine(said, last)
      if (line === '') return
      last = said
      try {
        mkdirSync(dir, {recursive: true, mode: 0o700})
        appendFileSync(file, line, {mode: 0o600})
        shorten(file, read(file))
      } catch {
        // A full disk, a home that cannot be written: the arrow keys still know it in this session.
      }
    },
  }
}
