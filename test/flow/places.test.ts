// Where a run may find itself: every state of a repository and of a disk that the contract names, each with its
// promised ending, and with everything that is the user's as it was.

import {execFileSync} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {modelServer} from '../kit/model-server.ts'
import {type Place, place} from '../kit/penguin.ts'
import {asked, calculator, fix, fixedSum, look, openai, toldBy} from '../kit/work.ts'

/** A run that mends sum.js and touches nothing else, `.git` included. */
const mends = async (repo: Place, args = asked('fix the failing tests')) => {
  await using server = await modelServer(fix())
  const [before, git] = [look(repo.dir, ['.git']), look(join(repo.dir, '.git', '..'), [])]
  const run = await repo.run(args, {env: openai(server)})
  expect(run.closed, run.stderr + run.stdout.slice(-600)).toMatchObject({outcome: 'done', exitCode: 0})
  expect(run.closed?.files).toEqual([{path: 'sum.js', change: 'changed', add: 1, del: 1}])
  const after = look(repo.dir)
  expect({...after, 'sum.js': git['sum.js']}).toEqual(git)
  expect(Object.keys(before)).toContain('sum.js')
  expect(repo.read('sum.js')).toBe(fixedSum)
  expect(repo.survivors()).toEqual([])
  return run
}

describe('states of a repository', () => {
  it('no git at all', async () => {
    using repo = place(calculator, {git: false})
    await mends(repo)
  })

  it('a repository without a commit', async () => {
    using repo = place(calculator, {git: false})
    repo.git('init', '-q', '-b', 'trunk')
    await mends(repo)
    expect(repo.git('status', '--porcelain').split('\n').filter(Boolean).sort()).toEqual(['?? package.json', '?? sum.js', '?? test/'])
  })

  it('a detached head', async () => {
    using repo = place(calculator)
    repo.git('checkout', '-q', '--detach')
    await mends(repo)
    expect(repo.git('status', '--porcelain')).toBe(' M sum.js\n')
  })

  it('staged, changed, untracked, ignored and stashed work of the user stays as it is', async () => {
    using repo = place({...calculator, 'notes.md': 'one\n', 'win.txt': 'a\r\nb\r\n', 'run.sh': '#!/bin/sh\n', '.gitignore': 'secret/\n*.log\n'})
    repo.git('branch', 'other')
    repo.write({'notes.md': 'stashed\n'})
    repo.git('stash', '-q')
    execFileSync('chmod', ['755', join(repo.dir, 'run.sh')])
    symlinkSync('notes.md', join(repo.dir, 'link.md'))
    repo.write({
      'win.txt': 'a\r\nb\r\nc\r\n',
      'staged.txt': 'staged\n',
      'loose é.txt': 'loose\n',
      'secret/key': 'k\n',
      'debug.log': 'l\n',
      'bin.dat': '\u0000\u0001',
    })
    repo.git('add', 'staged.txt')
    const status = (): string[] =>
      repo
        .git('--no-optional-locks', 'status', '--porcelain', '--ignored')
        .split('\n')
        .filter((line) => line !== '!! .penguin/')
    const before = status()
    await mends(repo)
    expect(status().sort()).toEqual([...before, ' M sum.js'].sort())
    expect(repo.git('stash', 'list').trim().split('\n')).toHaveLength(1)
    expect(repo.git('branch', '--format=%(refname:short)').trim().split('\n')).toEqual(['main', 'other'])
  })

  it('a submodule is read, and written only when it is named', async () => {
    using lib = place({'part.js': 'export const part = 1\n'})
    using repo = place({...calculator})
    repo.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', lib.dir, 'vendor/lib')
    repo.git('commit', '-qm', 'sub')
    const script = [
      {calls: [{tool: 'read', input: {path: 'vendor/lib/part.js'}}]},
      {calls: [{tool: 'edit', input: {path: 'vendor/lib/part.js', old: 'part = 1', new: 'part = 2'}}]},
      {calls: [{tool: 'shell', input: {command: 'echo x >> vendor/lib/part.js'}}]},
      ...fix(),
    ]
    {
      await using server = await modelServer(script)
      const run = await repo.run(asked('fix it'), {env: openai(server)})
      expect(run.closed, run.stderr).toMatchObject({outcome: 'done', files: [{path: 'sum.js'}]})
      expect(repo.read('vendor/lib/part.js')).toBe('export const part = 1\n')
      const told = toldBy(server.requests.at(-1)?.messages ?? [])
      expect(told[0]).toContain('part = 1')
      expect(told[1]).toMatch(/submodule/)
      expect(told[2]).toMatch(/Read-only file system/)
    }
    repo.git('checkout', '-q', 'sum.js')
    await using server = await modelServer(script)
    const run = await repo.run(asked('--add-dir', 'vendor/lib', 'fix it'), {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done'})
    expect(repo.read('vendor/lib/part.js')).toBe('export const part = 2\nx\n')
    expect(run.closed?.files.map((file) => file.path)).toContain('vendor/lib/part.js')
    expect((await repo.run(['undo'])).code).toBe(0)
    expect(repo.read('vendor/lib/part.js')).toBe('export const part = 1\n')
  })
})

describe('paths', () => {
  it('spaces, umlauts, a link to the project, and a file with CRLF that keeps its line ends', async () => {
    using top = place({'my repo ü/.git/HEAD': 'ref: refs/heads/main\n', 'my repo ü/a/keep.txt': 'k'}, {git: false})
    const dir = join(top.dir, 'my repo ü')
    for (const [path, text] of Object.entries(calculator)) {
      mkdirSync(join(dir, path, '..'), {recursive: true})
      writeFileSync(join(dir, path), path === 'sum.js' ? `// über\r\n${text.replace('\n', '\r\n')}` : text)
    }
    symlinkSync(dir, join(top.dir, 'link'))
    await using server = await modelServer([{calls: [{tool: 'shell', input: {command: 'pwd'}}]}, ...fix()])
    const run = await top.run(['-C', 'link', ...asked('fix it')], {env: openai(server)})
    expect(run.closed, run.stderr + run.stdout).toMatchObject({outcome: 'done', exitCode: 0, files: [{path: 'sum.js', add: 1, del: 1}]})
    expect(run.lines[0]?.body).toMatchObject({root: dir, cwd: dir})
    expect(readFileSync(join(dir, 'sum.js'), 'utf8')).toBe(`// über\r\n${fixedSum.replace('\n', '\r\n')}`)
    expect(toldBy(server.requests[1]?.messages ?? [])[0]).toContain(dir)
  })

  it.each(['c# 100% is it?\nyes', '[a] (b) & $c'])('%j as the name of the project', async (name) => {
    using top = place({}, {git: false})
    const dir = join(top.dir, name)
    mkdirSync(dir)
    for (const [path, text] of Object.entries(calculator)) {
      mkdirSync(join(dir, path, '..'), {recursive: true})
      writeFileSync(join(dir, path), text)
    }
    await using server = await modelServer(fix())
    const run = await top.run(['-C', dir, ...asked('fix it')], {env: openai(server)})
    expect(run.closed, run.stderr + run.stdout).toMatchObject({outcome: 'done', exitCode: 0, files: [{path: 'sum.js'}]})
  })

  it.each([['/'], ['~']])('%s is no project', async (where) => {
    using repo = place(calculator)
    const run = await repo.run(['-C', where === '~' ? repo.home : where, ...asked('fix it')], {env: {OPENAI_API_KEY: 'k'}})
    expect(run.code).toBe(8)
    expect(run.lines.map((line) => line.type)).toEqual(['run.opened', 'error', 'run.closed'])
    expect(run.closed).toMatchObject({outcome: 'config', exitCode: 8})
    expect(readdirSync(repo.home)).not.toContain('.penguin')
  })
})

describe('two at once', () => {
  it('the second works on a copy and says so; neither waits for the other', async () => {
    let release = (): void => undefined
    const gate = new Promise<void>((resolve) => {
      release = resolve
    })
    await using slow = await modelServer(async ({n}) => {
      if (n === 3) await gate
      return fix()[n - 1] ?? {text: 'nothing left'}
    })
    await using quick = await modelServer([{calls: [{tool: 'write', input: {path: 'other.js', text: 'export const other = 1\n'}}]}, {text: 'written'}])
    using repo = place(calculator)
    const first = repo.start(asked('fix it'), {env: openai(slow)})
    await first.until((line) => line.type === 'tool.done' && line.body.tool === 'edit')
    const second = await repo.run(asked('add a file'), {env: openai(quick)})
    expect(second.closed, second.stderr).toMatchObject({outcome: 'done', exitCode: 0, files: [{path: 'other.js', change: 'added'}]})
    expect(second.lines.find((line) => line.type === 'notice' && line.body.code === 'run.isolated')).toBeDefined()
    release()
    const ended = await first.ended
    expect(ended.closed, ended.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect([repo.read('sum.js'), repo.read('other.js')]).toEqual([fixedSum, 'export const other = 1\n'])
    expect(repo.survivors()).toEqual([])
  })

  it('--isolate leaves the files alone until the end, and adopts', async () => {
    using repo = place(calculator)
    let seen = ''
    await using server = await modelServer(({n}) => {
      if (n === 3) seen = repo.read('sum.js')
      return fix()[n - 1] ?? {text: 'nothing left'}
    })
    const run = await repo.run(asked('--isolate', 'fix it'), {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0, files: [{path: 'sum.js'}]})
    expect([seen, repo.read('sum.js')]).toEqual([calculator['sum.js'], fixedSum])
    expect(readdirSync(join(repo.home, '.cache/penguin/trees'))).toEqual([])
    expect(repo.git('status', '--porcelain')).toBe(' M sum.js\n')
  })
})
