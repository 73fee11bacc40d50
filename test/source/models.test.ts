import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Environment} from '../../source/context.ts'
import {models} from '../../source/verb/models.ts'
import {testContext} from '../kit/context.ts'
import {modelServer} from '../kit/model-server.ts'
import {tempFolder} from '../kit/temp.ts'

const call = async (words: string[], env: Environment = {}) => {
  const cwd = tempFolder({'.penguin/config.yml': 'roles: {planner: {model: openai/gpt-5-mini}}\n'})
  const context = testContext({words, cwd, env: {HOME: join(cwd, 'home'), OLLAMA_HOST: '127.0.0.1:1', ...env}})
  return {code: await models(context), ...context.said}
}

describe('models', () => {
  it('lists what has a card, with its price', async () => {
    const {code, out} = await call([])
    expect(code).toBe(0)
    expect(out).toMatch(/openai\/gpt-5\.2 +400000 {2}\$1\.75 in, \$14 out per 1e6 tokens {2}\(default\)/)
  })
  it('probes a server that is there', async () => {
    await using server = await modelServer([], {models: ['m1', 'm2']})
    const {code, out} = await call(['probe', 'ollama'], {OLLAMA_HOST: server.url})
    expect(out).toMatch(/^✓ ollama +2 models/)
    expect(code).toBe(0)
  })
  it('says of a server that is not there what to do, and exits 1', async () => {
    const {code, out} = await call(['probe', 'ollama'])
    expect(out).toMatch(/^✗ ollama .*ollama serve/)
    expect(code).toBe(1)
  })
  it('refuses a provider that is not known', async () => {
    expect(await call(['probe', 'nobody'])).toMatchObject({code: 2, out: ''})
  })
  it('explains the route of each role', async () => {
    const {out} = await call(['routes'], {OPENAI_API_KEY: 'k'})
    expect(out).toContain('coder     openai/gpt-5.2  (OPENAI_API_KEY is set)')
    expect(out).toMatch(/planner {3}openai\/gpt-5-mini {2}\(set by /)
  })
})
