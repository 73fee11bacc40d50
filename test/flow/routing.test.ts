// Routing through the real program, on three scripted servers: each policy and rule, the chain when servers fail, an
// alias that leads back to itself, an empty reply, and a switch of the policy that anybody can see.

import {describe, expect, it} from 'vitest'
import {bodies, green} from '../kit/flow.ts'
import {type Asked, type ModelServer, modelServer, type Scripted} from '../kit/model-server.ts'
import {type Ended, place} from '../kit/penguin.ts'

const names = ['dear', 'cheap', 'own'] as const
type Name = (typeof names)[number]
type Script = (asked: Asked) => Scripted

/** `dear` is the best of them, `cheap` costs a hundredth, `own` is in between. As written, dear is first. */
const configOf = (servers: Record<Name, ModelServer>, router: string, chain: string): string =>
  `model: any
routes: ${chain}
router: ${router}
providers:
  dear: {protocol: openai-chat, baseUrl: "${servers.dear.baseUrl}", models: {m: {window: 64000, quality: 0.9, usdIn: 10, usdOut: 40}}}
  cheap: {protocol: openai-chat, baseUrl: "${servers.cheap.baseUrl}", models: {m: {window: 64000, quality: 0.4, usdIn: 0.1, usdOut: 0.4}}}
  own: {protocol: openai-chat, baseUrl: "${servers.own.baseUrl}", models: {m: {window: 64000, quality: 0.3, usdIn: 1, usdOut: 4}}}
`

interface Played {
  run: Ended
  /** Who was asked, in order. */
  asked: string[]
  servers: Record<Name, ModelServer>
}

const well: Script = () => ({text: 'It sums.'})

const play = async (
  scripts: Partial<Record<Name, Script>>,
  {
    router = '{policy: balanced}',
    chain = '{any: [dear/m, cheap/m, own/m]}',
    prompt = 'rename the variable',
    env = {},
    args = [],
  }: {
    router?: string
    chain?: string
    prompt?: string
    env?: Record<string, string>
    args?: string[]
  } = {},
): Promise<Played> => {
  const asked: string[] = []
  const open = (name: Name) =>
    modelServer(
      (seen) => {
        asked.push(name)
        return (scripts[name] ?? well)(seen)
      },
      {models: ['m']},
    )
  await using dear = await open('dear')
  await using cheap = await open('cheap')
  await using own = await open('own')
  using repo = place(green)
  const servers = {dear, cheap, own}
  repo.write({'../home/.config/penguin/config.yml': configOf(servers, router, chain)})
  return {run: await repo.run(['run', '--json', '--no-check', ...args, prompt], {env}), asked, servers}
}

describe('a policy', () => {
  it.each([
    ['balanced', 'dear', 'first as written'],
    ['cost', 'cheap', 'cheapest'],
    ['quality', 'dear', 'best at it'],
  ])('%s asks %s first, and says why', async (policy, first, why) => {
    const {run, asked} = await play({}, {router: `{policy: ${policy}}`})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'answered', exitCode: 0})
    expect(asked).toEqual([first])
    const [chosen] = bodies(run.lines, 'route.chosen') as {policy: string; reason: string; scores: {route: string; score: number}[]}[]
    expect(chosen).toMatchObject({route: `${first}/m`, policy})
    expect(chosen?.reason).toContain(why)
    expect(chosen?.scores.map(({route}) => route).sort()).toEqual(['cheap/m', 'dear/m', 'own/m'])
  })

  it('local-first asks the own machine before a service that stands before it, and models routes explains it', async () => {
    await using far = await modelServer(() => ({text: 'far'}), {models: ['m']})
    await using own = await modelServer(() => ({text: 'It sums.'}), {models: ['m']})
    using repo = place(green)
    // By this address nobody can tell that it leads to this machine.
    const away = far.baseUrl.replace('127.0.0.1', '0.0.0.0')
    const providers = `providers:\n  far: {protocol: openai-chat, baseUrl: "${away}"}\n  own: {protocol: openai-chat, baseUrl: "${own.baseUrl}"}\n`
    repo.write({'../home/.config/penguin/config.yml': `model: any\nroutes: {any: [far/m, own/m]}\nrouter: {policy: local-first}\n${providers}`})
    const run = await repo.run(['run', '--json', '--no-check', 'rename the variable'])
    expect(run.closed, run.stderr).toMatchObject({outcome: 'answered', text: 'It sums.'})
    expect(far.requests).toHaveLength(0)
    expect(bodies(run.lines, 'route.chosen')).toMatchObject([{route: 'own/m', policy: 'local-first', reason: "local-first: runs on the user's own machine"}])
    const explained = await repo.run(['models', 'routes', '--explain', 'coder', 'rename the variable', '--json'])
    expect(explained.lines).toMatchObject([{role: 'coder', policy: 'local-first', routes: ['own/m', 'far/m']}])
    const switched = await repo.run(['models', 'routes', '--explain', 'coder', 'rename the variable', '--json'], {env: {PENGUIN_ROUTER__POLICY: 'balanced'}})
    expect(switched.lines).toMatchObject([{policy: 'balanced', routes: ['far/m', 'own/m']}])
  })

  it('latency asks whoever has shown to be soonest done', async () => {
    const words = 'word '.repeat(60)
    await using slow = await modelServer(() => ({text: words, chunkChars: 5, delayMs: 600, everyMs: 5}), {models: ['m']})
    await using quick = await modelServer(() => ({text: words, chunkChars: 5}), {models: ['m']})
    using repo = place(green)
    const providers = `providers:\n  slow: {protocol: openai-chat, baseUrl: "${slow.baseUrl}"}\n  quick: {protocol: openai-chat, baseUrl: "${quick.baseUrl}"}\n`
    repo.write({'../home/.config/penguin/config.yml': `model: any\nroutes: {any: [slow/m, quick/m]}\nrouter: {policy: latency}\n${providers}`})
    const ask = ['run', '--json', '--no-check', '--in-process']
    for (const route of ['slow/m', 'quick/m']) expect((await repo.run([...ask, '-m', route, 'rename it'])).code).toBe(0)
    const run = await repo.run([...ask, 'rename it'])
    expect(bodies(run.lines, 'route.chosen')).toMatchObject([{route: 'quick/m', policy: 'latency', reason: 'latency: soonest done'}])
    expect([slow.requests.length, quick.requests.length]).toEqual([1, 2])
  })

  it('is switched by a variable alone, and a rule goes before it', async () => {
    const switched = await play({}, {env: {PENGUIN_ROUTER__POLICY: 'cost'}})
    expect(switched.asked).toEqual(['cheap'])
    const ruled = {router: '{policy: quality, rules: {question: cost}}'}
    expect((await play({}, {...ruled, prompt: 'What does sum return?'})).asked).toEqual(['cheap'])
    expect((await play({}, ruled)).asked).toEqual(['dear'])
  })
})

describe('a chain', () => {
  const down: Script = () => ({fault: {do: 'status', status: 503}})

  it('goes to the next that is well, in its order, and says what failed', async () => {
    const {run, asked} = await play({dear: down, cheap: down})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'answered', exitCode: 0})
    expect(asked).toEqual(['dear', 'dear', 'cheap', 'cheap', 'own'])
    const chosen = bodies(run.lines, 'route.chosen').map(({route, why}) => [route, why])
    expect(chosen).toMatchObject([
      ['dear/m', 'first choice'],
      ['cheap/m', expect.stringMatching(/^dear\/m: /)],
      ['own/m', expect.stringMatching(/^cheap\/m: /)],
    ])
    expect(bodies(run.lines, 'breaker.turned')).toMatchObject([
      {route: 'dear/m', state: 'open'},
      {route: 'cheap/m', state: 'open'},
    ])
  })

  it('ends, however its aliases are woven, and asks no route twice over', async () => {
    const chain = '{any: [more, dear/m, more], more: [cheap/m, dear/m, cheap/m]}'
    const {run, asked} = await play({dear: down, cheap: down}, {chain})
    expect(run.closed).toMatchObject({outcome: 'provider', exitCode: 6})
    expect(asked.filter((name) => name === 'cheap').length).toBeLessThanOrEqual(4)
    expect(asked.filter((name) => name === 'dear').length).toBeLessThanOrEqual(4)
    expect(asked).not.toContain('own')
  })

  it('that leads back to itself is refused by name', async () => {
    const {run, asked} = await play({}, {chain: '{any: [more], more: [any]}'})
    expect(run.closed).toMatchObject({outcome: 'config', exitCode: 8})
    expect(`${run.closed?.reason}${run.stderr}`).toMatch(/any|more/)
    expect(asked).toEqual([])
  })

  it('asks again in one piece after an empty reply, then the next model', async () => {
    const {run, asked, servers} = await play({dear: () => ({})})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'answered', exitCode: 0})
    expect(asked).toEqual(['dear', 'dear', 'cheap'])
    expect(servers.dear.requests.map(({body}) => body.stream === true)).toEqual([true, false])
    expect(bodies(run.lines, 'model.failed').map(({error}) => (error as {code: string}).code)).toEqual(['model.empty', 'model.empty'])
    expect(run.closed?.usage.total.calls).toBe(3)
  })

  it('stops at the cap of the run, wherever it has got to', async () => {
    const {run, asked} = await play({dear: down, cheap: down, own: down}, {args: ['--max-calls', '3']})
    expect(run.closed).toMatchObject({outcome: 'capped', exitCode: 4})
    expect(asked).toHaveLength(3)
  })
})
