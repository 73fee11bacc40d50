// A model of noise on real servers: with decoding held to a schema whatever it says can be read, and every edit is one.

import {afterAll, beforeAll, expect, it} from 'vitest'
import type {ModelClient, ToolSpec} from '../../engine/contract/model.ts'
import {openAsker} from '../../engine/model/ask.ts'
import {openShelf, type Shelf} from '../../engine/tool/shelf.ts'
import ollamaClient from '../../plugins/ollama/ollama.ts'
import chat from '../../plugins/openai/chat.ts'
import {realClock, realDice} from '../../source/edges.ts'
import {tools} from '../../source/plugins.ts'
import {bodies, calculator} from '../kit/flow.ts'
import {noiseModel} from '../kit/gguf-noise.ts'
import {jinja} from '../kit/gguf-templates.ts'
import {settingsOf, turnOf} from '../kit/model-turn.ts'
import {place} from '../kit/penguin.ts'
import {describeReal, openLlamaServer, openOllama, type RealServer} from '../kit/real-servers.ts'

const edits = 40
const leastCalls = 3
const mostRounds = 15
const window = 16_384
const hooks = {
  reserve: async () => ({ok: true, result: undefined}) as const,
  onText: () => undefined,
  onFailed: () => undefined,
  onRoute: () => undefined,
  onBreaker: () => undefined,
}

/** Strictly: nothing is mended, and the tool is there. */
const isCall = async (shelf: Shelf, name: string, text: string): Promise<boolean> => {
  const tool = await shelf.get(name)
  try {
    return tool !== undefined && (await shelf.check(tool, JSON.parse(text))).ok
  } catch {
    return false
  }
}

describeReal(['ollama', 'llama-server'], 'noise, held to a schema', () => {
  let ollama: RealServer
  let llama: RealServer
  beforeAll(async () => {
    const gguf = noiseModel({template: jinja()})
    ollama = await openOllama({noise: {gguf}})
    llama = await openLlamaServer({gguf, name: 'noise', context: window})
  })
  afterAll(async () => {
    await ollama?.[Symbol.asyncDispose]()
    await llama?.[Symbol.asyncDispose]()
  })

  const models = {noise: {window, output: 4096, edits: 'grammar' as const}}
  const clients: Record<string, () => ModelClient> = {
    ollama: () => ollamaClient(settingsOf({name: 'ollama', protocol: 'ollama', baseUrl: ollama.url, models})),
    llamacpp: () => chat(settingsOf({name: 'llamacpp', baseUrl: `${llama.url}/v1`, models})),
  }

  for (const [provider, client] of Object.entries(clients))
    it(`writes ${edits} of ${edits} edits that can be read, over ${provider}`, async () => {
      const shelf = openShelf(tools)
      const [spec] = (await shelf.spec(['edit'])) as [ToolSpec]
      const edit = await shelf.get('edit')
      const asker = openAsker({clients: [{route: {provider, model: 'noise'}, client: client(), callSec: 60}], clock: realClock(), dice: realDice})
      const written: string[] = []
      let calls = 0
      for (let seed = 1; written.length < edits; seed++) {
        const turn = turnOf({tools: [spec], sampling: {temperature: 1, seed}, messages: [{from: 'user', text: `Mend it, ${seed}.`}]})
        const reply = await asker.ask(turn, hooks, AbortSignal.timeout(60_000))
        calls += 1
        // The end of the work is the other thing that may be said, also with nothing but blanks.
        if (reply.error?.code === 'model.empty') continue
        expect(reply.error, `seed ${seed}`).toBeUndefined()
        if (reply.calls.length === 0) continue
        const [call] = reply.calls
        expect(call?.tool).toBe('edit')
        const checked = await shelf.check(edit as NonNullable<typeof edit>, JSON.parse(call?.input ?? ''))
        expect(checked, call?.input).toMatchObject({ok: true})
        written.push(call?.input ?? '')
      }
      expect(new Set(written).size, 'noise, not one edit over and over').toBeGreaterThan(edits / 2)
      expect(calls).toBeLessThan(edits * 10)
    })

  for (const provider of Object.keys(clients))
    it(`calls nothing that is no call in a whole run, over ${provider}`, async () => {
      using repo = place(calculator)
      repo.write({
        '../home/.config/penguin/config.yml': `providers:\n  ${provider}: {models: {noise: {edits: grammar, window: ${window}, sampling: {temperature: 1}}}}\n`,
      })
      const env = {OLLAMA_HOST: ollama.url, LLAMACPP_BASE_URL: `${llama.url}/v1`}
      const shelf = openShelf(tools)
      const formless: string[] = []
      let calls = 0
      const failed: {error: {code: string}}[] = []
      // Each of its replies is a call or the end, by chance: more than one run is needed for some calls.
      for (let round = 1; calls < leastCalls && round <= mostRounds; round++) {
        const run = await repo.run(
          ['run', '--json', '-m', `${provider}/noise`, '--max-turns', '4', '--no-check', '--deny', 'shell(*)', `fix the tests, ${round}`],
          {env},
        )
        expect(run.closed, run.stderr).toBeDefined()
        const called = bodies(run.lines, 'tool.called') as {tool: string; input: unknown}[]
        // A call that did not begin is on record as the text that it was. What a tool or a rule finds wrong with a good one is their word.
        for (const {tool, input} of called) if (typeof input === 'string' && !(await isCall(shelf, tool, input))) formless.push(`${tool} ${input}`)
        calls += called.length
        failed.push(...(bodies(run.lines, 'model.failed') as typeof failed))
      }
      expect(calls).toBeGreaterThanOrEqual(leastCalls)
      expect(formless).toEqual([])
      expect(failed.filter(({error}) => error.code !== 'model.empty')).toEqual([])
    })
})
