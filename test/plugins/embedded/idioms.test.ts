// Candidates that stand for what programmers mean together, and for steps that were left out: each is in the space, and sound.
import {mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {parserFiles} from '../../../plugins/embedded/asset.ts'

const asset = (name: string): string => new URL(`../../../plugins/embedded/asset/${name}`, import.meta.url).href
interface Candidate {
  edits: {start: number; end: number; text: string}[]
  template: string
}
const {openParser, walk, surfaceOf} = await import(asset('parse.mjs'))
const {candidatesOf, commonOf, fileOf, isRegion} = await import(asset('generate.mjs'))
const {splice} = await import(asset('probe.mjs'))
const {copyProject} = await import(asset('copy.mjs'))
const parser = await openParser(parserFiles())
await parser.ready(['a.js', 'a.ts', 'a.py'])

const textsOf = (path: string, text: string, other?: string): string[] => {
  const root = parser.parse(path, text)
  const file = fileOf(path, root, surfaceOf(path), [], commonOf([root, ...(other === undefined ? [] : [parser.parse(path, other)])]))
  const found: Candidate[] = [...walk(root)].filter(isRegion).flatMap((region) => candidatesOf(file, region))
  return found.map((one) => splice(text, [], one.edits))
}

describe('candidates', () => {
  it.each([
    [
      'a running extreme',
      'a.js',
      'const f = (xs) => {\n  let end = 0\n  for (const x of xs) {\n    end = x.end\n  }\n  return end\n}\n',
      'end = Math.max(end, x.end)',
    ],
    ['a better way only', 'a.py', 'def f(d, k, n):\n    if k not in d:\n        d[k] = n\n', 'if k not in d or n < d[k]:'],
    ['a comparator', 'a.js', "import {compare} from './c.js'\nconst f = (a, b) => {\n  if (a > b) return a\n  return b\n}\n", 'if (compare(a, b) > 0)'],
    ['membership', 'a.js', 'const f = (m, k) => {\n  const v = m.get(k)\n  if (v) return v\n  return 0\n}\n', 'if (m.has(k)) return v'],
    ['every element', 'a.py', 'def f(xs):\n    for x in xs:\n        yield f(x)\n', 'yield from f(x)'],
    ['rows of their own', 'a.py', 'def f(w, h):\n    return [[0] * w] * h\n', '[[0] * w for _ in range(h)]'],
    ['rows of their own', 'a.js', 'const f = (w) => {\n  return Array(w).fill([])\n}\n', 'Array.from({length: w}, () => [])'],
    ['pairs in order', 'a.py', 'def f(a, b):\n    return a.m < b.m and a.d < b.d\n', '(a.m, a.d) < (b.m, b.d)'],
    ['a quotient without zero', 'a.js', 'const f = (a, b) => {\n  return a / b\n}\n', 'b === 0 ? 0 : a / b'],
    ['swapped results', 'a.js', 'const f = (a, b) => {\n  if (a) return -1\n  if (b) return 1\n  return 0\n}\n', 'if (a) return 1\n  if (b) return -1'],
    ['a place', 'a.js', 'const f = (xs, index) => {\n  const out = []\n  out.push(xs)\n  return out\n}\n', 'out[index] = xs'],
    ['what stays', 'a.js', 'const f = (d, k) => {\n  d[k] = []\n}\n', 'd[k] ??= []'],
    ['a wrap', 'a.js', 'const f = (a, b) => {\n  return g(a % 7, b % 7)\n}\n', 'g((a + 7) % 7, (b + 7) % 7)'],
    ['crossed factors', 'a.py', 'def f(a, b, x, y):\n    return a * x + b * y\n', 'a * y + b * x'],
    ['a mark', 'a.js', 'const f = (seen, k) => {\n  if (seen.has(k)) return\n  g(k)\n}\n', 'seen.add(k)\n  g(k)'],
    [
      'a last flush',
      'a.py',
      'def f(xs):\n    out = []\n    now = ""\n    for x in xs:\n        out.append(now)\n        now = x\n    return out\n',
      '    if now: out.append(now)\n    return out',
    ],
    ['an entry that goes to the end', 'a.js', 'const f = (m, k) => {\n  const v = m.get(k)\n  g(v)\n  return v\n}\n', 'm.delete(k); m.set(k, v)'],
    ['a copy of what was handed in', 'a.py', 'def f(xs):\n    xs.sort()\n    return xs\n', 'xs = list(xs)\n    xs.sort()'],
    ['a check of what was found', 'a.js', 'const f = (xs, x) => {\n  const at = xs.indexOf(x)\n  xs.splice(at, 1)\n}\n', 'if (at !== -1) xs.splice(at, 1)'],
    [
      'a mirrored guard',
      'a.js',
      'const f = (xs, day) => {\n  for (const x of xs) {\n    if (x.end <= day.start) continue\n    g(x)\n  }\n}\n',
      'if (x.start >= day.end) break',
    ],
    ['an unused name', 'a.js', 'const f = (a, cause) => {\n  return new Fault(a)\n}\n', 'new Fault(a, {cause})'],
    [
      'a field that is kept up to date',
      'a.py',
      'class C:\n    def __init__(self, clock):\n        self.at = clock()\n    def f(self):\n        now = self.clock()\n        g(now - self.at)\n',
      'self.at = now',
    ],
    ['another kind of error', 'a.py', 'def f(x):\n    raise ValueError(x)\n', 'raise KeyError(x)'],
    ['another format', 'a.py', 'def f(x):\n    return f"{x:.1f}"\n', '{x:.2f}'],
    ['a lazy quantifier in a string', 'a.py', 'import re\ndef f(x):\n    return re.sub(r"a(.+)b", "", x)\n', 'r"a(.+?)b"'],
    [
      'a statement of a case',
      'a.js',
      'const f = (s, k) => {\n  switch (k) {\n    case 1:\n      s.n = 1\n      return s\n  }\n}\n',
      's = {...s}\n      s.n = 1',
    ],
  ])('hold %s (%s)', (_, path, text, wanted) => {
    const found = textsOf(path, text).filter((one) => one.includes(wanted))
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter((one) => !parser.sound(path, one))).toEqual([])
  })

  it('hold words that another file of the project uses', () => {
    expect(textsOf('a.js', "const f = (o) => {\n  return o.state === 'new'\n}\n", "const paid = 'paid'\n").some((one) => one.includes("'paid'"))).toBe(true)
  })

  it('keep no extreme of a text', () => {
    expect(textsOf('a.py', 'def f(text):\n    text = html.escape(text)\n    return text\n').some((one) => /min\(text|max\(text/.test(one))).toBe(false)
  })
})

describe('the copy of a project', () => {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'copy-')))
  afterAll(() => rmSync(base, {recursive: true, force: true}))
  it('lends packages one by one: caches are its own, packages of the workspace are those of the copy', () => {
    const [from, to, far] = [join(base, 'from'), join(base, 'to'), join(base, 'far')]
    mkdirSync(join(from, 'packages/mine'), {recursive: true})
    mkdirSync(join(from, 'node_modules/@scope/lib'), {recursive: true})
    mkdirSync(join(from, 'node_modules/.vite-temp'))
    mkdirSync(join(far, 'one'), {recursive: true})
    mkdirSync(join(from, 'packages/other'))
    writeFileSync(join(from, 'packages/mine/index.js'), 'original')
    writeFileSync(join(from, 'node_modules/@scope/lib/index.js'), 'lib')
    symlinkSync('../packages/mine', join(from, 'node_modules/mine'))
    symlinkSync(far, join(from, 'packages/other/node_modules'))
    copyProject(from, to)
    writeFileSync(join(to, 'packages/mine/index.js'), 'changed')
    expect(readFileSync(join(to, 'node_modules/mine/index.js'), 'utf8')).toBe('changed')
    expect(readFileSync(join(from, 'packages/mine/index.js'), 'utf8')).toBe('original')
    expect(readFileSync(join(to, 'node_modules/@scope/lib/index.js'), 'utf8')).toBe('lib')
    mkdirSync(join(to, 'node_modules/.vite-temp'))
    writeFileSync(join(to, 'node_modules/.vite-temp/a.mjs'), '')
    mkdirSync(join(to, 'packages/other/node_modules/.vite-temp'))
    expect(realpathSync(join(to, 'packages/other/node_modules/one'))).toBe(join(far, 'one'))
  })
})
