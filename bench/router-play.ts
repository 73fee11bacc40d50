// One day of bench/router.ts, played in the order of time: who is asked, what came of it, what follows. Who chooses is handed in.

import {fault} from '../engine/contract/fault.ts'
import {nextAfter} from '../engine/model/retry.ts'
import {median} from './figure.ts'
import {type Job, type Outcome, openWorld, type Provider} from './router-day.ts'

type World = ReturnType<typeof openWorld>
export interface Chooser {
  order(job: Job, index: number, world: World, isRepair: boolean): readonly Provider[]
  /** Each call that was sent, when its end is known; `givenUp`: the next route is asked instead. */
  heard?(job: Job, one: Provider, outcome: Outcome | undefined, isRepair: boolean, givenUp: boolean): void
}

/** What a job is worth, what a second costs: one scale for the regret. */
const worth = {question: 0.05, edit: 0.2, complex: 0.6}
const usdPerSecond = 0.0005
export const gainOf = (job: Job, outcome: Outcome | undefined): number =>
  outcome ? (outcome.won ? worth[job.kind] : 0) - outcome.usd - (outcome.ms / 1000) * usdPerSecond : 0

export interface Day {
  won: number
  usd: number
  p95WaitMs: number
  medianMs: number
  gain: number
  calls: number
}

export const luckFor = (job: Job, at: number, tries = 1): number => (job.luck * 7919 + at * 0.37 + (tries - 1) * 0.61) % 1

/** As a run does it, whoever chose: the same route once more after a pause, then the next one. */
const failing = {error: fault('model.broken', {route: 'p', why: 'it failed'}), callMs: 600_000, dice: 0.5}

interface Due {
  atMs: number
  act(): void
}

/** What happens, in the order of time; what is due at the same moment, in the order in which it was said. */
const openTimes = () => {
  const queue: Due[] = []
  return {
    at: (atMs: number, act: () => void): void => {
      let [low, high] = [0, queue.length]
      while (low < high) {
        const middle = (low + high) >> 1
        if ((queue[middle] as Due).atMs <= atMs) low = middle + 1
        else high = middle
      }
      queue.splice(low, 0, {atMs, act})
    },
    play: (): void => {
      for (let due = queue.shift(); due; due = queue.shift()) due.act()
    },
  }
}

export const play = (jobs: readonly Job[], cluster: readonly Provider[], chooser: Chooser): Day => {
  const world = openWorld(cluster, jobs.at(-1)?.atMs ?? 0)
  const times = openTimes()
  const waits: number[] = []
  const lasted: number[] = []
  const day: Day = {won: 0, usd: 0, p95WaitMs: 0, medianMs: 0, gain: 0, calls: 0}

  /** `job.atMs` is when this attempt began; `round`: 0, then one for each repair. */
  const attempt = (job: Job, index: number, round: number): void => {
    const order = chooser.order(job, index, world, round > 0)
    const call = (place: number, tries: number, atMs: number): void => {
      const one = order[place]
      if (!one) return
      const outcome = world.run(one, {...job, atMs}, luckFor(job, cluster.indexOf(one), tries))
      day.calls += 1
      const next = nextAfter({...failing, tries, onTrial: false, others: place + 1 < order.length})
      const hear = (heardMs: number): void => chooser.heard?.({...job, atMs: heardMs}, one, outcome, round > 0, next.do !== 'again')
      if (outcome) {
        const doneMs = atMs + outcome.ms
        times.at(doneMs, () => {
          hear(doneMs)
          ended(job, index, round, outcome, doneMs)
        })
        return
      }
      hear(atMs)
      if (next.do === 'again') times.at(atMs + next.waitMs, () => call(place, tries + 1, atMs + next.waitMs))
      else times.at(atMs, () => call(place + 1, 1, atMs))
    }
    call(0, 1, job.atMs)
  }

  const ended = (job: Job, index: number, round: number, outcome: Outcome, atMs: number): void => {
    const all = {...outcome, ms: atMs - job.atMs}
    day.usd += all.usd
    day.won += Number(all.won)
    day.gain += gainOf(job, all)
    waits.push(all.waitMs)
    lasted.push(all.ms)
    const draws = job.again[round]
    // An answer has no gate: nobody notices that it is wrong.
    if (!all.won && job.kind !== 'question' && draws) attempt({...job, ...draws, atMs}, index, round + 1)
  }

  for (const [index, job] of jobs.entries()) times.at(job.atMs, () => attempt(job, index, 0))
  times.play()
  waits.sort((a, b) => a - b)
  return {...day, p95WaitMs: waits[Math.floor(waits.length * 0.95)] ?? 0, medianMs: median(lasted)}
}
