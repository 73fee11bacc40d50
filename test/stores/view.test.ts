// The folds of the screen: what the events of a run become, and that a long session takes no more room than a short one.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {type EventType, events} from '../../engine/contract/event.ts'
import type {SessionNote} from '../../engine/contract/screen.ts'
import {headerOf, stateOf, titleIn} from '../../stores/header.ts'
import {lineWidth} from '../../stores/line.ts'
import {placeholderOf} from '../../stores/prompt-words.ts'
import {rowsOf} from '../../stores/rows/rows.ts'
import type {ListView} from '../../stores/state.ts'
import {statusOf} from '../../stores/status.ts'
import {logMost} from '../../stores/view/log.ts'
import {ranksOf} from '../../stores/view/tasks.ts'
import {viewFold} from '../../stores/view/view.ts'
import {begin, opened, spentOn, type Teller, teller} from '../kit/screen-story.ts'

const size = {columns: 120, rows: 40}
const coder = {agent: 'a_1', role: 'coder', task: 't_1'}
const words = (line: readonly {text: string}[]): string => line.map(({text}) => text).join('')
const working = (): Teller => begin(teller(size), [{role: 'coder', phase: 'implement'}])
const stateWords = (story: Teller): string => words(stateOf(story.state.view.agents.a_1 as never))
const closed = {
  outcome: 'done',
  reason: '',
  exitCode: 0,
  text: '',
  gates: [],
  usage: {total: {}, models: {}, roles: {}},
  dropped: {},
  checkpoint: null,
  resume: '',
}
const box = {level: 'bwrap', writes: 'confined', network: 'off'} as const

describe('the state of an agent', () => {
  it('follows the protocol from hired to done', () => {
    const story = working()
    const seen = [stateWords(story)]
    const then = (): void => void seen.push(stateWords(story))
    story.event('model.asked', {route: 'a/b', call: 1, attempt: 1, messages: 1, reserved: 9, requestSha256: '', sampling: {}, tools: []}, coder)
    story.event('model.delta', {text: 'I'}, {...coder, passing: true})
    then()
    story.event(
      'model.replied',
      {
        route: 'a/b',
        call: 1,
        text: 'I',
        calls: [{id: 'c', tool: 'shell', input: '{"command":"ls"}'}],
        why: 'calls',
        usage: spentOn(10, 2),
        usd: 0.5,
        wallMs: 5,
      },
      coder,
    )
    story.event('model.delta', {text: 'lost words'}, coder)
    story.event(
      'model.failed',
      {route: 'a/b', call: 2, error: {code: 'model.cut', msg: '', hint: '', again: true}, usage: spentOn(0, 0), usd: 0, wallMs: 5} as never,
      coder,
    )
    expect(stateWords(story)).toBe('● thinking')
    story.event('tool.called', {call: 'c', tool: 'shell', input: {}, needs: [], effect: true, sandbox: box}, coder)
    then()
    story.event('ask.raised', {ask: 'q_1', kind: 'question', text: '?', choices: []}, coder)
    then()
    story.event('ask.answered', {ask: 'q_1', choice: 'x', by: 'person'}, coder)
    then()
    story.event('tool.done', {call: 'c', tool: 'shell', ok: true, wallMs: 3, sandbox: box, line: 'ls'}, coder)
    then()
    story.event('phase.handed', {outcome: 'finished', text: ''}, coder)
    then()
    story.event('gate.started', {gate: 'tests', command: 'npm test', treeSha256: ''})
    then()
    const gate = {gate: 'tests', command: 'npm test', exitCode: 0, outputSha256: '', treeSha256: '', startedAt: 0, wallMs: 1, summary: '', counts: null}
    story.event('gate.passed', gate)
    story.event('role.left', {why: 'idle'}, coder)
    then()
    expect(seen).toEqual(['● thinking', '● writing', '▸ running shell', '! needs you', '▸ running shell', '● thinking', '✓ done', '▸ checking tests', '✓ done'])
    expect(story.state.view.agents.a_1).toMatchObject({tokens: 12, usd: 0.5, turn: 1, route: 'a/b'})
  })
  it('is never said to be idle while another comes in its place and goes on', () => {
    const story = working()
    const seen: string[] = []
    const then = (type: 'role.lost' | 'role.hired' | 'role.ready', body: object): void => {
      story.event(type, body as never, coder)
      seen.push(stateWords(story))
    }
    then('role.lost', {why: 'killed', replaced: true})
    then('role.hired', {ordinal: 1, process: 'child', pid: 2})
    then('role.ready', {wallMs: 1})
    expect(seen).toEqual(['✗ lost', '· starting', '● thinking'])
    story.event('run.resumed', {lastSeq: 9, interrupted: []})
    seen.push(stateWords(story))
    then('role.hired', {ordinal: 1, process: 'child', pid: 3})
    then('role.ready', {wallMs: 1})
    expect(seen.slice(3)).toEqual(['✗ lost', '· starting', '● thinking'])
    story.event('phase.handed', {outcome: 'finished', text: ''}, coder)
    then('role.hired', {ordinal: 1, process: 'child', pid: 4})
    then('role.ready', {wallMs: 1})
    expect(seen.slice(6)).toEqual(['· starting', '· idle'])
  })
  it('is lost, not at work, when its run was cut off and nobody goes on with it', () => {
    const story = begin(teller(size), [{role: 'coder', phase: 'implement'}])
    story.tell({tell: 'session', session: {...(story.state.session as SessionNote), live: false}}, {tell: 'caught-up'})
    expect([stateWords(story), words(statusOf(story.state, 120)).trim().split('  ')[0], placeholderOf(story.state)]).toEqual([
      '✗ lost',
      'cut off',
      'the run was cut off; say how to go on',
    ])
    story.tell({tell: 'session', session: {...(story.state.session as SessionNote), live: true}})
    story.event('run.resumed', {lastSeq: 9, interrupted: []})
    story.event('role.hired', {ordinal: 1, process: 'child', pid: 3}, coder)
    story.event('role.ready', {wallMs: 1}, coder)
    expect([stateWords(story), words(statusOf(story.state, 120))]).toEqual(['● thinking', expect.stringContaining('working')])
  })
  it('is not done when its run ended without it', () => {
    expect(stateWords(working().event('run.closed', {...closed, files: [], outcome: 'failed', exitCode: 1} as never))).toBe('✗ stopped')
  })
  it('says that it is lost, and how it ended otherwise', () => {
    expect(stateWords(working().event('role.lost', {why: 'killed', replaced: true}, coder))).toBe('✗ lost')
    expect(stateWords(working().event('phase.handed', {outcome: 'stuck', text: ''}, coder))).toBe('✗ stuck')
  })
  it('has the grant of the agent where it has one', () => {
    const story = working().event('budget.granted', {caps: {tokens: 9000}, node: 'a_1'}, coder)
    story.event('model.replied', {route: 'a/b', call: 1, text: '', calls: [], why: 'stop', usage: spentOn(4000, 500), usd: 0, wallMs: 5}, coder)
    const note = story.state.panes[0]
    expect(note && words(headerOf(story.state, note).spent)).toContain('4.5k/9k tok')
  })
  it('fits into any width', () => {
    const story = working()
    const note = story.state.panes[0]
    for (let columns = 1; columns < 80; columns += 1) {
      const {left, right} = titleIn(headerOf(story.state, note as never), columns)
      expect(lineWidth(left) + lineWidth(right)).toBeLessThanOrEqual(columns)
      expect(lineWidth(statusOf(story.state, columns + 2))).toBe(columns + 2)
    }
  })
})

describe('an agent whose work was given out before its process was there', () => {
  it('works, and nobody is said to be stopped', () => {
    const story = working()
    expect(stateWords(story)).toContain('thinking')
    story.event('role.ready', {wallMs: 40}, coder)
    expect(stateWords(story)).toContain('thinking')
    expect(words(statusOf(story.state, 120))).toContain('working')
    story.event('role.idle', {}, coder)
    expect(words(statusOf(story.state, 120))).toContain('stopped')
  })
})

describe('what was changed', () => {
  it('is shown as the tool read it, however the model named it', () => {
    const calls = [{id: 'c', tool: 'write', input: '{"file_path":"a.ts","content":"const fresh = 1\\n"}'}]
    const story = working()
    story.event('model.replied', {route: 'a/b', call: 1, text: '', calls, why: 'calls', usage: spentOn(1, 1), usd: 0, wallMs: 5}, coder)
    story.event('tool.called', {call: 'c', tool: 'write', input: {path: 'a.ts', text: 'const fresh = 1\n'}, needs: [], effect: true, sandbox: box}, coder)
    story.event('tool.done', {call: 'c', tool: 'write', ok: true, wallMs: 1, sandbox: box, told: '', line: 'wrote a.ts', result: {}} as never, coder)
    const shown = rowsOf(story.state, {view: 'diff', filter: {text: ''}} as never).flatMap((row) => [row.line(80), ...(row.more?.(80) ?? [])].map(words))
    expect(shown.some((line) => line.includes('+ const fresh = 1'))).toBe(true)
  })
})

describe('the plan', () => {
  it('keeps states, reasons and the order of tasks, and survives a circle', () => {
    const story = working()
    const task = (id: string, ...after: string[]) => ({id, title: id, after, accept: [], state: 'open'})
    story.event('plan.updated', {tasks: [task('1'), task('2', '1'), task('3', '1'), task('4', '3', '2')]})
    story.event('task.failed', {why: 'no', outcome: 'failed'}, {task: '2'})
    expect(story.state.view.plan.tasks[1]).toMatchObject({state: 'failed', why: 'no'})
    expect([...ranksOf(story.state.view.plan).values()]).toEqual([0, 1, 1, 2])
    story.event('plan.updated', {tasks: [task('1', '2'), task('2', '1')]})
    expect(ranksOf(story.state.view.plan).size).toBe(2)
  })
})

describe('a new run', () => {
  it('begins with nobody and nothing, and remembers what was spent', () => {
    const story = working()
    story.event('model.replied', {route: 'a/b', call: 1, text: '', calls: [], why: 'stop', usage: spentOn(100, 20), usd: 0.25, wallMs: 5}, coder)
    story.event('run.opened', {
      version: '',
      capabilities: [],
      cwd: '',
      root: '',
      configSha256: '',
      routes: {},
      sandbox: box,
      checks: [],
      instructions: [],
      trusted: true,
      failedToLoad: [],
    })
    const {agents, evidence, timeline, spend, log} = story.state.view
    expect([agents, evidence, timeline]).toEqual([{}, [], []])
    expect(spend.before).toEqual({usd: 0.25, tokens: 120})
    expect(log.length).toBeGreaterThan(3)
  })
})

describe('a long session', () => {
  it('keeps the newest and takes no more room', () => {
    const story = working()
    const long = 'word '.repeat(15_000)
    for (let turn = 1; turn <= 1200; turn += 1) {
      story.event('model.delta', {text: long.slice(0, 2000)}, {...coder, passing: true})
      story.event(
        'model.replied',
        {
          route: 'a/b',
          call: turn,
          text: turn < 6 ? long : 'short',
          calls: [{id: `c${turn}`, tool: 'shell', input: '{"command":"ls"}'}],
          why: 'calls',
          usage: spentOn(10, 2),
          usd: 0,
          wallMs: 5,
        },
        coder,
      )
      story.event('tool.called', {call: `c${turn}`, tool: 'shell', input: {command: 'ls'}, needs: [], effect: true, sandbox: box}, coder)
      story.event('tool.done', {call: `c${turn}`, tool: 'shell', ok: true, wallMs: 3, sandbox: box, line: 'ls', told: 'x'.repeat(9000)}, coder)
      story.event('gate.started', {gate: `g${turn}`, command: 'npm test', treeSha256: ''})
    }
    const {view} = story.state
    expect(view.log).toHaveLength(logMost)
    expect(view.log.at(-1)?.type).toBe('gate.started')
    expect(view.evidence.length).toBeLessThanOrEqual(200)
    expect(view.calls.size).toBeLessThanOrEqual(300)
    expect(view.stories.a_1?.parts.length).toBeLessThanOrEqual(200)
    expect(JSON.stringify(view).length).toBeLessThan(4_000_000)
  })
})

describe('the folds', () => {
  it('take whatever comes, and every view can be drawn from it', () => {
    const views: ListView[] = ['plan', 'timeline', 'evidence', 'spend', 'log', 'diff', 'story', 'help', 'palette']
    const body = fc.dictionary(
      fc.constantFrom('gate', 'text', 'call', 'ask', 'why', 'role', 'phase', 'route', 'state', 'node', 'agent', 'outcome'),
      fc.string({unit: 'grapheme'}),
    )
    const named =
      'text why gate call command tool choice by summary outputSha256 treeSha256 role phase checkpoint patch reason resume route state kind ask code msg hint line told cap outcome title'
    const base = {
      ...Object.fromEntries(named.split(' ').map((name) => [name, name])),
      ...Object.fromEntries('ordinal wallMs startedAt usd exitCode attempt candidate limit used lastSeq'.split(' ').map((name) => [name, 1])),
      ...Object.fromEntries('tasks calls choices files changes checks after accept interrupted'.split(' ').map((name) => [name, []])),
      ...{
        caps: {},
        routes: {},
        usage: {...spentOn(1, 1), total: spentOn(1, 1)},
        error: {msg: '', code: '', hint: '', again: false},
        counts: null,
        sandbox: box,
        total: {},
      },
    }
    const one = fc.record({
      type: fc.constantFrom(...(Object.keys(events) as EventType[])),
      body,
      agent: fc.option(fc.constantFrom('a_1', 'a_2'), {nil: undefined}),
      at: fc.nat(),
    })
    fc.assert(
      fc.property(fc.array(one, {maxLength: 30}), (list) => {
        const view = list.reduce(
          (state, event, seq) => viewFold.step(state, {v: 1, seq, run: 'r', trace: '', span: '', ...event, body: {...base, ...event.body}} as never),
          viewFold.empty,
        )
        const state = {...teller(size).state, view}
        for (const name of views) {
          const overlay = {view: name, filter: state.editor, filtering: false, at: 0, top: 0, open: []}
          for (const row of rowsOf({...state, overlay}, overlay)) {
            expect(lineWidth(row.line(60))).toBeGreaterThanOrEqual(0)
            row.more?.(60)
          }
        }
        expect(lineWidth(statusOf(state, 120))).toBe(120)
      }),
      {numRuns: 60},
    )
  })
})

describe('what stands in the bar and the prompt', () => {
  const replied = (story: Teller, who = coder): Teller =>
    story.event('model.replied', {route: 'a/b', call: 1, text: 'x', calls: [], why: 'stop', usage: spentOn(1000, 200), usd: 0, wallMs: 5}, who)
  const free = (story: Teller): Teller => story.tell({tell: 'session', session: {...(story.state.session as SessionNote), settings: {}}})

  it('says the tokens of the only agent once, and those of one of several by its name', () => {
    const uncapped = (crew: readonly {role: string; phase: string}[]): Teller =>
      replied(
        begin(teller(size), crew)
          .event('run.opened', {...opened, asked: {}} as never)
          .event('role.hired', {ordinal: 1, process: 'child'}, coder),
      )
    expect(words(statusOf(uncapped([{role: 'coder', phase: 'implement'}]).state, 120)).match(/1\.2k/g)).toHaveLength(1)
    const two = uncapped([{role: 'coder', phase: 'implement'}]).event('role.hired', {ordinal: 2, process: 'child'}, {agent: 'a_2', role: 'tester'})
    expect(words(statusOf(two.state, 120))).toContain('coder 1.2k')
  })
  it('after work shows the way to what was changed and back', () => {
    const story = free(working())
    expect(placeholderOf(story.state)).toContain('say something now')
    story.event('run.closed', {...closed, files: [{path: 'a.ts', change: 'changed', add: 1, del: 1}]} as never)
    expect(placeholderOf(story.state)).toBe('what shall be done? · f8 changes · f5 evidence · /undo · f1 keys')
    const nothing = working().event('run.closed', {...closed, files: []} as never)
    expect(placeholderOf(nothing.state)).toBe('what shall be done? · / commands · @ files · ! shell · f1 keys')
  })
  it('says no longer that a route is left alone once it has answered, or in the next run, which knows nothing of it', () => {
    const broken = (): Teller => working().event('breaker.turned', {route: 'a/b', state: 'open', why: 'gone'})
    const bar = (story: Teller): string => words(statusOf(story.state, 120))
    expect(bar(broken())).toContain('b @a open')
    expect(bar(replied(broken()))).not.toContain('@a open')
    expect(bar(broken().event('run.opened', opened as never))).not.toContain('@a open')
  })
  it('makes up no money for a model without a price', () => {
    const story = replied(working().event('run.opened', {...opened, unpriced: ['a/b']} as never))
    const shown = rowsOf(story.state, {view: 'spend', filter: {text: ''}} as never).map((row) => words(row.line(120)))
    expect(shown.find((line) => line.includes('b @a'))).toMatch(/no price$/)
    expect(shown.join()).not.toContain('$0.00')
  })
})
