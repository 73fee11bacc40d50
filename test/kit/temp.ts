// A folder of a test's own, gone when the test is over.

import {chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {onTestFinished} from 'vitest'

export type Files = Readonly<Record<string, string>>

/** Writes the files into a fresh folder and answers its real path. */
export const tempFolder = (files: Files = {}): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'penguin-test-')))
  onTestFinished(() => rmSync(folder, {recursive: true, force: true}))
  writeFiles(folder, files)
  return folder
}

/** An environment whose folders look as if they could be had, and cannot: a program's file lies where Penguin's would be. */
export const placeless = (): Record<string, string> => {
  const folder = tempFolder({penguin: ''})
  chmodSync(join(folder, 'penguin'), 0o755)
  return {HOME: folder, XDG_CACHE_HOME: folder, XDG_STATE_HOME: folder}
}

export const writeFiles = (folder: string, files: Files): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), {recursive: true})
    writeFileSync(join(folder, path), text)
  }
}
