// Keys and other secrets through the real program: never on stdout, in the journal, in a prompt or in a child's
// environment, whoever asks for them; and a key that is exchanged is taken up without a restart.

import {readdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {bodies, calculator, fix, green} from '../kit/flow.ts'
import {type Asked, modelServer, type Scripted, type Step} from '../kit/model-server.ts'
import {type Place, place} from '../kit/penguin.ts'

const key = 'correct-horse-battery-staple-1'
/** Put together here, so that none stands in this file. */
const token = ['ghp_', 'Zk3vQ9xWm2', 'Rt7yLp4Ns8', 'Bd6Hf1Jc5G', 'a0Ue9T'].join('')
const shell = (command: string): Scripted => ({calls: [{tool: 'shell', input: {command}}]})

/** Every byte under a folder. */
const allOf = (folder: string): string =>
  readdirSync(folder)
    .map((name) => join(folder, name))
    .map((path) => (statSync(path).isDirectory() ? allOf(path) : readFileSync(path, 'latin1')))
    .join('\n')

const configured = (repo: Place, server: {baseUrl: string}, how: string): void =>
  repo.write({'../home/.config/penguin/config.yml': `providers:\n  lab: {protocol: openai-chat, baseUrl: "${server.baseUrl}", ${how}}\nmodel: lab/m\n`})

describe('a key from a command', () => {
  const nosy: Step[] = [
    shell('env; cat /proc/self/environ /proc/*/environ 2>/dev/null | tr "\\0" "\\n"; echo over'),
    shell('cat config.js'),
    {calls: [{tool: 'read', input: {path: 'config.js'}}]},
    {calls: [{tool: 'search', input: {pattern: 'token'}}]},
    ...fix,
  ]

  it('is shown to nobody, and neither is a token in a file', async () => {
    await using server = await modelServer(nosy, {models: ['m'], key})
    using repo = place({...calculator, 'config.js': `export const token = '${token}'\nexport const note = '${key}'\n`})
    configured(repo, server, `apiKeyCommand: "printf ${key}"`)
    const run = await repo.run(['run', '--json', `fix the tests; my key is ${key}`])
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(server.requests).toHaveLength(7)
    const told = server.requests.map(({body}) => JSON.stringify(body)).join('\n')
    expect(told).toContain('over')
    expect(told).toContain("token = 'ghp_[redacted secret]'")
    const places = {
      stdout: run.stdout,
      stderr: run.stderr,
      journal: allOf(join(repo.dir, '.penguin')),
      prompts: told,
    }
    for (const [where, text] of Object.entries(places)) {
      // The start state of a file is kept as it is, so that it can be put back.
      const rest = where === 'journal' ? text.replaceAll(`export const token = '${token}'\nexport const note = '${key}'\n`, '') : text
      expect(rest.includes(key), `the key in ${where}`).toBe(false)
      expect(rest.includes(token), `the token in ${where}`).toBe(false)
    }
    expect(repo.read('config.js')).toContain(token)
  })

  it('is never written over by its mark', async () => {
    const script: Step[] = [
      {calls: [{tool: 'read', input: {path: 'config.js'}}]},
      {calls: [{tool: 'write', input: {path: 'config.js', text: "export const token = 'ghp_[redacted secret]'\n"}}]},
      {text: 'I leave it.'},
    ]
    await using server = await modelServer(script, {models: ['m'], key})
    using repo = place({...green, 'config.js': `export const token = '${token}'\n`})
    configured(repo, server, `apiKeyCommand: [printf, ${key}]`)
    const run = await repo.run(['run', '--json', 'tidy config.js'])
    expect(repo.read('config.js')).toBe(`export const token = '${token}'\n`)
    expect(bodies(run.lines, 'tool.done').at(-1)).toMatchObject({ok: false, error: {code: 'tool.input'}})
    expect(server.requests.at(-1)?.last).toContain('stands for a secret')
  })

  it('ends the run with 8 and a reason when it fails', async () => {
    await using server = await modelServer([])
    using repo = place(green)
    configured(repo, server, 'apiKeyCommand: "echo locked >&2; exit 2"')
    const run = await repo.run(['run', '--json', 'x'])
    expect(run.code).toBe(8)
    expect(run.stderr + run.stdout).toContain('providers.lab.apiKeyCommand: it ended with exit code 2: locked')
    expect(server.requests).toHaveLength(0)
  })

  it('needs trust when the project brings it', async () => {
    using repo = place({
      ...green,
      '.penguin/config.yml': 'providers: {lab: {protocol: openai-chat, baseUrl: "http://127.0.0.1:1/v1", apiKeyCommand: "touch ran"}}\nmodel: lab/m\n',
    })
    const run = await repo.run(['run', '--json', 'x'])
    expect(run.code).toBe(8)
    expect(run.stderr + run.stdout).toContain('providers.lab.apiKeyCommand')
    expect(repo.git('status', '--porcelain')).not.toContain('ran')
  })
})

describe('a key that is exchanged', () => {
  it.each(['apiKeyFile: "~/key"', 'apiKeyCommand: "cat ~/key"'])('is taken up in the middle of a run (%s)', async (how) => {
    const [first, second] = ['first-key-of-the-lab', 'second-key-of-the-lab']
    using repo = place(calculator)
    const steps = [...fix]
    let valid = first
    const script = (asked: Asked): Scripted => {
      if (asked.headers.authorization !== `Bearer ${valid}`) return {fault: {do: 'status', status: 401, message: `bad key ${asked.headers.authorization}`}}
      if (asked.toolResults === 1 && valid === first) {
        valid = second
        repo.write({'../home/key': second})
        return {fault: {do: 'status', status: 401, message: 'expired'}}
      }
      return steps.shift() ?? {text: 'nothing left'}
    }
    await using server = await modelServer(script, {models: ['m']})
    repo.write({'../home/key': first})
    configured(repo, server, how)
    const run = await repo.run(['run', '--json', 'fix it'])
    expect(run.closed, run.stderr + JSON.stringify(run.closed)).toMatchObject({outcome: 'done', exitCode: 0})
    expect(bodies(run.lines, 'model.failed')).toMatchObject([{error: {code: 'model.credentials'}, retryInMs: 0}])
    expect(server.requests.map(({headers}) => headers.authorization)).toEqual([first, first, second, second].map((one) => `Bearer ${one}`))
    expect(run.closed?.usage.total.calls).toBe(4)
    const everything = run.stdout + run.stderr + allOf(join(repo.dir, '.penguin'))
    expect(everything.includes(first) || everything.includes(second)).toBe(false)
  })

  it('is shown by nobody once one role has read it, not by another role, not to a model', async () => {
    const [first, second] = ['first-key-of-the-lab', 'second-key-of-the-lab']
    using repo = place({...calculator, 'notes.txt': `the lab's key is ${second} now\n`})
    let valid = first
    const isExplorer = (asked: Asked): boolean => asked.messages[0]?.text.includes("Penguin's explorer") ?? false
    const script = (asked: Asked): Scripted => {
      if (asked.headers.authorization !== `Bearer ${valid}`) return {fault: {do: 'status', status: 401, message: `bad key ${asked.headers.authorization}`}}
      if (isExplorer(asked) && valid === first) {
        valid = second
        repo.write({'../home/key': second})
        return {fault: {do: 'status', status: 401, message: 'expired'}}
      }
      if (isExplorer(asked)) return {text: 'Look at sum.js.'}
      const steps: Scripted[] = [
        {calls: [{tool: 'read', input: {path: 'notes.txt'}}]},
        shell('cat notes.txt'),
        {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]},
      ]
      // The server knows the key: it says it, in pieces that are cut anywhere.
      return steps[asked.toolResults] ?? {text: `It adds now. Your key is ${second}, and was ${first}.`, chunkChars: 7, everyMs: 70}
    }
    await using server = await modelServer(script, {models: ['m']})
    repo.write({'../home/key': first})
    repo.write({
      '../home/.config/penguin/config.yml': `providers:\n  lab: {protocol: openai-chat, baseUrl: "${server.baseUrl}", apiKeyFile: "~/key"}\nmodel: lab/m\nroles: {explorer: {model: lab/m}}\n`,
    })
    const run = await repo.run(['run', '--json', 'fix it'])
    expect(run.closed, run.stderr + JSON.stringify(run.closed)).toMatchObject({outcome: 'done', exitCode: 0})
    // The coder, hired later, has the new key at once.
    expect(bodies(run.lines, 'model.failed')).toHaveLength(1)
    const deltas = bodies(run.lines, 'model.delta').map(({text}) => text)
    expect(deltas.length).toBeGreaterThan(1)
    const told = server.requests.map(({body}) => JSON.stringify(body)).join('\n')
    const journal = allOf(join(repo.dir, '.penguin')).replaceAll(`the lab's key is ${second} now`, '')
    for (const [where, text] of Object.entries({stdout: run.stdout, stderr: run.stderr, journal, prompts: told, streamed: deltas.join('')}))
      for (const key of [first, second]) expect(text.includes(key), `${key} in ${where}`).toBe(false)
    expect(told).toContain("the lab's key is [redacted secret] now")
    expect(run.closed?.text).toBe('It adds now. Your key is [redacted secret], and was [redacted secret].')
  })

  it('is refused once when it is still the same', async () => {
    await using server = await modelServer([{fault: {do: 'status', status: 401}, times: 0}], {models: ['m']})
    using repo = place(green)
    repo.write({'../home/key': key})
    configured(repo, server, 'apiKeyFile: "~/key"')
    const run = await repo.run(['run', '--json', 'x'])
    expect(run.closed).toMatchObject({exitCode: 6, reason: expect.stringContaining('check providers.lab.apiKeyFile')})
    expect(server.requests).toHaveLength(1)
  })
})

describe('a model that says the key it was asked with', () => {
  it.each<[string, string, Record<string, string>, string[]]>([
    ['a variable', 'apiKeyEnv: LAB_KEY', {LAB_KEY: key}, ['--json']],
    ['a file', 'apiKeyFile: "~/key"', {}, ['--json', '--in-process']],
    ['a header', `headers: {X-Api-Key: ${key}}`, {}, ['--verbose', '-o', 'answer.txt']],
  ])('has it kept out of all that is written, when it came from %s', async (_from, how, env, flags) => {
    const echo = (asked: Asked): Scripted =>
      asked.toolResults === 0
        ? {text: `I know ${key}.`, chunkChars: 5, everyMs: 60, calls: [{tool: 'shell', input: {command: `echo ${key}; env; cat ~/key`}}]}
        : {text: `The key is ${key}.`, chunkChars: 3, everyMs: 30, thought: `hm, ${key}`}
    await using server = await modelServer(echo, {models: ['m']})
    using repo = place(green)
    configured(repo, server, how)
    repo.write({'../home/key': `${key}\n`})
    const run = await repo.run(['run', '--no-check', ...flags, 'x'], {env})
    expect(run.code, run.stderr).toBe(0)
    expect((run.stdout + run.stderr).includes(key)).toBe(false)
    const streamed = bodies(run.lines, 'model.delta').map(({text}) => text)
    expect(streamed.join('').includes(key), 'streamed in pieces').toBe(false)
    if (flags.includes('-o')) expect(repo.read('answer.txt')).toContain('[redacted secret]')
    expect(allOf(join(repo.dir, '.penguin')).includes(key)).toBe(false)
    // What the model said itself goes back to it without the key, and a command never had it in its environment.
    expect(server.requests.length).toBeGreaterThan(1)
    expect(
      server.requests
        .map(({body}) => JSON.stringify(body))
        .join('\n')
        .includes(key),
    ).toBe(false)
  })
})

it('the doctor and the router ask a server with its key, wherever that is kept', async () => {
  await using server = await modelServer([], {models: ['m'], key})
  using repo = place(green)
  repo.write({'../home/key': key})
  configured(repo, server, 'apiKeyFile: "~/key"')
  for (const words of [
    ['models', 'doctor'],
    ['models', 'doctor', 'lab'],
    ['models', 'probe', 'lab'],
    ['models', 'routes', '--explain'],
  ]) {
    const told = await repo.run(words)
    expect(told.stdout + told.stderr, words.join(' ')).not.toMatch(/401|credentials|no local model server/i)
    expect((told.stdout + told.stderr).includes(key)).toBe(false)
  }
})
