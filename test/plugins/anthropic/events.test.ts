// Shapes that the scripted server does not send: real events, read one by one.

import {describe, expect, it} from 'vitest'
import {noUsage} from '../../../engine/contract/grant.ts'
import type {Part} from '../../../engine/contract/model.ts'
import {WireError} from '../../../engine/wire/fault.ts'
import {refusalFault} from '../../../engine/wire/refusal.ts'
import {openTally} from '../../../engine/wire/tally.ts'
import {openReader} from '../../../plugins/anthropic/reader.ts'
import {turnOf} from '../../kit/model-turn.ts'

const start = {type: 'message_start', message: {usage: {input_tokens: 5, cache_creation_input_tokens: 20, cache_read_input_tokens: 75, output_tokens: 1}}}
const stopped = (stop_reason: string) => [{type: 'message_delta', delta: {stop_reason}, usage: {input_tokens: null, output_tokens: 40}}, {type: 'message_stop'}]
const block = (index: number, content_block: object, ...deltas: object[]) => [
  {type: 'content_block_start', index, content_block},
  ...deltas.map((delta) => ({type: 'content_block_delta', index, delta})),
]
const close = (index: number) => ({type: 'content_block_stop', index})
const text = (said: string) => ({type: 'text_delta', text: said})
const json = (partial_json: string) => ({type: 'input_json_delta', partial_json})

const readAll = (events: object[]): Part[] => {
  const tally = openTally('kit/m', turnOf())
  const refuse = (status: number, body: string) => refusalFault({route: 'kit/m', model: 'm', status, headers: {}, body, modelHint: ''}, 0)
  const reader = openReader({route: 'kit/m', tally, bound: () => 'abc', refuse})
  try {
    const parts = events.flatMap((event) => reader.take(JSON.stringify(event)) ?? [])
    return [...parts, ...reader.end()]
  } catch (thrown) {
    return [tally.failed(thrown, reader.usage())]
  }
}
const endOf = (parts: Part[]) => parts.at(-1)

describe('events of the Messages API', () => {
  it('count what was read from the cache and what was written to it as input', () => {
    const parts = readAll([start, {type: 'ping'}, ...block(0, {type: 'text', text: ''}, text('hi')), close(0), ...stopped('end_turn')])
    expect(endOf(parts)).toMatchObject({why: 'stop', usage: {...noUsage, input: 100, cached: 75, output: 40}})
  })

  it('keep redacted thinking and every text in its place', () => {
    const parts = readAll([
      start,
      ...block(0, {type: 'redacted_thinking', data: 'xyz'}),
      close(0),
      ...block(1, {type: 'text', text: ''}, text('one ')),
      close(1),
      ...block(2, {type: 'thinking', thinking: '', signature: ''}, {type: 'thinking_delta', thinking: 'hm'}, {type: 'signature_delta', signature: 's1'}),
      close(2),
      ...block(3, {type: 'text', text: ''}, text('two')),
      close(3),
      ...stopped('stop_sequence'),
    ])
    expect(endOf(parts)).toMatchObject({
      why: 'stop',
      keep: {
        provider: 'kit/m',
        items: [
          {type: 'bound', to: 'abc'},
          {type: 'thinking', block: {type: 'redacted_thinking', data: 'xyz'}},
          {type: 'text', chars: 4},
          {type: 'thinking', block: {type: 'thinking', thinking: 'hm', signature: 's1'}},
          {type: 'text', chars: 3},
        ],
      },
    })
  })

  it('keep nothing of thinking that nobody signed', () => {
    const parts = readAll([
      start,
      ...block(0, {type: 'thinking', thinking: 'hm'}),
      close(0),
      ...block(1, {type: 'text', text: 'all at once'}),
      close(1),
      ...stopped('end_turn'),
    ])
    expect(parts).toMatchObject([
      {is: 'thought', text: 'hm'},
      {is: 'text', text: 'all at once'},
      {is: 'end', why: 'stop'},
    ])
    expect(endOf(parts)).not.toHaveProperty('keep')
  })

  it('give a call without arguments an empty object, and take arguments that come at once', () => {
    const parts = readAll([
      start,
      ...block(0, {type: 'tool_use', id: 'a', name: 'list', input: {}}),
      close(0),
      ...block(1, {type: 'tool_use', id: 'b', name: 'read', input: {path: 'x'}}),
      close(1),
      ...stopped('tool_use'),
    ])
    expect(parts).toMatchObject([{call: {id: 'a', input: '{}'}}, {call: {id: 'b', input: '{"path":"x"}'}}, {is: 'end', why: 'calls'}])
  })

  it('hand on no call whose block was never closed, though the message ended', () => {
    const half = block(0, {type: 'tool_use', id: 'a', name: 'read', input: {}}, json('{"path":"/'))
    expect(endOf(readAll([start, ...half, ...stopped('tool_use')]))).toMatchObject({why: 'fault', error: {code: 'model.cut'}})
    expect(endOf(readAll([start, ...half, close(0), ...stopped('max_tokens')]))).toMatchObject({why: 'fault', error: {code: 'model.length'}})
    expect(endOf(readAll([start, ...half, close(0)]))).toMatchObject({why: 'fault', error: {code: 'model.cut'}, usage: {input: 100}})
  })

  it('take a full window and a pause for what they are', () => {
    const said = [start, ...block(0, {type: 'text', text: ''}, text('half')), close(0)]
    expect(endOf(readAll([...said, ...stopped('model_context_window_exceeded')]))).toMatchObject({error: {code: 'model.window'}})
    expect(endOf(readAll([...said, ...stopped('pause_turn')]))).toMatchObject({error: {code: 'model.broken'}})
  })

  it('throw what is no event of any protocol', () => {
    expect(() => openReader({route: 'r', tally: openTally('r', turnOf()), bound: () => '', refuse: () => new WireError({} as never)}).take('{"half')).toThrow(
      WireError,
    )
  })
})
