// A screen's wire when its keeper dies: another is sought at once, what is said waits for it, and one that ends because
// somebody wanted it is followed by none.

import {setImmediate as breath} from 'node:timers/promises'
import {describe, expect, it} from 'vitest'
import type {KeeperSays, ScreenSays} from '../../../engine/contract/screen.ts'
import {garbled} from '../../../engine/link/socket.ts'
import type {KeeperClient} from '../../../source/keeper/client.ts'
import {openWire} from '../../../source/screen/wire.ts'

const say = (text: string): ScreenSays => ({do: 'say', text, when: 'now'})

const keeper = () => {
  const {promise: gone, resolve: die} = Promise.withResolvers<string>()
  const said: ScreenSays[] = []
  let take: (message: KeeperSays) => void = () => undefined
  const client: KeeperClient = {says: (message) => said.push(message), on: (hear) => (take = hear), gone, close: () => die('closed')}
  return {client, said, die, tells: (message: KeeperSays) => take(message)}
}

const open = (keepers: readonly ReturnType<typeof keeper>[], follows = true) => {
  const heard: string[] = []
  let next = 1
  const again = async (): Promise<KeeperClient> => {
    heard.push('sought')
    const found = keepers[next]
    next += 1
    if (!found) throw new Error('none')
    return found.client
  }
  const wire = openWire({
    first: Promise.resolve(keepers[0]?.client as KeeperClient),
    ...(follows ? {again} : {}),
    take: ({tell}) => heard.push(tell),
    here: () => heard.push('here'),
    lost: () => heard.push('lost'),
    nobody: () => heard.push('nobody'),
    failed: () => heard.push('failed'),
  })
  return {wire, heard}
}

describe('the wire to a keeper', () => {
  it('seeks the next one at once, and what is said meanwhile reaches it in order', async () => {
    const [first, second] = [keeper(), keeper()]
    const {wire, heard} = open([first, second])
    await breath()
    wire.says(say('one'))
    first.die('killed')
    await Promise.resolve()
    wire.says(say('two'))
    wire.says(say('three'))
    await breath()
    expect(heard).toEqual(['here', 'lost', 'sought', 'here'])
    expect([first.said, second.said]).toEqual([[say('one')], [say('two'), say('three')]])
  })
  it('is followed by none where none may follow, and says so', async () => {
    const first = keeper()
    const {heard} = open([first], false)
    await breath()
    first.die('killed')
    await breath()
    expect(heard).toEqual(['here', 'nobody'])
  })
  it('seeks no other when it cannot be read: the next one would be of the same build', async () => {
    const first = keeper()
    const {heard} = open([first, keeper()])
    await breath()
    first.die(`${garbled}: Unexpected token`)
    await breath()
    expect(heard).toEqual(['here', 'over'])
  })
  it.each(['left', 'over'] as const)('is followed by none when it was %s', async (how) => {
    const first = keeper()
    const {wire, heard} = open([first, keeper()])
    await breath()
    if (how === 'left') wire.says({do: 'leave', stop: false})
    else first.tells({tell: 'over', why: 'ended'})
    first.die('')
    await breath()
    expect(heard.filter((one) => one !== 'over')).toEqual(['here'])
  })
  it('tries again when none could be had, a moment later', async () => {
    const first = keeper()
    const {heard} = open([first])
    await breath()
    first.die('killed')
    await breath()
    expect(heard).toEqual(['here', 'lost', 'sought'])
    await expect.poll(() => heard.length, {timeout: 3000}).toBeGreaterThan(4)
    expect(heard.slice(3)).not.toContain('lost')
  })
})
