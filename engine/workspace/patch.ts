// Changes as people read them: net per path, lines added and taken, a diff that `git apply` understands. The only
// door to the package `diff`.

import {diffLines, structuredPatch} from 'diff'
import type {BlobStore, Change, FileSummary, Path, Side} from '../contract/workspace.ts'
import {sameSide} from './files.ts'

/** One change a path, from the first state to the last; what came back to where it began is left out. Sorted by path. */
export const netChanges = (effects: readonly (readonly Change[])[]): Change[] => {
  const net = new Map<Path, Change>()
  for (const changes of effects) {
    for (const change of changes) {
      const known = net.get(change.path)
      net.set(change.path, {path: change.path, before: known ? known.before : change.before, after: change.after})
    }
  }
  return [...net.values()].filter(({before, after}) => !sameSide(before, after)).sort((a, b) => (a.path < b.path ? -1 : 1))
}

const sniffBytes = 8000

/** Undefined for binary content, or content that is no longer stored. */
const textOf = (side: Side | null, blobs: BlobStore): string | undefined => {
  if (!side) return ''
  const bytes = blobs.get(side.sha256)
  if (!bytes || bytes.subarray(0, sniffBytes).includes(0)) return undefined
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    return undefined
  }
}

// The search grows with the square of the edits; at this many it takes about a second, and the two have so little in
// common that the old is shown gone and the new come.
const maxEditLength = 2000

const lineCount = (text: string): number => (text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0))

const counted = (before: string | undefined, after: string | undefined): {add: number; del: number} => {
  if (before === undefined || after === undefined) return {add: 0, del: 0}
  if (before === '' || after === '') return {add: lineCount(after), del: lineCount(before)}
  const parts = diffLines(before, after, {maxEditLength})
  if (!parts) return {add: lineCount(after), del: lineCount(before)}
  let [add, del] = [0, 0]
  for (const part of parts) {
    if (part.added) add += part.count
    if (part.removed) del += part.count
  }
  return {add, del}
}

/** Lines of `run.closed.files`, net per path. A change of mode alone, and of binary content, counts 0 lines. */
export const summarize = (changes: readonly Change[], blobs: BlobStore): FileSummary[] =>
  netChanges([changes]).map(({path, before, after}) => ({
    path,
    change: before === null ? 'added' : after === null ? 'deleted' : 'changed',
    ...(before?.sha256 === after?.sha256 ? {add: 0, del: 0} : counted(textOf(before, blobs), textOf(after, blobs))),
  }))

const escapes: Readonly<Record<string, string>> = {'\n': '\\n', '\t': '\\t', '\r': '\\r', '"': '\\"', '\\': '\\\\'}

const escaped = (letter: string): string => {
  const code = letter.charCodeAt(0)
  return escapes[letter] ?? (code < 32 || code === 127 ? `\\${code.toString(8).padStart(3, '0')}` : letter)
}

/** As git quotes a name that would break a line; letters beyond ASCII stay as they are. */
const quoted = (path: string): string => {
  const inside = Array.from(path, escaped).join('')
  return inside === path ? path : `"${inside}"`
}

const shortId = (side: Side | null): string => side?.sha256.slice(0, 12) ?? '0'.repeat(12)

const header = ({path, before, after}: Change): string[] => {
  const lines = [`diff --git ${quoted(`a/${path}`)} ${quoted(`b/${path}`)}`]
  if (!before && after) lines.push(`new file mode ${after.mode}`)
  else if (before && !after) lines.push(`deleted file mode ${before.mode}`)
  else if (before && after && before.mode !== after.mode) lines.push(`old mode ${before.mode}`, `new mode ${after.mode}`)
  if (before?.sha256 !== after?.sha256) lines.push(`index ${shortId(before)}..${shortId(after)}${before?.mode === after?.mode ? ` ${before?.mode}` : ''}`)
  return lines
}

// A tab ends a name with a space in it, for programs that would else read a time stamp there.
const named = (path: string): string => (path.includes(' ') && quoted(path) === path ? `${path}\t` : quoted(path))

interface Hunk {
  oldStart: number
  oldLines: number
  newStart: number
  newLines: number
  lines: string[]
}

const whole = (before: string, after: string): Hunk[] => {
  const lines = (text: string, sign: string): string[] => {
    if (text === '') return []
    const all = text.split('\n').map((line) => sign + line)
    if (text.endsWith('\n')) all.pop()
    else all.push('\\ No newline at end of file')
    return all
  }
  const [oldLines, newLines] = [lineCount(before), lineCount(after)]
  return [{oldStart: 1, oldLines, newStart: 1, newLines, lines: [...lines(before, '-'), ...lines(after, '+')]}]
}

// An empty side begins at line 0, as git writes it.
const range = (start: number, count: number): string => `${count === 0 ? Math.max(0, start - 1) : start}${count === 1 ? '' : `,${count}`}`

const fileDiff = (change: Change, blobs: BlobStore): string => {
  const {path, before, after} = change
  const lines = header(change)
  if (before?.sha256 === after?.sha256) return lines.join('\n')
  const [from, to] = [textOf(before, blobs), textOf(after, blobs)]
  const [a, b] = [before ? named(`a/${path}`) : '/dev/null', after ? named(`b/${path}`) : '/dev/null']
  if (from === undefined || to === undefined) return [...lines, `Binary files ${a} and ${b} differ`].join('\n')
  if (from === to) return lines.join('\n')
  const hunks: Hunk[] = structuredPatch(path, path, from, to, '', '', {context: 3, maxEditLength})?.hunks ?? whole(from, to)
  lines.push(`--- ${a}`, `+++ ${b}`)
  for (const hunk of hunks) lines.push(`@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@`, ...hunk.lines)
  return lines.join('\n')
}

/** Unified diff in git's form, net per path; '' when nothing changed. Content that is no longer stored reads as binary. */
export const unifiedDiff = (changes: readonly Change[], blobs: BlobStore): string => {
  const parts = netChanges([changes]).map((change) => fileDiff(change, blobs))
  return parts.length === 0 ? '' : `${parts.join('\n')}\n`
}
