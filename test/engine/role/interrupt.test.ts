// A person interrupts an agent: over a link in memory, with a model and tools that take as long as they are let.

import {afterEach, describe, expect, it, vi} from 'vitest'
import {bad} from '../../../engine/base/envelope.ts'
import type {CallId} from '../../../engine/base/id.ts'
import type {Draft} from '../../../engine/contract/event.ts'
import {fault} from '../../../engine/contract/fault.ts'
import type {Assignment, Up} from '../../../engine/contract/link.ts'
import {linkPair} from '../../../engine/link/pair.ts'
import {liveAgent} from '../../../engine/role/agent.ts'
import {openBrake} from '../../../engine/role/brake.ts'
import type {Reply, Work} from '../../../engine/role/ports.ts'

const usage = {input: 0, output: 0, reasoning: 0, cached: 0}
const replyOf = (text: string, calls: string[] = [], more: Partial<Reply> = {}): Reply => ({
  route: 'fake/one',
  text,
  thought: '',
  calls: calls.map((tool, at) => ({id: `c${at + 1}` as CallId, tool, input: '{}'})),
  why: calls.length > 0 ? 'calls' : 'stop',
  usage,
  usd: 0,
  wallMs: 0,
  ...more,
})
const stopped = replyOf('', [], {why: 'fault', error: fault('model.stopped')})
const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), {once: true})
  })
const assignment = {
  agent: 'a_1',
  task: 't_1',
  role: {name: 'coder', purpose: '', prompt: '', tools: [], writes: true},
  brief: 'go',
  history: [],
  permissions: {mode: 'auto', rules: [], canAsk: true},
  sandboxState: {level: 'off', writes: 'open', network: 'open'},
  checks: [],
  instructions: [],
  addDirs: [],
  sampling: {},
  grant: {routes: [], caps: {}},
  nextCall: 1,
  turn: 0,
} as unknown as Assignment

type Script = (heard: string[], signal: AbortSignal) => Reply | Promise<Reply>

/** An agent at work, and what the host sees of it. `slow` tools end when they are stopped. */
const atWork = (script: Script, tools: {slow?: string[]; asking?: string[]} = {}) => {
  const {host, agent} = linkPair()
  const drafts: Draft[] = []
  const asks: Extract<Up, {say: 'ask'}>[] = []
  const heard: string[][] = []
  const began: string[] = []
  let waiting: (() => void)[] = []
  const until = async (fits: () => boolean): Promise<void> => {
    while (!fits()) await new Promise<void>((resolve) => waiting.push(resolve))
  }
  const openWork = async (_: Assignment, signal: () => AbortSignal): Promise<Work> => ({
    specs: [],
    guide: '',
    ask: async (turn) => {
      const said = turn.messages.flatMap((message) => (message.from === 'system' ? [] : [`${message.from}: ${'text' in message ? message.text : ''}`]))
      heard.push(said)
      host.send({say: 'grant', grant: {routes: [], caps: {}}})
      for (const wake of waiting.splice(0)) wake()
      return script(said, signal())
    },
    run: async (call, hooks) => {
      const mine = signal()
      began.push(call.tool)
      for (const wake of waiting.splice(0)) wake()
      const done = (ok: boolean, told: string) => ({
        done: {call: call.id, tool: call.tool, ok, wallMs: 0, sandbox: assignment.sandboxState},
        told,
        line: told,
      })
      if (tools.asking?.includes(call.tool)) {
        const allowed = await hooks.permit({what: call.tool, why: 'test'})
        return done(allowed.ok, allowed.ok ? 'ran' : allowed.error.msg)
      }
      if (tools.slow?.includes(call.tool)) await aborted(mine)
      return done(!mine.aborted, mine.aborted ? bad(fault('tool.stopped')).error.msg : 'ran')
    },
    isParallel: () => false,
    budgetTokens: 1000,
    sizeOf: () => 1,
    recover: (text) => ({calls: [], text}),
    checkAnswer: async () => '',
    close: async () => undefined,
  })
  const life = liveAgent({
    link: agent,
    clock: {now: () => 0, tick: () => 0, sleep: async () => undefined},
    dice: (bytes) => new Uint8Array(bytes).fill(7),
    openWork,
  })
  host.onMessage((message) => {
    if (message.say === 'event') drafts.push(message.draft)
    if (message.say === 'event' && message.wait !== undefined) host.send({say: 'go', id: message.wait})
    if (message.say === 'ask') asks.push(message)
    for (const wake of waiting.splice(0)) wake()
  })
  host.send({say: 'assign', assignment})
  const types = (): string[] => drafts.map((draft) => draft.type)
  const bodyOf = (type: string): Record<string, unknown> => drafts.findLast((draft) => draft.type === type)?.body as Record<string, unknown>
  const leave = async (): Promise<void> => {
    host.close()
    await life
  }
  waiting = []
  return {host, heard, began, asks, types, bodyOf, until, leave}
}

const slowUntilTold: Script = async (heard, signal) => {
  if (heard.some((text) => text.includes('shorter'))) return replyOf('short')
  await aborted(signal)
  return stopped
}

describe('an interrupted agent', () => {
  it('stops its model, waits, and goes on with the next words', async () => {
    const {host, heard, types, bodyOf, until, leave} = atWork(slowUntilTold)
    await until(() => heard.length === 1)
    host.send({say: 'interrupt'})
    await until(() => types().includes('role.idle'))
    expect(heard).toHaveLength(1)
    expect(types()).not.toContain('phase.handed')
    host.send({say: 'steer', text: 'shorter'})
    await until(() => types().includes('phase.handed'))
    expect(heard[1]).toEqual(['user: go', 'user: The user interrupted you here.', 'user: shorter'])
    expect(bodyOf('phase.handed')).toMatchObject({outcome: 'finished', text: 'short'})
    await leave()
  })
  it('takes words that were said before it stopped at once', async () => {
    const {host, heard, types, until, leave} = atWork(slowUntilTold)
    await until(() => heard.length === 1)
    host.send({say: 'steer', text: 'shorter'})
    host.send({say: 'interrupt'})
    await until(() => types().includes('phase.handed'))
    expect(heard[1]?.at(-1)).toBe('user: shorter')
    await leave()
  })
  it('stops its command, begins none of those that were to follow, and answers each', async () => {
    const script: Script = (heard) => (heard.length > 1 ? replyOf('done') : replyOf('', ['slow', 'next']))
    const {host, heard, began, types, until, leave} = atWork(script, {slow: ['slow']})
    await until(() => began.length === 1)
    host.send({say: 'interrupt'})
    await until(() => types().includes('role.idle'))
    host.send({say: 'steer', text: 'and now?'})
    await until(() => types().includes('phase.handed'))
    expect(began).toEqual(['slow'])
    expect(heard[1]).toEqual([
      'user: go',
      'model: ',
      'tool: stopped before it ran',
      'tool: not run: the work ended before it',
      'user: The user interrupted you here.',
      'user: and now?',
    ])
    await leave()
  })
  it('lets a question go', async () => {
    const script: Script = (heard) => (heard.length > 1 ? replyOf('done') : replyOf('', ['write']))
    const {host, asks, types, bodyOf, until, leave} = atWork(script, {asking: ['write']})
    await until(() => asks.length === 1)
    host.send({say: 'interrupt'})
    await until(() => types().includes('role.idle'))
    expect(bodyOf('tool.done')).toMatchObject({ok: false})
    // An answer that comes too late changes nothing.
    host.send({say: 'answer', id: asks[0]?.id ?? 0, choice: 'once'})
    host.send({say: 'steer', text: 'leave it'})
    await until(() => types().includes('phase.handed'))
    await leave()
  })
  it('may be interrupted again, and be stopped while it waits', async () => {
    const script: Script = async (_, signal) => {
      await aborted(signal)
      return stopped
    }
    const {host, heard, types, bodyOf, until, leave} = atWork(script)
    for (const nth of [1, 2]) {
      await until(() => heard.length === nth)
      host.send({say: 'interrupt'})
      await until(() => types().filter((type) => type === 'role.idle').length === nth)
      if (nth === 1) host.send({say: 'steer', text: 'again'})
    }
    host.send({say: 'stop', graceMs: 0, why: 'over'})
    await until(() => types().includes('phase.handed'))
    expect(bodyOf('phase.handed')).toMatchObject({outcome: 'stopped'})
    await leave()
  })
  it('hears nothing of an interrupt that comes when its work is handed over', async () => {
    const {host, types, until, heard, leave} = atWork(() => replyOf('done'))
    await until(() => types().includes('phase.handed'))
    host.send({say: 'interrupt'})
    host.send({say: 'assign', assignment: {...assignment, keep: true, brief: 'more'}})
    await until(() => types().filter((type) => type === 'phase.handed').length === 2)
    expect(heard).toHaveLength(2)
    expect(types()).not.toContain('role.idle')
    await leave()
  })
})

describe('a brake', () => {
  it('frees what begins after its release, and never what was stopped', async () => {
    const life = new AbortController()
    const brake = openBrake(life.signal)
    const before = brake.signal()
    brake.pull()
    expect([before.aborted, brake.pulled(), brake.signal().aborted]).toEqual([true, true, true])
    await brake.released(() => true)
    expect([before.aborted, brake.pulled(), brake.signal().aborted]).toEqual([true, false, false])
    brake.pull()
    const released = brake.released(() => false)
    life.abort()
    brake.nudge()
    await released
    expect(brake.signal().aborted).toBe(true)
  })
})

describe('the way of an interrupt', () => {
  afterEach(() => void vi.useRealTimers())
  const whatever: readonly [string, Script, {slow?: string[]; asking?: string[]}][] = [
    ['a model that says nothing', slowUntilTold, {}],
    ['a command that runs', () => replyOf('', ['slow']), {slow: ['slow']}],
    ['a question that waits', () => replyOf('', ['write']), {asking: ['write']}],
  ]
  it.each(whatever)('has no clock in it: %s', async (_, script, tools) => {
    vi.useFakeTimers({toFake: ['setTimeout', 'setInterval']})
    const {host, heard, began, asks, types, until, leave} = atWork(script, tools)
    await until(() => (tools.asking ? asks.length : tools.slow ? began.length : heard.length) === 1)
    host.send({say: 'interrupt'})
    await until(() => types().includes('role.idle'))
    expect(vi.getTimerCount()).toBe(0)
    await leave()
  })
})
