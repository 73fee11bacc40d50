import {describe, expect, it} from 'vitest'
import type {Call, CallId, Message, Part, ProviderSettings, ToolSpec, Turn} from '../../../engine/plugin.ts'
import makeEmbedded from '../../../plugins/embedded/client.ts'
import type {Finalist, Finding} from '../../../plugins/embedded/finding.ts'
import {forModel} from '../../../plugins/embedded/finding.ts'

const settings: ProviderSettings = {
  name: 'embedded',
  protocol: 'embedded',
  baseUrl: '',
  timeouts: {connectSec: 1, firstTokenSec: 1, idleSec: 1, callSec: 1},
  net: {},
}
const client = makeEmbedded(settings)

const tool = (name: string, properties: Record<string, unknown> = {}): ToolSpec => ({name, does: name, input: {type: 'object', properties}})
const tools = [
  tool('read', {path: {}}),
  tool('edit', {path: {}, old: {}, new: {}}),
  tool('run_tests'),
  tool('eval_candidates'),
  tool('plan', {tasks: {items: {properties: {title: {}, accept: {}, id: {}, after: {}}}}}),
]
const checks = [{gate: 'tests', command: 'npm test', dir: '', runner: 'node:test'}]

const turnOf = (role: string, messages: Message[], more: Partial<Turn['envelope']> = {}): Turn => ({
  model: 'search',
  messages: [{from: 'system', text: 'system'}, {from: 'user', text: 'fix the failing tests'}, ...messages],
  tools,
  sampling: {},
  envelope: {role, goal: 'fix the failing tests', phase: 'implement', root: '/p', attempt: 1, seed: 7, checks, ...more},
  key: {role, agent: 1, call: messages.length},
})

interface Said {
  text: string
  call?: {tool: string; input: Record<string, unknown>}
  end: Extract<Part, {is: 'end'}>
}

const ask = async (turn: Turn): Promise<Said> => {
  let text = ''
  let call: Said['call']
  for await (const part of client.stream(turn, new AbortController().signal)) {
    if (part.is === 'text') text += part.text
    if (part.is === 'call') call = {tool: part.call.tool, input: JSON.parse(part.call.input) as Record<string, unknown>}
    if (part.is === 'end') return {text, call, end: part}
  }
  throw new Error('the stream had no end')
}

/** Runs a role to its end against scripted tools; gives the tools it called, in order, and its last words. */
const play = async (
  role: string,
  answers: Record<string, string | {text: string; ok: boolean} | undefined>,
  more: Partial<Turn['envelope']> = {},
  repeat: Record<string, string> = {},
) => {
  const messages: Message[] = []
  const called: {tool: string; input: Record<string, unknown>}[] = []
  for (let step = 0; step < 12; step += 1) {
    const said = await ask(turnOf(role, messages, more))
    if (!said.call) return {called, text: said.text, end: said.end}
    const call: Call = {id: `c${step}` as CallId, tool: said.call.tool, input: JSON.stringify(said.call.input)}
    const isAgain = called.some((one) => one.tool === call.tool)
    called.push(said.call)
    const answer = (isAgain ? repeat[call.tool] : undefined) ?? answers[call.tool] ?? ''
    const {text, ok} = typeof answer === 'string' ? {text: answer, ok: true} : answer
    messages.push({from: 'model', text: said.text, calls: [call]}, {from: 'tool', call: call.id, tool: call.tool, ok, text})
  }
  throw new Error('the role never came to an end')
}

const best: Finalist = {
  path: 'src/a.js',
  line: 4,
  template: 'relational operator',
  say: '`<` should be `<=`',
  fixed: 2,
  cluster: 0,
  clusters: 1,
  inputs: 160,
  difference: null,
  confidence: 'high',
  confirmed: true,
  edit: {line: 4, before: ['  if (a < b)'], after: ['  if (a <= b)']},
  old: '  if (a < b)',
  new: '  if (a <= b)',
  patch: '',
}
const fixed: Finding = {state: 'fixed', wallMs: 900, tests: 12, failing: 3, tried: 40, space: 9000, timeouts: 0, regions: 3, plausible: 2, finalists: [best]}
const red = 'tests: 3 tests fail (9 passed, 3 failed, 0 skipped)\n$ npm test  → exit code 1\n\n✗ adds > one (test/a.test.js:4)\n  1 !== 2'
const green = 'tests: green (12 passed, 0 failed, 0 skipped)\n$ npm test  → exit code 0'

describe('the coder of embedded/search', () => {
  it('runs the tests, searches, reads, edits, runs the tests again and says what is true', async () => {
    const {called, text, end} = await play('coder', {run_tests: red, eval_candidates: forModel(fixed), read: '1 x', edit: 'edited'}, {}, {run_tests: green})
    expect(called.map((one) => one.tool)).toEqual(['run_tests', 'eval_candidates', 'read', 'edit', 'run_tests'])
    expect(called[1]?.input).toMatchObject({seed: 7, failing: ['adds > one']})
    expect(called[3]?.input).toEqual({path: 'src/a.js', old: '  if (a < b)', new: '  if (a <= b)'})
    expect(text.split('\n')[0]).toBe(
      'Passes 12/12 tests (3 failed before). 1 edit, relational operator, src/a.js:4. Confidence high: the passing patches agree on 160 other inputs.',
    )
    expect(end).toMatchObject({why: 'stop', keep: {provider: 'embedded', items: [{confidence: 'high'}]}})
  })

  it('makes two edits where it takes two, each after reading its file', async () => {
    const first: Finalist = {...best, path: 'src/b.js', line: 2, old: 'b', new: 'c', say: 'first'}
    const two: Finding = {...fixed, finalists: [], steps: [first, best]}
    const {called, text, end} = await play('coder', {run_tests: red, eval_candidates: forModel(two), read: '1 x', edit: 'edited'}, {}, {run_tests: green})
    expect(called.map((one) => one.tool)).toEqual(['run_tests', 'eval_candidates', 'read', 'edit', 'read', 'edit', 'run_tests'])
    expect(called.filter((one) => one.tool === 'edit').map((one) => one.input.path)).toEqual(['src/b.js', 'src/a.js'])
    expect(text).toContain('2 edits, relational operator + relational operator')
    expect(text).toContain('src/b.js:2: first; src/a.js:4: ')
    expect(end.keep?.items).toEqual([{confidence: 'medium'}])
  })

  it('answers a question with an account and no edit, and declines what is new', async () => {
    const located: Finding = {state: 'located', wallMs: 1, tests: 12, failing: 3, failures: [], suspects: []}
    const asked = await play('coder', {run_tests: red, eval_candidates: forModel(located)}, {goal: 'why do the tests fail?'})
    expect(asked.called.map((one) => one.tool)).toEqual(['run_tests', 'eval_candidates'])
    expect(asked.called[1]?.input).toMatchObject({localize: true})
    expect(asked.text).toContain('3 of 12 tests fail')
    const made = await play('coder', {}, {goal: 'add a function multiply(a, b)'})
    expect(made.called).toEqual([])
    expect(made.text).toMatch(/^Outside what search can do/)
  })

  it('searches first where the request points', async () => {
    const {called} = await play('coder', {run_tests: red, eval_candidates: forModel(fixed), read: '', edit: ''}, {goal: 'fix the bug in src/a.js'})
    expect(called[1]?.input).toMatchObject({prefer: ['src/a.js']})
  })

  it('does not claim a fix when the tests stay red', async () => {
    const {text, end} = await play('coder', {run_tests: red, eval_candidates: forModel(fixed), read: '', edit: ''})
    expect(text).toMatch(/^Not fixed/)
    expect(end.keep?.items).toEqual([{confidence: 'low'}])
  })

  it('says that the tests could not be run with the patch in place, where they broke off', async () => {
    const broken = 'tests: exit code 1 before the tests came to their end: Error: EROFS\n$ npm test  → exit code 1'
    const {text, end} = await play('coder', {run_tests: red, eval_candidates: forModel(fixed), read: '', edit: ''}, {}, {run_tests: broken})
    expect(text).toMatch(/^Not confirmed here: .*src\/a\.js:4.*EROFS.*On a copy of the project they passed\./)
    expect(end.keep?.items).toEqual([{confidence: 'low'}])
  })

  it('gives up honestly, without an edit, when nothing passes', async () => {
    const finding: Finding = {
      state: 'unfixed',
      wallMs: 1,
      tests: 9,
      failing: 3,
      tried: 9847,
      space: 11_204,
      timeouts: 210,
      regions: 3,
      exhausted: false,
      finalists: [],
      closest: {fixes: 2, of: 3, breaks: 0, path: 'src/a.js', line: 9, say: 'x'},
      suspects: [{path: 'src/a.js', name: 'f', line: 3, score: 1, lines: [{line: 5, ochiai: 1, dstar: 3}]}],
    }
    const {called, text, end} = await play('coder', {run_tests: red, eval_candidates: forModel(finding)})
    expect(called.map((one) => one.tool)).toEqual(['run_tests', 'eval_candidates'])
    expect(text).toContain(
      'No single edit among 9,847 tried within the time given (of 11,204; 210 timed out) in 3 functions passes all tests. Closest: fixes 2 of 3, breaks 0',
    )
    expect(text).toContain('Suspicious lines: src/a.js:5 (f).')
    expect(end.keep).toBeUndefined()
  })

  it('says that a request without a failing test is outside of what it can do', async () => {
    const {called, text} = await play('coder', {run_tests: green, eval_candidates: forModel({state: 'green', wallMs: 1, tests: 12, failing: 0})})
    expect(called.some((one) => one.tool === 'edit')).toBe(false)
    expect(text).toMatch(/^Outside what search can do: 12 tests ran and none fails/)
  })

  it('stops at once where there is no check', async () => {
    const {called, text} = await play('coder', {}, {checks: []})
    expect(called).toEqual([])
    expect(text).toMatch(/no test command was found/)
  })

  it('searches longer when a check is still red, and takes its slice', async () => {
    const {called} = await play('coder', {run_tests: red, eval_candidates: forModel({state: 'green', wallMs: 1})}, {attempt: 2, slice: {index: 1, of: 3}})
    expect(called[1]?.input).toMatchObject({seconds: 90, slice: {index: 1, of: 3}})
  })

  it('shows the patch when it cannot be applied', async () => {
    const {text} = await play('coder', {run_tests: red, eval_candidates: forModel(fixed), read: '', edit: {text: 'stale', ok: false}})
    expect(text).toContain('could not be applied')
    expect(text).toContain('+   if (a <= b)')
  })
})

describe('the other roles', () => {
  it('explorer hands over failing tests and ranked places', async () => {
    const located: Finding = {
      state: 'located',
      wallMs: 1,
      tests: 12,
      failing: 3,
      runner: 'node:test',
      failures: [{name: 'adds', file: 'test/a.test.js', message: '1 !== 2', at: []}],
      suspects: [{path: 'src/a.js', name: 'f', line: 3, score: 0.7, lines: [{line: 5, ochiai: 0.7, dstar: 3}]}],
    }
    const {called, text} = await play('explorer', {run_tests: red, eval_candidates: forModel(located)})
    expect(called[1]?.input).toMatchObject({localize: true})
    expect(text).toContain('- src/a.js:5 f (suspicion 0.70)')
  })
  it('planner plans from what the explorer found', async () => {
    const turn = turnOf('planner', [])
    turn.messages[1] = {from: 'user', text: 'fix\n- src/a.js:5 f (suspicion 0.70)'}
    const said = await ask(turn)
    expect(said.call).toMatchObject({tool: 'plan', input: {tasks: [{title: 'Search for a one-edit repair of f (src/a.js:5)'}, {after: ['s1']}]}})
  })
  it('tester tells what the tests said, word for word', async () => {
    expect((await play('tester', {run_tests: red})).text).toBe(red)
  })
  it('reviewer invents no cause', async () => {
    const {text} = await play('reviewer', {run_tests: red})
    expect(text).toContain('✗ adds > one')
    expect(text).toMatch(/^Hypothesis: no single edit/m)
  })
  it('an unknown role does nothing', async () => {
    expect((await play('poet', {})).text).toMatch(/^Outside what search can do/)
  })
})

describe('the client', () => {
  it('needs no network and costs nothing', async () => {
    expect(client.card('search')).toMatchObject({tools: true, local: true, price: {usdIn: 0, usdCached: 0, usdOut: 0}})
    expect(await client.probe(new AbortController().signal)).toMatchObject({ok: true, models: ['search']})
  })
})
