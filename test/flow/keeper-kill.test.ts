// kill -9 of a keeper, its agents and its screens at moments spread over a run: nobody is left, nothing is lost, and the
// run goes on to its end. `PENGUIN_TEST_KILLS=20` for twenty of each.

import {readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {calculator, edit, fixed, ways} from '../kit/flow.ts'
import {openTestScreen, poll, startIn, type TestScreen} from '../kit/keeper.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {type Place, place} from '../kit/penguin.ts'

const rounds = Number(process.env.PENGUIN_TEST_KILLS ?? 1)
const flags = {model: 'openai/gpt-5.2', permission: 'auto'}

/** Streams, reads, runs a command and mends: about a second, in each of which a kill may fall. */
const script = (asked: Asked): Scripted => {
  const answers = asked.messages.flatMap((message) => (message.from === 'tool' ? [message.text] : []))
  const told = answers.join('\n')
  // An edit that was cut off by a kill is made again, as a model would.
  const mended = answers.some((text) => text.includes('sum.js') && !text.includes('cut off'))
  if (asked.toolResults === 0) return {text: 'let me look '.repeat(20), everyMs: 5, calls: [{tool: 'read', input: {path: 'sum.js'}}]}
  if (!told.includes('slept')) return {calls: [{tool: 'shell', input: {command: 'sleep 0.3; echo slept'}}]}
  if (!mended) return {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]}
  return {text: 'it adds now', everyMs: 5}
}

interface Running {
  here: Place
  word: string
  screen: TestScreen
  pid: number
}

/** Kills one of them and answers the screen that sees the end. */
const kills: Record<string, (running: Running) => Promise<TestScreen>> = {
  keeper: async ({here, screen}) => {
    const {run} = await screen.untilEvent('role.hired')
    expect(screen.told.filter(({tell}) => tell === 'over' || tell === 'trouble')).toEqual([])
    process.kill(screen.session()?.pid as number, 'SIGKILL')
    await screen.client.gone
    await poll(() => here.survivors().length === 0, 'nobody outlives the keeper')
    const next = await openTestScreen(await startIn(here, {...flags, resume: run}))
    await next.until((message) => message.tell === 'caught-up')
    if (!next.events().some((event) => event.type === 'run.closed')) next.say('go on')
    return next
  },
  agent: async ({screen, pid}) => {
    try {
      process.kill(-pid, 'SIGKILL')
    } catch {
      // It had ended by itself.
    }
    return screen
  },
  screen: async ({screen, word}) => {
    screen.drop()
    return openTestScreen(word)
  },
}

const round = async (target: string, pauseMs: number): Promise<void> => {
  await using server = await modelServer(script)
  using here = place(calculator, {env: ways.responses(server).env})
  const word = await startIn(here, flags)
  const first = await openTestScreen(word)
  first.say('fix sum')
  const hired = await first.untilEvent('role.hired')
  await new Promise((resolve) => setTimeout(resolve, pauseMs))
  const screen = await (kills[target] as (typeof kills)[string])({here, word, screen: first, pid: (hired.body as {pid: number}).pid})
  expect((await screen.untilEvent('run.closed')).body).toMatchObject({outcome: 'done'})
  expect(here.read('sum.js')).toBe(fixed)
  await screen.holds(() => screen.session()?.live === false)
  screen.says({do: 'leave', stop: true})
  await screen.client.gone
  await poll(() => here.survivors().length === 0, 'nobody is left')
}

describe('kill -9', () => {
  it.each(Object.keys(kills))(
    'of the %s',
    async (target) => {
      for (let nth = 0; nth < rounds; nth++) {
        const pauseMs = (400 + nth * 337) % 1500
        try {
          await round(target, pauseMs)
        } catch (thrown) {
          throw new Error(`round ${nth + 1} of ${rounds}, killed after ${pauseMs} ms: ${(thrown as Error).message}`, {cause: thrown})
        }
      }
    },
    20_000 + rounds * 10_000,
  )

  it('of an agent at its tests leaves nothing in the tree', async () => {
    await using server = await modelServer((asked) => {
      if (asked.toolResults === 0) return {calls: [{tool: 'run_tests', input: {}}]}
      return asked.messages.some((message) => message.text.includes('adds')) ? edit : {text: 'done'}
    })
    const slow = {...calculator, 'package.json': JSON.stringify({name: 'calc', type: 'module', scripts: {test: 'test -e quick || sleep 67; node --test'}})}
    using here = place(slow, {env: ways.responses(server).env})
    const screen = await openTestScreen(await startIn(here, flags))
    screen.say('fix sum')
    const desks = (): string[] => readdirSync(here.dir).filter((name) => name.startsWith('.penguin-gate-'))
    await poll(() => desks().length === 1 && here.survivors().length > 3, 'tests run')
    here.write({quick: ''})
    const hired = await screen.untilEvent('role.hired')
    process.kill(-(hired.body as {pid: number}).pid, 'SIGKILL')
    await screen.untilEvent('role.lost')
    await poll(() => desks().length === 0, 'nothing is left in the tree')
    await screen.untilEvent('role.hired', 2)
    screen.says({do: 'leave', stop: true})
    await screen.client.gone
    await poll(() => here.survivors().length === 0, 'nobody is left')
  }, 40_000)
})
