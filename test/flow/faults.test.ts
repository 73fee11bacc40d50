// A model server that misbehaves in every way it can, through the real program and over each protocol: each time the
// run recovers, or ends with the right code and says why. A cut stream is never taken for an answer.

import {describe, expect, it} from 'vitest'
import {bodies, calculator, codes, edit, fix, fixed, green, read, results, types, type WayName, wayNames, ways} from '../kit/flow.ts'
import {type Asked, type Mishap, modelServer, type Scripted, type Step} from '../kit/model-server.ts'
import {type Ended, place} from '../kit/penguin.ts'

interface Wish {
  over?: WayName
  files?: Record<string, string>
  args?: string[]
  env?: Record<string, string>
}

/** One run of a script; the server's view of it comes back with it. */
const play = async (script: Step[] | ((asked: Asked) => Scripted), wish: Wish = {}): Promise<{run: Ended; requests: Asked[]; sum: string}> => {
  await using server = await modelServer(script, {models: ['m']})
  using repo = place(wish.files ?? calculator)
  const {args, env} = ways[wish.over ?? 'responses'](server)
  const run = await repo.run(['run', '--json', ...args, ...(wish.args ?? []), 'fix the failing tests'], {env: {...env, ...wish.env}})
  expect(repo.survivors()).toEqual([])
  expect(types(run.lines).at(-1), run.stderr + run.stdout.slice(-500)).toBe('run.closed')
  return {run, requests: server.requests, sum: repo.read('sum.js')}
}

/** The first request meets the mishap, everything after it goes well. */
const once = (fault: Mishap, reply: Scripted = read): Step[] => [{...reply, fault}, ...fix]

const feature: Step[] = [
  {
    calls: [
      {tool: 'read', input: {path: 'sum.js'}},
      {tool: 'read', input: {path: 'test/sum.test.js'}},
      {tool: 'list', input: {}},
    ],
  },
  {calls: [{tool: 'read', input: '{"path": "sum.js", '}]},
  {calls: [{tool: 'teleport', input: {to: 'sum.js'}}]},
  {calls: [{tool: 'read', input: {path: ['sum.js']}}]},
  {calls: [{tool: 'read', input: {path: 'no-such-file.js'}}]},
  {calls: [{tool: 'write', input: {path: 'mean.js', text: "import {sum} from './sum.js'\nexport const mean = (n) => sum(n) / n.length\n"}}]},
  {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'not there', new: 'x'}}]},
  edit,
  {
    calls: [
      {tool: 'shell', input: {command: 'ls'}},
      {tool: 'read', input: {path: 'mean.js'}},
    ],
  },
  {calls: [{tool: 'search', input: {pattern: 'reduce'}}]},
  {calls: [{tool: 'run_tests', input: {}}]},
  {calls: [{tool: 'git', input: {action: 'diff'}}]},
  {text: 'mean is there, and sum adds.'},
]

describe.concurrent.each(wayNames)('over %s', (over) => {
  it('builds a feature in 13 turns, told of each mistake and going on', async () => {
    const {run, requests} = await play(feature, {over})
    expect(run.closed, JSON.stringify(run.closed)).toMatchObject({outcome: 'done', exitCode: 0, text: 'mean is there, and sum adds.'})
    expect(run.closed?.files.map((file) => file.path)).toEqual(['mean.js', 'sum.js'])
    expect(requests).toHaveLength(13)
    const told = results(requests.at(-1) as Asked)
    expect(told).toHaveLength(15)
    const errors = bodies(run.lines, 'tool.done').flatMap((body) => (body.ok ? [] : [(body.error as {code: string}).code]))
    expect(errors).toEqual(expect.arrayContaining(['tool.unknown', 'file.missing', 'edit.nomatch']))
    expect(told.some((text) => text.includes('there is no tool named teleport'))).toBe(true)
    const calls = bodies(run.lines, 'model.replied').flatMap((body) => body.calls as {id: string}[])
    expect(new Set(calls.map((call) => call.id)).size, 'each call has an id of its own').toBe(calls.length)
  })

  it('goes on after each way to fail, one after the other, and takes nothing for an answer that was none', async () => {
    const mishaps: Mishap[] = [
      {do: 'status', status: 500},
      {do: 'reset', after: 0},
      {do: 'reset'},
      {do: 'cut'},
      {do: 'halfcall'},
      {do: 'garbage'},
      {do: 'error', message: 'overloaded'},
    ]
    const lines = (n: number): Scripted => ({calls: [{tool: 'search', input: {pattern: `reduce|${n}`}}], text: `Looking again, for the ${n}. time.`})
    const bad = mishaps.flatMap((fault, n): Step[] => [{...lines(n), fault}, lines(n)])
    const {run, requests, sum} = await play([...bad, ...fix], {over})
    expect(run.closed, JSON.stringify(run.closed)).toMatchObject({outcome: 'done', exitCode: 0})
    expect(sum).toBe(fixed)
    expect(codes(run.lines)).toHaveLength(mishaps.length)
    expect(codes(run.lines)[0]).toBe('model.broken')
    // A socket that was used before and is reset counts as cut, a new one as unreachable.
    expect(['model.unreachable', 'model.cut']).toContain(codes(run.lines)[1])
    expect(new Set(codes(run.lines).slice(2))).toEqual(new Set(['model.cut', 'model.garbled', 'model.broken']))
    expect(requests).toHaveLength(bad.length + fix.length)
    expect(run.closed?.usage.total.calls).toBe(requests.length)
    expect(bodies(run.lines, 'tool.called')).toHaveLength(mishaps.length + 2)
  })
})

describe.concurrent('recovers', () => {
  it.each<[string, Mishap]>([
    ['503', {do: 'status', status: 503}],
    ['duplicate events', {do: 'duplicate'}],
  ])('from %s', async (_name, mishap) => {
    const {run} = await play([{...read, fault: mishap}, ...(mishap.do === 'duplicate' ? fix.slice(1) : fix)])
    expect(run.closed).toMatchObject({outcome: 'done', exitCode: 0})
  })

  it('from 429, and waits as long as it was asked to', async () => {
    const {run, requests} = await play(once({do: 'status', status: 429, headers: {'retry-after': '2'}}))
    expect(run.closed).toMatchObject({outcome: 'done', exitCode: 0})
    const waited = (requests[1]?.atMs ?? 0) - (requests[0]?.atMs ?? 0)
    expect(waited).toBeGreaterThanOrEqual(2000)
    expect(waited).toBeLessThan(3500)
    expect(bodies(run.lines, 'model.failed')[0]).toMatchObject({retryInMs: 2000, error: {code: 'model.limited'}})
  })

  it('from an empty reply, once', async () => {
    const {run} = await play([{}, ...fix])
    expect(run.closed).toMatchObject({outcome: 'done', exitCode: 0})
    expect(codes(run.lines)).toEqual(['model.empty'])
  })

  it.each([
    ['in the middle, after the idle time', {do: 'silence', after: 6}, {PENGUIN_TIMEOUTS__IDLE_SEC: '1'}],
    ['from the beginning, after the time for the first token', {do: 'mute'}, {PENGUIN_TIMEOUTS__FIRST_TOKEN_SEC: '1'}],
  ] as const)('from silence %s', async (_name, mishap, env) => {
    const {run} = await play(once(mishap, {text: 'a long answer that never ends, and goes on and on'}), {env})
    expect(run.closed).toMatchObject({outcome: 'done', exitCode: 0})
    expect(codes(run.lines)).toEqual(['model.silent'])
  })

  it('from an answer that did not fit into one reply', async () => {
    const {run, requests} = await play([{text: 'It ', why: 'length'}, {text: 'sums.'}], {files: green})
    expect(run.closed).toMatchObject({outcome: 'answered', text: 'It sums.'})
    expect(requests[1]?.last).toContain('cut off at the output limit')
  })
})

describe.concurrent('ends', () => {
  it('with 6 when nothing but cut streams come, and never takes one for an answer', async () => {
    const {run} = await play([{text: 'I am done. '.repeat(20), fault: {do: 'cut'}, times: 0}], {files: green})
    expect(run.closed).toMatchObject({outcome: 'provider', exitCode: 6})
    expect(types(run.lines)).not.toContain('model.replied')
    expect(new Set(codes(run.lines))).toEqual(new Set(['model.cut']))
  })

  it.each<[string, Mishap, RegExp, string]>([
    ['401', {do: 'status', status: 401, message: 'Incorrect API key provided: sk-test-1234567890'}, /check OPENAI_API_KEY/, 'model.credentials'],
    ['404', {do: 'status', status: 404, code: 'model_not_found', message: 'The model does not exist'}, /no model gpt-5\.2/, 'model.unknown'],
    [
      'a full context',
      {do: 'status', status: 400, code: 'context_length_exceeded', message: 'Your input exceeds the context window of this model'},
      /larger than the window/,
      'model.window',
    ],
  ])('with 6 at once for %s, and says what to do', async (_name, mishap, reason, code) => {
    const {run, requests} = await play([{fault: mishap, times: 0}])
    expect(run.closed).toMatchObject({outcome: 'provider', exitCode: 6})
    expect(run.closed?.reason).toMatch(reason)
    expect(run.stdout).not.toContain('sk-test-1234567890')
    expect(requests).toHaveLength(1)
    expect(codes(run.lines)).toEqual([code])
  })

  it('with 6 after a server that only fails, each try on record', async () => {
    const {run, requests} = await play([{fault: {do: 'status', status: 500}, times: 0}])
    expect(run.closed).toMatchObject({outcome: 'provider', exitCode: 6})
    expect(requests).toHaveLength(4)
    expect(run.closed?.usage.total.calls).toBe(4)
    expect(types(run.lines).filter((type) => type === 'model.asked')).toHaveLength(4)
    expect(bodies(run.lines, 'breaker.turned')).toMatchObject([{route: 'openai/gpt-5.2', state: 'open'}])
  })

  it('with 4 when retries reach --max-calls', async () => {
    const {run, requests} = await play([{fault: {do: 'status', status: 500}, times: 0}], {args: ['--max-calls', '2']})
    expect(run.closed).toMatchObject({outcome: 'capped', exitCode: 4})
    expect(requests).toHaveLength(2)
  })
})

describe('an alias of two routes', () => {
  it('goes to the next one on failure, says so, and leaves the first alone for a while', async () => {
    await using bad = await modelServer([{fault: {do: 'status', status: 401}, times: 0}])
    await using good = await modelServer(fix)
    using repo = place(calculator)
    const config = `providers: {lab: {protocol: openai-chat, baseUrl: "${good.baseUrl}"}}\nroutes: {best: [openai/gpt-5.2, lab/y]}\n`
    repo.write({'../home/.config/penguin/config.yml': config})
    const run = await repo.run(['run', '--json', '-m', 'best', 'fix it'], {env: ways.responses(bad).env})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(bad.requests).toHaveLength(1)
    expect(good.requests).toHaveLength(3)
    expect(bodies(run.lines, 'route.chosen').map((body) => body.route)).toEqual(['openai/gpt-5.2', 'lab/y'])
    expect(bodies(run.lines, 'breaker.turned')).toMatchObject([{route: 'openai/gpt-5.2', state: 'open'}])
  })
})
