// One layer of configuration: a YAML file or the PENGUIN_A__B variables, checked against the schema by itself so
// that a mistake is reported with the file and line (or the variable) where it stands. Merging is config.ts's.

import {readFileSync} from 'node:fs'
import type {z} from 'zod'
import {bad, type Envelope, fault, good} from '../engine/contract/fault.ts'
import {type Found, later, layerSchema, namesUnder, rowOf, rowOfDotted} from './config-schema.ts'
import type {Environment} from './context.ts'
import {nearest} from './nearest.ts'

export type Tree = {[name: string]: unknown}

export interface Layer {
  value: Tree
  /** Where a key was set: `FILE:LINE`, or the variable. */
  from(path: readonly string[]): string
}

type Issue = z.core.$ZodIssue

const unknownKey = (under: readonly string[], name: string): {why: string; hint: string} => {
  const full = [...under, name].join('.')
  if (later.includes(full)) return {why: `nothing reads \`${full}\` in this version yet`, hint: 'remove the key'}
  const near = nearest(
    name,
    namesUnder(under).filter((known) => known !== '*'),
  )
  return {
    why: `there is no key \`${full}\``,
    hint: near ? `did you mean \`${[...under, near].join('.')}\`?` : 'penguin config list shows every key',
  }
}

const exampleOf = (path: readonly string[]): string => {
  for (let length = path.length; length > 0; length--) {
    const found = rowOf(path.slice(0, length))
    if (found) return `for example ${found.name.split('.').at(-1)}: ${found.row.example}`
  }
  return ''
}

const ruleVerbs = ['allow', 'ask', 'deny']

const ruleWords = (path: readonly string[], value: Tree): {why: string; hint: string} => {
  const rule = path.reduce<unknown>((from, name) => (from as Tree | undefined)?.[name], value)
  const names = typeof rule === 'object' && rule !== null ? Object.keys(rule) : []
  const odd = names.find((name) => !ruleVerbs.includes(name))
  const hint = 'a rule is {allow: "shell(npm test*)"}, {ask: …} or {deny: …}'
  return odd === undefined
    ? {why: `\`${path.join('.')}\` is no rule`, hint}
    : {why: `there is no key \`${path.join('.')}.${odd}\``, hint: `did you mean \`${nearest(odd, ruleVerbs)}\`? ${hint}`}
}

const wordsOf = (issue: Issue, value: Tree): {path: string[]; why: string; hint: string} => {
  const path = issue.path.map(String)
  if (issue.code === 'invalid_union' && path[1] === 'rules') return {path, ...ruleWords(path, value)}
  if (issue.code !== 'unrecognized_keys') return {path, why: `\`${path.join('.')}\`: ${issue.message}`, hint: exampleOf(path)}
  const name = issue.keys[0] ?? ''
  return {path: [...path, name], ...unknownKey(path, name)}
}

/** Fails with: config.invalid. */
export const readFileLayer = async (file: string): Promise<Envelope<Layer | undefined>> => {
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (thrown) {
    const {code, message} = thrown as NodeJS.ErrnoException
    return code === 'ENOENT' || code === 'ENOTDIR' ? good(undefined) : bad(fault('config.invalid', {file, why: message}))
  }
  return parseLayer(file, text)
}

/** Without the groups of which only the name stands there: their keys are comments. */
const withoutBare = (tree: Tree, path: readonly string[] = []): Tree => {
  const kept: Tree = {}
  for (const [name, value] of Object.entries(tree)) {
    const here = [...path, name]
    const isGroup = rowOf(here) === undefined && namesUnder(here).length > 0
    const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value)
    const own = {value: isGroup && isRecord ? withoutBare(value as Tree, here) : value, enumerable: true, writable: true, configurable: true}
    // Defined, not set: a key may be called `__proto__`, and is refused by that name.
    if (!isGroup || value !== null) Object.defineProperty(kept, name, own)
  }
  return kept
}

/** Fails with: config.invalid. */
export const parseLayer = async (file: string, text: string): Promise<Envelope<Layer>> => {
  const {LineCounter, parseDocument, isMap, isNode, isScalar} = await import('yaml')
  const lines = new LineCounter()
  const document = parseDocument(text, {lineCounter: lines, prettyErrors: false})
  const wrong = (line: number, why: string, hint = ''): {ok: false; error: ReturnType<typeof fault>} =>
    bad(fault('config.invalid', {file: `${file}:${line}`, why, hint}))
  const broken = document.errors[0]
  if (broken) return wrong(lines.linePos(broken.pos[0]).line, broken.message)
  if (document.contents === null || (isScalar(document.contents) && document.contents.value === null)) return good({value: {}, from: () => file})
  if (!isMap(document.contents)) return wrong(1, 'the file must hold keys and values', 'for example model: openai/gpt-5.2')
  const lineOf = (path: readonly string[]): number => {
    for (let length = path.length; length > 0; length--) {
      const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
      const pair = isMap(parent) ? parent.items.find((item) => String(item.key) === path[length - 1]) : undefined
      const node = pair && isNode(pair.key) ? pair.key : document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return lines.linePos(node.range[0]).line
    }
    return 1
  }
  let value: Tree
  try {
    value = withoutBare(document.toJS() as Tree)
  } catch (thrown) {
    return wrong(1, (thrown as Error).message)
  }
  const issue = await firstIssue(value)
  if (!issue) return good({value, from: (path) => `${file}:${lineOf(path)}`})
  const {path, why, hint} = wordsOf(issue, value)
  return wrong(lineOf(path), why, hint)
}

const firstIssue = async (value: unknown): Promise<Issue | undefined> => {
  const {z} = await import('zod')
  return layerSchema(z).safeParse(value).error?.issues[0]
}

// PENGUIN_NODE, PENGUIN_LINK, PENGUIN_DEBUG and PENGUIN_MODEL* are no keys; a variable without `__` never is one.
const isKey = (name: string): boolean => /^PENGUIN_[A-Z0-9_]*?[A-Z0-9]__[A-Z0-9]/i.test(name) && !/^PENGUIN_(MODEL|NODE|LINK|DEBUG)/.test(name)

export const keyVariables = (env: Environment): string[] => Object.keys(env).filter(isKey).sort()

const plain = (word: string): string => word.replaceAll('_', '').toLowerCase()

const foundFor = (variable: string): Envelope<Found> => {
  const path: string[] = []
  for (const part of variable.slice('PENGUIN_'.length).split('__')) {
    const names = namesUnder(path)
    const name = names.includes('*') ? part.toLowerCase() : names.find((known) => plain(known) === plain(part))
    if (name === undefined) return bad(fault('config.invalid', {file: variable, ...unknownKey(path, part.toLowerCase())}))
    path.push(name)
  }
  const found = rowOf(path)
  const why = `\`${path.join('.')}\` is a group, not a key`
  return found ? good(found) : bad(fault('config.invalid', {file: variable, why, hint: `keys: ${namesUnder(path).join(', ')}`}))
}

const fromJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A list or a record as it would stand in a file, `[a, b]` or `{a: 1}`; undefined for any other text. */
const fromFlow = async (text: string): Promise<unknown> => {
  if (!/^\s*[[{]/.test(text)) return undefined
  const {parseDocument} = await import('yaml')
  const document = parseDocument(text)
  return document.errors.length > 0 ? undefined : (document.toJS() as unknown)
}

/** The row of a key as a person writes it. Fails with: config.invalid (nearest key). */
export const findKey = (dotted: string, where: string): Envelope<Found> => {
  const found = rowOfDotted(dotted)
  if (found) return good(found)
  const parts = dotted.split('.')
  const known = parts.findIndex((_, at) => namesUnder(parts.slice(0, at + 1)).length === 0)
  const name = parts[known < 0 ? parts.length - 1 : known] as string
  if (known < 0) return bad(fault('config.invalid', {file: where, why: `\`${dotted}\` is a group, not a key`, hint: `keys: ${namesUnder(parts).join(', ')}`}))
  return bad(fault('config.invalid', {file: where, ...unknownKey(parts.slice(0, known), name)}))
}

/** The value that a text stands for, as the key's own type: the text, its JSON or YAML, or a list split at commas. Fails with: config.invalid. */
export const valueFor = async ({row, path}: Found, text: string, where: string): Promise<Envelope<unknown>> => {
  const {z} = await import('zod')
  const type = row.type(z)
  const flow = await fromFlow(text)
  const readings = [text, fromJson(text), flow, ...(flow === undefined ? [text.split(',').map((part) => part.trim())] : [])]
  const fit = readings.find((reading) => reading !== undefined && type.safeParse(reading).success)
  if (fit !== undefined) return good(fit)
  const why = type.safeParse(fromJson(text) ?? flow ?? text).error?.issues[0]?.message ?? 'not valid'
  return bad(fault('config.invalid', {file: where, why: `\`${path.join('.')}\`: ${why}`, hint: `for example ${row.example}`}))
}

/** The record that a text stands for, as the group's own keys want it. Fails with: config.invalid (nearest key). */
export const groupFor = async (path: readonly string[], text: string, where: string): Promise<Envelope<Tree>> => {
  const value = fromJson(text) ?? (await fromFlow(text))
  const name = path.join('.')
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return bad(fault('config.invalid', {file: where, why: `\`${name}\` is a group: its value is a record`, hint: `keys: ${namesUnder(path).join(', ')}`}))
  const tree: Tree = {}
  put(tree, path, value)
  const issue = await firstIssue(tree)
  if (!issue) return good(value as Tree)
  const {why, hint} = wordsOf(issue, tree)
  return bad(fault('config.invalid', {file: where, why, hint}))
}

/** Puts a value at a path, making the groups on the way. */
export const put = (tree: Tree, path: readonly string[], value: unknown): void => {
  if (path.includes('__proto__')) return
  let at = tree
  for (const part of path.slice(0, -1)) {
    if (!Object.hasOwn(at, part)) at[part] = {}
    at = at[part] as Tree
  }
  at[path.at(-1) as string] = value
}

/** Fails with: config.invalid. */
export const readEnvironmentLayer = async (env: Environment): Promise<Envelope<Layer | undefined>> => {
  const names = keyVariables(env)
  if (names.length === 0) return good(undefined)
  const value: Tree = {}
  const from = new Map<string, string>()
  for (const name of names) {
    const found = foundFor(name)
    if (!found.ok) return found
    const read = await valueFor(found.result, env[name] ?? '', name)
    if (!read.ok) return read
    put(value, found.result.path, read.result)
    from.set(found.result.path.join('.'), name)
  }
  return good({value, from: (path) => from.get(path.join('.')) ?? 'environment'})
}
