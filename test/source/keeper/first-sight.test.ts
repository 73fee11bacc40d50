// What can wait waits until a screen has been shown what was, and no longer than that.

import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {openFirstSight} from '../../../source/keeper/first-sight.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const isOver = async (over: Promise<void>): Promise<boolean> => Promise.race([over.then(() => true), Promise.resolve().then(() => false)])

describe('the first sight of a session', () => {
  it('is over at once where nothing was', async () => {
    expect(await isOver(openFirstSight(false).over)).toBe(true)
  })

  it('is over a moment after a screen was told what was', async () => {
    const {seen, over} = openFirstSight(true)
    expect(await isOver(over)).toBe(false)
    seen()
    expect(await isOver(over)).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    expect(await isOver(over)).toBe(true)
  })

  it('is over after a second, when no screen comes', async () => {
    const {over} = openFirstSight(true)
    await vi.advanceTimersByTimeAsync(900)
    expect(await isOver(over)).toBe(false)
    await vi.advanceTimersByTimeAsync(200)
    expect(await isOver(over)).toBe(true)
  })
})
