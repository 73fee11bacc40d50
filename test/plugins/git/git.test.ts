// git: what can be looked at, and that nothing can be changed, run or reached through it.

import {execFileSync} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import git from '../../../plugins/git/git.ts'
import type {GitInput} from '../../../plugins/git/input.ts'
import {runGit} from '../../../plugins/git/run-git.ts'
import {scriptedSandbox} from '../../kit/sandbox.ts'
import {faultFrom, openSite} from '../../kit/site.ts'
import {tempFolder} from '../../kit/temp.ts'

const repository = (): string => {
  const dir = tempFolder({'a.txt': 'one\n', 'ä.txt': 'x\n'})
  const run = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', '-c', 'init.defaultBranch=main', ...args], {cwd: dir, stdio: 'pipe'})
  run('init', '-q')
  run('add', '.')
  run('commit', '-q', '-m', 'first')
  writeFileSync(join(dir, 'a.txt'), 'two\n')
  return dir
}

describe('git', () => {
  it('shows state, changes and history', async () => {
    const site = openSite(repository())
    expect((await runGit({do: 'status'}, site)).model).toBe('## main\n M a.txt')
    expect((await runGit({do: 'diff'}, site)).model).toContain('-one\n+two')
    expect((await runGit({do: 'log'}, site)).model).toMatch(/^[0-9a-f]{7} first$/)
    expect((await runGit({do: 'show', args: ['HEAD:ä.txt']}, site)).model).toBe('x')
    expect((await runGit({do: 'blame', args: ['-L', '1,1', 'a.txt']}, site)).model).toContain('two')
    expect((await runGit({do: 'diff', args: ['--stat', '--', 'a.txt']}, site)).model).toContain('1 file changed')
    expect((await runGit({do: 'diff', args: ['git diff --stat']}, site).catch(() => undefined)) === undefined).toBe(false)
    expect((await runGit({do: 'log', args: ['--oneline -n 1']}, site)).model).toContain('first')
  })

  it('says what git says when it cannot', async () => {
    const told = await runGit({do: 'log'}, openSite(tempFolder()))
    expect(told.model).toMatch(/^exit 128\nfatal: not a git repository/)
    expect(told.result).toMatchObject({exitCode: 128})
  })

  it.each([
    '--output=x',
    '--ext-diff',
    '--textconv',
    '--no-index',
    '-Ox',
    '--exec=x',
    '--contents=/etc/passwd',
    '--output-directory=x',
    '-o',
    '--open-files-in-pager',
    '--git-dir=/x',
    '--upload-pack=x',
  ])('does not take %s', async (option) => {
    expect((await faultFrom(() => runGit({do: 'diff', args: [option]}, openSite('/p')))).code).toBe('tool.input')
  })

  it('runs nothing that the repository brings', async () => {
    const dir = repository()
    const mark = join(dir, 'ran')
    const evil = `touch ${mark}`
    writeFileSync(
      join(dir, '.git/config'),
      `${readFileSync(join(dir, '.git/config'), 'utf8')}[core]\n\tfsmonitor = ${evil}\n\tpager = ${evil}\n[diff]\n\texternal = ${evil}\n[diff "x"]\n\ttextconv = ${evil}\n`,
    )
    writeFileSync(join(dir, '.gitattributes'), '*.txt diff=x\n')
    const site = openSite(dir)
    const looks: GitInput[] = [{do: 'status'}, {do: 'diff'}, {do: 'log', args: ['-p', '-n1']}, {do: 'show'}, {do: 'blame', args: ['a.txt']}]
    for (const input of looks) {
      expect((await runGit(input, site)).result).toMatchObject({exitCode: 0})
      expect([input.do, existsSync(mark)]).toEqual([input.do, false])
    }
  })

  it('is a job without leave to write, without network and without locks', async () => {
    const sandbox = scriptedSandbox(() => ({}))
    await runGit({do: 'status'}, openSite('/p', {sandbox}))
    expect(sandbox.jobs[0]).toMatchObject({cwd: '/p', writable: false, network: 'off', env: {GIT_OPTIONAL_LOCKS: '0'}})
  })

  it('needs leave for the files that it shows', () => {
    expect(git.needs({do: 'show', args: ['HEAD:.env']}, openSite('/p')).map(({what}) => what)).toContain('.env')
    expect(git.needs({do: 'diff', args: ['--', '.env']}, openSite('/p')).map(({what}) => what)).toContain('.env')
    expect(git.touches({do: 'diff'}, openSite('/p'))).toEqual([])
  })
})
