// Every slash command and every key of the tables does something: no dead entry. And what each one does, where it is told.

import {describe, expect, it} from 'vitest'
import type {SessionNote} from '../../engine/contract/screen.ts'
import type {Effect} from '../../stores/action.ts'
import {commands, findCommand} from '../../stores/commands.ts'
import {bindings, type CommandId} from '../../stores/keys.ts'
import {keyModeOf} from '../../stores/reduce-command.ts'
import {helpRows} from '../../stores/rows/help.ts'
import {paletteRows} from '../../stores/rows/palette.ts'
import type {AppState} from '../../stores/state.ts'
import {begin, type Teller, teller, typing} from '../kit/screen-story.ts'

const size = {columns: 120, rows: 40}

const working = (): Teller =>
  begin(
    teller(size),
    [
      {role: 'planner', phase: 'plan'},
      {role: 'coder', phase: 'implement'},
      {role: 'tester', phase: 'test'},
    ],
    {queue: ['later']},
  ).event(
    'model.replied',
    {route: 'a/b', call: 1, text: 'An answer.', calls: [], why: 'stop', usage: {input: 1, output: 1, reasoning: 0, cached: 0}, usd: 0, wallMs: 1},
    {agent: 'a_1', role: 'planner'},
  )

const run = (line: string, story = working()): {sent: unknown[]; effects: Effect[]; state: AppState} => {
  const before = story.effects.length
  story.act(...typing(line), {do: 'command', command: 'after'})
  const effects = story.effects.slice(before).filter((effect) => effect.do !== 'remember' && !(effect.do === 'send' && effect.says.do === 'size'))
  return {sent: effects.flatMap((effect) => (effect.do === 'send' ? [effect.says] : [])), effects, state: story.state}
}

/** Words with which a command that needs some does something. */
const words: Readonly<Record<string, string>> = {permissions: 'auto', steer: 'faster', queue: 'then lint', search: 'blank'}

describe('slash commands', () => {
  it.each(commands.map(({name}) => name))('/%s does something, and says nothing bad', (name) => {
    const story =
      name === 'trust'
        ? working()
            .tell({tell: 'asks', ask: {ask: 'trust', text: 'Trust it?', choices: ['once', 'deny']}})
            .act({do: 'command', command: 'answer-later'})
        : working()
    const before = story.state
    const {effects, state} = run(`/${name} ${words[name] ?? ''}`.trim(), story)
    const changed = state.overlay !== before.overlay || state.card !== before.card || state.look !== before.look || state.layout !== before.layout
    expect(effects.length > 0 || changed).toBe(true)
    expect(state.toasts.filter(({tone}) => tone === 'bad')).toEqual([])
  })
  it('have names and other names of their own', () => {
    const names = commands.flatMap(({name, also}) => [name, ...(also ?? [])])
    expect(new Set(names).size).toBe(names.length)
  })
  it.each([
    ['/model', [{do: 'choices', of: 'models'}]],
    ['/models doctor', [{do: 'open', command: 'penguin models doctor', own: ['models', 'doctor']}]],
    ['/sessions', [{do: 'choices', of: 'sessions'}]],
    ['/branch now', [{do: 'open', command: 'penguin sessions fork r_1'}]],
    ['/checkpoint', [{do: 'choices', of: 'checkpoints'}]],
    ['/doctor', [{do: 'open', command: 'penguin doctor', own: ['doctor']}]],
    ['/model a/b', [{do: 'set', settings: {model: 'a/b'}}]],
    ['/model default', [{do: 'set', settings: {model: null}}]],
    ['/route coder a/b', [{do: 'set', settings: {roleModels: {coder: 'a/b'}}}]],
    ['/route coder default', [{do: 'set', settings: {roleModels: null}}]],
    ['/budget tokens 50k', [{do: 'set', settings: {maxTokens: 50_000}}]],
    ['/budget usd 1.5', [{do: 'set', settings: {maxUsd: 1.5}}]],
    ['/budget usd off', [{do: 'set', settings: {maxUsd: null}}]],
    ['/permissions edit', [{do: 'set', settings: {permission: 'edit'}}]],
    ['/permissions allow shell(npm test*)', [{do: 'set', settings: {allow: ['shell(npm test*)']}}]],
    ['/plan', [{do: 'set', settings: {permission: 'plan'}}]],
    [
      '/plan look first',
      [
        {do: 'set', settings: {permission: 'plan'}},
        {do: 'say', text: 'look first', when: 'now'},
      ],
    ],
    ['/steer faster', [{do: 'say', text: 'faster', when: 'now'}]],
    ['/steer @coder faster', [{do: 'say', text: 'faster', when: 'now', to: 'a_2'}]],
    ['/queue lint', [{do: 'say', text: 'lint', when: 'after'}]],
    ['/queue drop 1', [{do: 'unqueue', index: 0}]],
    ['/stop', [{do: 'end'}]],
    ['/interrupt tester', [{do: 'interrupt', agent: 'a_3'}]],
    ['/interrupt', [{do: 'interrupt'}]],
    ['/resume r_2', [{do: 'resume', run: 'r_2'}]],
    ['/new', [{do: 'fresh'}]],
    ['/undo', [{do: 'open', command: 'penguin undo'}]],
    ['/checkpoint save before lunch', [{do: 'open', command: 'penguin checkpoint save before lunch'}]],
    ["/checkpoint save 'a b'", [{do: 'open', command: "penguin checkpoint save 'a b'"}]],
    ['/branch 12', [{do: 'open', command: 'penguin sessions fork r_1 12'}]],
    ['/export', [{do: 'open', command: 'penguin sessions export r_1 > r_1.jsonl && ls -l r_1.jsonl'}]],
    ['/config get ui.theme', [{do: 'open', command: 'penguin config get ui.theme'}]],
    ['/shell', [{do: 'open', command: ''}]],
  ])('%s is said as it is meant', (line, says) => expect(run(line).sent).toMatchObject(says))
  it.each([
    '/budget tokens many',
    '/budget tokens 1.5',
    '/budget usd -1',
    '/permissions all',
    '/steer @nobody hi',
    '/queue drop 9',
    '/queue drop x',
    '/queue drop',
    '/queue drop -1',
    '/theme pink',
    '/layout round',
    '/mouse perhaps',
    '/trust',
  ])('%s is refused, and nothing is sent', (line) => {
    const {effects, state} = run(line)
    expect(effects).toEqual([])
    expect(state.toasts.at(-1)?.tone).toBe('bad')
  })
  it('say that a setting holds when the keeper has taken it, and not when it was refused', () => {
    const taken = working()
    expect(run('/model a/b', taken).state.toasts).toEqual([])
    taken.tell({tell: 'session', session: {...(taken.state.session as SessionNote), settings: {model: 'a/b'}}})
    expect(taken.state.toasts.map(({text, tone}) => [text, tone])).toEqual([['model a/b, from the next request on', 'plain']])
    const refused = working()
    run('/model foo', refused)
    refused.tell({tell: 'trouble', text: 'there is no provider foo'}, {tell: 'session', session: refused.state.session as SessionNote})
    expect(refused.state.toasts.map(({text, tone}) => [text, tone])).toEqual([['there is no provider foo', 'bad']])
  })
  it('change the look of the screen', () => {
    expect(run('/theme contrast').state.look.theme).toBe('contrast')
    expect(run('/layout rows').state.layout.name).toBe('rows')
    expect(run('/mouse off').effects).toEqual([{do: 'mouse', on: false}])
    const {state} = run('/vim on')
    expect([state.look.vim, state.editor.vim?.mode]).toEqual([true, 'insert'])
    expect(run('/copy').effects).toEqual([{do: 'copy', text: 'An answer.'}])
  })
  it.each(commands.map(({name}) => name))('/%s leaves the prompt empty, and in the history', (name) => {
    const line = `/${name} ${words[name] ?? ''}`.trim()
    const {editor} = working().act(...typing(`${line} `), {do: 'command', command: 'accept'}).state
    expect([editor.text, editor.history.at(-1)?.trim()]).toEqual(['', line])
  })
  it('are cycled through by their keys, which ask nothing', () => {
    const before = working()
    const theme = before.state.look.theme
    before.act({do: 'command', command: 'theme'})
    expect([before.state.overlay, before.state.look.theme === theme]).toEqual([null, false])
  })
  it('offer what may follow', () => {
    const offers = (name: string, ...before: string[]) =>
      findCommand(name)
        ?.complete?.(working().state, before)
        .map(({text}) => text)
    expect(offers('model')).toContain('ollama/qwen3-coder')
    expect(offers('route', 'coder')).toContain('openai/gpt-5')
    expect(offers('interrupt')).toEqual(['a_1', 'a_2', 'a_3'])
    expect(offers('permissions')).toContain('plan')
    expect(offers('permissions', 'plan')).toEqual([])
  })
})

/** A state in which a command of a mode means something. */
const stage: Readonly<Record<string, (story: Teller) => Teller>> = {
  prompt: (story) => story.act(...typing('some words and more')),
  pane: (story) => story.act({do: 'mode', mode: 'pane'}),
  copy: (story) => story.act({do: 'mode', mode: 'copy'}),
  palette: (story) => story.act({do: 'command', command: 'palette'}, ...typing('pa'), {do: 'command', command: 'down'}),
  view: (story) => story.act({do: 'command', command: 'timeline'}, {do: 'command', command: 'down'}),
  ask: (story) =>
    story.event(
      'ask.raised',
      {ask: 'q_1', kind: 'permission', text: 'may I', choices: ['once', 'run', 'deny'], rule: 'shell(x)'},
      {agent: 'a_1', role: 'planner'},
    ),
}

/** Keys whose effect needs more than a stage of that mode, each told elsewhere: a plan, a question, a text to move in, an agent at rest. */
const elsewhere = new Set<CommandId>(['answer-edit', 'answer-number', 'prompt', 'shut'])

describe('keys', () => {
  const rows = bindings
    .flatMap(({id, modes}) => modes.map((mode) => [id, mode] as const))
    .filter(([id]) => !elsewhere.has(id) && !id.startsWith('edit.') && !id.startsWith('history.'))
  it.each(rows)('%s does something in mode %s', (id, mode) => {
    const story = (stage[mode] as (story: Teller) => Teller)(working())
    expect(keyModeOf(story.state)).toBe(mode)
    const command = id as CommandId
    const goes = (digit?: number): boolean => {
      const [before, effects] = [story.state, story.effects.length]
      story.act({do: 'command', command, digit})
      return story.state !== before || story.effects.length > effects
    }
    // What moves to one side can be at that side already: then the other way comes first.
    const back: Partial<Record<string, CommandId>> = {
      'focus-left': 'focus-right',
      'focus-up': 'focus-right',
      up: 'down',
      first: 'last',
      'line-up': 'last',
      'page-up': 'last',
      left: 'down',
    }
    const other = back[command]
    const goesBehind = (first: CommandId): boolean => {
      story.act({do: 'command', command: first})
      return goes()
    }
    const done = goes(2) || (other !== undefined && goesBehind(other)) || goesBehind('focus-right')
    expect(done).toBe(true)
  })
  it('and commands all stand in help, and what can be chosen in the palette', () => {
    const {keymap} = working().state
    const help = helpRows(keymap).map(({key}) => key)
    for (const {id} of bindings) expect(help.some((key) => key.startsWith(`key ${id} `))).toBe(true)
    for (const {name} of commands) expect(help).toContain(`slash ${name}`)
    expect(paletteRows('', keymap).map(({key}) => key)).toEqual(expect.arrayContaining(commands.map(({name}) => `slash ${name}`)))
  })
})

describe('a choice', () => {
  const sessions = [
    {value: 'r_1', text: 'make sum add', about: 'done', at: 1},
    {value: 'r_2', text: 'document it', about: 'interrupted', at: 2},
  ]
  const press = (story: Teller, ...ids: CommandId[]): Teller => story.act(...ids.map((command) => ({do: 'command', command}) as const))
  const opened = (line: string): Teller => working().act(...typing(line), {do: 'command', command: 'after'})
  const sent = (story: Teller, id: CommandId): unknown[] => {
    const before = story.effects.length
    press(story, id)
    return story.effects.slice(before).flatMap((effect) => (effect.do === 'send' && effect.says.do !== 'size' ? [effect.says] : []))
  }
  it('is looked for, narrowed by typing, and taken by Enter', () => {
    const story = opened('/resume')
    expect([story.state.overlay?.pick?.choices, keyModeOf(story.state)]).toEqual([null, 'palette'])
    story.tell({tell: 'choices', of: 'sessions', choices: sessions}).act(...typing('docu'))
    expect(sent(story, 'accept')).toEqual([{do: 'resume', run: 'r_2'}])
    expect(story.state.overlay).toBeNull()
    expect(story.state.editor.text).toBe('')
  })
  it('is of what is known here at once, the one that holds marked', () => {
    const story = opened('/theme')
    expect(story.state.overlay?.pick?.choices?.map(({value}) => value)).toEqual(['dark', 'light', 'contrast', 'none'])
    expect(story.state.overlay?.at).toBe(3)
    press(story, 'up', 'accept')
    expect(story.state.look.theme).toBe('contrast')
  })
  it('takes the two words of a route one after the other', () => {
    const story = opened('/route').act(...typing('coder'))
    press(story, 'accept')
    story.tell({tell: 'choices', of: 'models', choices: [{value: 'lab/big', text: 'lab/big', about: ''}]}).act(...typing('lab/big'))
    expect(sent(story, 'accept')).toEqual([{do: 'set', settings: {roleModels: {coder: 'lab/big'}}}])
  })
  it('keeps what was known when the rest comes, each once, and hears no answer to another question', () => {
    const story = opened('/model')
    const known = story.state.overlay?.pick?.choices?.map(({value}) => value) ?? []
    expect(known).toContain('ollama/qwen3-coder')
    story.tell({tell: 'choices', of: 'sessions', choices: sessions})
    story.tell({
      tell: 'choices',
      of: 'models',
      choices: [
        {value: known[0] ?? '', text: '', about: ''},
        {value: 'z/z', text: 'z/z', about: ''},
      ],
    })
    expect(story.state.overlay?.pick?.choices?.map(({value}) => value)).toEqual([...known, 'z/z'])
  })
  it('is written into the prompt by Tab, and dropped by Escape', () => {
    const story = opened('/checkpoint').tell({tell: 'choices', of: 'checkpoints', choices: [{value: 'c_1', text: 'start', about: ''}]})
    press(story, 'complete')
    expect([story.state.overlay, story.state.editor.text]).toEqual([null, '/checkpoint restore c_1'])
    expect(press(opened('/sessions'), 'back').state.overlay).toBeNull()
  })
})
