// Going back, through the program: what a run changed can be listed, shown, taken back and had again, exactly, and
// what the user did in between stays.

import {chmodSync, existsSync, lstatSync, readlinkSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {modelServer} from '../kit/model-server.ts'
import {type Place, place} from '../kit/penguin.ts'
import {asked, calculator, fixedSum, look, openai} from '../kit/work.ts'

const binary = '\u0000\u0001\u00ff'
const project = {
  ...calculator,
  '.gitignore': 'secret.env\n',
  'win.txt': 'a\r\nb\r\n',
  'doomed.md': 'last words\n',
  'tool.sh': '#!/bin/sh\necho hi\n',
  'data.bin': binary,
}

/** Edits, adds, deletes, renames, changes a mode, a link and a binary file: by tools and by a command. */
const busy = async (repo: Place) => {
  chmodSync(join(repo.dir, 'tool.sh'), 0o755)
  symlinkSync('win.txt', join(repo.dir, 'link'))
  repo.write({'secret.env': 'KEY=1\n', 'notes.txt': 'mine\n'})
  const command =
    'rm doomed.md; chmod -x tool.sh; ln -sf sum.js link; printf "\\000changed" > data.bin; mkdir -p deep/er; echo 2 > deep/er/new.js; echo KEY=2 > secret.env'
  await using server = await modelServer([
    {
      calls: [
        {tool: 'read', input: {path: 'sum.js'}},
        {tool: 'read', input: {path: 'win.txt'}},
      ],
    },
    {
      calls: [
        {tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}},
        {tool: 'edit', input: {path: 'win.txt', old: 'b', new: 'c'}},
      ],
    },
    {calls: [{tool: 'shell', input: {command}}]},
    {calls: [{tool: 'write', input: {path: 'fresh.js', text: 'export const fresh = 1\n'}}]},
    {text: 'done'},
  ])
  const before = look(repo.dir, ['.git', 'secret.env'])
  const run = await repo.run(asked('do much'), {env: openai(server)})
  expect(run.closed, run.stderr + run.stdout.slice(-800)).toMatchObject({outcome: 'done', exitCode: 0})
  expect(run.closed?.files.map(({path, change}) => `${change} ${path}`).sort()).toEqual([
    'added deep/er/new.js',
    'added fresh.js',
    'changed data.bin',
    'changed link',
    'changed sum.js',
    'changed tool.sh',
    'changed win.txt',
    'deleted doomed.md',
  ])
  expect(repo.read('win.txt')).toBe('a\r\nc\r\n')
  return {before, after: look(repo.dir, ['.git', 'secret.env']), checkpoint: run.closed?.checkpoint as string, run}
}

it('undo takes back exactly what the run changed; undone once more, it is there again', async () => {
  using repo = place(project)
  const {before, after} = await busy(repo)
  const undone = await repo.run(['undo'])
  expect(undone.code, undone.stderr).toBe(0)
  expect(look(repo.dir, ['.git', 'secret.env'])).toEqual(before)
  expect(existsSync(join(repo.dir, 'deep'))).toBe(false)
  expect(lstatSync(join(repo.dir, 'tool.sh')).mode & 0o111).toBe(0o111)
  expect(readlinkSync(join(repo.dir, 'link'))).toBe('win.txt')
  // Ignored files are not snapshotted: neither kept nor taken back.
  expect(repo.read('secret.env')).toBe('KEY=2\n')
  expect((await repo.run(['sessions', 'list'])).stdout).toMatch(/^r_\S+ .* done +put back 8 files of r_\S+ \(do much\)$/m)
  const again = /penguin checkpoint restore (c_\S+)/.exec(undone.stdout)?.[1] as string
  expect((await repo.run(['checkpoint', 'restore', again])).code).toBe(0)
  expect(look(repo.dir, ['.git', 'secret.env'])).toEqual(after)
  expect(repo.git('status', '--porcelain', 'package.json', 'test')).toBe('')
})

it('a dry run touches nothing; a restore leaves what the user did since, and says so', async () => {
  using repo = place(project)
  const {checkpoint} = await busy(repo)
  repo.write({'fresh.js': 'export const fresh = "mine now"\n', 'later.txt': 'mine too\n', 'notes.txt': 'mine, again\n'})
  const standing = look(repo.dir)
  const list = await repo.run(['checkpoint', 'list'])
  expect(list.stdout).toContain(checkpoint)
  expect(list.stdout).toMatch(/8 files since/)
  const diff = (await repo.run(['checkpoint', 'diff', checkpoint])).stdout
  expect(diff).toContain('-export const sum = (numbers) => numbers.reduce((a, b) => a - b, 0)')
  expect(diff).toContain('+export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)')
  const dry = await repo.run(['checkpoint', 'restore', checkpoint, '--dry-run'])
  expect(dry.code).toBe(1)
  expect(dry.stdout).toMatch(/would put back 7 files/)
  expect(dry.stdout).toContain('! fresh.js')
  expect(look(repo.dir)).toEqual(standing)

  const done = await repo.run(['checkpoint', 'restore', checkpoint])
  expect(done.code).toBe(1)
  expect([repo.read('sum.js'), repo.read('doomed.md')]).toEqual([project['sum.js'], project['doomed.md']])
  expect([repo.read('fresh.js'), repo.read('later.txt'), repo.read('notes.txt')]).toEqual(['export const fresh = "mine now"\n', 'mine too\n', 'mine, again\n'])
  expect(repo.git('stash', 'list')).toBe('')

  expect((await repo.run(['undo'])).code).toBe(0)
  expect(look(repo.dir)).toEqual(standing)
  expect(repo.read('sum.js')).toBe(fixedSum)
})

it('undo twice goes back two runs; with nothing left it says so', async () => {
  using repo = place(project)
  for (const n of [1, 2]) {
    await using server = await modelServer([{calls: [{tool: 'write', input: {path: `n${n}.txt`, text: `${n}\n`}}]}, {text: 'written'}])
    await repo.run(asked('--no-check', `write n${n}`), {env: openai(server)})
  }
  writeFileSync(join(repo.dir, 'mine.txt'), 'mine\n')
  expect((await repo.run(['undo'])).code).toBe(0)
  expect([existsSync(join(repo.dir, 'n1.txt')), existsSync(join(repo.dir, 'n2.txt'))]).toEqual([true, false])
  expect((await repo.run(['undo'])).code).toBe(0)
  expect(existsSync(join(repo.dir, 'n1.txt'))).toBe(false)
  const none = await repo.run(['undo'])
  expect([none.code, none.stderr]).toEqual([1, 'penguin: there is nothing to undo\n'])
  expect(repo.read('mine.txt')).toBe('mine\n')
})

it('a failed run that is told to restore leaves the tree as it was, and an isolated one never touches it', async () => {
  using repo = place(project)
  const before = look(repo.dir)
  for (const flags of [['--on-fail', 'restore'], ['--isolate']]) {
    await using server = await modelServer([
      {calls: [{tool: 'shell', input: {command: 'rm doomed.md; echo x > made.txt; chmod +x tool.sh'}}]},
      {text: 'done', times: 0},
    ])
    const run = await repo.run(asked(...flags, 'break it'), {env: openai(server)})
    expect(run.closed, run.stderr).toMatchObject({outcome: 'gate_failed', exitCode: 3, files: []})
    expect(look(repo.dir)).toEqual(before)
  }
})
