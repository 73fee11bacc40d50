// What the contract promises of places and settings, letter by letter, where nobody had looked: mistakes in the
// configuration, homes that are none, folders that are gone, files that are odd.

import {execFileSync} from 'node:child_process'
import {describe, expect, it} from 'vitest'
import {green, ways} from '../kit/flow.ts'
import {modelServer} from '../kit/model-server.ts'
import {launcher, place} from '../kit/penguin.ts'

const sh = (command: string) => ({calls: [{tool: 'shell', input: {command}}]})

describe('a mistake in the configuration', () => {
  it.each([
    ['modle: openai/gpt-5.2', '`modle` (did you mean `model`?)'],
    ['roles: {kodr: {model: openai/gpt-5.2}}', '`roles.kodr` (did you mean `roles.coder`?)'],
    ['routes: {fast: [nope/x]}', 'no provider named nope'],
    ['permissions: {rules: [{alow: "shell(ls)"}]}', '(did you mean `allow`?'],
  ])('ends in 8, with what was meant in the reason, however it is printed: %s', async (text, said) => {
    await using server = await modelServer([{text: 'x'}])
    using repo = place(green)
    repo.write({'../home/.config/penguin/config.yml': `${text}\n`})
    const way = ways.responses(server)
    const ran = await repo.run(['run', '--output', 'json', '--no-check', ...way.args, 'hi'], {env: way.env})
    expect(JSON.parse(ran.stdout)).toMatchObject({outcome: 'config', exitCode: 8, reason: expect.stringContaining(said)})
    expect(JSON.parse(ran.stdout).reason).toContain('config.yml:1: ')
    expect(server.requests).toHaveLength(0)
  })

  it('is told by other verbs without a stray colon', async () => {
    using repo = place(green)
    repo.write({'../home/.config/penguin/config.yml': 'modle: x\n'})
    expect((await repo.run(['config', 'list'])).stderr).toMatch(/^penguin: \/\S+config\.yml:1: there is no key `modle`\ndid you mean `model`\?\n$/)
  })
})

describe('where it is started', () => {
  it.each<[string, Record<string, string>]>([
    ['empty', {HOME: ''}],
    ['not a whole path', {HOME: 'home'}],
  ])('HOME %s: the project is still the project, and nothing of Penguin is put beside its files', async (_, env) => {
    await using server = await modelServer([{text: 'x'}])
    using repo = place(green)
    const way = ways.responses(server)
    const ran = await repo.run(['run', '--json', '--no-check', ...way.args, 'hi'], {
      env: {...way.env, XDG_CACHE_HOME: repo.home, XDG_STATE_HOME: repo.home, XDG_CONFIG_HOME: repo.home, ...env},
    })
    expect(ran.closed, ran.stderr).toMatchObject({outcome: 'answered'})
    expect(repo.git('status', '--porcelain', '--ignored')).toBe('!! .penguin/\n')
  })

  it('a folder that is gone is named, and another may be named instead', async () => {
    using repo = place(green)
    const run = (words: string): string =>
      execFileSync('bash', ['-c', `mkdir ../gone && cd ../gone && rmdir ../gone && '${launcher}' ${words} 2>&1; echo "exit $?"`], {
        cwd: repo.dir,
        env: repo.env,
        encoding: 'utf8',
      })
    expect(run('run --json hi')).toMatch(/the folder that this shell stands in is gone\n.*--cwd\nexit 2\n$/)
    expect(run(`config path -C '${repo.dir}'`)).toContain('exit 0')
  })
})

describe('odd files', () => {
  it('a pipe is not waited for, and a link that leads round in a circle is no trouble', async () => {
    const read = (path: string) => ({calls: [{tool: 'read', input: {path}}]})
    await using server = await modelServer([read('pipe'), read('round/round/sum.js'), read('nowhere'), {text: 'I looked.'}])
    using repo = place(green)
    execFileSync('bash', ['-c', 'mkfifo pipe; ln -s . round; ln -s none nowhere'], {cwd: repo.dir})
    const way = ways.responses(server)
    const ran = await repo.run(['run', '--json', ...way.args, '--no-check', '--timeout', '30', 'hi'], {env: way.env})
    expect(ran.closed).toMatchObject({outcome: 'answered'})
    expect(ran.lines.filter(({type}) => type === 'tool.done').map(({body}) => body)).toMatchObject([
      {ok: false, error: {msg: expect.stringContaining('no regular file')}},
      {ok: true},
      {ok: false},
    ])
  })

  it('a file that is too large to be kept is told apart from one that somebody changed', async () => {
    await using server = await modelServer([sh('echo x >> big.bin; echo y >> sum.js'), {text: 'done'}])
    using repo = place({...green, 'big.bin': 'z'.repeat(33 * 1024 * 1024)})
    const way = ways.responses(server)
    await repo.run(['run', '--json', '--no-check', ...way.args, 'hi'], {env: way.env})
    repo.write({'sum.js': 'mine now\n'})
    expect(await repo.run(['undo'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        /cannot be put back, because files over 32 MiB are not kept:\n {2}! big\.bin\nleft alone, because they are not as Penguin left them:\n {2}! sum\.js\n/,
      ),
    })
  })
})
