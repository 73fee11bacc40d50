// What a run knows of its routes beside their cards, gathered once at the start and kept fresh while it lasts: what
// earlier runs have learned, and how busy the local servers are.

import {join} from 'node:path'
import type {Route} from '../../engine/contract/grant.ts'
import {routeName} from '../../engine/contract/grant.ts'
import type {Learned} from '../../engine/contract/learned.ts'
import type {ProviderSettings} from '../../engine/contract/model.ts'
import {readLearned} from '../../engine/memory/learned.ts'
import type {ServerLoad} from '../../engine/model/router.ts'
import {isLocal} from '../../engine/model/settings.ts'
import type {Context} from '../context.ts'
import {foldersOf} from '../folders.ts'

export interface ModelFacts {
  learned: readonly Learned[]
  /** By route. */
  loads: Map<string, ServerLoad>
  /** Where experience is kept. */
  file: string
  now(): number
  /** Looks at the local servers again, if the last look is some seconds old. Never throws; nobody waits for it. */
  refresh(): void
}

/** Longest a run's start waits for servers to tell how busy they are. */
const startMs = 250
const laterMs = 2000
/** A look that is younger is still true. */
const freshMs = 3000

export const learnedFile = (env: Context['env']): string => join(foldersOf(env).state, 'models.db')

const noModel = new Set(['embedded', 'replay'])

/** Local routes that compete with others: only then does it matter how busy they are. */
const competing = (chains: readonly (readonly Route[])[], providers: Readonly<Record<string, ProviderSettings>>): Route[] => {
  const found = new Map<string, Route>()
  for (const chain of chains) {
    if (chain.length < 2) continue
    for (const route of chain) {
      const settings = providers[route.provider]
      if (settings && !noModel.has(route.provider) && isLocal(settings.protocol, settings.baseUrl)) found.set(routeName(route), route)
    }
  }
  return [...found.values()]
}

export const gatherModelFacts = async (
  chains: readonly (readonly Route[])[],
  providers: Readonly<Record<string, ProviderSettings>>,
  context: Context,
): Promise<ModelFacts> => {
  const file = learnedFile(context.env)
  const learned = chains.flat().every(({provider}) => noModel.has(provider)) ? [] : readLearned(file)
  const routes = competing(chains, providers)
  const loads = new Map<string, ServerLoad>()
  let lookedAt = Number.NEGATIVE_INFINITY
  const look = async (limitMs: number): Promise<void> => {
    if (routes.length === 0) return
    lookedAt = context.clock.tick()
    const {loadOf} = await import('./load.ts')
    const signal = AbortSignal.timeout(limitMs)
    await Promise.all(
      routes.map(async (route) => {
        const load = await loadOf(providers[route.provider] as ProviderSettings, route.model, signal)
        if (load) loads.set(routeName(route), load)
        else loads.delete(routeName(route))
      }),
    )
  }
  await look(startMs)
  return {
    learned,
    loads,
    file,
    now: context.clock.now,
    refresh: () => {
      if (context.clock.tick() - lookedAt >= freshMs) void look(laterMs)
    },
  }
}
