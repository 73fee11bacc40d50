// Whatever shape a server's events have, a client answers with parts and one end, and never throws.

import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import fc from 'fast-check'
import {afterAll, describe, expect, it} from 'vitest'
import type {ModelMaker} from '../../engine/contract/model.ts'
import anthropic from '../../plugins/anthropic/anthropic.ts'
import ollama from '../../plugins/ollama/ollama.ts'
import chat from '../../plugins/openai/chat.ts'
import responses from '../../plugins/openai/responses.ts'
import {gather, settingsOf, turnOf} from '../kit/model-turn.ts'

const call = {type: 'function_call', id: 'f', call_id: 'c', name: 'read', arguments: '{}'}

const whole: Record<string, {make: ModelMaker; events: object[]}> = {
  chat: {
    make: chat,
    events: [
      {model: 'm', choices: [{index: 0, delta: {reasoning_content: 'hm', reasoning_details: [{type: 'reasoning.text', text: 'a'}]}}]},
      {choices: [{index: 0, delta: {content: [{type: 'text', text: 'a'}]}}]},
      {choices: [{index: 0, delta: {tool_calls: [{index: 0, id: 'a', function: {name: 'read', arguments: '{}'}, extra_content: {a: 1}}]}}]},
      {choices: [{index: 0, delta: {}, finish_reason: 'tool_calls'}], usage: {prompt_tokens: 1, completion_tokens: 2}},
    ],
  },
  responses: {
    make: responses,
    events: [
      {type: 'response.output_item.added', output_index: 0, item: {...call, arguments: ''}},
      {type: 'response.function_call_arguments.delta', output_index: 0, delta: '{}'},
      {type: 'response.output_item.done', output_index: 0, item: call},
      {type: 'response.output_text.delta', output_index: 1, delta: 'a'},
      {type: 'response.completed', response: {status: 'completed', output: [call], usage: {input_tokens: 1, output_tokens: 2}}},
    ],
  },
  anthropic: {
    make: anthropic,
    events: [
      {type: 'message_start', message: {model: 'm', usage: {input_tokens: 1}}},
      {type: 'content_block_start', index: 0, content_block: {type: 'thinking', thinking: '', signature: ''}},
      {type: 'content_block_delta', index: 0, delta: {type: 'thinking_delta', thinking: 'hm'}},
      {type: 'content_block_start', index: 1, content_block: {type: 'tool_use', id: 't', name: 'read', input: {}}},
      {type: 'content_block_delta', index: 1, delta: {type: 'input_json_delta', partial_json: '{}'}},
      {type: 'message_delta', delta: {stop_reason: 'tool_use'}, usage: {output_tokens: 2}},
      {type: 'message_stop'},
    ],
  },
  ollama: {
    make: ollama,
    events: [
      {message: {role: 'assistant', content: '', thinking: 'hm'}},
      {message: {role: 'assistant', content: 'a', tool_calls: [{function: {name: 'read', arguments: {path: 'a'}}}]}},
      {message: {role: 'assistant', content: ''}, done: true, done_reason: 'stop', prompt_eval_count: 1, eval_count: 2},
    ],
  },
}

/** The places in a value, as paths. */
const placesIn = (value: unknown, path: (string | number)[] = []): (string | number)[][] =>
  typeof value === 'object' && value !== null ? [path, ...Object.entries(value).flatMap(([name, one]) => placesIn(one, [...path, name]))] : [path]

const changed = (value: unknown, [name, ...rest]: readonly (string | number)[], other: unknown): unknown => {
  if (name === undefined) return other
  const copy = (Array.isArray(value) ? [...value] : {...(value as object)}) as Record<string | number, unknown>
  copy[name] = changed(copy[name], rest, other)
  return copy
}

describe('events of any shape', async () => {
  let body = ''
  let type = ''
  const server = createServer((request, response) => {
    request.resume()
    response.writeHead(200, {'content-type': type})
    response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const {port} = server.address() as AddressInfo

  it.each(Object.keys(whole))('%s', async (name) => {
    const {make, events} = whole[name] as (typeof whole)[string]
    const client = make(settingsOf({baseUrl: `http://127.0.0.1:${port}${name === 'ollama' ? '' : '/v1'}`}))
    const isLines = name === 'ollama'
    type = isLines ? 'application/x-ndjson' : 'text/event-stream'
    const other = fc.oneof(fc.jsonValue({maxDepth: 2}), fc.constantFrom(null, [], {}, [null], [[]], -1, '', 'x'))
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.constantFrom(...placesIn(events)), other), {minLength: 1, maxLength: 3}), async (changes) => {
        const made = changes.reduce<unknown>((value, [path, one]) => {
          try {
            return changed(value, path, one)
          } catch {
            return value
          }
        }, events)
        const lines = (Array.isArray(made) ? made : [made]).map((event) => JSON.stringify(event) ?? '')
        body = lines.map((line) => (isLines ? `${line}\n` : `data: ${line}\n\n`)).join('')
        const got = await gather(client.stream(turnOf(), AbortSignal.timeout(5000)))
        for (const {tool, input} of got.calls) expect([typeof tool, typeof input]).toEqual(['string', 'string'])
        for (const part of got.parts) if (part.is === 'text' || part.is === 'thought') expect(typeof part.text).toBe('string')
        for (const count of Object.values(got.end.usage)) expect(count).toBeGreaterThanOrEqual(0)
      }),
      {numRuns: 150},
    )
  })
})
