// Copies bound at the project's own path: the command sees the copy, the user's files are out of its reach.

import {existsSync, mkdirSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {throughOverlays} from '../../../engine/sandbox/limits-level.ts'
import {cleanUp, git, hasBwrap, isRoot, openBox, project, tempDir, write} from './kit.ts'

const skip = !hasBwrap
const copyOf = (files: Record<string, string>): string => {
  const dir = join(tempDir(), 'copy')
  mkdirSync(dir)
  write(dir, files)
  return dir
}

afterAll(cleanUp)

describe.skipIf(skip)('a copy bound over the project', () => {
  it('is what the command sees and changes; the user file stays', async () => {
    const root = project({'a.txt': 'mine', 'only.txt': 'x'})
    const from = copyOf({'a.txt': 'candidate'})
    const box = await openBox('bwrap', root)
    const report = await box.sh('pwd; cat a.txt; ls; echo changed > a.txt; echo new > b.txt', {overlays: [{at: root, from, mode: 'rw'}]})
    expect(report.stdout).toBe(`${root}\ncandidatea.txt\n`)
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('mine')
    expect(existsSync(join(root, 'b.txt'))).toBe(false)
    expect(readFileSync(join(from, 'a.txt'), 'utf8')).toBe('changed\n')
  })

  it('has the git folder of the project, read-only', async () => {
    const root = project({'a.txt': 'one\n'})
    const from = copyOf({'a.txt': 'two\n'})
    const box = await openBox('bwrap', root)
    const report = await box.sh('git status --short; git diff --stat; git add a.txt; git commit -am x; touch .git/x', {
      overlays: [{at: root, from, mode: 'rw'}],
    })
    expect(report.stdout).toContain(' M a.txt')
    expect(report.stderr).toContain('Read-only file system')
    expect(git(root, 'status', '--short')).toBe('')
  })

  it('takes another folder inside it, and may be read-only', async () => {
    const root = project({'a.txt': 'x', 'node_modules/dep/index.js': 'module.exports = 42'})
    const from = copyOf({'a.txt': 'y', 'node_modules/.keep': ''})
    const box = await openBox('bwrap', root)
    const overlays = [
      {at: root, from, mode: 'ro' as const},
      {at: join(root, 'node_modules'), from: join(root, 'node_modules'), mode: 'ro' as const},
    ]
    const report = await box.sh('cat a.txt; node -p "require(\'dep\')"; touch z; touch node_modules/z', {overlays})
    expect(report.stdout).toBe('y42\n')
    expect(report.stderr.match(/Read-only file system/g)).toHaveLength(2)
  })

  it('two copies live side by side', async () => {
    const root = project({'a.txt': '0'})
    const box = await openBox('bwrap', root)
    const copies = [copyOf({'a.txt': '1'}), copyOf({'a.txt': '2'})]
    const reports = await Promise.all(copies.map((from) => box.sh('sleep 0.1; cat a.txt', {overlays: [{at: root, from, mode: 'rw'}]})))
    expect(reports.map(({stdout}) => stdout)).toEqual(['1', '2'])
  })

  it('keeps other folders of its scratch out of sight', async () => {
    const root = project()
    const from = copyOf({'a.txt': '1'})
    const other = copyOf({'secret.txt': 'other'})
    const box = await openBox('bwrap', root)
    const report = await box.sh(`ls ${other} ${from}`, {overlays: [{at: root, from, mode: 'rw'}]})
    expect(report.exitCode).not.toBe(0)
    expect(report.stdout).toBe('')
  })

  it('shows folders of Penguin that the copy would cover', async () => {
    const root = project({'a.txt': 'x', 'dist/reporter.js': 'penguin'})
    const from = copyOf({'a.txt': 'y'})
    const box = await openBox('bwrap', root, {reads: [join(root, 'dist')]})
    const report = await box.sh('cat dist/reporter.js; touch dist/x', {overlays: [{at: root, from, mode: 'rw'}]})
    expect(report.stdout).toBe('penguin')
    expect(report.stderr).toContain('Read-only file system')
  })

  it.skipIf(!isRoot)('made by root is worked on by root, whoever owns the project', async () => {
    const root = project({'a.txt': 'x'}, 1001)
    const from = copyOf({'a.txt': 'y'})
    const box = await openBox('bwrap', root)
    expect(await box.sh('echo z > a.txt', {overlays: [{at: root, from, mode: 'rw'}]})).toMatchObject({exitCode: 0})
    expect(readFileSync(join(from, 'a.txt'), 'utf8')).toBe('z\n')
  })
})

describe.skipIf(skip)('the project', () => {
  it('is read-only for a job that may not write', async () => {
    const root = project()
    const box = await openBox('bwrap', root)
    expect((await box.sh('touch x', {writable: false})).stderr).toContain('Read-only file system')
    expect(existsSync(join(root, 'x'))).toBe(false)
  })

  it('may be a git worktree', async () => {
    const main = project({'a.txt': 'x'})
    const tree = join(tempDir(), 'tree')
    git(main, 'worktree', 'add', '-q', tree)
    const box = await openBox('bwrap', tree)
    const report = await box.sh('echo y > a.txt; git status --short; git log --oneline; touch $(git rev-parse --git-common-dir)/x')
    expect(report.stdout).toMatch(/^ M a\.txt\n\w+ start\n$/)
    expect(report.stderr).toContain('Read-only file system')
  })

  it('shows its submodules read-only', async () => {
    const lib = project({'lib.txt': 'lib'})
    const root = project({'a.txt': 'x'})
    git(root, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', lib, 'lib')
    const box = await openBox('bwrap', root)
    const report = await box.sh('cat lib/lib.txt; echo y > lib/lib.txt; echo y > a.txt')
    expect(report.stdout).toBe('lib')
    expect(readFileSync(join(root, 'lib/lib.txt'), 'utf8')).toBe('lib')
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('y\n')
  })

  it('without git works as well', async () => {
    const root = copyOf({'a.txt': 'x'})
    const box = await openBox('bwrap', root)
    expect(await box.sh('cat a.txt; touch b')).toMatchObject({exitCode: 0, stdout: 'x'})
  })

  it('may be named through a symbolic link', async () => {
    const root = project({'a.txt': 'x'})
    const link = join(tempDir(), 'link')
    await import('node:fs').then(({symlinkSync}) => symlinkSync(root, link))
    const box = await openBox('bwrap', link)
    expect(await box.sh('cat a.txt', {cwd: link})).toMatchObject({exitCode: 0, stdout: 'x'})
  })
})

describe('without mounts', () => {
  it('a path below an overlay is spelled as the folder that would have been bound', () => {
    const overlays = [
      {at: '/p', from: '/copy', mode: 'rw' as const},
      {at: '/p/node_modules', from: '/real', mode: 'ro' as const},
    ]
    expect(['/p', '/p/a/b', '/p/node_modules/x', '/pp', 'a b /p'].map((path) => throughOverlays(path, overlays))).toEqual([
      '/copy',
      '/copy/a/b',
      '/real/x',
      '/pp',
      'a b /p',
    ])
  })

  it('a job of the limits level runs in the copy', async () => {
    const root = project({'a.txt': 'mine'})
    const from = copyOf({'a.txt': 'copy'})
    const box = await openBox('limits', root)
    const overlays = [{at: root, from, mode: 'rw' as const}]
    expect((await box.sh('cat a.txt; echo x > b.txt', {overlays})).stdout).toBe('copy')
    expect(existsSync(join(root, 'b.txt'))).toBe(false)
  })
})
