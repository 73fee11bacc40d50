// The verb `config`: reads the merged settings and writes single keys, comments kept. What a key does and where
// its value comes from is said by the same table that checks it.

import {existsSync} from 'node:fs'
import {join} from 'node:path'
import type {Config} from '../../engine/contract/config.ts'
import {type Envelope, type Fault, FaultError, fail} from '../../engine/contract/fault.ts'
import {configFiles, loadConfig} from '../config.ts'
import {findKey, groupFor, type Tree, valueFor} from '../config-layer.ts'
import {keys, namesUnder} from '../config-schema.ts'
import {keepInGit, writeKey} from '../config-write.ts'
import type {Context, VerbRun} from '../context.ts'
import {projectHere, rootHere} from '../project-here.ts'
import {checkTrust} from '../trust.ts'

const show = (value: unknown): string => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value))

const pick = (config: unknown, path: readonly string[]): unknown =>
  path.reduce<unknown>((at, name) => (typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Tree)[name] : undefined), config)

interface Line {
  key: string
  value: unknown
  from: string
}

/** Every key of the table that has no name of the user's in it, and every other that is set. */
const linesOf = (config: Config): Line[] => {
  const fixed = Object.keys(keys).filter((name) => !name.includes('*'))
  const all = [...new Set([...fixed, ...Object.keys(config.origins)])].sort()
  return all.map((key) => ({key, value: valueAt(config, key), from: config.origins[key] ?? 'default'}))
}

const valueAt = (config: Config, dotted: string): unknown => {
  const found = findKey(dotted, '')
  return found.ok ? pick(config, found.result.path) : undefined
}

const orThrow = <T>(envelope: Envelope<T>): T => {
  if (envelope.ok) return envelope.result
  // A key that is not there was mistyped here, not written in a file.
  const {msg, hint} = envelope.error as Fault
  return fail('usage.words', {why: msg.replace(/^: /, ''), hint})
}

const load = async (context: Context): Promise<Config> => {
  const root = rootHere(context)
  const trust = await checkTrust({context, root})
  if (!trust.ok && trust.error.code !== 'config.untrusted') throw new FaultError(trust.error)
  if (!trust.ok) context.err(`penguin: ${trust.error.msg}: those keys are left out\n`)
  const config = await loadConfig({context, root, trusted: trust.ok})
  if (!config.ok) throw new FaultError(config.error)
  return config.result
}

const get = async (context: Context, key: string): Promise<number> => {
  const path = groupOf(key) ?? orThrow(findKey(key, '')).path
  const value = pick(await load(context), path)
  if (value === undefined || value === null) {
    context.err(`penguin: \`${key}\` is not set\n`)
    return 1
  }
  await context.out(`${context.flags.json ? JSON.stringify(value) : show(value)}\n`)
  return 0
}

/** A name with dots of its own (a model's) is a key before its beginning is a group. */
const groupOf = (key: string): string[] | undefined => {
  const path = key.split('.')
  return !findKey(key, '').ok && namesUnder(path).length > 0 ? path : undefined
}

const set = async (context: Context, key: string, text: string): Promise<number> => {
  const group = groupOf(key)
  const path = group ?? orThrow(findKey(key, '')).path
  const value = group ? orThrow(await groupFor(group, text, '')) : orThrow(await valueFor(orThrow(findKey(key, '')), text, ''))
  const root = context.flags.project ? projectHere(context).root : rootHere(context)
  const [user, project] = configFiles(context.env, root)
  const file = (context.flags.project ? project : user)?.file as string
  await writeKey(file, path, value)
  if (context.flags.project) keepInGit(join(root, '.penguin'))
  context.err(`${path.join('.')}: ${show(value)}  (${file})\n`)
  return 0
}

const list = async (context: Context): Promise<number> => {
  const lines = linesOf(await load(context))
  if (context.flags.json) await context.out(`${JSON.stringify(lines, (_, value) => value ?? null, 2)}\n`)
  else await context.out(lines.map(({key, value, from}) => `${key} = ${show(value)}  (${from})\n`).join(''))
  return 0
}

/** A group has no value of its own: what is set under it, and what may be. */
const explainGroup = async (context: Context, path: readonly string[]): Promise<number> => {
  const config = await load(context)
  const set = Object.entries(config.origins).filter(([dotted]) => dotted.startsWith(`${path.join('.')}.`))
  const names = namesUnder(path)
  const value = pick(config, path) ?? null
  if (context.flags.json) {
    await context.out(`${JSON.stringify({key: path.join('.'), value, from: Object.fromEntries(set), keys: names}, null, 2)}\n`)
    return 0
  }
  const lines = set.map(([dotted, from]) => `${dotted} = ${show(valueAt(config, dotted))}  (${from})`)
  await context.out(
    `${[`${path.join('.')} is a group`, ...(lines.length > 0 ? lines : ['nothing is set under it']), `keys     ${names.join(', ')}`].join('\n')}\n`,
  )
  return 0
}

const explain = async (context: Context, key: string): Promise<number> => {
  const group = groupOf(key)
  if (group) return explainGroup(context, group)
  const found = orThrow(findKey(key, ''))
  const config = await load(context)
  const line = {
    key,
    value: pick(config, found.path) ?? null,
    from: config.origins[key] ?? 'default',
    default: found.row.value ?? null,
    what: found.row.what,
    example: found.row.example,
  }
  const told = [
    `${key} = ${show(line.value) || 'not set'}`,
    `from     ${line.from}`,
    `default  ${show(line.default) || 'not set'}`,
    line.what,
    `example  ${line.example}`,
  ]
  await context.out(context.flags.json ? `${JSON.stringify(line, null, 2)}\n` : `${told.join('\n')}\n`)
  return 0
}

const path = async (context: Context): Promise<number> => {
  const root = rootHere(context)
  const files = configFiles(context.env, root).map((one) => ({...one, exists: existsSync(one.file)}))
  if (context.flags.json) await context.out(`${JSON.stringify(files, null, 2)}\n`)
  else await context.out(files.map(({layer, file, exists}) => `${layer.padEnd(8)} ${file}${exists ? '' : '  (not there)'}\n`).join(''))
  return 0
}

export const config: VerbRun = async (context) => {
  const [action, key, value] = context.words
  if (action === 'list') return list(context)
  if (action === 'path') return path(context)
  if (key === undefined) return fail('usage.words', {why: `penguin config ${action} needs a KEY`, hint: 'penguin config list shows every key'})
  if (action === 'get') return get(context, key)
  if (action === 'explain') return explain(context, key)
  if (value === undefined) return fail('usage.words', {why: `penguin config set ${key} needs a VALUE`, hint: `penguin config explain ${key} shows an example`})
  return set(context, key, value)
}
