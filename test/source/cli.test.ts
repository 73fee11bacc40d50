import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {root} from '../kit/house.ts'
import {tempFolder} from '../kit/temp.ts'

/** The program from source, in a folder of its own with a home of its own. */
const penguin = (args: string[], options: {cwd?: string; env?: Record<string, string>; input?: string} = {}) => {
  const cwd = options.cwd ?? tempFolder({'package.json': '{}'})
  const env = {HOME: join(cwd, 'home'), PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', ...options.env}
  const {stdout, stderr, status} = spawnSync(process.execPath, [join(root, 'source/main.ts'), ...args], {
    cwd,
    env,
    input: options.input ?? '',
    encoding: 'utf8',
  })
  return {stdout, stderr, status}
}

describe('wrong words', () => {
  it.each([
    [['run', '--maxcalls', '3', 'p']],
    [['run', '--max-calls', 'x', 'p']],
    [['rnu', 'p']],
    [['attach']],
    [['config', 'lits']],
    [['config', 'get', 'budgets.cals']],
    [['config', 'set', 'budgets.calls', 'many']],
    [['config', 'set', 'budgets.calls']],
    [['help', 'nothing-like-it']],
    [['completion', 'csh']],
    [['-C', '/does/not/exist', 'doctor']],
    [['run', '--add-dir', '/does/not/exist', 'p']],
    [['run']],
    [['--json']],
    [['run', '-']],
  ])('%j: 2, stdout empty, a word on what to type', (args) => {
    const {status, stdout, stderr} = penguin(args)
    expect(stderr).toMatch(/^penguin: .+\n/)
    expect({status, stdout}).toEqual({status: 2, stdout: ''})
  })
})

describe('the front door', () => {
  it('tells the version of package.json', () => {
    const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    for (const flags of [['--version'], ['-v'], ['--json', '--version'], ['doctor', '-v']])
      expect(penguin(flags)).toEqual({status: 0, stdout: `${version}\n`, stderr: ''})
  })

  it('prints help on stdout', () => {
    expect(penguin(['--help'])).toMatchObject({status: 0, stdout: expect.stringContaining('Verbs'), stderr: ''})
    expect(penguin(['doctor', '-h'])).toMatchObject({status: 0, stdout: expect.stringContaining('penguin doctor'), stderr: ''})
    expect(penguin(['help', 'run'])).toEqual(penguin(['run', '--help']))
  })

  it('loads no package on the way to help', () => {
    const watch = [
      "import {registerHooks} from 'node:module'",
      'const resolve = (name, context, next) => {',
      '  const found = next(name, context)',
      "  if (found.url.includes('/node_modules/')) process.stderr.write('loaded ' + name + ' ')",
      '  return found',
      '}',
      'registerHooks({resolve})',
    ]
    const cwd = tempFolder({'watch.mjs': watch.join('\n')})
    const env = {NODE_OPTIONS: `--import ${join(cwd, 'watch.mjs')}`}
    expect(penguin(['--help'], {cwd, env}).stderr).toBe('')
    expect(penguin(['config', 'set', 'budgets.calls', '1'], {cwd, env}).stderr).toContain('loaded yaml')
  })
})
