// A folder of a test's own, gone when the test is over.

import {mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs'
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

export const writeFiles = (folder: string, files: Files): void => {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), {recursive: true})
    writeFileSync(join(folder, path), text)
  }
}
