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

/** Fails with: config.invalid. */
export const trustNeeds = async (root: string): Promise<Envelope<string[]>> => {
  const needs: string[] = []
  for (const file of projectFiles) {
    const layer = await readFileLayer(join(root, file))
    if (!layer.ok) return layer
    const keys = layer.result ? widenings(layer.result.value) : []
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

type Answers = Record<string, {trusted?: unknown}>

const answersFile = (context: Context): string => join(foldersOf(context.env).state, 'trust.json')

/** The kept answers: `{"/real/path": {"trusted": true}}` in trust.json of the state folder. An unreadable file is no answer. */
const keptAnswers = (context: Context): Answers => {
  try {
    return JSON.parse(readFileSync(answersFile(context), 'utf8')) as Answers
  } catch {
    return {}
  }
}

const kept = (context: Context, root: string): boolean => {
  const answers = keptAnswers(context)
  const path = realPath(root)
  return Object.hasOwn(answers, path) && answers[path]?.trusted === true
}

/** A person's answer for the folder, for good. */
export const keepTrust = (context: Context, root: string): void => {
  const file = answersFile(context)
  mkdirSync(foldersOf(context.env).state, {recursive: true})
  writeFileSync(`${file}.new`, `${JSON.stringify({...keptAnswers(context), [realPath(root)]: {trusted: true}}, null, 2)}\n`, {mode: 0o600})
  renameSync(`${file}.new`, file)
}

/**
 * Whether what the folder brings may be used. `--trust` holds for this run.
 * Fails with: config.untrusted (naming the files), config.invalid.
 */
export const checkTrust = async ({context, root}: {context: Context; root: string}): Promise<Envelope<Trust>> => {
  const needs = await trustNeeds(root)
  if (!needs.ok) return needs
  if (needs.result.length === 0) return good({trusted: true, needs: []})
  if (context.flags.trust === true || kept(context, root)) return good({trusted: true, needs: needs.result})
  return bad(fault('config.untrusted', {files: needs.result.join(', ')}))
}
