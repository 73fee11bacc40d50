// Folds: the board, the ledger, the story, and the conversation, which read back equals the one that was lived.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {CallId} from '../../../engine/base/id.ts'
import type {Event} from '../../../engine/contract/event.ts'
import {foldAll} from '../../../engine/contract/journal.ts'
import type {Message} from '../../../engine/contract/message.ts'
import {boardFold, candidateState} from '../../../engine/fold/board.ts'
import {conversationOf, unansweredCalls} from '../../../engine/fold/conversation.ts'
import {ledgerFold, nothingSpent, tokensOf} from '../../../engine/fold/ledger.ts'
import {goOn} from '../../../engine/fold/orderly.ts'
import {tell} from '../../../engine/fold/transcript.ts'

let seq = 0
const event = (type: string, body: unknown, more: object = {}): Event =>
  ({v: 1, seq: ++seq, at: 0, run: 'r_1', trace: 't', span: `s${seq}`, type, body, ...more}) as unknown as Event
const usage = {input: 10, output: 5, reasoning: 2, cached: 1}
const started = (agent: string, body: object = {}) =>
  event('task.started', {role: 'coder', attempt: 1, phase: 'implement', candidate: 1, fresh: true, brief: 'go', ...body}, {agent})
const replied = (agent: string, text: string, calls: object[] = [], body: object = {}, turn = 1) =>
  event(
    'model.replied',
    {route: 'x/y', call: 1, text, calls, why: calls.length ? 'calls' : 'stop', usage, usd: 0.5, wallMs: 7, thinkingMs: 3, ...body},
    {agent, role: 'coder', turn},
  )
const handed = (agent: string, body: object = {}) => event('phase.handed', {outcome: 'finished', text: 'done', changed: true, ...body}, {agent})

describe('the board', () => {
  const board = (...events: Event[]) => foldAll(boardFold, events)
  it('knows who works on what, and how it was handed over', () => {
    const {steps} = board(started('a_1'), started('a_2', {role: 'reviewer', phase: 'review'}), handed('a_1', {confidence: 'high'}))
    expect(steps).toMatchObject([
      {key: 'implement/1/1', agent: 'a_1', handed: 'finished', text: 'done', changed: true, confidence: 'high'},
      {key: 'review/1/1', agent: 'a_2', handed: null},
    ])
  })
  it('takes a hand-over for the newest open step of that agent, and none for nobody', () => {
    const before = board(started('a_1'), handed('a_1'))
    expect(boardFold.step(before, handed('a_1'))).toBe(before)
    expect(boardFold.step(before, handed('a_9'))).toBe(before)
    expect(board(started('a_1'), handed('a_1', {outcome: 'failed', error: {msg: 'why not'}})).steps[0]).toMatchObject({handed: 'failed', why: 'why not'})
  })
  it('counts checks, restarts, questions and caps', () => {
    const checked = {state: 'red', signature: 's', summary: 'x', report: 'y'}
    const found = board(
      event('run.opened', {}),
      event('role.hired', {ordinal: 3}),
      event('task.phase', {phase: 'verify', attempt: 1, candidate: 2, checked}),
      event('task.phase', {phase: 'restart', attempt: 0, candidate: 2}),
      event('task.phase', {phase: 'else', attempt: 0, candidate: 2}),
      event('patch.adopted', {patch: 'p_2', files: []}),
      event('patch.dropped', {patch: 'p_1', why: ''}),
      event('budget.exceeded', {cap: 'calls', limit: 1, used: 1}),
      event('ask.raised', {ask: 'q_1'}),
      event('ask.answered', {ask: 'q_1', choice: 'deny', by: 'timeout'}),
      event('ask.answered', {ask: 'q_2', choice: 'once', by: 'person'}),
      event('run.closed', {outcome: 'capped'}),
    )
    expect(found).toMatchObject({opened: true, agents: 3, exceeded: ['calls'], asks: 1, unanswered: 1, closed: 'capped'})
    expect(candidateState(found, 2)).toMatchObject({checked: [{attempt: 1, state: 'red'}], restarts: 1, adopted: true, dropped: false})
    expect(candidateState(found, 1).dropped).toBe(true)
    expect(candidateState(found, 7)).toMatchObject({checked: [], restarts: 0})
  })
  it('is not changed by what it does not know', () => {
    const before = board(started('a_1'))
    expect(boardFold.step(before, event('of.tomorrow', {anything: 1}))).toBe(before)
  })
})

describe('the ledger', () => {
  it('adds up by route and role: requests as calls, replies as turns, failures as what they cost', () => {
    const ledger = foldAll(ledgerFold, [
      event('model.asked', {route: 'x/y'}, {role: 'coder'}),
      replied('a_1', 'x'),
      event('model.asked', {route: 'x/z'}, {role: 'tester'}),
      event('model.failed', {route: 'x/z', usage, usd: 1, wallMs: 2}, {role: 'tester'}),
      event('notice', {}),
    ])
    expect(ledger.turns).toBe(1)
    expect(ledger.total).toEqual({input: 20, output: 10, reasoning: 4, cached: 2, usd: 1.5, calls: 2, wallMs: 9, thinkingMs: 3})
    expect(ledger.models['x/y']).toMatchObject({calls: 1, usd: 0.5})
    expect(ledger.roles.tester).toMatchObject({calls: 1, usd: 1})
    expect(tokensOf(ledger.total)).toBe(30)
    expect(ledgerFold.empty.total).toEqual(nothingSpent)
  })
})

type Act =
  | {do: 'reply'; text: string; tools: number}
  | {do: 'steer'; text: string}
  | {do: 'nudge'; text: string}
  | {do: 'fresh'; brief: string}
  | {do: 'task'; brief: string}
const words = fc.string({maxLength: 12})
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({do: fc.constant('reply' as const), text: words, tools: fc.nat(3)}),
  fc.record({do: fc.constant('steer' as const), text: words}),
  fc.record({do: fc.constant('nudge' as const), text: words}),
  fc.record({do: fc.constant('fresh' as const), brief: words}),
  fc.record({do: fc.constant('task' as const), brief: words}),
)

describe('a conversation', () => {
  it('read back equals the one that was lived, whoever else was speaking', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), act), {maxLength: 25}), (acts) => {
        const lived: Message[] = []
        let replies = 0
        const events: Event[] = [started('a_1', {brief: 'first'})]
        lived.push({from: 'user', text: 'first'})
        for (const [mine, one] of acts) {
          const agent = mine ? 'a_1' : 'a_2'
          if (one.do === 'steer') events.push(event('user.steered', {text: one.text, ...(mine ? {} : {to: 'a_2'})}))
          else if (one.do === 'nudge') events.push(event('notice', {code: 'loop.nudge', text: one.text}, {agent}))
          else if (one.do === 'fresh' || one.do === 'task') events.push(started(agent, {brief: one.brief, fresh: one.do === 'fresh'}))
          else {
            const calls = Array.from({length: one.tools}, (_, at) => ({id: `c${seq}_${at}` as CallId, tool: 'read', input: '{}'}))
            events.push(replied(agent, one.text, calls))
            for (const call of calls) events.push(event('tool.done', {call: call.id, tool: 'read', ok: true, told: `told ${call.id}`}, {agent}))
            if (!mine) continue
            replies += 1
            lived.push(
              {from: 'model', text: one.text, calls},
              ...calls.map((call): Message => ({from: 'tool', call: call.id, tool: 'read', ok: true, text: `told ${call.id}`})),
            )
            continue
          }
          if (!mine) continue
          if (one.do === 'fresh') lived.splice(0)
          lived.push({from: 'user', text: one.do === 'fresh' || one.do === 'task' ? one.brief : one.text})
        }
        const found = conversationOf('a_1', events)
        expect(found.messages).toEqual(lived)
        expect(found.replies).toBe(replies)
      }),
    )
  })
  it('keeps what a provider wants back, and the turn', () => {
    const keep = {provider: 'openai', items: [{id: 'rs_1'}]}
    const found = conversationOf('a_1', [started('a_1'), replied('a_1', 'hm', [], {keep}, 4)])
    expect(found).toMatchObject({turn: 4, messages: [{}, {from: 'model', keep}]})
  })
  it('goes on where an answer was cut off', () => {
    const cut = conversationOf('a_1', [started('a_1'), replied('a_1', 'a long', [], {why: 'length'})])
    expect(cut.messages.at(-1)).toEqual({from: 'user', text: goOn})
  })
  it('is told apart from the calls that have no answer yet', () => {
    const calls = [
      {id: 'c1', tool: 'read', input: '{}'},
      {id: 'c2', tool: 'read', input: '{}'},
    ]
    const done = event('tool.done', {call: 'c1', tool: 'read', ok: true, told: ''}, {agent: 'a_1'})
    const {messages} = conversationOf('a_1', [started('a_1'), replied('a_1', '', calls), done])
    expect(unansweredCalls(messages).map((call) => call.id)).toEqual(['c2'])
    expect(unansweredCalls([{from: 'user', text: 'x'}])).toEqual([])
  })
})

describe('the story', () => {
  const spent = {...nothingSpent, input: 3, output: 2, usd: 0.25}
  it.each<[string, object, string]>([
    ['run.opened', {routes: {coder: ['x/y']}, sandbox: {level: 'bwrap'}, checks: [{command: 'npm test'}]}, 'model x/y · sandbox bwrap · checks npm test'],
    ['run.opened', {routes: {}, sandbox: {level: 'off'}, checks: []}, 'model none · sandbox off · checks none'],
    ['run.resumed', {lastSeq: 7}, 'resumed after event 7'],
    ['user.steered', {text: 'in\nFrench'}, 'you: in French'],
    ['plan.updated', {tasks: [{title: 'one'}, {title: 'two'}]}, 'plan: 1. one · 2. two'],
    ['task.started', {phase: 'repair', attempt: 2}, 'repair (attempt 2)'],
    ['role.lost', {why: 'killed', replaced: true}, 'lost: killed; a new process goes on'],
    ['model.replied', {text: ' '}, ''],
    ['model.replied', {text: 'hello\nthere'}, 'hello there'],
    ['model.failed', {route: 'x/y', error: {msg: 'no'}, retryInMs: 1500}, 'x/y: no; again in 1.5 s'],
    ['tool.done', {ok: true, tool: 'read', line: 'read a.js', wallMs: 12}, 'read a.js (12 ms)'],
    ['tool.done', {ok: false, tool: 'read', error: {msg: 'not there'}, wallMs: 1}, 'read: not there'],
    ['phase.handed', {outcome: 'finished'}, ''],
    ['phase.handed', {outcome: 'stuck', why: 'in circles'}, 'stuck: in circles'],
    ['ask.raised', {text: 'may I?'}, 'asks: may I?'],
    ['ask.answered', {choice: 'once', by: 'person'}, 'answer: once (person)'],
    ['gate.started', {gate: 'tests', command: 'npm test'}, 'check tests: npm test'],
    ['gate.passed', {gate: 'tests', summary: '3 passed', wallMs: 2000}, '✓ tests: 3 passed (2.0 s)'],
    ['gate.failed', {gate: 'tests', summary: '1 failed', wallMs: 9}, '✗ tests: 1 failed (9 ms)'],
    ['gate.stale', {gate: 'tests', why: 'changed'}, 'tests is stale: changed'],
    ['patch.adopted', {patch: 'p_1', files: [{path: 'a'}, {path: 'b'}]}, 'adopted p_1: a, b'],
    ['patch.scored', {why: '3 of 4'}, '3 of 4'],
    ['budget.exceeded', {cap: 'calls', limit: 1, used: 1}, 'the cap on calls is reached: 1 of 1'],
    ['checkpoint.restored', {changes: [1, 2]}, 'restored 2 files'],
    ['notice', {text: 'a word'}, 'a word'],
    ['error', {msg: 'broken', hint: 'mend it'}, 'broken — mend it'],
    ['run.closed', {outcome: 'done', reason: 'green', files: [1], usage: {total: spent}}, 'done: green · 1 file · 3+2 tokens $0.2500'],
    ['role.idle', {}, ''],
  ])('of %s %j', (type, body, told) => expect(tell(event(type, body))).toBe(told))
  it('is one line, however long it was', () => expect(tell(event('notice', {text: 'x '.repeat(1000)})).length).toBeLessThanOrEqual(300))
})
