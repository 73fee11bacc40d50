// From what a person has set for the session to the request of its next run. Settings become the flags that would
// say the same, so that a request from a screen is read exactly as one from a command line.

import type {Envelope} from '../../engine/contract/fault.ts'
import type {SessionSettings, SettingsChange} from '../../engine/contract/screen.ts'
import type {Context, Flags} from '../context.ts'
import {type HostRequest, runOptions} from '../run-options.ts'

type Value = Flags[string]

/** Flags of the screen's own start that are no part of a request. */
const notOfRequests = ['continue', 'resume', 'json', 'output', 'input', 'outputFile', 'o', 'schema', 'inProcess', 'quiet', 'verbose'] as const

const asFlags: {[K in keyof SessionSettings]-?: (value: NonNullable<SessionSettings[K]>) => [string, Value]} = {
  model: (value) => ['model', value],
  roleModels: (value) => ['roleModel', Object.entries(value).map(([role, model]) => `${role}=${model}`)],
  permission: (value) => ['permission', value],
  sandbox: (value) => ['sandbox', value],
  candidates: (value) => ['candidates', value],
  maxTokens: (value) => ['maxTokens', value],
  maxUsd: (value) => ['maxUsd', value],
  maxCalls: (value) => ['maxCalls', value],
  maxTurns: (value) => ['maxTurns', value],
  allow: (value) => ['allow', value],
  deny: (value) => ['deny', value],
}

const names = Object.keys(asFlags) as (keyof SessionSettings)[]

const flagOf = (name: keyof SessionSettings, settings: SessionSettings): [string, Value] =>
  (asFlags[name] as (value: unknown) => [string, Value])(settings[name])

/** Only what is known is taken; null takes a setting back. */
export const changed = (settings: SessionSettings, change: SettingsChange): SessionSettings => {
  const said = names.filter((name) => change[name] !== undefined)
  const kept = Object.entries(settings).filter(([name]) => !said.includes(name as keyof SessionSettings))
  const set = said.filter((name) => change[name] !== null).map((name) => [name, change[name]])
  return Object.fromEntries([...kept, ...set]) as SessionSettings
}

/** The settings that the screen's own command line says. */
export const settingsOf = (flags: Flags): SessionSettings => {
  const {model, permission, sandbox, candidates, maxTokens, maxUsd, maxCalls, maxTurns, allow, deny, roleModel} = flags
  const pairs = Array.isArray(roleModel) ? roleModel.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]) : []
  const said = {
    ...{model, permission, sandbox, candidates, maxTokens, maxUsd, maxCalls, maxTurns, allow, deny},
    roleModels: pairs.length > 0 ? Object.fromEntries(pairs) : undefined,
  }
  return Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as SessionSettings
}

export interface Asked {
  text: string
  settings: SessionSettings
  /** The run whose conversation goes on. */
  resume?: string
  trust: boolean
}

/** The context and request for the session's next run. Fails with: usage.words. */
export const requestFor = (context: Context, asked: Asked): Envelope<{context: Context; request: HostRequest}> => {
  const base = Object.fromEntries(Object.entries(context.flags).filter(([name]) => !(notOfRequests as readonly string[]).includes(name)))
  for (const name of names) delete base[name === 'roleModels' ? 'roleModel' : name]
  const set = Object.fromEntries(names.filter((name) => asked.settings[name] !== undefined).map((name) => flagOf(name, asked.settings)))
  const flags: Flags = {...base, ...set, ...(asked.resume ? {resume: asked.resume} : {}), ...(asked.trust ? {trust: true} : {})}
  const mine: Context = Object.create(context, {flags: {value: flags, enumerable: true}, startedTick: {value: context.clock.tick(), enumerable: true}})
  const options = runOptions(mine, asked.text)
  return options.ok ? {ok: true, result: {context: mine, request: {...options.result, attended: true}}} : options
}
