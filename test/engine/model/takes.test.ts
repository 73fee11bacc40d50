// What a refusal teaches of a route. The texts are those of real servers.

import {describe, expect, it} from 'vitest'
import {fault} from '../../../engine/contract/fault.ts'
import {learnedFrom, samplingTaken} from '../../../engine/model/takes.ts'
import {turnOf} from '../../kit/model-turn.ts'

const all = {tools: true, answer: true}
const schema = {type: 'object', properties: {ok: {type: 'boolean'}}}

describe('what a refusal says', () => {
  const refused = (why: string) => fault('model.refused', {route: 'ollama/m', why: `400 ${why}`})
  it.each([
    'registry.ollama.ai/library/gemma3:1b does not support tools',
    'm does not support tools',
    '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set',
    'This model does not support function calling',
    'No endpoints found that support tool use',
    'Unrecognized request argument supplied: tools',
    'tools param requires --jinja flag',
  ])('%s: it takes no tools', (why) => {
    expect(learnedFrom(refused(why), turnOf(), all)).toEqual({tools: false, answer: true})
  })

  it.each(["Unknown parameter: 'response_format'", 'This response_format type is unavailable now', 'json_schema is not supported', "unknown field 'format'"])(
    '%s: it takes no schema',
    (why) => {
      expect(learnedFrom(refused(why), turnOf({answer: schema}), all)).toEqual({tools: true, answer: false})
    },
  )

  it('may be that it takes no stream, no system message, or no thinking', () => {
    const learned = (why: string, before: Parameters<typeof learnedFrom>[2] = all, more: object = {}) => learnedFrom(refused(why), turnOf(more), before)
    expect(learned('Your organization must be verified to stream this model.')).toEqual({...all, whole: true})
    expect(learned('System role not supported')).toEqual({...all, folded: true})
    const once = learned('Conversation roles must alternate user/assistant/user/assistant/...')
    expect(once).toEqual({...all, folded: true})
    // Said again, it means the results of calls.
    expect(learned('Conversation roles must alternate', once)).toEqual({tools: false, answer: true, folded: true})
    const thinks = learned('"m" does not support thinking', all, {sampling: {effort: 'high'}})
    expect(samplingTaken({effort: 'high', think: true, temperature: 0}, thinks)).toEqual({temperature: 0})
    expect(learned('"m" does not support thinking')).toBe(all)
  })

  it('is nothing new where it says something else, or was not asked for it', () => {
    expect(learnedFrom(refused('Unsupported parameter: logit_bias'), turnOf({answer: schema}), all)).toBe(all)
    expect(learnedFrom(refused('m does not support tools'), turnOf({tools: []}), all)).toBe(all)
    expect(learnedFrom(refused("Unknown parameter: 'response_format'"), turnOf(), all)).toBe(all)
    expect(learnedFrom(fault('model.broken', {why: 'does not support tools'}), turnOf(), all)).toBe(all)
  })
})

describe('a field that was refused', () => {
  const sent = {temperature: 0, topP: 0.9, topK: 40, minP: 0.1, maxOutputTokens: 32_000}
  const learned = (why: string, before: Parameters<typeof learnedFrom>[2] = all) =>
    learnedFrom(fault('model.refused', {route: 'lab/m', why: `400 ${why}`}), turnOf(), before, sent)

  it.each([
    ["Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is supported.", ['temperature']],
    ['`temperature` is deprecated for this model.', ['temperature']],
    ['invalid temperature: only 1 is allowed for this model', ['temperature']],
    ['[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"Extra inputs are not permitted"}]', ['stream_options']],
    ["Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.", ['max_tokens']],
    ['`temperature` and `top_p` cannot both be specified for this model. Please use only one.', ['top_p']],
    ['Extra inputs are not permitted: top_k, min_p', ['top_k', 'min_p']],
  ])('%s', (why, blamed) => {
    const once = learned(why)
    expect(once.blamed).toEqual(blamed)
    const two = learned(why, once)
    // The second of two that exclude each other is blamed only when the first did not help; nothing is learned twice.
    expect(two.blamed?.length).toBe(/both/.test(why) ? 2 : blamed.length)
    expect(learned(why, two)).toBe(two)
  })

  it('is not sent again, and nothing else is lost', () => {
    expect(samplingTaken({temperature: 0, topP: 0.9, seed: 3}, {...all, blamed: ['temperature', 'stream_options']})).toEqual({topP: 0.9, seed: 3})
    expect(samplingTaken({temperature: 0}, all)).toEqual({temperature: 0})
    expect(samplingTaken({maxOutputTokens: 9}, {...all, blamed: ['max_tokens']})).toEqual({maxOutputTokens: 9})
  })

  it.each([
    ['max_tokens: 32000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-haiku-20241022', 8192],
    ['max_tokens is too large: 16384. This model supports at most 4096 completion tokens, whereas you provided 16384.', 4096],
    ['`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the `context_window`', 8192],
    ['Invalid max_tokens value, the valid range of max_tokens is [1, 8192]', 8192],
  ])('%s', (why, output) => {
    const once = learned(why)
    expect(once.output).toBe(output)
    expect(samplingTaken({maxOutputTokens: 32_000}, once).maxOutputTokens).toBe(output)
    expect(samplingTaken({}, once).maxOutputTokens).toBe(output)
    expect(learned(why, once).output).toBe(output)
  })

  it('wants short ids where Mistral says so', () => {
    const once = learned('Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.')
    expect(once.shortIds).toBe(true)
    expect(learned('Tool call id was call_1 but must be a-z, A-Z, 0-9, with a length of 9.', once)).toBe(once)
  })

  it('is none when the words only look alike', () => {
    expect(learnedFrom(fault('model.refused', {route: 'lab/m', why: 'Unsupported parameter: top_k'}), turnOf(), all)).toBe(all)
    expect(learned('the seeds of temperatures are max_tokens_total')).toBe(all)
    expect(learnedFrom(fault('model.broken', {why: "'temperature' is not supported"}), turnOf(), all)).toBe(all)
  })
})
