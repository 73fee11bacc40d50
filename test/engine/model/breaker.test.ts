import {describe, expect, it} from 'vitest'
import {openBreakers} from '../../../engine/model/breaker.ts'

const setup = () => {
  let now = 0
  const log: string[] = []
  const breakers = openBreakers(
    () => now,
    (route, state, why) => log.push(`${route} ${state}: ${why}`),
  )
  const order = () =>
    breakers
      .order([{name: 'a'}, {name: 'b'}])
      .map(({name}) => name)
      .join('')
  /** Passes `ms` and says whether a may be tried again. */
  const isBackAfter = (ms: number): boolean => {
    now += ms
    return order() === 'ab'
  }
  return {breakers, log, order, isBackAfter}
}

const trouble = {why: 'it broke', lasting: false}

describe('a breaker', () => {
  it('leaves a route alone for half a minute, tries it, and takes it back when it answers', () => {
    const {breakers, log, order, isBackAfter} = setup()
    expect(order()).toBe('ab')
    breakers.bad('a', trouble)
    expect(order()).toBe('ba')
    expect(isBackAfter(29_999)).toBe(false)
    expect(isBackAfter(1)).toBe(true)
    expect(breakers.stateOf('a')).toBe('half-open')
    breakers.good('a')
    expect(log).toEqual(['a open: it broke', 'a half-open: time to try it again', 'a closed: it answered'])
  })

  it('leaves it alone twice as long each time, and forgets with time', () => {
    const {breakers, isBackAfter} = setup()
    breakers.bad('a', trouble)
    expect(isBackAfter(30_000)).toBe(true)
    breakers.bad('a', trouble)
    // The first strike is 30 s old, and a little less than one by now.
    expect(isBackAfter(57_000)).toBe(false)
    expect(isBackAfter(3000)).toBe(true)
    breakers.bad('a', trouble)
    expect(isBackAfter(90_000)).toBe(false)
    expect(isBackAfter(7_200_000)).toBe(true)
    breakers.bad('a', trouble)
    expect(isBackAfter(31_000)).toBe(true)
  })

  it('waits as long as the server asked, and ten minutes for what a person must mend', () => {
    const {breakers, isBackAfter} = setup()
    breakers.bad('a', {...trouble, waitMs: 300_000})
    expect(isBackAfter(299_999)).toBe(false)
    expect(isBackAfter(1)).toBe(true)
    const other = setup()
    other.breakers.bad('a', {why: 'no key', lasting: true})
    expect(other.isBackAfter(599_999)).toBe(false)
    expect(other.isBackAfter(1)).toBe(true)
  })

  it('never stays away for more than half an hour', () => {
    const {breakers, isBackAfter} = setup()
    for (let i = 0; i < 40; i++) breakers.bad('a', trouble)
    expect(isBackAfter(1_800_000)).toBe(true)
  })
})
