// What `read` does. A view says of itself what it leaves out, and every read notes the file's hash, so that an edit
// of something that has changed since can be refused.

import {createReadStream} from 'node:fs'
import {createInterface} from 'node:readline'
import {FaultError, fail, many, type Site, type Told} from '../../engine/plugin.ts'
import type {ReadInput} from './input.ts'
import {missing} from './missing.ts'
import {placeFor} from './place.ts'
import {warmSyntax} from './syntax.ts'
import {isBinary, readBytes, sha256} from './text.ts'

/** Lines of a view when no range is named, of files longer than `wholeLines`. */
const viewLines = 200
const wholeLines = 300
const rangeLines = 400
const maxLineChars = 600
const maxViewChars = 20_000

interface Range {
  from: number
  to: number
}

const rangeFor = (input: ReadInput, total: number): Range => {
  const named = input.from !== undefined || input.to !== undefined
  if (!named && total <= wholeLines) return {from: 1, to: total}
  // A negative start counts from the end, as `tail` does.
  const asked = input.from ?? (input.to === undefined ? 1 : Math.max(1, input.to - viewLines + 1))
  const from = asked < 0 ? Math.max(1, total + asked + 1) : Math.max(1, asked)
  const to = input.to === undefined || input.to < from ? from + viewLines - 1 : input.to
  return {from, to: Math.min(to, from + rangeLines - 1, total)}
}

const shortened = (line: string): string => (line.length > maxLineChars ? `${line.slice(0, maxLineChars)}… [+${line.length - maxLineChars} characters]` : line)

const numbered = (lines: readonly string[], first: number): {text: string; last: number} => {
  const out: string[] = []
  let chars = 0
  for (const [at, line] of lines.entries()) {
    const shown = `${first + at}\t${shortened(line)}`
    chars += shown.length + 1
    if (chars > maxViewChars && out.length > 0) break
    out.push(shown)
  }
  return {text: out.join('\n'), last: first + out.length - 1}
}

const told = (path: string, lines: readonly string[], range: Range, total: number, known: boolean): Told => {
  const {text, last} = numbered(lines, range.from)
  const all = known ? String(total) : 'many'
  const rest =
    last < total ? `\n[lines ${range.from}-${last} of ${all}; go on with from=${last + 1}]` : range.from > 1 ? `\n[lines ${range.from}-${last} of ${all}]` : ''
  return {
    model: total === 0 ? '[the file is empty]' : `${text}${rest}`,
    line: `read ${path}${rest ? ` ${range.from}-${last}` : ''} (${many(last - range.from + 1, 'line')})`,
    result: {path, from: range.from, to: last, lines: total},
  }
}

const beyond = (path: string, from: number, total: number): never =>
  fail('file.failed', {path, why: `it has ${many(total, 'line')}, so there is no line ${from}`})

/** A range out of a file too large to hold: only the lines asked for are kept. */
const streamed = async (input: ReadInput, file: string, site: Site): Promise<Told> => {
  const from = Math.max(1, input.from ?? 1)
  const to = Math.min(input.to ?? from + viewLines - 1, from + rangeLines - 1)
  const stream = createReadStream(file, {encoding: 'utf8', signal: site.signal})
  const lines: string[] = []
  let at = 0
  let more = false
  for await (const line of createInterface({input: stream, crlfDelay: Number.POSITIVE_INFINITY})) {
    at += 1
    if (at > to) {
      more = true
      break
    }
    if (at >= from) lines.push(line.slice(0, maxLineChars + 1))
  }
  stream.destroy()
  if (lines.length === 0) return beyond(input.path, from, at)
  return told(input.path, lines, {from, to}, more ? Number.POSITIVE_INFINITY : at, !more)
}

const bytesOf = (input: ReadInput, file: string): Buffer | 'large' | undefined => {
  try {
    return readBytes(file, input.path)
  } catch (thrown) {
    if (thrown instanceof FaultError && thrown.fault.code === 'file.large' && (input.from !== undefined || input.to !== undefined)) return 'large'
    throw thrown
  }
}

export const readFile = async (input: ReadInput, site: Site): Promise<Told> => {
  const place = placeFor(input.path, site)
  const bytes = bytesOf(input, place.file)
  if (bytes === undefined) return missing(input.path, site)
  if (bytes === 'large') return streamed(input, place.file, site)
  if (isBinary(bytes)) return fail('file.binary', {path: input.path})
  site.seen.set(place.real, sha256(bytes))
  warmSyntax(site, place.path)
  const lines = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
  if (lines.at(-1) === '') lines.pop()
  const range = rangeFor(input, lines.length)
  if (lines.length > 0 && range.from > lines.length) return beyond(input.path, range.from, lines.length)
  return told(place.path, lines.slice(range.from - 1, range.to), range, lines.length, true)
}
