// Protected places of a project may be links, as dotfiles and the layouts of some tools are. No mount stands on a link.

import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {outsideGit, shieldsFor, submodules} from '../../../engine/sandbox/places.ts'
import {cleanUp, git, hasBwrap, openBox, project, tempDir, write} from './kit.ts'

afterAll(cleanUp)

const shields = (root: string) => shieldsFor({root, home: '/home/nobody', overlays: [], reads: [], writes: [], empty: '/empty'})

/** A project with its git folder, hooks, editor settings and journal behind links, each in the project or elsewhere. */
const linked = (): {root: string; elsewhere: string} => {
  const root = project({'a.txt': 'one\n', 'team/.vscode/tasks.json': 'tasks\n', 'team/hooks/pre-push': 'hook\n'})
  const elsewhere = tempDir()
  write(elsewhere, {envrc: 'env\n', 'journal/journal.db': ''})
  symlinkSync(join(root, 'team/.vscode'), join(root, '.vscode'))
  symlinkSync(join(elsewhere, 'envrc'), join(root, '.envrc'))
  symlinkSync(join(elsewhere, 'journal'), join(root, '.penguin'))
  rmSync(join(root, '.git/hooks'), {recursive: true, force: true})
  symlinkSync('../team/hooks', join(root, '.git/hooks'))
  return {root, elsewhere}
}

describe('protected places behind links', () => {
  it('are held where they lie in the project, and git as a whole', () => {
    const {root} = linked()
    expect(shields(root)).toEqual([
      {at: join(root, '.git'), from: join(root, '.git')},
      {at: join(root, 'team/.vscode'), from: join(root, 'team/.vscode')},
    ])
  })

  it('are no git folder of the project when that lies elsewhere, which is then only read', () => {
    const {root, elsewhere} = linked()
    renameSync(join(root, '.git'), join(elsewhere, 'git'))
    symlinkSync(join(elsewhere, 'git'), join(root, '.git'))
    expect(outsideGit(root, '/home/nobody')).toEqual([join(elsewhere, 'git')])
    expect(shields(root).map(({at}) => at)).toEqual([join(root, 'team/.vscode')])
    mkdirSync(join(root, 'kept'))
    rmSync(join(root, '.git'))
    renameSync(join(elsewhere, 'git'), join(root, 'kept/git'))
    symlinkSync('kept/git', join(root, '.git'))
    expect(outsideGit(root, '/home/nobody')).toEqual([])
    expect(shields(root)[0]).toEqual({at: join(root, 'kept/git'), from: join(root, 'kept/git')})
  })

  it.skipIf(!hasBwrap)('let commands run, and are not written', async () => {
    const {root, elsewhere} = linked()
    const box = await openBox('bwrap', root)
    const {stdout, stderr} = await box.sh(
      'cat a.txt; git rev-parse --abbrev-ref HEAD; echo x > .vscode/tasks.json; echo x > .git/hooks/pre-push; rm .git/hooks; echo x > .envrc',
    )
    expect(stdout.split('\n')[0]).toBe('one')
    expect(stderr).toContain('Read-only file system')
    for (const [dir, file, text] of [
      [root, '.vscode/tasks.json', 'tasks\n'],
      [elsewhere, 'envrc', 'env\n'],
    ] as const)
      expect(readFileSync(join(dir, file), 'utf8')).toBe(text)
  })
})

/** A home with a key in it and what git looks for, and a project of its own that says nothing of git yet. */
const lured = (): {root: string; home: string} => {
  const home = tempDir()
  write(home, {'.ssh/id': 'key\n', HEAD: 'ref: refs/heads/main\n', 'objects/pack/x': '', 'code/repo/a.txt': 'one\n', 'docs/letter': 'dear\n'})
  return {root: join(home, 'code/repo'), home}
}

type Lure = [name: string, lay: (root: string, home: string) => void]
const lures: Lure[] = [
  ['a link to the home folder', (root, home) => symlinkSync(home, join(root, '.git'))],
  ['a link to everything', (root) => symlinkSync('/', join(root, '.git'))],
  ['a link to a folder that is none of git', (root, home) => symlinkSync(join(home, '.ssh'), join(root, '.git'))],
  ['a link to a file', (root, home) => symlinkSync(join(home, 'docs/letter'), join(root, '.git'))],
  ['a link to itself', (root) => symlinkSync('.git', join(root, '.git'))],
  ['a line that names the home folder', (root) => write(root, {'.git': 'gitdir: ../..\n'})],
  ['a line that names a folder of it', (root) => write(root, {'.git': 'gitdir: ../../.ssh\n'})],
  ['a pipe', (root) => execFileSync('mkfifo', [join(root, '.git')])],
  [
    'a line that names a link',
    (root, home) => {
      write(root, {'.git': 'gitdir: way\n'})
      symlinkSync(home, join(root, 'way'))
    },
  ],
  [
    'a folder that shares the home folder',
    (root, home) => {
      write(root, {'.git': 'gitdir: ../own\n'})
      write(join(home, 'code/own'), {HEAD: 'ref: refs/heads/main\n', commondir: '../..\n'})
    },
  ],
]

describe('a `.git` that is', () => {
  it.each(lures)('%s opens nothing', (_name, lay) => {
    const {root, home} = lured()
    lay(root, home)
    expect(outsideGit(root, home).filter((dir) => dir !== join(home, 'code/own'))).toEqual([])
    const copy = tempDir()
    const cover = {root, home, overlays: [{at: root, from: copy, mode: 'rw' as const}], reads: [], writes: [], empty: '/empty'}
    expect(shieldsFor(cover)).toEqual([])
    expect(existsSync(join(copy, '.git')) && readFileSync(join(copy, '.git'), 'utf8')).not.toBe('dear\n')
  })

  // One for each way in which looking at it, or mounting it, may fail.
  const ways = ['a link to the home folder', 'a link to itself', 'a line that names a link', 'a pipe']
  it.skipIf(!hasBwrap).each(lures.filter(([name]) => ways.includes(name)))('%s lets commands run', async (_name, lay) => {
    const {root, home} = lured()
    lay(root, home)
    const box = await openBox('bwrap', root, {home})
    const {exitCode, stdout} = await box.sh(
      `cat a.txt; cat ${join(home, '.ssh/id')} ${join(home, 'docs/letter')} .git/id .git/.ssh/id; git status 2>&1 | head -1; exit 0`,
    )
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^one\n/)
    expect(stdout).not.toMatch(/key|dear/)
  })
})

describe('worktrees and submodules', () => {
  it('are shown the git folders that they belong to', () => {
    const root = project()
    const tree = join(tempDir(), 'tree')
    git(root, 'worktree', 'add', '-q', tree)
    expect(outsideGit(tree, '/home/nobody')).toEqual([join(root, '.git/worktrees/tree'), join(root, '.git')])
    git(tree, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', root, 'libs/sub')
    expect(outsideGit(join(tree, 'libs/sub'), '/home/nobody')).toEqual([join(root, '.git/worktrees/tree/modules/libs/sub')])
    expect(submodules(tree)).toEqual(['libs/sub'])
    renameSync(join(tree, 'libs'), join(tree, 'elsewhere'))
    symlinkSync('elsewhere', join(tree, 'libs'))
    expect(submodules(tree)).toEqual([])
  })
})
