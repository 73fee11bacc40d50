// What a person is asked on the screen, and that the answer holds: for good by a rule that stands in a file and that later
// runs read, and not at all with a reason that the model hears.

import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {calculator, edit, results, ways} from '../kit/flow.ts'
import {modelServer, type Step} from '../kit/model-server.ts'
import {screenPlace} from '../kit/screen.ts'
import type {Terminal} from '../kit/terminal.ts'

const card = 'asks for permission'
const list: Step = {calls: [{tool: 'shell', input: {command: 'ls -l test'}}]}

const ask = async (terminal: Terminal, words: string): Promise<string> => {
  await terminal.until('what shall be done?')
  terminal.type(words)
  terminal.key('enter')
  return terminal.until(card, 20_000)
}
/** A card takes no key in its first moment, for it may have been meant for a word. */
const answer = async (terminal: Terminal, key: string, seen: string): Promise<void> => {
  const isUp = (frame: string): boolean => frame.includes('enter takes the marked one')
  await terminal.until(isUp)
  for (let tries = 0; tries < 10 && isUp(terminal.frame()); tries += 1) {
    terminal.type(key)
    await terminal.until((frame) => !isUp(frame), 500).catch(() => undefined)
  }
  // What follows the key may take its time on a busy machine: a check of the whole project is among it.
  await terminal.until(seen, 20_000)
}

describe('allowing always', () => {
  it('shows the rule and the file, writes it there with what stands in it, and the next run does not ask', async () => {
    await using server = await modelServer([list, {text: 'one test there'}, list, {text: 'still one'}])
    const way = ways.chat(server)
    using where = screenPlace({...calculator, '.penguin/config.local.yml': '# mine\nui: {motion: false} # calm\n'}, way.env)
    await using terminal = where.screen([...way.args, '--no-check'])
    expect(await ask(terminal, 'how many tests are there?')).toContain('ls -l test')
    await answer(terminal, 'a', '.penguin/config.local.yml')
    expect(terminal.frame()).toContain('shell(ls -l test)')
    terminal.key('enter')
    await terminal.until('rule written to .penguin/config.local.yml')
    await terminal.until(/^ ✓ /m, 20_000)
    expect(terminal.frame()).toContain('one test there')
    expect(where.read('.penguin/config.local.yml')).toBe('# mine\nui: {motion: false} # calm\npermissions:\n  rules:\n    - allow: shell(ls -l test)\n')
    terminal.key('ctrl+c', 'ctrl+c')
    await terminal.ended
    const explained = await where.run(['config', 'explain', 'permissions.rules'])
    expect(explained.stdout).toContain('shell(ls -l test)')
    expect(explained.stdout).toContain('.penguin/config.local.yml:')
    // Headless would deny what has to be asked, and a folder with foreign rules would not be trusted.
    const again = await where.run(['run', '--json', ...way.args, '--no-check', '--permission', 'ask', 'and now?'])
    expect(again.lines.map(({type}) => type)).not.toContain('ask.raised')
    expect([again.code, again.closed?.text]).toEqual([0, 'still one'])
  })
  it('is no more than once for what is put differently', async () => {
    await using server = await modelServer([list, {calls: [{tool: 'shell', input: {command: 'ls -l test; rm sum.js'}}]}, {text: 'done'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--no-check'])
    await ask(terminal, 'look at the tests')
    await answer(terminal, 'a', 'enter writes and allows it')
    terminal.key('enter')
    await terminal.until((frame) => frame.includes(card) && frame.includes('rm sum.js'), 10_000)
    expect(where.read('sum.js')).toBe(calculator['sum.js'])
  })
})

describe('denying', () => {
  it('tells the model what the person wrote', async () => {
    await using server = await modelServer([list, {text: 'then I ask no more'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--no-check'])
    await ask(terminal, 'look at the tests')
    await answer(terminal, 't', 'Why not?')
    terminal.type('read the folder with your own tool')
    terminal.key('enter')
    await terminal.until('then I ask no more', 10_000)
    expect(server.requests.flatMap(results).join('\n')).toContain('read the folder with your own tool')
  })
})

describe('a plan', () => {
  it('is changed by the person and carried out as they wrote it', async () => {
    const planned: Step = {calls: [{tool: 'plan', input: {tasks: [{id: '1', title: 'make sum add', accept: ['the test passes']}]}}]}
    await using server = await modelServer([planned, {text: 'one small task'}, edit, {text: 'sum adds now'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--permission', 'plan'])
    await terminal.until('what shall be done?')
    terminal.type('make sum add')
    terminal.key('enter')
    await terminal.until('The plan is ready', 20_000)
    expect(terminal.frame()).toContain('1. make sum add')
    await answer(terminal, 'e', 'The plan, as it shall be')
    terminal.key('ctrl+end')
    terminal.type(' and say so')
    await terminal.until('the test passes and say so')
    terminal.key('enter')
    // As configured again: what is written is asked about.
    await terminal.until((frame) => frame.includes(card) && frame.includes('sum.js'), 20_000)
    expect(server.requests.at(-1)?.messages.some(({text}) => text.includes('the test passes and say so'))).toBe(true)
    await answer(terminal, 'r', 'sum adds now')
  })
})

describe('a question', () => {
  it('is answered by one of its choices, or in own words', async () => {
    const question: Step = {calls: [{tool: 'ask', input: {question: 'Which blanks count?', choices: ['only null', 'both']}}]}
    await using server = await modelServer([question, question, {text: 'I see'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen([...way.args, '--no-check'])
    await terminal.until('what shall be done?')
    terminal.type('make sum ignore blanks')
    terminal.key('enter')
    await terminal.until('Which blanks count?', 20_000)
    await answer(terminal, '2', '→ both')
    await terminal.until(() => server.requests.length === 2, 10_000)
    expect(results(server.requests[1] as (typeof server.requests)[number]).at(-1)).toContain('both')
    await terminal.until((frame) => frame.split('? Which blanks count?').length > 2 && frame.includes('has a question'), 10_000)
    await answer(terminal, 't', 'Your answer')
    terminal.type('none at all')
    terminal.key('enter')
    await terminal.until('I see', 20_000)
    expect(server.requests.flatMap(results).join('\n')).toContain('none at all')
  })
})

describe('an answer on stdin', () => {
  it('allows always as a card does', async () => {
    await using server = await modelServer([list, {text: 'one test there'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    const started = where.start(['run', '--json', '--input', 'stream-json', ...way.args, '--no-check', '--permission', 'ask', 'how many tests?'], {input: ''})
    const asked = await started.until(({type}) => type === 'ask.raised')
    expect(asked.body).toMatchObject({choices: ['once', 'run', 'always', 'deny'], rules: ['shell(ls -l test)']})
    started.child.stdin?.write(`${JSON.stringify({answer: asked.body.ask, choice: 'always', text: 'shell(ls *)'})}\n`)
    const kept = await started.until(({type}) => type === 'policy.changed')
    expect(kept.body).toMatchObject({change: 'allowed', rules: ['shell(ls *)'], file: '.penguin/config.local.yml'})
    started.child.stdin?.end()
    expect((await started.ended).closed?.text).toBe('one test there')
    expect(where.read('.penguin/config.local.yml')).toBe('permissions:\n  rules:\n    - allow: shell(ls *)\n')
  })
})

describe('Escape on a card', () => {
  it.each<[string, Step, string]>([
    ['permission', {calls: [{tool: 'write', input: {path: 'new.txt', text: 'x'}}]}, card],
    ['question', {calls: [{tool: 'ask', input: {question: 'Which one?', choices: ['blue', 'red']}}]}, 'has a question'],
  ])('that asks for a %s stops the agent at the first press, and what is said next goes on', async (_, asks, title) => {
    await using server = await modelServer([asks, edit, {text: 'sum adds now'}])
    const way = ways.chat(server)
    using where = screenPlace(calculator, way.env)
    await using terminal = where.screen(way.args)
    await terminal.until('what shall be done?')
    terminal.type('make sum add')
    terminal.key('enter')
    await terminal.until(title, 20_000)
    terminal.key('escape')
    await terminal.until((frame) => !frame.includes(title) && frame.includes('· idle') && frame.includes('is stopped'))
    expect(server.requests).toHaveLength(1)
    terminal.type('leave that, mend sum')
    terminal.key('enter')
    await terminal.until('asks for permission', 20_000)
    await answer(terminal, 'y', '✓ done')
    expect(existsSync(join(where.dir, 'new.txt'))).toBe(false)
    expect(server.requests.at(1)?.messages.at(-1)?.text).toContain('leave that, mend sum')
  })
})
