// Disks that do not do what a program hopes for: read-only, full, with a damaged journal on them. Each is named, and
// stdout ends in `run.closed` whatever the disk says.

import {execFileSync, spawnSync} from 'node:child_process'
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {modelServer} from '../kit/model-server.ts'
import {launcher, type Place, place} from '../kit/penguin.ts'
import {asked, calculator, fix, fixedSum, look, openai, toldBy} from '../kit/work.ts'

const isRoot = process.getuid?.() === 0
if (!isRoot) process.stdout.write('skipped: read-only and full disks need root to mount them\n')

/** Mounts something at the project for the time of a test. */
const mounted = (repo: Place, args: string[], then: string[] = []): Disposable => {
  execFileSync('mount', [...args, repo.dir])
  if (then.length > 0) execFileSync('mount', [...then, repo.dir])
  return {[Symbol.dispose]: () => void execFileSync('umount', ['-l', repo.dir])}
}

const types = (run: {lines: {type: string}[]}): string[] => run.lines.map((line) => line.type)

describe('a read-only project', () => {
  it.runIf(isRoot)('is answered about from a journal in the state folder, in mode plan', async () => {
    using repo = place({...calculator, 'sum.js': fixedSum})
    const before = look(repo.dir)
    using _mount = mounted(repo, ['--bind', repo.dir], ['-o', 'remount,bind,ro'])
    await using server = await modelServer([
      {
        calls: [
          {tool: 'read', input: {path: 'sum.js'}},
          {tool: 'write', input: {path: 'new.txt', text: 'x'}},
        ],
      },
      {text: 'It sums.'},
    ])
    const run = await repo.run(asked('what does it do?'), {env: openai(server)})
    expect(run.closed, run.stderr + run.stdout.slice(-800)).toMatchObject({files: [], gates: []})
    expect(run.code).toBe(0)
    expect(types(run)).not.toContain('gate.started')
    expect(toldBy(server.requests[1]?.messages ?? [])[0]).toContain('a + b')
    expect(toldBy(server.requests[1]?.messages ?? [])[1]).toMatch(/not allowed|read only|read-only|plan/i)
    expect(run.lines.find((line) => line.type === 'notice' && line.body.code === 'project.readonly')?.body.text).toContain('cannot be written')
    expect(look(repo.dir)).toEqual(before)
    expect(readdirSync(join(repo.home, '.local/state/penguin/projects'))).toHaveLength(1)
    expect((await repo.run(['log', '--json'])).stdout).toContain(run.lines[0]?.run)
  })
})

describe('a damaged journal', () => {
  it('is found out wherever the damage lies: run.opened, an error that names the copy, run.closed, 8', async () => {
    using repo = place(calculator)
    await repo.run(asked('--permission', 'plan', 'hello'), {env: {OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1'}})
    const file = join(repo.dir, '.penguin/journal.db')
    const bytes = readFileSync(file)
    for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, {force: true})
    const pageBytes = bytes.readUInt16BE(16)
    for (let at = pageBytes; at < bytes.length; at += pageBytes) {
      writeFileSync(file, Buffer.concat([bytes.subarray(0, at), Buffer.alloc(pageBytes), bytes.subarray(at + pageBytes)]))
      const run = await repo.run(asked('--permission', 'plan', '--continue', 'hello'), {env: {OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1'}})
      // Pages that nothing reads do no harm.
      if (run.code === 6) continue
      expect([at, run.code, types(run)[0], types(run).at(-1)]).toEqual([at, 8, 'run.opened', 'run.closed'])
      expect(run.closed?.reason).toContain('journal.db.corrupt-')
    }
  })

  it('that is no file is named, and not waited for', async () => {
    using repo = place(calculator)
    mkdirSync(join(repo.dir, '.penguin'))
    execFileSync('mkfifo', [join(repo.dir, '.penguin/journal.db')])
    const run = await repo.run(asked('hello'), {env: {OPENAI_API_KEY: 'k'}})
    expect([run.code, run.closed?.reason]).toEqual([8, expect.stringContaining('journal.db is no file')])
  })

  it('ends in 8 and names the copy that was set aside; the next run begins a new one', async () => {
    using repo = place(calculator)
    const first = await repo.run(asked('--permission', 'plan', 'hello'), {env: {OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1'}})
    expect(first.code).toBe(6)
    const file = readdirSync(join(repo.dir, '.penguin')).find((name) => /^journal\.(?:db|sqlite3?)$/.test(name)) ?? 'none'
    for (const name of readdirSync(join(repo.dir, '.penguin')))
      if (name.startsWith(file)) writeFileSync(join(repo.dir, '.penguin', name), 'this is no database '.repeat(500))
    const run = await repo.run(asked('hello'), {env: {OPENAI_API_KEY: 'k'}})
    expect(run.code, run.stderr + run.stdout).toBe(8)
    expect(types(run)).toEqual(['run.opened', 'error', 'run.closed'])
    const hint = String(run.lines[1]?.body.hint)
    const aside = readdirSync(join(repo.dir, '.penguin')).find((name) => hint.includes(name) && name !== file)
    expect(run.lines[1]?.body.code).toBe('journal.corrupt')
    expect(aside, hint).toBeDefined()
    await using server = await modelServer(fix())
    expect((await repo.run(asked('fix it'), {env: openai(server)})).closed).toMatchObject({outcome: 'done', exitCode: 0})
  })
})

describe('a full disk', () => {
  it('and a limit on the size of files are alike: 1, journal.full, and a last line', () => {
    using repo = place(calculator)
    const env = {...repo.env, OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1'}
    const run = spawnSync('sh', ['-c', 'ulimit -f 1; exec "$0" "$@"', launcher, ...asked('fix it')], {cwd: repo.dir, env, encoding: 'utf8'})
    expect(run.status, run.stderr + run.stdout).toBe(1)
    const lines = run.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as {type: string; body: {code?: string; exitCode?: number}})
    expect(lines.find(({type}) => type === 'error')?.body.code).toBe('journal.full')
    expect(lines.at(-1)).toMatchObject({type: 'run.closed', body: {exitCode: 1}})
    expect(repo.survivors()).toEqual([])
  })

  /** A project on a disk of its own with so many KiB left. */
  const onSmallDisk = (repo: Place, leftKiB: number): Disposable => {
    const disk = mounted(repo, ['-t', 'tmpfs', '-o', 'size=8m', 'penguin-test'])
    repo.write(calculator)
    mkdirSync(join(repo.dir, '.git'))
    writeFileSync(join(repo.dir, '.gitignore'), 'filler\n')
    const free = Number(execFileSync('df', ['--output=avail', '-k', repo.dir], {encoding: 'utf8'}).split('\n')[1])
    writeFileSync(join(repo.dir, 'filler'), Buffer.alloc(Math.max(0, free - leftKiB) * 1024))
    return disk
  }

  it.runIf(isRoot).each([[0], [40], [400]])('with %i KiB left: 1, journal.full, and a last line', async (left) => {
    using repo = place({}, {git: false})
    using _disk = onSmallDisk(repo, left)
    await using server = await modelServer(({n}) => ({
      calls: [{tool: 'shell', input: {command: `head -c 300000 /dev/zero > big${n}; echo ${'x'.repeat(5000)}`}}],
    }))
    const run = await repo.run(asked('--max-turns', '40', 'fill it'), {env: openai(server)})
    expect(run.closed, run.stderr + run.stdout.slice(-1500)).toMatchObject({outcome: 'failed', exitCode: 1})
    expect(run.code).toBe(1)
    expect(types(run)[0]).toBe('run.opened')
    expect(run.lines.some((line) => line.type === 'error' && line.body.code === 'journal.full')).toBe(true)
    expect(types(run).filter((type) => type === 'run.closed')).toHaveLength(1)
    expect(repo.survivors()).toEqual([])
  })
})
