// What the screen looks like, letter by letter: one golden file for each situation and size. A change of these files is a
// change of what people see and is to be read as one; `UPDATE_GOLDEN=1` writes them anew.

import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {renderToString} from 'ink'
import {createElement} from 'react'
import {beforeAll, describe, expect, it} from 'vitest'
import {App} from '../../components/app.tsx'
import {loadColours} from '../../components/highlight.ts'
import type {Size} from '../../engine/contract/screen.ts'
import {loadDiff} from '../../stores/diff.ts'
import type {AppState} from '../../stores/state.ts'
import {began, begin, session, spentOn, type Teller, teller, typing} from '../kit/screen-story.ts'

const frames = join(import.meta.dirname, '../frame')

const drawn = (state: AppState): string => `${renderToString(createElement(App, {state}), {columns: state.size.columns})}\n`

const held = (name: string, now: string): void => {
  const file = join(frames, `${name}.txt`)
  if (process.env.UPDATE_GOLDEN) writeFileSync(file, now)
  expect(now).toBe(readFileSync(file, 'utf8'))
}

const small: Size = {columns: 80, rows: 24}
const middle: Size = {columns: 120, rows: 40}
const large: Size = {columns: 200, rows: 50}
const tiny: Size = {columns: 40, rows: 12}
const lowest: Size = {columns: 20, rows: 6}

const replied = (story: Teller, agent: string, role: string, route: string, turn: number, input: number, output: number, usd: number): Teller =>
  story.event(
    'model.replied',
    {route, call: turn, text: 'I will look at `src/sum.ts` first.', calls: [], why: 'stop', usage: spentOn(input, output), usd, wallMs: 2100},
    {agent, role, task: 't_1', turn},
  )

const empty = (size: Size): Teller => teller(size).tell({tell: 'session', session: session()}, {tell: 'caught-up'})

const noModel = (size: Size): Teller =>
  teller(size).tell(
    {
      tell: 'session',
      session: session({
        route: 'embedded/search',
        noModel: 'No model configured. Embedded search engine: fixes small bugs shown by failing tests. Set OPENAI_API_KEY or start an Ollama for more.',
      }),
    },
    {tell: 'caught-up'},
  )

/** What went wrong is read to its end. */
const refused = (size: Size): Teller =>
  oneCoder(size).tell({
    tell: 'trouble',
    text: 'there is no provider or alias named foo (providers: openai, anthropic, openrouter, ollama, llamacpp, vllm, sglang, embedded, replay). write PROVIDER/MODEL, such as openai/gpt-5.2',
  })

const oneCoder = (size: Size): Teller => {
  const story = begin(teller(size), [{role: 'coder', phase: 'implement'}], {git: {branch: 'main', dirty: 2}})
  replied(story, 'a_1', 'coder', 'ollama/qwen3-coder', 1, 11_200, 400, 0)
  return story.event(
    'tool.called',
    {
      call: 'c_1',
      tool: 'shell',
      input: {command: 'npm test'},
      needs: ['shell(npm test)'],
      effect: true,
      sandbox: {level: 'bwrap', writes: 'confined', network: 'off'},
    },
    {agent: 'a_1', role: 'coder', task: 't_1', turn: 1},
  )
}

const crew = (size: Size): Teller => {
  const story = begin(teller(size), [
    {role: 'planner', phase: 'plan'},
    {role: 'coder', phase: 'implement'},
    {role: 'tester', phase: 'test'},
  ])
  replied(story, 'a_1', 'planner', 'openai/gpt-5', 1, 4200, 600, 0.0184)
  story.event(
    'plan.updated',
    {tasks: [{id: '1', title: 'sum() ignores blanks', after: [], accept: ['sum([1, null]) is 1'], state: 'doing'}]},
    {agent: 'a_1', role: 'planner'},
  )
  story.event('phase.handed', {outcome: 'finished', text: 'one task'}, {agent: 'a_1', role: 'planner', task: 't_1'})
  replied(story, 'a_2', 'coder', 'ollama/qwen3-coder', 3, 36_100, 900, 0)
  story.act({do: 'command', command: 'focus-number', digit: 2})
  return story.event('model.delta', {text: 'The blanks'}, {agent: 'a_2', role: 'coder', passing: true})
}

const candidates = (size: Size): Teller => {
  const story = begin(
    teller(size),
    [1, 2, 3, 4].map((candidate) => ({role: 'coder', phase: 'implement', candidate})),
  )
  for (const at of [1, 2, 3, 4]) replied(story, `a_${at}`, 'coder', 'ollama/qwen3-coder', at, 9000 + at * 100, 300, 0)
  return story.event('breaker.turned', {route: 'openai/gpt-5', state: 'open', why: '429'})
}

const asking = (size: Size): Teller => {
  const story = begin(teller(size), [{role: 'coder', phase: 'implement'}])
  const input = JSON.stringify({path: 'src/sum.ts', old: 'return list.reduce((a, b) => a + b)', new: 'return list.filter(isNumber).reduce((a, b) => a + b, 0)'})
  story.event(
    'model.replied',
    {route: 'ollama/qwen3-coder', call: 1, text: '', calls: [{id: 'c_1', tool: 'edit', input}], why: 'calls', usage: spentOn(9000, 200), usd: 0, wallMs: 900},
    {agent: 'a_1', role: 'coder', task: 't_1', turn: 1},
  )
  return story.event(
    'ask.raised',
    {
      ask: 'q_1',
      kind: 'permission',
      text: 'coder wants to write(src/sum.ts) (mode ask: every write and command needs a person)',
      choices: ['once', 'run', 'always', 'deny'],
      rule: 'write(src/sum.ts)',
      rules: ['write(src/sum.ts)'],
      call: 'c_1',
    },
    {agent: 'a_1', role: 'coder', task: 't_1'},
  )
}

const gated = (size: Size): Teller => {
  const story = begin(teller(size), [{role: 'coder', phase: 'implement'}])
  story.event('phase.handed', {outcome: 'finished', text: 'done'}, {agent: 'a_1', role: 'coder', task: 't_1'})
  const gate = {gate: 'tests', command: 'npm test', treeSha256: '3f'.repeat(32)}
  const counts = {passed: 11, failed: 1, skipped: 0, failedBefore: 1}
  story.event('gate.started', gate)
  story.event('gate.failed', {
    ...gate,
    exitCode: 1,
    outputSha256: 'ab'.repeat(32),
    startedAt: 1_767_323_050_000,
    wallMs: 3100,
    summary: '1 of 12 failed: sum ignores blanks',
    counts,
  })
  story.event('gate.started', {...gate, treeSha256: '77'.repeat(32)})
  story.event('gate.passed', {
    ...gate,
    treeSha256: '77'.repeat(32),
    exitCode: 0,
    outputSha256: 'cd'.repeat(32),
    startedAt: 1_767_323_059_000,
    wallMs: 2900,
    summary: '12 passed',
    counts: {...counts, passed: 12, failed: 0},
  })
  return story.act({do: 'command', command: 'evidence'})
}

const planned = (size: Size): Teller => {
  const story = crew(size)
  const task = (id: string, title: string, state: string, after: string[] = []) => ({id, title, after, accept: [`${title} works`], state})
  const tasks = [
    task('1', 'filter blanks', 'done'),
    task('2', 'add a test', 'doing', ['1']),
    task('3', 'document it', 'open', ['1']),
    task('4', 'release', 'open', ['2', '3']),
  ]
  return story.event('plan.updated', {tasks, note: 'small steps'}, {agent: 'a_1', role: 'planner'})
}

const spent = (size: Size): Teller => {
  const story = crew(size)
  for (const turn of [4, 5, 6, 7]) replied(story, 'a_2', 'coder', 'ollama/qwen3-coder', turn, 1000 * turn ** 2, 400, 0)
  return replied(story, 'a_1', 'planner', 'openai/gpt-5', 2, 9000, 1200, 0.031)
}

const question = (size: Size): Teller =>
  crew(size).event(
    'ask.raised',
    {
      ask: 'q_1',
      kind: 'question',
      text: 'Which **blanks** count?\n\n- `null` and `undefined`\n- empty texts too',
      choices: ['only null', 'both', 'neither of them, but a text of nothing but blanks counts, as it does in the spreadsheet that these numbers come from'],
    },
    {agent: 'a_1', role: 'planner'},
  )

const busyPrompt = (size: Size): Teller =>
  crew(size)
    .tell({
      tell: 'session',
      session: session({live: true, run: 'r_1', session: 'r_1', queue: ['and then lint', 'write the changelog'], settings: {permission: 'plan'}}),
    })
    .act(...typing('/th'))

const side = (size: Size): Teller =>
  asking(size).act({do: 'command', command: 'answer-later'}, {do: 'command', command: 'diff'}, {do: 'command', command: 'diff-style'})

const shell = (size: Size): Teller =>
  crew(size)
    .act(...typing('!top'), {do: 'command', command: 'accept'})
    .tell(
      {tell: 'pane', pane: {pane: 's_1', kind: 'shell', title: 'top', size: {columns: 80, rows: 20}}},
      {tell: 'answered', id: 1, ok: true, text: '', pane: 's_1'},
    )

const situations: readonly [string, (size: Size) => Teller, readonly Size[]][] = [
  ['empty', empty, [small, middle, large, tiny]],
  ['no-model', noModel, [small, middle, tiny]],
  ['refused', refused, [small, tiny]],
  ['one-agent', oneCoder, [small, middle, large, tiny]],
  ['crew', crew, [small, middle, large, tiny]],
  ['four-coders', candidates, [small, middle, large, tiny]],
  ['ask', asking, [small, middle, large, tiny]],
  ['palette', (size) => empty(size).act({do: 'command', command: 'palette'}, ...typing('pane')), [small, middle, large]],
  [
    'sessions',
    (size) =>
      empty(size)
        .act(...typing('/resume'), {do: 'command', command: 'after'})
        .tell({
          tell: 'choices',
          of: 'sessions',
          choices: [
            {
              value: 'r_2',
              text: 'document sum() and everything else that the package exports, with an example for each of them',
              about: 'done',
              at: began - 240_000,
            },
            {value: 'r_1', text: 'sum() must ignore blanks', about: 'interrupted', at: began - 90_000_000},
          ],
        }),
    [small, middle],
  ],
  ['evidence', gated, [small, middle, large]],
  ['tasks', (size) => planned(size).act({do: 'command', command: 'tasks'}), [small, middle]],
  ['timeline', (size) => gated(size).act({do: 'command', command: 'timeline'}), [small, middle]],
  ['spend', (size) => spent(size).act({do: 'command', command: 'spend'}), [small, middle]],
  ['log', (size) => crew(size).act({do: 'command', command: 'log'}), [small, middle]],
  ['story', (size) => oneCoder(size).act({do: 'command', command: 'story'}), [small, middle]],
  ['diff', side, [small, middle]],
  ['help', (size) => empty(size).act({do: 'command', command: 'help'}), [small, middle]],
  ['question', question, [small, middle, tiny]],
  // The marked choice is read to its end, and is seen on the lowest screen.
  ['third-choice', (size) => question(size).act({do: 'command', command: 'down'}, {do: 'command', command: 'down'}), [tiny, lowest]],
  ['why-not-low', (size) => asking(size).act({do: 'command', command: 'answer-tell'}, ...typing('use the helper')), [lowest]],
  ['rule', (size) => asking(size).act({do: 'command', command: 'answer-always'}), [small]],
  ['why-not', (size) => asking(size).act({do: 'command', command: 'answer-tell'}, ...typing('use the helper')), [small]],
  ['leaving', (size) => crew(size).act({do: 'command', command: 'leave'}), [small]],
  ['typing', busyPrompt, [small, middle]],
  ['shell', shell, [small, middle]],
  ['scrolled', (size) => crew(size).act({do: 'scrolled', pane: 'a_1', isBack: true}, {do: 'scrolled', pane: 'a_2', isBack: true}), [small, middle]],
  ['zoomed', (size) => crew(size).act({do: 'command', command: 'zoom'}), [small]],
]

beforeAll(() => Promise.all([loadDiff(), loadColours()]))

describe('the screen', () => {
  for (const [name, make, sizes] of situations)
    for (const size of sizes)
      it(`${name} at ${size.columns}×${size.rows}`, () => {
        const frame = drawn(make(size).state)
        expect(frame.split('\n').length - 1).toBeLessThanOrEqual(size.rows)
        held(`${name}-${size.columns}x${size.rows}`, frame)
      })
})
