// What routing is worth: a seeded day of work over four made-up providers whose speed, price, skill and trouble are
// drawn, with bursts that fill the local server's queue and an outage in the middle. The router sees only what a run
// would see; the oracle knows the draw. Beside it: round-robin, always the best model, and the first as written.

import {fault} from '../engine/contract/fault.ts'
import type {Learned, TaskKind} from '../engine/contract/learned.ts'
import {openBreakers} from '../engine/model/breaker.ts'
import {learnAll, learnedFor, type Observation} from '../engine/model/learn.ts'
import {nextAfter} from '../engine/model/retry.ts'
import {chooseRoute, type RouteFacts, type RouterRules} from '../engine/model/router.ts'
import {type Figure, median} from './figure.ts'
import {type Job, jobsOf, type Outcome, openWorld, type Provider, providers, seeded} from './router-day.ts'

type World = ReturnType<typeof openWorld>
interface Chooser {
  order(job: Job, index: number, world: World, isRepair: boolean): Provider[]
  /** Each call that was sent; `givenUp`: the next route is asked instead. */
  heard?(job: Job, one: Provider, outcome: Outcome | undefined, isRepair: boolean, givenUp: boolean): void
}

/** As in a run: a second attempt is hard work, whatever the first was. */
const kindFor = (job: Job, isRepair: boolean): TaskKind => (isRepair ? 'complex' : job.kind)

const byName = new Map(providers.map((one) => [one.name, one]))

const routed = (router: RouterRules, random: () => number): Chooser => {
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
    order: (job, _, world, isRepair) => {
      now = job.atMs
      const kind = kindFor(job, isRepair)
      breakers.order(providers)
      const facts = providers.map((one): RouteFacts => {
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
      const {order} = chooseRoute(facts, {kind, tools: true, input: job.input, output: job.output}, {...router, draw: random()})
      return order.map(({provider, model}) => byName.get(`${provider}/${model}`) as Provider)
    },
    heard: (job, one, outcome, isRepair, givenUp) => {
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

const fixed = (names: readonly string[]): Chooser => ({order: () => names.map((name) => byName.get(name) as Provider)})
const roundRobin: Chooser = {order: (_, index) => providers.map((_one, at) => providers[(index + at) % providers.length] as Provider)}

/** What a job is worth, what a second costs: one scale for the regret. */
const worth = {question: 0.05, edit: 0.2, complex: 0.6}
const usdPerSecond = 0.0005
const gainOf = (job: Job, outcome: Outcome | undefined): number =>
  outcome ? (outcome.won ? worth[job.kind] : 0) - outcome.usd - (outcome.ms / 1000) * usdPerSecond : 0

/** Knows the draw of each job: takes whatever brings most. */
const oracleOf = (lucks: (job: Job, at: number) => number): Chooser => ({
  order: (job, _, world) => {
    const value = new Map(providers.map((one, at) => [one, gainOf(job, world.run(one, job, lucks(job, at), true))]))
    return [...providers].sort((a, b) => (value.get(b) ?? 0) - (value.get(a) ?? 0))
  },
})

export interface Day {
  won: number
  usd: number
  p95WaitMs: number
  medianMs: number
  gain: number
  calls: number
}

const luckFor = (job: Job, at: number, tries = 1): number => (job.luck * 7919 + at * 0.37 + (tries - 1) * 0.61) % 1

/** As a run does it, whoever chose: the same route once more after a pause, then the next one. */
const failing = {error: fault('model.broken', {route: 'p', why: 'it failed'}), callMs: 600_000, dice: 0.5}

const play = (jobs: readonly Job[], chooser: Chooser): Day => {
  const world = openWorld(jobs.at(-1)?.atMs ?? 0)
  const waits: number[] = []
  const times: number[] = []
  const day: Day = {won: 0, usd: 0, p95WaitMs: 0, medianMs: 0, gain: 0, calls: 0}
  const attempt = (job: Job, index: number, isRepair: boolean): Outcome | undefined => {
    const order = chooser.order(job, index, world, isRepair)
    let pausedMs = 0
    for (const [place, one] of order.entries()) {
      for (let tries = 1; ; tries += 1) {
        const outcome = world.run(one, {...job, atMs: job.atMs + pausedMs}, luckFor(job, providers.indexOf(one), tries))
        day.calls += 1
        const next = nextAfter({...failing, tries, onTrial: false, others: place + 1 < order.length})
        chooser.heard?.(job, one, outcome, isRepair, next.do !== 'again')
        if (outcome) return {...outcome, ms: outcome.ms + pausedMs}
        if (next.do !== 'again') break
        pausedMs += next.waitMs
      }
    }
  }
  const take = (job: Job, outcome: Outcome): void => {
    day.usd += outcome.usd
    day.won += Number(outcome.won)
    day.gain += gainOf(job, outcome)
    waits.push(outcome.waitMs)
    times.push(outcome.ms)
  }
  for (const [index, job] of jobs.entries()) {
    let now = job
    for (const draws of [null, ...job.again]) {
      if (draws) now = {...now, ...draws}
      const outcome = attempt(now, index, draws !== null)
      if (!outcome) break
      take(now, outcome)
      // An answer has no gate: nobody notices that it is wrong.
      if (outcome.won || job.kind === 'question') break
      now = {...now, atMs: now.atMs + outcome.ms}
    }
  }
  waits.sort((a, b) => a - b)
  return {...day, p95WaitMs: waits[Math.floor(waits.length * 0.95)] ?? 0, medianMs: median(times)}
}

/** What docs/routing.md advises: questions and hard work well, the rest by what has shown to be cheapest for its success. */
export const advised: RouterRules = {policy: 'cost', rules: {question: 'quality', complex: 'quality'}, explore: 0.05}

/** Questions to whoever is soonest done: cheaper still, and as no gate checks answers, dearer in wrong ones. */
export const saving: RouterRules = {policy: 'cost', rules: {question: 'latency', complex: 'quality'}, explore: 0.05}

export const simulate = (seed: number, count = 1500): Record<'router' | 'router, saving' | 'balanced' | 'round robin' | 'always best' | 'oracle', Day> => {
  const jobs = jobsOf(count, seeded(seed))
  const written = providers.map(({name}) => name)
  return {
    router: play(jobs, routed(advised, seeded(seed + 1))),
    'router, saving': play(jobs, routed(saving, seeded(seed + 1))),
    balanced: play(jobs, routed({policy: 'balanced'}, seeded(seed + 1))),
    'round robin': play(jobs, roundRobin),
    'always best': play(jobs, fixed(written)),
    oracle: play(jobs, oracleOf(luckFor)),
  }
}

const seeds = [11, 23, 37, 41, 59, 67, 71, 83, 97, 101, 113]

export const bench = async (): Promise<Figure[]> => {
  const days = seeds.map((seed) => simulate(seed))
  const of = (name: keyof (typeof days)[number], pick: (day: Day) => number): number => median(days.map((day) => pick(day[name])))
  const names = Object.keys(days[0] as (typeof days)[number]) as (keyof (typeof days)[number])[]
  return names.flatMap((name): Figure[] => [
    {name: `${name}: jobs that held`, value: of(name, ({won}) => won / 15), unit: '%'},
    {
      name: `${name}: cost`,
      value: of(name, ({usd}) => usd),
      unit: 'usd',
      ratio: of(name, ({usd}) => usd) / of('always best', ({usd}) => usd),
      note: 'to always best',
    },
    {
      name: `${name}: p95 wait`,
      value: of(name, ({p95WaitMs}) => p95WaitMs / 1000),
      unit: 's',
      ratio: of(name, ({p95WaitMs}) => p95WaitMs) / of('round robin', ({p95WaitMs}) => p95WaitMs),
      note: 'to round robin',
    },
    {
      name: `${name}: regret`,
      value: of('oracle', ({gain}) => gain) - of(name, ({gain}) => gain),
      unit: 'usd',
      ratio: 1 - of(name, ({gain}) => gain) / of('oracle', ({gain}) => gain),
      note: 'of what the oracle gains',
    },
  ])
}
