// What a folder brings that could act for somebody else, and whether its user has said that it may.
// A folder that brings none of this needs no trust. Nothing here loads or runs what it finds.

import {existsSync, mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {bad, type Envelope, fault, good} from '../engine/contract/fault.ts'
import {readFileLayer, type Tree} from './config-layer.ts'
import type {Context} from './context.ts'
import {foldersOf} from './folders.ts'

export interface Trust {
  /** True as well for a folder that needs no trust. */
  trusted: boolean
  /** What needs it: `.penguin/config.yml (sandbox.level)`, `.penguin/plugins/`. */
  needs: string[]
}

export const projectFiles = ['.penguin/config.yml', '.penguin/config.local.yml'] as const
const carriers = ['plugins', 'hooks', 'tools', 'mcp.json', 'mcp.yml'] as const

const group = (tree: Tree, name: string): Tree => (typeof tree[name] === 'object' && tree[name] !== null ? (tree[name] as Tree) : {})
const filled = (value: unknown): boolean => Array.isArray(value) && value.length > 0

/** Dotted keys of a project's configuration that widen permissions or point providers elsewhere. */
export const widenings = (tree: Tree): string[] => {
  const {mode, rules} = group(tree, 'permissions')
  const sandbox = group(tree, 'sandbox')
  const found: string[] = []
  if (mode === 'auto' || mode === 'edit') found.push('permissions.mode')
  if (Array.isArray(rules) && rules.some((rule: Tree) => 'allow' in rule)) found.push('permissions.rules')
  if (sandbox.level === 'limits' || sandbox.level === 'off') found.push('sandbox.level')
  if (filled(group(sandbox, 'network').allow)) found.push('sandbox.network.allow')
  if (filled(sandbox.writes)) found.push('sandbox.writes')
  for (const [name, provider] of Object.entries(group(tree, 'providers')))
    for (const part of ['protocol', 'baseUrl', 'apiKeyEnv', 'apiKeyFile', 'apiKeyCommand', 'apiKeyKeyring', 'headers'])
      if (part in (provider as Tree)) found.push(`providers.${name}.${part}`)
  return found
}

const isAllowed = (rule: unknown, own: readonly string[]): boolean => own.includes(String((rule as Tree).allow))

/** What of a file needs trust; rules that this person had written here are theirs, not the folder's. */
const foreign = (tree: Tree, own: readonly string[]): string[] => {
  const {rules} = group(tree, 'permissions')
  const others = Array.isArray(rules) && rules.some((rule: Tree) => 'allow' in rule && !isAllowed(rule, own))
  return widenings(tree).filter((key) => key !== 'permissions.rules' || others)
}

/** `own`: rules that this person had written into the local file. Fails with: config.invalid. */
export const trustNeeds = async (root: string, own: readonly string[] = []): Promise<Envelope<string[]>> => {
  const needs: string[] = []
  for (const file of projectFiles) {
    const layer = await readFileLayer(join(root, file))
    if (!layer.ok) return layer
    const keys = layer.result ? foreign(layer.result.value, file === projectFiles[1] ? own : []) : []
    if (keys.length > 0) needs.push(`${file} (${keys.join(', ')})`)
  }
  for (const name of carriers) if (existsSync(join(root, '.penguin', name))) needs.push(`.penguin/${name}`)
  return good(needs)
}

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

type Answers = Record<string, {trusted?: unknown; rules?: unknown}>

const answersFile = (context: Context): string => join(foldersOf(context.env).state, 'trust.json')

/** The kept answers: `{"/real/path": {"trusted": true, "rules": ["shell(npm test)"]}}` in trust.json of the state folder. An unreadable file is no answer. */
const keptAnswers = (context: Context): Answers => {
  try {
    return JSON.parse(readFileSync(answersFile(context), 'utf8')) as Answers
  } catch {
    return {}
  }
}

const answerFor = (context: Context, root: string): {trusted: boolean; rules: string[]} => {
  const answers = keptAnswers(context)
  const path = realPath(root)
  const {trusted, rules} = (Object.hasOwn(answers, path) && answers[path]) || {}
  return {trusted: trusted === true, rules: Array.isArray(rules) ? rules.map(String) : []}
}

const keepAnswer = (context: Context, root: string, answer: {trusted: boolean; rules: string[]}): void => {
  const file = answersFile(context)
  mkdirSync(foldersOf(context.env).state, {recursive: true})
  const mine = {...(answer.trusted ? {trusted: true} : {}), ...(answer.rules.length > 0 ? {rules: answer.rules} : {})}
  writeFileSync(`${file}.new`, `${JSON.stringify({...keptAnswers(context), [realPath(root)]: mine}, null, 2)}\n`, {mode: 0o600})
  renameSync(`${file}.new`, file)
}

/** A person's answer for the folder, for good. */
export const keepTrust = (context: Context, root: string): void => keepAnswer(context, root, {...answerFor(context, root), trusted: true})

/** Rules that a person has Penguin write into the folder's local settings: with them alone the folder needs no trust. */
export const keepRules = (context: Context, root: string, rules: readonly string[]): void => {
  const answer = answerFor(context, root)
  keepAnswer(context, root, {...answer, rules: [...new Set([...answer.rules, ...rules])]})
}

/**
 * Whether what the folder brings may be used. `--trust` holds for this run.
 * Fails with: config.untrusted (naming the files), config.invalid.
 */
export const checkTrust = async ({context, root}: {context: Context; root: string}): Promise<Envelope<Trust>> => {
  const {trusted, rules} = answerFor(context, root)
  const needs = await trustNeeds(root, rules)
  if (!needs.ok) return needs
  if (needs.result.length === 0) return good({trusted: true, needs: []})
  if (context.flags.trust === true || trusted) return good({trusted: true, needs: needs.result})
  return bad(fault('config.untrusted', {files: needs.result.join(', ')}))
}
