// Writing settings: one key into a YAML file with its comments kept, and the commented file that `init` begins
// with. A file is written whole, by rename.

import {existsSync, mkdirSync, readFileSync, renameSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import type {Document, YAMLMap} from 'yaml'
import {fail} from '../engine/contract/fault.ts'
import {type Key, keys} from './config-schema.ts'

const writeWhole = (file: string, text: string): void => {
  const part = `${file}.${process.pid}.part`
  try {
    mkdirSync(dirname(file), {recursive: true})
    writeFileSync(part, text)
    renameSync(part, file)
  } catch (thrown) {
    fail('file.failed', {path: file, why: (thrown as Error).message})
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Key by key where there is a record already, so that the comments of what stays stay too. */
const setInto = (document: Document, path: readonly string[], value: unknown, isMap: (node: unknown) => node is YAMLMap): void => {
  const there = document.getIn(path, true)
  // A plain value takes the place of another within its node, whose comment stays beside it.
  if (typeof value !== 'object' || value === null) return document.setIn(path, value)
  if (!isRecord(value) || !isMap(there)) return document.setIn(path, document.createNode(value))
  for (const name of there.items.map((item) => String(item.key))) if (!Object.hasOwn(value, name)) document.deleteIn([...path, name])
  for (const [name, below] of Object.entries(value)) setInto(document, [...path, name], below, isMap)
}

/** Fails with: config.invalid when the file is no YAML. */
export const writeKey = async (file: string, path: readonly string[], value: unknown): Promise<void> => {
  const {parseDocument, isMap} = await import('yaml')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const document = parseDocument(text)
  const broken = document.errors[0]
  if (broken) fail('config.invalid', {file, why: broken.message})
  setInto(document, path, value, (node): node is YAMLMap => isMap(node))
  // As the person writes it: `{a: 1}` or `{ a: 1 }`.
  writeWhole(file, document.toString({lineWidth: 0, flowCollectionPadding: text.includes('{ ')}))
}

/** Adds rules that allow, each once; those that stand there, and every comment, stay. Fails with: config.invalid when the file is no YAML. */
export const writeAllowed = async (file: string, matches: readonly string[]): Promise<void> => {
  const {parseDocument, isSeq} = await import('yaml')
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const document = parseDocument(text)
  const broken = document.errors[0]
  if (broken) fail('config.invalid', {file, why: broken.message})
  const path = ['permissions', 'rules']
  const there = document.getIn(path, true)
  const known = isSeq(there) ? (there.toJSON() as {allow?: string}[]).map(({allow}) => allow) : []
  const fresh = [...new Set(matches)].filter((match) => !known.includes(match))
  if (fresh.length === 0) return
  if (isSeq(there)) for (const allow of fresh) document.addIn(path, document.createNode({allow}))
  else
    document.setIn(
      path,
      fresh.map((allow) => ({allow})),
    )
  // As the person writes it: `{a: 1}` or `{ a: 1 }`.
  writeWhole(file, document.toString({lineWidth: 0, flowCollectionPadding: text.includes('{ ')}))
}

/** `.penguin/` is ignored as a whole; afterwards all but its config.yml is. */
export const keepInGit = (folder: string): void => writeWhole(join(folder, '.gitignore'), '*\n!.gitignore\n!config.yml\n')

/** Names that stand for the user's own in the commented file. */
const examples: Readonly<Record<string, string>> = {roles: 'coder', providers: 'lab', models: 'qwen3-coder', routes: 'fast', checks: 'tests'}

interface Commented {
  leaf?: Key
  under: Map<string, Commented>
}

const grow = (): Commented => {
  const root: Commented = {under: new Map()}
  for (const [name, leaf] of Object.entries(keys)) {
    let at = root
    let before = ''
    for (const part of name.split('.')) {
      const own = part === '*' ? (examples[before] ?? 'name') : part
      const next = at.under.get(own) ?? {under: new Map()}
      at.under.set(own, next)
      at = next
      before = part
    }
    at.leaf = leaf
  }
  return root
}

const print = (branch: Commented, indent: string): string[] =>
  [...branch.under].flatMap(([name, below]) => {
    if (below.leaf) return [`#${indent}# ${below.leaf.what}`, `#${indent}${name}: ${below.leaf.example}`]
    return [`#${indent}${name}:`, ...print(below, `${indent}  `)]
  })

/** The file that `init` writes: every key there is, commented out, with what it does. */
export const commentedFile = (): string =>
  `${['# Settings of this project. Every key is optional; take away the leading # of what you want.', '# penguin config explain KEY says what a key does and where its value comes from.', '', ...print(grow(), '')].join('\n')}\n`

/** False when there is one already. */
export const writeCommented = (file: string): boolean => {
  if (existsSync(file)) return false
  writeWhole(file, commentedFile())
  return true
}
