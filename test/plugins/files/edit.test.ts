// edit: the ladder, what is kept, what is refused.

import {chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {editFile} from '../../../plugins/files/edit-file.ts'
import {findPlace} from '../../../plugins/files/ladder.ts'
import {readFile} from '../../../plugins/files/read-file.ts'
import {faultFrom, openSite} from '../../kit/site.ts'
import {tempFolder} from '../../kit/temp.ts'

const edited = async (content: string, old: string, fresh: string, all = false, name = 'a.txt') => {
  const dir = tempFolder({[name]: content})
  const site = openSite(dir)
  const told = await editFile({path: name, old, new: fresh, all}, site)
  return {after: readFileSync(join(dir, name), 'utf8'), told}
}
const refused = (content: string, old: string, fresh: string, name = 'a.txt') => {
  const dir = tempFolder({[name]: content})
  return faultFrom(() => editFile({path: name, old, new: fresh}, openSite(dir))).then((found) => ({...found, after: readFileSync(join(dir, name), 'utf8')}))
}

describe('exactly', () => {
  it('replaces what is there once', async () => {
    const {after, told} = await edited('one\ntwo\nthree\n', 'two', 'zwei')
    expect(after).toBe('one\nzwei\nthree\n')
    expect(told.result).toEqual({path: 'a.txt', line: 2, add: 1, del: 1, places: 1, matched: 'exact'})
    expect(told.model).toBe('edited a.txt at line 2: +1 -1')
  })
  it('refuses what is there more often, naming the lines', async () => {
    const found = await refused('x\ny\nx\n', 'x', 'z')
    expect(found).toMatchObject({code: 'edit.many', msg: expect.stringContaining('2 (lines 1, 3) times'), after: 'x\ny\nx\n'})
  })
  it('replaces all when told to', async () => {
    expect((await edited('x\ny\nx\n', 'x', 'zz', true)).after).toBe('zz\ny\nzz\n')
  })
  it('takes text for text, never for a pattern', async () => {
    expect((await edited('a.*b $& $1\n', 'a.*b', '$& $$ $1')).after).toBe('$& $$ $1 $& $1\n')
  })
  it('takes whole words of any script', async () => {
    expect((await edited('größe 📏 = 1\n', 'größe 📏', '大きさ')).after).toBe('大きさ = 1\n')
  })
  it('deletes', async () => {
    expect((await edited('a\nb\nc\n', 'b\n', '')).after).toBe('a\nc\n')
  })
  it('refuses what changes nothing', async () => {
    expect((await refused('a\n', 'a', 'a')).code).toBe('edit.same')
  })
})

describe('but for blanks', () => {
  it('matches, and gives the new lines the indentation of the file', async () => {
    const {after, told} = await edited(
      'class A:\n    def f(self):\n        return 1\n',
      'def f(self):\n    return 1',
      'def f(self):\n    if True:\n        return 2\n    return 3',
      false,
      'a.py',
    )
    expect(after).toBe('class A:\n    def f(self):\n        if True:\n            return 2\n        return 3\n')
    expect(told.result).toMatchObject({matched: 'whitespace'})
  })
  it('turns spaces into the tabs of the file', async () => {
    expect(
      (await edited('function f() {\n\tif (a) {\n\t\tb()\n\t}\n}\n', '  if (a) {\n    b()\n  }', '  if (a) {\n    b()\n    if (c) {\n      d()\n    }\n  }'))
        .after,
    ).toBe('function f() {\n\tif (a) {\n\t\tb()\n\t\tif (c) {\n\t\t\td()\n\t\t}\n\t}\n}\n')
  })
  it('turns tabs into the spaces of the file', async () => {
    expect((await edited('f {\n  a\n    b\n}\n', '\ta\n\t\tb', '\ta\n\t\tc\n\t\t\td')).after).toBe('f {\n  a\n    c\n      d\n}\n')
  })
  it('widens two spaces to four', async () => {
    expect((await edited('f:\n    a\n        b\n', '  a\n    b', '  a\n    b\n      c')).after).toBe('f:\n    a\n        b\n            c\n')
  })
  it('looks past trailing blanks and runs of them', async () => {
    expect((await edited('a  =  1   \nb\n', 'a = 1\nb', 'a = 2\nb')).after).toBe('a = 2\nb\n')
  })
  it('refuses two places', async () => {
    expect((await refused('  a\nx\n    a\n', '\ta', 'b')).code).toBe('edit.many')
  })
  it('takes the line away with its end', async () => {
    expect((await edited('a\n    b\nc\n', '\tb', '')).after).toBe('a\nc\n')
  })
})

describe('by its first and last line', () => {
  const body = (word: string) =>
    `export const total = (rows: Row[]): number => {\n  let sum = 0\n  for (const row of rows) {\n    if (row.skip) continue\n    sum += row.${word} * row.count\n  }\n  return Math.round(sum * 100) / 100\n}`
  it('finds what is nearly the same between lines that are there once', async () => {
    const {after, told} = await edited(`// head\n${body('price')}\n// tail\n`, body('prise'), body('cost'))
    expect(after).toBe(`// head\n${body('cost')}\n// tail\n`)
    expect(told.result).toMatchObject({matched: 'anchor'})
    expect(told.model).toContain('first and last line')
  })
  it('refuses when what lies between is something else', async () => {
    expect((await refused('start here\nalpha\nbeta\ngamma\nend here\n', 'start here\nquite\nanother\nthing\nend here', 'x')).code).toBe('edit.nomatch')
  })
  it('refuses when there are two alike', async () => {
    expect((await refused(`${body('price')}\n// x\n${body('prize')}\n`, body('prise'), body('cost'))).code).toBe('edit.nomatch')
  })
})

describe('a refusal', () => {
  it('shows the nearest region with its numbers and how alike it is', async () => {
    const found = await refused('import a\n\nfunction add(x, y) {\n  return x + y\n}\n', 'function add(a, b) {\n  return a + b + 1\n}', 'x')
    expect(found.code).toBe('edit.nomatch')
    expect(found.hint).toMatch(/3\tfunction add\(x, y\) \{\n4\t {2}return x \+ y\n5\t\}/)
    expect(found.hint).toMatch(/likeness 0\.[5-9]/)
  })
  it('says so when nothing is like it', async () => {
    expect((await refused('aaa\nbbb\n', 'zzzz qqqq', 'x')).hint).toContain('the file has 3 lines')
  })
  it('writes nothing and leaves nothing behind', async () => {
    const dir = tempFolder({'a.txt': 'a\n'})
    await faultFrom(() => editFile({path: 'a.txt', old: 'b', new: 'c'}, openSite(dir)))
    expect(readdirSync(dir)).toEqual(['a.txt'])
  })
  it('names the file that was meant', async () => {
    const dir = tempFolder({'src/deep/total.ts': 'x\n'})
    expect((await faultFrom(() => editFile({path: 'src/total.ts', old: 'x', new: 'y'}, openSite(dir)))).hint).toBe('did you mean src/deep/total.ts?')
  })
})

describe('what a file is', () => {
  it('is kept: line ends', async () => {
    expect((await edited('a\r\nb\r\nc\r\n', 'a\nb', 'a\nx\nb')).after).toBe('a\r\nx\r\nb\r\nc\r\n')
    expect((await edited('a\nb\n', 'a\r\nb', 'x\r\nb')).after).toBe('x\nb\n')
  })
  it('is kept: mixed line ends outside the edit', async () => {
    expect((await edited('a\r\nb\nc\r\nd\r\n', 'c', 'C')).after).toBe('a\r\nb\nC\r\nd\r\n')
  })
  it('is kept: the byte order mark and the missing last line end', async () => {
    expect((await edited('\uFEFFa\nb', 'a', 'x')).after).toBe('\uFEFFx\nb')
    expect((await edited('a\nb', 'b', 'c')).after).toBe('a\nc')
  })
  it('is kept: its mode', async () => {
    const dir = tempFolder({'run.sh': 'echo a\n'})
    chmodSync(join(dir, 'run.sh'), 0o755)
    await editFile({path: 'run.sh', old: 'a', new: 'b'}, openSite(dir))
    expect(statSync(join(dir, 'run.sh')).mode & 0o777).toBe(0o755)
  })
  it('is kept: a link to it', async () => {
    const dir = tempFolder({'real/a.txt': 'a\n'})
    symlinkSync('real/a.txt', join(dir, 'link.txt'))
    await editFile({path: 'link.txt', old: 'a', new: 'b'}, openSite(dir))
    expect(lstatSync(join(dir, 'link.txt')).isSymbolicLink()).toBe(true)
    expect(readFileSync(join(dir, 'real/a.txt'), 'utf8')).toBe('b\n')
  })
  it('is refused when it is no text', async () => {
    const dir = tempFolder()
    writeFileSync(join(dir, 'a.bin'), Buffer.from([1, 0, 2]))
    writeFileSync(join(dir, 'latin.txt'), Buffer.from([0x67, 0x72, 0xfc, 0x6e]))
    expect((await faultFrom(() => editFile({path: 'a.bin', old: 'a', new: 'b'}, openSite(dir)))).code).toBe('file.binary')
    expect((await faultFrom(() => editFile({path: 'latin.txt', old: 'gr', new: 'b'}, openSite(dir)))).msg).toContain('not UTF-8')
  })
  it('may be made by an edit of nothing', async () => {
    const dir = tempFolder({'empty.txt': '', 'full.txt': 'x\n'})
    await editFile({path: 'new/a.txt', old: '', new: 'hello\n'}, openSite(dir))
    await editFile({path: 'empty.txt', old: '', new: 'hello\n'}, openSite(dir))
    expect(readFileSync(join(dir, 'new/a.txt'), 'utf8') + readFileSync(join(dir, 'empty.txt'), 'utf8')).toBe('hello\nhello\n')
    expect((await faultFrom(() => editFile({path: 'full.txt', old: '', new: 'y'}, openSite(dir)))).code).toBe('tool.input')
  })
})

describe('what has been seen', () => {
  it('may be edited until it changes behind the back', async () => {
    const dir = tempFolder({'a.txt': 'one\ntwo\n'})
    const site = openSite(dir)
    await readFile({path: 'a.txt'}, site)
    await editFile({path: 'a.txt', old: 'one', new: '1'}, site)
    await editFile({path: 'a.txt', old: 'two', new: '2'}, site)
    writeFileSync(join(dir, 'a.txt'), '1\n2\n3\n')
    expect((await faultFrom(() => editFile({path: 'a.txt', old: '2', new: 'x'}, site))).code).toBe('file.stale')
    await readFile({path: 'a.txt'}, site)
    await editFile({path: 'a.txt', old: '2', new: 'x'}, site)
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('1\nx\n3\n')
  })
})

describe('what may not be written', () => {
  it.each(['.git/config', 'sub/.git/hooks/pre-commit', '.penguin/config.yml', '../out.txt', '/etc/hosts', ''])('%s', async (path) => {
    const dir = tempFolder({'.git/config': 'x\n', '.penguin/config.yml': 'x\n', 'sub/.git/hooks/pre-commit': 'x\n'})
    expect((await faultFrom(() => editFile({path, old: 'x', new: 'y'}, openSite(dir)))).code).toMatch(/file\.(protected|outside)/)
  })
  it('is not reached through a link', async () => {
    const outside = tempFolder({'a.txt': 'x\n'})
    const dir = tempFolder({'.git/config': 'x\n'})
    symlinkSync(outside, join(dir, 'out'))
    symlinkSync('.git', join(dir, 'g'))
    symlinkSync(join(outside, 'new.txt'), join(dir, 'dangling'))
    const site = openSite(dir)
    expect((await faultFrom(() => editFile({path: 'out/a.txt', old: 'x', new: 'y'}, site))).code).toBe('file.outside')
    expect((await faultFrom(() => editFile({path: 'g/config', old: 'x', new: 'y'}, site))).code).toBe('file.protected')
    expect((await faultFrom(() => editFile({path: 'dangling', old: '', new: 'y'}, site))).code).toBe('file.outside')
    expect(existsSync(join(outside, 'new.txt'))).toBe(false)
  })
  it('is what the run guards, with its reason', async () => {
    const dir = tempFolder({'test/a.ts': 'x\n'})
    const site = openSite(dir, {guarded: (path) => (path.startsWith('test/') ? 'existing tests may not change' : '')})
    expect(await faultFrom(() => editFile({path: './src/../test/a.ts', old: 'x', new: 'y'}, site))).toMatchObject({
      code: 'file.protected',
      hint: 'existing tests may not change',
    })
  })
  it('is fine in an added folder', async () => {
    const more = tempFolder({'b.txt': 'x\n'})
    const dir = tempFolder()
    mkdirSync(join(dir, 'x'))
    await editFile({path: join(more, 'b.txt'), old: 'x', new: 'y'}, openSite(dir, {addDirs: [more]}))
    expect(readFileSync(join(more, 'b.txt'), 'utf8')).toBe('y\n')
  })
})

describe('a copy', () => {
  it('is what is edited when the root is named', async () => {
    const root = tempFolder({'a.txt': 'x\n'})
    const dir = tempFolder({'a.txt': 'x\n'})
    await editFile({path: join(root, 'a.txt'), old: 'x', new: 'y'}, openSite(dir, {root}))
    expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('x\n')
    expect(readFileSync(join(dir, 'a.txt'), 'utf8')).toBe('y\n')
  })
})

describe('the ladder', () => {
  const lines = fc.array(fc.constantFrom('a', '  b', '\tc', 'd e', '', '    f', 'g()'), {minLength: 1, maxLength: 12})
  it('splices exactly where it says, and nowhere else', () => {
    fc.assert(
      fc.property(lines, fc.nat(), fc.nat(), fc.string({maxLength: 8}), (all, start, length, fresh) => {
        const text = all.join('\n')
        const from = start % text.length || 0
        const old = text.slice(from, from + (length % 6) + 1)
        if (old === '') return
        const found = findPlace(text, old, fresh, false)
        if (found.is !== 'one' || found.rung !== 'exact') {
          expect(found.is === 'many' || text.split(old).length !== 2).toBe(true)
          return
        }
        const [splice] = found.splices
        expect(text.slice(splice?.from, splice?.to)).toBe(old)
      }),
      {numRuns: 500},
    )
  })
  it('finds lines again however they are indented, when they are there once', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z]{3,8}$/), {minLength: 3, maxLength: 8}), fc.nat(6), fc.nat(6), (words, inFile, inOld) => {
        const pad = (count: number) => ' '.repeat(count)
        const text = ['head', ...words.map((word) => pad(inFile) + word), 'tail'].join('\n')
        const old = words.map((word) => pad(inOld) + word).join('\n')
        const found = findPlace(text, old, words.map((word) => `${pad(inOld)}${word}!`).join('\n'), false)
        expect(found.is).toBe('one')
        if (found.is !== 'one') return
        const [splice] = found.splices
        const after = text.slice(0, splice?.from) + splice?.text + text.slice(splice?.to)
        expect(after).toBe(['head', ...words.map((word) => `${pad(inFile)}${word}!`), 'tail'].join('\n'))
      }),
      {numRuns: 300},
    )
  })
  it('strips line numbers that were copied from a view', () => {
    const found = findPlace('a\nb\nc\n', '2\tb\n3\tc', '2\tx\n3\ty', false)
    expect(found).toMatchObject({is: 'one', splices: [{text: 'x\ny'}]})
  })
})
