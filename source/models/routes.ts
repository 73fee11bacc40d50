// `penguin models routes`: which model each role would take, and with --explain every route's case for a role and a
// prompt. The same router decides as in a run, on the same facts; nothing is asked of a model.

import type {Config} from '../../engine/contract/config.ts'
import {fault} from '../../engine/contract/fault.ts'
import {type Route, routeName} from '../../engine/contract/grant.ts'
import type {ProviderSettings} from '../../engine/contract/model.ts'
import {cardOf} from '../../engine/model/cards.ts'
import {explained} from '../../engine/model/explain.ts'
import {kindOf} from '../../engine/model/kinds.ts'
import {learnedFor} from '../../engine/model/learn.ts'
import {type Choice, chooseRoute} from '../../engine/model/router.ts'
import {needsOllama, resolveRoutes} from '../../engine/model/routes.ts'
import {providerSettings} from '../../engine/model/settings.ts'
import {estimateTokens} from '../../engine/model/tokens.ts'
import type {Context} from '../context.ts'
import {settingsWithKey} from '../secrets.ts'
import {gatherModelFacts, type ModelFacts} from './facts.ts'

const probeMs = 5000
export const roleNames = ['explorer', 'planner', 'coder', 'tester', 'reviewer'] as const
/** System prompt and tools, and a usual reply, in tokens. */
const promptTokens = 3000
const replyTokens = 1024

interface RoleRoutes {
  role: string
  routes: Route[]
  why: string
}

const resolveAll = async (context: Context, config: Config, roles: readonly string[]): Promise<RoleRoutes[] | undefined> => {
  const {env} = context
  const ollama = needsOllama(config, env)
    ? await (await import('../../plugins/ollama/find.ts')).findOllama(env.OLLAMA_HOST ?? '', AbortSignal.timeout(probeMs))
    : undefined
  const all: RoleRoutes[] = []
  for (const role of roles) {
    const text = config.roles[role]?.model
    const found = resolveRoutes(config, env, {...(text ? {text, from: config.origins[`roles.${role}.model`] ?? 'config'} : {}), ollama})
    if (!found.ok) {
      context.err(`penguin: ${role}: ${found.error.msg}\n${found.error.hint}\n`)
      return undefined
    }
    all.push({role, ...found.result})
  }
  return all
}

/** With their keys: a server may tell its load only to those that have one. Where a key cannot be had, the rest is known all the same. */
const settingsFor = async (context: Context, config: Config, routes: readonly Route[]): Promise<Record<string, ProviderSettings>> => {
  const found: Record<string, ProviderSettings> = {}
  for (const provider of new Set(routes.map((route) => route.provider))) {
    const keyed = await settingsWithKey(config, context.env, provider, context.cwd)
    const settings = keyed.ok ? keyed : providerSettings(config, context.env, provider, context.cwd)
    if (settings.ok) found[provider] = settings.result
  }
  return found
}

const choiceFor = ({role, routes}: RoleRoutes, goal: string, config: Config, settings: Record<string, ProviderSettings>, models: ModelFacts): Choice => {
  const kind = kindOf({role, attempt: 1, goal})
  return chooseRoute(
    routes.flatMap((route) => {
      const provider = settings[route.provider]
      if (!provider) return []
      const name = routeName(route)
      return [{route, card: cardOf(provider, route.model), learned: learnedFor(models.learned, name, kind), load: models.loads.get(name)}]
    }),
    {kind, tools: true, input: promptTokens + estimateTokens(goal), output: replyTokens},
    // What would be tried now and then to learn more is no part of the explanation.
    {...config.router, explore: 0},
  )
}

const plain = async (context: Context, all: readonly RoleRoutes[]): Promise<number> => {
  for (const {role, routes, why} of all) {
    const names = routes.map(routeName)
    await context.out(context.flags.json ? `${JSON.stringify({role, routes: names, why})}\n` : `${role.padEnd(9)} ${names.join(', then ')}  (${why})\n`)
  }
  return 0
}

export const routes = async (context: Context, config: Config): Promise<number> => {
  const [, wanted, ...words] = context.words
  if (wanted !== undefined && !roleNames.some((role) => role === wanted)) {
    const {msg, hint} = fault('usage.words', {why: `there is no role named ${wanted}`, hint: `roles: ${roleNames.join(', ')}`})
    context.err(`penguin: ${msg}\n${hint}\n`)
    return 2
  }
  const all = await resolveAll(context, config, wanted === undefined ? roleNames : [wanted])
  if (!all) return 1
  if (!context.flags.explain) return plain(context, all)
  const settings = await settingsFor(
    context,
    config,
    all.flatMap((one) => one.routes),
  )
  const models = await gatherModelFacts(
    all.map((one) => one.routes),
    settings,
    context,
  )
  for (const one of all) {
    const choice = choiceFor(one, words.join(' '), config, settings, models)
    const {policy, kind, why, scores} = choice
    await context.out(
      context.flags.json
        ? `${JSON.stringify({role: one.role, kind, policy, why, routes: choice.order.map(routeName), scores, from: one.why})}\n`
        : `${one.role}: ${kind} (${one.why}); ${why}\n${explained(choice)}\n\n`,
    )
  }
  return 0
}
