// Protected places of a project may be links, as dotfiles and the layouts of some tools are. No mount stands on a link.

import {mkdirSync, readFileSync, renameSync, rmSync, symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {outsideGit, shieldsFor} from '../../../engine/sandbox/places.ts'
import {cleanUp, hasBwrap, openBox, project, tempDir, write} from './kit.ts'

afterAll(cleanUp)

const shields = (root: string) => shieldsFor({root, overlays: [], reads: [], writes: [], empty: '/empty'})

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
    expect(outsideGit(root)).toEqual([join(elsewhere, 'git')])
    expect(shields(root).map(({at}) => at)).toEqual([join(root, 'team/.vscode')])
    mkdirSync(join(root, 'kept'))
    rmSync(join(root, '.git'))
    renameSync(join(elsewhere, 'git'), join(root, 'kept/git'))
    symlinkSync('kept/git', join(root, '.git'))
    expect(outsideGit(root)).toEqual([])
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
