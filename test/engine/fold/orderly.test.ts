// What a provider is sent: every call answered, directly behind the reply that made it.

import {describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
import type {Message} from '../../../engine/contract/message.ts'
import {orderly} from '../../../engine/fold/orderly.ts'

const user = (text: string): Message => ({from: 'user', text})
const model = (...ids: string[]): Message => ({from: 'model', text: '', calls: ids.map((id) => ({id: id as CallId, tool: 'read', input: '{}'}))})
const answer = (id: string, text = id): Message => ({from: 'tool', call: id as CallId, tool: 'read', ok: true, text})
const told = (messages: readonly Message[]): string =>
  messages.map((one) => (one.from === 'model' ? `m${one.calls.length}` : one.from === 'tool' ? `${one.call}${one.ok ? '' : '!'}` : one.text)).join(' ')

describe('an orderly conversation', () => {
  it('puts answers behind their calls, in the order of the calls', () => {
    expect(told(orderly([user('go'), model('a', 'b'), answer('b'), user('hurry'), answer('a'), model()], 'past'))).toBe('go m2 a b hurry m0')
  })
  it('answers what never ran, but leaves the calls of the last reply to be run', () => {
    const messages = [user('go'), model('a', 'b'), answer('a'), model('c', 'd'), answer('c')]
    expect(told(orderly(messages, 'past'))).toBe('go m2 a b! m2 c')
    expect(told(orderly(messages, 'all'))).toBe('go m2 a b! m2 c d!')
  })
  it('gives each of two calls with the same id its own answer', () => {
    expect(orderly([model('x', 'x'), answer('x', '1'), answer('x', '2')], 'all').map((one) => one.text)).toEqual(['', '1', '2'])
  })
})
