import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {asFault, outcomeOf} from '../../engine/contract/fault.ts'
import type {Flags, VerbRun} from '../../source/context.ts'
import {config} from '../../source/verb/config.ts'
import {doctor} from '../../source/verb/doctor.ts'
import {init} from '../../source/verb/init.ts'
import {testContext} from '../kit/context.ts'
import {tempFolder, writeFiles} from '../kit/temp.ts'

/** A verb as the front door runs it: a fault becomes words on stderr, and 2 or 1. */
const say = async (verb: VerbRun, words: string[], {cwd, flags = {}, env = {}}: {cwd: string; flags?: Flags; env?: Record<string, string>}) => {
  const context = testContext({words, flags, cwd, env: {HOME: join(cwd, 'home'), PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...env}})
  const status = await verb(context).catch((thrown: unknown) => {
    const found = asFault(thrown)
    context.err(`${found.msg}\n${found.hint}\n`)
    return outcomeOf(found) === 'usage' ? 2 : 1
  })
  return {status, stdout: context.said.out, stderr: context.said.err}
}

describe('config', () => {
  it('writes, reads, explains and lists', async () => {
    const cwd = tempFolder({'package.json': '{}', '.git/HEAD': ''})
    const run = (...words: string[]) =>
      say(
        config,
        words.filter((word) => word !== '--project'),
        {cwd, flags: {project: words.includes('--project')}},
      )
    expect(await run('set', 'budgets.calls', '7')).toMatchObject({status: 0})
    expect(readFileSync(join(cwd, 'home/.config/penguin/config.yml'), 'utf8')).toContain('calls: 7')
    expect(await run('get', 'budgets.calls')).toEqual({status: 0, stdout: '7\n', stderr: ''})
    expect(await run('get', 'budgets')).toEqual({status: 0, stdout: '{"calls":7}\n', stderr: ''})
    expect(await run('get', 'model')).toMatchObject({status: 1, stdout: ''})
    expect(await run('set', '--project', 'budgets.calls', '9')).toMatchObject({status: 0})
    expect(readFileSync(join(cwd, '.penguin/.gitignore'), 'utf8')).toContain('!config.yml')
    const explained = (await run('explain', 'budgets.calls')).stdout
    expect(explained).toContain('budgets.calls = 9')
    expect(explained).toContain(`${cwd}/.penguin/config.yml:2`)
    expect((await run('list')).stdout).toMatch(/^timeouts\.idleSec = 60 {2}\(default\)$/m)
    const listed = JSON.parse((await say(config, ['list'], {cwd, flags: {json: true}})).stdout)
    expect(listed).toContainEqual({key: 'budgets.calls', value: 9, from: `${cwd}/.penguin/config.yml:2`})
    expect((await run('path')).stdout.split('\n').filter(Boolean)).toHaveLength(3)
  })

  it("reads and writes what is the user's own in the home folder, which is no project", async () => {
    const cwd = tempFolder({})
    const run = (...words: string[]) => say(config, words, {cwd, env: {HOME: cwd}})
    expect(await run('set', 'budgets.calls', '7')).toMatchObject({status: 0})
    expect(await run('get', 'budgets.calls')).toEqual({status: 0, stdout: '7\n', stderr: ''})
    expect(await say(config, ['set', 'budgets.calls', '7'], {cwd, flags: {project: true}, env: {HOME: cwd}})).toMatchObject({status: 1})
    expect((await say(doctor, [], {cwd, env: {HOME: cwd}})).stdout).toMatch(/journal +.*is not a project folder/)
  })

  it('takes records and lists as a file has them, and keeps the comments of what stays', async () => {
    const cwd = tempFolder({
      'package.json': '{}',
      '.git/HEAD': '',
      'home/.config/penguin/config.yml':
        '# mine\nproviders:\n  # the lab\n  lab:\n    protocol: openai-chat # spoken there\n    baseUrl: http://127.0.0.1:1/v1\n    headers: {X-Team: blue}\n# the end\n',
    })
    const file = join(cwd, 'home/.config/penguin/config.yml')
    const run = (...words: string[]) => say(config, words, {cwd})
    expect(await run('set', 'routes.fast', '[lab/small, openai/gpt-5-mini]')).toMatchObject({status: 0})
    expect(await run('get', 'routes.fast')).toMatchObject({stdout: '["lab/small","openai/gpt-5-mini"]\n'})
    const record = '{protocol: openai-chat, baseUrl: "http://127.0.0.1:8000/v1", models: {small: {window: 65536, usdIn: 0.2}}}'
    expect(await run('set', 'providers.lab', record)).toMatchObject({status: 0})
    const written = readFileSync(file, 'utf8')
    for (const kept of ['# mine', '# the lab', '# spoken there', '# the end', '8000', 'window: 65536']) expect(written).toContain(kept)
    expect(written).not.toContain('X-Team')
    const got = (await run('get', 'providers.lab')).stdout
    expect(JSON.parse(got)).toEqual({protocol: 'openai-chat', baseUrl: 'http://127.0.0.1:8000/v1', models: {small: {window: 65_536, usdIn: 0.2}}})
    // What `get` prints, `set` takes.
    expect(await run('set', 'providers.lab', got)).toMatchObject({status: 0})
    expect(readFileSync(file, 'utf8')).toBe(written)
    expect(await run('set', 'roles', '{"coder": {"model": "lab/small", "calls": 5}}')).toMatchObject({status: 0})
    expect(await run('get', 'roles.coder.calls')).toMatchObject({stdout: '5\n'})
    expect((await run('explain', 'providers.lab')).stdout).toMatch(
      /^providers\.lab is a group\nproviders\.lab\.protocol = openai-chat {2}\(.*config\.yml:5\)$/m,
    )
    for (const [key, value, why] of [
      ['providers.lab', '{protcol: openai-chat}', 'protocol'],
      ['providers.lab', 'openai-chat', 'is a group'],
      ['providers.lab', '{models: {m: {window: -1}}}', 'window'],
      ['routes.fast', '[1, 2]', 'routes.fast'],
      ['router.policy', '{a: 1}', 'router.policy'],
    ] as const) {
      const refused = await run('set', key, value)
      expect(refused.status).toBe(2)
      expect(refused.stderr).toContain(why)
    }
    expect(readFileSync(file, 'utf8')).toContain('window: 65536')
  })

  it('tells of a broken file, with 1', async () => {
    const cwd = tempFolder({'.penguin/config.yml': 'budgets: {cals: 3}\n'})
    expect(await say(config, ['list'], {cwd})).toMatchObject({status: 1, stdout: '', stderr: expect.stringContaining('config.yml:1')})
  })

  it('says which keys of a folder without trust are left out', async () => {
    const cwd = tempFolder({'.penguin/config.yml': 'permissions: {mode: auto}\nbudgets: {calls: 3}\n'})
    const {stdout, stderr} = await say(config, ['list'], {cwd})
    expect(stderr).toContain('permissions.mode')
    expect(stdout).toContain('permissions.mode =   (default)')
    expect(stdout).toContain('budgets.calls = 3')
  })
})

describe('init', () => {
  it('writes a file of comments once, and lets git see it', async () => {
    const cwd = tempFolder({'.git/HEAD': ''})
    expect(await say(init, [], {cwd})).toMatchObject({status: 0, stdout: `${cwd}/.penguin/config.yml\n`})
    expect(await say(config, ['list'], {cwd})).toMatchObject({status: 0, stderr: ''})
    writeFiles(cwd, {'.penguin/config.yml': '# mine\n'})
    expect(await say(init, [], {cwd})).toMatchObject({status: 1, stdout: ''})
    expect(readFileSync(join(cwd, '.penguin/config.yml'), 'utf8')).toBe('# mine\n')
  })

  it('says what cannot be written', async () => {
    const cwd = tempFolder({'.git/HEAD': '', '.penguin': 'a file'})
    const refused = await say(init, [], {cwd})
    expect(refused).toMatchObject({status: 1, stdout: ''})
    expect(refused.stderr).toContain(`${cwd}/.penguin/config.yml: E`)
    expect(refused.stderr).not.toContain('internal')
  })
})

describe('doctor', () => {
  const look = async (env: Record<string, string> = {}, files: Record<string, string> = {}) => {
    const cwd = tempFolder({'.git/HEAD': '', ...files})
    const {stdout, status} = await say(doctor, [], {cwd, flags: {json: true}, env: {OLLAMA_HOST: '127.0.0.1:9', ...env}})
    const {ok, findings} = JSON.parse(stdout) as {ok: boolean; findings: {name: string; state: string; says: string; mend: string}[]}
    const by = (name: string) => findings.find((one) => one.name === name)
    return {ok, status, findings, by}
  }

  it('tells of every part, and names the command for what is wrong', async () => {
    const {ok, status, findings, by} = await look()
    expect(findings.map((one) => one.name)).toEqual([
      'runtime',
      'git',
      'bash',
      'sandbox',
      'config',
      'openai',
      'ollama',
      'embedded',
      'disk',
      'terminal',
      'journal',
    ])
    for (const one of findings) if (one.state !== 'fine') expect(one.mend, one.name).not.toBe('')
    expect(by('runtime')?.says).toContain(process.versions.node)
    expect(by('openai')).toMatchObject({state: 'note', mend: expect.stringContaining('OPENAI_API_KEY')})
    expect(by('ollama')).toMatchObject({state: 'note', says: expect.stringContaining('127.0.0.1:9')})
    expect(ok).toBe(findings.every((one) => one.state !== 'wrong'))
    expect(status).toBe(ok ? 0 : 1)
  })

  it('sees a key, a broken setting, a folder without trust', async () => {
    expect((await look({OPENAI_API_KEY: 'secret'})).by('openai')?.state).toBe('fine')
    expect(JSON.stringify((await look({OPENAI_API_KEY: 'secret-key'})).findings)).not.toContain('secret-key')
    const broken = await look({}, {'.penguin/config.yml': 'modl: x\n'})
    expect(broken).toMatchObject({ok: false, status: 1})
    expect(broken.by('config')).toMatchObject({state: 'wrong', mend: expect.stringContaining('`model`')})
    expect((await look({}, {'.penguin/config.yml': 'permissions: {mode: auto}\n'})).by('trust')).toMatchObject({
      state: 'wrong',
      mend: expect.stringContaining('--trust'),
    })
  })
})
