// apply_patch: both formats, places that moved, all or nothing.

import {chmodSync, existsSync, mkdirSync, readFileSync, statSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import applyPatch from '../../../plugins/files/apply-patch.ts'
import {patchFiles} from '../../../plugins/files/patch-files.ts'
import {parsePatch} from '../../../plugins/files/patch-parse.ts'
import {placeHunks} from '../../../plugins/files/patch-place.ts'
import {parseText, spliced} from '../../../plugins/files/text.ts'
import {faultFrom, openSite} from '../../kit/site.ts'
import {type Files, tempFolder} from '../../kit/temp.ts'

const apply = async (files: Files, patch: string) => {
  const dir = tempFolder(files)
  const told = await patchFiles({patch}, openSite(dir))
  return {dir, told, read: (path: string) => readFileSync(join(dir, path), 'utf8')}
}
const refused = async (files: Files, patch: string) => {
  const dir = tempFolder(files)
  const found = await faultFrom(() => patchFiles({patch}, openSite(dir)))
  for (const [path, text] of Object.entries(files)) expect(readFileSync(join(dir, path), 'utf8')).toBe(text)
  return found
}
const abc = 'a\nb\nc\nd\ne\nf\ng\n'

describe('a unified diff', () => {
  it('changes, adds and deletes', async () => {
    const {read, dir, told} = await apply(
      {'x/a.txt': abc, 'gone.txt': 'bye\n'},
      `diff --git a/x/a.txt b/x/a.txt
index 1..2 100644
--- a/x/a.txt
+++ b/x/a.txt
@@ -2,3 +2,3 @@
 b
-c
+C
 d
--- /dev/null
+++ b/new/n.txt
@@ -0,0 +1,2 @@
+one
+two
--- a/gone.txt
+++ /dev/null
@@ -1 +0,0 @@
-bye
`,
    )
    expect(read('x/a.txt')).toBe('a\nb\nC\nd\ne\nf\ng\n')
    expect(read('new/n.txt')).toBe('one\ntwo\n')
    expect(existsSync(join(dir, 'gone.txt'))).toBe(false)
    expect(told.model).toBe('changed x/a.txt (1 hunk, +0 lines); created new/n.txt; deleted gone.txt')
  })

  it('finds lines that moved, and does not trust the counts', async () => {
    const {read} = await apply({'a.txt': `0\n0\n0\n${abc}`}, '--- a/a.txt\n+++ b/a.txt\n@@ -2,9 +2,1 @@\n b\n-c\n+C\n d\n')
    expect(read('a.txt')).toBe('0\n0\n0\na\nb\nC\nd\ne\nf\ng\n')
  })

  it('takes the nearest of several places, and refuses two equally near', async () => {
    const twice = 'x\ny\n1\n2\n3\nx\ny\n'
    expect((await apply({'a.txt': twice}, '--- a/a.txt\n+++ b/a.txt\n@@ -7,2 +7,2 @@\n x\n-y\n+Y\n')).read('a.txt')).toBe('x\ny\n1\n2\n3\nx\nY\n')
    expect((await refused({'a.txt': 'x\ny\nx\n'}, '--- a/a.txt\n+++ b/a.txt\n@@ -2 +2 @@\n-x\n+X\n')).msg).toContain('fits 2 places')
  })

  it('reads several hunks, and blank context lines that lost their space', async () => {
    const {read} = await apply({'a.txt': 'a\n\nb\nc\nd\n'}, '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,3 @@\n-a\n+A\n\n b\n@@ -5 +5,2 @@\n d\n+e\n')
    expect(read('a.txt')).toBe('A\n\nb\nc\nd\ne\n')
  })

  it('keeps windows line ends and the missing last line end', async () => {
    expect((await apply({'a.txt': 'a\r\nb\r\nc\r\n'}, '--- a/a.txt\n+++ b/a.txt\n@@ -1,3 +1,4 @@\n a\n-b\n+B\n+B2\n c\n')).read('a.txt')).toBe(
      'a\r\nB\r\nB2\r\nc\r\n',
    )
    expect((await apply({'a.txt': 'a\nb'}, '--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,3 @@\n a\n b\n+c\n')).read('a.txt')).toBe('a\nb\nc')
    expect((await apply({'a.txt': 'a\nb'}, '--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+c\n')).read('a.txt')).toBe(
      'a\nc\n',
    )
    expect((await apply({'a.txt': 'a\nb\n'}, '--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n\\ No newline at end of file\n')).read('a.txt')).toBe(
      'a\nc',
    )
  })

  it('renames, with the mode', async () => {
    const dir = tempFolder({'a.sh': 'echo 1\n'})
    chmodSync(join(dir, 'a.sh'), 0o755)
    await patchFiles(
      {
        patch:
          'diff --git a/a.sh b/bin/b.sh\nsimilarity index 90%\nrename from a.sh\nrename to bin/b.sh\n--- a/a.sh\n+++ b/bin/b.sh\n@@ -1 +1 @@\n-echo 1\n+echo 2\n',
      },
      openSite(dir),
    )
    expect(existsSync(join(dir, 'a.sh'))).toBe(false)
    expect(readFileSync(join(dir, 'bin/b.sh'), 'utf8')).toBe('echo 2\n')
    expect(statSync(join(dir, 'bin/b.sh')).mode & 0o777).toBe(0o755)
  })

  it('tells removed lines that look like a head from a head', async () => {
    expect((await apply({'a.sql': 'x\n-- a note\ny\n'}, '--- a/a.sql\n+++ b/a.sql\n@@ -1,3 +1,2 @@\n x\n--- a note\n y\n')).read('a.sql')).toBe('x\ny\n')
  })
})

describe('*** Begin Patch', () => {
  it('updates, adds, deletes and moves', async () => {
    const {read, dir} = await apply(
      {'a.txt': abc, 'b.txt': 'one\n', 'c.txt': 'old\n'},
      `*** Begin Patch
*** Update File: a.txt
@@
 b
-c
+C
*** Add File: n/new.txt
+hello
+
+world
*** Delete File: b.txt
*** Update File: c.txt
*** Move to: d/e.txt
@@
-old
+new
*** End Patch`,
    )
    expect(read('a.txt')).toBe('a\nb\nC\nd\ne\nf\ng\n')
    expect(read('n/new.txt')).toBe('hello\n\nworld\n')
    expect(read('d/e.txt')).toBe('new\n')
    expect(existsSync(join(dir, 'b.txt')) || existsSync(join(dir, 'c.txt'))).toBe(false)
  })

  it('goes below the heading it names', async () => {
    const text = 'class A:\n  def f():\n    return 1\nclass B:\n  def f():\n    return 1\n'
    const {read} = await apply(
      {'a.txt': text},
      '*** Begin Patch\n*** Update File: a.txt\n@@ class B:\n   def f():\n-    return 1\n+    return 2\n*** End Patch\n',
    )
    expect(read('a.txt')).toBe('class A:\n  def f():\n    return 1\nclass B:\n  def f():\n    return 2\n')
    expect(
      (await refused({'a.txt': text}, '*** Begin Patch\n*** Update File: a.txt\n@@\n   def f():\n-    return 1\n+    return 2\n*** End Patch\n')).msg,
    ).toContain('fits 2 places')
  })

  it('adds at the end, and in a fence', async () => {
    expect((await apply({'a.txt': 'a\n'}, '```diff\n*** Begin Patch\n*** Update File: a.txt\n@@\n+z\n*** End of File\n*** End Patch\n```')).read('a.txt')).toBe(
      'a\nz\n',
    )
  })
})

describe('a patch that does not fit', () => {
  it('changes no file at all', async () => {
    const found = await refused(
      {'a.txt': abc, 'b.txt': 'other\ntext here\n'},
      '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n--- a/b.txt\n+++ b/b.txt\n@@ -1,2 +1,2 @@\n other\n-text there\n+x\n',
    )
    expect(found).toMatchObject({code: 'patch.rejected', msg: expect.stringContaining('in b.txt')})
    expect(found.hint).toContain('1\tother\n2\ttext here')
    expect(found.hint).toContain('nothing was written')
  })

  it('is put back when the disk refuses in the middle', async () => {
    const dir = tempFolder({'a.txt': 'a\n', n: 'a file where a folder is needed\n'})
    const patch = '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-a\n+A\n--- /dev/null\n+++ b/n/new.txt\n@@ -0,0 +1 @@\n+x\n'
    expect((await faultFrom(() => patchFiles({patch}, openSite(dir)))).code).toBe('file.failed')
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('a\n')
  })

  it.each<[string, Files, string, RegExp]>([
    ['of nothing', {}, 'hello', /no file is named/],
    ['of a file that is to be new and exists', {'a.txt': 'x\n'}, '*** Begin Patch\n*** Add File: a.txt\n+y\n*** End Patch', /exists/],
    ['of a file that is not there', {'src/a.txt': 'x\n'}, '*** Begin Patch\n*** Update File: a.txt\n@@\n-x\n+y\n*** End Patch', /does not exist/],
    ['of binary content', {'a.png': 'x'}, 'diff --git a/a.png b/a.png\nGIT binary patch\nliteral 3\nabc\n', /binary/],
    ['with lines of neither kind', {'a.txt': 'x\n'}, '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-x\n+y\nwhat is this', /neither/],
    ['that overlaps itself', {'a.txt': 'x\ny\nz\n'}, '--- a/a.txt\n+++ b/a.txt\n@@ -1,2 +1 @@\n-x\n-y\n@@ -2,2 +1 @@\n-y\n-z\n', /same lines/],
    ['outside', {}, '--- /dev/null\n+++ b/../x.txt\n@@ -0,0 +1 @@\n+x\n', /outside/],
    ['of git itself', {'.git/config': 'x\n'}, '--- a/.git/config\n+++ b/.git/config\n@@ -1 +1 @@\n-x\n+y\n', /may not be written/],
    ['that changes nothing', {'a.txt': 'x\n'}, '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n x\n', /changes nothing/],
  ])('%s', async (_, files, patch, says) => {
    expect((await refused(files, patch)).msg).toMatch(says)
  })

  it('is refused when the file has changed since it was seen', async () => {
    const dir = tempFolder({'a.txt': 'x\n'})
    const site = openSite(dir)
    site.seen.set('a.txt', 'other')
    expect((await faultFrom(() => patchFiles({patch: '--- a/a.txt\n+++ b/a.txt\n@@ -1 +1 @@\n-x\n+y\n'}, site))).code).toBe('file.stale')
  })
})

describe('the card', () => {
  it('says beforehand what the patch will touch', () => {
    const dir = tempFolder({'a.txt': 'x\n'})
    mkdirSync(join(dir, 'd'))
    const patch = '*** Begin Patch\n*** Update File: a.txt\n*** Move to: d/b.txt\n@@\n-x\n+y\n*** Add File: n.txt\n+z\n*** End Patch'
    expect(applyPatch.touches({patch}, openSite(dir))).toEqual(['a.txt', 'd/b.txt', 'n.txt'])
    expect(applyPatch.needs({patch}, openSite(dir)).map(({kind, what}) => `${kind} ${what}`)).toEqual(['write a.txt', 'write d/b.txt', 'write n.txt'])
  })
})

describe('any patch', () => {
  const word = fc.constantFrom('a', 'b', 'c', '', '  d', '-e', '+f', ' g', '@@ h')
  it('made by hand from two texts turns one into the other', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.stringMatching(/^[a-z]{4}$/), {minLength: 3, maxLength: 10}),
        fc.nat(),
        fc.array(word, {maxLength: 4}),
        fc.constantFrom('\n', '\r\n'),
        (lines, at, fresh, eol) => {
          const index = at % lines.length
          const head = lines.slice(Math.max(0, index - 1), index)
          const tail = lines.slice(index + 1, index + 2)
          const body = [...head.map((line) => ` ${line}`), `-${lines[index]}`, ...fresh.map((line) => `+${line}`), ...tail.map((line) => ` ${line}`)]
          const patch = `--- a/x\n+++ b/x\n@@ -${index} +${index} @@\n${body.join('\n')}\n`
          const file = parseText(Buffer.from(lines.map((line) => line + eol).join('')), 'x')
          const [parsed] = parsePatch(patch)
          const after = spliced(file, placeHunks('x', file.text, parsed?.hunks ?? []))
          expect(after).toBe([...lines.slice(0, index), ...fresh, ...lines.slice(index + 1)].map((line) => line + eol).join(''))
        },
      ),
      {numRuns: 400},
    )
  })

  it('is read or refused, never crashed on', () => {
    const piece = fc.constantFrom(
      '--- a/x',
      '+++ b/x',
      '@@ -1 +1 @@',
      '@@',
      '*** Begin Patch',
      '*** Update File: x',
      '*** Add File: y',
      '*** End Patch',
      '+a',
      '-b',
      ' c',
      '',
      'diff --git a/x b/x',
      '\\ No newline at end of file',
      'rename from x',
      'rename to y',
      '*** Move to: z',
      'x',
    )
    fc.assert(
      fc.property(fc.array(piece, {maxLength: 14}), (lines) => {
        try {
          for (const {hunks} of parsePatch(lines.join('\n'))) placeHunks('x', 'c\nb\n', hunks)
        } catch (thrown) {
          expect(thrown).toHaveProperty('fault')
        }
      }),
      {numRuns: 800},
    )
  })
})
