// Which routes a step of a run gets, in which order and why: the router over what this run knows. What the run's events
// show of the models is learned, and kept when the run is closed.

import {createHash} from 'node:crypto'
import type {Grant, Route} from '../../engine/contract/grant.ts'
import {routeName} from '../../engine/contract/grant.ts'
import type {Message} from '../../engine/contract/message.ts'
import type {ProviderSettings} from '../../engine/contract/model.ts'
import type {Scribe} from '../../engine/crew/scribe.ts'
import {updateLearned} from '../../engine/memory/learned.ts'
import {cardOf} from '../../engine/model/cards.ts'
import {openHealth} from '../../engine/model/health.ts'
import {kindOf} from '../../engine/model/kinds.ts'
import {learnAll, learnedFor, openLearner, ratiosOf} from '../../engine/model/learn.ts'
import {type Choice, chooseRoute, type RouteFacts} from '../../engine/model/router.ts'
import {estimateTokens, sizeOfMessages} from '../../engine/model/tokens.ts'
import type {Gathered} from '../opening.ts'
import type {HostRequest} from '../run-options.ts'

export interface StepAsked {
  role: string
  attempt: number
  /** Tells steps of one run apart, for the draw of exploration. */
  key: string
  brief: string
  history: readonly Message[]
}

export interface Routing {
  choose(step: StepAsked): Pick<Grant, 'routes' | 'reason' | 'ratios'>
}

/** System prompt and tools with some work to look at, and a usual reply, in tokens. */
const promptTokens = 7000
const replyTokens = 1024

/** 0 to 1, the same for the same words. */
export const drawOf = (words: string): number => createHash('sha256').update(words).digest().readUInt32BE(0) / 2 ** 32

export const reasonOf = ({policy, kind, why, scores}: Choice): NonNullable<Grant['reason']> => ({policy, kind, reason: why, scores})

export const openRouting = (facts: Gathered, request: Pick<HostRequest, 'seed'>, scribe: Scribe): Routing => {
  const {models, config, providers} = facts
  const readOnly = facts.permissions.mode === 'plan'
  const kindFor = (role: string, attempt = 1) => kindOf({role, attempt, goal: facts.goal, readOnly})
  const health = openHealth(() => models?.now() ?? 0)
  const learner = openLearner(kindFor)
  const ratios = ratiosOf(models?.learned ?? [])
  scribe.onEvent((event) => {
    health.take(event)
    learner.take(event)
    if (event.type === 'run.closed' && models && learner.seen().length > 0) updateLearned(models.file, (known) => learnAll(known, learner.seen(), event.at))
  })

  const factsOf = (route: Route, kind: ReturnType<typeof kindFor>): RouteFacts => ({
    route,
    card: cardOf(providers[route.provider] as ProviderSettings, route.model),
    learned: learnedFor(models?.learned ?? [], routeName(route), kind),
    breaker: health.of(routeName(route)),
    load: models?.loads.get(routeName(route)),
  })

  return {
    choose: ({role, attempt, key, brief, history}) => {
      models?.refresh()
      const written = facts.roleRoutes[role] ?? facts.roleRoutes.default ?? []
      const kind = kindFor(role, attempt)
      const choice = chooseRoute(
        written.filter(({provider}) => providers[provider]).map((route) => factsOf(route, kind)),
        {
          kind,
          tools: (facts.roles[role]?.tools.length ?? 0) > 0,
          input: promptTokens + estimateTokens(brief) + sizeOfMessages(history),
          output: replyTokens,
        },
        {...config.router, draw: drawOf(`${request.seed || scribe.run}/${key}`)},
      )
      const known = Object.fromEntries(
        choice.order.flatMap((route) => (ratios[routeName(route)] ? [[routeName(route), ratios[routeName(route)] as number]] : [])),
      )
      return {routes: choice.order, reason: reasonOf(choice), ...(Object.keys(known).length > 0 ? {ratios: known} : {})}
    },
  }
}
