// Writing a file whole or not at all: a temporary file beside it, then a rename. Mode and owner are kept; folders
// are made. Links were followed before (place.ts), so what is renamed onto is the file itself.

import {chmodSync, chownSync, mkdirSync, renameSync, rmSync, type Stats, statSync, writeFileSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import {fail} from '../../engine/plugin.ts'
import {whyOf} from './trouble.ts'

let count = 0

const look = (path: string): Stats | undefined => statSync(path, {throwIfNoEntry: false})

// Run by root in somebody's project, Penguin must not leave files behind that their owner cannot change.
const own = (path: string, like: Stats | undefined): void => {
  if (like && process.getuid?.() === 0 && (like.uid !== 0 || like.gid !== 0)) chownSync(path, like.uid, like.gid)
}

const makeFolders = (folder: string): void => {
  if (look(folder)) return
  makeFolders(dirname(folder))
  mkdirSync(folder)
  own(folder, look(dirname(folder)))
}

const transient = new Set(['EAGAIN', 'EBUSY', 'ETXTBSY', 'EMFILE', 'ENFILE'])

const replace = (file: string, content: string | Uint8Array, before: Stats | undefined): void => {
  count += 1
  const temporary = join(dirname(file), `.${basename(file).slice(0, 80)}.${process.pid}-${count}.tmp`)
  try {
    writeFileSync(temporary, content, {flag: 'wx', mode: before ? before.mode & 0o7777 : 0o666})
    own(temporary, before ?? look(dirname(file)))
    if (before) chmodSync(temporary, before.mode & 0o7777)
    renameSync(temporary, file)
  } catch (thrown) {
    rmSync(temporary, {force: true})
    // A folder that takes no new file may still hold one that may be written.
    if (before && ['EACCES', 'EPERM'].includes((thrown as NodeJS.ErrnoException).code ?? '')) writeFileSync(file, content)
    else throw thrown
  }
}

/** Throws `file.failed`, or the system's own error when trying again may help. */
export const save = (file: string, path: string, content: string | Uint8Array): void => {
  try {
    makeFolders(dirname(file))
    const before = look(file)
    if (before && !before.isFile()) return fail('file.failed', {path, why: before.isDirectory() ? 'it is a folder' : 'it is no regular file'})
    replace(file, content, before)
  } catch (thrown) {
    if (transient.has((thrown as NodeJS.ErrnoException).code ?? '') || !('code' in (thrown as object))) throw thrown
    fail('file.failed', {path, why: whyOf(thrown)})
  }
}
