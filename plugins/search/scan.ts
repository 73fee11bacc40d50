// Searching without ripgrep: the same answer, slower, for where no job can be run.

import {readFileSync, statSync} from 'node:fs'
import {resolve} from 'node:path'
import {globMatcher, type Site} from '../../engine/plugin.ts'
import type {Hit, Hits, Query} from './ripgrep.ts'
import {walk} from './walk.ts'

const maxFiles = 10_000
const maxFileBytes = 1_048_576
const maxHits = 400
const maxColumns = 240
const budgetMs = 10_000

const expressionFor = (pattern: string): {expression: RegExp; literal: boolean} => {
  try {
    return {expression: new RegExp(pattern.replace(/^\(\?i\)/, ''), pattern.startsWith('(?i)') ? 'i' : ''), literal: false}
  } catch {
    return {expression: new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')), literal: true}
  }
}

const hitsIn = (path: string, file: string, expression: RegExp): Hit[] => {
  const facts = statSync(file, {throwIfNoEntry: false})
  if (!facts?.isFile() || facts.size > maxFileBytes) return []
  const text = readFileSync(file, 'utf8')
  if (text.includes('\0')) return []
  return text.split(/\r?\n/).flatMap((line, at) => (expression.test(line) ? [{path, line: at + 1, text: line.slice(0, maxColumns)}] : []))
}

/** `now` in ms: a scan ends when its time is over, and says so. */
export const scan = (query: Query, site: Site, now: () => number): Hits => {
  const {expression, literal} = expressionFor(query.pattern)
  const start = resolve(site.dir, query.path)
  const isFile = statSync(start, {throwIfNoEntry: false})?.isFile() === true
  const {files, more} = isFile ? {files: [''], more: false} : query.path.startsWith('/') ? walk(query.path, '', maxFiles) : walk(site.dir, query.path, maxFiles)
  const fits = query.glob ? globMatcher(query.glob.includes('/') ? query.glob : `**/${query.glob}`) : () => true
  const until = now() + budgetMs
  const hits: Hit[] = []
  for (const file of files) {
    if (hits.length >= maxHits || now() > until || site.signal.aborted) return {hits, literal, more: true}
    const path = [query.path, file].filter(Boolean).join('/')
    if (fits(path)) hits.push(...hitsIn(path, resolve(site.dir, path), expression))
  }
  return {hits, literal, more}
}
