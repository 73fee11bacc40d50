// What a key does: the reducer, from what a keeper tells and a person presses to what is wished of the world.

import {describe, expect, it} from 'vitest'
import type {Effect} from '../../stores/action.ts'
import {cardAsk, choicesOf} from '../../stores/card.ts'
import {frameOf} from '../../stores/frame.ts'
import type {CommandId} from '../../stores/keys.ts'
import {looksSame} from '../../stores/picture.ts'
import {placeholderOf} from '../../stores/prompt-words.ts'
import {reduce, wantsTicks} from '../../stores/reduce.ts'
import {keyModeOf} from '../../stores/reduce-command.ts'
import type {AppState} from '../../stores/state.ts'
import {statusOf} from '../../stores/status.ts'
import {began, begin, session, type Teller, teller, typing} from '../kit/screen-story.ts'

const size = {columns: 120, rows: 40}

const idle = (): Teller => teller(size).tell({tell: 'session', session: session()}, {tell: 'caught-up'})
const working = (): Teller =>
  begin(teller(size), [
    {role: 'planner', phase: 'plan'},
    {role: 'coder', phase: 'implement'},
  ])

const press = (story: Teller, ...commands: CommandId[]): Teller => story.act(...commands.map((command) => ({do: 'command', command}) as const))

/** What was wished since, without the sizes of panes. */
const wishes = (story: Teller, done: (story: Teller) => unknown): Effect[] => {
  const before = story.effects.length
  done(story)
  return story.effects.slice(before).filter((effect) => !(effect.do === 'send' && effect.says.do === 'size'))
}
const sent = (story: Teller, done: (story: Teller) => unknown) => wishes(story, done).flatMap((effect) => (effect.do === 'send' ? [effect.says] : []))

const ask = (story: Teller, more: object = {}): Teller =>
  story.event(
    'ask.raised',
    {
      ask: 'q_1',
      kind: 'permission',
      text: 'coder wants to shell(npm i) (mode ask)',
      choices: ['once', 'run', 'always', 'deny'],
      rule: 'shell(npm i)',
      rules: ['shell(npm i)'],
      ...more,
    },
    {agent: 'a_2', role: 'coder'},
  )

describe('the prompt', () => {
  it('says what was typed, and is empty again', () => {
    const story = idle().act(...typing('fix @src/sum.ts, please'))
    expect(wishes(story, (one) => press(one, 'accept'))).toEqual([
      {do: 'send', says: {do: 'say', text: 'fix @src/sum.ts, please', files: ['src/sum.ts'], when: 'now'}},
      {do: 'remember', text: 'fix @src/sum.ts, please'},
    ])
    expect(story.state.editor.text).toBe('')
    expect(story.state.editor.history).toEqual(['fix @src/sum.ts, please'])
  })
  it('brings a large paste back as it stood, and says it whole again', () => {
    const large = Array.from({length: 10_000}, (_, at) => `line ${at}`).join('\n')
    const paste = (story: Teller): Teller => story.act({do: 'typed', event: {input: 'paste', text: large}}, ...typing(' sum it up'))
    const story = press(paste(idle()), 'accept')
    press(paste(story), 'accept', 'edit.up')
    expect(story.state.editor.text).toBe('[paste #2, 10000 lines] sum it up')
    press(story, 'edit.up')
    expect(story.state.editor.text).toBe('[paste #1, 10000 lines] sum it up')
    expect(wishes(story, (one) => press(one, 'accept'))).toMatchObject([{says: {text: `${large} sum it up`}}, {do: 'remember', text: `${large} sum it up`}])
  })
  it('says it after the work in progress, when asked to', () => {
    expect(sent(working().act(...typing('and then lint')), (one) => press(one, 'after'))).toEqual([{do: 'say', text: 'and then lint', when: 'after'}])
  })
  it('keeps what nobody would hear', () => {
    const story = idle().act({do: 'link', state: 'lost'}, ...typing('fix it'))
    expect(sent(story, (one) => press(one, 'accept'))).toEqual([])
    expect(story.state.editor.text).toBe('fix it')
    expect(story.state.toasts[0]?.tone).toBe('bad')
  })
  it('says it to the next keeper while one is sought, and shows nobody at work meanwhile', () => {
    const story = ask(working()).act({do: 'link', state: 'seeking'})
    expect([story.state.card, story.state.panes.length > 0]).toEqual([null, true])
    expect(Object.values(story.state.view.agents).filter(({endedAt, state}) => !endedAt && state !== 'lost')).toEqual([])
    story.act(...typing('and lint'))
    expect(sent(story, (one) => press(one, 'accept'))).toEqual([{do: 'say', text: 'and lint', when: 'now'}])
    expect(story.act({do: 'link', state: 'here'}).state.link).toBe('here')
  })
  it('says that the model sees no images before one is sent, and sends its name all the same when that is meant', () => {
    const seeing = (sees?: boolean) =>
      idle()
        .tell({tell: 'session', session: session(sees === undefined ? {} : {sees})})
        .act(...typing('look at @shot.png'))
    const blind = seeing(false)
    expect(sent(blind, (one) => press(one, 'accept'))).toEqual([])
    expect([blind.state.editor.text, blind.state.toasts.at(-1)?.tone]).toEqual(['look at @shot.png', 'bad'])
    expect(sent(blind, (one) => press(one, 'accept'))).toMatchObject([{do: 'say', files: ['shot.png']}])
    for (const sees of [true, undefined]) expect(sent(seeing(sees), (one) => press(one, 'accept'))).toMatchObject([{do: 'say', text: 'look at @shot.png'}])
  })
  it('opens a pane for a command of the person', () => {
    expect(sent(idle().act(...typing('!ls -l')), (one) => press(one, 'accept'))).toMatchObject([{do: 'open', id: 1, command: 'ls -l'}])
  })
  it('takes a path for words, and two slashes for one', () => {
    expect(sent(idle().act(...typing('/etc/hosts is wrong')), (one) => press(one, 'accept'))).toMatchObject([{text: '/etc/hosts is wrong'}])
    expect(sent(idle().act(...typing('//model is a word')), (one) => press(one, 'accept'))).toMatchObject([{text: '/model is a word'}])
  })
  it('refuses a command that is none, and says so', () => {
    const story = idle().act(...typing('/nonsense'))
    expect(sent(story, (one) => press(one, 'accept'))).toEqual([])
    expect(story.state.toasts.at(-1)?.text).toContain('/nonsense is no command')
  })
  it('completes commands, their words, and files that it asks for', () => {
    const story = idle().act(...typing('/the'))
    expect(story.state.popup?.items[0]?.text).toBe('theme')
    press(story, 'accept')
    expect(story.state.editor.text).toBe('/theme ')
    expect(story.state.popup?.items.map(({text}) => text)).toContain('light')
    const file = idle()
    expect(wishes(file, (one) => one.act(...typing('see @su'))).at(-1)).toEqual({do: 'find', for: 'su'})
    file.act({do: 'found', for: 's', items: ['old.ts']})
    expect(file.state.popup?.items).toEqual([])
    file.act({do: 'found', for: 'su', items: ['src/sum.ts']})
    press(file, 'complete')
    expect(file.state.editor.text).toBe('see @src/sum.ts ')
  })
  it('gives back the last request, and clears on ctrl+c', () => {
    const story = press(working(), 'rewind')
    expect(story.state.editor.text).toBe('sum() must ignore blanks; add a test')
    expect(press(story, 'clear').state.editor.text).toBe('')
  })
})

describe('escape', () => {
  it('stops the agent in focus, or all when it does nothing', () => {
    const story = working()
    expect(sent(story, (one) => press(one, 'interrupt'))).toEqual([{do: 'interrupt', agent: 'a_2'}])
    story.event('phase.handed', {outcome: 'finished', text: ''}, {agent: 'a_2', role: 'coder'})
    expect(sent(story, (one) => press(one, 'interrupt'))).toEqual([{do: 'interrupt'}])
  })
  it.each([
    ['thinks', 'model.asked', {route: 'x/y', call: 1}],
    ['writes', 'model.delta', {text: 'more'}],
    ['runs a command', 'tool.called', {call: 'c1', tool: 'shell', input: {}, needs: [], touches: [], effect: true}],
  ] as const)('stops whoever %s in the same step', (_, type, body) => {
    const story = working()
    story.event(type, body as never, {agent: 'a_2', role: 'coder'})
    expect(sent(story, (one) => press(one, 'interrupt'))).toEqual([{do: 'interrupt', agent: 'a_2'}])
  })
  it('does nothing when nothing goes on', () => expect(sent(idle(), (one) => press(one, 'interrupt'))).toEqual([]))
})

describe('leaving', () => {
  it('is at once when nothing goes on', () => expect(wishes(idle(), (one) => press(one, 'leave'))).toEqual([{do: 'leave', stop: true}]))
  it('asks what becomes of the work, and takes each answer', () => {
    const asked = () => press(working(), 'leave')
    expect(asked().state.card?.ask).toBe('leave')
    expect(wishes(asked(), (one) => one.act({do: 'command', command: 'answer-number', digit: 1}))).toEqual([{do: 'leave', stop: false}])
    expect(wishes(asked(), (one) => one.act({do: 'command', command: 'answer-number', digit: 2}))).toEqual([{do: 'leave', stop: true}])
    const stayed = asked()
    expect(wishes(stayed, (one) => press(one, 'interrupt'))).toEqual([])
    expect(stayed.state.card).toBeNull()
    expect(press(stayed, 'leave').state.card?.ask).toBe('leave')
  })
  it('leaves the work running when it is meant twice', () =>
    expect(wishes(press(working(), 'leave'), (one) => press(one, 'leave'))).toEqual([{do: 'leave', stop: false}]))
})

describe('an ask', () => {
  it('opens its card, takes the keys and is noticed', () => {
    const story = working()
    expect(wishes(story, ask)).toEqual([{do: 'notify', text: 'coder wants to shell(npm i) (mode ask)'}])
    expect(keyModeOf(story.state)).toBe('ask')
    expect(story.state.view.agents.a_2?.state).toBe('waiting')
    const known = cardAsk(story.state)
    expect(known && choicesOf(known).map(({key, choice}) => key + choice)).toEqual(['yonce', 'rrun', 'aalways', 'ndeny', 'tdeny'])
  })
  it.each([
    ['answer-once', [{do: 'answer', ask: 'q_1', choice: 'once'}]],
    ['answer-run', [{do: 'answer', ask: 'q_1', choice: 'run'}]],
    ['answer-deny', [{do: 'answer', ask: 'q_1', choice: 'deny'}]],
  ] as const)('is answered by %s', (command, says) => {
    const story = ask(working())
    expect(sent(story, (one) => press(one, command))).toEqual(says)
    expect(story.state.card).toBeNull()
  })
  it('allows for good by a rule that is shown first, and can be made wider', () => {
    const story = press(ask(working()), 'answer-always')
    expect([story.state.card?.typed?.text, keyModeOf(story.state)]).toEqual(['shell(npm i)', 'palette'])
    expect(sent(press(ask(working()), 'answer-always'), (one) => press(one, 'accept'))).toEqual([
      {do: 'answer', ask: 'q_1', choice: 'always', text: 'shell(npm i)'},
    ])
    press(story, 'edit.left').act(...typing(' *'))
    expect(sent(story, (one) => press(one, 'accept'))).toEqual([{do: 'answer', ask: 'q_1', choice: 'always', text: 'shell(npm i *)'}])
  })
  it.each(['shell', 'shell(*)', 'everything', 'run(npm i)'])('writes no rule %s', (text) => {
    const story = press(ask(working()), 'answer-always')
    press(story, 'edit.kill-line-start').act(...typing(text))
    expect(sent(story, (one) => press(one, 'accept'))).toEqual([])
    expect(story.state.toasts.at(-1)?.text).toContain('is no rule')
    expect(press(story, 'back').state.card?.typed).toBeNull()
  })
  it('says where a rule was written', () => {
    const story = ask(working()).event('policy.changed', {change: 'allowed', rules: ['shell(npm i)'], file: '.penguin/config.local.yml'})
    expect(story.state.toasts.at(-1)).toMatchObject({text: 'rule written to .penguin/config.local.yml', tone: 'good'})
  })
  it('offers no rule where none would help', () => {
    const story = ask(working(), {choices: ['once', 'run', 'deny'], rules: undefined})
    const known = cardAsk(story.state)
    expect(known && choicesOf(known).map(({key}) => key)).toEqual(['y', 'r', 'n', 't'])
  })
  it('is denied with a reason', () => {
    const story = press(ask(working()), 'answer-tell')
    expect(keyModeOf(story.state)).toBe('palette')
    story.act(...typing('use pnpm'))
    expect(sent(story, (one) => press(one, 'accept'))).toEqual([{do: 'answer', ask: 'q_1', choice: 'deny', text: 'use pnpm'}])
    expect(story.state.editor.text).toBe('')
  })
  it('takes no key of somebody who is typing, until they turn to it', () => {
    const story = ask(working().act(...typing('mayb')))
    expect([story.state.card?.asleep, keyModeOf(story.state)]).toEqual([true, 'prompt'])
    expect(wishes(story, (one) => one.act(...typing('y')))).toEqual([])
    expect(story.state.editor.text).toBe('mayby')
    press(story, 'focus-needy')
    expect(keyModeOf(story.state)).toBe('ask')
    expect(keyModeOf(ask(working().act({do: 'mode', mode: 'pane'})).state)).toBe('pane')
  })
  it('takes no key that was on its way when it came', () => {
    const story = ask(working())
    const at = story.state.card?.since ?? 0
    expect(sent(story, (one) => one.act({do: 'command', command: 'answer-once', at: at + 100}, {do: 'command', command: 'accept', at: at + 100}))).toEqual([])
    expect(sent(story, (one) => one.act({do: 'command', command: 'answer-once', at: at + 900}))).toHaveLength(1)
  })
  it('leaves to the prompt what is no answer, and takes nothing after it', () => {
    const story = ask(working())
    expect(wishes(story, (one) => one.act(...typing('!')))).toEqual([])
    expect([keyModeOf(story.state), story.state.editor.text, story.state.card?.asleep]).toEqual(['prompt', '!', true])
  })
  it('waits below a view that is opened over it', () => {
    const story = press(ask(working()), 'timeline')
    expect(keyModeOf(story.state)).toBe('view')
    expect(keyModeOf(press(story, 'back').state)).toBe('ask')
  })
  it('is denied by Escape, and whoever asks is stopped in the same step', () => {
    const story = ask(working())
    const at = story.state.card?.since ?? 0
    expect(sent(story, (one) => one.act({do: 'command', command: 'interrupt', at: at + 50}))).toEqual([{do: 'interrupt', agent: 'a_2'}])
    expect([story.state.card, keyModeOf(story.state), story.state.toasts.at(-1)?.text]).toEqual([null, 'prompt', 'coder is stopped; say how to go on'])
    const question = ask(working(), {kind: 'question', text: 'Which one?', choices: ['blue', 'red'], rule: undefined})
    expect(sent(question, (one) => press(one, 'interrupt'))).toEqual([{do: 'interrupt', agent: 'a_2'}])
  })
  it('takes no Escape that was meant for another agent when it came', () => {
    const story = press(ask(working()), 'focus-next')
    expect(story.state.layout.focus).not.toBe('a_2')
    const [focus, at] = [story.state.layout.focus, story.state.card?.since ?? 0]
    const says = sent(story, (one) => one.act({do: 'command', command: 'interrupt', at: at + 50}))
    expect(says).not.toContainEqual({do: 'interrupt', agent: 'a_2'})
    expect([says.length, story.state.card?.ask, story.state.layout.focus]).toEqual([1, 'q_1', focus])
    expect(sent(story, (one) => one.act({do: 'command', command: 'interrupt', at: at + 900}))).toEqual([{do: 'interrupt', agent: 'a_2'}])
  })
  it('of the screen itself is put off by Escape: nobody is stopped', () => {
    const story = idle().tell({tell: 'asks', ask: {ask: 'trust', text: 'This folder brings hooks.', choices: ['once', 'always', 'deny']}})
    expect(sent(story, (one) => press(one, 'interrupt'))).toEqual([])
    expect([story.state.card, story.state.keeperAsks.length]).toEqual([null, 1])
  })
  it('is put off and found again', () => {
    const story = press(ask(working()), 'answer-later')
    expect(placeholderOf(story.state)).toBe('alt+g answers coder · say something now')
    expect([story.state.card, keyModeOf(story.state)]).toEqual([null, 'prompt'])
    press(story, 'focus-needy')
    expect([story.state.card?.ask, story.state.layout.focus]).toEqual(['q_1', 'a_2'])
  })
  it('goes away when somebody else has answered it', () => {
    const story = ask(working()).event('ask.answered', {ask: 'q_1', choice: 'once', by: 'person'}, {agent: 'a_2', role: 'coder'})
    expect([story.state.card, story.state.view.asks, story.state.view.agents.a_2?.state]).toEqual([null, [], 'thinking'])
  })
  it('with choices is answered by number or in own words', () => {
    const question = () => ask(working(), {kind: 'question', text: 'Which one?', choices: ['blue', 'red'], rule: undefined})
    expect(sent(question(), (one) => one.act({do: 'command', command: 'answer-number', digit: 2}))).toEqual([{do: 'answer', ask: 'q_1', choice: 'red'}])
    const own = press(question(), 'answer-tell').act(...typing('green'))
    expect(sent(own, (one) => press(one, 'accept'))).toEqual([{do: 'answer', ask: 'q_1', choice: 'green', text: 'green'}])
    expect(sent(press(question(), 'answer-tell'), (one) => press(one, 'accept'))).toEqual([])
  })
  it('of the keeper is answered as well, and stays until it is settled', () => {
    const story = idle().tell({tell: 'asks', ask: {ask: 'trust', text: 'This folder brings hooks.', choices: ['once', 'always', 'deny']}})
    expect(sent(story, (one) => press(one, 'answer-always'))).toEqual([{do: 'answer', ask: 'trust', choice: 'always'}])
    expect(story.state.keeperAsks).toHaveLength(1)
    expect(story.tell({tell: 'settled', ask: 'trust'}).state.keeperAsks).toHaveLength(0)
  })
})

describe('a plan', () => {
  const usage = {total: {input: 0, output: 0, reasoning: 0, cached: 0, usd: 0, calls: 0, wallMs: 0, thinkingMs: 0}, models: {}, roles: {}}
  const planning = (): Teller => begin(teller(size), [{role: 'planner', phase: 'plan'}], {settings: {permission: 'plan'}})
  const answered = (story: Teller, text = ''): Teller =>
    story.event('run.closed', {
      ...{outcome: 'answered', reason: 'planned', exitCode: 0, text, gates: [], files: [], usage},
      ...{dropped: {}, checkpoint: null, resume: ''},
    })
  const planned = (): Teller =>
    answered(
      planning().event(
        'plan.updated',
        {tasks: [{id: '1', title: 'filter blanks', after: [], accept: ['12 tests pass'], state: 'open'}]},
        {agent: 'a_1', role: 'planner'},
      ),
    )
  it('that is approved is carried out', () => {
    expect(sent(planned(), (one) => press(one, 'answer-once'))).toEqual([
      {do: 'set', settings: {permission: null}},
      {do: 'say', text: 'Carry out the plan:\n1. filter blanks\n   - 12 tests pass', when: 'now'},
    ])
  })
  it('can be changed first', () => {
    const story = press(planned(), 'answer-edit').act(...typing('\n2. lint'))
    expect(sent(story, (one) => press(one, 'accept'))[1]).toMatchObject({text: expect.stringContaining('- 12 tests pass\n2. lint')})
  })
  it('can be left', () => expect(sent(planned(), (one) => press(one, 'answer-deny'))).toEqual([]))
  it('in words alone is approved as well, and can be changed', () => {
    const words = '1. read sum.ts\n2. filter blanks'
    expect(sent(answered(planning(), words), (one) => press(one, 'answer-once'))[1]).toMatchObject({do: 'say', text: `Carry out the plan:\n${words}`})
    const story = press(answered(planning(), words), 'answer-edit').act(...typing('\n3. lint'))
    expect(sent(story, (one) => press(one, 'accept'))[1]).toMatchObject({text: `Carry out this plan:\n${words}\n3. lint`})
  })
  it('is no answer to a question, and none that is empty', () => {
    const asked = planning().event('user.said', {text: 'what does sum.ts do? ', files: []})
    expect(cardAsk(answered(asked, 'It adds.').state)).toBeUndefined()
    expect(cardAsk(answered(planning()).state)).toBeUndefined()
  })
})

describe('a click on a choice', () => {
  const long = 'a text of nothing but blanks counts, as it does in the spreadsheet that these numbers come from'
  const asked = (rows: number, columns: number): Teller =>
    begin(teller({columns, rows}), [{role: 'coder', phase: 'implement'}]).event(
      'ask.raised',
      {ask: 'q_1', kind: 'question', text: 'Which blanks count?', choices: [long, 'none', 'all of them']},
      {agent: 'a_1', role: 'coder'},
    )
  /** `row`: of the card, from its lower border up. */
  const click = (story: Teller, row: number): number | undefined => {
    const {card} = frameOf(story.state)
    const y = (card?.y ?? 0) + (card?.height ?? 0) - 1 - row
    story.act({do: 'mouse', event: {input: 'mouse', what: 'press', button: 'left', x: 3, y, ctrl: false, alt: false, shift: false, raw: ''}})
    return story.state.card?.at
  }
  it('marks the one that it is on, whatever the rows of the others', () => {
    // The marked one is taken by it: its card is gone.
    expect([1, 2, 3, 4, 5].map((row) => click(press(asked(24, 80), 'down'), row))).toEqual([3, 2, undefined, 0, 0])
    // Two side by side are for the keys; the marked one is read whole above them.
    expect([1, 2, 3, 5].map((row) => click(asked(12, 40), row))).toEqual([3, 0, undefined, undefined])
    expect(click(press(asked(12, 40), 'down', 'down', 'down'), 3)).toBe(0)
    // Of as many as the lowest screen shows.
    expect(click(press(asked(6, 20), 'down'), 1)).toBeUndefined()
  })
})

describe('what may be done without asking', () => {
  it('is turned over by one key, never to everything', () => {
    const story = idle()
    const turned = ['edit', 'plan', 'ask', 'edit'].map(() => {
      const [says] = sent(story, (one) => press(one, 'permission-next'))
      if (says?.do === 'set') story.tell({tell: 'session', session: session({settings: {permission: says.settings.permission ?? undefined}})})
      return says
    })
    expect(turned).toEqual(['edit', 'plan', 'ask', 'edit'].map((permission) => ({do: 'set', settings: {permission}})))
    story.tell({tell: 'session', session: session({settings: {permission: 'auto'}})})
    expect(sent(story, (one) => press(one, 'permission-next'))).toEqual([{do: 'set', settings: {permission: 'ask'}}])
  })
})

describe('what is said at once', () => {
  it('makes the panes of agents that were scrolled follow again; what waits does not', () => {
    const follow = [
      {do: 'pane', pane: 'a_1', command: 'last'},
      {do: 'pane', pane: 'a_2', command: 'last'},
    ]
    const seen = (command: CommandId) => wishes(working().act(...typing('go on')), (one) => press(one, command)).filter((effect) => effect.do === 'pane')
    expect(seen('accept')).toEqual(follow)
    expect(seen('after')).toEqual([])
  })
})

describe('panes', () => {
  it('are asked to be as large as they are drawn, once', () => {
    const story = working()
    const sizes = story.effects.flatMap((effect) => (effect.do === 'send' && effect.says.do === 'size' ? [effect.says] : []))
    expect(sizes.slice(-2)).toEqual([
      {do: 'size', pane: 'a_1', size: {columns: 58, rows: 36}},
      {do: 'size', pane: 'a_2', size: {columns: 58, rows: 36}},
    ])
    const before = story.effects.length
    story.act({do: 'tick', at: began + 60_000})
    expect(story.effects).toHaveLength(before)
  })
  it('of a command get the keys when they open, and give them back when it ends', () => {
    const story = idle().act(...typing('!top'))
    press(story, 'accept')
    const note = {pane: 's_1', kind: 'shell', title: 'top', size: {columns: 80, rows: 20}} as const
    story.tell({tell: 'pane', pane: note}, {tell: 'answered', id: 1, ok: true, text: '', pane: 's_1'})
    expect([keyModeOf(story.state), story.state.layout.focus]).toEqual(['pane', 's_1'])
    story.tell({tell: 'pane', pane: {...note, ended: 'exit 0'}})
    expect(keyModeOf(story.state)).toBe('prompt')
    expect(sent(story, (one) => press(one, 'shut'))).toEqual([{do: 'shut', pane: 's_1'}])
    expect(story.tell({tell: 'gone', pane: 's_1'}).state.panes).toEqual([])
  })
  it('take a click for the focus, and a drag of a border for its place', () => {
    const story = working()
    const mouse = (what: 'press' | 'drag' | 'release', x: number, y: number) =>
      story.act({do: 'mouse', event: {input: 'mouse', what, button: 'left', x, y, ctrl: false, alt: false, shift: false, raw: ''}})
    expect(wishes(story, () => mouse('press', 80, 10))).toMatchObject([{do: 'pane-mouse', pane: 'a_2', event: {x: 19, y: 9}}])
    expect(story.state.layout.focus).toBe('a_2')
    mouse('press', 59, 10)
    mouse('drag', 79, 10)
    mouse('release', 79, 10)
    expect(frameOf(story.state).panes.map(({outer}) => outer.width)).toEqual([80, 40])
    expect(story.state.grip).toBeNull()
  })
  it('are zoomed, hidden and shown again', () => {
    const story = press(working(), 'zoom')
    expect(frameOf(story.state).panes).toHaveLength(1)
    press(story, 'zoom', 'hide')
    expect(frameOf(story.state).panes.map(({pane}) => pane)).toEqual(['a_1'])
    expect(frameOf(press(story, 'show-all').state).panes).toHaveLength(2)
  })
})

describe('the focus', () => {
  const started = (story: Teller, agent: string): Teller =>
    story.event('task.started', {role: 'coder', attempt: 2, phase: 'repair', candidate: 1, fresh: false, brief: ''}, {agent, role: 'coder'})
  it('goes to whoever begins to work, until the person moves it', () => {
    const story = working()
    expect(story.state.layout.focus).toBe('a_2')
    expect(started(story, 'a_1').state.layout.focus).toBe('a_1')
    press(story, 'focus-next')
    expect(started(story, 'a_1').state.layout.focus).toBe('a_2')
  })
  it('stays where somebody types', () => expect(started(working().act({do: 'mode', mode: 'pane'}), 'a_1').state.layout.focus).toBe('a_2'))
})

describe('a view', () => {
  it('opens and closes by its key, moves and filters', () => {
    const story = press(working(), 'log')
    expect(keyModeOf(story.state)).toBe('view')
    expect(story.state.overlay?.at).toBe(story.state.view.log.length - 1)
    press(story, 'first', 'down')
    expect(story.state.overlay?.at).toBe(1)
    press(story, 'search.down').act(...typing('hired'))
    expect(keyModeOf(story.state)).toBe('palette')
    press(story, 'accept')
    expect(keyModeOf(story.state)).toBe('view')
    expect(press(story, 'log').state.overlay).toBeNull()
  })
  it('that grows is followed by who looks at its end, and by nobody else', () => {
    const story = press(working(), 'log')
    const at = () => story.state.overlay?.at
    const end = () => story.state.view.log.length - 1
    story.event('notice', {code: 'x', text: 'more'})
    expect(at()).toBe(end())
    press(story, 'up').event('notice', {code: 'x', text: 'and more'})
    expect(at()).toBe(end() - 2)
  })
  it('of everything does what is chosen', () => {
    const story = press(idle(), 'palette').act(...typing('doctor'))
    expect(sent(story, (one) => press(one, 'accept'))).toMatchObject([{do: 'open', command: 'penguin doctor'}])
    expect(story.state.overlay).toBeNull()
    const words = press(idle(), 'palette').act(...typing('steer'))
    press(words, 'accept')
    expect(words.state.editor.text).toBe('/steer ')
  })
})

describe('time', () => {
  it('is only asked for while something runs or is about to vanish', () => {
    const moving = (story: Teller) => ({...story.state, look: {...story.state.look, motion: true}})
    expect([wantsTicks(idle().state), wantsTicks(moving(idle())), wantsTicks(moving(working()))]).toEqual([false, false, true])
    const story = idle().act({do: 'toast', text: 'copied'})
    expect(wantsTicks(story.state)).toBe(true)
    story.act({do: 'tick', at: began + 6000})
    expect([story.state.toasts, wantsTicks(story.state)]).toEqual([[], false])
  })
  it('stands still while everybody is stopped, and says so', () => {
    const moving = (story: Teller) => ({...story.state, look: {...story.state.look, motion: true}})
    const story = working()
    const at = Object.values(story.state.view.agents)
    for (const {id, role} of at) story.event('role.idle', {}, {agent: id, role})
    story.act({do: 'tick', at: story.state.now + 60_000})
    expect(wantsTicks(moving(story))).toBe(false)
    expect(
      statusOf(story.state, 80)
        .map(({text}) => text)
        .join(''),
    ).toMatch(/^ stopped /)
    story.event('model.asked', {route: 'x/y', call: 2} as never, {agent: at[0]?.id ?? '', role: at[0]?.role ?? ''})
    expect(wantsTicks(moving(story))).toBe(true)
  })
  it('stands still with reduced motion, until something happens', () => expect(wantsTicks(working().state)).toBe(false))
})

describe('the picture', () => {
  const reduceTyped = (state: AppState, text: string): AppState => typing(text).reduce((now, action) => reduce(now, action).state, state)
  const coder = {agent: 'a_2', role: 'coder'}
  const delta = (story: Teller): AppState => story.event('model.delta', {text: 'more'}, {...coder, passing: true, after: 0}).state
  it('is the same while a text streams into a pane, and not when its story is open', () => {
    const story = working()
    delta(story)
    const before = story.state
    expect(looksSame(before, delta(story))).toBe(true)
    const open = press(story, 'focus-next', 'story').state
    expect(looksSame(open, delta(story))).toBe(false)
  })
  it('is the same for what is typed, until the prompt is higher or something comes up', () => {
    const before = working().state
    const having = (text: string): AppState => reduceTyped(before, text)
    expect(looksSame(before, having('a'))).toBe(true)
    expect(looksSame(before, having('a'.repeat(before.size.columns * 2)))).toBe(false)
    expect(looksSame(before, having('/'))).toBe(false)
  })
  it('changes with a second, a command, a state and a size', () => {
    const story = working()
    const changes = (act: (story: Teller) => unknown): boolean => {
      const before = story.state
      act(story)
      return !looksSame(before, story.state)
    }
    expect(changes((one) => one.act({do: 'tick', at: one.state.now + 1000}))).toBe(true)
    expect(changes((one) => press(one, 'palette'))).toBe(true)
    expect(
      changes((one) =>
        one.event(
          'tool.called',
          {call: 'c', tool: 'read', input: {}, needs: [], effect: false, sandbox: {level: 'bwrap', writes: 'confined', network: 'off'}},
          {...coder, after: 0},
        ),
      ),
    ).toBe(true)
    expect(changes((one) => one.act({do: 'size', size: {columns: 90, rows: 30}}))).toBe(true)
  })
})

describe('a replay', () => {
  const day = 86_400_000
  const replay = (seq: number) => ({seq, lastSeq: 9, speed: 1, paused: false, ended: false})
  /** A screen of today on which a run of yesterday is played. */
  const played = (): Teller => begin(teller(size).act({do: 'tick', at: began + day}), [{role: 'coder', phase: 'implement'}], {replay: replay(0)})
  it('goes by the time at which it happened, not by the clock of today', () => {
    const story = played()
    const at = story.state.now
    expect(at - began).toBeLessThan(day)
    story.act({do: 'tick', at: began + day + 5000})
    expect([story.state.now, story.state.now + story.state.aheadMs]).toEqual([at, began + day + 5000])
  })
  it('lets a word in the corner go after its time, and wants no ticks without one', () => {
    const story = played().act({do: 'toast', text: 'hello'})
    expect(wantsTicks(story.state)).toBe(true)
    story.act({do: 'tick', at: began + day + 2000})
    expect(story.state.toasts).toHaveLength(1)
    story.act({do: 'tick', at: began + day + 9000})
    expect([story.state.toasts, wantsTicks({...story.state, look: {...story.state.look, motion: true}})]).toEqual([[], false])
  })
})

describe('what is opened to be read', () => {
  const opened = (columns: number): Teller => {
    const story = begin(teller({columns, rows: 24}), [
      {role: 'planner', phase: 'plan'},
      {role: 'coder', phase: 'implement'},
    ]).act(...typing('/doctor'), {do: 'command', command: 'after'})
    return story.pane('s_1', 'penguin doctor', {kind: 'shell'}).tell({tell: 'answered', id: 1, ok: true, text: '', pane: 's_1'})
  }
  it('has the whole of a small screen, and gives it back when it goes', () => {
    const story = opened(80)
    expect([story.state.layout.focus, story.state.layout.zoom]).toEqual(['s_1', true])
    story.tell({tell: 'gone', pane: 's_1'})
    expect(story.state.layout.zoom).toBe(false)
  })
  it('stands beside the others where there is room', () => expect(opened(240).state.layout.zoom).toBe(false))
})
