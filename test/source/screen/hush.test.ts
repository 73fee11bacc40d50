// What a library prints while the screen has the terminal must not reach it; afterwards everything is said again.

import {describe, expect, it, vi} from 'vitest'
import {hush} from '../../../source/screen/hush.ts'

const stream = () => {
  const said: string[] = []
  return {
    said,
    write: (text: unknown): boolean => {
      said.push(String(text))
      return true
    },
  }
}

describe('hush', () => {
  it('lets nothing through until it is called off, and still says that it was written', async () => {
    const [out, err] = [stream(), stream()]
    const speak = hush([out, err] as never)
    const done = vi.fn()
    expect((out.write as (text: string, done: () => void) => boolean)('one', done)).toBe(true)
    err.write('two')
    await vi.waitFor(() => expect(done).toHaveBeenCalledOnce())
    speak()
    out.write('three')
    err.write('four')
    expect([out.said, err.said]).toEqual([['three'], ['four']])
  })
})
