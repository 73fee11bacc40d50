// What a run takes over from the session before it has an end, whatever the session's length: the newest of it, and never
// a tool's words without the call that they answer.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {CallId} from '../../engine/base/id.ts'
import type {Message} from '../../engine/contract/message.ts'
import {recent} from '../../source/past.ts'

const said = (text: string): Message => ({from: 'user', text})
const turn = (id: string, text: string): Message[] => [
  {from: 'model', text: '', calls: [{id: id as CallId, tool: 'read', input: '{}'}]},
  {from: 'tool', call: id as CallId, tool: 'read', ok: true, text},
]

describe('what is taken over', () => {
  it('is all of it while there is room', () => {
    const talk = [said('one'), ...turn('c1', 'x'), said('two')]
    expect(recent(talk)).toEqual(talk)
  })
  it('is the newest of it, and says so', () => {
    const talk = [said('one'), ...turn('c1', 'x'.repeat(500)), said('two'), ...turn('c2', 'y')]
    expect(recent(talk, 300)).toEqual([{from: 'user', text: expect.stringContaining('left out')}, said('two'), ...turn('c2', 'y')])
  })
  it('begins with a person, keeps every call beside its answer and stays within its bound', () => {
    const piece = fc.oneof(
      fc.string().map((text) => [said(text)]),
      fc.tuple(fc.uuid(), fc.string()).map(([id, text]) => turn(id, text)),
    )
    fc.assert(
      fc.property(fc.array(piece), fc.integer({min: 1, max: 3000}), (pieces, most) => {
        const all = [said('first'), ...pieces.flat()]
        const kept = recent(all, most)
        expect(kept[0]?.from).toBe('user')
        const calls = new Set(kept.flatMap((message) => (message.from === 'model' ? message.calls.map(({id}) => id) : [])))
        for (const message of kept) if (message.from === 'tool') expect(calls.has(message.call)).toBe(true)
        const own = kept[0]?.from === 'user' && kept[0].text.includes('left out') ? kept.slice(1) : kept
        expect(own).toEqual(all.slice(all.length - own.length))
        if (own.length < all.length) expect(own.reduce((sum, message) => sum + JSON.stringify(message).length, 0)).toBeLessThanOrEqual(most)
      }),
    )
  })
})
