// What `search` does. Matches are grouped by file; what reading would need leave for is not shown here either.

import {existsSync} from 'node:fs'
import {fail, many, type Site, type Told} from '../../engine/plugin.ts'
import {hiddenBy} from './hidden.ts'
import type {SearchInput} from './input.ts'
import {placeFor} from './place.ts'
import {type Hit, type Hits, ripgrep} from './ripgrep.ts'
import {scan} from './scan.ts'

const maxHits = 80
const maxChars = 10_000

const grouped = (hits: readonly Hit[]): {text: string; shown: number} => {
  let text = ''
  let shown = 0
  let file = ''
  for (const hit of hits.slice(0, maxHits)) {
    const row = `${hit.path === file ? '' : `${text ? '\n' : ''}${hit.path}\n`}${hit.line}\t${hit.text}\n`
    if (text.length + row.length > maxChars) break
    text += row
    file = hit.path
    shown += 1
  }
  return {text: text.trimEnd(), shown}
}

const told = (input: SearchInput, {hits, literal, more}: Hits, site: Site): Told => {
  const isHidden = hiddenBy(site.permissions.rules)
  const open = hits.filter(({path}) => !isHidden(path))
  const files = new Set(open.map(({path}) => path)).size
  const {text, shown} = grouped(open)
  const notes = [
    shown < open.length || more ? `[${shown} of ${open.length}${more ? '+' : ''} matches in ${many(files, 'file')}; narrow the pattern, path or glob]` : '',
    open.length < hits.length ? `[${hits.length - open.length} matches in files that need permission to read are not shown]` : '',
    literal ? '[not a regular expression: searched for the text as it is]' : '',
  ].filter(Boolean)
  return {
    model: [text || `no matches for ${input.pattern}`, ...notes].join('\n'),
    line: `searched ${input.pattern.slice(0, 60)}: ${open.length}${more ? '+' : ''} matches in ${many(files, 'file')}`,
    result: {matches: open.length, files, more},
  }
}

export const searchFiles = async (input: SearchInput, site: Site): Promise<Told> => {
  if (input.pattern === '') return fail('tool.input', {name: 'search', why: 'pattern is empty'})
  const place = placeFor(input.path ?? '', site)
  if (!existsSync(place.file)) return fail('file.missing', {path: input.path ?? '', near: ''})
  const query = {pattern: input.pattern, path: place.own ? place.real : place.path, glob: input.glob}
  const found = await ripgrep(query, site)
  return told(input, found ?? scan(query, site, () => performance.now()), site)
}
