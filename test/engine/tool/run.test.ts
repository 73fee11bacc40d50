// One call from raw text to envelope: what is found, asked, begun, run, tried again and told.

import {describe, expect, it} from 'vitest'
import type {Clock} from '../../../engine/base/clock.ts'
import type {CallId} from '../../../engine/base/id.ts'
import {FaultError, fault} from '../../../engine/contract/fault.ts'
import type {Call} from '../../../engine/contract/message.ts'
import type {AnyTool, Site, Tool} from '../../../engine/contract/tool.ts'
import {type Called, type RunKit, runCall} from '../../../engine/tool/run.ts'
import {openShelf} from '../../../engine/tool/shelf.ts'
import {openSite} from '../../kit/site.ts'

interface Input {
  path: string
  count?: number
}

const tool = (more: Partial<Tool<Input>>): AnyTool => ({
  name: 'touch',
  does: 'Touches a file.',
  takes: (z) => z.object({path: z.string(), count: z.number().optional()}),
  needs: (input) => [{kind: 'write', what: (input as Input).path}],
  touches: (input) => [(input as Input).path],
  run: async (input) => ({model: `touched ${(input as Input).path}`, line: 'touched', result: {ok: 1}}),
  ...more,
})

const call = (input: string, name = 'touch'): Call => ({id: 'c1' as CallId, tool: name, input})

/** Sleeps are noted and over at once, unless the test keeps them. */
const fakeClock = (wait: 'over' | 'kept' = 'over'): Clock & {slept: number[]} => {
  const slept: number[] = []
  let tick = 0
  return {
    slept,
    now: () => 0,
    tick: () => (tick += 5),
    sleep: (ms, signal) => {
      slept.push(ms)
      if (ms < 100_000 || wait === 'over')
        return ms < 100_000 ? Promise.resolve() : new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)))
      return Promise.resolve()
    },
  }
}

const kit = (one: AnyTool, more: Partial<RunKit> & {site?: Site} = {}) => {
  const trail: string[] = []
  const begun: Called[] = []
  const full: RunKit = {
    shelf: openShelf({[one.name]: async () => ({default: one})}),
    site: openSite('/nowhere'),
    offered: [one.name],
    permit: async (needs) => {
      trail.push(`permit ${needs.map(({kind, what}) => `${kind}(${what})`).join(' ')}`)
      return {ok: true, result: undefined}
    },
    begin: async (called) => {
      trail.push('begin')
      begun.push(called)
      return {ok: true, result: undefined}
    },
    clock: fakeClock(),
    ...more,
  }
  return {kit: full, trail, begun}
}

describe('a call', () => {
  it('is permitted, begun and run, in this order', async () => {
    const at: string[] = []
    const one = tool({
      run: async () => {
        at.push('run')
        return {model: 'done', line: 'l', result: {n: 1}}
      },
    })
    const {kit: k, trail, begun} = kit(one)
    const begin = k.begin
    const ran = await runCall(call('{"path":"a","count":"2"}'), {...k, begin: (called) => begin(called).finally(() => at.push('begun'))})
    expect(trail).toEqual(['permit write(a)', 'begin'])
    expect(at).toEqual(['begun', 'run'])
    expect(begun[0]).toEqual({tool: 'touch', input: {path: 'a', count: 2}, needs: [{kind: 'write', what: 'a'}], touches: ['a']})
    expect(ran).toEqual({
      done: {call: 'c1', tool: 'touch', ok: true, result: {n: 1}, wallMs: 5, sandbox: k.site.sandbox.state},
      told: 'done',
      line: 'l',
    })
  })

  it('took as long as the tool did, however long a person thought about it', async () => {
    const {kit: k} = kit(tool({}))
    const permit = k.permit
    const thinking: RunKit['permit'] = (...asked) => {
      for (let n = 0; n < 100; n += 1) k.clock.tick()
      return permit(...asked)
    }
    expect((await runCall(call('{"path":"a"}'), {...k, permit: thinking})).done.wallMs).toBe(5)
  })

  it('to a tool that is not there names the nearest', async () => {
    const {kit: k, trail} = kit(tool({}))
    const ran = await runCall(call('{}', 'tuch'), k)
    expect(ran.done).toMatchObject({ok: false, error: {code: 'tool.unknown', hint: expect.stringContaining('did you mean touch?')}})
    expect(ran.told).toContain('there is no tool named tuch')
    expect(trail).toEqual([])
    for (const name of ['functions.Touch', ' touch\n']) expect((await runCall(call('{"path":"a"}', name), k)).done).toMatchObject({ok: true, tool: 'touch'})
  })

  it('to a tool that is not offered is one to a tool that is not there', async () => {
    const {kit: k} = kit(tool({}), {offered: []})
    expect((await runCall(call('{"path":"a"}'), k)).done.error?.code).toBe('tool.unknown')
  })

  it('with a wrong input is corrected in a few lines that name the fields', async () => {
    const wide = tool({takes: (z) => z.object(Object.fromEntries([...'abcdefgh'].map((key) => [key, z.number()]))) as never})
    const {kit: k, trail} = kit(wide)
    const ran = await runCall(call('{"a":"x"}'), k)
    expect(ran.done.error).toMatchObject({code: 'tool.input', again: true})
    expect(ran.told.split('\n').length).toBeLessThanOrEqual(6)
    expect(ran.told).toMatch(/a: expected number/)
    expect(ran.told).toContain('more')
    expect(trail).toEqual([])
  })

  it('that is cut off is not run', async () => {
    const {kit: k, trail} = kit(tool({}))
    const ran = await runCall(call('{"path":"half'), k)
    expect(ran.told).toContain('cut off')
    expect(trail).toEqual([])
  })

  it('that is refused does not begin', async () => {
    const {kit: k, trail} = kit(tool({}), {permit: async () => ({ok: false, error: fault('permission.denied', {what: 'x', why: 'y', hint: 'z'})})})
    expect((await runCall(call('{"path":"a"}'), k)).done.error?.code).toBe('permission.denied')
    expect(trail).toEqual([])
  })

  it('that may not begin does not run', async () => {
    let runs = 0
    const one = tool({run: async () => ({model: String(++runs), line: '', result: {}})})
    const {kit: k} = kit(one, {begin: async () => ({ok: false, error: fault('tool.stopped')})})
    expect((await runCall(call('{"path":"a"}'), k)).done.error?.code).toBe('tool.stopped')
    expect(runs).toBe(0)
  })

  it.each<[string, Partial<Tool<Input>>]>([
    [
      'needs',
      {
        needs: () => {
          throw new Error('boom')
        },
      },
    ],
    [
      'touches',
      {
        touches: () => {
          throw new Error('boom')
        },
      },
    ],
    [
      'run',
      {
        run: async () => {
          throw new Error('boom')
        },
      },
    ],
    [
      'run, at once',
      {
        run: () => {
          throw new Error('boom')
        },
      },
    ],
    [
      'takes',
      {
        takes: () => {
          throw new Error('boom')
        },
      },
    ],
  ])('whose %s crashes is told so', async (_, more) => {
    const {kit: k} = kit(tool(more))
    expect((await runCall(call('{"path":"a"}'), k)).done.error).toMatchObject({code: 'tool.crashed', msg: expect.stringContaining('boom')})
  })

  it('whose hooks crash is told so', async () => {
    const bang = async () => {
      throw new Error('boom')
    }
    for (const more of [{permit: bang}, {begin: bang}])
      expect((await runCall(call('{"path":"a"}'), kit(tool({}), more).kit)).done.error?.code).toBe('tool.crashed')
  })

  it('keeps the fault that a tool throws', async () => {
    const one = tool({
      run: async () => {
        throw new FaultError(fault('file.missing', {path: 'a', near: 'did you mean b?'}))
      },
    })
    const ran = await runCall(call('{"path":"a"}'), kit(one).kit)
    expect(ran.done.error).toEqual({code: 'file.missing', msg: 'a does not exist', hint: 'did you mean b?', again: false})
    expect(ran.told).toBe('a does not exist\ndid you mean b?')
  })

  it('that ends the work hands its text over', async () => {
    const ran = await runCall(call('{"path":"a"}'), kit(tool({run: async () => ({model: 'all done', line: '', result: {finish: true}})})).kit)
    expect(ran.finish).toBe('all done')
  })

  it('that says too much is clipped, and the whole handed back', async () => {
    const long = Array.from({length: 9000}, (_, at) => `line ${at}`).join('\n')
    const ran = await runCall(call('{"path":"a"}'), kit(tool({run: async () => ({model: long, line: '', result: {}})})).kit)
    expect(ran.told.length).toBeLessThan(25_000)
    expect(ran.told).toContain('line 0\n')
    expect(ran.told).toContain('line 8999')
    expect(ran.told).toContain('left out')
    expect(ran.whole).toBe(long)
  })
})

describe('trying again', () => {
  const failing = (times: number, thrown: unknown, more: Partial<Tool<Input>> = {}) => {
    let runs = 0
    const one = tool({
      run: async () => {
        runs += 1
        if (runs <= times) throw thrown
        return {model: `run ${runs}`, line: '', result: {}}
      },
      ...more,
    })
    return {one, runs: () => runs}
  }
  const busy = Object.assign(new Error('EBUSY: busy'), {code: 'EBUSY'})

  it('is done for what the machine refused, with growing waits', async () => {
    const {one} = failing(2, busy)
    const clock = fakeClock()
    expect((await runCall(call('{"path":"a"}'), kit(one, {clock}).kit)).told).toBe('run 3')
    expect(clock.slept.filter((ms) => ms < 100_000)).toEqual([50, 200])
  })

  it('is given up after three', async () => {
    const {one, runs} = failing(9, busy)
    expect((await runCall(call('{"path":"a"}'), kit(one).kit)).done.ok).toBe(false)
    expect(runs()).toBe(4)
  })

  it('is done for a command that did not start, never for one that did', async () => {
    const started = failing(1, new FaultError(fault('job.failed', {command: 'x', why: 'EAGAIN'})), {touches: () => 'any'})
    expect((await runCall(call('{"path":"a"}'), kit(started.one).kit)).told).toBe('run 2')
    const ran = failing(1, busy, {touches: () => 'any'})
    expect((await runCall(call('{"path":"a"}'), kit(ran.one).kit)).done.ok).toBe(false)
    expect(ran.runs()).toBe(1)
  })

  it('is not done for what the call got wrong', async () => {
    const {one, runs} = failing(1, new FaultError(fault('edit.same', {path: 'a'})))
    await runCall(call('{"path":"a"}'), kit(one).kit)
    expect(runs()).toBe(1)
  })
})

describe('a call that does not end', () => {
  const hanging = (more: Partial<Tool<Input>> = {}) => tool({run: () => new Promise(() => undefined), ...more})
  const overClock: Clock = {now: () => 0, tick: () => 0, sleep: async () => undefined}

  it('is stopped after its time', async () => {
    expect((await runCall(call('{"path":"a"}'), kit(hanging(), {clock: overClock}).kit)).done.error?.code).toBe('tool.timeout')
  })

  it('is stopped with its agent', async () => {
    const stop = new AbortController()
    const ran = runCall(call('{"path":"a"}'), kit(hanging({touches: () => 'any'}), {site: openSite('/nowhere', {signal: stop.signal})}).kit)
    stop.abort()
    expect((await ran).done.error?.code).toBe('tool.stopped')
  })

  it('that had begun is not said to have never run', async () => {
    const stop = new AbortController()
    const one = tool({
      touches: () => 'any',
      run: (_, site) =>
        new Promise((_resolve, reject) => {
          site.signal.addEventListener('abort', () => reject(new Error('killed')))
          stop.abort()
        }),
    })
    const {done} = await runCall(call('{"path":"a"}'), kit(one, {site: openSite('/nowhere', {signal: stop.signal})}).kit)
    expect(done.error).toMatchObject({code: 'tool.cut', msg: 'stopped while it ran'})
  })

  it('hears of it through its signal', async () => {
    let heard = false
    const one = tool({
      run: (_, site) =>
        new Promise(() => {
          site.signal.addEventListener('abort', () => {
            heard = true
          })
        }),
    })
    await runCall(call('{"path":"a"}'), kit(one, {clock: overClock}).kit)
    expect(heard).toBe(true)
  })

  it('is not begun when the agent has been stopped', async () => {
    const one = tool({run: async () => ({model: 'ran', line: '', result: {}})})
    const ran = await runCall(call('{"path":"a"}'), kit(one, {site: openSite('/nowhere', {signal: AbortSignal.abort()})}).kit)
    expect(ran.done.error?.code).toBe('tool.stopped')
  })
})
