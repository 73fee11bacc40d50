import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {keepOutput} from '../../../engine/sandbox/output.ts'

const feed = (bytes: Buffer, cuts: number[], keep: number) => {
  const kept = keepOutput(keep)
  let from = 0
  for (const cut of [...cuts.map((at) => at % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    kept.push(bytes.subarray(from, cut))
    from = cut
  }
  return kept
}

describe('what is kept of a stream', () => {
  it('is everything while it fits, whatever the chunks', () => {
    fc.assert(
      fc.property(fc.string({unit: 'grapheme', maxLength: 200}), fc.array(fc.nat(), {maxLength: 8}), (text, cuts) => {
        const bytes = Buffer.from(text)
        const kept = feed(bytes, cuts, bytes.length)
        expect(kept.text()).toBe(bytes.toString())
        expect(kept.cutBytes()).toBe(0)
      }),
    )
  })

  it('is a true beginning and a true end with an exact receipt when it does not fit', () => {
    fc.assert(
      fc.property(
        fc.string({unit: 'grapheme', minLength: 40, maxLength: 300}),
        fc.array(fc.nat(), {maxLength: 8}),
        fc.integer({min: 0, max: 60}),
        (text, cuts, keep) => {
          const bytes = Buffer.from(text)
          fc.pre(bytes.length > keep)
          const kept = feed(bytes, cuts, keep)
          const [, head = '', count, tail = ''] = /^([\s\S]*?)\n\[… (\d+) bytes left out …\]\n([\s\S]*)$/.exec(kept.text()) ?? []
          expect(bytes.toString().startsWith(head)).toBe(true)
          expect(bytes.toString().endsWith(tail)).toBe(true)
          expect(Number(count)).toBe(bytes.length - Buffer.byteLength(head) - Buffer.byteLength(tail))
          expect(kept.cutBytes()).toBe(Number(count))
          expect(Buffer.byteLength(head) + Buffer.byteLength(tail)).toBeLessThanOrEqual(keep)
        },
      ),
    )
  })

  it('keeps twice as much of the end as of the beginning', () => {
    const kept = keepOutput(300)
    for (let n = 0; n < 1000; n += 1) kept.push(Buffer.from(`${String(n).padStart(4, '0')}\n`))
    const [head, tail] = kept.text().split(/\n\[…[^\]]*\]\n/)
    expect(head?.startsWith('0000\n')).toBe(true)
    expect(head?.length).toBe(100)
    expect(tail?.endsWith('0999\n')).toBe(true)
    expect(tail?.length).toBe(200)
  })
})
