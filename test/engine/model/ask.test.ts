import {describe, expect, it} from 'vitest'
import {bad, type Fault, good} from '../../../engine/base/envelope.ts'
import type {CallId} from '../../../engine/base/id.ts'
import {type FaultCode, fault} from '../../../engine/contract/fault.ts'
import {noUsage} from '../../../engine/contract/grant.ts'
import type {ModelCard, ModelClient, Part, Turn} from '../../../engine/contract/model.ts'
import {type AskHooks, openAsker} from '../../../engine/model/ask.ts'
import {turnOf} from '../../kit/model-turn.ts'

type Line = {code: FaultCode; waitMs?: number; text?: string} | {text: string} | {calls: string[]} | 'cut' | 'throws'

const card: ModelCard = {window: 10_000, output: 1000, tools: true, edits: 'calls', local: false, price: {usdIn: 10, usdCached: 1, usdOut: 100}}
const usage = {input: 100, output: 10, reasoning: 0, cached: 50}

const partsOf = (line: Line): Part[] => {
  if (line === 'cut')
    return [
      {is: 'text', text: 'half'},
      {is: 'call', call: {id: 'c' as CallId, tool: 'shell', input: '{}'}},
    ]
  if (line === 'throws') throw new Error('a bug')
  if ('calls' in line)
    return [...line.calls.map((tool): Part => ({is: 'call', call: {id: `c_${tool}` as CallId, tool, input: '{}'}})), {is: 'end', why: 'calls', usage}]
  if ('code' in line)
    return [
      ...(line.text ? [{is: 'text' as const, text: line.text}] : []),
      {is: 'end', why: 'fault', usage: noUsage, error: fault(line.code, {route: 'r'}), waitMs: line.waitMs},
    ]
  return [
    {is: 'text', text: line.text},
    {is: 'end', why: 'stop', usage},
  ]
}

const clientOf = (lines: Line[], seen: Turn[], own: Partial<ModelCard> = {}): ModelClient => ({
  card: () => ({...card, ...own}),
  stream: async function* (turn) {
    seen.push(turn)
    yield* partsOf(lines.shift() ?? {text: 'nothing left'})
  },
  probe: async () => ({ok: true, wallMs: 0, models: []}),
})

/** A clock that moves only when somebody sleeps. */
const fakeClock = () => {
  const slept: number[] = []
  let now = 0
  return {
    slept,
    pass: (ms: number) => {
      now += ms
    },
    clock: {
      now: () => now,
      tick: () => now,
      sleep: async (ms: number, signal?: AbortSignal) => {
        if (signal?.aborted) throw signal.reason
        slept.push(ms)
        now += ms
      },
    },
  }
}

const setup = (chain: Record<string, Line[]>, cards: Record<string, Partial<ModelCard>> = {}) => {
  const {clock, slept, pass} = fakeClock()
  const turns: Turn[] = []
  const log: string[] = []
  const reserved: Parameters<AskHooks['reserve']>[0][] = []
  const failures: Parameters<AskHooks['onFailed']>[0][] = []
  const refusing: Fault[] = []
  const hooks: AskHooks = {
    reserve: async (asked) => {
      reserved.push(asked)
      log.push(`ask ${asked.route} ${asked.attempt}`)
      const refused = refusing.shift()
      return refused ? bad(refused) : good(undefined)
    },
    onText: (text) => log.push(`text ${text}`),
    onFailed: (failed) => {
      failures.push(failed)
      log.push(`failed ${failed.error.code}${failed.retryInMs === undefined ? '' : ' again'}`)
    },
    onRoute: ({route}) => log.push(`route ${route}`),
    onBreaker: ({route, state}) => log.push(`breaker ${route} ${state}`),
  }
  const clients = Object.entries(chain).map(([name, lines]) => ({
    route: {provider: name, model: 'm'},
    client: clientOf(lines, turns, cards[name]),
    callSec: 60,
  }))
  const asker = openAsker({clients, clock, dice: (count) => new Uint8Array(count).fill(128)})
  const ask = (signal = new AbortController().signal, turn = turnOf()) => asker.ask(turn, hooks, signal)
  return {ask, asker, log, slept, pass, turns, reserved, failures, refusing}
}

describe('openAsker', () => {
  it('reserves, asks and tells what it cost', async () => {
    const {ask, log, reserved, turns} = setup({a: [{text: 'hello'}]})
    const reply = await ask()
    expect(reply).toMatchObject({route: 'a/m', text: 'hello', why: 'stop', usage, calls: []})
    expect(reply.error).toBeUndefined()
    // 50 new at 10, 50 cached at 1, 10 out at 100 usd a million.
    expect(reply.usd).toBeCloseTo((500 + 50 + 1000) / 1e6, 12)
    expect(log).toEqual(['route a/m', 'ask a/m 1', 'text hello'])
    expect(reserved[0]).toMatchObject({route: 'a/m', attempt: 1, sampling: {temperature: 0}, requestSha256: expect.stringMatching(/^[0-9a-f]{64}$/)})
    expect(reserved[0]?.tokens).toBeGreaterThan(1000)
    expect(reserved[0]?.usd).toBeGreaterThan(0)
    expect(turns[0]?.model).toBe('m')
  })

  it('tries again after transient trouble, each attempt reserved, with growing pauses', async () => {
    const {ask, slept, reserved, failures} = setup({a: [{code: 'model.broken'}, {code: 'model.cut', text: 'half'}, {code: 'model.garbled'}, {calls: ['read']}]})
    const reply = await ask()
    expect(reply.calls.map(({tool}) => tool)).toEqual(['read'])
    expect(reserved.map(({attempt}) => attempt)).toEqual([1, 2, 3, 4])
    expect(failures.map(({retryInMs}) => retryInMs)).toEqual(slept)
    expect(slept.map((ms) => Math.round(ms / 100))).toEqual([5, 10, 20])
    // What came before the cut was paid for, though nobody said how much it was.
    expect(failures[1]?.usage.output).toBeGreaterThan(0)
    expect(failures[0]?.usage).toEqual(noUsage)
  })

  it('gives up after four attempts, and after two empty replies', async () => {
    const broken = setup({a: Array<Line>(9).fill({code: 'model.broken'})})
    expect((await broken.ask()).error?.code).toBe('model.broken')
    expect(broken.reserved).toHaveLength(4)
    const empty = setup({a: Array<Line>(9).fill({code: 'model.empty'})})
    expect((await empty.ask()).error?.code).toBe('model.empty')
    expect(empty.reserved).toHaveLength(2)
  })

  it('waits exactly as long as the server asks, and not longer than a call may take', async () => {
    const {ask, slept} = setup({a: [{code: 'model.limited', waitMs: 7000}, {code: 'model.cut', waitMs: 0}, {text: 'ok'}]})
    expect((await ask()).text).toBe('ok')
    expect(slept).toEqual([7000])
    const long = setup({a: [{code: 'model.limited', waitMs: 3_600_000}, {text: 'too early'}]})
    expect((await long.ask()).error?.code).toBe('model.limited')
    expect(long.slept).toEqual([])
  })

  it('hands on no call of a stream that ended without its end, and asks again', async () => {
    const {ask, log} = setup({a: ['cut', {text: 'whole'}]})
    const reply = await ask()
    expect(reply).toMatchObject({text: 'whole', calls: []})
    expect(log).toContain('failed model.cut again')
  })

  it('does not repeat what would fail again', async () => {
    for (const code of ['model.credentials', 'model.refused', 'model.window', 'model.length', 'model.unknown', 'replay.exhausted'] as const) {
      const {ask, reserved, slept} = setup({a: [{code}, {text: 'no'}]})
      expect((await ask()).error?.code).toBe(code)
      expect(reserved).toHaveLength(1)
      expect(slept).toEqual([])
    }
  })

  it('goes to the next route when one is given up, and back when it is well again', async () => {
    const {ask, log, pass} = setup({a: [{code: 'model.credentials'}, {text: 'A'}], b: [{text: 'B1'}, {text: 'B2'}, {text: 'B3'}]})
    expect((await ask()).text).toBe('B1')
    expect(log).toEqual(['route a/m', 'ask a/m 1', 'failed model.credentials', 'breaker a/m open', 'route b/m', 'ask b/m 2', 'text B1'])
    log.length = 0
    expect((await ask()).text).toBe('B2')
    expect(log).toEqual(['ask b/m 1', 'text B2'])
    log.length = 0
    pass(600_001)
    expect((await ask()).text).toBe('A')
    expect(log).toEqual(['breaker a/m half-open', 'route a/m', 'ask a/m 1', 'text A', 'breaker a/m closed'])
  })

  it('gives a route on trial one attempt', async () => {
    const {ask, log, pass} = setup({a: [...Array<Line>(5).fill({code: 'model.broken'})], b: [{text: 'B1'}, {text: 'B2'}]})
    await ask()
    pass(30_001)
    log.length = 0
    expect((await ask()).text).toBe('B2')
    expect(log.filter((line) => line.startsWith('ask'))).toEqual(['ask a/m 1', 'ask b/m 2'])
    expect(log).toContain('breaker a/m open')
  })

  it('still asks a single route whose breaker is open', async () => {
    const {ask} = setup({a: [{code: 'model.credentials'}, {text: 'A'}]})
    expect((await ask()).error?.code).toBe('model.credentials')
    expect((await ask()).text).toBe('A')
  })

  it('ends with the refusal of a reservation, and sends nothing', async () => {
    const {ask, turns, refusing} = setup({a: [{code: 'model.broken'}, {text: 'no'}]})
    refusing.push(fault('budget.calls', {limit: 1}))
    expect((await ask()).error?.code).toBe('budget.calls')
    expect(turns).toHaveLength(0)
  })

  it('stops in the middle of a pause', async () => {
    const control = new AbortController()
    const {ask, failures, turns} = setup({a: [{code: 'model.broken'}, {text: 'no'}]})
    const asking = ask(control.signal)
    failures.push = (...more) => {
      control.abort()
      return Array.prototype.push.apply(failures, more)
    }
    expect((await asking).error?.code).toBe('model.stopped')
    expect(turns).toHaveLength(1)
  })

  it('turns a bug in a client into a fault', async () => {
    const {ask} = setup({a: ['throws']})
    expect((await ask()).error).toMatchObject({code: 'internal', msg: expect.stringContaining('a bug')})
  })

  it('sends no temperature to a model that refuses one, and the vendor sampling where there is one', async () => {
    const plain = turnOf({sampling: {}})
    const fixed = setup({a: [{text: 'x'}]}, {a: {fixedTemperature: true}})
    await fixed.ask(undefined, turnOf({sampling: {temperature: 0.5, effort: 'low'}}))
    expect(fixed.turns[0]?.sampling).toEqual({effort: 'low'})
    const vendor = setup({a: [{text: 'x'}]}, {a: {sampling: {temperature: 1, topP: 0.95}}})
    await vendor.ask(undefined, plain)
    expect(vendor.turns[0]?.sampling).toEqual({temperature: 1, topP: 0.95})
    const usual = setup({a: [{text: 'x'}]})
    await usual.ask(undefined, plain)
    expect(usual.turns[0]?.sampling).toEqual({temperature: 0})
    await usual.ask(undefined, turnOf({sampling: {}, tools: []}))
    expect(usual.turns[1]?.sampling).toEqual({})
  })

  it('learns from the usage how large requests are', async () => {
    const {ask, reserved, asker} = setup({a: [{text: 'x'}, {text: 'x'}]})
    const turn = turnOf({messages: [{from: 'user', text: 'x'.repeat(37)}], tools: []})
    const before = asker.sizeOf(turn.messages)
    await ask(undefined, turn)
    await ask(undefined, turn)
    // 14 tokens were estimated, 100 reported: four times as many are believed at most.
    expect(reserved[1]?.tokens).toBe((reserved[0]?.tokens ?? 0) + 3 * before)
  })
})
