// `penguin models …` over real servers: what they hold, what they can do, and what is wrong with a small window.

import {afterAll, beforeAll, expect, it} from 'vitest'
import type {Finding} from '../../source/findings.ts'
import {calculator} from '../kit/flow.ts'
import {type Ended, place} from '../kit/penguin.ts'
import {crewModel, singles} from '../kit/real-script.ts'
import {describeReal, type LlamaOptions, openLlamaServer, openOllama, type RealServer} from '../kit/real-servers.ts'

interface Told {
  route: string
  ok: boolean
  findings: Finding[]
  window: number
  prefillPerSec: number
  decodePerSec: number
}

const toldBy = (run: Ended): Told[] =>
  run.stdout
    .split('\n')
    .filter((row) => row.startsWith('{'))
    .map((row) => JSON.parse(row) as Told)
const finding = (told: Told | undefined, name: string): Finding | undefined => told?.findings.find((one) => one.name === name)

describeReal(['ollama', 'llama-server'], 'penguin models, over real servers', () => {
  let ollama: RealServer
  beforeAll(async () => {
    const gguf = singles()
    const trained4k = singles({context: 4096})
    ollama = await openOllama({
      scripted: {gguf},
      mute: {gguf, tools: false},
      thinker: {gguf, thinks: true},
      small: {gguf: singles({name: 'small'}), context: 4096},
      child: {gguf: trained4k},
    })
  })
  afterAll(() => ollama?.[Symbol.asyncDispose]())

  const penguin = async (words: string[], env: Record<string, string> = {}): Promise<Ended> => {
    using repo = place({}, {git: false})
    return await repo.run(words, {env: {OLLAMA_HOST: ollama.url, LLAMACPP_BASE_URL: 'http://127.0.0.1:1/v1', ...env}})
  }
  const withLlama = async <T>(options: Omit<LlamaOptions, 'gguf'> & {gguf?: Buffer}, use: (env: Record<string, string>) => Promise<T>): Promise<T> => {
    await using llama = await openLlamaServer({gguf: singles(), ...options})
    return await use({LLAMACPP_BASE_URL: `${llama.url}/v1`})
  }

  it('lists, probes, and says which route each role takes', async () => {
    const listed = await penguin(['models', 'list', '--refresh'])
    expect(listed.stdout, listed.stderr).toMatch(/ollama\/scripted/)
    expect(listed.stdout).toMatch(/ollama\/small/)
    const probed = await penguin(['models', 'probe', 'ollama'])
    expect(probed.code, probed.stdout).toBe(0)
    expect(probed.stdout).toMatch(/✓ ollama +5 models/)
    expect((await penguin(['models', 'probe', 'llamacpp'])).code).toBe(1)
    const routes = await penguin(['models', 'routes', '--explain'], {PENGUIN_MODEL: 'ollama/scripted'})
    expect(routes.code, routes.stdout + routes.stderr).toBe(0)
    expect(routes.stdout).toMatch(/coder:[\s\S]*?\nollama\/scripted /)
  })

  it('finds nothing to change in a model that can do it all', async () => {
    const run = await penguin(['models', 'doctor', 'ollama/scripted', '--json'])
    const [told] = toldBy(run)
    for (const name of ['window', 'template', 'call', 'result', 'schema']) expect(finding(told, name), `${name}: ${run.stdout}`).toMatchObject({state: 'fine'})
    expect(told?.window).toBe(32_768)
    expect(told?.prefillPerSec).toBeGreaterThan(100)
    expect(told?.decodePerSec).toBeGreaterThan(50)
    await withLlama({context: 2 * 32_768, slots: 2}, async (env) => {
      const [other] = toldBy(await penguin(['models', 'doctor', 'llamacpp/scripted', '--json'], env))
      for (const name of ['window', 'template', 'call', 'result', 'schema']) expect(finding(other, name), JSON.stringify(other)).toMatchObject({state: 'fine'})
      expect(other?.window).toBe(32_768)
    })
  })

  it('sees a model that cannot call tools, and one that thinks', async () => {
    const mute = await penguin(['models', 'doctor', 'ollama/mute', '--json'])
    expect(mute.code).toBe(1)
    const [told] = toldBy(mute)
    expect(['template', 'call'].map((name) => finding(told, name)?.state)).toContain('wrong')
    const [thinker] = toldBy(await penguin(['models', 'doctor', 'ollama/thinker', '--json']))
    expect(finding(thinker, 'call')).toMatchObject({state: 'fine'})
    expect(finding(thinker, 'thinking')).toBeDefined()
  })

  it('a model trained for 4,096 tokens is refused, and the run with it', async () => {
    const run = await penguin(['models', 'doctor', 'ollama/child', '--json'])
    expect(run.code).toBe(1)
    const [told] = toldBy(run)
    expect(finding(told, 'window')).toMatchObject({state: 'wrong', says: expect.stringContaining('4096'), mend: expect.stringContaining('trained for more')})
    using repo = place(calculator)
    const refused = await repo.run(['run', '--json', '-m', 'ollama/child', 'fix the failing tests'], {env: {OLLAMA_HOST: ollama.url}})
    expect(refused.code, refused.stdout.slice(-1000)).toBe(8)
    expect(refused.closed?.reason).toContain('4096')
  })

  it('a Modelfile of 4,096 tokens is raised: what is loaded is read back', async () => {
    const [told] = toldBy(await penguin(['models', 'doctor', 'ollama/small', '--json']))
    expect(finding(told, 'window')).toMatchObject({state: 'fine'})
    expect(told?.window).toBe(32_768)
    const {models} = await ollama.get<{models: {name: string; context_length: number}[]}>('/api/ps')
    expect(models.find(({name}) => name === 'small:latest')?.context_length).toBe(32_768)
  })

  it('a listing that knows them by 4,096 tokens changes nothing: one is refused, the other raised', async () => {
    using repo = place(calculator)
    const env = {OLLAMA_HOST: ollama.url, LLAMACPP_BASE_URL: 'http://127.0.0.1:1/v1'}
    const listed = await repo.run(['models', 'list', '--refresh'], {env})
    expect(listed.stdout).toMatch(/ollama\/child:latest +4096/)
    const refused = await repo.run(['run', '--json', '-m', 'ollama/child:latest', 'fix the failing tests'], {env})
    expect(refused.code, refused.stdout.slice(-1000)).toBe(8)
    await repo.run(['run', '--json', '-m', 'ollama/small:latest', '--no-check', 'what is this?'], {env})
    const {models} = await ollama.get<{models: {name: string; context_length: number}[]}>('/api/ps')
    expect(models.find(({name}) => name === 'small:latest')?.context_length).toBe(32_768)
  })

  it('a llama-server of 4,096 tokens is refused with the option that mends it; 4 slots of 16,384 are 4,096 each', async () => {
    for (const [options, mend] of [
      [{context: 4096}, '-c 32768'],
      [{context: 16_384, slots: 4}, '-c 131072'],
    ] as const)
      await withLlama({gguf: crewModel(), ...options}, async (env) => {
        const run = await penguin(['models', 'doctor', 'llamacpp', '--json'], env)
        expect(run.code).toBe(1)
        const [told] = toldBy(run)
        expect(finding(told, 'window'), run.stdout).toMatchObject({state: 'wrong', says: expect.stringContaining('4096'), mend: expect.stringContaining(mend)})
        using repo = place(calculator)
        const refused = await repo.run(['run', '--json', '-m', 'llamacpp/scripted', 'fix the failing tests'], {env})
        expect(refused.code, refused.stdout.slice(-1000)).toBe(8)
        expect(refused.closed?.reason + refused.stdout).toContain(mend)
        expect(repo.read('sum.js')).toBe(calculator['sum.js'])
      })
  })
})
