import {existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {openBwrap} from '../../../engine/sandbox/bwrap-level.ts'
import {peopleTable} from '../../../engine/sandbox/etc.ts'
import {layGround} from '../../../engine/sandbox/ground.ts'
import {openSandbox, probeLevels} from '../../../engine/sandbox/open.ts'
import {explain, findBwrap, plainlyBlocked} from '../../../engine/sandbox/probe.ts'
import {findToolchain, outermost} from '../../../engine/sandbox/toolchain.ts'
import {cleanUp, hasBwrap, never, openBox, project, realHome, tempDir, userPath, write} from './kit.ts'

afterAll(cleanUp)

const options = (root: string) => {
  const base = tempDir()
  return {root, writes: [], network: 'off' as const, home: realHome, path: userPath, scratch: join(base, 'scratch'), cache: base, ownPid: process.pid}
}

describe('opening', () => {
  it.each(['srt', 'docker', 'unshare'] as const)('%s is refused honestly', async (level) => {
    const opened = await openSandbox({...options(project()), level})
    expect(opened).toMatchObject({ok: false, error: {code: 'sandbox.unavailable'}})
    if (!opened.ok) expect(opened.error.msg).toContain('not built in this version')
  })

  it.each(['/', realHome])('%s is never a project', async (root) => {
    expect(await openSandbox({...options(root), level: 'limits'})).toMatchObject({ok: false, error: {code: 'project.forbidden'}})
    expect(await openSandbox({...options(project()), writes: [root], level: 'limits'})).toMatchObject({ok: false, error: {code: 'project.forbidden'}})
  })

  it('a project that is not there is a fault', async () => {
    expect(await openSandbox({...options(join(tempDir(), 'nowhere')), level: 'limits'})).toMatchObject({ok: false, error: {code: 'file.missing'}})
  })

  it.skipIf(!hasBwrap)('auto is bwrap, and confined', async () => {
    const box = await openBox('auto', project())
    expect(box.sandbox.state).toMatchObject({level: 'bwrap', writes: 'confined', network: 'off'})
  })

  it('limits says what it does not protect', async () => {
    const box = await openBox('limits', project())
    expect(box.sandbox.state).toMatchObject({level: 'limits', writes: 'open', network: 'open'})
    expect(box.sandbox.state.why).toContain('files and network are open')
  })

  it('off runs with the rights and the home of the user, and still a clean environment', async () => {
    process.env.PENGUIN_TEST_SECRET = 'very-secret-value'
    const box = await openBox('off', project())
    const report = await box.sh('echo $HOME; env')
    delete process.env.PENGUIN_TEST_SECRET
    expect(report.stdout.startsWith(`${realHome}\n`)).toBe(true)
    expect(report.stdout).not.toContain('very-secret-value')
  })

  it.each(['limits', 'off'] as const)('below bwrap (%s) nothing of an untrusted folder runs', async (level) => {
    const box = await openBox(level, project(), {trusted: false})
    expect(await box.sh('touch x')).toMatchObject({exitCode: null, error: {code: 'sandbox.untrusted'}})
    expect(existsSync(join(box.root, 'x'))).toBe(false)
  })

  it.skipIf(!hasBwrap)('in bwrap an untrusted folder runs', async () => {
    const box = await openBox('bwrap', project(), {trusted: false})
    expect(await box.sh('true')).toMatchObject({exitCode: 0})
  })

  it.skipIf(!hasBwrap)('a passed probe is remembered, and a broken one does not stand in the way', async () => {
    const base = options(project())
    const first = await openSandbox({...base, level: 'bwrap'})
    if (!first.ok) throw new Error(first.error.msg)
    expect((await first.result.ready).ok).toBe(true)
    await first.result.close()
    expect(readFileSync(join(base.cache, 'sandbox-probe.json'), 'utf8')).toContain('bwrap')
    writeFileSync(join(base.cache, 'sandbox-probe.json'), 'torn{')
    const second = await openSandbox({...base, level: 'bwrap'})
    expect(second.ok && (await second.result.ready).ok).toBe(true)
    if (second.ok) await second.result.close()
  })

  it.each(['bwrap', 'limits'] as const)('at the %s level commands run on when the cache is cleared under them', async (level) => {
    if (level === 'bwrap' && !hasBwrap) return
    const base = options(project())
    const box = await openBox(level, base.root, {cache: base.cache, scratch: join(base.cache, 'scratch')})
    expect((await box.sh('echo one', {keepHome: true})).stdout).toBe('one\n')
    rmSync(base.cache, {recursive: true})
    expect(await box.sh('echo two', {keepHome: true})).toMatchObject({exitCode: 0, stdout: 'two\n'})
    rmSync(base.cache, {recursive: true})
    await box.sandbox.close()
  })

  it('a bwrap that fails is a fault of ready and of every job, with its cause and a way out', async () => {
    const base = options(project())
    const fake = join(tempDir(), 'bwrap')
    writeFileSync(fake, '#!/bin/sh\necho "bwrap: setting up uid map: Permission denied" >&2\nexit 1\n', {mode: 0o755})
    const ground = layGround({...base, level: 'bwrap'})
    if (!('root' in ground)) throw new Error(ground.msg)
    const level = openBwrap(ground, fake)
    const ready = await level.ready
    const report = await level.run({argv: ['touch', 'x'], cwd: base.root, limits: {wallMs: 1000, outputBytes: 10}}, never)
    await ground.groups?.close()
    ground.removeBox()
    expect(ready).toMatchObject({ok: false, error: {code: 'sandbox.unavailable'}})
    expect(!ready.ok && `${ready.error.msg} ${ready.error.hint}`).toMatch(/uid map: Permission denied.*--sandbox limits/)
    expect(report).toMatchObject({exitCode: null, error: {code: 'sandbox.unavailable'}})
    expect(existsSync(join(base.cache, 'sandbox-probe.json'))).toBe(false)
  })
})

describe('the probes', () => {
  it('name every level, and what bwrap gives', async () => {
    const probes = await probeLevels(options(project()))
    expect(probes.map(({level}) => level)).toEqual(['bwrap', 'srt', 'docker', 'unshare', 'limits', 'off'])
    expect(probes[0]?.ok).toBe(hasBwrap)
    expect(probes.find(({level}) => level === 'limits')?.ok).toBe(true)
  })

  it('a missing bwrap names the package and the way out', () => {
    const blocked = plainlyBlocked(undefined)
    expect(blocked?.why).toContain('bubblewrap')
    expect(blocked?.hint).toContain('apt install bubblewrap')
    expect(blocked?.hint).toContain('--sandbox limits')
  })

  it('an old bwrap is named as such', () => expect(explain('bwrap: Unknown option --disable-userns').why).toContain('too old'))
  it('what stops every program is not laid to bwrap', () => {
    expect(explain('true could not be started: spawn /bin/sh EMFILE')).toMatchObject({
      why: expect.stringContaining('too few files may be open'),
      hint: expect.stringContaining('ulimit -n'),
    })
    expect(explain('true could not be started: spawn EAGAIN').why).toContain('no more processes')
  })
  it('any other failure hands on what bwrap said', () => expect(explain('bwrap: something odd').why).toContain('something odd'))
  it('a bwrap that the project brings is not used', () => {
    const dir = tempDir()
    writeFileSync(join(dir, 'bwrap'), '#!/bin/sh\n', {mode: 0o755})
    expect(findBwrap(dir, [dir])).not.toBe(join(dir, 'bwrap'))
  })
})

describe('toolchains', () => {
  const home = () => {
    const dir = tempDir()
    write(dir, {
      '.pyenv/shims/python': '',
      '.pyenv/bin/pyenv': '',
      '.nvm/versions/node/v1/bin/node': '',
      '.nvm/versions/node/v1/lib/x': '',
      '.nvm/token': '',
      '.cargo/bin/cargo': '',
      '.cargo/credentials.toml': '',
      '.cargo/registry/x': '',
      '.rustup/settings.toml': '',
      '.fly/bin/fly': '',
      '.fly/config.yml': 'token',
      '.local/bin/tool': '',
      '.local/share/secret/x': '',
      'code/app/bin/run': '',
      'code/app/.git/config': '',
      'code/app/lib/x': '',
      'venv/bin/python': '',
      'venv/pyvenv.cfg': '',
    })
    return dir
  }

  it('shows installs, never settings, keys or other projects', () => {
    const dir = home()
    const entries = ['.pyenv/shims', '.pyenv/bin', '.nvm/versions/node/v1/bin', '.cargo/bin', '.fly/bin', '.local/bin', 'code/app/bin', 'venv/bin', 'gone/bin']
    const found = findToolchain({path: [...entries.map((entry) => join(dir, entry)), 'relative', ''].join(':'), home: dir, root: '/nowhere', more: []})
    expect(found.reads.map((path) => path.slice(dir.length + 1)).sort()).toEqual(
      ['.cargo/bin', '.cargo/registry', '.fly/bin', '.local/bin', '.nvm/versions/node/v1', '.pyenv', '.rustup', 'code/app/bin', 'venv'].sort(),
    )
    expect(found.path.split(':')).not.toContain('relative')
    expect(found.path).not.toContain('gone')
  })

  it('shows the installs of another home whose programs are on the PATH', () => {
    const dir = home()
    const entries = ['.pyenv/shims', '.cargo/bin', 'code/app/bin'].map((entry) => join(dir, entry))
    const found = findToolchain({path: entries.join(':'), home: '/home/somebody', root: '/nowhere', more: []})
    expect(found.reads.map((path) => path.slice(dir.length + 1)).sort()).toEqual(['.cargo/bin', '.cargo/registry', '.pyenv', '.rustup', 'code/app/bin'])
  })

  it('resolves links in PATH, and never shows a home or what holds it', () => {
    const dir = home()
    symlinkSync(join(dir, 'venv/bin'), join(dir, 'current'))
    const found = findToolchain({path: `${join(dir, 'current')}:${dir}:/`, home: dir, root: '/nowhere', more: [dir, '/', join(dir, '..')]})
    expect(found.path.split(':')[0]).toBe(join(dir, 'venv/bin'))
    expect(found.reads).toEqual([join(dir, 'venv')])
  })

  it('finds the interpreter of a virtual environment in the project', () => {
    const dir = home()
    const root = join(dir, 'project')
    mkdirSync(root)
    write(root, {'.venv/pyvenv.cfg': `home = ${join(dir, 'venv/bin')}\n`})
    expect(findToolchain({path: '', home: dir, root, more: []}).reads).toEqual([join(dir, 'venv')])
  })

  it('keeps only the outermost of nested folders', () => expect(outermost(['/a/b', '/a', '/ab', '/a'])).toEqual(['/a', '/ab']))
})

describe('the table of people', () => {
  it('puts the inside identity at home and leaves others alone', () => {
    const table = 'root:x:0:0:root:/root:/bin/bash\nann:x:1000:1000:Ann,,,:/home/ann:/bin/zsh\n'
    expect(
      peopleTable(
        table,
        [
          {uid: 1000, gid: 5},
          {uid: 77, gid: 78},
        ],
        '/h',
      ),
    ).toBe('root:x:0:0:root:/root:/bin/bash\nann:x:1000:5::/h:/bin/bash\npenguin:x:77:78::/h:/bin/bash\n')
  })
})
