// A run while it goes on: what a person says on standard input, what is printed in each form, and a host that a
// program holds itself.

import {PassThrough} from 'node:stream'
import {describe, expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import {openHost} from '../../../source/host.ts'
import {runOptions} from '../../../source/run-options.ts'
import {bodies, calculator, cheapCheck, fix, type Recorded, repository, types, type Wished} from '../../kit/hosted.ts'

const noCheck = true
const all = async (events: AsyncIterable<Event>): Promise<Event[]> => {
  const found: Event[] = []
  for await (const event of events) found.push(event)
  return found
}
const writing: Recorded[] = [{calls: [{tool: 'write', input: {path: 'new.txt', text: 'x\n'}}]}, {text: 'written'}]

/** Runs with a line on standard input for each event that has one to say. */
const talking = async (say: (event: Event, at: number) => string | undefined, wished: Wished & {recorded?: Recorded[]}) => {
  const repo = repository(calculator)
  const stdin = new PassThrough()
  const context = repo.context({
    ...wished,
    stdin,
    flags: {noCheck, input: 'stream-json', permission: 'ask', ...wished.flags, model: repo.replay(wished.recorded ?? writing)},
  })
  let heard = 0
  const {run} = await import('../../../source/verb/run.ts')
  const {out} = context
  context.out = async (text) => {
    const line = say(JSON.parse(text) as Event, heard++)
    if (line !== undefined) stdin.write(`${line}\n`)
    return out(text)
  }
  const code = await run(context)
  const events = context.said.out
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row) as Event)
  return {repo, code, events, closed: bodies(events, 'run.closed')[0], stdin}
}

describe('standard input as a conversation', () => {
  it('answers a question by its id', async () => {
    const {repo, closed, events, stdin} = await talking(
      (event) => (event.type === 'ask.raised' ? JSON.stringify({answer: event.body.ask, choice: 'once'}) : undefined),
      {prompt: 'write'},
    )
    expect(closed).toMatchObject({outcome: 'done', exitCode: 0})
    expect(repo.read('new.txt')).toBe('x\n')
    expect(bodies(events, 'ask.answered')).toMatchObject([{choice: 'once', by: 'person'}])
    expect(stdin.listenerCount('data')).toBe(0)
  })
  it('says no, and why', async () => {
    const {repo, events} = await talking(
      (event) => (event.type === 'ask.raised' ? JSON.stringify({answer: event.body.ask, choice: 'deny', text: 'not today'}) : undefined),
      {prompt: 'write'},
    )
    expect(repo.has('new.txt')).toBe(false)
    expect(bodies(events, 'tool.done')[0]?.told).toContain('not today')
  })
  it('gives an answer that is too late to nobody: the question has ended with a denial', async () => {
    const repo = repository(calculator)
    repo.write({'../home/.config/penguin/config.yml': 'timeouts: {askSec: 1}\n'})
    const ran = await repo.run({
      prompt: 'write',
      stdin: new PassThrough(),
      flags: {noCheck, input: 'stream-json', permission: 'ask', model: repo.replay(writing)},
    })
    expect(bodies(ran.events, 'ask.answered')).toMatchObject([{choice: 'deny', by: 'timeout'}])
    expect(ran.closed?.outcome).toBe('needs_person')
  })
  it('steers, and the model hears it before its next turn', async () => {
    const recorded: Recorded[] = [{calls: [{tool: 'read', input: {path: 'sum.js'}}], delayMs: 300}, {text: 'as you say'}, {text: 'and again'}]
    const {events} = await talking((event) => (event.type === 'model.asked' && event.body.call === 1 ? '{"say":"in French, please"}' : undefined), {
      prompt: 'look',
      recorded,
    })
    expect(bodies(events, 'user.steered')).toEqual([{text: 'in French, please'}])
    const asked = bodies(events, 'model.asked').map((body) => body.messages)
    // System, request, reply, its result, and what was said.
    expect(asked.slice(0, 2)).toEqual([2, 5])
  })
  it('stops', async () => {
    const {closed} = await talking((event) => (event.type === 'model.asked' ? '{"stop":true}' : undefined), {
      prompt: 'wait',
      recorded: [{text: 'late', delayMs: 60_000}],
    })
    expect(closed).toMatchObject({outcome: 'interrupted', exitCode: 130})
  })
  it('makes a notice of what it cannot read, and goes on', async () => {
    const lines = ['{nonsense', '{"answer":"q_9","choice":"once"}', '{"else":1}', '']
    const {events, closed} = await talking((_event, at) => lines[at], {prompt: 'look', recorded: [{text: 'seen', delayMs: 300}]})
    expect(
      bodies(events, 'notice')
        .map((notice) => notice.code)
        .filter((code) => code.startsWith('input.')),
    ).toEqual(['input.garbled', 'input.unknown', 'input.unknown'])
    expect(closed?.outcome).toBe('answered')
  })
})

describe('what is printed', () => {
  it('as text: the story on stderr, the answer and its evidence on stdout', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {json: false, check: [cheapCheck], model: repo.replay(fix)}})
    expect(ran.out).toContain('sum subtracted; it adds now.\n')
    expect(ran.err).toMatch(/coder .*sum\.js/)
    expect(ran.err).toContain('✓ check:1')
    expect(ran.err).not.toContain('\u001b')
    expect(ran.err.trim().split('\n').at(-1)).toMatch(/^done: .* 1 file · 220\+20 tokens/)
  })
  it('as text: quietly nothing but the answer, loudly more', async () => {
    const repo = repository(calculator)
    const run = (flags: object) => repo.run({prompt: 'fix it', flags: {json: false, noCheck, model: repo.replay([{text: 'fine'}]), ...flags}})
    expect((await run({quiet: true})).err).toBe('')
    expect((await run({verbose: true})).err).toContain('implement')
    expect((await run({})).err).not.toContain('implement')
  })
  it('as text: in colour on a terminal, unless somebody does not want it', async () => {
    const repo = repository(calculator)
    const tty = {in: false, out: true, err: true}
    const run = (env: object) => repo.run({prompt: 'x', tty, env: {...repo.env, ...env}, flags: {json: false, noCheck, model: repo.replay([{text: 'fine'}])}})
    expect((await run({})).err).toContain('\u001b[2mcoder')
    expect((await run({NO_COLOR: '1'})).err).not.toContain('\u001b')
  })
  it('as json: one object at the end', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'x', flags: {json: false, output: 'json', noCheck, model: repo.replay([{text: 'fine'}])}})
    expect(JSON.parse(ran.out)).toMatchObject({outcome: 'answered', text: 'fine', run: expect.stringMatching(/^r_/)})
  })
  it('the answer whole into a file', async () => {
    const repo = repository(calculator)
    const text = 'a long answer. '.repeat(10_000)
    const ran = await repo.run({prompt: 'x', flags: {noCheck, o: 'answer.txt', model: repo.replay([{text}])}})
    expect(ran.code).toBe(0)
    expect(repo.read('answer.txt')).toBe(text)
  })
})

describe('a host that a program holds', () => {
  const hold = async (recorded: Recorded[], flags: object = {}) => {
    const repo = repository(calculator)
    const context = repo.context({prompt: 'go', flags: {noCheck, model: repo.replay(recorded), ...flags}})
    const options = runOptions(context, 'go')
    if (!options.ok) throw new Error(options.error.msg)
    const opened = await openHost(context, options.result)
    if (!opened.ok) throw new Error(opened.error.msg)
    return {repo, host: opened.result}
  }
  it('is followed from any number of places, and its first end stands', async () => {
    const {host} = await hold([{text: 'late', delayMs: 60_000}])
    const read = async (): Promise<string[]> => types(await all(host.events())).filter((type) => type !== 'model.delta')
    const both = [read(), read()]
    host.end('interrupted', 'enough')
    host.end('done', 'too late')
    const [one, other] = await Promise.all(both)
    expect(one).toEqual(other)
    expect(one?.at(-1)).toBe('run.closed')
    const closed = [...host.journal.read({run: host.run, types: ['run.closed']})]
    expect(bodies(closed, 'run.closed')).toMatchObject([{outcome: 'interrupted', reason: 'enough'}])
    await host.close()
  })
  it('knows no question that nobody asked', async () => {
    const {host} = await hold([{text: 'fine'}])
    expect(host.answer('q_1', 'once')).toBe(false)
    host.notice('test', 'a word')
    host.say('hello')
    const events = await all(host.events())
    expect(bodies(events, 'notice').map((notice) => notice.code)).toContain('test')
    await host.close()
  })
  it('takes nothing after its last line', async () => {
    const {host} = await hold([{text: 'fine'}])
    const events = await all(host.events())
    host.notice('late', 'nobody hears this')
    expect([...host.journal.read({run: host.run})].at(-1)?.type).toBe('run.closed')
    expect(events.at(-1)?.type).toBe('run.closed')
    await host.close()
  })
})

describe('a role process', () => {
  it('does the same work behind its door, and is gone with the run', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {inProcess: false, check: [cheapCheck], model: repo.replay(fix)}})
    expect(ran.closed, ran.err).toMatchObject({outcome: 'done'})
    const hired = bodies(ran.events, 'role.hired')[0]
    expect(hired).toMatchObject({process: 'child', pid: expect.any(Number)})
    expect(() => process.kill(hired?.pid ?? 0, 0)).toThrow('ESRCH')
  })
  it('is replaced when it is killed, and the run is done all the same', async () => {
    const repo = repository(calculator)
    const recorded = fix.map((line) => ({...line, delayMs: 150}))
    const context = repo.context({prompt: 'fix it', flags: {inProcess: false, check: [cheapCheck], model: repo.replay(recorded)}})
    let killed = false
    const ran = await repo.run({
      ...context,
      prompt: 'fix it',
      out: async (text) => {
        const event = JSON.parse(text) as Event
        if (event.type === 'tool.done' && !killed) {
          killed = true
          const hired = context.said.out.split('\n').find((row) => row.includes('"role.hired"')) ?? ''
          const {pid} = (JSON.parse(hired) as {body: {pid: number}}).body
          expect(pid).toBeGreaterThan(1)
          process.kill(pid, 'SIGKILL')
        }
        context.said.out += text
        return true
      },
    })
    const events = context.said.out
      .trim()
      .split('\n')
      .map((row) => JSON.parse(row) as Event)
    expect(ran.code).toBe(0)
    expect(bodies(events, 'role.lost')).toMatchObject([{replaced: true}])
    expect(bodies(events, 'role.hired')).toHaveLength(2)
    expect(bodies(events, 'tool.called').filter((called) => called.tool === 'edit')).toHaveLength(1)
  })
})
