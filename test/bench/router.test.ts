import {expect, it} from 'vitest'
import {simulate} from '../../bench/router.ts'

it('a routed day costs far less than the best model for everything, waits less than round-robin, and holds nearly as well', () => {
  for (const seed of [3, 5, 8]) {
    const day = simulate(seed, 600)
    const best = day['always best']
    expect(day.router.usd).toBeLessThan(best.usd * 0.6)
    expect(day.router.won).toBeGreaterThan(best.won * 0.95)
    expect(day['router, careful'].won).toBeGreaterThan(best.won * 0.97)
    expect(day['router, careful'].usd).toBeLessThan(best.usd)
    expect(day.router.p95WaitMs).toBeLessThan(day['round robin'].p95WaitMs * 0.5)
    expect(day.oracle.gain - day.router.gain).toBeLessThan((day.oracle.gain - best.gain) * 0.6)
    expect(simulate(seed, 600)).toEqual(day)
  }
})
