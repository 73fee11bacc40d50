// How a run ends when a provider does not get better, as its user sees it: exit code, one line of why, what to do
// about it; and an answer that came at the second try stands there once.

import {describe, expect, it} from 'vitest'
import {calculator, repository, type Wished} from '../kit/hosted.ts'
import {answer, type Row, rows} from '../kit/mishaps.ts'
import {modelServer, type Scripted, type Step} from '../kit/model-server.ts'
import {providerConfig, providerEnvironment, providerKey, providerWays} from '../kit/providers.ts'

const protocols = providerWays.filter(({name}) => ['openai', 'chat', 'anthropic', 'ollama'].includes(name))

const scriptedOf = ({meets}: Row): Scripted => (typeof meets === 'function' ? meets() : (meets as Scripted))

const play = async (provider: string, script: Step[], wished: Wished = {}) => {
  await using server = await modelServer(script)
  const repo = repository({...calculator, 'sum.js': 'export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)\n'})
  for (const [path, text] of Object.entries(providerConfig(server))) repo.write({[`../home/${path}`]: text})
  const flags = {model: `${provider}/m`, check: ['true'], ...wished.flags}
  return {ran: await repo.run({...wished, prompt: 'what does it do?', flags, env: {...repo.env, ...providerEnvironment(server)}}), server}
}

const atOnce = rows.filter((row) => typeof row.meets !== 'string' && row.tries === 1 && row.code !== 'none' && !row.hangs)

describe.each(protocols)('over $protocol', (way) => {
  it.each(atOnce.filter((row) => !row.but?.[way.protocol]))('ends with 6 for $name, and says why and what to do', async (row) => {
    const {ran, server} = await play(way.name, [{...scriptedOf(row), times: 0}])
    expect(ran.closed, ran.err).toMatchObject({exitCode: row.code === 'model.length' ? 1 : 6})
    expect(ran.closed?.reason).toMatch(row.says ?? /\(.{8,}\)/)
    // What did not fit may be made shorter, and is asked for twice more.
    expect(server.requests).toHaveLength(row.code === 'model.length' ? 3 : 1)
    if (way.keyed) expect(ran.out + ran.err).not.toContain(providerKey)
  })

  it('tells the model whose call did not fit, runs nothing of it, and goes on', async () => {
    const long: Scripted = {calls: [{tool: 'shell', input: {command: 'echo long >> effects.log'}}], why: 'length'}
    const {ran, server} = await play(way.name, [long, answer])
    expect(ran.code, ran.err).toBe(0)
    expect(ran.closed?.text).toBe(answer.text)
    expect(ran.events.filter(({type}) => type === 'tool.called')).toEqual([])
    expect(JSON.stringify(server.requests.map(({body}) => body)[1])).toContain('reached the output limit before it was whole')
  })

  it.each(['reset', 'cut'] as const)('prints an answer once after a %s, without --json', async (how) => {
    const {ran, server} = await play(way.name, [{...answer, everyMs: 1, fault: {do: how}}, answer], {flags: {json: false}})
    expect(ran.code, ran.err).toBe(0)
    expect(server.requests).toHaveLength(2)
    expect(ran.out.split(answer.text)).toHaveLength(2)
  })

  it('takes no cut for an answer, without --json', async () => {
    const {ran} = await play(way.name, [{...answer, fault: {do: 'cut'}, times: 0}], {
      flags: {json: false},
      clock: {
        now: Date.now,
        tick: () => performance.now(),
        sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms > 300 && ms < 2900 ? 1 : ms).unref()),
      },
    })
    expect(ran.code).toBe(6)
    expect(ran.out).not.toContain(answer.text.slice(0, 12))
    expect(ran.err + ran.out).toContain('ended before its answer did')
  })
})

describe('where nobody answers', () => {
  const clock = {
    now: Date.now,
    tick: () => performance.now(),
    sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms > 300 && ms < 2900 ? 1 : ms).unref()),
  }
  const end = async (provider: string, url: string) => {
    const repo = repository(calculator)
    for (const [path, text] of Object.entries(providerConfig({baseUrl: `${url}/v1`}))) repo.write({[`../home/${path}`]: text})
    const env = {...repo.env, ...providerEnvironment({url, baseUrl: `${url}/v1`})}
    return repo.run({prompt: 'x', flags: {model: `${provider}/m`, check: ['true']}, env, clock})
  }

  it.each(protocols)('a run over $name ends with 6 and names the address', async ({name}) => {
    const unnamed = await end(name, 'http://model.invalid:1')
    expect(unnamed.closed, unnamed.err).toMatchObject({exitCode: 6, reason: expect.stringMatching(/model\.invalid does not resolve \(.*(baseUrl|OLLAMA_HOST)/)})
    const gone = await modelServer([])
    await gone.close()
    const refused = await end(name, gone.url)
    expect(refused.closed, refused.err).toMatchObject({
      exitCode: 6,
      reason: expect.stringMatching(new RegExp(`nothing listens at 127\\.0\\.0\\.1:${gone.port} \\(start`)),
    })
  })
})
