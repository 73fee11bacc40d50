// Thoughts that a bare server leaves in the text, without the mark that would open them.

import {describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
import {noUsage} from '../../../engine/contract/grant.ts'
import type {Part} from '../../../engine/contract/model.ts'
import {collect} from '../../../engine/model/collect.ts'

const collected = (texts: string[], more: Part[] = []) => {
  const parts: Part[] = [...texts.map((text) => ({is: 'text' as const, text})), ...more, {is: 'end', why: 'stop', usage: noUsage}]
  const stream = async function* () {
    yield* parts
  }
  return collect(stream(), 'lab/r1', () => undefined)
}

describe('thoughts without a beginning', () => {
  it('are told from the answer by their end on a line of its own, wherever it is cut', async () => {
    const got = await collected(['Maybe <tool_call>{"name":"rm"}</tool_call>?\n</thi', 'nk>\n\nIt is 4.'])
    expect(got).toMatchObject({text: 'It is 4.', thought: 'Maybe <tool_call>{"name":"rm"}</tool_call>?\n'})
  })

  it('are no answer by themselves, and need none beside a call', async () => {
    expect((await collected(['hm\n</think>\n'])).error?.code).toBe('model.empty')
    const call = {is: 'call' as const, call: {id: 'a' as CallId, tool: 'read', input: '{}'}}
    expect(await collected(['hm\n</think>\n'], [call])).toMatchObject({text: '', calls: [{tool: 'read'}]})
  })

  it.each([
    'The tag `</think>` ends a thought.',
    'It writes\n```\nhm\n</think>\nyes\n```\nand that is all.',
    'First <think>\nhm\n</think>\nthen it answers.',
    '</think> is a tag',
  ])('are not seen in a text that only speaks of the tag: %j', async (text) => {
    expect(await collected([text])).toMatchObject({text, thought: ''})
  })
})

describe('thoughts under the marks of their models', () => {
  it.each([
    ['<think>a\nb</think>\n\nIt is 4.'],
    ['<thinking>a\nb</thinking>It is 4.'],
    ['<seed:think>a\nb</seed:think>It is 4.'],
    ['[THINK]a\nb[/THINK]It is 4.'],
    ['<|channel|>analysis<|message|>a\nb<|end|><|start|>assistant<|channel|>final<|message|>It is 4.<|return|>'],
  ])('%j', async (text) => {
    expect(await collected([text])).toMatchObject({text: 'It is 4.', thought: 'a\nb', why: 'stop'})
  })

  it('are no answer where nothing else was said', async () => {
    expect((await collected(['[THINK]a[/THINK]\n'])).error?.code).toBe('model.empty')
  })

  it.each([
    'It is 4. [THINK]a[/THINK]',
    '<thinking>never closed',
    '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary to=functions.read<|message|>{"path":"a"}<|call|>',
    '`<|channel|>final<|message|>` opens the answer.',
  ])('are left where they stand otherwise: %j', async (text) => {
    expect(await collected([text])).toMatchObject({text, thought: ''})
  })
})
