// May this call go ahead? The rules first, then what the mode says; a read-only role writes nothing whatever either
// says. One sentence of reason, with the rule or mode that decided, for the model, the log and the person.

import {bad, type Envelope, good} from '../base/envelope.ts'
import {fault} from '../contract/fault.ts'
import {type Need, type PermissionMode, type Permissions, type Rule, secretFiles, secretSamples} from '../contract/permission.ts'
import type {SandboxState} from '../contract/sandbox.ts'
import {readCommand} from './command.ts'
import {gitChange} from './git-guard.ts'
import {exactly, ruleOn} from './rules.ts'

export interface Decision {
  do: 'allow' | 'ask' | 'deny'
  why: string
  /** The rule that decided, or the one that would allow exactly this. */
  rule?: string
}

const secrets = secretFiles.map((pattern): Rule => ({do: 'ask', match: `read(${pattern})`, from: 'built in'}))

const written = (rule: Rule): string => `${rule.do} ${rule.match}`

const isCommandLike = (kind: Need['kind']): boolean => kind === 'shell' || kind === 'net'

const byMode: Readonly<Record<PermissionMode, (kind: Need['kind']) => Decision['do']>> = {
  plan: () => 'deny',
  ask: () => 'ask',
  edit: (kind) => (isCommandLike(kind) ? 'ask' : 'allow'),
  auto: () => 'allow',
}

const modeWords: Readonly<Record<PermissionMode, string>> = {
  plan: 'mode plan is read only',
  ask: 'mode ask leaves every write and command to a person',
  edit: 'mode edit leaves commands to a person',
  auto: 'mode auto allows what happens inside the sandbox',
}

const gitWords = 'changes the repository itself, which Penguin does only when a rule allows it'

const ruleFor = (need: Need): string => `${need.kind}(${exactly(need.what)})`

const secretOf = (need: Need, rules: readonly Rule[]): Decision | undefined => {
  if (need.kind !== 'read' || secretSamples.test(need.what)) return undefined
  const hit = ruleOn(need, secrets)
  // A bare `read` is too wide to mean secrets: what opens them is a rule that names them.
  if (
    !hit ||
    ruleOn(
      need,
      rules.filter(({match}) => match.includes('(')),
    )?.do === 'allow'
  )
    return undefined
  return {do: 'ask', why: `it may hold secrets (${hit.rule.match}, built in)`, rule: ruleFor(need)}
}

const network = (need: Need, state: SandboxState): Decision | undefined =>
  need.kind === 'net' && state.network === 'off' ? {do: 'ask', why: 'the sandbox has no network', rule: ruleFor(need)} : undefined

/** What one need may do. Pure. */
export const decidePermission = (need: Need, permissions: Pick<Permissions, 'mode' | 'rules'>, state: SandboxState, root = ''): Decision => {
  const {mode, rules} = permissions
  if (need.kind === 'ask') return {do: 'allow', why: 'asking a person needs no permission'}
  const ruled = ruleOn(need, rules)
  if (ruled?.do === 'deny') return {do: 'deny', why: `rule ${written(ruled.rule)} (${ruled.rule.from})`, rule: ruled.rule.match}
  if (mode === 'plan' && need.kind !== 'read') return {do: 'deny', why: modeWords.plan}
  if (ruled?.do === 'ask') {
    const unsure = ruled.unsure ? ', and what it runs is only known when it runs' : ''
    return {do: 'ask', why: `rule ${written(ruled.rule)} (${ruled.rule.from})${unsure}`, rule: ruleFor(need)}
  }
  const secret = secretOf(need, rules)
  if (secret) return secret
  if (ruled) return {do: 'allow', why: `rule ${written(ruled.rule)} (${ruled.rule.from})`, rule: ruled.rule.match}
  if (need.kind === 'read') return {do: 'allow', why: 'reading in the project needs no permission'}
  const closed = network(need, state)
  if (closed && mode === 'auto') return closed
  const git = mode === 'auto' && need.kind === 'shell' ? gitChange(readCommand(need.what), root) : undefined
  if (git) return {do: 'deny', why: `${git} ${gitWords}`, rule: `shell(${git}*)`}
  const decided = byMode[mode](need.kind)
  return decided === 'allow' ? {do: decided, why: modeWords[mode]} : {do: decided, why: modeWords[mode], rule: ruleFor(need)}
}

const severity = {allow: 0, ask: 1, deny: 2} as const

/** The strictest decision over all needs of a call, with the need it is about; no needs are allowed. */
export const decideCall = (
  needs: readonly Need[],
  permissions: Pick<Permissions, 'mode' | 'rules'>,
  state: SandboxState,
  root?: string,
): Decision & {need?: Need} => {
  let worst: Decision & {need?: Need} = {do: 'allow', why: 'it needs nothing'}
  for (const need of needs) {
    const decision = {...decidePermission(need, permissions, state, root), need}
    if (worst.need === undefined || severity[decision.do] > severity[worst.do]) worst = decision
  }
  return worst
}

/** The rules that allow exactly this and nothing wider: a command line needs one for each command in it, and for each file that it writes to. */
const exactRules = (need: Need): string[] => {
  if (need.kind !== 'shell') return [ruleFor(need)]
  return readCommand(need.what).parts.flatMap(({text, writes}) => [
    ...(text === '' ? [] : [`shell(${exactly(text)})`]),
    ...writes.map((path) => `write(${exactly(path)})`),
  ])
}

/** The rules with which this call would not be asked about again; none when no rule can do that. */
export const lastingRules = (needs: readonly Need[], permissions: Pick<Permissions, 'mode' | 'rules'>, state: SandboxState): string[] => {
  const asked = needs.filter((need) => decidePermission(need, permissions, state).do === 'ask')
  const rules = [...new Set(asked.flatMap(exactRules))]
  // A person reads them one in a line.
  if (rules.some((match) => match.includes('\n'))) return []
  const added = rules.map((match): Rule => ({do: 'allow', match, from: ''}))
  return decideCall(needs, {...permissions, rules: [...permissions.rules, ...added]}, state).do === 'allow' ? rules : []
}

const shown = (need: Need | undefined): string => {
  const what = need?.what ?? ''
  return need ? `${need.kind}(${what.length > 200 ? `${what.slice(0, 200)}…` : what})` : 'this call'
}

const hintFor = (decision: Decision): string => {
  if (decision.why === modeWords.plan) return 'answer with what you would do'
  if (decision.why.endsWith(gitWords)) return `leave it to the user, who may allow it with --allow "${decision.rule}"`
  return 'find another way, or tell the user what is needed'
}

export interface GateFacts {
  permissions: Pick<Permissions, 'mode' | 'rules'>
  sandbox: SandboxState
  /** Folder of the project, to tell its repository from others. */
  root: string
  /** May the role change files at all? */
  writes: boolean
  role: string
  /** Called only for what the rules leave to a person. */
  askPerson(asked: {what: string; why: string; rule?: string; rules?: string[]}): Promise<Envelope<void>>
}

/** The permit of `RunKit`: allows, refuses, or asks a person. */
export const openGate =
  (facts: GateFacts) =>
  async (needs: readonly Need[]): Promise<Envelope<void>> => {
    const refused = facts.writes ? undefined : needs.find(({kind}) => kind === 'write')
    if (refused) return bad(fault('permission.denied', {what: shown(refused), why: `a ${facts.role} changes no files`, hint: 'say what should be changed'}))
    const decision = decideCall(needs, facts.permissions, facts.sandbox, facts.root)
    if (decision.do === 'allow') return good(undefined)
    const what = shown(decision.need)
    if (decision.do === 'deny') return bad(fault('permission.denied', {what, why: decision.why, hint: hintFor(decision)}))
    const rules = lastingRules(needs, facts.permissions, facts.sandbox)
    return facts.askPerson({what, why: decision.why, ...(decision.rule ? {rule: decision.rule} : {}), ...(rules.length > 0 ? {rules} : {})})
  }
