import {mkdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {listFiles, openListing} from '../../../engine/workspace/listing.ts'
import {git, plant, tempFolder} from '../../kit/blobs.ts'

/** What git itself calls the files of the working tree that are not ignored. */
const asGit = (dir: string): string[] =>
  git(dir, 'ls-files', '-z', '-co', '--exclude-standard')
    .split('\0')
    .filter((path) => path !== '' && !path.endsWith('/'))
    .sort()

describe('which files are in the tree', () => {
  it('agrees with git on rules at several levels', () => {
    using place = tempFolder({
      '.gitignore': '*.log\n/build\nout/\n!keep.log\nsub/*.tmp\n\\#odd\ntrail\\ \n**/deep/x\na/**/z\n[ab].txt\n',
      'a.txt': '1',
      'c.txt': '1',
      'x.log': '1',
      'keep.log': '1',
      '#odd': '1',
      'trail ': '1',
      'build/a': '1',
      'sub/build/a': '1',
      'sub/a.tmp': '1',
      'sub/in/a.tmp': '1',
      'sub/.gitignore': '!x.log\nout\n!*.tmp\n',
      'sub/x.log': '1',
      'out/file': '1',
      'one/out/file': '1',
      'one/deep/x': '1',
      'a/b/c/z': '1',
      'a/z': '1',
      'a/y': '1',
    })
    git(place.dir, 'init')
    expect(listFiles(place.dir).paths).toEqual(asGit(place.dir))
  })

  it('agrees with git on generated rules', () => {
    const part = fc.constantFrom('a', 'b', 'c', 'a.js', 'b.log')
    const rule = fc
      .tuple(
        fc.constantFrom('', '!'),
        fc.constantFrom('', '/', '**/'),
        fc.constantFrom('a', 'b', '*', '*.js', 'a/b', 'a/*', 'b/**', '?', 'a*'),
        fc.constantFrom('', '/'),
      )
      .map((parts) => parts.join(''))
    const rules = fc.array(rule, {maxLength: 5}).map((lines) => lines.join('\n'))
    const paths = fc.uniqueArray(
      fc.tuple(part, part, part).map((parts) => parts.join('/')),
      {minLength: 1, maxLength: 6},
    )
    fc.assert(
      fc.property(rules, rules, fc.constantFrom('a', 'b', 'a/b'), paths, (top, inner, where, names) => {
        using place = tempFolder()
        git(place.dir, 'init')
        for (const name of names) {
          try {
            plant(place.dir, {[`${name}/f`]: '1'})
          } catch {
            // One name is a folder of another.
          }
        }
        plant(place.dir, {'.gitignore': top, 'top.js': '1', a1: '1'})
        mkdirSync(join(place.dir, where), {recursive: true})
        plant(place.dir, {[`${where}/.gitignore`]: inner})
        expect(listFiles(place.dir).paths).toEqual(asGit(place.dir))
      }),
      {numRuns: 40},
    )
  })

  it('lists what git tracks although a rule says otherwise, and reads info/exclude', () => {
    using place = tempFolder({
      '.gitignore': 'dist/\n*.log\n',
      'dist/kept.js': '1',
      'dist/made.js': '1',
      'a.log': '1',
      'b.log': '1',
      'secret.txt': '1',
      'a.js': '1',
    })
    git(place.dir, 'init')
    git(place.dir, 'add', '-f', 'dist/kept.js', 'a.log', 'a.js')
    plant(place.dir, {'.git/info/exclude': 'secret.txt\n'})
    const {paths} = listFiles(place.dir)
    expect(paths).toEqual(['.gitignore', 'a.js', 'a.log', 'dist/kept.js'])
    expect(paths).toEqual(asGit(place.dir))
  })

  it.each([2, 3, 4])('reads an index of version %i', (version) => {
    using place = tempFolder({'.gitignore': 'd/\n', 'd/one/long/name.txt': '1', 'd/one/long/other.txt': '1', 'd/ü': '1', 'd/not': '1'})
    git(place.dir, 'init')
    git(place.dir, 'add', '-f', 'd/one', 'd/ü')
    if (version === 3) git(place.dir, 'add', '-N', '-f', 'd/not')
    git(place.dir, 'update-index', '--index-version', String(version))
    expect(listFiles(place.dir).paths).toEqual(asGit(place.dir))
  })

  it('applies the rules above a project that lies inside a repository', () => {
    using place = tempFolder({
      '.gitignore': '*.log\nproject/skip.txt\n',
      'project/a.log': '1',
      'project/skip.txt': '1',
      'project/a.txt': '1',
      'ignored/project/a.txt': '1',
    })
    git(place.dir, 'init')
    expect(listFiles(join(place.dir, 'project')).paths).toEqual(['a.txt'])
    plant(place.dir, {'.git/info/exclude': 'ignored/\n'})
    expect(listFiles(join(place.dir, 'ignored/project')).paths).toEqual(['a.txt'])
  })

  it('works without git, and leaves heavy folders out only there', () => {
    const files = {
      'a.py': '1',
      'dist/x.js': '1',
      'node_modules/m/i.js': '1',
      '.venv/x': '1',
      '__pycache__/a.pyc': '1',
      '.penguinignore': 'data\n',
      'data/huge': '1',
      'target/notes.md': '1',
    }
    using place = tempFolder(files)
    expect(listFiles(place.dir).paths).toEqual(['.penguinignore', 'a.py', 'target/notes.md'])
    plant(place.dir, {'Cargo.toml': ''})
    expect(listFiles(place.dir).paths).toEqual(['.penguinignore', 'Cargo.toml', 'a.py'])
    git(place.dir, 'init')
    expect(listFiles(place.dir).paths).toEqual(['.penguinignore', '.venv/x', 'Cargo.toml', 'a.py', 'dist/x.js', 'target/notes.md'])
  })

  it('leaves out virtual environments and node_modules that nobody ignored, unless git tracks them', () => {
    using place = tempFolder({'a.py': '1', 'myenv/pyvenv.cfg': 'home = /usr/bin\n', 'myenv/lib/x.py': '1', 'node_modules/m/i.js': '1'})
    git(place.dir, 'init')
    expect(listFiles(place.dir).paths).toEqual(['a.py'])
    git(place.dir, 'add', 'node_modules')
    expect(listFiles(place.dir).paths).toEqual(['a.py', 'node_modules/m/i.js'])
  })

  it('leaves out its own folders, nested repositories and submodules, unless named', () => {
    using place = tempFolder({'a.txt': '1', '.penguin/journal.db': '1', 'nested/b.txt': '1', 'deep/er/b.txt': '1'})
    using other = tempFolder({'c.txt': '1'})
    git(other.dir, 'init')
    git(other.dir, 'add', '.')
    git(other.dir, 'commit', '-m', 'x')
    git(place.dir, 'init')
    git(join(place.dir, 'nested'), 'init')
    git(place.dir, 'submodule', 'add', other.dir, 'module')
    expect(listFiles(place.dir).paths).toEqual(['.gitmodules', 'a.txt', 'deep/er/b.txt'])
    expect(listFiles(place.dir, {nested: ['nested', 'module']}).paths).toEqual(['.gitmodules', 'a.txt', 'deep/er/b.txt', 'module/c.txt', 'nested/b.txt'])
  })

  it('lists links and never follows them', () => {
    using outside = tempFolder({'secret.txt': '1'})
    using place = tempFolder({'real/a.txt': '1', 'to-file': '->real/a.txt', 'to-dir': '->real', dangling: '->nowhere', up: '->..'})
    symlinkSync(outside.dir, join(place.dir, 'out'))
    expect(listFiles(place.dir).paths).toEqual(['dangling', 'out', 'real/a.txt', 'to-dir', 'to-file', 'up'])
  })

  it('keeps names as they are', () => {
    const names = ['with space.txt', 'näme-日本.txt', 'line\nbreak.txt', 'quote".txt', 'back\\slash.txt', ' lead', '-dash', '日本/深い.txt']
    using place = tempFolder(Object.fromEntries(names.map((name) => [name, '1'])))
    expect(listFiles(place.dir).paths).toEqual([...names].sort())
  })

  it('stops at the bound and says so', () => {
    using place = tempFolder(Object.fromEntries(Array.from({length: 30}, (_, n) => [`d${n % 3}/f${n}`, '1'])))
    const found = listFiles(place.dir, {maxFiles: 10})
    expect(found.bounded).toBe(true)
    expect(found.paths).toHaveLength(10)
    expect(listFiles(place.dir, {maxFiles: 30}).bounded).toBe(false)
  })
})

describe('a listing that is kept', () => {
  const paths = (listing: ReturnType<typeof openListing>): string[] => {
    const found: string[] = []
    listing.scan((path) => found.push(path))
    return found.sort()
  }

  it('sees what comes, goes and changes its kind, and new rules', () => {
    using place = tempFolder({'a/one.txt': '1', 'a/b/two.log': '1', 'c.txt': '1'})
    git(place.dir, 'init')
    const listing = openListing(place.dir)
    expect(paths(listing)).toEqual(['a/b/two.log', 'a/one.txt', 'c.txt'])
    plant(place.dir, {'a/b/three.txt': '1', 'd/four.txt': '1'})
    rmSync(join(place.dir, 'c.txt'))
    mkdirSync(join(place.dir, 'c.txt'))
    writeFileSync(join(place.dir, 'c.txt/inside'), '1')
    expect(paths(listing)).toEqual(['a/b/three.txt', 'a/b/two.log', 'a/one.txt', 'c.txt/inside', 'd/four.txt'])
    plant(place.dir, {'a/.gitignore': '*.log\n'})
    expect(paths(listing)).toEqual(['a/.gitignore', 'a/b/three.txt', 'a/one.txt', 'c.txt/inside', 'd/four.txt'])
    expect(listing.leftOut()).toEqual([{path: 'a/b/two.log', why: 'ignored', isFolder: false}])
    plant(place.dir, {'a/.gitignore': '*.txt\n'})
    expect(paths(listing)).toEqual(['a/.gitignore', 'a/b/two.log', 'c.txt/inside', 'd/four.txt'])
    rmSync(join(place.dir, 'a/.gitignore'))
    expect(paths(listing)).toEqual(['a/b/three.txt', 'a/b/two.log', 'a/one.txt', 'c.txt/inside', 'd/four.txt'])
    rmSync(join(place.dir, 'a'), {recursive: true})
    expect(paths(listing)).toEqual(['c.txt/inside', 'd/four.txt'])
  })

  it('finds the same as a fresh one after any edits', () => {
    const name = fc.constantFrom('a', 'b', 'c')
    const path = fc.array(name, {minLength: 1, maxLength: 3}).map((parts) => parts.join('/'))
    const step = fc.record({path, what: fc.constantFrom('write', 'remove', 'ignore')})
    fc.assert(
      fc.property(fc.array(step, {maxLength: 12}), (steps) => {
        using place = tempFolder()
        const listing = openListing(place.dir)
        for (const {path: at, what} of steps) {
          try {
            if (what === 'remove') rmSync(join(place.dir, at), {recursive: true, force: true})
            else if (what === 'write') {
              mkdirSync(join(place.dir, at, '..'), {recursive: true})
              writeFileSync(join(place.dir, at), '1')
            } else {
              mkdirSync(join(place.dir, at), {recursive: true})
              writeFileSync(join(place.dir, at, '.gitignore'), 'b\n')
            }
          } catch {
            // A file stands where a folder would have to be.
          }
          expect(paths(listing)).toEqual(listFiles(place.dir).paths)
        }
      }),
      {numRuns: 60},
    )
  })
})
