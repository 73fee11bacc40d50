// The same scripted task on every provider, with nothing changed but its name: the story that is told, the calls, the
// tokens and the files must not tell which one it was.

import {describe, expect, it} from 'vitest'
import {bodies, calculator, fix, fixed, types} from '../kit/flow.ts'
import {cheapCheck, repository} from '../kit/hosted.ts'
import {modelServer, type Step} from '../kit/model-server.ts'
import {type Ended, type Line, place} from '../kit/penguin.ts'
import {type ProviderWay, providerConfig, providerEnvironment, providerKey, providerWays} from '../kit/providers.ts'

const task: Step[] = [
  {
    thought: 'A sum that subtracts? I look at both files.',
    text: 'I look at the sum and its test – beides, 両方.',
    calls: [
      {tool: 'read', input: {path: 'sum.js'}},
      {tool: 'read', input: {path: 'test/sum.test.js'}},
      {tool: 'search', input: {pattern: 'reduce'}},
    ],
    usage: {input: 1000, output: 80, cached: 0, reasoning: 20},
    everyMs: 2,
  },
  {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}], usage: {input: 1300, output: 40, cached: 1000}},
  {calls: [{tool: 'run_tests', input: {}}], usage: {input: 1400, output: 15, cached: 1300}},
  {text: 'sum subtracted; it adds now.', usage: {input: 1500, output: 10, cached: 1400}},
]

/** What must be alike: all that is told of models, tools and gates, less ids, times and the route's own name. */
const story = (lines: readonly Line[], {counts}: ProviderWay): unknown[] =>
  lines.flatMap(({type, body, passing}): unknown[] => {
    if (passing) return []
    if (type === 'model.replied') {
      const {text, calls, why, usage} = body as {text: string; calls: {tool: string; input: unknown}[]; why: string; usage: Record<string, number>}
      const counted = counts ? usage : {input: usage.input, output: usage.output}
      return [[type, text, calls.map(({tool, input}) => [tool, typeof input === 'string' ? JSON.parse(input) : input]), why, counted]]
    }
    if (type === 'model.asked') return [[type, body.attempt, body.messages, body.sampling, body.tools]]
    if (type === 'tool.done') return [[type, body.ok, body.changes]]
    return [type]
  })

const seenBy = (run: Ended, requests: {toolResults: number; tools: string[]}[]) => ({
  closed: {outcome: run.closed?.outcome, exitCode: run.closed?.exitCode, text: run.closed?.text, files: run.closed?.files},
  asked: requests.map(({toolResults, tools}) => [toolResults, tools]),
})

describe('the same task, by the name of the provider alone', () => {
  /** By name, so that one that is tried again stands once. */
  const told = new Map<string, {way: ProviderWay; run: Ended; seen: ReturnType<typeof seenBy>}>()

  it.each(providerWays)('PENGUIN_MODEL_PROVIDER=$name', async (way) => {
    await using server = await modelServer(task, {models: ['m'], ...(way.keyed ? {key: providerKey} : {})})
    using repo = place(calculator)
    repo.write(Object.fromEntries(Object.entries(providerConfig(server)).map(([path, text]) => [`../home/${path}`, text])))
    const env = {...providerEnvironment(server), PENGUIN_MODEL: 'm', PENGUIN_MODEL_PROVIDER: way.name}
    const run = await repo.run(['run', '--json', 'fix the failing tests'], {env})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0, text: 'sum subtracted; it adds now.'})
    expect(repo.read('sum.js')).toBe(fixed)
    expect(server.requests.map(({protocol, model}) => [protocol, model])).toEqual(Array(4).fill([way.protocol, 'm']))
    expect(bodies(run.lines, 'route.chosen').map((body) => body.route)).toEqual([`${way.name}/m`])
    expect(run.closed?.usage.total).toMatchObject({calls: 4, input: 5200, output: 145})
    const [first] = bodies(run.lines, 'model.replied')
    expect(first).toMatchObject({route: `${way.name}/m`, usage: {input: 1000, output: 80, ...(way.counts ? {reasoning: 20, cached: 0} : {})}})
    expect(first?.thinkingMs, 'its thinking was measured').toBeGreaterThan(0)
    expect(first?.firstMs).toBeGreaterThan(0)
    const deltas = run.lines.filter((line) => line.type === 'model.delta').map((line) => line.body as {text: string; thought?: boolean})
    const textOf = (thought: boolean) => deltas.flatMap((delta) => (Boolean(delta.thought) === thought ? [delta.text] : [])).join('')
    expect(textOf(true)).toBe('A sum that subtracts? I look at both files.')
    expect(textOf(false), 'streamed once, and whole').toBe('I look at the sum and its test – beides, 両方.sum subtracted; it adds now.')
    expect(run.stdout + run.stderr).not.toContain(providerKey)
    expect(repo.survivors()).toEqual([])
    told.set(way.name, {way, run, seen: seenBy(run, server.requests)})
  })

  it('tells one story, whoever told it', () => {
    expect([...told.keys()]).toEqual(providerWays.map(({name}) => name))
    const [first] = told.values()
    for (const {way, run, seen} of told.values()) {
      const alike = {...way, counts: false}
      expect(story(run.lines, alike), way.name).toEqual(story(first?.run.lines ?? [], alike))
      if (way.counts) expect(story(run.lines, way), way.name).toEqual(story(first?.run.lines ?? [], way))
      expect(seen, way.name).toEqual(first?.seen)
    }
    expect(types(first?.run.lines ?? [])).toContain('gate.passed')
  })
})

describe('the same task, by --model alone', () => {
  it.each(providerWays)('--model $name/m', async (way) => {
    await using server = await modelServer(fix, {models: ['m']})
    const repo = repository(calculator)
    repo.write(Object.fromEntries(Object.entries(providerConfig(server)).map(([path, text]) => [`../home/${path}`, text])))
    const flags = {model: `${way.name}/m`, check: [cheapCheck]}
    const ran = await repo.run({prompt: 'fix the failing tests', flags, env: {...repo.env, ...providerEnvironment(server)}})
    expect(ran.closed, ran.err).toMatchObject({outcome: 'done', exitCode: 0})
    expect(server.requests.every(({protocol}) => protocol === way.protocol)).toBe(true)
    expect(repo.read('sum.js')).toBe(fixed)
  })
})

describe('a model that cannot call tools', () => {
  const call = (tool: string, input: object) => `I go on.\n<tool_call>\n${JSON.stringify({name: tool, arguments: input})}\n</tool_call>`
  const inWords: Step[] = [
    {text: call('read', {path: 'sum.js'})},
    {text: call('edit', {path: 'sum.js', old: 'a - b', new: 'a + b'})},
    {text: 'sum subtracted; it adds now.'},
  ]

  it.each(providerWays)('is told of them in words, and called by its text, over $name', async (way) => {
    const left = [...inWords]
    const refusal = {do: 'status', status: 400, message: 'registry.ollama.ai/library/m does not support tools'} as const
    await using server = await modelServer(({tools}) => (tools.length > 0 ? {fault: refusal} : (left.shift() ?? {text: 'nothing left'})), {models: ['m']})
    const repo = repository(calculator)
    repo.write(Object.fromEntries(Object.entries(providerConfig(server)).map(([path, text]) => [`../home/${path}`, text])))
    const flags = {model: `${way.name}/m`, check: [cheapCheck]}
    const ran = await repo.run({prompt: 'fix the failing tests', flags, env: {...repo.env, ...providerEnvironment(server)}})
    expect(ran.closed, ran.err).toMatchObject({outcome: 'done', exitCode: 0, text: 'sum subtracted; it adds now.'})
    expect(repo.read('sum.js')).toBe(fixed)
    expect(
      server.requests.map(({tools}) => tools.length > 0),
      'refused once, and remembered',
    ).toEqual([true, false, false, false])
    expect(
      server.requests
        .at(-1)
        ?.messages.map(({text}) => text)
        .join('\n'),
    ).toMatch(/<tool_response name="read">\n.*a - b/)
  })
})
