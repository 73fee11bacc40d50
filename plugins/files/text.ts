// A text file as it is edited: line ends read as LF, the byte order mark set aside, and every byte outside an
// edited range put back exactly as it was. New lines get the line ends of the file.

import {createHash} from 'node:crypto'
import {closeSync, constants, fstatSync, openSync, readFileSync} from 'node:fs'
import {fail} from '../../engine/plugin.ts'
import {whyOf} from './trouble.ts'

/** Largest file that is read whole. */
export const maxBytes = 8 * 1024 * 1024

export interface TextFile {
  /** Line ends are LF, no byte order mark. */
  text: string
  /** As decoded, mark included. */
  original: string
  eol: '\n' | '\r\n'
  bom: boolean
  sha256: string
}

/** A replacement of the characters `from` to `to` of `text`. */
export interface Splice {
  from: number
  to: number
  text: string
}

export const sha256 = (content: Uint8Array | string): string => createHash('sha256').update(content).digest('hex')

/** The bytes of a regular file of at most `limit` bytes; undefined when there is none. Throws faults for the rest. */
export const readBytes = (file: string, path: string, limit = maxBytes): Buffer | undefined => {
  let handle: number
  try {
    // A pipe without a writer would hold the open up for ever.
    handle = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    return fail('file.failed', {path, why: whyOf(thrown)})
  }
  try {
    const facts = fstatSync(handle)
    if (facts.isDirectory()) return fail('file.failed', {path, why: 'it is a folder; use list'})
    if (!facts.isFile()) return fail('file.failed', {path, why: 'it is no regular file'})
    if (facts.size > limit) return fail('file.large', {path, sizeBytes: facts.size})
    return readFileSync(handle)
  } finally {
    closeSync(handle)
  }
}

const sniffed = 8192

export const isBinary = (bytes: Uint8Array): boolean => bytes.subarray(0, sniffed).includes(0)

const countOf = (text: string, part: string): number => text.split(part).length - 1

export const parseText = (bytes: Uint8Array, path: string): TextFile => {
  if (isBinary(bytes)) return fail('file.binary', {path})
  let original: string
  try {
    original = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    return fail('file.failed', {path, why: 'it is not UTF-8 text; change it with a command'})
  }
  const bom = original.startsWith('\uFEFF')
  const crlf = countOf(original, '\r\n')
  return {
    original,
    text: (bom ? original.slice(1) : original).replaceAll('\r\n', '\n'),
    eol: crlf > 0 && crlf * 2 >= countOf(original, '\n') ? '\r\n' : '\n',
    bom,
    sha256: sha256(bytes),
  }
}

/** The file as text, or undefined when it does not exist. */
export const openText = (file: string, path: string): TextFile | undefined => {
  const bytes = readBytes(file, path)
  return bytes && parseText(bytes, path)
}

export const toLf = (text: string): string => text.replaceAll('\r\n', '\n')

/** The original with the splices (in order, apart) done; untouched lines keep their own ends. */
export const spliced = (file: TextFile, splices: readonly Splice[]): string => {
  const {original, bom, eol} = file
  let out = bom ? '\uFEFF' : ''
  let at = bom ? 1 : 0
  let normal = 0
  const copyTo = (stop: number, keep: boolean): void => {
    const from = at
    while (normal < stop) {
      if (original[at] === '\r' && original[at + 1] === '\n') at += 1
      at += 1
      normal += 1
    }
    if (keep) out += original.slice(from, at)
  }
  for (const {from, to, text} of splices) {
    copyTo(from, true)
    copyTo(to, false)
    out += eol === '\n' ? text : text.replaceAll('\n', eol)
  }
  return out + original.slice(at)
}

/** A whole new content in the dress of the old one: its line ends, its mark, its final line end. */
export const redressed = (file: TextFile, text: string): string => {
  const plain = toLf(text.replace(/^\uFEFF/, ''))
  const ended = file.text.endsWith('\n') && plain !== '' && !plain.endsWith('\n') ? `${plain}\n` : plain
  return `${file.bom ? '\uFEFF' : ''}${file.eol === '\n' ? ended : ended.replaceAll('\n', file.eol)}`
}

export const lineAt = (text: string, offset: number): number => countOf(text.slice(0, offset), '\n') + 1
