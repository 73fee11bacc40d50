// What a refusal teaches of the thoughts that go back, both ways. The texts are those of real servers.

import {describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
import {fault} from '../../../engine/contract/fault.ts'
import {noUsage} from '../../../engine/contract/grant.ts'
import type {Message} from '../../../engine/contract/message.ts'
import type {ModelClient, Turn} from '../../../engine/contract/model.ts'
import {openAsker} from '../../../engine/model/ask.ts'
import {turnOf} from '../../kit/model-turn.ts'

const user: Message = {from: 'user', text: 'go'}
const replied = (thought: boolean, provider = 'lab/m'): Message[] => [
  {
    from: 'model',
    text: '',
    calls: [{id: 'c' as CallId, tool: 'read', input: '{}'}],
    ...(thought ? {keep: {provider, items: [{is: 'reasoning', text: 'hm'}]}} : {}),
  },
  {from: 'tool', call: 'c' as CallId, tool: 'read', ok: true, text: 'x'},
]
const bare = [user, ...replied(false)]
const full = [user, ...replied(true)]
const mixed = [...full, ...replied(false)]

/** Asks a server that refuses with these words, one after the other, until it is content; what was sent each time, and how it ended. */
const asking = async (messages: Message[], refusals: string[]) => {
  const sent: Turn['thoughts'][] = []
  const client: ModelClient = {
    card: () => ({window: 10_000, output: 1000, tools: true, edits: 'calls', local: false}),
    stream: async function* (turn) {
      sent.push(turn.thoughts)
      const why = refusals[sent.length - 1]
      if (why) yield {is: 'end', why: 'fault', usage: noUsage, error: fault('model.refused', {route: 'lab/m', why})}
      else yield* [{is: 'text', text: 'done'} as const, {is: 'end', why: 'stop', usage: noUsage} as const]
    },
    probe: async () => ({ok: true, wallMs: 0, models: []}),
  }
  const clock = {now: () => 0, tick: () => 0, sleep: () => Promise.resolve()}
  const asker = openAsker({clients: [{route: {provider: 'lab', model: 'm'}, client, callSec: 60}], clock, dice: (count) => new Uint8Array(count)})
  const none = () => undefined
  const hooks = {reserve: async () => ({ok: true, result: undefined}) as const, onText: none, onFailed: none, onRoute: none, onBreaker: none}
  const {error} = await asker.ask(turnOf({messages}), hooks, new AbortController().signal)
  return {sent, code: error?.code}
}

const missing = 'Missing `reasoning_content` field in the assistant message at message index 2.'
const unsupported = "400 'messages.2' : for 'role:assistant' the following must be satisfied[('messages.2' : property 'reasoning_content' is unsupported)]"

describe('thoughts that go back', () => {
  it.each([
    missing,
    'The `reasoning_content` in the thinking mode must be passed back to the API.',
    'thinking is enabled but reasoning_content is missing in assistant tool call message at index 2',
    '[{"type":"missing","loc":["body","messages",2,"assistant","reasoning_content"],"msg":"Field required"}]',
  ])('%s: with every message', async (why) => {
    expect(await asking(bare, [why])).toEqual({sent: [undefined, 'all'], code: undefined})
    expect((await asking(mixed, [why])).sent).toEqual([undefined, 'all'])
  })

  it.each([
    unsupported,
    '[{"type":"extra_forbidden","loc":["body","messages",2,"assistant","reasoning_content"],"msg":"Extra inputs are not permitted"}]',
    'reasoning_content: Extra inputs are not permitted',
    'The reasoning_content must not be passed back.',
    "unexpected field 'reasoning_content'; is a field missing?",
    'The reasoning_content is an input of the last turn.',
  ])('%s: with none', async (why) => {
    expect(await asking(full, [why])).toEqual({sent: [undefined, 'none'], code: undefined})
    expect((await asking(mixed, [why])).sent).toEqual([undefined, 'none'])
  })

  it.each([
    'messages.1.content.0: Invalid `signature` in `thinking` block',
    'messages.3.content.1: `thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified.',
  ])('%s: signed ones with none, once', async (why) => {
    const [first, ...rest] = replied(false)
    const signed = [user, {...first, keep: {provider: 'lab/m', items: [{type: 'thinking', block: {}}]}} as Message, ...rest]
    expect(await asking(signed, [why])).toEqual({sent: [undefined, 'none'], code: undefined})
    expect(await asking(signed, [why, why])).toEqual({sent: [undefined, 'none'], code: 'model.refused'})
    expect(await asking(bare, [why])).toEqual({sent: [undefined], code: 'model.refused'})
  })

  it('are not to blame where none were sent and none are wanted, or another field is meant', async () => {
    for (const why of [unsupported, 'The reasoning_content is odd.', 'Missing `reasoning_contents`', 'Field required']) {
      expect(await asking(bare, [why])).toEqual({sent: [undefined], code: 'model.refused'})
    }
    // Those of another route were not sent to this one.
    expect((await asking([user, ...replied(true, 'lab/other')], [unsupported])).sent).toEqual([undefined])
    expect((await asking([user], [missing])).sent).toEqual([undefined])
  })

  it('go each way once, whatever the server says', async () => {
    expect(await asking(bare, [missing, unsupported, missing, missing])).toEqual({sent: [undefined, 'all', 'none'], code: 'model.refused'})
    expect(await asking(full, [unsupported, missing, unsupported, missing])).toEqual({sent: [undefined, 'none', 'all'], code: 'model.refused'})
    expect(await asking(full, [missing, missing, missing])).toEqual({sent: [undefined, 'none', 'all'], code: 'model.refused'})
  })
})
