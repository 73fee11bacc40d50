// Where the hunks of a patch go: their old lines, exactly, wherever they moved to. No fuzz: a hunk that is nowhere
// or in several places equally near is refused, and the refusal shows what is there instead. Pure.

import {fail} from '../../engine/plugin.ts'
import type {Hunk} from './patch-parse.ts'
import {nearestRegion} from './similar.ts'
import type {Splice} from './text.ts'

interface Lines {
  lines: string[]
  starts: number[]
  text: string
}

const linesOf = (text: string): Lines => {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const starts: number[] = []
  let at = 0
  for (const line of lines) {
    starts.push(at)
    at += line.length + 1
  }
  return {lines, starts, text}
}

const placesOf = ({lines}: Lines, old: readonly string[]): number[] => {
  const first = old[0] as string
  const found: number[] = []
  for (let at = lines.indexOf(first); at !== -1; at = lines.indexOf(first, at + 1)) {
    if (at + old.length <= lines.length && old.every((line, index) => lines[at + index] === line)) found.push(at)
  }
  return found
}

const maxShown = 12

const nowhere = (path: string, {lines}: Lines, hunk: Hunk): never => {
  const region = nearestRegion(
    lines.map((line) => line.trim()),
    hunk.old.map((line) => line.trim()),
  )
  const shown = region && region.score > 0.3 ? lines.slice(region.from, region.from + Math.min(region.count, maxShown)) : []
  const near = shown.map((line, at) => `${(region?.from ?? 0) + at + 1}\t${line}`).join('\n')
  const lead = (hunk.old.find((line) => line.trim() !== '') ?? '').trim().slice(0, 80)
  return fail('patch.rejected', {
    why: `in ${path} the lines from "${lead}" on are not there`,
    near: near ? `nearest region (likeness ${region?.score.toFixed(2)}):\n${near}\nnothing was written` : 'nothing was written',
  })
}

const several = (path: string, places: readonly number[]): never =>
  fail('patch.rejected', {
    why: `in ${path} a hunk fits ${places.length} places (lines ${places
      .slice(0, 6)
      .map((at) => at + 1)
      .join(', ')})`,
    near: 'give more lines around it; nothing was written',
  })

const nearestTo = (path: string, places: readonly number[], aim: number): number => {
  const ranked = places.toSorted((a, b) => Math.abs(a - aim) - Math.abs(b - aim))
  const [best, next] = ranked
  return next !== undefined && Math.abs(next - aim) === Math.abs((best as number) - aim) ? several(path, places) : (best as number)
}

const afterHeading = (path: string, {lines}: Lines, under: string, cursor: number): number => {
  const exact = lines.findIndex((line, at) => at >= cursor && line.trim() === under)
  const at = exact === -1 ? lines.findIndex((line, index) => index >= cursor && line.includes(under)) : exact
  return at === -1 ? fail('patch.rejected', {why: `in ${path} there is no line "${under.slice(0, 80)}"`, near: 'nothing was written'}) : at
}

const insertion = (path: string, file: Lines, hunk: Hunk, cursor: number): number => {
  if (hunk.line !== undefined) return Math.min(hunk.line, file.lines.length)
  return hunk.under === undefined ? file.lines.length : afterHeading(path, file, hunk.under, cursor) + 1
}

const placeOf = (path: string, file: Lines, hunk: Hunk, cursor: number): number => {
  if (hunk.old.length === 0) return insertion(path, file, hunk, cursor)
  const places = placesOf(file, hunk.old)
  if (places.length === 0) return nowhere(path, file, hunk)
  if (places.length === 1) return places[0] as number
  if (hunk.atEnd) return places.at(-1) as number
  if (hunk.line !== undefined) return nearestTo(path, places, hunk.line - 1)
  if (hunk.under === undefined) return several(path, places)
  const heading = afterHeading(path, file, hunk.under, cursor)
  return places.find((at) => at >= heading) ?? several(path, places)
}

const spliceOf = ({lines, starts, text}: Lines, hunk: Hunk, at: number): Splice => {
  const end = at + hunk.old.length
  const from = starts[at] ?? text.length
  const to = starts[end] ?? text.length
  const ended = text === '' || text.endsWith('\n')
  const fresh = hunk.fresh.map((line) => `${line}\n`).join('')
  if (end < lines.length) return {from, to, text: fresh}
  const keeps = hunk.bareEnd ? !hunk.bareEnd.fresh : ended
  const lead = from === text.length && !ended ? '\n' : ''
  return {from, to, text: lead + (keeps ? fresh : fresh.replace(/\n$/, ''))}
}

/** The hunks as splices of `text` (LF), in order. Throws `patch.rejected`. */
export const placeHunks = (path: string, text: string, hunks: readonly Hunk[]): Splice[] => {
  const file = linesOf(text)
  let cursor = 0
  const splices = hunks.map((hunk) => {
    const at = placeOf(path, file, hunk, cursor)
    cursor = at + hunk.old.length
    return spliceOf(file, hunk, at)
  })
  const sorted = splices.toSorted((a, b) => a.from - b.from)
  const clash = sorted.some((splice, at) => at > 0 && splice.from < (sorted[at - 1] as Splice).to)
  return clash ? fail('patch.rejected', {why: `in ${path} two hunks change the same lines`, near: 'nothing was written'}) : sorted
}
