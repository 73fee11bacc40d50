import {describe, expect, it} from 'vitest'
import {replay, replayEqual, replaySwitched, simulate} from '../../bench/router.ts'
import {seeded} from '../../bench/router-day.ts'
import {recordedJobs} from '../../bench/router-trace.ts'

const seeds = [3, 5, 8, 13, 21, 34, 55, 89]
const count = 1500

it('a routed day holds as well as the best model for everything, costs less, and waits less than half of round-robin', () => {
  const days = seeds.map((seed) => simulate(seed, count))
  const won = (name: keyof (typeof days)[number]): number => days.reduce((sum, day) => sum + day[name].won, 0)
  for (const day of days) {
    expect(day.router.usd).toBeLessThan(day['always best'].usd * 0.75)
    expect(day.router.p95WaitMs).toBeLessThanOrEqual(day['round robin'].p95WaitMs * 0.5)
    expect(day.router.p95WaitMs).toBeLessThanOrEqual(day['always best'].p95WaitMs)
    expect(day['router, saving'].usd).toBeLessThan(day.router.usd)
    expect(day.oracle.gain - day.router.gain).toBeLessThan((day.oracle.gain - day['always best'].gain) * 0.8)
  }
  // Equal, up to what the draws of a few thousand jobs leave open.
  expect(won('router')).toBeGreaterThan(won('always best') - seeds.length * count * 0.001)
  expect(won('router, saving')).toBeGreaterThan(won('always best') * 0.98)
})

it('the same seed plays the same day', () => expect(simulate(3, 200)).toEqual(simulate(3, 200)))

describe('the recorded trace of a cluster', () => {
  it('is replayed as it was recorded', () => {
    const jobs = recordedJobs(seeded(1))
    expect(jobs).toHaveLength(1310)
    expect(jobs.every(({atMs}, index) => atMs >= (jobs[index - 1]?.atMs ?? 0))).toBe(true)
    expect(jobs[0]).toMatchObject({atMs: 0, input: 374, output: 44, kind: 'question'})
    expect(jobs.at(-1)).toMatchObject({atMs: 417_058, input: 2144, output: 22})
  })

  it('holds as well as the best model for everything, costs less, and waits less than half of round-robin', () => {
    for (const day of seeds.slice(0, 4).map(replay)) {
      expect(day.router.usd).toBeLessThan(day['always best'].usd * 0.75)
      expect(day.router.p95WaitMs).toBeLessThanOrEqual(day['round robin'].p95WaitMs * 0.5)
      expect(day.router.won).toBeGreaterThanOrEqual(day['always best'].won - 2)
    }
  })

  it('makes nobody wait longer than round-robin where all servers are equal', () => {
    const days = seeds.slice(0, 4).map(replayEqual)
    const sum = (name: 'latency' | 'round robin') => days.reduce((all, day) => all + day[name].p95WaitMs, 0)
    expect(sum('latency')).toBeLessThan(sum('round robin'))
  })

  it('explains every choice, and shows a switch of the policy at once', () => {
    const told = replaySwitched(3, {policy: 'quality'}, {policy: 'cost'})
    expect(told.explained).toBe(told.choices)
    expect(told.choices).toBeGreaterThanOrEqual(1310)
    expect(told.strayed).toBe(0)
    const share = (policy: string) => (told.first[policy]?.['p/best'] ?? 0) / (told.named[policy] ?? 1)
    expect(share('quality')).toBeGreaterThan(0.8)
    expect(share('cost')).toBeLessThan(0.4)
  })
})
