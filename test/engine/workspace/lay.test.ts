import {execFileSync, spawnSync} from 'node:child_process'
import {chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, truncateSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {LaidCopy, LayOptions} from '../../../engine/workspace/lay.ts'
import {layCopy} from '../../../engine/workspace/lay.ts'
import {openTracker} from '../../../engine/workspace/tracker.ts'
import {git, memoryBlobs, type Planted, plant, snapshot, tempFolder} from '../../kit/blobs.ts'
import {hasBubblewrap, hasPython} from '../../kit/parts.ts'

const open = (files: Planted = {}) => {
  const place = tempFolder(files)
  const trees = tempFolder()
  const blobs = memoryBlobs()
  let count = 0
  const lay = (options: Partial<LayOptions> = {}): LaidCopy => {
    count += 1
    const from = options.from ?? place.dir
    return layCopy({
      from,
      tree: openTracker({dir: from, blobs}).tree(),
      into: join(trees.dir, 'trees', String(count)),
      carryBefore: Number.POSITIVE_INFINITY,
      ...options,
    })
  }
  const remove = (): void => {
    place.remove()
    trees.remove()
  }
  return {dir: place.dir, trees: trees.dir, lay, [Symbol.dispose]: remove}
}

const node = (dir: string, file: string) => spawnSync(process.execPath, [file], {cwd: dir, encoding: 'utf8'})

/** Runs a command with the copy where the project is, as the bwrap level does; undefined where bwrap is not to be had. */
const bound = (root: string, laid: LaidCopy, argv: string[]) => {
  const binds = laid.binds.flatMap(({at, from}) => ['--ro-bind', from, join(root, at)])
  return spawnSync(
    'bwrap',
    ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', '--dev', '/dev', '--bind', laid.dir, root, ...binds, '--chdir', root, ...argv],
    {encoding: 'utf8'},
  )
}

// A workspace: packages/pkg is linked into node_modules, `one` needs `two` beside it, both say where they are.
const workspace: Planted = {
  '.gitignore': 'node_modules/\n',
  'package.json': '{"type":"module","workspaces":["packages/*"]}',
  'main.js': "import {name} from '@my/pkg'\nimport one from 'one'\nconsole.log(name, one)\n",
  'packages/pkg/package.json': '{"name":"@my/pkg","type":"module","exports":"./index.js"}',
  'packages/pkg/index.js': "import two from 'two'\nexport const name = 'source ' + two\n",
  'node_modules/@my/pkg': '->../../packages/pkg',
  'node_modules/@other/lib/index.js': 'export default 1\n',
  'node_modules/one/package.json': '{"name":"one","type":"module","exports":"./index.js"}',
  'node_modules/one/index.js': "import two from 'two'\nexport default 'one+' + two\n",
  'node_modules/two/package.json': '{"name":"two","type":"module","exports":"./index.js"}',
  'node_modules/two/index.js': "export default 'two'\n",
  'node_modules/.bin/tool': '->../one/index.js',
  'node_modules/.bin/mine': '->../@my/pkg/index.js',
  'node_modules/.package-lock.json': '{}',
  'node_modules/.vite/cache.json': 'stale',
  'node_modules/.cache/x': 'stale',
  'packages/pkg/node_modules/three/index.js': '3',
}

describe('a copy of the tree', () => {
  it('has the same files, links, modes and times, and shares none of them', () => {
    const files = {'a.txt': 'a\r\n', 'run.sh': {text: 'x', mode: 0o755}, link: '->a.txt', dangling: '->no', 'd/e/f ü\n.txt': '1'}
    using place = open(files)
    utimesSync(join(place.dir, 'a.txt'), 1_000_000, 2_000_000.5)
    const laid = place.lay()
    expect(snapshot(laid.dir)).toEqual(snapshot(place.dir))
    expect(statSync(join(laid.dir, 'run.sh')).mode & 0o777).toBe(0o755)
    expect(statSync(join(laid.dir, 'a.txt')).mtimeMs).toBe(2_000_000_500)
    expect(statSync(join(laid.dir, 'a.txt')).nlink).toBe(1)
    writeFileSync(join(laid.dir, 'a.txt'), 'changed')
    expect(readFileSync(join(place.dir, 'a.txt'), 'utf8')).toBe('a\r\n')
    laid.dispose()
    expect(readdirSync(join(place.trees, 'trees'))).toEqual([])
  })

  it('puts other contents in, and leaves paths out', () => {
    using place = open({'a.txt': '1', 'b.txt': '1', 'c.txt': '1', kind: 'file'})
    const tree = new Map(openTracker({dir: place.dir, blobs: memoryBlobs()}).tree())
    const entry = tree.get('a.txt')
    if (!entry) throw new Error('no entry')
    tree.set('was/there.txt', entry).set('vanished.txt', entry).set('kind/inside', entry)
    const laid = place.lay({
      tree,
      pick: (path) => {
        if (path === 'a.txt') return {content: Buffer.from('2'), mode: '100755'}
        if (path === 'c.txt') return {content: Buffer.from('a.txt'), mode: '120000'}
        if (path === 'was/there.txt') return {content: Buffer.from('old'), mode: '100644'}
        return path === 'b.txt' ? null : undefined
      },
    })
    expect(snapshot(laid.dir)).toEqual({'a.txt': 'file:2', 'c.txt': 'link:a.txt', 'was/there.txt': 'file:old', kind: 'file:1'.replace('1', 'file')})
    expect(statSync(join(laid.dir, 'a.txt')).mode & 0o100).toBe(0o100)
  })

  it('keeps empty folders, and refuses a place inside the original or one that is there', () => {
    using place = open({a: '1'})
    mkdirSync(join(place.dir, 'empty/inner'), {recursive: true})
    expect(existsSync(join(place.lay().dir, 'empty/inner'))).toBe(true)
    expect(() => place.lay({into: join(place.dir, 'x')})).toThrow(/inside/)
    mkdirSync(join(place.trees, 'mine'))
    writeFileSync(join(place.trees, 'mine/precious'), '1')
    expect(() => place.lay({into: join(place.trees, 'mine')})).toThrow(/EEXIST/)
    expect(existsSync(join(place.trees, 'mine/precious'))).toBe(true)
  })
})

describe('packages lent by links', () => {
  it('lets node find them, the workspace in the copy, and caches stay in the copy', () => {
    using place = open(workspace)
    git(place.dir, 'init')
    const laid = place.lay()
    plant(laid.dir, {'packages/pkg/index.js': "import two from 'two'\nexport const name = 'candidate ' + two\n"})
    expect(node(laid.dir, 'main.js')).toMatchObject({stdout: 'candidate two one+two\n', stderr: ''})
    expect(node(place.dir, 'main.js').stdout).toBe('source two one+two\n')
    expect(node(laid.dir, 'node_modules/.bin/mine').status).toBe(0)
    expect(readlinkSync(join(laid.dir, 'node_modules/.bin/tool'))).toBe('../one/index.js')
    expect(existsSync(join(laid.dir, 'node_modules/.vite'))).toBe(false)
    expect(existsSync(join(laid.dir, 'node_modules/.cache'))).toBe(false)
    expect(existsSync(join(laid.dir, 'packages/pkg/node_modules/three/index.js'))).toBe(true)
    writeFileSync(join(laid.dir, 'node_modules/.made-by-a-runner'), '1')
    expect(existsSync(join(place.dir, 'node_modules/.made-by-a-runner'))).toBe(false)
    expect(laid.binds).toEqual([])
    expect([...openTracker({dir: laid.dir, blobs: memoryBlobs()}).tree().keys()].sort()).toEqual(
      [...openTracker({dir: place.dir, blobs: memoryBlobs()}).tree().keys()].sort(),
    )
  })

  it('lends a copy of a copy the same, with what was added to the first', () => {
    using place = open(workspace)
    git(place.dir, 'init')
    const first = place.lay()
    plant(first.dir, {'node_modules/four/index.js': '4'})
    const second = place.lay({from: first.dir})
    expect(node(second.dir, 'main.js').stdout).toBe('source two one+two\n')
    expect(existsSync(join(second.dir, 'node_modules/four/index.js'))).toBe(true)
    first.dispose()
    expect(existsSync(join(place.dir, 'node_modules/one/index.js'))).toBe(true)
  })

  it.skipIf(!hasPython())('lends a virtual environment that works', () => {
    using place = open({'.gitignore': '.venv\n', 'a.py': '1'})
    git(place.dir, 'init')
    execFileSync('python3', ['-m', 'venv', '--without-pip', '.venv'], {cwd: place.dir})
    const site = execFileSync('.venv/bin/python', ['-c', 'import sysconfig;print(sysconfig.get_paths()["purelib"])'], {cwd: place.dir, encoding: 'utf8'}).trim()
    writeFileSync(join(site, 'lent.py'), 'word = "lent"\n')
    const laid = place.lay()
    expect(spawnSync('.venv/bin/python', ['-c', 'import lent; print(lent.word)'], {cwd: laid.dir, encoding: 'utf8'}).stdout).toBe('lent\n')
    expect([...openTracker({dir: laid.dir, blobs: memoryBlobs()}).tree().keys()]).toEqual(['.gitignore', 'a.py'])
  })

  it('shows submodules without their git, and gives git a folder of its own', () => {
    using place = open({'a.txt': '1'})
    using other = tempFolder({'c.txt': '1'})
    git(other.dir, 'init')
    git(other.dir, 'add', '.')
    git(other.dir, 'commit', '-m', 'x')
    git(place.dir, 'init')
    git(place.dir, 'submodule', 'add', other.dir, 'module')
    git(place.dir, 'add', '.')
    git(place.dir, 'commit', '-m', 'first')
    const head = git(place.dir, 'rev-parse', 'HEAD')
    plant(place.dir, {'a.txt': '2'})
    const laid = place.lay()
    expect(readFileSync(join(laid.dir, 'module/c.txt'), 'utf8')).toBe('1')
    expect(git(laid.dir, 'log', '--format=%s').trim()).toBe('first')
    expect(git(laid.dir, 'diff', '--name-only', '--ignore-submodules').trim()).toBe('a.txt')
    git(laid.dir, 'commit', '-am', 'in the copy')
    expect(git(place.dir, 'rev-parse', 'HEAD')).toBe(head)
    expect(git(place.dir, 'log', '--all', '--format=%s').trim()).toBe('first')
    expect([...openTracker({dir: laid.dir, blobs: memoryBlobs()}).tree().keys()].sort()).toEqual(['.gitmodules', 'a.txt'])
  })

  it('works without a commit, detached, and in a worktree', () => {
    using place = open({'a.txt': '1'})
    git(place.dir, 'init')
    expect(git(place.lay().dir, 'status', '--porcelain').trim()).toBe('?? a.txt')
    git(place.dir, 'add', '.')
    git(place.dir, 'commit', '-m', 'first')
    git(place.dir, 'checkout', '--detach')
    expect(git(place.lay().dir, 'status', '--porcelain')).toBe('')
    git(place.dir, 'worktree', 'add', '-b', 'other', join(place.trees, 'work'))
    expect(git(place.lay({from: join(place.trees, 'work')}).dir, 'rev-parse', '--abbrev-ref', 'HEAD').trim()).toBe('other')
  })
})

describe('ignored files', () => {
  it('come along when they are small and older than the run', () => {
    using place = open({
      '.gitignore': 'dist\n.env\n_version.py\n*.egg-info\n*.log\ntmp\n__pycache__\n',
      'dist/out.js': '1',
      '.env': 'A=1',
      '_version.py': 'v = 1',
      'my.egg-info/PKG-INFO': 'x',
      'a.log': 'x',
      'tmp/x': '1',
      '__pycache__/a.pyc': 'x',
      'conftest.py': '',
    })
    git(place.dir, 'init')
    expect(Object.keys(snapshot(place.lay().dir)).sort()).toEqual(['.env', '.gitignore', '_version.py', 'conftest.py', 'dist/out.js', 'my.egg-info/PKG-INFO'])
    const laid = place.lay({carryBefore: 0})
    expect(Object.keys(snapshot(laid.dir)).sort()).toEqual(['.gitignore', 'conftest.py'])
  })

  it('cannot be slipped in later', async () => {
    using place = open({'.gitignore': 'conftest.py\nold.cfg\n', 'old.cfg': '1'})
    git(place.dir, 'init')
    await new Promise((resolve) => setTimeout(resolve, 30))
    const startedAt = Date.now()
    await new Promise((resolve) => setTimeout(resolve, 30))
    plant(place.dir, {'conftest.py': 'disarm()'})
    utimesSync(join(place.dir, 'conftest.py'), 1, 1)
    expect(Object.keys(snapshot(place.lay({carryBefore: startedAt}).dir)).sort()).toEqual(['.gitignore', 'old.cfg'])
  })

  it('stay behind, and stop nothing, when their names are no text', () => {
    using place = open({'.gitignore': '*.log\ncache*\n', 'a.txt': '1'})
    for (const name of ['bad\xff.log', 'cache\xff']) writeFileSync(Buffer.from(`${place.dir}/${name}`, 'latin1'), 'x')
    git(place.dir, 'init')
    for (const links of [true, false]) expect(readdirSync(place.lay({links}).dir).filter((name) => !name.startsWith('.'))).toEqual(['a.txt'])
  })

  it.skipIf(process.getuid?.() === 0)('stay behind, and stop nothing, when they are not ours to read', () => {
    using place = open({'.gitignore': 'data\n*.key\n', 'a.txt': '1', 'data/db/file': '1', 'my.key': '1'})
    git(place.dir, 'init')
    chmodSync(join(place.dir, 'data/db'), 0)
    chmodSync(join(place.dir, 'my.key'), 0)
    try {
      for (const links of [true, false]) expect(readdirSync(place.lay({links}).dir).filter((name) => !name.startsWith('.'))).toEqual(['a.txt'])
    } finally {
      chmodSync(join(place.dir, 'data/db'), 0o700)
    }
  })

  it('are lent whole when they are large', () => {
    using place = open({'.gitignore': 'data\n', 'data/small': '1', 'data/large': ''})
    // Sparse: large to look at, nothing on disk.
    truncateSync(join(place.dir, 'data/large'), 65 * 1024 * 1024)
    git(place.dir, 'init')
    const laid = place.lay()
    expect(lstatSync(join(laid.dir, 'data/small')).isSymbolicLink()).toBe(true)
    const later = place.lay({links: false})
    expect(later.binds).toContainEqual({at: 'data', from: join(place.dir, 'data')})
  })
})

describe.skipIf(!hasBubblewrap())('packages lent by binds (needs bwrap)', () => {
  it("shows them at the project's own path, neighbours findable, folder writable, originals not", () => {
    using place = open(workspace)
    git(place.dir, 'init')
    const laid = place.lay({links: false})
    plant(laid.dir, {'packages/pkg/index.js': "import two from 'two'\nexport const name = 'candidate ' + two\n"})
    expect(bound(place.dir, laid, [process.execPath, 'main.js'])).toMatchObject({stdout: 'candidate two one+two\n', stderr: ''})
    const script = 'mkdir -p node_modules/.vite-temp && echo 1 > node_modules/.vite-temp/x && echo ok; echo 1 > node_modules/one/index.js || echo kept'
    expect(bound(place.dir, laid, ['sh', '-c', script]).stdout).toBe('ok\nkept\n')
    expect(bound(place.dir, laid, ['git', 'status', '--porcelain']).stdout).toContain('?? main.js')
    const second = place.lay({from: laid.dir, links: false})
    expect(bound(place.dir, second, [process.execPath, 'main.js']).stdout).toBe('candidate two one+two\n')
    expect(existsSync(join(place.dir, 'node_modules/.vite-temp'))).toBe(false)
  })

  it('shows a virtual environment with packages that are installed to be edited', () => {
    using place = open({'.gitignore': '.venv\n', 'src/mine/__init__.py': 'word = "original"\n'})
    git(place.dir, 'init')
    execFileSync('python3', ['-m', 'venv', '--without-pip', '.venv'], {cwd: place.dir})
    const site = execFileSync('.venv/bin/python', ['-c', 'import sysconfig;print(sysconfig.get_paths()["purelib"])'], {cwd: place.dir, encoding: 'utf8'}).trim()
    writeFileSync(join(site, 'mine.pth'), `${join(place.dir, 'src')}\n`)
    const laid = place.lay({links: false})
    plant(laid.dir, {'src/mine/__init__.py': 'word = "candidate"\n'})
    expect(bound(place.dir, laid, ['.venv/bin/python', '-c', 'import mine; print(mine.word)']).stdout).toBe('candidate\n')
  })
})
