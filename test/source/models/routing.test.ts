import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import {readLearned} from '../../../engine/memory/learned.ts'
import {bodies, calculator, cheapCheck, fix, repository} from '../../kit/hosted.ts'
import {modelServer, type Step} from '../../kit/model-server.ts'

const mend: Step[] = [
  {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}], usage: {input: 900, output: 20}},
  {text: 'It adds now.', usage: {input: 950, output: 20}},
]

const config = (urls: Record<string, string>, policy: string, alias: string[]): string =>
  `model: any
routes: {any: [${alias.join(', ')}]}
router: {policy: ${policy}}
timeouts: {connectSec: 2}
providers:
${Object.entries(urls)
  .map(
    ([name, url]) =>
      `  ${name}: {protocol: openai-chat, baseUrl: "${url}", models: {m: {window: 65536, usdIn: ${name === 'dear' ? 5 : 1}, usdOut: ${name === 'dear' ? 20 : 2}}}}`,
  )
  .join('\n')}
`

describe('the routes of a run', () => {
  it('are chosen with scores and a reason, switched by the policy alone, and learned from', async () => {
    await using dear = await modelServer(mend)
    await using cheap = await modelServer(mend)
    const files = {...calculator, '.penguin/config.yml': config({dear: dear.baseUrl, cheap: cheap.baseUrl}, 'cost', ['dear/m', 'cheap/m'])}
    const repo = repository(files)
    const ran = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], trust: true}})
    expect(ran.code, ran.err).toBe(0)
    const [chosen] = bodies(ran.events, 'route.chosen')
    expect(chosen).toMatchObject({route: 'cheap/m', policy: 'cost', kind: 'edit', others: ['dear/m'], reason: 'cost: cheapest for the success it has'})
    expect(chosen?.scores?.map(({route}) => route)).toEqual(['cheap/m', 'dear/m'])
    expect(dear.requests).toHaveLength(0)
    const known = readLearned(join(repo.home, '.local', 'state', 'penguin', 'models.db'))
    expect(known).toHaveLength(1)
    expect(known[0]).toMatchObject({route: 'cheap/m', kind: 'edit', wins: 1})
    expect(known[0]?.good).toBeCloseTo(1.98)
    expect(known[0]?.ratio).toBeGreaterThan(0)
  })

  it('fall back along the chain, once each, and the failure is remembered for the next run', async () => {
    await using refusing = await modelServer([], {key: 'another'})
    await using live = await modelServer([...mend, {text: 'Nothing left to do.', times: 0}])
    const files = {
      ...calculator,
      '.penguin/config.yml': config({gone: refusing.baseUrl, live: live.baseUrl}, 'balanced', ['gone/m', 'live/m', 'gone/m']),
    }
    const repo = repository(files)
    const ran = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], trust: true}})
    expect(ran.code, ran.err).toBe(0)
    expect(bodies(ran.events, 'route.chosen').map(({route, others}) => [route, others])).toEqual([
      ['gone/m', ['live/m']],
      ['live/m', ['gone/m']],
    ])
    const [row] = readLearned(join(repo.home, '.local', 'state', 'penguin', 'models.db')).filter(({route}) => route === 'gone/m')
    expect(row?.bad).toBeGreaterThan(0.9)
  }, 20_000)

  it('leave alone what another agent of the run has found to be down', async () => {
    await using live = await modelServer([{text: 'The plan: make it add.'}, ...mend, {text: 'Nothing left to do.', times: 0}])
    await using refusing = await modelServer([], {key: 'another'})
    const urls = {gone: refusing.baseUrl, live: live.baseUrl}
    const repo = repository({...calculator, '.penguin/config.yml': config(urls, 'balanced', ['gone/m', 'live/m'])})
    const ran = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], trust: true, roleModel: ['planner=any']}})
    expect(ran.code, ran.err).toBe(0)
    const chosen = ran.events.flatMap((event) => (event.type === 'route.chosen' ? [{role: event.role, ...event.body}] : []))
    expect(chosen.map(({role, route}) => [role, route])).toEqual([
      ['planner', 'gone/m'],
      ['planner', 'live/m'],
      ['coder', 'live/m'],
    ])
    expect(chosen[2]?.scores?.[1]).toMatchObject({route: 'gone/m', usable: false, why: 'it failed a moment ago and is left alone'})
  }, 20_000)

  it('pass over a local server that is not there, without a call', async () => {
    await using live = await modelServer([...mend])
    const urls = {gone: 'http://127.0.0.1:1/v1', live: live.baseUrl}
    const repo = repository({...calculator, '.penguin/config.yml': config(urls, 'local-first', ['gone/m', 'live/m'])})
    const ran = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], trust: true}})
    expect(ran.code, ran.err).toBe(0)
    const [chosen] = bodies(ran.events, 'route.chosen')
    expect(chosen).toMatchObject({route: 'live/m', others: ['gone/m']})
    expect(chosen?.scores?.[1]).toMatchObject({usable: false, why: 'its server does not answer'})
    expect(bodies(ran.events, 'model.failed')).toEqual([])
  })

  it('are counted by what the server counted in earlier runs', async () => {
    await using server = await modelServer([...mend, {text: 'Nothing left to do.', times: 0, usage: {input: 3000, output: 20}}])
    const repo = repository({...calculator, '.penguin/config.yml': config({lab: server.baseUrl}, 'balanced', ['lab/m'])})
    const first = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], trust: true}})
    const [before] = bodies(first.events, 'model.asked')
    expect(before?.reserved).toBe((before?.estimated ?? 0) + 1024)
    const [{ratio} = {ratio: 0}] = readLearned(join(repo.home, '.local', 'state', 'penguin', 'models.db'))
    const second = await repo.run({prompt: 'What does sum do?', flags: {check: [cheapCheck], trust: true}})
    const [after] = bodies(second.events, 'model.asked')
    expect(ratio).not.toBe(1)
    expect(after?.reserved).toBe(Math.ceil((after?.estimated ?? 0) * ratio) + 1024)
  })

  it('of a recording teach nothing', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'sum must add', flags: {check: [cheapCheck], model: repo.replay(fix)}})
    expect(ran.code).toBe(0)
    expect(ran.events.find((event: Event) => event.type === 'route.chosen')?.body).toMatchObject({policy: 'balanced', scores: [{usable: true}]})
    expect(existsSync(join(repo.home, '.local', 'state', 'penguin', 'models.db'))).toBe(false)
  })
})
