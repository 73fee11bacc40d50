import {describe, expect, it} from 'vitest'
import {noUsage} from '../../../engine/contract/grant.ts'
import {WireError} from '../../../engine/wire/fault.ts'
import {openTally} from '../../../engine/wire/tally.ts'
import {afterOneCall, turnOf} from '../../kit/model-turn.ts'

describe('a tally', () => {
  it('holds no more than 32 Mi characters, whatever a server sends', () => {
    const tally = openTally('kit/m', turnOf())
    const piece = 'x'.repeat(1024 * 1024)
    const all = (): void => {
      for (let i = 0; i < 40; i++) i % 2 ? tally.text(piece) : tally.thought(piece)
    }
    expect(all).toThrow(WireError)
    expect(tally.failed(new WireError({code: 'model.garbled', msg: '', hint: '', again: true}), noUsage)).toMatchObject({is: 'end', why: 'fault'})
  })

  it('gives calls ids of their own where there are none, or none that is new', () => {
    const tally = openTally('kit/m', turnOf({messages: afterOneCall, key: {role: 'coder', agent: 2, call: 5}}))
    const calls = ['', 'c_1', 'same', 'same'].map((id) => ({id, tool: 'read', input: '{}'}))
    const ids = tally.end({why: 'stop', calls, usage: noUsage}).flatMap((part) => (part.is === 'call' ? [part.call.id] : []))
    expect(ids).toEqual(['c_2_5_1', 'c_2_5_2', 'same', 'c_2_5_4'])
  })

  it('throws on what is a bug', () => {
    expect(() => openTally('kit/m', turnOf()).failed(new TypeError('a bug'), noUsage)).toThrow('a bug')
  })
})
