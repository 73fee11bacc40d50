// Whole runs of the real program on real servers: the same scripted task by the name of the provider alone, and a crew
// of four roles whose model is loaded once.

import {afterAll, beforeAll, expect, it} from 'vitest'
import {bodies, calculator, fixed} from '../kit/flow.ts'
import {place} from '../kit/penguin.ts'
import {crewModel, spoken} from '../kit/real-script.ts'
import {describeReal, loadsOf, openLlamaServer, openOllama, type RealServer} from '../kit/real-servers.ts'

/** Rows are what a user sets; nothing else differs. A key only where the provider insists on one. */
const providers = ['ollama', 'llamacpp', 'openai', 'anthropic', 'vllm', 'sglang', 'openrouter', 'lab'] as const

describeReal(['ollama', 'llama-server'], 'a crew on the real servers', () => {
  let ollama: RealServer
  let llama: RealServer
  beforeAll(async () => {
    const gguf = crewModel()
    ollama = await openOllama({scripted: {gguf}})
    llama = await openLlamaServer({gguf, context: 2 * 32_768, slots: 2})
  })
  afterAll(async () => {
    await ollama?.[Symbol.asyncDispose]()
    await llama?.[Symbol.asyncDispose]()
  })

  const environment = (): Record<string, string> => ({
    OLLAMA_HOST: ollama.url,
    LLAMACPP_BASE_URL: `${llama.url}/v1`,
    VLLM_BASE_URL: `${llama.url}/v1`,
    SGLANG_BASE_URL: `${llama.url}/v1`,
    OPENAI_BASE_URL: `${llama.url}/v1`,
    OPENAI_API_KEY: 'sk-test-1234567890',
    OPENROUTER_API_KEY: 'sk-test-1234567890',
    ANTHROPIC_BASE_URL: llama.url,
    ANTHROPIC_API_KEY: 'sk-test-1234567890',
  })
  const repository = () => {
    const repo = place(calculator)
    const baseUrl = `${llama.url}/v1`
    repo.write({
      '../home/.config/penguin/config.yml': `providers:\n  openrouter: {baseUrl: "${baseUrl}"}\n  lab: {protocol: openai-chat, baseUrl: "${baseUrl}"}\n`,
    })
    return repo
  }

  for (const [index, name] of providers.entries()) {
    const byFlag = index % 2 === 1
    it(`${byFlag ? `--model ${name}/scripted` : `PENGUIN_MODEL_PROVIDER=${name}`}: the bug is mended and the gate is green`, async () => {
      using repo = repository()
      const env = {...environment(), ...(byFlag ? {} : {PENGUIN_MODEL_PROVIDER: name, PENGUIN_MODEL: 'scripted'})}
      const run = await repo.run(['run', '--json', ...(byFlag ? ['--model', `${name}/scripted`] : []), 'fix the failing tests'], {env})
      expect(run.closed, run.stderr + run.stdout.slice(-3000)).toMatchObject({outcome: 'done', exitCode: 0, text: spoken.last})
      expect(run.code).toBe(0)
      expect(run.closed?.gates).toMatchObject([{gate: 'tests', state: 'passed', counts: {passed: 1, failed: 0}}])
      expect(repo.read('sum.js')).toBe(fixed)
      expect(bodies(run.lines, 'route.chosen').map(({route}) => route)).toEqual([`${name}/scripted`])
      expect(bodies(run.lines, 'tool.done').map(({tool, ok}) => [tool, ok])).toEqual([
        ['read', true],
        ['edit', true],
        ['run_tests', true],
      ])
      expect(bodies(run.lines, 'model.failed')).toEqual([])
      expect(run.closed?.usage.total.calls).toBe(4)
      expect(run.closed?.usage.total.input).toBeGreaterThan(1000)
      expect(repo.survivors()).toEqual([])
    })
  }

  it('four roles on one model of Ollama load it once', async () => {
    await using fresh = await openOllama({scripted: {gguf: crewModel()}})
    using repo = repository()
    const route = 'ollama/scripted'
    const roles = ['explorer', 'planner', 'tester'].flatMap((role) => ['--role-model', `${role}=${route}`])
    const run = await repo.run(['run', '--json', '-m', route, ...roles, 'fix the failing tests'], {env: {...environment(), OLLAMA_HOST: fresh.url}})
    expect(run.closed, run.stderr + run.stdout.slice(-3000)).toMatchObject({outcome: 'done', exitCode: 0})
    expect(repo.read('sum.js')).toBe(fixed)
    const asked = new Set(run.lines.filter(({type}) => type === 'model.replied').map(({role}) => role))
    expect([...asked].sort()).toEqual(['coder', 'explorer', 'planner', 'tester'])
    expect(loadsOf(fresh), 'loads of the model').toBe(1)
    const {models} = await fresh.get<{models: {context_length: number}[]}>('/api/ps')
    expect(models).toMatchObject([{context_length: 32_768}])
  })
})
