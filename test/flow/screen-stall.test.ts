// A terminal that is not read while everybody is busy: nobody waits for it, nothing piles up, and once it is read again
// it shows what is. `PENGUIN_TEST_STALL_MS=5000` for as long as the promise says; `PENGUIN_TEST_LAG_MS=100` for the delay
// that it allows, on a machine of one's own.

import {describe, expect, it} from 'vitest'
import {calculator, fixed, ways} from '../kit/flow.ts'
import {loopDelay} from '../kit/loop-delay.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {screenPlace} from '../kit/screen.ts'
import {tempFolder} from '../kit/temp.ts'

const stallMs = Number(process.env.PENGUIN_TEST_STALL_MS ?? 2000)
/** Whoever waited for the terminal would be as late as that. */
const lagMs = Number(process.env.PENGUIN_TEST_LAG_MS ?? stallMs * 0.75)
/** The promise, in processor time: it holds on a machine that others use. */
const spentMs = 100
const ready = 'what shall be done?'
const mostBytes = 400e6

const script = (asked: Asked): Scripted => {
  if (asked.toolResults === 0) return {text: 'word '.repeat(400), everyMs: 2, calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]}
  return {text: 'it adds now'}
}

describe('a terminal that is not read', () => {
  it('holds nobody up, costs no memory, and shows what is once it is read', async () => {
    const folder = tempFolder({})
    const delays = loopDelay(folder)
    await using server = await modelServer(script)
    const way = ways.chat(server)
    using where = screenPlace(calculator, {...way.env, ...delays.env})
    await using terminal = where.screen([...way.args, '--permission', 'auto'], {columns: 160, rows: 48})
    await terminal.until(ready, 20_000)
    const {erases} = terminal.heard
    // Coloured lines in bursts, until a file says that it is enough.
    const busy = (nth: number): string =>
      `until [ -e enough ]; do seq -f "\\033[3${nth}mpane ${nth} line %g" 100 | xargs -0 printf; sleep 0.05; done; echo end of ${nth}`
    for (const nth of [1, 2, 3, 4]) {
      terminal.type(`!${busy(nth)}`)
      terminal.key('enter')
      await terminal.until(new RegExp(`pane ${nth} line`), 20_000)
      terminal.key('f12')
    }
    terminal.type('make sum add')
    terminal.key('enter')
    await terminal.until(() => server.requests.length > 0, 20_000)
    const from = Date.now()
    terminal.stall()
    // Keys that come meanwhile are taken.
    terminal.type('typed while nobody looked')
    await new Promise((resolve) => setTimeout(resolve, stallMs))
    const until = Date.now()
    await terminal.until(() => where.read('sum.js') === fixed, 20_000)
    where.write({enough: ''})
    terminal.flow()
    await terminal.until((frame) => [1, 2, 3, 4].every((nth) => frame.includes(`end of ${nth}`)) && frame.includes('typed while nobody looked'), 20_000)
    for (const name of ['main', 'keeper']) {
      expect(delays.worstMs(name, from, until), name).toBeLessThan(lagMs)
      expect(delays.worstSpentMs(name, from, until), name).toBeLessThan(spentMs)
      expect(delays.mostMemory(name, from, until), name).toBeLessThan(mostBytes)
    }
    await terminal.until(/✓ done/, 20_000)
    await terminal.until((frame) => !frame.includes('✓ done: '), 20_000)
    await terminal.quiet(300, 20_000)
    const drawn = terminal.frame()
    terminal.key('ctrl+l')
    await terminal.quiet(300)
    expect(terminal.frame()).toBe(drawn)
    expect(terminal.heard.erases).toBe(erases)
  }, 90_000)
})
