// What is settled before the first agent is hired: words, files, routes, rules. A misuse of the command line opens no
// run; every other refusal is a run that says how it ended.

import {symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {Readable} from 'node:stream'
import {describe, expect, it} from 'vitest'
import {bodies, calculator, fix, repository, types, type Wished} from '../../kit/hosted.ts'
import {modelServer} from '../../kit/model-server.ts'
import {tempFolder} from '../../kit/temp.ts'

const plain = {'a.txt': 'a\n'}
const answer = [{text: 'yes'}]
const noCheck = true

describe('the words of a run', () => {
  const said = async (more: Wished) => {
    const repo = repository(plain)
    const ran = await repo.run({...more, flags: {noCheck, model: repo.replay(answer), ...more.flags}})
    return {...ran, text: bodies(ran.events, 'user.said')[0]?.text}
  }
  const piped = (text: string): Wished => ({stdin: Readable.from([Buffer.from(text)])})

  it('come from the argument', async () => expect((await said({prompt: 'do it'})).text).toBe('do it'))
  it('come from standard input without one', async () => expect((await said(piped('from a pipe\n'))).text).toBe('from a pipe\n'))
  it('come from both with a dash', async () => expect((await said({...piped('the log'), words: ['explain', '-']})).text).toBe('explain\n\nthe log'))
  it.each([
    ['a terminal and no prompt', {tty: {in: true, out: true, err: true}}, 'there is no prompt'],
    ['a dash on a terminal', {words: ['-'], tty: {in: true, out: true, err: true}}, 'which is a terminal'],
    ['an empty pipe', piped('  \n'), 'standard input was empty'],
    ['answers on standard input and no prompt', {flags: {input: 'stream-json'}}, 'carries answers'],
  ] as [string, Wished, string][])('are missing with %s', async (_name, more, why) => {
    const ran = await said(more)
    expect(ran).toMatchObject({code: 2, out: ''})
    expect(ran.err).toContain(why)
  })
})

describe('a misuse', () => {
  it.each([
    ['a role that is none', {roleModel: ['cook=embedded/search']}, 'there is no role named cook'],
    ['a role without a model', {roleModel: ['coder=']}, 'ROLE=PROVIDER/MODEL'],
    ['an unknown provider', {model: 'nobody/m'}, 'nobody'],
    ['a schema that is not there', {schema: 'none.json'}, '--schema'],
    ['a rule that cannot be read', {deny: ['sh ell(']}, 'cannot be read'],
    ['a run to resume that is not there', {resume: 'r_none'}, 'there is no run r_none'],
    ['nothing to go on with', {continue: true}, 'no run to go on with'],
  ])('%s: says so, prints nothing, exits 2', async (_name, flags, why) => {
    const repo = repository(plain)
    const ran = await repo.run({prompt: 'x', flags})
    expect(ran).toMatchObject({code: 2, out: ''})
    expect(ran.err).toContain(why)
  })
  it('a folder that is not there', async () => {
    const repo = repository(plain)
    const ran = await repo.run({prompt: 'x', cwd: join(repo.dir, 'none')})
    expect(ran).toMatchObject({code: 2, out: ''})
  })
})

describe('a refused run', () => {
  it.each([
    ['a configuration that cannot be read', 'mdoel: x\n', {}, 'mdoel'],
    ['a rule of a file that cannot be read', 'permissions: {rules: [{deny: "sh ell("}]}\n', {}, 'cannot be read'],
    ['a host that is none', 'sandbox: {network: {allow: ["http://a.example"]}}\n', {}, 'is no host'],
  ])('is opened and closed for %s', async (_name, config, flags, why) => {
    const repo = repository(plain)
    repo.write({'../home/.config/penguin/config.yml': config})
    const ran = await repo.run({prompt: 'x', flags: {noCheck, model: repo.replay(answer), ...flags}})
    expect(types(ran.events)).toEqual(['run.opened', 'error', 'run.closed'])
    expect(ran.closed).toMatchObject({outcome: 'config', exitCode: 8})
    expect(`${ran.closed?.reason} ${bodies(ran.events, 'error')[0]?.hint}`).toContain(why)
    const journal = repo.journal()
    expect(journal.runs()).toMatchObject([{outcome: 'config'}])
    journal.close()
  })
  it('says how it ended although there is no project to write it down in', async () => {
    const repo = repository(plain)
    const ran = await repo.run({prompt: 'x', cwd: repo.home})
    expect(ran.closed).toMatchObject({outcome: 'config', exitCode: 8})
    expect(types(ran.events)).toEqual(['run.opened', 'error', 'run.closed'])
  })
  it('names a sandbox level that is not in this version', async () => {
    const repo = repository(plain)
    const ran = await repo.run({prompt: 'x', flags: {sandbox: 'docker', model: repo.replay(answer)}})
    expect(ran.closed).toMatchObject({outcome: 'sandbox', exitCode: 7})
  })
})

describe('the route of a run', () => {
  const routeOf = async (wished: Wished, config = '') => {
    const repo = repository(plain)
    if (config) repo.write({'../home/.config/penguin/config.yml': config})
    const ran = await repo.run({prompt: 'x', ...wished, flags: {noCheck, maxCalls: 1, ...wished.flags}, env: {...repo.env, ...wished.env}})
    return {ran, opened: bodies(ran.events, 'run.opened')[0], notice: bodies(ran.events, 'notice').find((one) => one.code === 'route')?.text ?? ''}
  }
  it('is the flag before everything', async () => {
    const repo = repository(plain)
    const {opened} = await routeOf({flags: {model: repo.replay(answer)}, env: {OPENAI_API_KEY: 'k', PENGUIN_MODEL: 'ollama/x'}})
    expect(opened?.routes.coder?.[0]).toMatch(/^replay\//)
  })
  it('is the variable, then the key that is there', async () => {
    await using server = await modelServer([{text: 'yes'}, {text: 'yes'}])
    const env = {OPENAI_API_KEY: 'sk-abcdefgh1234', OPENAI_BASE_URL: server.baseUrl}
    expect((await routeOf({env: {...env, PENGUIN_MODEL: 'openai/gpt-5.2'}})).opened?.routes.coder).toEqual(['openai/gpt-5.2'])
    const {opened, ran} = await routeOf({env})
    expect(opened?.routes.coder?.[0]).toMatch(/^openai\//)
    expect(ran.closed?.outcome).toBe('answered')
    expect(server.requests).toHaveLength(2)
  })
  it('is the embedded search when there is nothing else, and says so', async () => {
    const {opened, notice} = await routeOf({env: {OLLAMA_HOST: '127.0.0.1:1'}, flags: {noCheck: true, timeout: 20}})
    expect(opened?.routes.coder?.[0]).toMatch(/^embedded\//)
    expect(notice).toContain('No model configured')
  })
  it('may differ from role to role, by flag and by file', async () => {
    const repo = repository(plain)
    const {opened} = await routeOf({flags: {model: repo.replay(answer), roleModel: [`reviewer=${repo.replay(answer)}`]}})
    expect(opened?.routes.reviewer).not.toEqual(opened?.routes.coder)
  })
  it('hides the key that a server repeats', async () => {
    await using server = await modelServer([{fault: {do: 'status', status: 401, message: 'Incorrect API key provided: sk-abcdefgh1234'}}])
    const {ran} = await routeOf({flags: {model: 'openai/gpt-5.2'}, env: {OPENAI_API_KEY: 'sk-abcdefgh1234', OPENAI_BASE_URL: server.baseUrl}})
    expect(ran.closed?.outcome).toBe('provider')
    expect(ran.out).not.toContain('sk-abcdefgh1234')
  })
})

describe('the crew of a run', () => {
  it('has one candidate below the bwrap level, and says so', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'x', flags: {noCheck, candidates: 3, model: repo.replay(fix)}})
    expect(bodies(ran.events, 'notice').map((notice) => notice.code)).toContain('candidates.one')
  })
  it('has an explorer and a planner when they are given models', async () => {
    const repo = repository(plain)
    const ran = await repo.run({
      prompt: 'x',
      flags: {
        noCheck,
        model: repo.replay([{text: 'done'}]),
        roleModel: [`explorer=${repo.replay([{text: 'found it'}])}`, `planner=${repo.replay([{text: 'first this'}])}`],
      },
    })
    expect(bodies(ran.events, 'task.started').map((task) => task.role)).toEqual(['explorer', 'planner', 'coder'])
    expect(bodies(ran.events, 'task.started')[2]?.brief).toContain('found it')
  })
  it('works in a folder beside the project, also behind a link, and says that no checkpoint holds it', async () => {
    const repo = repository(plain)
    const beside = tempFolder({'real/b.txt': 'b\n'})
    symlinkSync(join(beside, 'real'), join(beside, 'link'))
    const path = join(beside, 'link/b.txt')
    const replies = [{calls: [{tool: 'read', input: {path}}]}, {text: 'read'}]
    const ran = await repo.run({prompt: 'x', flags: {noCheck, addDir: [join(beside, 'link')], model: repo.replay(replies)}})
    expect(bodies(ran.events, 'tool.done')).toMatchObject([{ok: true}])
    expect(bodies(ran.events, 'notice')).toContainEqual({code: 'folders.unkept', text: expect.stringContaining(join(beside, 'real'))})
  })
  it('reads the instructions of the project, once it is trusted with them', async () => {
    const repo = repository({...plain, 'AGENTS.md': 'Always say please.\n'})
    const ran = await repo.run({prompt: 'x', flags: {noCheck, model: repo.replay(answer)}})
    expect(bodies(ran.events, 'run.opened')[0]?.instructions).toEqual(['AGENTS.md'])
  })
  it('may only look where nothing may be written', async () => {
    const repo = repository(plain)
    const lines = [{calls: [{tool: 'write', input: {path: 'b.txt', text: 'x'}}]}, {text: 'no'}]
    const ran = await repo.run({prompt: 'x', flags: {permission: 'plan', model: repo.replay(lines)}})
    expect(repo.has('b.txt')).toBe(false)
    expect(bodies(ran.events, 'tool.done')[0]?.ok).toBe(false)
  })
})
