// Reading along: nothing is lost or out of order whatever the pieces, and a program that asks is answered at once.

import fc from 'fast-check'
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest'
import {openAlong} from '../../../source/keeper/along.ts'

/** `takes`: what the terminal reads later, as it likes. */
const reader = (takes: (data: string) => boolean = () => false) => {
  const read: string[] = []
  const along = openAlong({
    write: (data) => {
      read.push(String(data))
    },
    take: (data) => {
      if (!takes(data)) return false
      read.push(data)
      return true
    },
  })
  return {read, along}
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

describe('reading along', () => {
  it('gives all of it in order, in fewer pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.constantFrom('\x1b', '[6n', '\x1b[c', 'x'.repeat(40_000)))), (pieces) => {
        const {read, along} = reader()
        for (const piece of pieces) along.print(piece)
        along.now()
        expect(read.join('')).toBe(pieces.join(''))
        expect(read.length).toBeLessThanOrEqual(pieces.length)
      }),
    )
  })
  it('keeps the order, whatever the terminal reads later', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom('\x1b', '[6n', 'word', '\r\n', 'x'.repeat(40_000)), fc.boolean())), (pieces) => {
        let isTaken = false
        const {read, along} = reader(() => isTaken)
        for (const [piece, taken] of pieces) {
          isTaken = taken
          along.print(piece)
        }
        along.now()
        expect(read.join('')).toBe(pieces.map(([piece]) => piece).join(''))
      }),
    )
  })
  it('knows a question whose beginning the terminal has taken', () => {
    const {read, along} = reader((data) => !data.includes('6n'))
    along.print('text \x1b[')
    along.print('6n')
    expect(read).toEqual(['text \x1b[', '6n'])
  })
  it('holds words back for a moment, not for good', () => {
    const {read, along} = reader()
    along.print('a')
    along.print('b')
    expect(read).toEqual([])
    vi.advanceTimersByTime(100)
    expect(read).toEqual(['ab'])
  })
  it.each(['\x1b[6n', '\x1b[c', '\x1b[>0q', '\x1b[?2026$p', '\x1b]11;?\x07', '\x1bP+q544e\x1b\\', '\x05'])('holds no question back: %j', (question) => {
    const {read, along} = reader()
    along.print(`before ${question}`)
    expect(read.join('')).toBe(`before ${question}`)
  })
  it('knows a question that comes in two pieces', () => {
    const {read, along} = reader()
    along.print('text \x1b[')
    along.print('6n')
    expect(read.join('')).toBe('text \x1b[6n')
  })
  it('reads nothing more once it is closed', () => {
    const {read, along} = reader()
    along.print('a')
    along.close()
    vi.advanceTimersByTime(1000)
    expect(read).toEqual([])
  })
})
