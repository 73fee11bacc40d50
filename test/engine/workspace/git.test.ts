import {execFileSync} from 'node:child_process'
import {existsSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {findGit, gitDirty, gitInfo, trackedPaths} from '../../../engine/workspace/git.ts'
import {git, plant, tempFolder} from '../../kit/blobs.ts'

const repository = () => {
  const place = tempFolder({'a.txt': '1'})
  git(place.dir, 'init')
  return place
}

describe('what is checked out', () => {
  it('tells no git, no commit yet, a branch, packed refs, and a detached head', async () => {
    using bare = tempFolder({'a.txt': '1'})
    expect(gitInfo(bare.dir)).toMatchObject({state: 'none', branch: '', head: ''})
    expect(await gitDirty(bare.dir)).toBe(-1)
    using place = repository()
    expect(gitInfo(place.dir)).toMatchObject({state: 'unborn', branch: 'main', head: ''})
    expect(await gitDirty(place.dir)).toBe(1)
    git(place.dir, 'add', '.')
    git(place.dir, 'commit', '-m', 'x')
    const head = git(place.dir, 'rev-parse', 'HEAD').trim()
    expect(gitInfo(place.dir)).toMatchObject({state: 'branch', branch: 'main', head})
    git(place.dir, 'checkout', '-b', 'feature/one')
    git(place.dir, 'pack-refs', '--all')
    expect(gitInfo(join(place.dir))).toMatchObject({state: 'branch', branch: 'feature/one', head})
    git(place.dir, 'checkout', '--detach')
    expect(gitInfo(place.dir)).toMatchObject({state: 'detached', branch: '', head})
    expect(await gitDirty(place.dir)).toBe(0)
  })

  it('is nothing where `.git` leads to what is no git folder, goes round in circles, or is a pipe', () => {
    using home = tempFolder({'.ssh/id': 'key', HEAD: 'ref: refs/heads/main\n', 'own/HEAD': 'ref: refs/heads/main\n', 'own/commondir': '..\n'})
    for (const lay of [
      (dot: string) => symlinkSync(home.dir, dot),
      (dot: string) => symlinkSync('.git', dot),
      (dot: string) => writeFileSync(dot, `gitdir: ${home.dir}/.ssh\n`),
      (dot: string) => writeFileSync(dot, `gitdir: ${home.dir}/own\n`),
      (dot: string) => execFileSync('mkfifo', [dot]),
    ]) {
      using place = tempFolder({'a.txt': '1'})
      lay(join(place.dir, '.git'))
      expect(findGit(place.dir)).toBeUndefined()
    }
  })

  it('follows a worktree and a submodule to where their git is', () => {
    using place = repository()
    using trees = tempFolder()
    git(place.dir, 'add', '.')
    git(place.dir, 'commit', '-m', 'x')
    git(place.dir, 'worktree', 'add', '-b', 'other', join(trees.dir, 'work'))
    expect(gitInfo(join(trees.dir, 'work'))).toMatchObject({state: 'branch', branch: 'other', head: git(place.dir, 'rev-parse', 'HEAD').trim()})
    using outer = repository()
    git(outer.dir, 'submodule', 'add', place.dir, 'module')
    expect(gitInfo(join(outer.dir, 'module')).state).toBe('branch')
    const found = findGit(join(trees.dir, 'work'))
    expect(found && trackedPaths(found)).toEqual(['a.txt'])
  })

  it('counts without leaving a trace in the git folder', async () => {
    using place = repository()
    git(place.dir, 'add', '.')
    git(place.dir, 'commit', '-m', 'x')
    plant(place.dir, {'a.txt': '2', 'new one.txt': '1', 'd/e': '1'})
    const index = join(place.dir, '.git/index')
    const [bytes, changedMs] = [readFileSync(index), statSync(index).ctimeMs]
    expect(await gitDirty(place.dir)).toBe(3)
    expect(statSync(index).ctimeMs).toBe(changedMs)
    expect(readFileSync(index).equals(bytes)).toBe(true)
    expect(existsSync(`${index}.lock`)).toBe(false)
  })

  it("runs no command of the repository's own", async () => {
    using place = repository()
    plant(place.dir, {'hook.sh': {text: '#!/bin/sh\ntouch "$(dirname "$0")/ran"\n', mode: 0o755}})
    git(place.dir, 'config', 'core.fsmonitor', join(place.dir, 'hook.sh'))
    await gitDirty(place.dir)
    expect(existsSync(join(place.dir, 'ran'))).toBe(false)
  })
})
