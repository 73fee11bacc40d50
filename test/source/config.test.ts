import {mkdirSync, readFileSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {childPath, configSha256, loadConfig} from '../../source/config.ts'
import {parseLayer} from '../../source/config-layer.ts'
import {keys} from '../../source/config-schema.ts'
import {commentedFile, keepInGit, writeKey} from '../../source/config-write.ts'
import type {Flags} from '../../source/context.ts'
import {testContext} from '../kit/context.ts'
import {type Files, tempFolder} from '../kit/temp.ts'

const load = async (files: Files = {}, env: Record<string, string> = {}, flags: Flags = {}, trusted = true) => {
  const root = tempFolder(files)
  const context = testContext({cwd: root, flags, env: {HOME: join(root, 'home'), ...env}})
  const loaded = await loadConfig({context, root, trusted})
  return {root, loaded}
}

const config = async (...given: Parameters<typeof load>) => {
  const {root, loaded} = await load(...given)
  if (!loaded.ok) throw new Error(loaded.error.msg)
  return {root, ...loaded.result}
}

const refusal = async (...given: Parameters<typeof load>): Promise<string> => {
  const {root, loaded} = await load(...given)
  if (loaded.ok) throw new Error('was taken')
  expect(loaded.error.code).toBe('config.invalid')
  return `${loaded.error.msg}\n${loaded.error.hint}`.replaceAll(`${root}/`, '')
}

const user = 'home/.config/penguin/config.yml'
const project = '.penguin/config.yml'
const local = '.penguin/config.local.yml'

describe('layers', () => {
  it('needs no file: defaults everywhere, no origin', async () => {
    const {timeouts, budgets, permissions, model, origins} = await config()
    expect(timeouts).toEqual({connectSec: 10, firstTokenSec: 120, idleSec: 60, callSec: 600, askSec: 300})
    expect(budgets).toEqual({})
    expect(permissions).toEqual({mode: null, rules: []})
    expect(model).toBeNull()
    expect(origins).toEqual({})
  })

  it('later wins: user, project, local, environment, flags; each with its place', async () => {
    const files = {
      [user]: 'timeouts:\n  connectSec: 1\n  idleSec: 1\n  callSec: 1\nbudgets: {turns: 1, calls: 1}\n',
      [project]: 'timeouts:\n  idleSec: 2\n  callSec: 2\nbudgets: {turns: 2, calls: 2}\n',
      [local]: 'timeouts: {callSec: 3}\nbudgets: {turns: 3, calls: 3}\n',
    }
    const {root, timeouts, budgets, origins} = await config(files, {PENGUIN_BUDGETS__TURNS: '4', PENGUIN_BUDGETS__CALLS: '4'}, {maxCalls: 5})
    expect(timeouts).toMatchObject({connectSec: 1, idleSec: 2, callSec: 3, askSec: 300})
    expect(budgets).toEqual({turns: 4, calls: 5})
    expect(origins).toEqual({
      'timeouts.connectSec': `${root}/${user}:2`,
      'timeouts.idleSec': `${root}/${project}:2`,
      'timeouts.callSec': `${root}/${local}:1`,
      'budgets.turns': 'PENGUIN_BUDGETS__TURNS',
      'budgets.calls': '--max-calls',
    })
  })

  it('adds rules up, so that a project cannot take a denial away', async () => {
    const {permissions} = await config({
      [user]: 'permissions: {rules: [{deny: "read(.env*)"}]}',
      [project]: 'permissions:\n  rules: [{ask: "shell(git push*)"}]',
    })
    expect(permissions.rules.map(({do: verb, match}) => `${verb} ${match}`)).toEqual(['deny read(.env*)', 'ask shell(git push*)'])
    expect(permissions.rules[1]?.from).toMatch(/config\.yml:2$/)
  })

  it('keeps dots in names of the user’s own', async () => {
    const {providers, routes, verification} = await config({
      [project]: 'providers: {openai: {models: {gpt-5.2: {window: 1000}}}}\nroutes: {v1.0: [openai/gpt-5.2]}\nverification: {checks: {"tests:a.b": make}}',
    })
    expect(providers).toEqual({openai: {protocol: 'openai-responses', models: {'gpt-5.2': {window: 1000}}}})
    expect(routes).toEqual({'v1.0': ['openai/gpt-5.2']})
    expect(verification.checks).toEqual({'tests:a.b': 'make'})
  })

  it('leaves out what needs trust in a folder that has none, and keeps the rest', async () => {
    const files = {[project]: 'permissions: {mode: auto}\nproviders: {openai: {baseUrl: "http://evil.test/v1"}}\nbudgets: {calls: 7}\n'}
    const {permissions, providers, budgets} = await config(files, {}, {}, false)
    expect(permissions.mode).toBeNull()
    expect(providers).toEqual({})
    expect(budgets.calls).toBe(7)
  })

  it.each([
    [{PENGUIN_MODEL: 'openai/x'}, 'openai/x'],
    [{PENGUIN_MODEL: 'x', PENGUIN_MODEL_PROVIDER: 'vllm'}, 'vllm/x'],
    [{PENGUIN_MODEL: 'org/x', PENGUIN_MODEL_PROVIDER: 'vllm'}, 'vllm/org/x'],
    [{PENGUIN_MODEL: 'vllm/x', PENGUIN_MODEL_PROVIDER: 'vllm'}, 'vllm/x'],
    [{PENGUIN_MODEL: 'openai/x', PENGUIN_MODEL_PROVIDER: 'vllm'}, 'openai/x'],
  ])('%j is the model %s', async (env, expected) => {
    expect((await config({[project]: 'model: ollama/y'}, env)).model).toBe(expected)
    expect((await config({}, env, {model: 'flag/z'})).model).toBe('flag/z')
  })

  it('reads lists, numbers and texts of variables by the key’s type', async () => {
    const {root, sandbox, roles} = await config(
      {},
      {PENGUIN_SANDBOX__WRITES: '/a,~/b,c', PENGUIN_ROLES__CODER__MODEL: '5', PENGUIN_ROLES__CODER__TEMPERATURE: '0.5'},
    )
    expect(sandbox.writes).toEqual(['/a', `${root}/home/b`, `${root}/c`])
    expect(roles.coder).toEqual({model: '5', temperature: 0.5})
  })

  it('leaves variables alone that are no keys', async () => {
    const env = {PENGUIN_NODE: '/n', PENGUIN_LINK: 'l', PENGUIN_DEBUG: '1', PENGUIN_MODEL__X: 'y', PENGUINS__A: '1', PENGUIN_OTHER: '1'}
    expect((await config({}, env)).origins).toEqual({})
  })
})

describe('mistakes', () => {
  it.each([
    ['budgets:\n  cals: 3\n', [`${project}:2`, '`budgets.cals`', 'did you mean `budgets.calls`?']],
    ['timouts: {idleSec: 3}', [`${project}:1`, 'did you mean `timeouts`?']],
    ['budgets:\n  turns: 3\n  calls: many\n', [`${project}:3`, '`budgets.calls`', 'for example calls: 200']],
    ['budgets: {calls: -1}', ['`budgets.calls`']],
    ['permissions: {rules: [{permit: "x"}]}', ['permissions.rules', 'deny']],
    ['sandbox: {level: strong}', ['`sandbox.level`']],
    ['orchestration: {backend: native}', ['nothing reads `orchestration` in this version']],
    ['- a\n- b\n', ['must hold keys and values']],
    ['a: [1\nb: 2\n', [`${project}:`]],
    ['model: a\nmodel: b\n', [`${project}:2`]],
    ['providers: {lab: {baseUrl: "http://127.0.0.1:8000/v1"}}', ['`providers.lab` has no protocol']],
    ['providers: {lab: {protocol: openai-chat, baseUrl: "file:///etc"}}', ['`providers.lab.baseUrl`']],
  ])('%j', async (text, said) => {
    const told = await refusal({[project]: text})
    for (const part of said) expect(told).toContain(part)
  })

  it.each([
    [{PENGUIN_BUDGETS__CALS: '3'}, ['PENGUIN_BUDGETS__CALS', 'did you mean `budgets.calls`?']],
    [{PENGUIN_BUDGETS__CALLS: 'x'}, ['PENGUIN_BUDGETS__CALLS', '`budgets.calls`']],
    [{PENGUIN_SANDBOX__NETWORK: 'x'}, ['is a group']],
  ])('%j', async (env, said) => {
    const told = await refusal({}, env)
    for (const part of said) expect(told).toContain(part)
  })

  it('bears an alias bomb and an empty file', async () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, at) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`).join('\n')}`
    expect(await refusal({[project]: bomb})).toContain(project)
    for (const text of ['# nothing\n', '---\n', '\ufeff', 'budgets:\n  # calls: 3\nroles:\n  coder:\n'])
      expect((await config({[project]: text})).origins).toEqual({})
    expect(await refusal({[project]: 'budgets:\n  calls:\n'})).toContain('`budgets.calls`')
  })
})

describe('the hash', () => {
  it('is of the settings, not of secrets or of where they stand', async () => {
    const lab = (secret: string) => `providers: {lab: {protocol: openai-chat, baseUrl: "http://u:${secret}@127.0.0.1:1/v1", headers: {X-Key: ${secret}}}}`
    const hashOf = async (files: Files): Promise<string> => {
      const {root: _, ...loaded} = await config(files)
      return configSha256(loaded)
    }
    const hashes = [await hashOf({[user]: lab('one')}), await hashOf({[project]: lab('two')})]
    expect(hashes[0]).toBe(hashes[1])
    expect(await hashOf({[project]: 'budgets: {calls: 3}'})).not.toBe(hashes[0])
  })
})

describe('writing', () => {
  it('keeps comments', async () => {
    const root = tempFolder({'c.yml': '# mine\nbudgets:\n  calls: 3 # few\n'})
    await writeKey(join(root, 'c.yml'), ['budgets', 'turns'], 9)
    await writeKey(join(root, 'c.yml'), ['routes', 'a.b'], ['x/y'])
    const text = readFileSync(join(root, 'c.yml'), 'utf8')
    expect(text).toContain('# mine')
    expect(text).toContain('calls: 3 # few')
    const layer = await parseLayer('c.yml', text)
    expect(layer.ok && layer.result.value).toEqual({budgets: {calls: 3, turns: 9}, routes: {'a.b': ['x/y']}})
  })

  it('begins with a file in which every key is a comment, and every comment is a valid key', async () => {
    const file = commentedFile()
    const empty = await parseLayer('c.yml', file)
    expect(empty.ok && empty.result.value).toEqual({})
    const opened = file
      .split('\n')
      .filter((line) => line.startsWith('#') && !/^#\s*#|^# [A-Z]|^# penguin/.test(line))
      .map((line) => line.slice(1))
      .join('\n')
    const full = await parseLayer('c.yml', opened)
    expect(full).toMatchObject({ok: true})
    const names = Object.keys(keys).map((name) => name.split('.').at(-1))
    for (const name of names) if (name !== '*') expect(opened).toContain(`${name}:`)
  })

  it('lets git see the settings and nothing else', () => {
    const root = tempFolder()
    mkdirSync(join(root, '.penguin'))
    keepInGit(join(root, '.penguin'))
    expect(readFileSync(join(root, '.penguin/.gitignore'), 'utf8')).toBe('*\n!.gitignore\n!config.yml\n')
  })
})

describe('PATH for the user’s programs', () => {
  it('loses the folders that npm put there and that hold our own Node, and only those', () => {
    const root = tempFolder({'theirs/node_modules/.bin/vitest': ''})
    mkdirSync(join(root, 'ours/node_modules/.bin'), {recursive: true})
    symlinkSync(process.execPath, join(root, 'ours/node_modules/.bin/node'))
    mkdirSync(join(root, 'bin'))
    symlinkSync(process.execPath, join(root, 'bin/node'))
    const path = [`${root}/ours/node_modules/.bin`, `${root}/theirs/node_modules/.bin`, `${root}/bin`, '', '/usr/bin'].join(':')
    expect(childPath({PATH: path, npm_lifecycle_event: 'demo'})).toBe([`${root}/theirs/node_modules/.bin`, `${root}/bin`, '/usr/bin'].join(':'))
    expect(childPath({PATH: path})).toBe(path.replace('::', ':'))
  })
})
