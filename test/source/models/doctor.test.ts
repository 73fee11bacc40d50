import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {realClock, realDice} from '../../../source/edges.ts'
import {models} from '../../../source/verb/models.ts'
import {testContext} from '../../kit/context.ts'
import {type LocalOptions, localServer} from '../../kit/local-server.ts'
import {tempFolder} from '../../kit/temp.ts'

interface Told {
  route: string
  ok: boolean
  findings: {name: string; state: string; says: string; mend: string}[]
  window?: number
  slots?: number
  cpuShare?: number
  prefillPerSec?: number
  decodePerSec?: number
}

const examine = async (options: LocalOptions, {words, config, json = true}: {words?: string[]; config?: (url: string) => string; json?: boolean} = {}) => {
  await using server = await localServer({firstMs: 4, everyMs: 1, ...options})
  const {kind} = options
  const cwd = tempFolder({'.penguin/config.yml': config?.(server.baseUrl) ?? ''})
  const env = {
    HOME: join(cwd, 'home'),
    OLLAMA_HOST: '127.0.0.1:1',
    [kind === 'ollama' ? 'OLLAMA_HOST' : `${kind.toUpperCase()}_BASE_URL`]: kind === 'ollama' ? server.url : server.baseUrl,
  }
  const context = testContext({words: ['doctor', ...(words ?? [`${kind}/m`])], cwd, env, flags: {json, trust: true}})
  const code = await models(Object.assign(context, {clock: realClock(), dice: realDice}))
  const told = json && context.said.out ? (JSON.parse(context.said.out) as Told) : undefined
  const of = (name: string) => told?.findings.find((finding) => finding.name === name)
  return {code, told, of, ...context.said, loads: server.loads(), context: server.context()}
}

describe('models doctor', () => {
  it.each(['ollama', 'llamacpp', 'vllm', 'sglang'] as const)('finds nothing to change on a %s that is well', async (kind) => {
    const {code, told, of, loads} = await examine({kind, thinks: 'asked'})
    expect(told?.findings.filter(({mend}) => mend)).toEqual([])
    expect(code).toBe(0)
    expect(told).toMatchObject({route: `${kind}/m`, ok: true, window: 32_768})
    expect(of('window')).toMatchObject({state: 'fine', says: '32768 tokens, as asked'})
    expect(['call', 'result', 'schema'].map((name) => of(name)?.state)).toEqual(['fine', 'fine', 'fine'])
    expect(told?.prefillPerSec).toBeGreaterThan(0)
    expect(told?.decodePerSec).toBeGreaterThan(0)
    if (kind === 'ollama') expect(loads, 'every request asks for the same window').toBe(1)
  })

  it('refuses a window of 4,096, and says how to raise it', async () => {
    const ollama = await examine({kind: 'ollama', window: 4096})
    expect(ollama.code).toBe(1)
    expect(ollama.context, 'the server lowered it in silence').toBe(4096)
    expect(ollama.of('window')).toMatchObject({state: 'wrong', says: 'loaded with 4096 tokens, a run needs 8192: penguin run refuses it'})
    const llamacpp = await examine({kind: 'llamacpp', window: 4096, slots: 4})
    expect(llamacpp.of('window')).toMatchObject({state: 'wrong', mend: 'start llama-server with -c 131072 (for 4 slots; or fewer with -np)'})
    const vllm = await examine({kind: 'vllm', window: 4096})
    expect(vllm.of('window')?.mend).toBe('start the server with --max-model-len 32768')
  })

  it('notes a window that is smaller than asked, and works with it', async () => {
    const {code, of} = await examine({kind: 'ollama', window: 16_384})
    expect(code).toBe(1)
    expect(of('window')).toMatchObject({state: 'note', says: 'loaded with 16384 tokens, 32768 were asked; a run works with 16384'})
    expect(of('window')?.mend).toContain('penguin config set providers.ollama.models.m.window 16384')
  })

  it('tells calls that are written into the text from calls that do not come', async () => {
    const text = await examine({kind: 'llamacpp', calls: 'text'})
    expect(text.of('call')).toMatchObject({state: 'note', mend: ''})
    expect(text.of('result')?.state).toBe('fine')
    expect(text.code).toBe(0)
    const none = await examine({kind: 'llamacpp', calls: 'none', template: 'plain'})
    expect(none.of('call')).toMatchObject({state: 'wrong'})
    expect(none.of('call')?.mend).toContain('edits grammar')
    const loose = await examine({kind: 'llamacpp', calls: 'none', schema: false})
    expect(loose.of('call')?.mend).toContain('edits blocks')
    expect(none.of('template')?.mend).toContain('--jinja')
    expect(none.code).toBe(1)
  })

  it('says what thinks, what breaks a schema, and what runs on the CPU', async () => {
    const {code, told, of} = await examine({kind: 'ollama', thinks: 'always', schema: false, vramShare: 0.4})
    expect(of('thinking')?.says).toBe('it thinks unasked, before every call')
    expect(of('schema')).toMatchObject({state: 'note'})
    expect(of('memory')?.says).toMatch(/^60 % of/)
    expect(of('memory')?.mend).toContain('OLLAMA_KV_CACHE_TYPE')
    expect(told?.cpuShare).toBeCloseTo(0.6)
    expect(code).toBe(1)
    expect((await examine({kind: 'ollama', thinks: 'never'})).of('thinking')?.says).toBe('it does not think')
  })

  it('sees an Ollama behind /v1', async () => {
    const {of, code} = await examine({kind: 'ollama'}, {words: ['lab/m'], config: (url) => `providers: {lab: {protocol: openai-chat, baseUrl: "${url}"}}\n`})
    expect(of('protocol')?.mend).toContain('providers.lab.protocol ollama')
    expect(code).toBe(1)
  })

  it('prints what it found, for a provider alone and without a name', async () => {
    const named = await examine({kind: 'ollama'}, {words: ['ollama'], json: false})
    expect(named.out).toMatch(/^ollama\/m\n✓ window {4}32768 tokens, as asked\n/)
    const unnamed = await examine({kind: 'ollama'}, {words: [], json: false})
    expect(unnamed.out).toMatch(/^ollama\/m\n/)
  })

  it('is 2 for what is not local or not there, 1 for a server that is gone', async () => {
    expect((await examine({kind: 'ollama'}, {words: ['openai/gpt-5.2']})).code).toBe(2)
    expect((await examine({kind: 'ollama'}, {words: ['nobody/x']})).code).toBe(2)
    const gone = await examine(
      {kind: 'ollama'},
      {words: ['llamacpp/m'], config: () => 'providers: {llamacpp: {protocol: openai-chat, baseUrl: "http://127.0.0.1:1/v1"}}\n'},
    )
    expect(gone).toMatchObject({code: 1})
    expect(gone.of('server')?.state).toBe('wrong')
  })
})
