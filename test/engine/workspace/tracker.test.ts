import {execFileSync} from 'node:child_process'
import {createHash, hash} from 'node:crypto'
import {chmodSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {BlobStore} from '../../../engine/contract/workspace.ts'
import {openTracker} from '../../../engine/workspace/tracker.ts'
import {git, memoryBlobs, plant, tempFolder} from '../../kit/blobs.ts'

const id = (text: string): string => hash('sha256', text, 'hex')
const side = (text: string, mode = '100644') => ({mode, sha256: id(text)})
const text = (blobs: BlobStore, sha256: string | undefined): string | undefined => {
  const bytes = sha256 === undefined ? undefined : blobs.get(sha256 as never)
  return bytes && Buffer.from(bytes).toString()
}

const open = (files: Parameters<typeof tempFolder>[0] = {}, options: {cacheFile?: string; maxFiles?: number} = {}) => {
  const place = tempFolder(files)
  const blobs = memoryBlobs()
  return {...place, blobs, tracker: openTracker({dir: place.dir, blobs, ...options})}
}

describe('the tree', () => {
  it('has mode, hash and size of each file', () => {
    using place = open({'a.txt': 'one', 'run.sh': {text: '#!', mode: 0o755}, link: '->a.txt', empty: ''})
    expect(Object.fromEntries(place.tracker.tree())).toEqual({
      'a.txt': {...side('one'), sizeBytes: 3},
      'run.sh': {...side('#!', '100755'), sizeBytes: 2},
      link: {...side('a.txt', '120000'), sizeBytes: 5},
      empty: {...side(''), sizeBytes: 0},
    })
  })

  it('has a hash that anybody can compute', () => {
    using place = open({'b/ü.txt': 'two', 'a.txt': 'one', 'a-b': 'three', '\uffee': 'x', '\u{1f427}': 'y', link: '->a.txt'})
    const lines = execFileSync('sh', ['-c', `find . -type f -o -type l | sed 's|^./||' | LC_ALL=C sort`], {cwd: place.dir, encoding: 'utf8'}).trim().split('\n')
    const digest = createHash('sha256')
    for (const path of lines) {
      const isLink = path === 'link'
      digest.update(`${isLink ? '120000' : '100644'} ${path}\0${id(isLink ? 'a.txt' : readFileSync(join(place.dir, path), 'utf8'))}\n`)
    }
    expect(place.tracker.treeSha256()).toBe(digest.digest('hex'))
  })

  it('is the same object, and the same hash, until something changes', () => {
    using place = open({'a.txt': 'one'})
    const [tree, sha256] = [place.tracker.tree(), place.tracker.treeSha256()]
    utimesSync(join(place.dir, 'a.txt'), 1, 1)
    expect(place.tracker.tree()).toBe(tree)
    chmodSync(join(place.dir, 'a.txt'), 0o755)
    expect(place.tracker.tree()).not.toBe(tree)
    expect(place.tracker.treeSha256()).not.toBe(sha256)
    chmodSync(join(place.dir, 'a.txt'), 0o644)
    expect(place.tracker.treeSha256()).toBe(sha256)
    expect(tree.get('a.txt')?.mode).toBe('100644')
  })

  it('is not fooled by a write of the same size with the same times', () => {
    using place = open({'a.txt': 'one'})
    const at = join(place.dir, 'a.txt')
    utimesSync(at, 1000, 1000)
    const before = place.tracker.treeSha256()
    for (const word of ['two', 'six', 'ten', 'one']) {
      writeFileSync(at, word)
      utimesSync(at, 1000, 1000)
      expect(place.tracker.tree().get('a.txt')?.sha256).toBe(id(word))
    }
    expect(place.tracker.treeSha256()).toBe(before)
  })

  it('finds every change made within one tick', () => {
    using place = open()
    for (let n = 0; n < 200; n++) {
      writeFileSync(join(place.dir, 'same'), String(n).padStart(3, '0'))
      expect(place.tracker.tree().get('same')?.sha256).toBe(id(String(n).padStart(3, '0')))
    }
  })

  it('leaves out what cannot be read and what is no file', () => {
    using place = open({'a.txt': '1'})
    execFileSync('mkfifo', [join(place.dir, 'pipe')])
    expect([...place.tracker.tree().keys()]).toEqual(['a.txt'])
  })

  it('hashes a file beyond the cap without storing it', () => {
    using place = open()
    const huge = Buffer.alloc(33 * 1024 * 1024, 'x')
    place.tracker.before('any')
    writeFileSync(join(place.dir, 'huge'), huge)
    expect(place.tracker.after('any')).toEqual([{path: 'huge', before: null, after: {mode: '100644', sha256: hash('sha256', huge, 'hex')}}])
    expect(place.blobs.held.size).toBe(0)
  })
})

describe('what an effect changed', () => {
  it('tells each kind of change, with both contents stored', () => {
    using place = open({'a.txt': 'one', 'gone.txt': 'gone', 'mode.sh': 'x', 'kind.txt': 'file', 'dir/f': 'f', same: 's'})
    place.tracker.before('any')
    plant(place.dir, {'a.txt': 'two', 'new/deep.txt': 'new', 'kind.txt': '->same'})
    rmSync(join(place.dir, 'gone.txt'))
    chmodSync(join(place.dir, 'mode.sh'), 0o755)
    rmSync(join(place.dir, 'dir'), {recursive: true})
    writeFileSync(join(place.dir, 'dir'), 'now a file')
    const changes = place.tracker.after('any').sort((a, b) => (a.path < b.path ? -1 : 1))
    expect(changes).toEqual([
      {path: 'a.txt', before: side('one'), after: side('two')},
      {path: 'dir', before: null, after: side('now a file')},
      {path: 'dir/f', before: side('f'), after: null},
      {path: 'gone.txt', before: side('gone'), after: null},
      {path: 'kind.txt', before: side('file'), after: side('same', '120000')},
      {path: 'mode.sh', before: side('x'), after: side('x', '100755')},
      {path: 'new/deep.txt', before: null, after: side('new')},
    ])
    for (const change of changes) {
      if (change.before) expect(place.blobs.has(change.before.sha256)).toBe(true)
      if (change.after) expect(place.blobs.has(change.after.sha256)).toBe(true)
    }
    expect(place.tracker.after('any')).toEqual([])
  })

  it('looks only at named paths, and stores only those', () => {
    using place = open({'a.txt': 'one', 'b.txt': 'one b'})
    place.tracker.before(['a.txt', 'new.txt'])
    plant(place.dir, {'a.txt': 'two', 'new.txt': 'n', 'b.txt': 'by somebody'})
    expect(place.tracker.after(['a.txt', 'new.txt'])).toEqual([
      {path: 'a.txt', before: side('one'), after: side('two')},
      {path: 'new.txt', before: null, after: side('n')},
    ])
    expect([...place.blobs.held.keys()].sort()).toEqual([id('one'), id('two'), id('n')].sort())
    expect(place.tracker.after(['a.txt'])).toEqual([])
  })

  it('does not take what somebody else changed in between for its own', () => {
    using place = open({'a.txt': 'one', 'b.txt': 'b'})
    place.tracker.before('any')
    plant(place.dir, {'a.txt': 'two'})
    place.tracker.after('any')
    plant(place.dir, {'b.txt': 'user', 'c.txt': 'user'})
    place.tracker.before('any')
    plant(place.dir, {'a.txt': 'three'})
    expect(place.tracker.after('any')).toEqual([{path: 'a.txt', before: side('two'), after: side('three')}])
  })

  it('tells the change of an effect once although others begin and end meanwhile', () => {
    using place = open({'a.txt': 'one', 'b.txt': 'one'})
    place.tracker.before('any')
    plant(place.dir, {'a.txt': 'two'})
    place.tracker.before(['a.txt', 'b.txt'])
    place.tracker.before('any')
    plant(place.dir, {'b.txt': 'two'})
    const told = [...place.tracker.after(['a.txt', 'b.txt']), ...place.tracker.after('any'), ...place.tracker.after('any')]
    expect(told).toEqual([
      {path: 'a.txt', before: side('one'), after: side('two')},
      {path: 'b.txt', before: side('one'), after: side('two')},
    ])
    expect(text(place.blobs, told[0]?.before?.sha256)).toBe('one')
  })

  it('is not disturbed by a look at the tree', () => {
    using place = open({'a.txt': 'one'})
    place.tracker.before('any')
    plant(place.dir, {'a.txt': 'two'})
    place.tracker.treeSha256()
    expect(place.tracker.after('any')).toEqual([{path: 'a.txt', before: side('one'), after: side('two')}])
  })

  it('tells a named ignored file, and leaves other ignored files alone', () => {
    using place = open({'.gitignore': '.env\ndist\n', '.env': 'A=1', 'dist/x': '1'})
    git(place.dir, 'init')
    place.tracker.before('any')
    plant(place.dir, {'dist/x': '2', 'dist/y': '2'})
    place.tracker.before(['.env'])
    plant(place.dir, {'.env': 'A=2'})
    expect(place.tracker.after('any')).toEqual([{path: '.env', before: side('A=1'), after: side('A=2')}])
    plant(place.dir, {'.env': 'A=3'})
    expect(place.tracker.after(['.env'])).toEqual([{path: '.env', before: side('A=2'), after: side('A=3')}])
    expect([...place.tracker.tree().keys()]).toEqual(['.gitignore'])
  })

  it('takes a change of the rules for what it is', () => {
    using place = open({'.gitignore': 'old.txt\n', 'old.txt': 'user', 'a.txt': 'a', 'b.txt': 'b'})
    git(place.dir, 'init')
    place.tracker.before('any')
    plant(place.dir, {'.gitignore': 'a.txt\nb.txt\n', 'b.txt': 'changed'})
    expect(place.tracker.after('any').sort((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      {path: '.gitignore', before: side('old.txt\n'), after: side('a.txt\nb.txt\n')},
      {path: 'b.txt', before: side('b'), after: side('changed')},
    ])
  })

  it('follows a named path through a link inside, and not outside', () => {
    using outside = tempFolder({'x.txt': 'x'})
    using place = open({'real/a.txt': 'one', in: '->real'})
    symlinkSync(outside.dir, join(place.dir, 'out'))
    const paths = ['in/a.txt', 'out/x.txt', '../other', '/etc/hostname', '.git/config', '.penguin/x']
    place.tracker.before(paths)
    plant(place.dir, {'real/a.txt': 'two'})
    writeFileSync(join(outside.dir, 'x.txt'), 'y')
    expect(place.tracker.after(paths)).toEqual([{path: 'real/a.txt', before: side('one'), after: side('two')}])
  })

  it('never calls a file added that was there beyond the bound', () => {
    const files = Object.fromEntries(Array.from({length: 20}, (_, n) => [`f${n}`, String(n)]))
    using place = open(files, {maxFiles: 10})
    place.tracker.before('any')
    expect(place.tracker.gaps()).toEqual([expect.stringContaining('in no checkpoint')])
    for (const path of [...place.tracker.tree().keys()].slice(0, 5)) rmSync(join(place.dir, path))
    expect(place.tracker.after('any').map((change) => change.after)).toEqual([null, null, null, null, null])
  })

  it('says what it cannot keep: names that are not UTF-8, and large files', () => {
    using place = open({'a.txt': 'one', '\ufffd': 'a name like any other'})
    place.tracker.before('any')
    expect(place.tracker.gaps()).toEqual([])
    writeFileSync(Buffer.from(`${place.dir}/caf\u00e9`, 'latin1'), 'x')
    mkdirSync(Buffer.from(`${place.dir}/d\u00ff`, 'latin1'))
    writeFileSync(join(place.dir, 'large'), '')
    truncateSync(join(place.dir, 'large'), 33 * 1024 * 1024)
    place.tracker.after('any')
    expect(place.tracker.gaps()).toEqual([expect.stringMatching(/^2 names are not UTF-8/), expect.stringMatching(/^1 file over 32 MB/)])
  })

  it('says what a folder holds after any effects: base plus changes is now', () => {
    const path = fc.constantFrom('a', 'b', 'd/a', 'd/b', 'd/e/c')
    const act = fc.record({path, text: fc.constantFrom('1', '2', null), by: fc.constantFrom('any', 'named')})
    fc.assert(
      fc.property(fc.array(act, {maxLength: 15}), (acts) => {
        using place = open({a: '1', 'd/b': '2'})
        const model = new Map([...place.tracker.tree()].map(([at, entry]) => [at, entry.sha256 as string]))
        for (const one of acts) {
          const paths = one.by === 'any' ? 'any' : [one.path]
          place.tracker.before(paths)
          if (one.text === null) rmSync(join(place.dir, one.path), {force: true})
          else plant(place.dir, {[one.path]: one.text})
          for (const change of place.tracker.after(paths)) {
            expect(model.get(change.path)).toBe(change.before?.sha256)
            if (change.after) model.set(change.path, change.after.sha256)
            else model.delete(change.path)
          }
        }
        expect(Object.fromEntries(model)).toEqual(Object.fromEntries([...place.tracker.tree()].map(([at, entry]) => [at, entry.sha256])))
      }),
      {numRuns: 60},
    )
  })
})

describe('the cache file', () => {
  const old = (dir: string, ...paths: string[]): void => {
    for (const path of paths) utimesSync(join(dir, path), 1000, 1000)
  }

  it('spares hashing at the next start, and is never believed against the disk', async () => {
    using place = tempFolder({'a.txt': 'one', 'b.txt': 'two'})
    using kept = tempFolder()
    const cacheFile = join(kept.dir, 'cache.json')
    old(place.dir, 'a.txt', 'b.txt')
    // Stats older than the window of doubt: the change time cannot be set, so it must pass.
    await new Promise((resolve) => setTimeout(resolve, 60))
    const first = openTracker({dir: place.dir, blobs: memoryBlobs(), cacheFile})
    const sha256 = first.treeSha256()
    first.flush()
    const known = readFileSync(cacheFile, 'utf8')
    expect(known).toContain(id('one'))
    // A wrong hash in the file shows that the file was believed where the stat is the same.
    writeFileSync(cacheFile, known.replace(id('one'), id('lie')))
    expect(openTracker({dir: place.dir, blobs: memoryBlobs(), cacheFile}).tree().get('a.txt')?.sha256).toBe(id('lie'))
    writeFileSync(cacheFile, known)
    writeFileSync(join(place.dir, 'a.txt'), 'six')
    old(place.dir, 'a.txt')
    const second = openTracker({dir: place.dir, blobs: memoryBlobs(), cacheFile})
    expect(second.tree().get('a.txt')?.sha256).toBe(id('six'))
    expect(second.treeSha256()).not.toBe(sha256)
  })

  it.each(['', '{', '[]', '{"v":9}', '{"v":1,"dir":"/other","rows":[]}', '{"v":1}'])('does without a broken one: %s', (broken) => {
    using place = tempFolder({'a.txt': 'one'})
    using kept = tempFolder({'cache.json': broken})
    const tracker = openTracker({dir: place.dir, blobs: memoryBlobs(), cacheFile: join(kept.dir, 'cache.json')})
    expect(tracker.tree().get('a.txt')?.sha256).toBe(id('one'))
  })

  it('stores pre-images at the next start too', () => {
    using place = tempFolder({'a.txt': 'one'})
    using kept = tempFolder()
    const cacheFile = join(kept.dir, 'cache.json')
    const first = openTracker({dir: place.dir, blobs: memoryBlobs(), cacheFile})
    first.tree()
    first.flush()
    const blobs = memoryBlobs()
    const second = openTracker({dir: place.dir, blobs, cacheFile})
    second.before('any')
    renameSync(join(place.dir, 'a.txt'), join(place.dir, 'b.txt'))
    expect(second.after('any')).toHaveLength(2)
    expect(text(blobs, id('one'))).toBe('one')
  })

  it('opens without touching the folder', () => {
    const blobs = memoryBlobs()
    const tracker = openTracker({dir: '/nowhere/at/all', blobs})
    expect(tracker.tree().size).toBe(0)
  })
})
