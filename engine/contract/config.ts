// The configuration after all layers have been merged. The schema (names, defaults, what each key does) is
// `source/config-schema.ts`; this is the type that the rest of the house reads.

import type {Caps} from './grant.ts'
import type {Policy, TaskKind} from './learned.ts'
import type {ModelCard, Sampling, Timeouts} from './model.ts'
import type {PermissionMode, Rule} from './permission.ts'
import type {SandboxLevel} from './sandbox.ts'

export interface ProviderConfig {
  protocol: 'openai-responses' | 'openai-chat' | 'anthropic' | 'ollama'
  baseUrl?: string
  apiKeyEnv?: string
  apiKeyFile?: string
  apiKeyCommand?: string | string[]
  apiKeyKeyring?: string
  headers?: Record<string, string>
  options?: Record<string, unknown>
  models?: Record<string, Partial<ModelCard> & {usdIn?: number; usdCached?: number; usdOut?: number}>
}

export interface RoleConfig extends Sampling {
  model?: string
  candidates?: number
  /** Most that one agent of the role may spend, within what the run has left. */
  tokens?: number
  usd?: number
  calls?: number
}

/** When repairs without a model are tried: where that is cheaper than a model, always, never. */
export type Mending = 'auto' | 'always' | 'off'

export interface Config {
  /** Default route `PROVIDER/MODEL` or an alias of `routes`; null = choose by what is there. */
  model: string | null
  roles: Record<string, RoleConfig>
  providers: Record<string, ProviderConfig>
  routes: Record<string, string[]>
  router: {policy: Policy; rules?: Partial<Record<TaskKind, Policy>>; explore?: number; mend: Mending; mendSec: number}
  timeouts: Timeouts & {askSec: number}
  budgets: Caps
  permissions: {mode: PermissionMode | null; rules: Rule[]}
  sandbox: {level: 'auto' | SandboxLevel; network: {allow: string[]}; writes: string[]}
  verification: {
    when: 'always' | 'changed'
    /** Commands by gate name that replace detection: `{tests: "npm test", lint: "npm run lint"}`. */
    checks: Record<string, string>
    /** Globs of existing tests that may change. */
    testEdits: string[]
    wallSec: number
  }
  /** The screen. `keys`: by the name of a command. */
  ui: {theme?: 'dark' | 'light' | 'contrast' | 'none'; motion: boolean; mouse: boolean; vim: boolean; keys?: Record<string, string[]>}
  storage: {maxBytes: number}
  /** Where each set key came from: dotted key → file, variable or flag. */
  origins: Record<string, string>
}
