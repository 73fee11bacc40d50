// When frames are drawn, on a clock of our own.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type Clock, createScheduler} from '../../../components/screen/scheduler.ts'

interface FakeClock extends Clock {
  forward(ms: number): void
  readonly waiting: number
}

const fakeClock = (): FakeClock => {
  let nowMs = 1000
  let timers: {dueMs: number; run: () => void}[] = []
  return {
    nowMs: () => nowMs,
    later: (waitMs, run) => {
      const timer = {dueMs: nowMs + waitMs, run}
      timers.push(timer)
      return () => {
        timers = timers.filter((one) => one !== timer)
      }
    },
    forward: (ms) => {
      const endMs = nowMs + ms
      for (;;) {
        const [next] = timers.filter(({dueMs}) => dueMs <= endMs).sort((a, b) => a.dueMs - b.dueMs)
        if (!next) break
        timers = timers.filter((one) => one !== next)
        nowMs = Math.max(nowMs, next.dueMs)
        next.run()
      }
      nowMs = endMs
    },
    get waiting() {
      return timers.length
    },
  }
}

const setUp = (isHeavy = false) => {
  const clock = fakeClock()
  const drawnMs: number[] = []
  const scheduler = createScheduler(() => {
    drawnMs.push(clock.nowMs())
    return isHeavy
  }, clock)
  return {clock, drawnMs, scheduler}
}

describe('the scheduler', () => {
  it('runs no timer while nothing changes', () => {
    const {clock, drawnMs, scheduler} = setUp()
    expect(clock.waiting).toBe(0)
    scheduler.damage()
    clock.forward(10_000)
    expect(drawnMs).toHaveLength(1)
    expect(clock.waiting).toBe(0)
    scheduler.key()
    expect(clock.waiting).toBe(0)
  })

  it('draws the first damage at once and later ones thirty times a second at most', () => {
    const {clock, drawnMs, scheduler} = setUp()
    for (let ms = 0; ms < 1000; ms += 1) {
      scheduler.damage()
      clock.forward(1)
    }
    expect(drawnMs[0]).toBe(1000)
    expect(drawnMs.length).toBeGreaterThan(27)
    expect(drawnMs.length).toBeLessThanOrEqual(31)
  })

  it('draws less often while every frame replaces the screen, and an echo as fast as ever', () => {
    const {clock, drawnMs, scheduler} = setUp(true)
    for (let ms = 0; ms < 1000; ms += 1) {
      scheduler.damage()
      clock.forward(1)
    }
    expect(drawnMs.length).toBeGreaterThan(18)
    expect(drawnMs.length).toBeLessThanOrEqual(23)
    scheduler.damage()
    clock.forward(50)
    const last = drawnMs.at(-1) as number
    scheduler.key()
    scheduler.damage(true)
    clock.forward(5)
    expect(drawnMs.at(-1) as number).toBeLessThanOrEqual(Math.max(last + 4, clock.nowMs()))
    expect(drawnMs.at(-1)).not.toBe(last)
  })

  it('draws the echo of a key within four milliseconds, for 150 ms', () => {
    const {clock, drawnMs, scheduler} = setUp()
    scheduler.damage()
    clock.forward(1)
    scheduler.key()
    scheduler.damage(true)
    clock.forward(10)
    expect(drawnMs).toEqual([1000, 1004])
    scheduler.damage(false)
    clock.forward(10)
    expect(drawnMs).toHaveLength(2)
    scheduler.damage(true)
    clock.forward(1)
    expect(drawnMs).toHaveLength(3)
    clock.forward(200)
    const before = drawnMs.length
    scheduler.damage(true)
    clock.forward(1)
    scheduler.damage(true)
    clock.forward(20)
    expect(drawnMs.length - before).toBe(1)
  })

  it('draws nothing while a frame is on its way, and the newest when it is out', () => {
    const {clock, drawnMs, scheduler} = setUp()
    scheduler.damage()
    clock.forward(1)
    scheduler.hold()
    scheduler.damage()
    scheduler.key()
    scheduler.damage(true)
    clock.forward(3000)
    expect(drawnMs).toHaveLength(1)
    expect(clock.waiting).toBe(0)
    scheduler.release()
    clock.forward(0)
    expect(drawnMs).toHaveLength(2)
  })

  it('never forgets damage, never draws without it, never draws too often', () => {
    const act = fc.oneof(
      fc.record({do: fc.constantFrom('damage', 'focused', 'key', 'hold', 'release')}),
      fc.record({do: fc.constant('wait'), ms: fc.integer({min: 0, max: 60})}),
    )
    fc.assert(
      fc.property(fc.array(act, {maxLength: 60}), (acts) => {
        const {clock, drawnMs, scheduler} = setUp()
        let [damages, isHeld] = [0, false]
        for (const one of acts) {
          if (one.do === 'damage' || one.do === 'focused') {
            damages += 1
            scheduler.damage(one.do === 'focused')
          } else if (one.do === 'key') scheduler.key()
          else if (one.do === 'hold') {
            isHeld = true
            scheduler.hold()
          } else if (one.do === 'release') {
            isHeld = false
            scheduler.release()
          } else clock.forward('ms' in one ? one.ms : 0)
        }
        if (isHeld) scheduler.release()
        const waiting = clock.waiting
        const drawn = drawnMs.length
        clock.forward(1000)
        expect(drawnMs.length - drawn).toBe(waiting)
        expect(drawnMs.length).toBeLessThanOrEqual(damages)
        if (damages > 0) expect(drawnMs.length).toBeGreaterThan(0)
        expect(drawnMs.every((ms, n) => n === 0 || ms - (drawnMs[n - 1] as number) >= 3.99)).toBe(true)
        expect(clock.waiting).toBe(0)
      }),
    )
  })
})
