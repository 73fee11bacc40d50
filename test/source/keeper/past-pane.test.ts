// A pane of an earlier day is told once its width is known, and whoever asked for it gets it once.

import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {openPast} from '../../../source/keeper/past-pane.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const past = () => {
  let columns = 80
  let asked = 0
  let at = 0
  const told = (to: number): string => {
    asked += 1
    if (to === at) return ''
    at = to
    return `at ${to}`
  }
  const pane = openPast({told}, () => columns)
  const got: string[] = []
  return {pane, got, ask: () => pane.whole((text) => got.push(text)), to: (next: number) => (columns = next), asked: () => asked}
}

describe('a pane of an earlier day', () => {
  it('waits for its width, and is told to all who asked', () => {
    const {pane, got, ask, to} = past()
    ask()
    ask()
    expect(got).toEqual([])
    to(118)
    expect(pane.resized()).toBe('')
    expect(got).toEqual(['at 118', 'at 118'])
    vi.advanceTimersByTime(1000)
    expect(got).toHaveLength(2)
  })

  it('is told as it is where nobody says a width', () => {
    const {got, ask} = past()
    ask()
    vi.advanceTimersByTime(1000)
    expect(got).toEqual(['at 80'])
  })

  it('is told anew at another width only, and the newest is what later ones get', () => {
    const {pane, got, ask, to} = past()
    ask()
    vi.advanceTimersByTime(1000)
    to(60)
    expect(pane.resized()).toBe('at 60')
    expect(pane.resized()).toBe('')
    ask()
    expect(got).toEqual(['at 80', 'at 60'])
  })

  it('is all there when something new is printed below it, also for those who waited', () => {
    const {pane, got, ask, asked} = past()
    ask()
    expect(pane.take()).toBe('at 80')
    expect(got).toEqual(['at 80'])
    expect(pane.take()).toBe('at 80')
    vi.advanceTimersByTime(1000)
    expect(asked()).toBe(1)
  })
})
