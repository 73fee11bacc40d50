import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {eventSplitter, type ServerEvent} from '../../../engine/wire/sse.ts'

const all = (chunks: readonly string[]): ServerEvent[] => {
  const splitter = eventSplitter()
  return chunks.flatMap((chunk) => splitter.feed(chunk))
}

const cutAt = (text: string, places: readonly number[]): string[] => {
  const sorted = [0, ...places.map((place) => place % (text.length + 1)).sort((a, b) => a - b), text.length]
  return sorted.slice(1).map((to, i) => text.slice(sorted[i], to))
}

describe('eventSplitter', () => {
  it('gives the same events wherever the text is cut and however lines end', () => {
    const event = fc.record({
      event: fc.constantFrom('', 'delta', 'x.y'),
      data: fc.array(fc.string({unit: fc.constantFrom('a', ' ', ':', 'ü', '{', '日')}), {minLength: 1, maxLength: 3}),
    })
    fc.assert(
      fc.property(fc.array(event, {maxLength: 8}), fc.array(fc.nat(), {maxLength: 12}), fc.constantFrom('\n', '\r\n', '\r'), (events, places, newline) => {
        const wire = events
          .map(({event, data}) => [...(event ? [`event: ${event}`] : []), ': a comment', ...data.map((one) => `data: ${one}`), '', ''].join(newline))
          .join('')
        // A CR at the very end might still get its LF, so the stream goes on with a comment.
        const got = all(cutAt(`${wire}:${newline}`, places))
        expect(got).toEqual(events.map(({event, data}) => ({event, data: data.join('\n')})))
      }),
    )
  })

  it('takes no event that its empty line does not close', () => {
    expect(all(['data: 1\n\ndata: 2\n'])).toEqual([{event: '', data: '1'}])
  })

  it('tells what is left', () => {
    const splitter = eventSplitter()
    expect(splitter.feed('data: 1\n\nevent: x\ndata: {"a":1}\n')).toHaveLength(1)
    expect(splitter.rest()).toBe('{"a":1}')
    splitter.feed('\n')
    expect(splitter.rest()).toBe('')
  })

  it('reads data without a space, and drops a byte order mark', () => {
    expect(all(['\ufeffdata:1\n\n', 'data\n\n', ':ping\n\n'])).toEqual([
      {event: '', data: '1'},
      {event: '', data: ''},
    ])
  })

  it('refuses an event that grows without end', () => {
    const splitter = eventSplitter(100)
    expect(() => splitter.feed(`data: ${'x'.repeat(200)}`)).toThrow(RangeError)
  })
})
