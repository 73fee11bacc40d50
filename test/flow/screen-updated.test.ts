// The program is updated while a session lives: a screen and a keeper of two builds do not misread each other, and the
// person is told what to type.

import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {connectKeeper} from '../../source/keeper/client.ts'
import {findKeepers} from '../../source/keeper/start.ts'
import {calculator, survivorsAfter, ways} from '../kit/flow.ts'
import {contextIn, poll} from '../kit/keeper.ts'
import {modelServer} from '../kit/model-server.ts'
import {type ScreenPlace, screenPlace} from '../kit/screen.ts'

const ready = 'what shall be done?'
const told = (text: string): string => text.replace(/\s+/g, ' ')

/** What an older program's keeper has written of itself. */
const madeOlder = (where: ScreenPlace): void => {
  const runtime = join(where.home, 'penguin')
  for (const name of readdirSync(runtime).filter((one) => one.startsWith('k_'))) {
    const file = join(runtime, name, 'keeper.json')
    writeFileSync(file, JSON.stringify({...JSON.parse(readFileSync(file, 'utf8')), wire: 'older'}))
  }
}

describe('after an update', () => {
  it('a keeper takes no screen that speaks otherwise, and says why', async () => {
    await using server = await modelServer([])
    using where = screenPlace(calculator, ways.chat(server).env)
    await using terminal = where.screen(ways.chat(server).args)
    await terminal.until(ready)
    await poll(() => findKeepers(contextIn(where)).length === 1, 'the keeper is there')
    const [note] = findKeepers(contextIn(where))
    const heard: unknown[] = []
    const client = await connectKeeper(note?.word ?? '', {size: {columns: 80, rows: 24}, wire: 'older'})
    client.on((message) => heard.push(message))
    await client.gone
    expect(heard).toEqual([{tell: 'over', why: 'penguin was updated; start it again to go on'}])
    terminal.key('ctrl+c', 'ctrl+c')
    await terminal.ended
    expect(await survivorsAfter(where, 3000)).toEqual([])
  }, 40_000)
  it('a session that lives on in the older program is named, with how it is ended', async () => {
    await using server = await modelServer([{text: 'word '.repeat(4000), everyMs: 20}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using first = where.screen(way.args)
    await first.until(ready)
    first.type('work')
    first.key('enter')
    await first.until('word word')
    first.key('ctrl+b', 'd')
    await first.ended
    madeOlder(where)
    const refused = await where.run(['attach'])
    expect(refused.code).toBe(2)
    expect(told(refused.stderr)).toMatch(
      /penguin was updated, and the session r_\w+ lives on in the program of before kill \d+ ends it in order, then penguin sessions resume r_/,
    )
    await using second = where.screen()
    await second.until((frame) => frame.includes('penguin was updated') && frame.includes('ends it in order'), 20_000)
    const pid = Number(/kill (\d+)/.exec(refused.stderr)?.[1])
    process.kill(pid, 'SIGTERM')
    await poll(() => !findKeepers(contextIn(where)).some((note) => note.pid === pid), 'it ends')
    second.key('ctrl+c', 'ctrl+c')
    await second.ended
    expect(await survivorsAfter(where, 3000)).toEqual([])
  }, 60_000)
})
