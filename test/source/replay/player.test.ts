// A run plays at its own pace, faster, paused and from anywhere, by a clock that the test turns.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {openPlayer} from '../../../source/replay/player.ts'
import {story, turnedClock} from './kit.ts'

const playing = (more: {speed?: number; at?: number; maxGapMs?: number} = {}) => {
  const {clock, turn, sleepers} = turnedClock()
  let seen: number[] = []
  let landings = 0
  const player = openPlayer(
    {
      clock,
      read: (after) => story.filter((event) => event.seq > after),
      deliver: (event) => seen.push(event.seq),
      landed: () => {
        landings += 1
      },
      begin: () => {
        seen = []
      },
      speed: more.speed ?? 1,
      maxGapMs: more.maxGapMs,
    },
    more.at,
  )
  return {player, turn, sleepers, seen: () => seen, landings: () => landings}
}

describe('a player', () => {
  it('tells each event when it was due, and waits for long pauses only a little', async () => {
    const {turn, seen, player} = playing()
    await turn(0)
    expect(seen()).toEqual([1])
    await turn(999)
    expect(seen()).toEqual([1])
    await turn(1)
    expect(seen()).toEqual([1, 2])
    await turn(1000)
    expect(seen()).toEqual([1, 2, 3])
    await turn(1999)
    expect(seen()).toEqual([1, 2, 3])
    await turn(1)
    expect(seen()).toEqual([1, 2, 3, 4])
    await turn(3000)
    await player.ended
    expect(player.place()).toEqual({seq: 7, speed: 1, paused: false, ended: true})
  })

  it('plays faster and slower, from the moment it is told to', async () => {
    const {turn, seen, player} = playing({speed: 2})
    await turn(500)
    expect(seen()).toEqual([1, 2])
    await turn(250)
    player.speed(0.5)
    await turn(999)
    expect(seen()).toEqual([1, 2])
    await turn(1)
    expect(seen()).toEqual([1, 2, 3])
    player.speed(Number.POSITIVE_INFINITY)
    await turn(0)
    expect(seen()).toHaveLength(7)
  })

  it('goes on after a pause where it stood', async () => {
    const {turn, seen, player} = playing()
    await turn(600)
    player.pause()
    await turn(100_000)
    expect(seen()).toEqual([1])
    expect(player.place()).toMatchObject({paused: true, ended: false})
    player.resume()
    await turn(399)
    expect(seen()).toEqual([1])
    await turn(1)
    expect(seen()).toEqual([1, 2])
  })

  it('jumps ahead at once and back from the beginning, paused or not', async () => {
    const {turn, seen, player, landings} = playing({at: 2})
    expect(seen()).toEqual([1, 2])
    player.seek(5)
    expect(seen()).toEqual([1, 2, 3, 4, 5])
    await turn(1000)
    expect(seen()).toEqual([1, 2, 3, 4, 5, 6])
    player.pause()
    player.seek(3)
    expect(seen()).toEqual([1, 2, 3])
    await turn(10_000)
    expect(seen()).toEqual([1, 2, 3])
    player.resume()
    await turn(2000)
    expect(seen()).toEqual([1, 2, 3, 4])
    player.seek(99)
    expect(seen()).toHaveLength(7)
    expect(landings()).toBe(4)
    await turn(0)
    expect(player.place().ended).toBe(true)
    player.seek(0)
    await turn(0)
    expect(seen()).toEqual([1])
  })

  it('is silent once closed, and leaves nobody waiting', async () => {
    const {turn, seen, player, sleepers} = playing()
    await turn(0)
    player.close()
    await player.ended
    await turn(10_000)
    expect(seen()).toEqual([1])
    expect(sleepers.size).toBe(0)
  })

  it('has told exactly the events up to its place, whatever is done to it', async () => {
    const action = fc.oneof(
      fc.record({do: fc.constant('seek' as const), to: fc.integer({min: -1, max: 9})}),
      fc.record({do: fc.constant('turn' as const), to: fc.integer({min: 0, max: 3000})}),
      fc.record({do: fc.constant('speed' as const), to: fc.constantFrom(0.25, 1, 8)}),
      fc.record({do: fc.constantFrom('pause' as const, 'resume' as const), to: fc.constant(0)}),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(action, {maxLength: 12}), async (actions) => {
        const {player, turn, seen} = playing()
        for (const {do: what, to} of actions) {
          if (what === 'turn') await turn(to)
          else if (what === 'seek' || what === 'speed') player[what](to)
          else player[what]()
          expect(seen()).toEqual(Array.from({length: player.place().seq}, (_, index) => index + 1))
        }
        player.close()
      }),
      {numRuns: 60},
    )
  })
})
