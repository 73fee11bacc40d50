// A session's keeper step by step, in this process: words, queues, settings, leave, sessions that are changed over, shells,
// and what its own process is told. Screens come through the real door.

import {describe, expect, it} from 'vitest'
import type {PaneId} from '../../../engine/contract/screen.ts'
import {isAlive} from '../../kit/flow.ts'
import {calculator, cheapCheck, fix, fixedSum, type Recorded, repository} from '../../kit/hosted.ts'
import {poll, type TestScreen} from '../../kit/keeper.ts'
import {keeperHere} from '../../kit/keeper-here.ts'

const checked = {check: [cheapCheck]}
const quiet = async (screen: TestScreen, run: string): Promise<void> => {
  await screen.holds(
    () => screen.events().some((event) => event.type === 'run.closed' && event.run === run) && screen.session()?.live === false,
    `${run} is over`,
  )
}
const newest = async (screen: TestScreen, nth: number): Promise<string> => {
  const opened = await screen.untilEvent('run.opened', nth)
  await quiet(screen, opened.run)
  return opened.run
}
const troubles = (screen: TestScreen): string[] => screen.told.flatMap((message) => (message.tell === 'trouble' ? [message.text] : []))
const texts = (screen: TestScreen): unknown[] => screen.events().flatMap((event) => (event.type === 'user.said' ? [event.body.text] : []))
const slowly: Recorded[] = [{text: 'at last', delayMs: 600}, {text: 'then'}, {text: 'after that'}]

const size = {columns: 60, rows: 12}
const shell = async (screen: TestScreen, id: number, command: string, own?: string[]): Promise<PaneId> => {
  screen.says({do: 'open', id, command, size, ...(own ? {own} : {})})
  const answer = await screen.until((message) => message.tell === 'answered' && message.id === id)
  if (answer.tell !== 'answered' || !answer.pane) throw new Error(JSON.stringify(answer))
  return answer.pane
}
const endOf = (screen: TestScreen, pane: PaneId) =>
  screen.until((message) => message.tell === 'pane' && message.pane.pane === pane && message.pane.ended !== undefined, `${pane} ends`)

describe('what is said', () => {
  it('begins a run, and the next goes on from it; a late screen is told the same', async () => {
    const repo = repository(calculator)
    await using here = await keeperHere(repo, {...checked, model: repo.replay([...fix, {text: 'It is even.'}])})
    const one = await here.screen()
    one.say('fix sum')
    const first = await newest(one, 1)
    expect(repo.read('sum.js')).toBe(fixedSum)
    one.say('is 4 even?')
    const second = await newest(one, 2)
    expect(one.events().find((event) => event.type === 'run.opened' && event.run === second)?.body).toMatchObject({resumes: first})
    expect(here.told.names).toContain(first)
    const two = await here.screen()
    const kept = (screen: TestScreen) => screen.events().filter((event) => !event.passing)
    expect(kept(two)).toEqual(kept(one))
    await two.holds(() => two.session()?.git?.dirty === 1, 'the changed file is counted')
    expect(two.session()).toMatchObject({session: first, run: second, live: false, screens: 2, git: {branch: 'main', dirty: 1}})
    expect(here.keeper.hasStory()).toBe(true)
  })

  it('waits for its turn, can be taken back, and is kept when the run is ended', async () => {
    const repo = repository(calculator)
    await using here = await keeperHere(repo, {...checked, model: repo.replay(slowly)})
    const screen = await here.screen()
    screen.say('first')
    await screen.untilEvent('model.asked')
    screen.say('second', 'after')
    screen.say('never', 'after')
    screen.say('third', 'after')
    await screen.holds(() => screen.session()?.queue.length === 3)
    screen.says({do: 'unqueue', index: 1})
    await screen.holds(() => screen.session()?.queue.join() === 'second,third')
    screen.says({do: 'end'})
    const ended = await newest(screen, 1)
    expect(screen.events().find((event) => event.type === 'run.closed' && event.run === ended)?.body).toMatchObject({outcome: 'interrupted'})
    expect(screen.session()?.queue).toEqual(['second', 'third'])
    expect(texts(screen)).toEqual(['first'])
    screen.say('now')
    await screen.holds(() => texts(screen).length === 4 && screen.session()?.live === false)
    expect(texts(screen)).toEqual(['first', 'now', 'second', 'third'])
  })

  it('reaches whoever is at work, and an interrupt stops them until the next words', async () => {
    const repo = repository(calculator)
    await using here = await keeperHere(repo, {...checked, model: repo.replay([{calls: [{tool: 'shell', input: {command: 'sleep 60'}}]}, {text: 'heard'}])})
    const screen = await here.screen()
    screen.says({do: 'interrupt'})
    screen.say('sleep')
    await screen.untilEvent('tool.called')
    screen.says({do: 'interrupt'})
    await screen.untilEvent('role.idle')
    screen.say('louder')
    expect((await screen.untilEvent('user.steered')).body).toMatchObject({text: 'louder'})
    const run = await newest(screen, 1)
    expect(screen.events().find((event) => event.type === 'run.closed' && event.run === run)?.body).toMatchObject({text: 'heard'})
    screen.says({do: 'answer', ask: 'q_9', choice: 'run'})
    await screen.holds(() => troubles(screen).some((text) => text.includes('q_9')))
  })
})

describe('a session', () => {
  it('holds settings for its next requests, and says which cannot be', async () => {
    const repo = repository(calculator)
    await using here = await keeperHere(repo, {...checked, model: repo.replay([{text: 'one'}])})
    const screen = await here.screen()
    screen.says({do: 'set', settings: {permission: 'plan', maxCalls: 7}})
    await screen.holds(() => screen.session()?.settings.maxCalls === 7)
    screen.says({do: 'set', settings: {model: 'nobody/nothing'}})
    await screen.holds(() => troubles(screen).some((text) => text.includes('nobody')))
    expect(screen.session()?.settings).toMatchObject({permission: 'plan', maxCalls: 7})
    expect(screen.session()?.settings.model).not.toBe('nobody/nothing')
    screen.says({do: 'set', settings: {maxCalls: null}})
    await screen.holds(() => screen.session()?.settings.maxCalls === undefined)
  })

  it('is changed for another, and for none; choices tell what there is', async () => {
    const repo = repository(calculator)
    const before = await repo.run({prompt: 'before', flags: {...checked, model: repo.replay([{text: 'old'}])}})
    const old = before.events[0]?.run ?? ''
    await using here = await keeperHere(repo, {...checked, continue: true, model: repo.replay([{text: 'new'}])})
    const screen = await here.screen()
    expect(screen.session()).toMatchObject({session: old, run: old, live: false})
    await screen.holds(() => screen.shows('a_1').includes('old'), 'its agent told again')
    screen.says({do: 'resume', run: 'r_none'})
    await screen.holds(() => troubles(screen).some((text) => text.includes('r_none')))
    screen.says({do: 'fresh'})
    await screen.holds(() => screen.session()?.session === '')
    screen.say('something new')
    const run = await newest(screen, 1 + screen.events().filter((event) => event.type === 'run.opened').length)
    expect(run).not.toBe(old)
    screen.says({do: 'choices', of: 'sessions'})
    const found = await screen.until((message) => message.tell === 'choices' && message.of === 'sessions')
    expect(found.tell === 'choices' && found.choices.map(({value}) => value)).toEqual(expect.arrayContaining([old, run]))
    screen.says({do: 'choices', of: 'checkpoints'})
    await screen.until((message) => message.tell === 'choices' && message.of === 'checkpoints')
    screen.says({do: 'resume', run: old})
    await screen.holds(() => screen.session()?.session === old)
  })

  it('says that there is nothing to go on with', async () => {
    const repo = repository(calculator)
    await using here = await keeperHere(repo, {...checked, continue: true})
    const screen = await here.screen()
    await screen.holds(() => troubles(screen).some((text) => text.includes('no run to go on with')))
    expect(here.keeper.hasStory()).toBe(false)
  })

  it('goes on where a killed keeper was: with what was set and what waited', async () => {
    const repo = repository(calculator)
    const model = repo.replay([{text: 'one'}, {text: 'two'}])
    await using here = await keeperHere(repo, {...checked, model}, {pid: 1, live: true, queue: ['waited'], settings: {model, permission: 'auto', maxCalls: 9}})
    const screen = await here.screen()
    await newest(screen, 1)
    expect(texts(screen)).toEqual(['waited'])
    expect(screen.session()?.settings).toMatchObject({maxCalls: 9})
  })

  it('asks for leave where a folder brings what acts for others; nothing is run without it', async () => {
    const repo = repository({...calculator, '.penguin/config.yml': 'permissions:\n  mode: auto\n'})
    await using here = await keeperHere(repo, {...checked, permission: undefined, model: repo.replay([{text: 'one'}])})
    const screen = await here.screen()
    const asked = await screen.until((message) => message.tell === 'asks')
    expect(asked).toMatchObject({ask: {ask: 'trust', choices: ['once', 'always', 'deny']}})
    screen.say('hello')
    await screen.holds(() => screen.session()?.queue.includes('hello') === true)
    screen.says({do: 'answer', ask: 'trust', choice: 'deny'})
    await screen.holds(() => troubles(screen).some((text) => text.includes('not trusted')))
    expect(screen.events()).toEqual([])
    screen.say('hello again')
    await screen.holds(() => screen.told.filter((message) => message.tell === 'asks').length === 2)
    screen.says({do: 'answer', ask: 'trust', choice: 'always'})
    await newest(screen, 1)
    expect(texts(screen)).toEqual(['hello again'])
    expect(screen.told.filter((message) => message.tell === 'settled')).toHaveLength(2)
  })

  it('ends with the last screen that wants it, and not before', async () => {
    const repo = repository(calculator)
    await using here = await keeperHere(repo, checked)
    const [one, two] = [await here.screen(), await here.screen()]
    expect(here.keeper.isBusy()).toBe(true)
    one.says({do: 'leave', stop: true})
    await two.holds(() => two.session()?.screens === 1)
    expect(here.told.stops).toBe(0)
    two.says({do: 'leave', stop: true})
    await two.holds(() => here.told.stops === 1)
    expect(here.keeper.isBusy()).toBe(false)
  })
})

describe('a shell of the person', () => {
  it('lives on a terminal of its own: typed into, resized, shut, seen by whoever comes late', async () => {
    const repo = repository(calculator)
    await using here = await keeperHere(repo, checked)
    const screen = await here.screen()
    const pane = await shell(screen, 1, 'cat')
    screen.says({do: 'type', pane, data: 'hello\r'})
    await screen.holds(() => screen.shows(pane) === 'hello\nhello')
    screen.says({do: 'size', pane, size: {columns: 91, rows: 17}})
    await screen.until((message) => message.tell === 'pane' && message.pane.pane === pane && message.pane.size.columns === 91)
    const late = await here.screen()
    await late.holds(() => late.shows(pane) === 'hello\nhello')
    expect(here.told.groups.at(-1)).toHaveLength(1)
    screen.says({do: 'shut', pane})
    await endOf(screen, pane)
    expect(here.told.groups.at(-1)).toEqual([])
    screen.says({do: 'shut', pane})
    await screen.until((message) => message.tell === 'gone' && message.pane === pane)
  })

  it('holds a flood back and shows its end; a command that ignores a hang-up is killed with the keeper', async () => {
    const repo = repository(calculator)
    const here = await keeperHere(repo, checked)
    const screen = await here.screen()
    const flood = await shell(screen, 1, 'seq 200000; echo the end')
    await endOf(screen, flood)
    await screen.holds(() => screen.shows(flood).endsWith('the end'))
    const deaf = await shell(screen, 2, 'trap "" HUP TERM; echo deaf; while :; do sleep 0.05; done')
    await screen.holds(() => screen.shows(deaf).includes('deaf'))
    const [pid] = here.told.groups.at(-1) ?? []
    await here.close()
    await poll(() => !isAlive(pid as number), 'it is dead')
  })
})
