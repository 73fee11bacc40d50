import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {fault} from '../../../engine/contract/fault.ts'
import {noUsage} from '../../../engine/contract/grant.ts'
import type {ToolSpec} from '../../../engine/contract/model.ts'
import type {Collected} from '../../../engine/model/collect.ts'
import {fromGrammar, grammarOf, grammarSampling} from '../../../engine/model/grammar.ts'
import {plainTurn} from '../../../engine/model/plain.ts'
import {isByGrammar, learnedFrom} from '../../../engine/model/takes.ts'
import {afterOneCall, readTool, turnOf} from '../../kit/model-turn.ts'

const plan: ToolSpec = {
  name: 'plan',
  does: 'Plans.',
  input: {type: 'object', properties: {tasks: {type: 'array', items: {type: 'object', properties: {title: {type: 'string'}}, required: ['title']}}}},
}
const on = {tools: true, answer: true, grammar: 'on'} as const
const got = (text: string, more: Partial<Collected> = {}): Collected => ({text, thought: '', calls: [], why: 'stop', usage: noUsage, ...more})
const read = (text: string, more: Partial<Collected> = {}) => fromGrammar(got(text, more), turnOf(), 'kit/m')

describe('a turn by grammar', () => {
  it('holds the whole reply to one call of the tools, or to words', () => {
    expect(grammarOf([readTool, plan], undefined)).toEqual({
      anyOf: [
        {
          type: 'object',
          properties: {
            tool: {type: 'string', enum: ['read']},
            input: {type: 'object', properties: {path: {type: 'string'}}, required: ['path'], additionalProperties: false},
          },
          required: ['tool', 'input'],
          additionalProperties: false,
        },
        {
          type: 'object',
          properties: {
            tool: {type: 'string', enum: ['plan']},
            input: {
              type: 'object',
              properties: {
                tasks: {type: 'array', items: {type: 'object', properties: {title: {type: 'string'}}, required: ['title'], additionalProperties: false}},
              },
              additionalProperties: false,
            },
          },
          required: ['tool', 'input'],
          additionalProperties: false,
        },
        {type: 'object', properties: {say: {type: 'string', minLength: 1}}, required: ['say'], additionalProperties: false},
      ],
    })
  })

  it('tells of tools, calls and results as they are written under it', () => {
    const made = plainTurn(turnOf({messages: afterOneCall}), on)
    expect(made.tools).toEqual([])
    expect(made.answer).toMatchObject({anyOf: [{}, {}]})
    expect(made.messages[0]?.text).toMatch(/^You fix code\.\n\nYou have these tools[\s\S]*\{"tool": "NAME"[\s\S]*read: Reads a file\./)
    expect(made.messages[2]?.text).toBe('I look.\n{"tool": "read", "input": {"path":"a.ts"}}')
    expect(made.messages[3]).toEqual({from: 'user', text: '<tool_response name="read">\nlet a\n</tool_response>'})
  })

  it('is the usual turn where nothing can be called, or the server knows no schema', () => {
    const bare = turnOf({tools: []})
    expect(plainTurn(bare, on)).toBe(bare)
    expect(isByGrammar(turnOf(), {...on, answer: false})).toBe(false)
    expect(isByGrammar(turnOf({byGrammar: true}), {tools: true, answer: true})).toBe(true)
  })

  it('gives up the grammar where the server refuses it, and takes chance where the model never ends', () => {
    const refused = {...fault('model.refused', {route: 'kit/m', why: 'x'}), msg: 'unknown field response_format'}
    expect(learnedFrom(refused, turnOf(), on)).toEqual({...on, answer: false})
    const endless = fault('model.length', {route: 'kit/m'})
    expect(learnedFrom(endless, turnOf(), on)).toEqual({...on, grammar: 'warm'})
    expect(learnedFrom(endless, turnOf(), {...on, grammar: 'warm'})).toEqual({...on, grammar: 'warm'})
    const usual = {tools: true, answer: true}
    expect(learnedFrom(endless, turnOf(), usual)).toBe(usual)
    expect(grammarSampling({temperature: 0}, true, true)).toEqual({temperature: 0.8, think: false})
    expect(grammarSampling({temperature: 1, think: true}, true, false)).toEqual({temperature: 1, think: true})
    expect(grammarSampling({temperature: 0}, false, false)).toEqual({temperature: 0})
  })
})

describe('what came by grammar', () => {
  it('is a call, words, or the answer', () => {
    expect(read('{"tool": "read", "input": {"path": "a.ts"}}')).toMatchObject({
      text: '',
      why: 'calls',
      calls: [{id: 'c_1_1', tool: 'read', input: '{"path":"a.ts"}'}],
    })
    expect(read('{"say": "done"}')).toMatchObject({text: 'done', calls: [], why: 'stop'})
    expect(read('{"answer": {"ok": true}}')).toMatchObject({text: '{"ok":true}', calls: []})
  })

  it('is a fault when it was cut, and text when no grammar held it', () => {
    expect(read('{"tool": "read", "input": {"pa', {why: 'length'}).error?.code).toBe('model.length')
    expect(read('{"say": " "}').error?.code).toBe('model.empty')
    expect(read('I would read it.')).toMatchObject({text: 'I would read it.', calls: []})
    expect(read('{"tool": "format_disk", "input": {}}').calls).toEqual([])
  })

  it('reads back every call of every tool, and breaks on nothing', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        const {calls} = read(JSON.stringify({tool: 'read', input: {path}}))
        expect(JSON.parse(calls[0]?.input ?? '')).toEqual({path})
      }),
    )
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => void expect(read(text).calls.every(({tool}) => tool === 'read')).toBe(true)))
  })
})
