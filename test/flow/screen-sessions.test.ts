// Coming back to a session whose processes are all gone: its panes as they were, told from the journal and marked so; the
// list of sessions to choose from; and a new one that shows nothing of it.

import {describe, expect, it} from 'vitest'
import {calculator, fix, survivorsAfter, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {type ScreenPlace, screenPlace} from '../kit/screen.ts'
import type {Terminal} from '../kit/terminal.ts'

const ready = 'what shall be done?'

const say = (terminal: Terminal, line: string): void => {
  terminal.type(line)
  terminal.key('enter')
}

/** A run whose keeper is gone, and its id. */
const ended = async (where: ScreenPlace, args: readonly string[]): Promise<string> => {
  const opened = await where.run(['run', '--json', ...args, '--permission', 'auto', 'make sum add'])
  expect(opened.code).toBe(0)
  return opened.lines[0]?.run ?? ''
}

describe('a session of earlier days', () => {
  it('shows the panes of its last run, marked as past, however it is taken up; a new one shows none', async () => {
    await using server = await modelServer(fix)
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    const run = await ended(where, way.args)
    for (const args of [['--continue'], ['sessions', 'resume', run]]) {
      await using terminal = where.screen(args)
      const frame = await terminal.until((seen) => seen.includes('edit sum.js') && seen.includes('past ·'), 20_000)
      expect(frame).toContain('sum subtracted; it adds now.')
      expect(frame).toMatch(/1 coder ✓ done/)
      if (args.length === 1) {
        say(terminal, '/new')
        await terminal.until((seen) => !seen.includes('edit sum.js') && !seen.includes('1 coder'), 10_000)
      }
      terminal.key('ctrl+c', 'ctrl+c')
      await terminal.ended
    }
    expect(await survivorsAfter(where, 3000)).toEqual([])
  })
  it('is chosen from a list, by what was said in it', async () => {
    await using server = await modelServer([...fix, {text: 'once upon a time'}, {text: 'nothing to add'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await ended(where, way.args)
    await where.run(['run', '--json', ...way.args, '--no-check', 'tell me a story'])
    await using terminal = where.screen(way.args)
    await terminal.until(ready)
    say(terminal, '/sessions')
    const list = await terminal.until((frame) => frame.includes('make sum add') && frame.includes('tell me a story'), 10_000)
    expect(list).toMatch(/tell me a story .*(?:answered|done) +(?:just now|1 min ago)/)
    terminal.type('sum')
    await terminal.until((frame) => !frame.includes('tell me a story'))
    terminal.key('enter')
    await terminal.until((frame) => frame.includes('past ·') && frame.includes('edit sum.js'), 10_000)
    // It goes on where it stood.
    say(terminal, 'and what now?')
    await terminal.until('nothing to add', 20_000)
    expect(server.requests.at(-1)?.messages.some(({text}) => text.includes('sum subtracted; it adds now.'))).toBe(true)
  })
})

describe("the program's own verbs in a pane", () => {
  it('see the keys of the session, which no pane shows', async () => {
    await using server = await modelServer([])
    const key = 'sk-test-1234567890'
    using where = screenPlace(calculator, ways.responses(server).env)
    await using terminal = where.screen([], {rows: 50})
    await terminal.until(ready)
    say(terminal, '/models routes')
    expect(await terminal.until(/penguin models routes · exit code 0/, 20_000)).toContain('openai/')
    say(terminal, '/models probe openai')
    await terminal.until(/penguin models probe openai · exit code/, 20_000)
    expect(terminal.frame()).not.toContain('OPENAI_API_KEY')
    say(terminal, '!printenv OPENAI_API_KEY || echo the key is none')
    await terminal.until(/[│┃]the key is none/, 10_000)
    expect(terminal.raw()).not.toContain(key)
  })
})
