// Every slash command, typed into the real program after a run: each does what the table says of it, and the prompt
// answers afterwards. A command that is added without a line here fails the test.

import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {commands} from '../../stores/commands.ts'
import {calculator, fix, fixed, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {type ScreenPlace, screenPlace} from '../kit/screen.ts'
import type {Terminal} from '../kit/terminal.ts'

interface Deed {
  /** Behind the name. */
  words?: string
  see: RegExp | ((where: ScreenPlace, terminal: Terminal) => boolean)
  /** Brings the screen back to where it was. */
  after?: string
}

const deeds: Readonly<Record<string, Deed>> = {
  help: {see: /Focus a pane by its number/},
  keys: {words: 'whole screen', see: /Whole screen for this pane, or back/},
  model: {words: 'vllm/other', see: /other @vllm|vllm\/other/, after: '/model default'},
  route: {words: 'coder vllm/third', see: /third/, after: '/route coder default'},
  budget: {words: 'calls 40', see: /40/, after: '/budget calls off'},
  permissions: {words: 'plan', see: /plan: read only/, after: '/permissions auto'},
  plan: {see: /plan: read only/, after: '/plan off'},
  diff: {see: /a \+ b/},
  tasks: {see: /Tasks/},
  timeline: {see: /implement/},
  evidence: {see: /npm test/},
  spend: {see: /330/},
  log: {see: /run\.closed/},
  story: {see: /it adds now/},
  steer: {see: /TEXT|what|text|words/i},
  queue: {see: /TEXT|what|text|words|nothing/i},
  copy: {see: (_, terminal) => terminal.heard.clipboard.includes('sum subtracted; it adds now.')},
  search: {words: 'adds', see: /\d found/},
  stop: {see: /no run|nothing|progress/i},
  interrupt: {see: /nobody|no run|nothing|progress|at work/i},
  trust: {see: /trust/i},
  shell: {words: "printf '\\n\\n\\n\\n\\nfrom the %s' shell", see: /from the shell/},
  sessions: {see: /Go on with which session/},
  resume: {see: /make sum add .*done +just now/},
  branch: {words: 'now', see: /penguin sessions fork/},
  export: {words: 'out.jsonl', see: (where) => existsSync(join(where.dir, 'out.jsonl'))},
  checkpoint: {words: 'list', see: /penguin checkpoint list · exit code 0/},
  undo: {see: (where) => where.read('sum.js') === calculator['sum.js']},
  theme: {words: 'none', see: (_, terminal) => terminal.cell(0, 0).fg === 'default', after: '/theme dark'},
  layout: {words: 'rows', see: /layout.*rows|rows/},
  mouse: {words: 'off', see: (_, terminal) => terminal.modes.mouse === 'none', after: '/mouse on'},
  vim: {words: 'on', see: /vim|INSERT|NORMAL/i, after: '/vim off'},
  models: {see: /penguin models · exit code 0/},
  doctor: {see: /penguin doctor · exit code 0/},
  config: {words: 'path', see: /penguin config path · exit code 0/},
  new: {see: /^ ready/m},
}
/** They end the screen, each in a screen of its own. */
const leaving = ['detach', 'quit']

const promptOf = (terminal: Terminal): string => terminal.row(terminal.rows - 1)

const sayLine = async (terminal: Terminal, line: string): Promise<void> => {
  const begins = line.slice(0, 40)
  terminal.type(line)
  await terminal.until(() => promptOf(terminal).includes(begins))
  // The first Enter may take a completion that is offered.
  for (let tries = 0; tries < 3 && promptOf(terminal).includes(begins); tries += 1) {
    terminal.key('enter')
    await Promise.race([terminal.ended, terminal.until(() => !promptOf(terminal).includes(begins), 700).catch(() => undefined)])
  }
}

/** Views close, a shell gives the keys back, what was typed goes. Escape comes alone: with what follows it would be Alt. */
const comeBack = async (terminal: Terminal, name: string): Promise<void> => {
  const isView = (frame: string): boolean => /q closes|escape closes|escape drops it|escape leaves/.test(frame)
  for (let tries = 0; tries < 3 && isView(terminal.frame()); tries += 1) {
    const before = terminal.frame()
    terminal.key('escape')
    await terminal.until((frame) => frame !== before, 1000).catch(() => undefined)
  }
  // Copy mode is left by q, which then is no letter of ours.
  if (name === 'search') terminal.type('q')
  terminal.key('f12', 'ctrl+u')
}

const isDone = (see: Deed['see'], where: ScreenPlace, terminal: Terminal) => (frame: string) =>
  see instanceof RegExp ? see.test(frame.split('\n').slice(0, -1).join('\n')) || see.test(promptOf(terminal)) : see(where, terminal)

const mended = async (where: ScreenPlace, args: string[]): Promise<Terminal> => {
  const terminal = where.screen([...args, '--permission', 'auto'])
  await terminal.until('what shall be done?')
  await sayLine(terminal, 'make sum add')
  await terminal.until(/^ ✓ done/m, 20_000)
  expect(where.read('sum.js')).toBe(fixed)
  return terminal
}

it('every command of the table has a line here', () => {
  expect([...Object.keys(deeds), ...leaving].sort()).toEqual(commands.map(({name}) => name).sort())
})

it('every command does what it says, and the prompt answers afterwards', async () => {
  await using server = await modelServer(fix)
  const way = ways.chat(server)
  using where = screenPlace(calculator, way.env)
  await using terminal = await mended(where, way.args)
  const wrong: string[] = []
  for (const [name, {words, see, after}] of Object.entries(deeds)) {
    await sayLine(terminal, `/${name}${words ? ` ${words}` : ''}`)
    await terminal.until(isDone(see, where, terminal), 5000).catch((thrown: Error) => wrong.push(`/${name}: ${thrown.message}`))
    if (terminal.frame().includes('is no command')) wrong.push(`/${name} is no command`)
    if (after?.startsWith('/')) await sayLine(terminal, after)
    await comeBack(terminal, name)
    terminal.type('still here')
    await terminal
      .until(() => promptOf(terminal).includes('still here'), 3000)
      .catch(() => wrong.push(`after /${name} the prompt is deaf\n${terminal.frame()}`))
    terminal.key('ctrl+u')
    await terminal.until(() => !promptOf(terminal).includes('still here'), 3000).catch(() => wrong.push(`after /${name} the prompt keeps its words`))
  }
  expect(wrong).toEqual([])
}, 120_000)

it('detach and quit leave', async () => {
  using where = screenPlace(calculator)
  for (const name of leaving) {
    await using terminal = where.screen()
    await terminal.until('what shall be done?')
    await sayLine(terminal, `/${name}`)
    const late = new Promise((resolve) => setTimeout(() => resolve(terminal.frame()), 5000))
    expect(await Promise.race([terminal.ended, late])).toEqual({code: 0})
  }
})

it('what a command of the person did to the tree stands in the bar', async () => {
  using where = screenPlace(calculator)
  await using terminal = where.screen()
  await terminal.until('what shall be done?')
  terminal.type('!touch new.txt')
  terminal.key('enter')
  await terminal.until(/main ±1/, 10_000)
})
