// What is lost when something is killed or not read: never the work, never the terminal.

import {readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {calculator, edit, fix, fixed, isAlive, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {type ScreenPlace, screenPlace} from '../kit/screen.ts'

const ready = 'what shall be done?'
const finished = /^ ✓ done/m

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return ''
  }
}
const keepersOf = (where: ScreenPlace): number[] => where.survivors().filter((pid) => /keeper/.test(commandOf(pid)) && !/guard/.test(commandOf(pid)))
const workersOf = (where: ScreenPlace): number[] => where.survivors().filter((pid) => /worker/.test(commandOf(pid)))

describe('the screen', () => {
  it('that is not read holds nobody up, and shows the end once it is', async () => {
    await using server = await modelServer(fix)
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--permission', 'auto'])
    await terminal.until(ready)
    terminal.type('make sum add')
    await terminal.until('make sum add')
    terminal.stall()
    terminal.key('enter')
    // Nothing is read of the screen: only the file says how far they are.
    await terminal.until(() => where.read('sum.js') === fixed, 20_000)
    await terminal.until(() => workersOf(where).length === 0, 20_000)
    terminal.flow()
    await terminal.until(finished)
  })

  it('goes on when its keeper is killed: the agents end with it, another keeper takes the run up', async () => {
    await using server = await modelServer([{...edit, delayMs: 60_000, times: 1}, edit, {text: 'sum adds now.'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--permission', 'auto'])
    await terminal.until(ready)
    terminal.type('make sum add')
    terminal.key('enter')
    await terminal.until(() => server.requests.length > 0, 20_000)
    const [keeper] = keepersOf(where)
    const before = workersOf(where)
    expect(keeper).toBeDefined()
    process.kill(keeper as number, 'SIGKILL')
    await terminal.until('another goes on from there', 20_000)
    await terminal.until(() => before.filter(isAlive).length === 0, 5000)
    await terminal.until(finished, 30_000)
    expect(where.read('sum.js')).toBe(fixed)
    expect(keepersOf(where)).not.toContain(keeper)
  })

  it('says that a run was cut off when both it and the keeper were killed, and goes on with it', async () => {
    await using server = await modelServer([{fault: {do: 'silence'}, times: 1}, edit, {text: 'sum adds now.'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using first = where.screen([...way.args, '--permission', 'auto', 'make sum add'])
    await first.until(/coder ● thinking/, 20_000)
    for (const pid of [first.pid, ...keepersOf(where)]) process.kill(pid, 'SIGKILL')
    await first.until(() => workersOf(where).length === 0, 5000)
    await using again = where.screen([...way.args, '--permission', 'auto', '--continue'])
    const seen = await again.until((frame) => /^ cut off/m.test(frame) && /coder ✗ lost/.test(frame), 20_000)
    expect(seen).toContain('say how to go on')
    expect(seen).not.toContain('thinking')
    again.type('go on')
    again.key('enter')
    await again.until(finished, 30_000)
    expect(where.read('sum.js')).toBe(fixed)
  })

  it('is steered by no byte of a model or of a command, in panes, cards and views', async () => {
    const nasty = '\u001b]52;c;aGFjaw==\u0007\u001b[2J\u001b]2;owned\u0007\u001b[?1049l'
    const printed = "printf '\\033]52;c;aGFjaw==\\007\\033[2J\\033]2;owned\\007\\033[?1049lharm%s' less"
    await using server = await modelServer([
      {text: `hello ${nasty}`, calls: [{tool: 'shell', input: {command: printed}}]},
      {text: nasty, calls: [{tool: `edit${nasty}`, input: {path: `sum.js${nasty}`, old: nasty, new: nasty}}]},
      edit,
      {text: `sum adds now ${nasty}`},
    ])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--permission', 'auto'])
    await terminal.until(ready)
    const {erases} = terminal.heard
    terminal.type('make sum add')
    terminal.key('enter')
    await terminal.until(finished, 20_000)
    expect(terminal.frame()).toContain('harmless')
    for (const view of ['f7', 'f9', 'f4']) {
      terminal.key(view)
      await terminal.until(/q closes/)
      terminal.type('q')
      await terminal.until((frame) => !frame.includes('q closes'))
    }
    expect(terminal.heard).toMatchObject({clipboard: [], erases})
    expect(terminal.heard.title).not.toContain('owned')
    expect(terminal.modes.alternate).toBe(true)
  })
})
