// Which model each role speaks to: flags, then configuration, then what is there. An Ollama is looked for only
// when nothing else was named, and is given 150 ms.

import {resolve} from 'node:path'
import {FaultError, fault} from '../engine/contract/fault.ts'
import type {Route} from '../engine/contract/grant.ts'
import {routeName} from '../engine/contract/grant.ts'
import {misledAlias, needsOllama, resolveRoutes} from '../engine/model/routes.ts'
import type {Context} from './context.ts'
import {nearest} from './nearest.ts'
import {type Gathered, type Gatherer, needed} from './opening.ts'
import {settingsWithKey} from './secrets.ts'

const free: ReadonlySet<string> = new Set(['embedded', 'replay', 'ollama', 'llamacpp', 'vllm', 'sglang'])

const isPriced = (facts: Gathered, {provider, model}: Route): boolean => free.has(provider) || facts.providers[provider]?.models?.[model]?.price !== undefined

export const chooseRoutes: Gatherer = async (facts, context, request) => {
  const known = facts as Gathered
  const {config, roles} = known
  const {env} = context
  const misled = misledAlias(config) ?? strangeRole(config, Object.keys(roles))
  if (misled) throw new FaultError(misled)
  const ollama = needsOllama(config, env, request.model)
    ? await (await import('../plugins/ollama/find.ts')).findOllama(env.OLLAMA_HOST ?? '', new AbortController().signal)
    : undefined
  const main = needed(resolveRoutes(config, env, {text: request.model, ollama}))
  known.routeWhy = main.why
  known.chosen = request.model !== undefined || config.model !== null
  known.roleRoutes = {default: main.routes}
  for (const role of Object.keys(request.roleModels)) if (!roles[role]) throw new FaultError(noRole(role, Object.keys(roles)))
  for (const role of Object.keys(roles)) {
    const flag = request.roleModels[role]
    const configured = request.model === undefined ? config.roles[role]?.model : undefined
    const text = flag ?? configured
    known.roleRoutes[role] =
      text === undefined
        ? main.routes
        : needed(resolveRoutes(config, env, {text, ...(flag ? {} : {from: config.origins[`roles.${role}.model`] ?? 'config'}), ollama})).routes
  }
  const providers: Gathered['providers'] = {}
  for (const {provider} of Object.values(known.roleRoutes).flat())
    providers[provider] ??= needed(await settingsWithKey(config, env, provider, resolve(request.dir)))
  await lookCloser(known, providers, context)
  const all = Object.values(known.roleRoutes).flat()
  known.routes = Object.fromEntries(
    Object.entries(known.roleRoutes)
      .filter(([role]) => role !== 'default')
      .map(([role, routes]) => [role, routes.map(routeName)]),
  )
  known.unpriced = [...new Set(all.filter((route) => !isPriced(known, route)).map(routeName))]
}

const withoutServer = new Set(['embedded', 'replay'])

/** What cards do not say: listings, real windows, experience, load. A run that only searches or replays pays for none of it. */
const lookCloser = async (known: Gathered, providers: Gathered['providers'], context: Context): Promise<void> => {
  known.providers = providers
  if (Object.keys(providers).every((name) => withoutServer.has(name))) return
  const [{checkRoutes}, {gatherModelFacts}] = await Promise.all([import('./models/check-windows.ts'), import('./models/facts.ts')])
  const checked = await checkRoutes(known.roleRoutes, providers, known.config, context)
  known.providers = checked.providers
  known.roleRoutes = checked.chains
  known.notices.push(...checked.notices)
  known.models = await gatherModelFacts(Object.values(checked.chains), checked.providers, context)
}

const strangeRole = ({roles: configured, origins}: Gathered['config'], roles: string[]) => {
  const name = Object.keys(configured).find((role) => !roles.includes(role))
  if (name === undefined) return undefined
  const file = Object.entries(origins).find(([key]) => key.startsWith(`roles.${name}.`))?.[1] ?? 'roles'
  return fault('config.invalid', {file, why: `there is no role \`roles.${name}\``, hint: `did you mean \`roles.${nearest(name, roles)}\`?`})
}

const noRole = (role: string, roles: string[]) => fault('usage.words', {why: `there is no role named ${role}`, hint: `roles: ${roles.join(', ')}`})
