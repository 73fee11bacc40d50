// The prompt in the person's own editor: a private file, their VISUAL or EDITOR on it while the terminal is lent out, and
// what they saved. The file is gone afterwards, whatever happens.

import {spawn} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {Environment} from '../context.ts'

/** Why there is no new text is for the person. */
export type Edited = {ok: true; text: string} | {ok: false; why: string}

export interface ExternalEditorPorts {
  env: Environment
  /** The terminal as it was found for as long as the work takes, nobody else reading its keys. */
  lend<T>(work: () => Promise<T>): Promise<T>
  /** Where the file is made; the system's folder for such files if not said. */
  folder?: string
}

/** As git does it: what the variable says is a command line of the shell, the file its last word. */
const runEditor = (editor: string, file: string, env: Environment): Promise<string> =>
  new Promise((done) => {
    const child = spawn('sh', ['-c', `${editor} "$@"`, editor, file], {stdio: 'inherit', env: {...env}})
    child.on('error', (error) => done(error.message))
    child.on('exit', (code, signal) => done(code === 0 ? '' : code === 127 ? `there is no ${editor}` : `${editor} ended with ${signal ?? code}`))
  })

export const editorOf = (env: Environment): string => env.VISUAL?.trim() || env.EDITOR?.trim() || 'vi'

/** What was saved, without the line break that editors put at the end. When the editor fails nothing has changed. */
export const editOutside = async (text: string, {env, lend, folder = tmpdir()}: ExternalEditorPorts): Promise<Edited> => {
  const place = mkdtempSync(join(folder, 'penguin-prompt-'))
  const file = join(place, 'prompt.md')
  try {
    writeFileSync(file, text === '' || text.endsWith('\n') ? text : `${text}\n`, {mode: 0o600})
    const why = await lend(() => runEditor(editorOf(env), file, env))
    return why ? {ok: false, why} : {ok: true, text: readFileSync(file, 'utf8').replace(/\r\n/g, '\n').replace(/\n$/, '')}
  } finally {
    rmSync(place, {recursive: true, force: true})
  }
}
