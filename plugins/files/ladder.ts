// Where in a text the lines to replace are: exactly; else the same but for blanks; else between a first and a last
// line that are there only once, when what lies between is nearly the same. Never a guess between two places. Pure.

import {reindented} from './indent.ts'
import {lineScore} from './similar.ts'
import type {Splice} from './text.ts'

export type Rung = 'exact' | 'whitespace' | 'anchor'

export type Match = {is: 'one'; rung: Rung; splices: Splice[]} | {is: 'many'; lines: number[]} | {is: 'none'}

/** A region is taken for the one that was meant from this likeness on, and only so far ahead of the next best. */
const anchorLeast = 0.9
const anchorMargin = 0.05
const anchorLines = 3

const offsetsOf = (text: string, part: string): number[] => {
  const found: number[] = []
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) found.push(at)
  return found
}

const lineOf = (text: string, offset: number): number => {
  let line = 1
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', at + 1)) line += 1
  return line
}

const exact = (text: string, old: string, fresh: string, all: boolean): Match => {
  const at = offsetsOf(text, old)
  if (at.length === 0) return {is: 'none'}
  if (at.length > 1 && !all) return {is: 'many', lines: at.map((offset) => lineOf(text, offset))}
  return {is: 'one', rung: 'exact', splices: at.map((from) => ({from, to: from + old.length, text: fresh}))}
}

interface Lines {
  lines: string[]
  /** Offset of each line's first character. */
  starts: number[]
}

const linesOf = (text: string): Lines => {
  const lines = text.split('\n')
  const starts: number[] = []
  let at = 0
  for (const line of lines) {
    starts.push(at)
    at += line.length + 1
  }
  return {lines, starts}
}

const squeezed = (line: string): string => line.trim().replace(/\s+/g, ' ')

const withoutBlankEnds = (lines: readonly string[]): string[] => {
  const first = lines.findIndex((line) => line.trim() !== '')
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => line.trim() !== '') + 1)
}

const windowSplice = ({lines, starts}: Lines, at: number, count: number, old: readonly string[], fresh: string): Splice => {
  const last = at + count - 1
  const region = lines.slice(at, at + count)
  const body = withoutBlankEnds(fresh.split('\n'))
  const from = starts[at] as number
  const to = (starts[last] as number) + (lines[last] as string).length
  if (body.length > 0) return {from, to, text: reindented(old, region, body).join('\n')}
  // Nothing comes in its place: the line ends of the lines go too.
  return {from, to: Math.min(to + 1, (starts.at(-1) as number) + (lines.at(-1) as string).length), text: ''}
}

const blankBlind = (text: Lines, old: readonly string[], fresh: string, all: boolean): Match => {
  const wanted = old.map(squeezed)
  const first = wanted[0]
  if (first === undefined) return {is: 'none'}
  const plain = text.lines.map(squeezed)
  const found: number[] = []
  for (let at = plain.indexOf(first); at !== -1; at = plain.indexOf(first, at + 1)) {
    if (wanted.every((line, index) => plain[at + index] === line)) found.push(at)
  }
  if (found.length === 0) return {is: 'none'}
  if (found.length > 1 && !all) return {is: 'many', lines: found.map((at) => at + 1)}
  const apart = found.filter((at, index) => index === 0 || at >= (found[index - 1] as number) + wanted.length)
  return {is: 'one', rung: 'whitespace', splices: apart.map((at) => windowSplice(text, at, wanted.length, old, fresh))}
}

const only = (lines: readonly string[], wanted: string): number => {
  const at = lines.indexOf(wanted)
  return at !== -1 && lines.indexOf(wanted, at + 1) === -1 ? at : -1
}

const likeness = (a: readonly string[], b: readonly string[]): number => {
  const total = Math.max(a.length, b.length)
  let sum = 0
  for (let at = 0; at < total; at++) sum += lineScore(a[at] ?? '', b[at] ?? '')
  return sum / total
}

const anchored = (text: Lines, old: readonly string[], fresh: string): Match => {
  if (old.length < anchorLines) return {is: 'none'}
  const plain = text.lines.map(squeezed)
  const wanted = old.map(squeezed)
  const head = only(plain, wanted[0] as string)
  const tail = only(plain, wanted.at(-1) as string)
  const from = head !== -1 ? head : tail - wanted.length + 1
  const count = head !== -1 && tail > head ? tail - head + 1 : wanted.length
  if ((head === -1 && tail === -1) || from < 0 || Math.abs(count - wanted.length) > 1 || from + count > plain.length) return {is: 'none'}
  const score = likeness(plain.slice(from, from + count), wanted)
  if (score < anchorLeast) return {is: 'none'}
  const rival = plain.some(
    (_, at) =>
      Math.abs(at - from) >= wanted.length &&
      lineScore(plain[at] as string, wanted[0] as string) > 0.5 &&
      likeness(plain.slice(at, at + wanted.length), wanted) > score - anchorMargin,
  )
  return rival ? {is: 'none'} : {is: 'one', rung: 'anchor', splices: [windowSplice(text, from, count, old, fresh)]}
}

const numberedLine = /^\s*\d+\t/

/** Line numbers that were copied along from a view. */
const unnumbered = (text: string): string | undefined => {
  const lines = text.split('\n')
  return text !== '' && lines.every((line) => numberedLine.test(line) || line === '')
    ? lines.map((line) => line.replace(numberedLine, '')).join('\n')
    : undefined
}

const climb = (text: string, old: string, fresh: string, all: boolean): Match => {
  const found = exact(text, old, fresh, all)
  if (found.is !== 'none') return found
  const lines = linesOf(text)
  const wanted = withoutBlankEnds(old.split('\n'))
  const blind = blankBlind(lines, wanted, fresh, all)
  return blind.is === 'none' ? anchored(lines, wanted, fresh) : blind
}

/** All three texts with LF line ends; `old` is not empty. */
export const findPlace = (text: string, old: string, fresh: string, all: boolean): Match => {
  const found = climb(text, old, fresh, all)
  if (found.is !== 'none') return found
  const bare = unnumbered(old)
  return bare === undefined ? found : climb(text, bare, unnumbered(fresh) ?? fresh, all)
}
