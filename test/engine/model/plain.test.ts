import {describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
import type {Message} from '../../../engine/contract/message.ts'
import {plainTurn} from '../../../engine/model/plain.ts'
import {recoverCalls} from '../../../engine/tool/dialects.ts'
import {readTool, turnOf} from '../../kit/model-turn.ts'

const id = (text: string) => text as CallId
const talk: Message[] = [
  {from: 'system', text: 'You fix code.'},
  {from: 'user', text: 'Fix it.'},
  {
    from: 'model',
    text: 'I look.',
    calls: [
      {id: id('a'), tool: 'read', input: '{"path":"a.ts"}'},
      {id: id('b'), tool: 'read', input: '{"path": "b'},
    ],
  },
  {from: 'tool', call: id('a'), tool: 'read', ok: true, text: 'let a'},
  {from: 'tool', call: id('b'), tool: 'read', ok: false, text: 'not JSON'},
  {from: 'model', text: 'Done.', calls: []},
]
const all = {tools: true, answer: true}
const schema = {type: 'object', properties: {ok: {type: 'boolean'}}}

describe('a plain turn', () => {
  it('is the turn itself where the route takes everything', () => {
    const turn = turnOf({messages: talk, answer: schema})
    expect(plainTurn(turn, all)).toBe(turn)
    expect(plainTurn({...turn, tools: []}, {tools: false, answer: true}).messages).toBe(talk)
  })

  it('tells of tools, calls and results in words', () => {
    const made = plainTurn(turnOf({messages: talk}), {tools: false, answer: true})
    expect(made.tools).toEqual([])
    const [system, user, model, results, last] = made.messages
    expect(system?.text).toMatch(/^You fix code\.\n\nYou have these tools[\s\S]*read: Reads a file\.[\s\S]*"required":\["path"\]/)
    expect(user).toEqual(talk[1])
    expect(model).toMatchObject({from: 'model', calls: []})
    expect(results).toEqual({
      from: 'user',
      text: '<tool_response name="read">\nlet a\n</tool_response>\n<tool_response name="read">\nnot JSON\n</tool_response>',
    })
    expect(last).toEqual(talk[5])
    expect(JSON.stringify(made.messages.map(({from}) => from))).toBe('["system","user","model","user","model"]')
  })

  it('writes calls as they are read back', () => {
    const made = plainTurn(turnOf({messages: talk}), {tools: false, answer: true})
    const written = made.messages[2]?.text ?? ''
    expect(recoverCalls(`${written.split('</tool_call>')[0]}</tool_call>`, [readTool])).toEqual({
      calls: [{tool: 'read', input: '{"path":"a.ts"}'}],
      text: 'I look.',
    })
  })

  it('asks for an answer of a shape in words', () => {
    const made = plainTurn(turnOf({answer: schema}), {tools: true, answer: false})
    expect(made.answer).toBeUndefined()
    expect(made.messages[0]?.text).toContain(JSON.stringify(schema))
    expect(made.tools).toHaveLength(1)
  })
})

describe('a turn for a server that wants short ids', () => {
  it('changes a call and its result alike, and leaves ids alone that are short already', () => {
    const messages: Message[] = [
      {
        from: 'model',
        text: '',
        calls: [
          {id: id('call_0fypS1hVX'), tool: 'read', input: '{}'},
          {id: id('abcDEF123'), tool: 'read', input: '{}'},
        ],
      },
      {from: 'tool', call: id('call_0fypS1hVX'), tool: 'read', ok: true, text: 'a'},
      {from: 'tool', call: id('abcDEF123'), tool: 'read', ok: true, text: 'b'},
    ]
    const made = plainTurn(turnOf({messages}), {...all, shortIds: true}).messages
    const calls = made.flatMap((message) => (message.from === 'model' ? message.calls.map((call) => call.id) : []))
    expect(calls).toEqual(made.flatMap((message) => (message.from === 'tool' ? [message.call] : [])))
    expect(calls[0]).toMatch(/^[a-z0-9]{9}$/)
    expect(calls[1]).toBe('abcDEF123')
  })

  it('has no system message and one role after the other where it must', () => {
    const made = plainTurn(turnOf({messages: talk}), {tools: false, answer: true, folded: true, whole: true})
    expect(made.messages.map(({from}) => from)).toEqual(['user', 'model', 'user', 'model'])
    expect(made.messages[0]?.text).toMatch(/^You fix code\.\n\nYou have these tools[\s\S]*\n\nFix it\.$/)
    expect(made.whole).toBe(true)
    const image = {mime: 'image/png', base64: 'AA', path: 'a.png'} as const
    const [one, ...none] = plainTurn(
      turnOf({
        messages: [
          {from: 'system', text: 'S'},
          {from: 'user', text: 'U', images: [image]},
        ],
      }),
      {...all, folded: true},
    ).messages
    expect([one, none]).toEqual([{from: 'user', text: 'S\n\nU', images: [image]}, []])
  })
})
