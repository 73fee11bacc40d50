// The keeper as screens meet it: the real process, real role processes on real terminals, and a scripted model.

import {describe, expect, it} from 'vitest'
import type {Event} from '../../engine/contract/event.ts'
import {calculator, fix, fixed, green, isAlive, ways} from '../kit/flow.ts'
import {openTestScreen, poll, startIn, type TestScreen} from '../kit/keeper.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {type Place, place} from '../kit/penguin.ts'

const flags = {model: 'openai/gpt-5.2', permission: 'auto'}
const kept = (screen: TestScreen): Event[] => screen.events().filter((event) => !event.passing)
const caughtUp = async (screen: TestScreen): Promise<TestScreen> => {
  await screen.until((message) => message.tell === 'caught-up')
  return screen
}
const screenOf = async (word: string, more = {}): Promise<TestScreen> => caughtUp(await openTestScreen(word, more))
/** Leaves for good, and nobody is left. */
const stop = async (screen: TestScreen, here: Place): Promise<void> => {
  screen.says({do: 'leave', stop: true})
  await screen.client.gone
  await poll(() => here.survivors().length === 0, 'nobody is left')
}

describe('a session', () => {
  it('is the same for every screen, and goes on without any', async () => {
    await using server = await modelServer([...fix, {text: 'It is even.', when: {last: 'even'}}])
    using here = place(calculator, {env: ways.responses(server).env})
    const word = await startIn(here, flags)
    const one = await screenOf(word)
    one.say('fix sum')
    await one.untilEvent('tool.called')
    one.drop()
    const two = await screenOf(word)
    const closed = await two.untilEvent('run.closed')
    expect(closed.body).toMatchObject({outcome: 'done'})
    expect(here.read('sum.js')).toBe(fixed)
    const three = await screenOf(word)
    expect(kept(three)).toEqual(kept(two))
    await two.holds(() => two.shows('a_1').includes('it adds now'))
    await three.holds(() => three.shows('a_1') === two.shows('a_1'))
    // The next request goes on from the first one, in the same session.
    three.say('is 4 even?')
    await two.untilEvent('run.closed', 2)
    const runs = kept(two).filter((event) => event.type === 'run.opened')
    expect(runs[1]?.body).toMatchObject({resumes: runs[0]?.run})
    expect(
      server.requests
        .at(-1)
        ?.messages.map((message) => message.text)
        .join('\n'),
    ).toContain('it adds now')
    await two.holds(() => two.session()?.live === false)
    expect(two.session()).toMatchObject({session: runs[0]?.run, run: runs[1]?.run, git: {branch: 'main'}})
    // A screen that knows all but the last is told the last.
    const last = kept(two).at(-1) as Event
    const four = await screenOf(word, {after: {run: last.run, seq: last.seq - 1}})
    expect(kept(four)).toEqual([last])
    // Only the last to leave ends the session.
    four.says({do: 'leave', stop: true})
    three.says({do: 'leave', stop: true})
    await Promise.all([four.client.gone, three.client.gone])
    await two.holds(() => two.session()?.screens === 1)
    expect(isAlive(Number(two.session()?.pid))).toBe(true)
    await stop(two, here)
  }, 40_000)

  it('asks, queues, and takes words for one agent', async () => {
    const script = (asked: Asked): Scripted => {
      const said = asked.messages.filter((message) => message.from === 'user').map((message) => message.text)
      if (said.at(-1)?.includes('second')) return {text: 'second done'}
      if (asked.toolResults === 0) return {calls: [{tool: 'write', input: {path: 'new.txt', text: 'x\n'}}]}
      if (!said.some((text) => text.includes('louder'))) return {calls: [{tool: 'shell', input: {command: 'sleep 0.3'}}]}
      return {text: 'heard'}
    }
    await using server = await modelServer(script)
    using here = place(green, {env: ways.responses(server).env})
    const screen = await screenOf(await startIn(here, {model: flags.model}))
    screen.say('first')
    const asked = await screen.untilEvent('ask.raised')
    screen.say('second', 'after')
    await screen.holds(() => screen.session()?.queue.includes('second') === true)
    screen.says({do: 'set', settings: {permission: 'auto', maxCalls: 40}})
    screen.says({do: 'answer', ask: (asked.body as {ask: string}).ask, choice: 'run'})
    // Each command is asked for in this mode; the person says it may run.
    await screen.untilEvent('ask.raised', 2)
    screen.says({do: 'type', pane: 'a_1', data: 'loudr\x7fer\r'})
    const steered = await screen.untilEvent('user.steered')
    expect(steered.body).toEqual({text: 'louder', to: 'a_1'})
    await screen.holds(() => screen.shows('a_1').includes('louder'))
    screen.says({do: 'answer', ask: 'q_2', choice: 'run'})
    await screen.untilEvent('run.closed', 2)
    expect(
      kept(screen)
        .filter((event) => event.type === 'user.said')
        .map((event) => event.body.text),
    ).toEqual(['first', 'second'])
    expect(here.read('new.txt')).toBe('x\n')
    expect(screen.session()?.settings).toMatchObject({permission: 'auto', maxCalls: 40})
    await stop(screen, here)
  }, 40_000)

  it('goes on after its keeper was killed: with a new keeper, and without', async () => {
    const script = (asked: Asked): Scripted =>
      asked.messages.some((message) => message.text.includes('enough')) ? {text: 'went on'} : {calls: [{tool: 'shell', input: {command: 'sleep 30'}}]}
    await using server = await modelServer(script)
    using here = place(green, {env: ways.responses(server).env})
    const one = await screenOf(await startIn(here, flags))
    one.say('sleep')
    const called = await one.untilEvent('tool.called')
    const pid = one.session()?.pid as number
    process.kill(pid, 'SIGKILL')
    await one.client.gone
    await poll(() => here.survivors().length === 0, 'no agent outlives its link')
    const two = await screenOf(await startIn(here, {...flags, resume: called.run}))
    expect(kept(two).map((event) => event.type)).toEqual(kept(one).map((event) => event.type))
    two.say('go on')
    // Its agent is known to be at work: it hears an interrupt and words.
    await two.untilEvent('tool.called', 2)
    two.says({do: 'interrupt'})
    await two.untilEvent('role.idle')
    two.say('enough')
    const closed = await two.untilEvent('run.closed')
    expect(closed).toMatchObject({run: called.run, body: {outcome: 'answered'}})
    expect(kept(two).some((event) => event.type === 'run.resumed')).toBe(true)
    await stop(two, here)
    const ended = await here.run(['run', '--json', '--continue', '-m', 'openai/gpt-5.2', 'that is enough'])
    expect(ended.closed?.outcome).toBe('answered')
  }, 40_000)
})

describe('an agent that is killed', () => {
  it('is replaced, and its story goes on in the same terminal', async () => {
    const script = (asked: Asked): Scripted =>
      asked.toolResults === 0 ? {calls: [{tool: 'shell', input: {command: 'echo begun; sleep 66'}}]} : {text: 'seen it through'}
    await using server = await modelServer(script)
    using here = place(green, {env: ways.responses(server).env})
    const word = await startIn(here, flags)
    const screen = await screenOf(word)
    screen.say('begin')
    await screen.untilEvent('tool.called')
    await screen.holds(() => screen.shows('a_1').includes('begun'))
    const hired = await screen.untilEvent('role.hired')
    process.kill(-(hired.body as {pid: number}).pid, 'SIGKILL')
    expect((await screen.untilEvent('run.closed')).body).toMatchObject({outcome: 'answered', text: 'seen it through'})
    await screen.holds(() => /begun[\s\S]*seen it through/.test(screen.shows('a_1')))
    const late = await screenOf(word)
    await late.holds(() => late.shows('a_1') === screen.shows('a_1'))
    expect(screen.told.filter((message) => message.tell === 'pane').map((message) => message.pane.ended !== undefined)).toEqual([false, true, false, true])
    late.drop()
    await stop(screen, here)
  }, 40_000)
})

describe('an interrupt', () => {
  const withinMs = (screen: TestScreen, type: Event['type'], from: number) => screen.untilEvent(type).then((event) => ({event, ms: event.at - from}))
  it('ends a stream at once; the agent waits, and goes on with what it is told', async () => {
    const script = (asked: Asked): Scripted =>
      asked.messages.some((message) => message.text.includes('shorter')) ? {text: 'short'} : {text: 'word '.repeat(4000), everyMs: 20}
    await using server = await modelServer(script)
    using here = place(green, {env: ways.responses(server).env})
    const screen = await screenOf(await startIn(here, flags))
    screen.say('tell me all')
    await screen.untilEvent('model.delta')
    const from = Date.now()
    screen.says({do: 'interrupt', agent: 'a_1'})
    const {event, ms} = await withinMs(screen, 'role.idle', from)
    expect(event.agent).toBe('a_1')
    // The aim is 100 ms; a machine that runs other tests is slower. Here: at once, and not at the call's own end.
    expect(ms).toBeLessThan(2000)
    await server.idle()
    expect(screen.session()?.live).toBe(true)
    screen.say('shorter')
    const closed = await screen.untilEvent('run.closed')
    expect(closed.body).toMatchObject({outcome: 'answered', text: 'short'})
    const told = server.requests
      .at(-1)
      ?.messages.filter((message) => message.from === 'user')
      .map((message) => message.text)
    expect(told).toEqual(['tell me all', 'The user interrupted you here.', 'shorter'])
    await stop(screen, here)
  }, 40_000)
  it('of who is stopped already ends the run; words that are on their way to them do not count as stopped', async () => {
    const script = ({last}: Asked): Scripted => (last.includes('then') ? {text: 'done'} : {text: 'word '.repeat(4000), everyMs: 20})
    await using server = await modelServer(script)
    using here = place(green, {env: ways.responses(server).env})
    const screen = await screenOf(await startIn(here, flags))
    screen.say('tell me all')
    await screen.untilEvent('model.delta')
    screen.says({do: 'interrupt'})
    await screen.untilEvent('role.idle')
    screen.say('again')
    screen.says({do: 'interrupt'})
    await screen.untilEvent('model.asked', 2)
    expect(screen.session()?.live).toBe(true)
    screen.says({do: 'interrupt'})
    await screen.untilEvent('role.idle', 2)
    screen.says({do: 'interrupt'})
    expect((await screen.untilEvent('run.closed')).body).toMatchObject({outcome: 'interrupted', reason: 'interrupted by the user'})
    screen.say('then')
    expect((await screen.untilEvent('run.closed', 2)).body).toMatchObject({outcome: 'answered', text: 'done'})
    await stop(screen, here)
  }, 40_000)
  it('ends a command at once, with all that it began; a second agent call is not made before there are words', async () => {
    const script = (asked: Asked): Scripted =>
      asked.messages.some((message) => message.text.includes('enough'))
        ? {text: 'stopped'}
        : {calls: [{tool: 'shell', input: {command: 'sleep 61 & sleep 62'}}]}
    await using server = await modelServer(script)
    using here = place(green, {env: ways.responses(server).env})
    const screen = await screenOf(await startIn(here, flags))
    screen.say('wait')
    await screen.untilEvent('tool.called')
    // The command itself, not only its record.
    await poll(() => here.survivors().length >= 3)
    const from = Date.now()
    screen.says({do: 'interrupt'})
    const {ms} = await withinMs(screen, 'tool.done', from)
    // The aim is 100 ms; a machine that runs other tests is slower. Here: at once, and not at the call's own end.
    expect(ms).toBeLessThan(2000)
    await screen.untilEvent('role.idle')
    expect(server.requests.length).toBe(1)
    screen.say('enough')
    expect((await screen.untilEvent('run.closed')).body).toMatchObject({outcome: 'answered', text: 'stopped'})
    await stop(screen, here)
  }, 40_000)
})
