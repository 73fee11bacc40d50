import {describe, expect, it} from 'vitest'
import {judge, type Move} from '../../../engine/role/stuck.ts'

const move = (input: string, told = 'same', ok = true): Move => ({tool: 'read', input, ok, told})
const times = (count: number, make: (index: number) => Move): Move[] => Array.from({length: count}, (_, index) => make(index))

describe('the detectors of a loop', () => {
  it('tells at the third identical call and stops at the fourth', () => {
    expect(judge(times(2, () => move('a')))).toEqual({is: 'fine'})
    expect(judge(times(3, () => move('a'))).is).toBe('nudge')
    expect(judge(times(4, () => move('a'))).is).toBe('stop')
  })
  it('takes a changed result for progress', () => {
    const letters = 'abcdefghijkl'
    expect(judge(times(7, (index) => move('a', `result ${letters[index]}`)))).toEqual({is: 'fine'})
  })
  it('is more patient the less alike the results are, and not for ever', () => {
    const counted = (count: number) => times(count, (index) => move('a', `${index} ms`))
    expect([4, 5, 7, 8].map((count) => judge(counted(count)).is)).toEqual(['fine', 'nudge', 'fine', 'stop'])
    const letters = 'abcdefghijkl'
    const other = (count: number) => times(count, (index) => move('a', `result ${letters[index]}`))
    expect([7, 8, 11, 12].map((count) => judge(other(count)).is)).toEqual(['fine', 'nudge', 'fine', 'stop'])
  })
  it('notices three calls that go round', () => {
    const turns = (count: number) => times(count, (index) => move('abc'[index % 3] as string, 'xyz'[index % 3]))
    expect([5, 6, 8, 9].map((count) => judge(turns(count)).is)).toEqual(['fine', 'nudge', 'fine', 'stop'])
  })
  it('notices two calls that take turns', () => {
    const turns = (count: number) => times(count, (index) => move(index % 2 === 0 ? 'a' : 'b', index % 2 === 0 ? 'x' : 'y'))
    expect(judge(turns(3)).is).toBe('fine')
    expect(judge(turns(4)).is).toBe('nudge')
    expect(judge(turns(6)).is).toBe('stop')
  })
  it('notices failures in a row, and forgets them after a success', () => {
    const failing = (count: number) => times(count, (index) => move(`${index}`, `${index}`, false))
    expect(judge(failing(4)).is).toBe('fine')
    expect(judge(failing(5)).is).toBe('nudge')
    expect(judge(failing(10)).is).toBe('stop')
    expect(judge([...failing(9), move('good', 'other'), ...failing(4)]).is).toBe('fine')
  })
})
