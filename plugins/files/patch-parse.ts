// Reading a patch in either of the two ways that models write one: a unified diff, or `*** Begin Patch`. Counts in
// hunk heads are not trusted (models miscount); the lines are. Pure. Throws `patch.rejected` for what is neither.

import {fail} from '../../engine/plugin.ts'

export interface Hunk {
  /** First line in the old file from 1, when the head says so. */
  line?: number
  /** A line that stands somewhere before the hunk (`@@ def total`). */
  under?: string
  /** Lines that are there, and what shall be there instead; LF, without line ends. */
  old: string[]
  fresh: string[]
  /** The hunk ends at the end of the file. */
  atEnd?: boolean
  /** `\ No newline at end of file`, as said of either side. */
  bareEnd?: {old: boolean; fresh: boolean}
}

export interface FilePatch {
  do: 'add' | 'change' | 'delete'
  path: string
  moveTo?: string
  hunks: Hunk[]
}

const reject = (why: string, near = ''): never => fail('patch.rejected', {why, near})

/** Without a fence or prose around it. */
const bare = (text: string): string[] =>
  text
    .replaceAll('\r\n', '\n')
    .replace(/^\s*```\w*\n/, '')
    .replace(/\n```\s*$/, '\n')
    .split('\n')

const sign = /^[ +-]/

const take = (hunk: Hunk, line: string): void => {
  const body = line.slice(1)
  if (line === '' || line.startsWith(' ')) {
    hunk.old.push(line === '' ? '' : body)
    hunk.fresh.push(line === '' ? '' : body)
  } else if (line.startsWith('-')) hunk.old.push(body)
  else hunk.fresh.push(body)
}

// A blank line at the end of a hunk is the patch's own ending, not context, when nothing follows it.
const trimmed = (hunk: Hunk, blanks: number): Hunk => (blanks === 0 ? hunk : {...hunk, old: hunk.old.slice(0, -blanks), fresh: hunk.fresh.slice(0, -blanks)})

interface Cursor {
  lines: string[]
  at: number
}

const readHunk = (cursor: Cursor, head: Omit<Hunk, 'old' | 'fresh'>, stops: (lines: string[], at: number) => boolean): Hunk => {
  const hunk: Hunk = {...head, old: [], fresh: []}
  let blanks = 0
  for (; cursor.at < cursor.lines.length && !stops(cursor.lines, cursor.at); cursor.at++) {
    const line = cursor.lines[cursor.at] as string
    if (line.startsWith('\\')) {
      const side = (cursor.lines[cursor.at - 1] ?? '')[0]
      hunk.bareEnd = {old: hunk.bareEnd?.old === true || side !== '+', fresh: hunk.bareEnd?.fresh === true || side !== '-'}
    } else if (line === '*** End of File') hunk.atEnd = true
    else if (line === '' || sign.test(line)) {
      take(hunk, line)
      blanks = line === '' ? blanks + 1 : 0
    } else reject(`the line "${line.slice(0, 60)}" begins with neither " ", "+" nor "-"`)
  }
  return trimmed(hunk, blanks)
}

const markers = /^\*\*\* (?:Add File|Update File|Delete File|Move to|End Patch|Begin Patch)/

const sections = (cursor: Cursor): FilePatch[] => {
  const files: FilePatch[] = []
  const stops = (lines: string[], at: number): boolean => markers.test(lines[at] as string) || (lines[at] as string).startsWith('@@')
  while (cursor.at < cursor.lines.length) {
    const line = cursor.lines[cursor.at] as string
    const head = /^\*\*\* (Add|Update|Delete) File: (.+)$/.exec(line)
    cursor.at += 1
    const last = files.at(-1)
    if (head) files.push({do: head[1] === 'Add' ? 'add' : head[1] === 'Delete' ? 'delete' : 'change', path: (head[2] as string).trim(), hunks: []})
    else if (line.startsWith('*** Move to: ') && last) last.moveTo = line.slice('*** Move to: '.length).trim()
    else if (line.startsWith('*** End Patch')) break
    else if (line.startsWith('@@') && last) last.hunks.push(readHunk(cursor, headOf(line), stops))
    else if (last && last.do !== 'delete' && (sign.test(line) || line === '')) {
      cursor.at -= 1
      const hunk = readHunk(cursor, {}, stops)
      if (hunk.old.length > 0 || hunk.fresh.length > 0) last.hunks.push(hunk)
    } else if (line.trim() !== '') reject(`the line "${line.slice(0, 60)}" is not part of a patch`)
  }
  return files
}

const headOf = (line: string): Omit<Hunk, 'old' | 'fresh'> => {
  const numbers = /^@@+ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@/.exec(line)
  if (numbers) return {line: Number(numbers[1])}
  const under = line
    .replace(/^@@\s?/, '')
    .replace(/\s*@@$/, '')
    .trim()
  return under ? {under} : {}
}

const pathOf = (text: string): string | undefined => {
  const name = (text.split('\t')[0] as string).trim().replace(/^"(.*)"$/, '$1')
  return name === '/dev/null' ? undefined : name.replace(/^[ab]\//, '')
}

const isHead = (lines: string[], at: number): boolean => (lines[at] as string).startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ ')

const unified = (cursor: Cursor): FilePatch[] => {
  const files: FilePatch[] = []
  const stops = (lines: string[], at: number): boolean => {
    const line = lines[at] as string
    return line.startsWith('@@') || line.startsWith('diff --git ') || isHead(lines, at)
  }
  let rename: {from?: string; to?: string} = {}
  const plainRename = (): void => {
    if (rename.from && rename.to) files.push({do: 'change', path: rename.from, moveTo: rename.to, hunks: []})
    rename = {}
  }
  while (cursor.at < cursor.lines.length) {
    const line = cursor.lines[cursor.at] as string
    if (line.startsWith('diff --git ')) plainRename()
    else if (line.startsWith('rename from ')) rename.from = line.slice('rename from '.length).trim()
    else if (line.startsWith('rename to ')) rename.to = line.slice('rename to '.length).trim()
    else if (line.startsWith('GIT binary patch') || line.startsWith('Binary files ')) reject('it holds binary content')
    if (isHead(cursor.lines, cursor.at)) {
      files.push(headed(pathOf(line.slice(4)), pathOf((cursor.lines[cursor.at + 1] as string).slice(4)), rename))
      rename = {}
      cursor.at += 2
    } else if (line.startsWith('@@')) {
      const last = files.at(-1) ?? reject('a hunk stands before any file name')
      cursor.at += 1
      last.hunks.push(readHunk(cursor, headOf(line), stops))
    } else cursor.at += 1
  }
  plainRename()
  return files
}

const headed = (old: string | undefined, fresh: string | undefined, rename: {from?: string; to?: string}): FilePatch => {
  if (old === undefined && fresh !== undefined) return {do: 'add', path: fresh, hunks: []}
  if (fresh === undefined && old !== undefined) return {do: 'delete', path: old, hunks: []}
  if (old === undefined || fresh === undefined) return reject('a file has no name')
  return rename.to && rename.to !== rename.from
    ? {do: 'change', path: rename.from ?? old, moveTo: rename.to, hunks: []}
    : {do: 'change', path: fresh, hunks: []}
}

export const parsePatch = (patch: string): FilePatch[] => {
  const lines = bare(patch)
  const begin = lines.findIndex((line) => line.startsWith('*** Begin Patch'))
  const isSections = begin !== -1 || lines.some((line) => /^\*\*\* (?:Add|Update|Delete) File: /.test(line))
  const files = isSections ? sections({lines, at: begin + 1}) : unified({lines, at: 0})
  if (files.length === 0) return reject('no file is named in it', 'begin with "--- a/PATH" and "+++ b/PATH", or with "*** Begin Patch"')
  return files
}
