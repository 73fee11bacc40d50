// A run of earlier days as lines of text.

import {describe, expect, it} from 'vitest'
import {printReplay} from '../../../source/replay/print.ts'
import {info, journalOf, story, turnedClock} from './kit.ts'

const printing = (more: {speed?: number; at?: number; signal?: AbortSignal; reads?: () => boolean} = {}) => {
  const {clock, turn} = turnedClock()
  let text = ''
  const done = printReplay({
    journal: journalOf(story),
    run: info,
    clock,
    columns: 60,
    colour: false,
    out: async (piece) => {
      text += piece
      return more.reads?.() ?? true
    },
    ...more,
  })
  return {turn, done, text: () => text}
}

const whole =
  '· model x/y · sandbox off · checks none\n\n› fix it\n\ncoder\n\n── implement ──\nfix it\n\nmended\n\ntester\n\n── test ──\ntest it\n\n── done ──\n✓ 1 passed\n· 0 files · 1+1 tokens\n'

describe('a printed replay', () => {
  it('is the whole story at once', async () => {
    const {done, text} = printing()
    await done
    expect(text()).toBe(whole)
  })

  it('comes at the pace of the run when asked, all before a place at once', async () => {
    const {done, text, turn} = printing({speed: 1, at: 3})
    await turn(0)
    expect(text()).toBe(whole.slice(0, whole.indexOf('\nmended')))
    await turn(1999)
    expect(text()).not.toContain('mended')
    await turn(1)
    expect(text()).toContain('mended')
    await turn(10_000)
    await done
    expect(text()).toBe(whole)
  })

  it('ends when nobody reads any more, or when stopped', async () => {
    const gone = printing({speed: 1, reads: () => false})
    await gone.turn(0)
    await gone.done
    expect(gone.text()).toBe('· model x/y · sandbox off · checks none\n')
    const stop = new AbortController()
    const stopped = printing({speed: 1, signal: stop.signal})
    await stopped.turn(1000)
    stop.abort()
    await stopped.done
    expect(stopped.text()).toContain('fix it')
    expect(stopped.text()).not.toContain('coder')
  })
})
