// What routing is worth: seeded days of drawn work, and a recorded trace of a cluster, over providers whose speed, price, skill
// and trouble are fixed, with bursts that fill queues and an outage in the middle. The router sees only what a run would
// see; the oracle knows the draw. Beside it: round-robin, always the best model, and the first as written.

import type {Learned, TaskKind} from '../engine/contract/learned.ts'
import {openBreakers} from '../engine/model/breaker.ts'
import {learnAll, learnedFor, type Observation} from '../engine/model/learn.ts'
import {type Choice, chooseRoute, type RouteFacts, type RouterRules} from '../engine/model/router.ts'
import {type Figure, median} from './figure.ts'
import {type Job, jobsOf, type Provider, providers, seeded} from './router-day.ts'
import {type Chooser, type Day, gainOf, luckFor, play} from './router-play.ts'
import {equalCluster, mixedCluster, recordedJobs} from './router-trace.ts'

/** As in a run: a second attempt is hard work, whatever the first was. */
const kindFor = (job: Job, isRepair: boolean): TaskKind => (isRepair ? 'complex' : job.kind)

/** How long a reply will be, nobody knows before it: what a run reckons with (source/models/routing.ts). */
const replyTokens = 1024

/** `rulesAt`: by the number of the job, because a policy may be switched in the middle. */
const routed = (
  cluster: readonly Provider[],
  rulesAt: (index: number) => RouterRules,
  random: () => number,
  onChoice: (choice: Choice, index: number) => void = () => undefined,
): Chooser => {
  const byName = new Map(cluster.map((one) => [one.name, one]))
  let known: Learned[] = []
  const learnt = (seen: Observation[], now: number): void => {
    const changed = learnAll(known, seen, now)
    known = [...known.filter((one) => !changed.some((row) => row.route === one.route && row.kind === one.kind)), ...changed]
  }
  let now = 0
  const breakers = openBreakers(
    () => now,
    () => undefined,
  )
  return {
    order: (job, index, world, isRepair) => {
      now = job.atMs
      const kind = kindFor(job, isRepair)
      breakers.order(cluster)
      const facts = cluster.map((one): RouteFacts => {
        const [provider = '', model = ''] = one.name.split('/')
        return {
          route: {provider, model},
          card: {
            window: 128_000,
            output: 8192,
            tools: true,
            edits: 'calls',
            local: one.local,
            price: {usdIn: one.usdIn, usdCached: one.usdIn, usdOut: one.usdOut},
            ...(one.local ? {quality: 0.15} : {}),
          },
          learned: learnedFor(known, one.name, kind),
          breaker: breakers.stateOf(one.name),
          ...(one.local ? {load: world.load(one, job.atMs)} : {}),
        }
      })
      const choice = chooseRoute(facts, {kind, tools: true, input: job.input, output: replyTokens}, {...rulesAt(index), draw: random()})
      onChoice(choice, index)
      return choice.order.map(({provider, model}) => byName.get(`${provider}/${model}`) as Provider)
    },
    heard: (job, one, outcome, isRepair, givenUp) => {
      now = job.atMs
      const at = {route: one.name, kind: kindFor(job, isRepair)}
      if (outcome) breakers.good(one.name)
      else if (givenUp) breakers.bad(one.name, {why: 'it failed', lasting: false})
      const own = outcome ? outcome.ms - outcome.waitMs - one.firstMs : 0
      learnt(
        outcome
          ? [
              {...at, is: 'answered', firstMs: one.firstMs, tokensPerSec: (job.output / own) * 1000},
              // Whether an answer is right, nobody tells.
              ...(job.kind === 'question' ? [] : [{...at, is: outcome.won ? ('won' as const) : ('lost' as const)}]),
            ]
          : [{...at, is: 'failed'}],
        job.atMs,
      )
    },
  }
}

const fixed = (order: readonly Provider[]): Chooser => ({order: () => order})
const roundRobin = (cluster: readonly Provider[]): Chooser => ({
  order: (_, index) => cluster.map((_one, at) => cluster[(index + at) % cluster.length] as Provider),
})

/** Knows the draw of each job: takes whatever brings most. */
const oracleOf = (cluster: readonly Provider[]): Chooser => ({
  order: (job, _, world) => {
    const value = new Map(cluster.map((one, at) => [one, gainOf(job, world.run(one, job, luckFor(job, at), true))]))
    return [...cluster].sort((a, b) => (value.get(b) ?? 0) - (value.get(a) ?? 0))
  },
})

/** What docs/routing.md advises: questions and hard work well, the rest by what has shown to be cheapest for its success. */
export const advised: RouterRules = {policy: 'cost', rules: {question: 'quality', complex: 'quality'}, explore: 0.05}

/** Questions to whoever is soonest done: cheaper still, and as no gate checks answers, dearer in wrong ones. */
export const saving: RouterRules = {policy: 'cost', rules: {question: 'latency', complex: 'quality'}, explore: 0.05}

export const names = ['router', 'router, saving', 'balanced', 'round robin', 'always best', 'oracle'] as const
export type Days = Record<(typeof names)[number], Day>

const playAll = (jobs: readonly Job[], cluster: readonly Provider[], seed: number): Days => {
  const ruled = (rules: RouterRules): Day =>
    play(
      jobs,
      cluster,
      routed(cluster, () => rules, seeded(seed + 1)),
    )
  return {
    router: ruled(advised),
    'router, saving': ruled(saving),
    balanced: ruled({policy: 'balanced'}),
    'round robin': play(jobs, cluster, roundRobin(cluster)),
    'always best': play(jobs, cluster, fixed(cluster)),
    oracle: play(jobs, cluster, oracleOf(cluster)),
  }
}

/** A drawn day. */
export const simulate = (seed: number, count = 1500): Days => playAll(jobsOf(count, seeded(seed)), providers, seed)

/** The recorded trace; `seed` draws what was not recorded. */
export const replay = (seed: number): Days => playAll(recordedJobs(seeded(seed)), mixedCluster, seed)

/** The same on four equal servers, where all that can be won is time. */
export const replayEqual = (seed: number): {latency: Day; 'round robin': Day} => {
  const jobs = recordedJobs(seeded(seed))
  return {
    latency: play(
      jobs,
      equalCluster,
      routed(equalCluster, () => ({policy: 'latency'}), seeded(seed + 1)),
    ),
    'round robin': play(jobs, equalCluster, roundRobin(equalCluster)),
  }
}

export interface Explained {
  choices: number
  /** With a reason, and for each route a row that says what speaks for or against it. */
  explained: number
  /** By policy: how many choices named it, and how often each route came first. */
  named: Partial<Record<string, number>>
  first: Partial<Record<string, Record<string, number>>>
  /** Choices that name another policy than the one that was set then. */
  strayed: number
}

/** The recorded trace with a policy that is switched in its middle. */
export const replaySwitched = (seed: number, before: RouterRules, after: RouterRules): Explained => {
  const jobs = recordedJobs(seeded(seed))
  const rulesAt = (index: number): RouterRules => (index < jobs.length / 2 ? before : after)
  const told: Explained = {choices: 0, explained: 0, named: {}, first: {}, strayed: 0}
  const onChoice = ({policy, why, scores}: Choice, index: number): void => {
    told.choices += 1
    const full = why !== '' && scores.length === mixedCluster.length && scores.every((one) => Number.isFinite(one.score) && (one.usable || one.why !== ''))
    told.explained += Number(full && scores[0]?.why !== '')
    told.named[policy] = (told.named[policy] ?? 0) + 1
    told.strayed += Number(policy !== rulesAt(index).policy)
    const route = scores[0]?.route ?? ''
    told.first[policy] = {...told.first[policy], [route]: (told.first[policy]?.[route] ?? 0) + 1}
  }
  play(jobs, mixedCluster, routed(mixedCluster, rulesAt, seeded(seed + 1), onChoice))
  return told
}

const seeds = [11, 23, 37, 41, 59, 67, 71, 83, 97, 101, 113]

const figuresOf = (label: string, days: readonly Days[], jobs: number): Figure[] => {
  const of = (name: keyof Days, pick: (day: Day) => number): number => median(days.map((day) => pick(day[name])))
  return names.flatMap((name): Figure[] => [
    {name: `${label}, ${name}: jobs that held`, value: (of(name, ({won}) => won) / jobs) * 100, unit: '%'},
    {
      name: `${label}, ${name}: cost`,
      value: of(name, ({usd}) => usd),
      unit: 'usd',
      ratio: of(name, ({usd}) => usd) / of('always best', ({usd}) => usd),
      note: 'to always best',
    },
    {
      name: `${label}, ${name}: p95 wait`,
      value: of(name, ({p95WaitMs}) => p95WaitMs / 1000),
      unit: 's',
      ratio: of(name, ({p95WaitMs}) => p95WaitMs) / of('round robin', ({p95WaitMs}) => p95WaitMs),
      note: 'to round robin',
    },
    {
      name: `${label}, ${name}: regret`,
      value: of('oracle', ({gain}) => gain) - of(name, ({gain}) => gain),
      unit: 'usd',
      ratio: 1 - of(name, ({gain}) => gain) / of('oracle', ({gain}) => gain),
      note: 'of what the oracle gains',
    },
  ])
}

export const bench = async (): Promise<Figure[]> => {
  const equal = seeds.map(replayEqual)
  const waits = (name: 'latency' | 'round robin'): number => median(equal.map((days) => days[name].p95WaitMs))
  const told = replaySwitched(11, {policy: 'quality'}, {policy: 'cost'})
  const shareOf = (policy: string, route: string): number => ((told.first[policy]?.[route] ?? 0) / (told.named[policy] ?? 1)) * 100
  return [
    ...figuresOf(
      'drawn',
      seeds.map((seed) => simulate(seed)),
      1500,
    ),
    ...figuresOf('recorded', seeds.map(replay), recordedJobs(seeded(1)).length),
    {
      name: 'recorded, four equal servers, latency: p95 wait',
      value: waits('latency') / 1000,
      unit: 's',
      ratio: waits('latency') / waits('round robin'),
      note: 'to round robin',
    },
    {
      name: 'recorded: decisions explained',
      value: (told.explained / told.choices) * 100,
      unit: '%',
      note: `${told.choices}, each with its reason and a row for every route`,
    },
    {
      name: 'recorded: policy switched in the middle, p/best first',
      value: shareOf('quality', 'p/best'),
      unit: '%',
      note: `then ${shareOf('cost', 'p/best').toFixed(1)} %; ${told.strayed} choices named another policy than was set`,
    },
  ]
}
