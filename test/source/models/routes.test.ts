import {mkdirSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {updateLearned} from '../../../engine/memory/learned.ts'
import {nothingLearned} from '../../../engine/model/learn.ts'
import type {Environment} from '../../../source/context.ts'
import {learnedFile} from '../../../source/models/facts.ts'
import {models} from '../../../source/verb/models.ts'
import {testContext} from '../../kit/context.ts'
import {modelServer} from '../../kit/model-server.ts'
import {tempFolder} from '../../kit/temp.ts'

const aliases = 'model: any\nroutes: {any: [openai/gpt-5.2, openai/gpt-5-mini, ollama/qwen3]}\n'

const place = (config: string) => {
  const cwd = tempFolder({'.penguin/config.yml': config})
  const env: Environment = {HOME: join(cwd, 'home'), OLLAMA_HOST: '127.0.0.1:1'}
  const explain = async (words: string[], flags: Record<string, boolean> = {}, more: Environment = {}) => {
    const context = testContext({words: ['routes', ...words], cwd, env: {...env, ...more}, flags: {explain: true, ...flags}})
    return {code: await models(context), ...context.said}
  }
  return {env, explain}
}

describe('models routes --explain', () => {
  it("prints each route's case, in the order of the policy", async () => {
    await using server = await modelServer([], {models: ['qwen3']})
    const {code, out} = await place(`${aliases}router: {policy: cost}\n`).explain(['coder', 'Fix the sum.'], {}, {OLLAMA_HOST: server.url})
    expect(code).toBe(0)
    expect(out.split('\n')[0]).toMatch(/^coder: edit \(set by .*config\.yml:1\); cost: cheapest for the success it has$/)
    expect(out).toMatch(/route +score +quality +success +cost +time +wait +why\nollama\/qwen3 +0\.\d\d .*free/)
    expect(out.indexOf('gpt-5-mini')).toBeLessThan(out.indexOf('gpt-5.2'))
  })
  it('follows the rule of the kind that the prompt is of', async () => {
    await using server = await modelServer([], {models: ['qwen3']})
    const {explain} = place(`${aliases}router: {rules: {question: cost, complex: quality}}\n`)
    const of = async (prompt: string): Promise<{policy: string; routes: string[]}> =>
      JSON.parse((await explain(['coder', prompt], {json: true}, {OLLAMA_HOST: server.url})).out)
    expect(await of('What does sum return?')).toMatchObject({policy: 'cost', kind: 'question', routes: ['ollama/qwen3', 'openai/gpt-5-mini', 'openai/gpt-5.2']})
    expect(await of('Refactor sum')).toMatchObject({policy: 'quality', kind: 'complex', routes: ['openai/gpt-5.2', 'openai/gpt-5-mini', 'ollama/qwen3']})
    expect(await of('Fix sum')).toMatchObject({policy: 'balanced', kind: 'edit', routes: ['openai/gpt-5.2', 'openai/gpt-5-mini', 'ollama/qwen3']})
  })
  it('weighs what was learned, and a model that must be loaded first', async () => {
    await using server = await modelServer([], {models: ['qwen3']})
    const {env, explain} = place('model: any\nroutes: {any: [ollama/qwen3, openai/gpt-5-mini, openai/gpt-5.2]}\n')
    const file = learnedFile(env)
    mkdirSync(dirname(file), {recursive: true})
    updateLearned(file, () => [{...nothingLearned('openai/gpt-5-mini', 'edit'), good: 1, bad: 30, at: 1}])
    const {out} = await explain(['coder', 'Fix sum'], {json: true}, {OLLAMA_HOST: server.url})
    expect(JSON.parse(out)).toMatchObject({routes: ['ollama/qwen3', 'openai/gpt-5.2', 'openai/gpt-5-mini']})
    expect(JSON.parse(out).scores[0]).toMatchObject({route: 'ollama/qwen3', ms: 8000 + 800 + 40_960, waitMs: 0})
  })
  it('puts a server that is not there last, and says so', async () => {
    const {out} = await place(`${aliases}router: {policy: local-first}\n`).explain(['coder', 'Fix the sum.'])
    expect(out).toMatch(/ollama\/qwen3 +no .* its server does not answer\n/)
    expect(out.indexOf('gpt-5.2')).toBeLessThan(out.indexOf('ollama/qwen3'))
  })
  it('explains all roles, and refuses one that is not there', async () => {
    const {explain} = place(aliases)
    expect((await explain([])).out.match(/^\w+: /gm)).toHaveLength(5)
    expect(await explain(['painter'])).toMatchObject({code: 2, out: ''})
  })
})
