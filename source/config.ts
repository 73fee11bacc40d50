// Files, environment and flags become one Config. The ONLY reader of process.env: everybody else is handed the
// snapshot taken here. With no file and no variable nothing is loaded: neither yaml nor zod.

import {createHash} from 'node:crypto'
import {existsSync, realpathSync} from 'node:fs'
import {delimiter, join, resolve, sep} from 'node:path'
import type {Config, ProviderConfig} from '../engine/contract/config.ts'
import {bad, type Envelope, fault, good} from '../engine/contract/fault.ts'
import type {Rule} from '../engine/contract/permission.ts'
import {type Layer, put, readEnvironmentLayer, readFileLayer, type Tree} from './config-layer.ts'
import {keys, rowOf} from './config-schema.ts'
import type {Context, Environment, Flags} from './context.ts'
import {foldersOf, homeOf} from './folders.ts'
import {projectFiles, widenings} from './trust.ts'

/** The environment at the start of the process, less what is meant for this process alone. */
export const environment = (): Environment => {
  // The launcher's cache of compiled code is ours; a child that inherited it would write into it.
  delete process.env.NODE_COMPILE_CACHE
  return Object.freeze({...process.env})
}

/**
 * PATH for the user's own programs. npx and npm run put a `node_modules/.bin` in front that holds our pinned
 * `node`; left there, the user's project would silently run on it. Without npm it was put there by a person, who means it.
 */
export const childPath = (env: Environment): string => {
  const runtime = realPath(process.execPath)
  const byNpm = env.npm_execpath !== undefined || env.npm_lifecycle_event !== undefined || env.npm_command !== undefined
  const ours = (folder: string): boolean => byNpm && folder.endsWith(`node_modules${sep}.bin`) && realPath(join(folder, 'node')) === runtime
  return (env.PATH ?? '/usr/local/bin:/usr/bin:/bin')
    .split(delimiter)
    .filter((folder) => folder && !ours(folder))
    .join(delimiter)
}

const realPath = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

/** The three files, lowest first, whether or not they are there. */
export const configFiles = (env: Environment, root: string): {layer: 'user' | 'project' | 'local'; file: string}[] => [
  {layer: 'user', file: join(foldersOf(env).config, 'config.yml')},
  {layer: 'project', file: join(root, projectFiles[0])},
  {layer: 'local', file: join(root, projectFiles[1])},
]

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Every key that a tree sets, with its value. */
export const leaves = (tree: Tree, under: readonly string[] = []): {path: string[]; value: unknown}[] =>
  Object.entries(tree).flatMap(([name, value]) => {
    const path = [...under, name]
    return isTree(value) && !rowOf(path) ? leaves(value, path) : [{path, value}]
  })

const ruleOf = (written: Tree, from: string): Rule => {
  const [verb, match] = Object.entries(written)[0] as [Rule['do'], string]
  return {do: verb, match, from}
}

interface Merged {
  tree: Tree
  origins: Record<string, string>
}

const addLayer = ({tree, origins}: Merged, layer: Layer, without: readonly string[]): void => {
  for (const {path, value} of leaves(layer.value)) {
    const dotted = path.join('.')
    if (without.includes(dotted)) continue
    const from = layer.from(path)
    if (dotted !== 'permissions.rules') {
      put(tree, path, value)
      origins[dotted] = from
      continue
    }
    // Rules add up: a project must not be able to take the user's own denials away.
    const before = ((tree.permissions as Tree | undefined)?.rules ?? []) as Rule[]
    put(tree, path, [...before, ...(value as Tree[]).map((rule) => ruleOf(rule, from))])
    origins[dotted] = origins[dotted] ? `${origins[dotted]}, ${from}` : from
  }
}

/** PENGUIN_MODEL is PROVIDER/MODEL, or a bare name beside PENGUIN_MODEL_PROVIDER. */
const modelVariable = (env: Environment, known: readonly string[]): Layer | undefined => {
  const {PENGUIN_MODEL: model, PENGUIN_MODEL_PROVIDER: provider} = env
  if (!model && !provider) return undefined
  const named = model && (!provider || ([provider, ...known].includes(model.split('/')[0] as string) && model.includes('/')))
  const value = named ? model : `${provider}/${model ?? ''}`
  return {value: {model: value}, from: () => (model ? 'PENGUIN_MODEL' : 'PENGUIN_MODEL_PROVIDER')}
}

const flagKeys: Readonly<Record<string, string>> = {
  model: 'model',
  maxTokens: 'budgets.tokens',
  maxUsd: 'budgets.usd',
  maxCalls: 'budgets.calls',
  maxTurns: 'budgets.turns',
  timeout: 'budgets.timeoutSec',
  permission: 'permissions.mode',
  sandbox: 'sandbox.level',
}

const kebab = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`

/** Single values only; rules and lists of flags are joined to the configuration by the run. */
const flagLayer = (flags: Flags): Layer => {
  const value: Tree = {}
  const from = new Map<string, string>()
  for (const [flag, dotted] of Object.entries(flagKeys)) {
    if (flags[flag] === undefined) continue
    put(value, dotted.split('.'), flags[flag])
    from.set(dotted, kebab(flag))
  }
  return {value, from: (path) => from.get(path.join('.')) ?? 'flags'}
}

/** Providers known without configuration, and how they are spoken to. */
export const builtIn: Readonly<Record<string, ProviderConfig['protocol']>> = {
  openai: 'openai-responses',
  anthropic: 'anthropic',
  openrouter: 'openai-chat',
  ollama: 'ollama',
  llamacpp: 'openai-chat',
  vllm: 'openai-chat',
  sglang: 'openai-chat',
}

const withProtocols = ({tree, origins}: Merged): Envelope<Record<string, ProviderConfig>> => {
  const providers = structuredClone((tree.providers ?? {}) as Record<string, ProviderConfig>)
  for (const [name, provider] of Object.entries(providers)) {
    provider.protocol ??= builtIn[name] as ProviderConfig['protocol']
    if (provider.protocol) continue
    const file = Object.entries(origins).find(([dotted]) => dotted.startsWith(`providers.${name}.`))?.[1] ?? name
    return bad(fault('config.invalid', {file, why: `\`providers.${name}\` has no protocol`, hint: 'add protocol: openai-chat'}))
  }
  return good(providers)
}

const defaults = (): Tree => {
  const tree: Tree = {}
  for (const [dotted, row] of Object.entries(keys)) if (row.value !== undefined) put(tree, dotted.split('.'), structuredClone(row.value))
  return tree
}

/** `~/x` is the home folder's, a relative path the project's. */
const folderOf = (written: string, root: string, env: Environment): string =>
  written === '~' || written.startsWith('~/') ? join(homeOf(env), written.slice(1)) : resolve(root, written)

const finish = (merged: Merged, root: string, env: Environment): Envelope<Config> => {
  const providers = withProtocols(merged)
  if (!providers.ok) return providers
  const all: Merged = {tree: defaults(), origins: {}}
  for (const {path, value} of leaves(merged.tree)) put(all.tree, path, value)
  const tree = all.tree as Omit<Config, 'origins' | 'providers'> & Tree
  return good({
    model: tree.model ?? null,
    roles: tree.roles ?? {},
    providers: providers.result,
    routes: tree.routes ?? {},
    timeouts: tree.timeouts,
    budgets: tree.budgets ?? {},
    permissions: {mode: tree.permissions.mode ?? null, rules: tree.permissions.rules},
    sandbox: {...tree.sandbox, writes: tree.sandbox.writes.map((folder) => folderOf(folder, root, env))},
    verification: {...tree.verification, checks: tree.verification.checks ?? {}},
    router: tree.router,
    ui: tree.ui,
    storage: tree.storage,
    origins: merged.origins,
  })
}

/**
 * All layers merged; later wins: user, project, local, environment, flags. In a folder that is not trusted, the
 * project's keys that need trust are left out.
 * Fails with: config.invalid (file and line, nearest key).
 */
export const loadConfig = async ({context, root, trusted}: {context: Context; root: string; trusted: boolean}): Promise<Envelope<Config>> => {
  const merged: Merged = {tree: {}, origins: {}}
  for (const {layer: name, file} of configFiles(context.env, root)) {
    const layer = existsSync(file) ? await readFileLayer(file) : good(undefined)
    if (!layer.ok) return layer
    if (layer.result) addLayer(merged, layer.result, trusted || name === 'user' ? [] : widenings(layer.result.value))
  }
  const variables = await readEnvironmentLayer(context.env)
  if (!variables.ok) return variables
  if (variables.result) addLayer(merged, variables.result, [])
  const known = [...Object.keys(builtIn), 'embedded', 'replay', ...Object.keys((merged.tree.providers ?? {}) as Tree)]
  const model = modelVariable(context.env, known)
  if (model) addLayer(merged, model, [])
  addLayer(merged, flagLayer(context.flags), [])
  return finish(merged, root, context.env)
}

// Headers may carry keys, and so may the user part of an address: neither goes into the hash.
const withoutSecrets = (name: string, value: unknown): unknown => {
  if (name === 'origins') return undefined
  if (name === 'headers' && isTree(value)) return Object.keys(value).sort()
  if (name === 'baseUrl' && typeof value === 'string') return value.replace(/\/\/[^/@]*@/, '//')
  return isTree(value) ? Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1))) : value
}

/** SHA-256 of the merged configuration, secrets and origins left out: the same settings give the same hash. */
export const configSha256 = (config: Config): string => createHash('sha256').update(JSON.stringify(config, withoutSecrets)).digest('hex')
