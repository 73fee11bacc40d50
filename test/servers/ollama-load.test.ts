// The real Ollama under load, and behind the other protocols that it speaks.

import {expect, it} from 'vitest'
import type {ModelMaker} from '../../engine/contract/model.ts'
import {openAsker} from '../../engine/model/ask.ts'
import anthropic from '../../plugins/anthropic/anthropic.ts'
import make from '../../plugins/ollama/ollama.ts'
import chat from '../../plugins/openai/chat.ts'
import responses from '../../plugins/openai/responses.ts'
import {realClock, realDice} from '../../source/edges.ts'
import {loadOf} from '../../source/models/load.ts'
import {calculator} from '../kit/flow.ts'
import {gather, settingsOf, turnOf} from '../kit/model-turn.ts'
import {place} from '../kit/penguin.ts'
import {crewModel, singles, spoken} from '../kit/real-script.ts'
import {describeReal, loadsOf, openOllama, type RealServer} from '../kit/real-servers.ts'

const limit = () => AbortSignal.timeout(30_000)
const models = {scripted: {window: 8192, output: 512}, other: {window: 8192, output: 512}}
const settingsFor = (server: RealServer) => settingsOf({name: 'ollama', protocol: 'ollama', baseUrl: server.url, models})
const said = (text: string) => ({messages: [{from: 'user' as const, text}], tools: []})
const endless = {...said('[[loop]]'), sampling: {maxOutputTokens: 6000}}

describeReal(['ollama'], 'the real Ollama under load', () => {
  it('works on two at once where it may; more wait, and all are answered', async () => {
    await using server = await openOllama({scripted: {gguf: singles()}}, {OLLAMA_NUM_PARALLEL: '2'})
    const client = make(settingsFor(server))
    await gather(client.stream(turnOf(said('[[hello]]')), limit()))
    const [one, two] = [new AbortController(), new AbortController()]
    const first: string[] = []
    const read = async (name: string, signal: AbortSignal): Promise<void> => {
      for await (const part of client.stream(turnOf(endless), signal)) if (part.is === 'text') first.push(name)
    }
    const reading = [read('one', one.signal), read('two', two.signal)]
    await expect.poll(() => new Set(first).size, {timeout: 10_000, interval: 5}).toBe(2)
    one.abort()
    two.abort()
    await Promise.all(reading)
    const many = await Promise.all(Array.from({length: 9}, () => gather(client.stream(turnOf(said('[[hello]]')), limit()))))
    expect(many.map(({text}) => text)).toEqual(Array(9).fill(spoken.hello))
    expect(loadsOf(server)).toBe(1)
    expect(await loadOf(settingsFor(server), 'scripted', limit())).toMatchObject({loaded: true})
    expect(await loadOf(settingsFor(server), 'other', limit())).toEqual({loaded: false})
  })

  it('its 503 is waited out: who found the queue full is answered in the end', async () => {
    const env = {OLLAMA_MAX_QUEUE: '1', OLLAMA_MAX_LOADED_MODELS: '1'}
    await using server = await openOllama({scripted: {gguf: singles()}, other: {gguf: singles({name: 'other'})}}, env)
    const client = make(settingsFor(server))
    await gather(client.stream(turnOf(said('[[hello]]')), limit()))
    const busy = new AbortController()
    const reading = gather(client.stream(turnOf(endless), busy.signal))
    const failures: string[] = []
    const hooks = {
      reserve: async () => ({ok: true, result: undefined}) as const,
      onText: () => undefined,
      onFailed: ({error}: {error: {msg: string}}) => {
        failures.push(error.msg)
        busy.abort()
      },
      onRoute: () => undefined,
      onBreaker: () => undefined,
    }
    const waiting = Array.from({length: 5}, () => {
      const asker = openAsker({clients: [{route: {provider: 'ollama', model: 'other'}, client, callSec: 30}], clock: realClock(), dice: realDice})
      return asker.ask(turnOf(said('[[hello]]')), hooks, limit())
    })
    const replies = await Promise.all(waiting)
    await reading
    expect(failures.join('\n')).toMatch(/busy/)
    expect(replies.map(({text, error}) => error?.msg ?? text)).toEqual(Array(5).fill(spoken.hello))
  })

  it('speaks the protocols of others too', async () => {
    await using server = await openOllama({scripted: {gguf: singles(), context: 8192}})
    const ways: [string, ModelMaker, string][] = [
      ['chat', chat, '/v1'],
      ['responses', responses, '/v1'],
      ['messages', anthropic, ''],
    ]
    for (const [name, maker, path] of ways) {
      const client = maker(settingsOf({name: 'lab', baseUrl: server.url + path, apiKey: 'sk-any', models}))
      const text = await gather(client.stream(turnOf(said('[[hello]]')), limit()))
      expect(text, name).toMatchObject({text: spoken.hello, end: {why: 'stop'}})
      expect(text.end.usage.output, name).toBeGreaterThan(3)
      const call = await gather(client.stream(turnOf({messages: [{from: 'user', text: '[[two]]'}]}), limit()))
      expect(
        call.calls.map(({tool, input}) => [tool, JSON.parse(input)]),
        `${name}: ${JSON.stringify(call.end)}`,
      ).toEqual([
        ['read', {path: 'a.ts'}],
        ['read', {path: 'b.ts'}],
      ])
    }
  })

  it('is never worked with behind /v1 in 4,096 tokens: refused with the way out, or read back when it has more', async () => {
    await using server = await openOllama({scripted: {gguf: crewModel()}, roomy: {gguf: crewModel('roomy'), context: 32_768}})
    const runOn = async (model: string) => {
      using repo = place(calculator)
      repo.write({'../home/.config/penguin/config.yml': `providers:\n  lab: {protocol: openai-chat, baseUrl: "${server.url}/v1"}\n`})
      return await repo.run(['run', '--json', 'fix the failing tests'], {env: {PENGUIN_MODEL: model}})
    }
    const small = await runOn('lab/scripted')
    expect(small.code, small.stderr + small.stdout.slice(-1500)).toBe(8)
    expect(small.closed?.reason).toContain('4096')
    expect(small.stdout).toContain(`--model ollama/scripted with OLLAMA_HOST=${server.url}`)
    const run = await runOn('lab/roomy')
    expect(run.closed, run.stderr + run.stdout.slice(-1500)).toMatchObject({outcome: 'done', exitCode: 0, text: spoken.last})
  })
})
