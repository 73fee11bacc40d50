// Which session a screen comes to, with keepers that are processes of their own: the one that was left, a new one, the one that
// is named, the one that comes after a kill.

import {afterEach, describe, expect, it} from 'vitest'
import type {KeeperSays, SessionNote} from '../../../engine/contract/screen.ts'
import type {Flags} from '../../../source/context.ts'
import type {KeeperClient} from '../../../source/keeper/client.ts'
import {findKeepers} from '../../../source/keeper/start.ts'
import {joinKeeper, reachAgain, reachKeeper} from '../../../source/screen/reach.ts'
import {isAlive} from '../../kit/flow.ts'
import {calculator, repository} from '../../kit/hosted.ts'
import {poll} from '../../kit/keeper.ts'

const joining = {size: {columns: 80, rows: 24}}
const opened: {repo: ReturnType<typeof repository>}[] = []

const project = () => {
  const repo = repository(calculator)
  opened.push({repo})
  const context = (flags: Flags = {}, words: string[] = []) => ({
    ...repo.context({flags: {json: undefined, inProcess: undefined, sandbox: undefined, permission: undefined, ...flags}}),
    words,
  })
  return {repo, context}
}

/** What the keeper says of itself first. */
const session = async (client: KeeperClient): Promise<SessionNote> => {
  const told: KeeperSays[] = []
  client.on((message) => told.push(message))
  await poll(() => told.some((message) => message.tell === 'session'), 'a session')
  return (told.find((message) => message.tell === 'session') as Extract<KeeperSays, {tell: 'session'}>).session
}

const leave = async (client: KeeperClient): Promise<void> => {
  client.says({do: 'leave', stop: false})
  client.close()
  await client.gone
}

afterEach(async () => {
  for (const {repo} of opened.splice(0)) {
    const pids = findKeepers(repo.context()).map(({pid}) => pid)
    for (const pid of pids) process.kill(pid, 'SIGTERM')
    await poll(() => !pids.some(isAlive), 'no keeper is left')
  }
})

describe('penguin alone', () => {
  it('comes back to the session that was left; a setting, a word or a second screen begins another', async () => {
    const {context} = project()
    const one = await reachKeeper(context(), joining)
    const first = await session(one)
    await leave(one)
    const again = await reachKeeper(context(), joining)
    expect((await session(again)).pid).toBe(first.pid)
    const second = await session(await reachKeeper(context(), joining))
    expect(second.pid).not.toBe(first.pid)
    const third = await session(await reachKeeper(context({maxCalls: 4}), joining))
    expect([first.pid, second.pid]).not.toContain(third.pid)
    expect(third.settings).toMatchObject({maxCalls: 4})
    expect(findKeepers(context())).toHaveLength(3)
  }, 30_000)
})

describe('penguin attach', () => {
  it('takes the only one, or the one that is named, and says what is wrong otherwise', async () => {
    const {context} = project()
    await expect(joinKeeper(context(), joining, undefined)).rejects.toThrow(/no session/)
    await expect(joinKeeper(context(), joining, 'r_none')).rejects.toThrow(/r_none/)
    const first = await session(await reachKeeper(context(), joining))
    expect((await session(await joinKeeper(context(), joining, undefined))).pid).toBe(first.pid)
    const second = await session(await reachKeeper(context({maxCalls: 4}), joining))
    await expect(joinKeeper(context(), joining, undefined)).rejects.toThrow(/2 sessions/)
    expect((await session(await joinKeeper(context(), joining, String(second.pid)))).pid).toBe(second.pid)
  }, 30_000)
})

describe('after a keeper was killed', () => {
  it('its screens come to one and the same new keeper, which holds what was set and what waited', async () => {
    const {context} = project()
    const lost = await session(await reachKeeper(context(), joining))
    process.kill(lost.pid, 'SIGKILL')
    await poll(() => !isAlive(lost.pid))
    const from = {session: '', pid: lost.pid, live: false, queue: ['waited'], settings: {maxCalls: 5}}
    const [one, two] = await Promise.all([reachAgain(context(), joining.size, from), reachAgain(context(), joining.size, from)])
    const [left, right] = [await session(one), await session(two)]
    expect(left.pid).toBe(right.pid)
    expect(left.pid).not.toBe(lost.pid)
    expect(left).toMatchObject({queue: ['waited'], settings: {maxCalls: 5}})
  }, 30_000)
})
