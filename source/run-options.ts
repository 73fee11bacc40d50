// The flags of a run as one typed record. The parser has checked words and numbers already; here they get
// their meaning. Nothing is read from disk.

import {resolve} from 'node:path'
import {bad, type Envelope, fault, good} from '../engine/contract/fault.ts'
import type {Caps} from '../engine/contract/grant.ts'
import type {PermissionMode, Rule} from '../engine/contract/permission.ts'
import type {SandboxLevel} from '../engine/contract/sandbox.ts'
import type {Context, Flags} from './context.ts'

export interface RunOptions {
  prompt: string
  format: 'text' | 'json' | 'stream-json'
  input?: 'stream-json'
  /** Where the run looks for its project, and folders beside it. */
  dir: string
  addDirs: string[]
  model?: string
  roleModels: Record<string, string>
  checks: string[]
  noCheck: boolean
  candidates?: number
  caps: Caps
  permission?: PermissionMode
  rules: Rule[]
  testEdits: string[]
  sandbox?: 'auto' | SandboxLevel
  trust: boolean
  isolate: boolean
  onFail: 'keep' | 'restore'
  inProcess: boolean
  resume?: string
  continue: boolean
  output?: string
  schemaFile?: string
  record?: string
  seed: number
  quiet: boolean
  verbose: boolean
  noColor: boolean
}

/** What a host is asked to do. */
export interface HostRequest extends RunOptions {
  /** JSON Schema that the final answer must match. */
  answer?: Record<string, unknown>
  /** A person sits at a screen: questions wait for them without end, and the screen's defaults hold. */
  attended?: true
}

const texts = (flags: Flags, name: string): string[] => {
  const value = flags[name]
  return Array.isArray(value) ? value : typeof value === 'string' ? [value] : []
}
const text = (flags: Flags, name: string): string | undefined => (typeof flags[name] === 'string' ? flags[name] : undefined)
const number = (flags: Flags, name: string): number | undefined => (typeof flags[name] === 'number' ? flags[name] : undefined)

const roleModels = (flags: Flags): Envelope<Record<string, string>> => {
  const found: Record<string, string> = {}
  for (const word of texts(flags, 'roleModel')) {
    const cut = word.indexOf('=')
    if (cut < 1 || cut === word.length - 1)
      return bad(fault('usage.words', {why: `--role-model ${word} is not ROLE=PROVIDER/MODEL`, hint: 'for example --role-model coder=ollama/qwen3-coder'}))
    found[word.slice(0, cut)] = word.slice(cut + 1)
  }
  return good(found)
}

/** The environment's NO_COLOR counts as the flag. */
export const runOptions = (context: Context, prompt: string): Envelope<RunOptions> => {
  const {flags} = context
  const roles = roleModels(flags)
  if (!roles.ok) return roles
  const rules: Rule[] = [
    ...texts(flags, 'deny').map((match): Rule => ({do: 'deny', match, from: '--deny'})),
    ...texts(flags, 'allow').map((match): Rule => ({do: 'allow', match, from: '--allow'})),
  ]
  return good({
    prompt,
    format: flags.json === true ? 'stream-json' : ((text(flags, 'output') as RunOptions['format']) ?? 'text'),
    input: text(flags, 'input') as 'stream-json' | undefined,
    dir: context.cwd,
    addDirs: texts(flags, 'addDir'),
    model: text(flags, 'model'),
    roleModels: roles.result,
    checks: texts(flags, 'check'),
    noCheck: flags.check === false || flags.noCheck === true,
    candidates: number(flags, 'candidates'),
    caps: {
      tokens: number(flags, 'maxTokens'),
      usd: number(flags, 'maxUsd'),
      calls: number(flags, 'maxCalls'),
      turns: number(flags, 'maxTurns'),
      timeoutSec: number(flags, 'timeout'),
    },
    permission: text(flags, 'permission') as PermissionMode | undefined,
    rules,
    testEdits: texts(flags, 'testEdits'),
    sandbox: text(flags, 'sandbox') as RunOptions['sandbox'],
    trust: flags.trust === true,
    isolate: flags.isolate === true,
    onFail: text(flags, 'onFail') === 'restore' ? 'restore' : 'keep',
    inProcess: flags.inProcess === true,
    resume: text(flags, 'resume'),
    continue: flags.continue === true,
    output: text(flags, 'o') ?? text(flags, 'outputFile'),
    schemaFile: text(flags, 'schema'),
    record: text(flags, 'record') && resolve(context.cwd, text(flags, 'record') as string),
    seed: number(flags, 'seed') ?? 0,
    quiet: flags.quiet === true,
    verbose: flags.verbose === true,
    noColor: flags.color === false || flags.noColor === true || Boolean(context.env.NO_COLOR),
  })
}
