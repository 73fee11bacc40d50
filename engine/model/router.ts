// Which route a step takes, and why: a pure function of what is known (cards, experience, breakers, the load of local
// servers) and of what the step needs. It orders and explains; it neither asks a model nor looks at a clock.
//
// Law 1: no route stands twice, so a fallback along the order ends. Law 2: a usable route stands before every
// unusable one, and all that came in go out. Law 3: the same facts give the same order, exploration included.

import {type Route, routeName, type Scored} from '../contract/grant.ts'
import type {Learned, Policy, TaskKind} from '../contract/learned.ts'
import type {ModelCard} from '../contract/model.ts'
import {usdOf} from './price.ts'
import {qualityOf} from './quality.ts'

/** What a server tells of itself; each field only where it does. */
export interface ServerLoad {
  /** Nobody answers there. */
  down?: boolean
  slots?: number
  busy?: number
  queued?: number
  /** Is the model in memory? If not, loading it comes first. */
  loaded?: boolean
  /** Part of the model that runs on the CPU, 0 to 1. */
  cpuShare?: number
  /** Measured by the server. */
  tokensPerSec?: number
}

export interface RouteFacts {
  route: Route
  card: Pick<ModelCard, 'window' | 'output' | 'tools' | 'edits' | 'local'> & Pick<Partial<ModelCard>, 'price' | 'quality'>
  learned?: Learned
  breaker?: 'closed' | 'half-open' | 'open'
  load?: ServerLoad
}

export interface Need {
  kind: TaskKind
  /** Are tools offered? Then the model must be able to call them. */
  tools: boolean
  /** Tokens of the first request, and those expected in reply. */
  input: number
  output: number
}

export interface RouterRules {
  policy: Policy
  /** Policies of single kinds of task, before the general one. */
  rules?: Partial<Record<TaskKind, Policy>>
  /** Share of choices that try a route of which little is known; 0 = never. */
  explore?: number
  /** 0 to 1, drawn from the run's seed. */
  draw?: number
}

export interface Choice {
  order: Route[]
  scores: Scored[]
  policy: Policy
  kind: TaskKind
  why: string
  explored: boolean
}

/** Weight of what is believed before anything was seen, in calls. */
const priorWeight = 4
const priorGood = 0.95
const priorWin = 0.7
const onTrial = 0.7

const chance = (good: number, bad: number, prior: number): number => (good + prior * priorWeight) / (good + bad + priorWeight)

const successOf = ({learned, breaker}: RouteFacts): number => {
  const {good = 0, bad = 0, wins = 0, losses = 0} = learned ?? {}
  return chance(good, bad, priorGood) * chance(wins, losses, priorWin) * (breaker === 'half-open' ? onTrial : 1)
}

/** Before anything was measured. */
const guessed = {remote: {firstMs: 1500, tokensPerSec: 60}, local: {firstMs: 800, tokensPerSec: 25}}
/** What loading a model takes that is not in memory. */
const loadMs = 8000
/** A model that runs on the CPU alone has about a tenth of the speed. */
const cpuCost = 0.9

/** Requests that are worked on together share the machine: so much slower is the last that finds a slot. */
const crowdCost = 0.25

const timesOf = ({card, learned, load = {}}: RouteFacts, output: number, twin: Learned | undefined): {ms: number; waitMs: number} => {
  const usual = card.local ? guessed.local : guessed.remote
  const measured = load.tokensPerSec || learned?.tokensPerSec || twin?.tokensPerSec
  const perSec = measured || usual.tokensPerSec * (1 - cpuCost * (load.cpuShare ?? 0))
  const slots = Math.max(1, load.slots ?? 1)
  const crowd = Math.min(1, (load.busy ?? 0) / slots)
  const ownMs = ((learned?.firstMs || twin?.firstMs || usual.firstMs) + (output / perSec) * 1000) * (1 + crowdCost * crowd)
  const ahead = Math.max(0, (load.busy ?? 0) - slots + 1) + (load.queued ?? 0)
  const waitMs = (ahead / slots) * ownMs
  // Loading is paid once: it counts for who wants an answer soonest, not against the route for ever.
  return {ms: Math.round(ownMs + waitMs + (load.loaded === false ? loadMs : 0)), waitMs: Math.round(waitMs)}
}

/** '' when the route can do it. */
const objection = ({card, breaker, load}: RouteFacts, need: Need): string => {
  if (load?.down) return 'its server does not answer'
  if (breaker === 'open') return 'it failed a moment ago and is left alone'
  if (need.tools && !card.tools && card.edits === 'calls') return 'it cannot call tools'
  if (need.input >= card.window) return `its window of ${card.window} tokens is too small for ${need.input}`
  return ''
}

/** Scales on which half is reached: usd of a step, ms of a step, ms of waiting. */
const half = {usd: 0.01, ms: 10_000, waitMs: 10_000}
/** What a step that does not hold costs beside its own price, and a second in a queue: else a free route would be best however bad and busy. */
const failureUsd = 0.02
const waitUsdPerSec = 0.0005
/** How much each place further down the written order costs. */
const placeStep = 0.25

const falling = (value: number, at: number): number => at / (at + value)

const scoreBy: Readonly<Record<Policy, (one: Scored, place: number) => number>> = {
  cost: ({usd, success, waitMs}) => (usd === undefined ? 0 : falling(usd / success + (1 - success) * failureUsd + (waitMs / 1000) * waitUsdPerSec, half.usd)),
  latency: ({ms, success}) => falling(ms / success, half.ms),
  quality: ({quality, success}) => quality * success,
  balanced: ({success, waitMs}, place) => (success ** 2 * falling(waitMs, half.waitMs)) / (1 + place * placeStep),
  'local-first': (one, place) => (one.local ? 0.5 : 0) + scoreBy.balanced(one, place) / 2,
}

const reasons: Readonly<Record<Policy, string>> = {
  cost: 'cheapest for the success it has',
  latency: 'soonest done',
  quality: 'best at it',
  balanced: 'first as written that is well and not busy',
  'local-first': "runs on the user's own machine",
}

const round = (value: number): number => Math.round(value * 1e4) / 1e4

const scored = (facts: RouteFacts, place: number, need: Need, policy: Policy, twin: Learned | undefined): Scored => {
  const {card, route} = facts
  const priced = card.price ?? (card.local ? {usdIn: 0, usdCached: 0, usdOut: 0} : undefined)
  const usd = priced && usdOf({price: priced}, {input: need.input, output: need.output, reasoning: 0, cached: 0})
  const against = objection(facts, need)
  const bare: Scored = {
    route: routeName(route),
    score: 0,
    usable: against === '',
    success: round(successOf(facts)),
    quality: round(qualityOf(route.model, card)),
    ...(usd === undefined ? {} : {usd: Math.round(usd * 1e6) / 1e6}),
    ...timesOf(facts, need.output, twin),
    local: card.local,
    why: against,
  }
  return {...bare, score: round(scoreBy[policy](bare, place))}
}

/** Better first; what the policy leaves equal is decided by cost, then quality, then by what was written first. */
const compare = (a: Scored, b: Scored): number =>
  Number(b.usable) - Number(a.usable) ||
  b.score - a.score ||
  (a.usd ?? Number.MAX_VALUE) - (b.usd ?? Number.MAX_VALUE) ||
  b.quality * b.success - a.quality * a.success

/** Calls after which a route is no longer new. */
const enoughCalls = 8
/** A route is tried for learning's sake only if it scores at least this share of the best. */
const worthTrying = 0.5

/** The place in the order that is tried for the sake of learning; 0 = none. */
const exploring = (order: readonly Scored[], facts: ReadonlyMap<string, RouteFacts>, {explore = 0, draw = 1}: RouterRules): number => {
  const [best] = order
  if (!best || explore <= 0 || draw >= explore) return 0
  const isNew = (one: Scored): boolean => {
    const {good = 0, bad = 0} = facts.get(one.route)?.learned ?? {}
    return good + bad < enoughCalls
  }
  return Math.max(
    0,
    order.findIndex((one, place) => place > 0 && one.usable && one.score >= best.score * worthTrying && isNew(one)),
  )
}

export const chooseRoute = (candidates: readonly RouteFacts[], need: Need, router: RouterRules): Choice => {
  const facts = new Map<string, RouteFacts>()
  for (const one of candidates) if (!facts.has(routeName(one.route))) facts.set(routeName(one.route), one)
  const ruled = router.rules?.[need.kind]
  const policy = ruled ?? router.policy
  // The same model on another server of that kind is the best guess for one that nobody has measured.
  const twinOf = ({route, card}: RouteFacts): Learned | undefined =>
    [...facts.values()].find((one) => one.route.model === route.model && one.card.local === card.local && one.learned?.tokensPerSec)?.learned
  const sorted = [...facts.values()].map((one, place) => scored(one, place, need, policy, twinOf(one))).sort(compare)
  const tried = exploring(sorted, facts, router)
  const scores = tried === 0 ? sorted : [sorted[tried] as Scored, ...sorted.filter((_, place) => place !== tried)]
  const [first] = scores
  const from = ruled ? `rule ${need.kind}: ${policy}` : policy
  const decided = tried > 0 ? 'tried to learn how it does' : reasons[policy]
  const why = first ? `${from}: ${first.usable ? decided : `${first.why}, and no other can do it`}` : 'there is no route'
  return {
    order: scores.map((one) => (facts.get(one.route) as RouteFacts).route),
    scores: scores.map((one, place) => ({...one, why: one.why || (place === 0 ? decided : '')})),
    policy,
    kind: need.kind,
    why,
    explored: tried > 0,
  }
}
