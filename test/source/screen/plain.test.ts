// The screen as plain lines, over a keeper that the test plays.

import {PassThrough} from 'node:stream'
import {describe, expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import type {KeeperSays, ScreenSays} from '../../../engine/contract/screen.ts'
import type {Context} from '../../../source/context.ts'
import {answerIn, plainScreen} from '../../../source/screen/plain.ts'
import {wantsPlain, wantsScreen} from '../../../source/terminal-kind.ts'

const stamp = {v: 1, seq: 1, at: 0, run: 'r_1', trace: 't', span: 's'}
const event = (type: string, body: unknown, role?: string): KeeperSays => ({
  tell: 'event',
  event: {...stamp, type, body, ...(role ? {role} : {})} as unknown as Event,
})

const play = (first?: string) => {
  const stdin = new PassThrough()
  const said: ScreenSays[] = []
  let printed = ''
  let tell: (message: KeeperSays) => void = () => undefined
  const context = {
    stdin,
    out: async (text: string) => {
      printed += text
      return true
    },
  } as unknown as Context
  const {promise: gone, resolve: end} = Promise.withResolvers<string>()
  const code = plainScreen(
    context,
    {
      says: (message) => void said.push(message),
      on: (take) => {
        tell = take
      },
      gone,
      close: () => undefined,
    },
    first,
  )
  return {
    code,
    said,
    end,
    printed: () => printed,
    tell: (message: KeeperSays) => tell(message),
    type: async (line: string) => {
      stdin.write(`${line}\n`)
      await new Promise((resolve) => setImmediate(resolve))
    },
    eof: () => stdin.end(),
  }
}

describe('plain lines', () => {
  it('say what is typed, and print who does what', async () => {
    const screen = play()
    await screen.type('fix it')
    screen.tell(event('user.said', {text: 'fix it', files: []}))
    screen.tell(event('tool.done', {call: 'c', tool: 'read', ok: true, wallMs: 3, line: 'read a.js'}, 'coder'))
    expect(screen.said).toEqual([{do: 'say', text: 'fix it', when: 'now'}])
    expect(screen.printed()).toContain('> fix it\ncoder: read a.js (3 ms)\n')
    await screen.type('/quit')
    expect(await screen.code).toBe(0)
    expect(screen.said.at(-1)).toEqual({do: 'leave', stop: true})
  })

  it('put one question after the other, and take numbers and words', async () => {
    const screen = play()
    const ask = (id: string) => event('ask.raised', {ask: id, kind: 'permission', text: `may ${id}?`, choices: ['once', 'deny']}, 'coder')
    screen.tell(ask('q_1'))
    screen.tell(ask('q_2'))
    expect(screen.printed()).toContain('? may q_1?\n  1 once\n  2 deny\n')
    expect(screen.printed()).not.toContain('may q_2?')
    await screen.type('maybe')
    expect(screen.said).toEqual([])
    expect(screen.printed()).toContain('! maybe is no answer: a number from 1 to 2, or once, deny\n')
    await screen.type('2 not now')
    expect(screen.said).toEqual([{do: 'answer', ask: 'q_1', choice: 'deny', text: 'not now'}])
    screen.tell(event('ask.answered', {ask: 'q_1', choice: 'deny', by: 'person'}))
    expect(screen.printed()).toContain('? may q_2?')
    screen.eof()
    expect(await screen.code).toBe(0)
  })

  it('tell the change that is asked about, and steer nothing with it', async () => {
    const screen = play()
    const preview = {path: 'a.js', line: 3, old: 'same\nold\n', new: 'same\nnew \x1b[2Jwords\n'}
    screen.tell(event('ask.raised', {ask: 'q_1', kind: 'permission', text: 'may it?', choices: ['once', 'deny'], preview}, 'coder'))
    expect(screen.printed()).toMatch(/\? may it\?\n {2}a\.js\n[\s\S]* {2}- old\n[\s\S]* {2}\+ new words\n {2}1 once/)
    expect(screen.printed()).not.toContain('\x1b')
    screen.eof()
    await screen.code
  })

  it('send the first words once the past has been told, and end with the keeper', async () => {
    const screen = play('go')
    expect(screen.said).toEqual([])
    screen.tell({tell: 'caught-up'})
    expect(screen.said).toEqual([{do: 'say', text: 'go', when: 'now'}])
    screen.end('the keeper is gone')
    expect(await screen.code).toBe(1)
    expect(screen.printed()).toContain('! the keeper is gone')
  })

  it.each([
    ['1', {choice: 'once'}],
    ['DENY', {choice: 'deny'}],
    ['2 because  of this', {choice: 'deny', text: 'because  of this'}],
    ['3', undefined],
    ['perhaps', undefined],
    ['y', {choice: 'once'}],
    ['No', {choice: 'deny'}],
    ['n it deletes', {choice: 'deny', text: 'it deletes'}],
    ['a', undefined],
  ])('reads %j as an answer', (line, expected) => expect(answerIn(line, ['once', 'deny'])).toEqual(expected))
  it.each([
    ['2', {choice: 'SQLite'}],
    ['2 on disk', {choice: 'SQLite', text: 'on disk'}],
    ['sqlite', {choice: 'SQLite'}],
    ['SQLite or none', {choice: 'SQLite or none', text: 'SQLite or none'}],
    ['neither', {choice: 'neither', text: 'neither'}],
    ['', undefined],
  ])('reads %j as an answer to a question, where own words count too', (line, expected) =>
    expect(answerIn(line, ['PostgreSQL', 'SQLite'], true)).toEqual(expected),
  )
  it('is told why the session is over', async () => {
    const here = play()
    here.tell({tell: 'over', why: 'penguin was updated; start it again to go on'})
    expect(await here.code).toBe(0)
    expect(here.printed()).toContain('! penguin was updated')
  })
})

describe('which kind of terminal', () => {
  const context = (more: object): Context =>
    ({flags: {}, words: [], tty: {in: true, out: true, err: true}, env: {TERM: 'xterm'}, ...more}) as unknown as Context
  it('has the screen: one on both sides, and nothing headless asked', () => {
    expect(wantsScreen(context({}))).toBe(true)
    expect(wantsScreen(context({tty: {in: true, out: false, err: true}}))).toBe(false)
    expect(wantsScreen(context({flags: {json: true}}))).toBe(false)
    expect(wantsScreen(context({words: ['-']}))).toBe(false)
  })
  it('has plain lines: a dumb one, or a reader that asks for them', () => {
    expect(wantsPlain(context({}))).toBe(false)
    expect(wantsPlain(context({env: {TERM: 'dumb'}}))).toBe(true)
    expect(wantsPlain(context({flags: {screenReader: true}}))).toBe(true)
  })
})
