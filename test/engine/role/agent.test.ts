// The whole agent over a link in memory, with a scripted model and scripted tools: what it asks for, what it
// waits for, and how it ends.

import {describe, expect, it} from 'vitest'
import type {Clock} from '../../../engine/base/clock.ts'
import type {CallId} from '../../../engine/base/id.ts'
import type {Draft} from '../../../engine/contract/event.ts'
import {fault} from '../../../engine/contract/fault.ts'
import type {Assignment, Down, Up} from '../../../engine/contract/link.ts'
import {goOn} from '../../../engine/fold/orderly.ts'
import {linkPair} from '../../../engine/link/pair.ts'
import {liveAgent} from '../../../engine/role/agent.ts'
import type {Reply, Work} from '../../../engine/role/ports.ts'

const clock: Clock = {now: () => 0, tick: () => 0, sleep: () => Promise.resolve()}
let dice = 0
const state = {level: 'off', writes: 'open', network: 'open'} as const
const role = {name: 'coder', purpose: '', prompt: 'You code.', tools: [], writes: true}
const assignment = (more: Partial<Assignment> = {}): Assignment =>
  ({
    run: 'r_1',
    task: 't_1',
    phase: 'implement',
    attempt: 1,
    role,
    agent: 'a_1',
    ordinal: 1,
    goal: 'go',
    brief: 'go',
    history: [],
    keep: false,
    grant: {routes: [], caps: {}},
    sampling: {},
    providers: {},
    root: '/r',
    dir: '/r',
    overlays: [],
    addDirs: [],
    scratch: '/s',
    permissions: {mode: 'auto', rules: [], canAsk: false},
    sandbox: {level: 'off', network: 'off', writes: [], trusted: true},
    sandboxState: state,
    checks: [],
    instructions: [],
    guarded: [],
    seed: 0,
    nextCall: 1,
    turn: 0,
    trace: 't',
    parent: 'p',
    span: 's',
    commandMs: 1000,
    syntax: true,
    ...more,
  }) as Assignment

const reply = (text: string, calls: {id: string; tool: string; input: string}[] = [], more: Partial<Reply> = {}): Reply => ({
  route: 'fake/one',
  text,
  thought: '',
  calls: calls.map((call) => ({...call, id: call.id as CallId})),
  why: calls.length > 0 ? 'calls' : 'stop',
  usage: {input: 1, output: 1, reasoning: 0, cached: 0},
  usd: 0,
  wallMs: 1,
  ...more,
})

interface Scene {
  replies: Reply[]
  effects?: string[]
  told?: (tool: string, nth: number) => string
  refuse?: (draft: Draft) => boolean
}

/** Plays a scene and resolves with what the host saw, once the agent has handed over. */
const play = async (scene: Scene, given = assignment()) => {
  const {host, agent} = linkPair()
  const drafts: Draft[] = []
  const ran: string[] = []
  const sent: number[] = []
  const work: Work = {
    specs: [],
    guide: '',
    ask: async (turn, hooks) => {
      sent.push(turn.messages.length)
      const cleared = await hooks.reserve({route: 'fake/one', attempt: 1, tokens: 1, usd: 0, requestSha256: '', sampling: {}})
      if (!cleared.ok) return reply('', [], {why: 'fault', error: cleared.error})
      return scene.replies.shift() ?? reply('nothing more')
    },
    run: async (call, hooks) => {
      const touches = scene.effects?.includes(call.tool) ? (['x'] as const) : []
      const begun = await hooks.begin({input: call.input, needs: [], touches})
      if (begun.ok) ran.push(call.id)
      const told = begun.ok ? (scene.told?.(call.tool, ran.length) ?? `${call.id} ok`) : begun.error.msg
      return {done: {call: call.id, tool: call.tool, ok: begun.ok, wallMs: 1, sandbox: state}, told, line: told}
    },
    isParallel: (tool) => tool === 'read',
    budgetTokens: 1000,
    sizeOf: () => 10,
    recover: (text) => ({calls: [], text}),
    checkAnswer: async () => '',
    close: async () => undefined,
  }
  const life = liveAgent({link: agent, clock, dice: (bytes) => new Uint8Array(bytes).fill(++dice), openWork: async () => work})
  const over = Promise.withResolvers<void>()
  host.onMessage((message: Up) => {
    if (message.say !== 'event') return
    drafts.push(message.draft)
    const refused = scene.refuse?.(message.draft) ? fault('budget.calls', {limit: 1}) : undefined
    if (message.wait !== undefined) host.send({say: 'go', id: message.wait, ...(refused ? {refused} : {})} as Down)
    if (message.draft.type === 'phase.handed') over.resolve()
  })
  host.send({say: 'assign', assignment: given})
  await over.promise
  host.close()
  await life
  const handed = drafts.find((draft) => draft.type === 'phase.handed')?.body as {outcome: string; text: string; why?: string}
  return {drafts, ran, sent, handed, types: drafts.map((draft) => draft.type)}
}

describe('an agent', () => {
  it('answers a question in one turn', async () => {
    const {handed, types} = await play({replies: [reply('42')]})
    expect(handed).toMatchObject({outcome: 'finished', text: '42'})
    expect(types).toEqual(['model.asked', 'model.replied', 'phase.handed'])
  })
  it('puts an answer together that did not fit into one reply, and takes no half of one for an answer', async () => {
    const piece = () => reply('and on ', [], {why: 'length'})
    expect((await play({replies: [piece(), reply('it goes')]})).handed).toMatchObject({outcome: 'finished', text: 'and on it goes'})
    const {handed, sent} = await play({replies: Array.from({length: 9}, piece)})
    expect(handed).toMatchObject({outcome: 'failed', text: 'and on and on and on ', why: expect.stringContaining('output limit')})
    expect(sent).toHaveLength(3)
  })
  it('that was lost within such an answer goes on with it, and with its last piece said hands over all of it', async () => {
    const cut = (text: string): Assignment['history'] => [
      {from: 'model', text, calls: []},
      {from: 'user', text: goOn},
    ]
    const past: Assignment['history'] = [{from: 'user', text: 'go'}, ...cut('one, '), ...cut('two, ')]
    const lost = (history: Assignment['history']) => assignment({brief: '', history})
    expect((await play({replies: [reply('three')]}, lost(past))).handed).toMatchObject({outcome: 'finished', text: 'one, two, three'})
    const last = await play({replies: []}, lost([...past, {from: 'model', text: 'three', calls: []}]))
    expect(last.handed).toMatchObject({outcome: 'finished', text: 'one, two, three'})
    expect(last.sent).toEqual([])
    // Said to something else, it is no piece.
    expect((await play({replies: [reply('42')]}, lost([...past, {from: 'user', text: 'What is 6 x 7?'}]))).handed).toMatchObject({text: '42'})
  })
  it('runs the calls of a reply and tells the model their results', async () => {
    const calls = [
      {id: 'c1', tool: 'read', input: '{}'},
      {id: 'c2', tool: 'read', input: '{"a":1}'},
    ]
    const {ran, sent, types, handed} = await play({replies: [reply('', calls), reply('done')]})
    expect(ran).toEqual(['c1', 'c2'])
    expect(sent).toEqual([2, 5])
    expect(types.filter((type) => type === 'tool.called' || type === 'tool.done')).toHaveLength(4)
    expect(handed.text).toBe('done')
  })
  it('does not start an effect that the host refuses', async () => {
    const {ran, drafts} = await play({
      replies: [reply('', [{id: 'c1', tool: 'write', input: '{}'}]), reply('gave up')],
      effects: ['write'],
      refuse: (draft) => draft.type === 'tool.called',
    })
    expect(ran).toEqual([])
    expect(drafts.find((draft) => draft.type === 'tool.done')?.body).toMatchObject({ok: false})
  })
  it('hands over as capped when the host grants no call', async () => {
    const {handed} = await play({replies: [], refuse: (draft) => draft.type === 'model.asked'})
    expect(handed).toMatchObject({outcome: 'capped'})
  })
  it('stops going round in circles, with the reason', async () => {
    const same = () => reply('', [{id: `c${++dice}`, tool: 'list', input: '{}'}])
    const {handed, ran, types} = await play({replies: Array.from({length: 9}, same), told: () => 'the same'})
    expect(handed).toMatchObject({outcome: 'stuck'})
    expect(handed.why).toMatch(/4 times/)
    expect(ran).toHaveLength(4)
    expect(types).toContain('notice')
  })
  it('goes on from a conversation that was cut off: open calls first, then the model', async () => {
    const history = [
      {from: 'user', text: 'go'},
      {
        from: 'model',
        text: '',
        calls: [
          {id: 'c1' as CallId, tool: 'read', input: '{}'},
          {id: 'c2' as CallId, tool: 'read', input: '{}'},
        ],
      },
      {from: 'tool', call: 'c1' as CallId, tool: 'read', ok: true, text: 'one'},
    ] as Assignment['history']
    const {ran, sent, handed} = await play({replies: [reply('done')]}, assignment({history, brief: ''}))
    expect(ran).toEqual(['c2'])
    expect(sent).toEqual([5])
    expect(handed.outcome).toBe('finished')
  })
  it('says what the provider said when it cannot go on', async () => {
    const {handed} = await play({replies: [reply('', [], {why: 'fault', error: fault('model.credentials', {route: 'x/y', why: '401'})})]})
    expect(handed).toMatchObject({outcome: 'provider'})
  })
})
