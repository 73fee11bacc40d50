import {expect, it} from 'vitest'
import {simulate} from '../../bench/router.ts'

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
