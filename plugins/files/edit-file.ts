// What `edit` does: find the place, refuse what is stale, ambiguous, absent or breaks the syntax, then write. A
// refusal says what is really there, so that the next call can be right.

import {fail, many, type Site, type Told} from '../../engine/plugin.ts'
import type {EditInput} from './input.ts'
import {findPlace, type Match} from './ladder.ts'
import {missing} from './missing.ts'
import {writablePlace} from './place.ts'
import {save} from './save.ts'
import {nearestRegion} from './similar.ts'
import {refuseBroken} from './syntax.ts'
import {openText, sha256, spliced, type TextFile, toLf} from './text.ts'

const maxShown = 14
const maxLineChars = 200
const maxLinesNamed = 8
/** Below this likeness a region is not worth showing. */
const worthShowing = 0.3

const squeezed = (line: string): string => line.trim().replace(/\s+/g, ' ')

const nearText = (text: string, old: string): string => {
  const lines = text.split('\n')
  const wanted = old.split('\n').map(squeezed)
  while (wanted.length > 1 && wanted[0] === '') wanted.shift()
  const region = nearestRegion(lines.map(squeezed), wanted)
  if (!region || region.score < worthShowing) return `none is like it; the file has ${many(lines.length, 'line')}`
  const shown = lines.slice(region.from, region.from + Math.min(region.count, maxShown))
  const body = shown.map((line, at) => `${region.from + at + 1}\t${line.slice(0, maxLineChars)}`).join('\n')
  return `${body}\n(likeness ${region.score.toFixed(2)})`
}

const refuse = (match: Exclude<Match, {is: 'one'}>, input: EditInput, file: TextFile): never => {
  if (match.is === 'none') return fail('edit.nomatch', {path: input.path, near: nearText(file.text, toLf(input.old))})
  const named = match.lines.slice(0, maxLinesNamed).join(', ')
  return fail('edit.many', {path: input.path, count: `${match.lines.length} (lines ${named}${match.lines.length > maxLinesNamed ? ' …' : ''})`})
}

const rungWords = {
  exact: '',
  whitespace: ' (matched but for blanks; indentation kept as the file has it)',
  anchor: ' (matched by its first and last line)',
} as const

const countLines = (text: string): number => (text === '' ? 0 : text.split('\n').length - (text.endsWith('\n') ? 1 : 0))

const told = (input: EditInput, file: TextFile, match: Extract<Match, {is: 'one'}>): Told => {
  const [first] = match.splices
  const line = first ? file.text.slice(0, first.from).split('\n').length : 1
  const add = match.splices.reduce((sum, one) => sum + countLines(one.text), 0)
  const del = match.splices.reduce((sum, one) => sum + countLines(file.text.slice(one.from, one.to)), 0)
  const times = match.splices.length > 1 ? `, ${match.splices.length} places` : ''
  const what = `edited ${input.path} at line ${line}: +${add} -${del}${times}`
  return {model: `${what}${rungWords[match.rung]}`, line: what, result: {path: input.path, line, add, del, places: match.splices.length, matched: match.rung}}
}

/** Refuses to touch what has changed behind the model's back. */
export const refuseStale = (site: Site, real: string, path: string, now: string): void => {
  const seen = site.seen.get(real)
  if (seen !== undefined && seen !== now) fail('file.stale', {path})
}

const begun = async (input: EditInput, site: Site, file: string, real: string): Promise<Told> => {
  await refuseBroken(site, input.path, undefined, input.new)
  save(file, input.path, input.new)
  site.seen.set(real, sha256(input.new))
  const what = `wrote ${input.path} (${many(countLines(input.new), 'line')})`
  return {model: what, line: what, result: {path: input.path, line: 1, add: countLines(input.new), del: 0, places: 1, matched: 'exact'}}
}

export const editFile = async (input: EditInput, site: Site): Promise<Told> => {
  const place = writablePlace(input.path, site)
  const file = openText(place.file, input.path)
  if (input.old === '' && (!file || file.text === '')) return begun(input, site, place.file, place.real)
  if (!file) return missing(input.path, site)
  if (input.old === '')
    return fail('tool.input', {name: 'edit', why: 'old is empty and the file is not; name the lines to replace, or use write for a whole file'})
  refuseStale(site, place.real, input.path, file.sha256)
  const match = findPlace(file.text, toLf(input.old), toLf(input.new), input.all === true)
  if (match.is !== 'one') return refuse(match, input, file)
  const after = spliced(file, match.splices)
  if (after === file.original) return fail('edit.same', {path: input.path})
  await refuseBroken(site, input.path, file.text, toLf(after.replace(/^\uFEFF/, '')))
  save(place.file, input.path, after)
  site.seen.set(place.real, sha256(after))
  return told(input, file, match)
}
