// Lists with an end: the newest stay, what somebody has seen never changes, and what is done in one go costs one copy.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {inOneGo, keep} from '../../stores/view/ring.ts'

const all = (items: readonly number[], most: number, start: readonly number[] = []): readonly number[] =>
  items.reduce<readonly number[]>((list, item) => keep(list, item, most), start)

describe('a list with an end', () => {
  it('keeps the newest, in one go or in many, and leaves what was seen as it is', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({min: 1, max: 20}), fc.array(fc.nat(), {maxLength: 20}), (items, most, start) => {
        const seen = [...start]
        const expected = [...start, ...items].slice(items.length === 0 ? 0 : -most)
        expect(all(items, most, seen)).toEqual(expected)
        expect(inOneGo(() => all(items, most, seen))).toEqual(expected)
        expect(seen).toEqual(start)
      }),
    )
  })
  it('is copied once in a go, and again in the next', () => {
    const start: readonly number[] = [1]
    const [first, second] = inOneGo(() => {
      const one = keep(start, 2, 9)
      return [one, keep(one, 3, 9)]
    })
    expect(first).toBe(second)
    expect(start).toEqual([1])
    const later = inOneGo(() => keep(second as readonly number[], 4, 9))
    expect([second, later]).toEqual([
      [1, 2, 3],
      [1, 2, 3, 4],
    ])
    expect(keep(later, 5, 9)).not.toBe(later)
  })
})
