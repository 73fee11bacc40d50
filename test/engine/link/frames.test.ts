// Frames: whatever is said arrives as it was, cut at any byte; what is no frame, or too long a one, ends the reading.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {frameOf, frameReader} from '../../../engine/link/frames.ts'

const text = fc.oneof(fc.string({unit: 'binary'}), fc.constantFrom('', '\n', '{"tell":"bytes","raw":3}\n', '\x1b[31m', '🐧', '\u2028', 'x'.repeat(5000)))
const message = fc.oneof(
  fc.record({tell: fc.constant('bytes'), pane: fc.constantFrom('a_1', 's_1'), data: text}),
  fc.record({tell: fc.constant('bytes'), pane: fc.constantFrom('a_1', 's_1'), data: text, whole: fc.constant(true)}),
  fc.record({tell: fc.constant('trouble'), text}),
  fc.record({do: fc.constant('type'), pane: text, data: text}),
)
const bytesOf = (messages: readonly unknown[]): Buffer => Buffer.from(messages.map(frameOf).join(''))

/** `cuts`: the lengths of the pieces, again and again. */
const read = (bytes: Buffer, cuts: readonly number[]): unknown[] => {
  const reader = frameReader()
  const found: unknown[] = []
  for (let [at, n] = [0, 0]; at < bytes.length; n += 1) {
    const end = at + (cuts[n % cuts.length] as number)
    found.push(...reader.feed(bytes.subarray(at, end)))
    at = end
  }
  return found
}

describe('frames', () => {
  it('bring what was said, cut anywhere', () => {
    fc.assert(
      fc.property(fc.array(message, {maxLength: 8}), fc.array(fc.integer({min: 1, max: 40}), {minLength: 1, maxLength: 9}), (messages, cuts) => {
        expect(read(bytesOf(messages), cuts)).toEqual(messages)
        expect(read(bytesOf(messages), [1])).toEqual(messages)
        expect(read(bytesOf(messages), [1_000_000])).toEqual(messages)
      }),
    )
  })
  it('carry the bytes of a pane as they are', () => {
    expect(frameOf({tell: 'bytes', pane: 's_1', data: '\x1b[1mü"\n'})).toBe('{"tell":"bytes","pane":"s_1","raw":8}\n\x1b[1mü"\n')
  })
  it('never give an unfinished one', () => {
    fc.assert(
      fc.property(message, fc.integer({min: 1, max: 6000}), (one, missing) => {
        const bytes = bytesOf([one])
        expect(read(bytes.subarray(0, Math.max(0, bytes.length - missing)), [7])).toEqual([])
      }),
    )
  })
  it('of garbage end in an error or in messages, never in anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({maxLength: 300}), fc.integer({min: 1, max: 20}), (garbage, cut) => {
        try {
          for (const found of read(Buffer.concat([garbage, Buffer.from('\n')]), [cut])) expect(found).not.toBeUndefined()
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SyntaxError)
        }
      }),
    )
  })
  it.each(['-1', '1.5', '1e300', '"7"', 'null', '[]', '67108865'])('refuse a body of %s bytes', (raw) => {
    expect(() => read(Buffer.from(`{"tell":"bytes","pane":"s_1","raw":${raw}}\nxx`), [5])).toThrow(RangeError)
  })
  it('refuse a line that does not end', () => {
    const reader = frameReader()
    const chunk = Buffer.alloc(1024 * 1024, 'x')
    expect(() => {
      for (let n = 0; n < 18; n += 1) for (const found of reader.feed(chunk)) expect(found).toBeUndefined()
    }).toThrow(RangeError)
  })
})
