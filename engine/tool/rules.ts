// Permission rules: `verb(pattern)`, read once and held against what a call needs. Any deny wins over any ask, any
// ask over any allow; the reason names the most specific one that applies.
// A command is matched part by part (command.ts): one part is enough to deny or ask, every part is needed to allow.
// Rules about files also hold for files that a command names; a program that opens files on its own is the sandbox's to stop.

import {pathMatcher} from '../base/glob.ts'
import type {Need, Rule} from '../contract/permission.ts'
import {type CommandLine, type Part, readCommand} from './command.ts'

export type Verb = 'shell' | 'read' | 'write' | 'net'

interface ReadRule {
  rule: Rule
  verb: Verb
  /** '' for a bare verb. */
  pattern: string
  matches(what: string): boolean
  /** Could a text that begins so become one that matches? */
  mayMatch(known: string): boolean
  /** Characters that are not wildcards: what makes one rule more specific than another. */
  weight: number
}

const verbs: Readonly<Record<string, Verb>> = {shell: 'shell', bash: 'shell', read: 'read', write: 'write', edit: 'write', net: 'net'}

/** The verb and pattern of a rule; undefined when it cannot be read. */
export const parseRule = (match: string): {verb: Verb; pattern: string} | undefined => {
  const found = /^\s*([a-z]+)\s*(?:\(([\s\S]*)\))?\s*$/.exec(match)
  const verb = found && Object.hasOwn(verbs, found[1] as string) ? verbs[found[1] as string] : undefined
  const pattern = (found?.[2] ?? '').trim()
  return verb ? {verb, pattern: pattern === '*' || pattern === '**' ? '' : pattern} : undefined
}

/** Writes a text as a pattern that matches only itself. */
export const exactly = (text: string): string => text.replace(/[\\*]/g, '\\$&')

const pieces = (pattern: string): string[] => pattern.match(/\\[\s\S]|\*+|[^\\*]+|\\/g) ?? []
const isStar = (piece: string): boolean => piece.startsWith('*')
const plainPiece = (piece: string): string => (piece.length === 2 && piece.startsWith('\\') ? piece.slice(1) : piece)

// `*` takes any characters; a space before a last star may be missing: `npm test *` means `npm test` too.
const textMatcher = (pattern: string): {matches(text: string): boolean; prefix: string} => {
  const parts = pieces(pattern.replace(/:\*$/, ' *').replace(/\s+/g, ' '))
  const quote = (piece: string): string => plainPiece(piece).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  const source = parts.map((piece) => (isStar(piece) ? '[\\s\\S]*' : quote(piece))).join('')
  const expression = new RegExp(`^${source.replace(/ \[\\s\\S\]\*$/, '(?: [\\s\\S]*)?')}$`)
  const firstStar = parts.findIndex(isStar)
  const prefix = parts
    .slice(0, firstStar === -1 ? undefined : firstStar)
    .map(plainPiece)
    .join('')
  return {matches: (text) => expression.test(text), prefix: prefix.trimEnd()}
}

const hostMatcher = (pattern: string): ((host: string) => boolean) => {
  const {matches} = textMatcher(pattern.toLowerCase())
  return (host) => matches(host.toLowerCase())
}

const matcherFor = (verb: Verb, pattern: string): Pick<ReadRule, 'matches' | 'mayMatch'> => {
  if (pattern === '') return {matches: () => true, mayMatch: () => false}
  if (verb === 'net') return {matches: hostMatcher(pattern), mayMatch: () => false}
  if (verb !== 'shell') return {matches: pathMatcher(pattern), mayMatch: () => false}
  const {matches, prefix} = textMatcher(pattern)
  return {matches, mayMatch: (known) => known.length < prefix.length && prefix.startsWith(known)}
}

const readRule = (rule: Rule): ReadRule[] => {
  const read = parseRule(rule.match)
  // A rule that cannot be read must not pass for one that is absent: it forbids, and never allows.
  if (!read) return rule.do === 'allow' ? [] : (['shell', 'read', 'write', 'net'] as const).map((verb) => unreadable(rule, verb))
  const {verb, pattern} = read
  return [{rule, verb, pattern, weight: pattern.replace(/\*/g, '').length, ...matcherFor(verb, pattern)}]
}

const unreadable = (rule: Rule, verb: Verb): ReadRule => ({rule, verb, pattern: '', weight: 0, matches: () => true, mayMatch: () => false})

const kept = new WeakMap<readonly Rule[], ReadRule[]>()

const readAll = (rules: readonly Rule[]): ReadRule[] => {
  const known = kept.get(rules)
  if (known) return known
  const read = rules.flatMap(readRule)
  kept.set(rules, read)
  return read
}

export interface Ruled {
  do: Rule['do']
  rule: Rule
  /** Only for commands whose words are not known before they run. */
  unsure?: true
}

const strongest = (hits: readonly ReadRule[]): ReadRule | undefined => hits.toSorted((a, b) => b.weight - a.weight)[0]

const readingsOf = (part: Part) => [{text: part.text, known: part.known}, ...part.also]

const hitsFile = (rule: ReadRule, part: Part): boolean => {
  const named = rule.verb === 'read' ? part.names : part.changes ? part.names : part.writes
  return rule.pattern !== '' && named.some((name) => rule.matches(name))
}

const hitsPart = (rule: ReadRule, part: Part): boolean =>
  rule.verb === 'shell' ? readingsOf(part).some(({text}) => rule.matches(text)) : rule.verb !== 'net' && hitsFile(rule, part)

const mayHit = (rule: ReadRule, part: Part): boolean => rule.verb === 'shell' && readingsOf(part).some(({text, known}) => rule.mayMatch(text.slice(0, known)))

const allowsPart = (rules: readonly ReadRule[], part: Part): ReadRule | undefined => {
  const own =
    part.text === ''
      ? undefined
      : strongest(rules.filter((rule) => rule.verb === 'shell' && (rule.pattern === '' || (part.known > 0 && rule.matches(part.text)))))
  const written = part.writes.every((path) => rules.some((rule) => rule.verb === 'write' && rule.matches(path)))
  return own && (written || own.pattern === '') ? own : undefined
}

/** The one text that a pattern without wildcards matches. */
const literal = (pattern: string): string | undefined => {
  const parts = pieces(pattern)
  return parts.some(isStar) ? undefined : parts.map(plainPiece).join('')
}

const ruleCommand = (rules: readonly ReadRule[], source: string, line: CommandLine): Ruled | undefined => {
  const of = (what: Rule['do']): ReadRule[] => rules.filter(({rule}) => rule.do === what)
  const hit = (what: 'deny' | 'ask'): ReadRule | undefined =>
    strongest(of(what).filter((rule) => (rule.verb === 'shell' && rule.pattern === '') || line.parts.some((part) => hitsPart(rule, part))))
  const denied = hit('deny')
  if (denied) return {do: 'deny', rule: denied.rule}
  const asked = hit('ask')
  if (asked) return {do: 'ask', rule: asked.rule}
  const watched = [...of('deny'), ...of('ask')]
  const maybe = watched.find((rule) => line.parts.some((part) => mayHit(rule, part)) || (!line.sure && rule.verb === 'shell'))
  if (maybe) return {do: 'ask', rule: maybe.rule, unsure: true}
  const allowing = of('allow')
  const bare = allowing.find((rule) => rule.verb === 'shell' && rule.pattern === '')
  if (bare) return {do: 'allow', rule: bare.rule}
  // Who writes down a whole line has read it, with the files that it writes to.
  const whole = allowing.find((rule) => rule.verb === 'shell' && literal(rule.pattern) === source.trim())
  if (whole) return {do: 'allow', rule: whole.rule}
  const covers = line.parts.map((part) => allowsPart(allowing, part))
  return line.sure && covers.length > 0 && covers.every(Boolean)
    ? {do: 'allow', rule: (strongest(covers.filter((one) => one !== undefined)) as ReadRule).rule}
    : undefined
}

const rulePlain = (rules: readonly ReadRule[], verb: Verb, what: string): Ruled | undefined => {
  for (const kind of ['deny', 'ask', 'allow'] as const) {
    const hit = strongest(rules.filter((one) => one.rule.do === kind && one.verb === verb && one.matches(what)))
    if (hit) return {do: kind, rule: hit.rule}
  }
  return undefined
}

/** What the rules say about a need; undefined when none applies. */
export const ruleOn = (need: Need, rules: readonly Rule[]): Ruled | undefined => {
  if (rules.length === 0 || need.kind === 'ask') return undefined
  const read = readAll(rules)
  return need.kind === 'shell' ? ruleCommand(read, need.what, readCommand(need.what)) : rulePlain(read, need.kind, need.what)
}
