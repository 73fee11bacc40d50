// The life of a session: trust, checks, sessions that are changed over, and how and when a keeper ends.

import {existsSync, mkdirSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {findKeepers} from '../../source/keeper/start.ts'
import {calculator, edit, green, ways} from '../kit/flow.ts'
import {contextIn, openTestScreen, poll, startIn, type TestScreen} from '../kit/keeper.ts'
import {modelServer} from '../kit/model-server.ts'
import {type Place, place} from '../kit/penguin.ts'

const flags = {model: 'openai/gpt-5.2', permission: 'auto'}
const keeperFolders = (here: Place): string[] => {
  const runtime = join(here.home, '.cache/penguin/run')
  return existsSync(runtime) ? readdirSync(runtime).filter((name) => name.startsWith('k_')) : []
}
const stop = async (screen: TestScreen, here: Place): Promise<void> => {
  screen.says({do: 'leave', stop: true})
  await screen.client.gone
  await poll(() => here.survivors().length === 0, 'nobody is left')
  expect(keeperFolders(here)).toEqual([])
}
const asksTrust = (screen: TestScreen) => screen.until((message) => message.tell === 'asks' && message.ask.ask === 'trust')

describe('a folder that brings things which act for others', () => {
  it('is asked about once, before anything of it is used; the answer may be kept', async () => {
    await using server = await modelServer([{text: 'first'}, {text: 'second'}])
    using here = place({...green, '.penguin/config.yml': 'permissions:\n  mode: auto\n'}, {env: ways.responses(server).env})
    const screen = await openTestScreen(await startIn(here, {model: flags.model}))
    const other = await openTestScreen((await find(here))[0]?.word ?? '')
    await asksTrust(screen)
    await asksTrust(other)
    screen.say('hello')
    await screen.holds(() => screen.session()?.queue.includes('hello') === true)
    expect(server.requests).toHaveLength(0)
    screen.says({do: 'answer', ask: 'trust', choice: 'deny'})
    await other.until((message) => message.tell === 'settled')
    await screen.until((message) => message.tell === 'trouble' && message.text.includes('not trusted'))
    screen.say('hello again')
    await poll(() => screen.told.filter((message) => message.tell === 'asks').length === 2)
    other.says({do: 'answer', ask: 'trust', choice: 'always'})
    expect((await screen.untilEvent('run.closed')).body).toMatchObject({outcome: 'answered', text: 'first'})
    other.drop()
    await stop(screen, here)
    const next = await openTestScreen(await startIn(here, {model: flags.model}))
    next.say('and now')
    expect((await next.untilEvent('run.closed')).body).toMatchObject({text: 'second'})
    expect(next.told.some((message) => message.tell === 'asks')).toBe(false)
    await stop(next, here)
  }, 40_000)
})

describe('a machine where commands cannot be confined', () => {
  it('is asked about once; then the request is taken up again', async () => {
    await using server = await modelServer([{calls: [{tool: 'shell', input: {command: 'echo ran'}}]}, {text: 'first'}, {text: 'second'}])
    using here = place(green, {env: ways.responses(server).env})
    const screen = await openTestScreen(await startIn(here, flags))
    screen.says({do: 'set', settings: {sandbox: 'docker'}})
    screen.say('run it')
    const asked = await screen.until((message) => message.tell === 'asks')
    expect(asked).toMatchObject({ask: {ask: 'sandbox', choices: ['once', 'deny']}})
    expect(server.requests).toHaveLength(0)
    screen.says({do: 'answer', ask: 'sandbox', choice: 'once'})
    expect((await screen.untilEvent('run.closed', 2)).body).toMatchObject({outcome: 'answered', text: 'first'})
    expect(screen.session()).toMatchObject({settings: {sandbox: 'limits'}, sandbox: {level: 'limits'}})
    screen.say('again')
    await screen.untilEvent('run.closed', 3)
    await stop(screen, here)
  }, 30_000)
})

const find = async (here: Place) => findKeepers(contextIn(here))

describe('a session', () => {
  it('ends a run whose checks are interrupted, keeps what waits, and goes on with the next words', async () => {
    await using server = await modelServer([edit, {text: 'mended'}, {text: 'more'}, {text: 'queued'}])
    const slow = {...calculator, 'package.json': JSON.stringify({name: 'calc', type: 'module', scripts: {test: 'sleep 63'}})}
    using here = place(slow, {env: ways.responses(server).env})
    const screen = await openTestScreen(await startIn(here, flags))
    screen.say('fix')
    await screen.untilEvent('gate.started')
    screen.say('for the next who works')
    screen.say('later', 'after')
    await screen.holds(() => screen.session()?.queue.length === 2)
    expect(screen.session()?.queue).toEqual(['for the next who works', 'later'])
    screen.says({do: 'unqueue', index: 0})
    screen.says({do: 'interrupt', agent: 'a_1'})
    expect((await screen.untilEvent('run.closed')).body).toMatchObject({outcome: 'interrupted'})
    await screen.holds(() => screen.session()?.live === false)
    expect(screen.session()?.queue).toEqual(['later'])
    screen.say('go on')
    const told = () => screen.events().flatMap((event) => (event.type === 'user.said' ? [event.body.text] : []))
    await poll(() => told().length === 3, 'the queue goes on behind it')
    expect(told()).toEqual(['fix', 'go on', 'later'])
    screen.says({do: 'end'})
    await screen.untilEvent('run.closed', 3)
    await stop(screen, here)
  }, 40_000)

  it('turns to another session and to none', async () => {
    await using server = await modelServer([{text: 'one'}, {text: 'two'}, {text: 'three'}])
    using here = place(green, {env: ways.responses(server).env})
    const first = await here.run(['run', '--json', '-m', flags.model, 'first'])
    const run = first.lines[0]?.run ?? ''
    const screen = await openTestScreen(await startIn(here, {...flags, continue: true}))
    await screen.until((message) => message.tell === 'caught-up')
    expect(screen.session()).toMatchObject({session: run, run, live: false})
    expect(screen.events().map((event) => event.type)).toContain('run.closed')
    screen.says({do: 'resume', run: 'r_none'})
    await screen.until((message) => message.tell === 'trouble' && message.text.includes('r_none'))
    screen.says({do: 'fresh'})
    await screen.holds(() => screen.session()?.session === '')
    screen.say('second')
    const second = await screen.untilEvent('run.closed', 2)
    expect(screen.session()).toMatchObject({session: second.run})
    await screen.holds(() => screen.session()?.live === false)
    screen.says({do: 'resume', run})
    await screen.holds(() => screen.session()?.session === run)
    screen.say('third')
    await poll(() => screen.session()?.live === false && server.requests.length === 3)
    expect(
      server.requests
        .at(-1)
        ?.messages.map((message) => message.text)
        .join(' '),
    ).toContain('first one')
    expect((await find(here)).map(({session, root}) => ({session, root}))).toEqual([{session: run, root: here.dir}])
    await stop(screen, here)
  }, 40_000)
})

describe('a keeper', () => {
  it('ends when its work is done and nobody comes back', async () => {
    await using server = await modelServer([{text: 'one'}])
    using here = place(green, {env: ways.responses(server).env})
    const screen = await openTestScreen(await startIn(here, flags, 300))
    screen.say('first')
    await screen.untilEvent('model.asked')
    screen.drop()
    await poll(() => here.survivors().length === 0, 'it ends after its work')
    expect(keeperFolders(here)).toEqual([])
    const journal = await here.run(['log', '--json'])
    expect(journal.lines.some((line) => line.type === 'run.closed' && line.body.outcome === 'answered')).toBe(true)
  }, 30_000)

  it('ends its run in order when it is told to by a signal, and says so', async () => {
    await using server = await modelServer([{calls: [{tool: 'shell', input: {command: 'sleep 64'}}]}])
    using here = place(green, {env: ways.responses(server).env})
    const screen = await openTestScreen(await startIn(here, flags))
    screen.says({do: 'open', id: 1, command: `trap '' HUP TERM; sleep 65`, size: {columns: 40, rows: 5}})
    screen.say('wait')
    await screen.untilEvent('tool.called')
    process.kill(screen.session()?.pid as number, 'SIGTERM')
    await screen.until((message) => message.tell === 'over')
    expect(screen.events().at(-1)).toMatchObject({type: 'run.closed', body: {outcome: 'terminated'}})
    await poll(() => here.survivors().length === 0, 'nobody is left')
    expect(keeperFolders(here)).toEqual([])
  }, 30_000)

  it('says why it does not start, and why a session cannot be found', async () => {
    using here = place(green)
    await expect(startIn({...here, dir: here.home} as Place)).rejects.toThrow('is not a project folder')
    const screen = await openTestScreen(await startIn(here, {resume: 'r_none'}))
    await screen.until((message) => message.tell === 'trouble' && message.text.includes('there is no run r_none'))
    await stop(screen, here)
    // A folder of a keeper that was killed is swept by whoever looks.
    const dead = join(here.home, '.cache/penguin/run/k_1-1')
    mkdirSync(dead, {recursive: true})
    writeFileSync(join(dead, 'keeper.json'), JSON.stringify({root: here.dir, word: 'x#y'}))
    expect(await find(here)).toEqual([])
    expect(existsSync(dead)).toBe(false)
  }, 30_000)
})
