import {execFileSync} from 'node:child_process'
import {writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Change, FileMode} from '../../../engine/contract/workspace.ts'
import {netChanges, summarize, unifiedDiff} from '../../../engine/workspace/patch.ts'
import {openTracker} from '../../../engine/workspace/tracker.ts'
import {git, memoryBlobs, type Planted, plant, snapshot, tempFolder} from '../../kit/blobs.ts'

const blobs = memoryBlobs()
const side = (text: string | null, mode: FileMode = '100644') => (text === null ? null : {mode, sha256: blobs.put(text)})
const change = (path: string, before: string | null, after: string | null): Change => ({path, before: side(before), after: side(after)})

describe('net changes', () => {
  it('collapses what happened to one path', () => {
    const effects = [
      [change('a', '1', '2'), change('new', null, 'x')],
      [change('a', '2', '3'), change('new', 'x', null), change('back', '1', '2')],
      [change('back', '2', '1'), change('gone', '1', null)],
    ]
    expect(netChanges(effects)).toEqual([change('a', '1', '3'), change('gone', '1', null)])
  })

  it('counts lines, and none for binary content or a mode', () => {
    const mode: Change = {path: 'm', before: side('x'), after: side('x', '100755')}
    const list = [
      change('a', 'one\ntwo\nthree\n', 'one\n2\nthree\nfour\n'),
      change('b', null, 'x\ny'),
      change('c', 'x\n', null),
      change('d', 'x\0', 'y\0'),
      mode,
    ]
    expect(summarize([...list, change('e', null, '')], blobs)).toEqual([
      {path: 'a', change: 'changed', add: 2, del: 1},
      {path: 'b', change: 'added', add: 2, del: 0},
      {path: 'c', change: 'deleted', add: 0, del: 1},
      {path: 'd', change: 'changed', add: 0, del: 0},
      {path: 'e', change: 'added', add: 0, del: 0},
      {path: 'm', change: 'changed', add: 0, del: 0},
    ])
  })
})

/** Applies the diff with git to a copy of `before`, and answers what comes out. */
const applied = (
  before: Planted,
  after: (dir: string) => void,
  store = memoryBlobs(),
): {got: Record<string, string>; want: Record<string, string>; diff: string} => {
  using place = tempFolder(before)
  using other = tempFolder(before)
  const tracker = openTracker({dir: place.dir, blobs: store})
  tracker.before('any')
  after(place.dir)
  const diff = unifiedDiff(tracker.after('any'), store)
  git(other.dir, 'init')
  using patches = tempFolder({'p.diff': diff})
  if (diff !== '') git(other.dir, 'apply', '--whitespace=nowarn', join(patches.dir, 'p.diff'))
  return {got: snapshot(other.dir), want: snapshot(place.dir), diff}
}

describe('the diff', () => {
  it('is one that git applies', () => {
    const before = {
      'a.txt': 'one\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\nten\n',
      'crlf.txt': 'one\r\ntwo\r\nthree\r\n',
      'noeol.txt': 'one\ntwo',
      'gone.txt': 'x\ny\n',
      'with space.txt': '1\n',
      'line\nbreak "q".txt': '1\n',
      'ünï.txt': '1\n',
      'run.sh': 'x\n',
      'kind.txt': 'file\n',
      'to-empty': 'x\n',
      'old-empty': '',
    }
    const {got, want, diff} = applied(before, (dir) => {
      plant(dir, {
        'a.txt': 'zero\none\ntwo\nthree\nfour\nfive\nsix\nseven\neight\nnine\n10\n',
        'crlf.txt': 'one\r\n2\r\nthree\r\nfour',
        'noeol.txt': 'one\ntwo\n',
        'new/file.txt': 'new',
        'new/empty.txt': '',
        'new/run.sh': {text: 'x\n', mode: 0o755},
        'new/link': '->../a.txt',
        'with space.txt': '2\n',
        'line\nbreak "q".txt': '2\n',
        'ünï.txt': '2\n',
        'run.sh': {text: 'x\n', mode: 0o755},
        'to-empty': '',
      })
      execFileSync('rm', ['gone.txt', 'old-empty'], {cwd: dir})
    })
    expect(got).toEqual(want)
    expect(diff).toContain('\\ No newline at end of file')
    expect(diff).toContain('new file mode 100755')
  })

  it('says of binary content only that it differs', () => {
    expect(unifiedDiff([change('b.bin', 'a\0b', 'a\0c')], blobs)).toMatch(
      /^diff --git a\/b\.bin b\/b\.bin\nindex \w+\.\.\w+ 100644\nBinary files a\/b\.bin and b\/b\.bin differ\n$/,
    )
    expect(unifiedDiff([], blobs)).toBe('')
  })

  it('applies after any edit of lines', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c', '', ' x', 'é'), {maxLength: 12})
    const file = fc.tuple(lines, fc.boolean()).map(([all, ends]) => all.join('\n') + (ends && all.length > 0 ? '\n' : ''))
    fc.assert(
      fc.property(file, file, (from, to) => {
        const {got, want} = applied({f: from}, (dir) => writeFileSync(join(dir, 'f'), to))
        expect(got).toEqual(want)
      }),
      {numRuns: 40},
    )
  })

  it('gives up on likeness where there is none, and still applies', () => {
    const from = Array.from({length: 15_000}, (_, n) => `old ${n}`).join('\n')
    const to = Array.from({length: 15_000}, (_, n) => `new ${n * 7}`).join('\n')
    const {got, want} = applied({f: `${from}\n`}, (dir) => writeFileSync(join(dir, 'f'), to))
    expect(got).toEqual(want)
  })
})
