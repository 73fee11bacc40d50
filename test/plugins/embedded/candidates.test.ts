import {describe, expect, it} from 'vitest'
import {parserFiles} from '../../../plugins/embedded/asset.ts'

// The searcher's own modules are plain JavaScript that is shipped as it is.
const asset = (name: string): string => new URL(`../../../plugins/embedded/asset/${name}`, import.meta.url).href
interface Edit {
  start: number
  end: number
  text: string
}
interface Candidate {
  edits: Edit[]
  cost: number
  template: string
  say: string
  line: number
}
const {openParser, walk, surfaceOf} = await import(asset('parse.mjs'))
const {candidatesOf, fileOf, isRegion} = await import(asset('generate.mjs'))
const {coverProbes, fuelProbes, sorted, splice} = await import(asset('probe.mjs'))
const {clusterBy} = await import(asset('cluster.mjs'))
const {inputsFrom} = await import(asset('mutate.mjs'))
const {testFilesOf, unfold, runnerOf, isGuarded} = await import(asset('discover.mjs'))
const parser = await openParser(parserFiles())
await parser.ready(['a.js', 'a.ts', 'a.py'])

const allOf = (path: string, text: string): Candidate[] => {
  const root = parser.parse(path, text)
  const file = fileOf(path, root, surfaceOf(path))
  return [...walk(root)].filter(isRegion).flatMap((region) => candidatesOf(file, region))
}
const textsOf = (path: string, text: string): string[] => allOf(path, text).map((one) => splice(text, [], one.edits))

const js = `export const total = (items, rate) => {
  let sum = 0
  for (const item of items) {
    if (item.qty > 10 && item.ok) sum += item.price * item.qty
    else sum -= item.price
  }
  return Math.floor(sum * rate)
}
`
const py = `class Cart:
    def total(self, items, rate=1, seen=[]):
        """Sum of all."""
        result = 0
        for item in items[1:]:
            if item.qty > 10 and item.ok:
                result += item["price"] * item.qty
            else:
                seen.append(item)
        return round(result * rate)
`

describe('candidates', () => {
  it.each([
    ['a.js', js],
    ['a.ts', js.replace('(items, rate)', '(items: {qty: number; ok: boolean; price: number}[], rate: number): number')],
    ['a.py', py],
  ])('of %s are all sound, all different, cheapest first, and the same each time', (path, text) => {
    const found = allOf(path, text)
    const texts = found.map((one) => splice(text, [], one.edits))
    expect(found.length).toBeGreaterThan(500)
    expect(texts.filter((one) => !parser.sound(path, one))).toEqual([])
    expect(texts).not.toContain(text)
    expect(found.map((one) => one.cost)).toEqual(found.map((one) => one.cost).toSorted((a, b) => a - b))
    expect(textsOf(path, text)).toEqual(texts)
  })

  it.each([
    ['a bound', 'a.js', 'const f = (a, b) => {\n  return a < b\n}\n', 'return a <= b'],
    ['a missing await', 'a.js', 'const f = async (g) => {\n  const x = g()\n  return x\n}\n', 'const x = await g()'],
    ['a comparator', 'a.js', 'const f = (xs) => {\n  return xs.sort()\n}\n', '.sort((a, b) => a - b)'],
    ['a guard', 'a.js', 'const f = (xs) => {\n  return xs.a.b\n}\n', 'if (!xs) return null'],
    ['a copy of each row', 'a.js', 'const f = (t) => {\n  const rows = [...t.rows]\n  return rows\n}\n', 't.rows.map((each) => [...each])'],
    ['a copy for a loop that calls its elements', 'a.js', 'const f = (xs, v) => {\n  const now = xs\n  for (const x of now) x(v)\n}\n', 'const now = [...xs]'],
    [
      'a copy for a loop that changes its list',
      'a.py',
      'def f(xs):\n    for x in xs:\n        if x < 0:\n            xs.remove(x)\n    return xs\n',
      'in list(xs):',
    ],
    [
      'a variable that begins anew',
      'a.js',
      'const f = (xs) => {\n  let list = null\n  for (const x of xs) {\n    if (x) list = [x]\n    g(list)\n  }\n}\n',
      'list = null\n    g(list)',
    ],
    [
      'one more of a series',
      'a.ts',
      'interface V {\n  major: number\n  minor: number\n  patch: number\n}\nconst f = (a: V, b: V) => {\n  return a.major - b.major || a.minor - b.minor\n}\n',
      '|| a.minor - b.minor || a.patch - b.patch',
    ],
    [
      'one more member in a comparison',
      'a.py',
      'class P:\n    def __init__(self, x, y):\n        self.x = x\n        self.y = y\n        self.z = 0\n    def key(self):\n        return (self.x, self.y)\n',
      '(self.x, self.y, self.z)',
    ],
    [
      'an argument that is passed on',
      'a.py',
      'def draw(items, width=4, mark="-", depth=0):\n    for item in items:\n        draw(item, width, depth=depth + 1)\n',
      'depth=depth + 1, mark=mark)',
    ],
    [
      'an argument that is passed on',
      'a.js',
      'function draw(items, width, mark) {\n  for (const item of items) draw(item, width)\n}\n',
      'draw(item, width, mark)',
    ],
    [
      'a value that is put back',
      'a.js',
      'const f = (known, key) => {\n  let found = known.get(key)\n  if (!found) {\n    found = new Thing()\n  }\n  return found\n}\n',
      'found = new Thing()\n    known.set(key, found)',
    ],
    [
      'the size of what is filled',
      'a.py',
      'def f(lines):\n    code = []\n    at = 0\n    for line in lines:\n        code.append(line)\n        at = line\n    return at\n',
      'at = len(code)',
    ],
    ['precedence', 'a.js', 'const f = (a, b, c) => {\n  return a + b * c\n}\n', '(a + b) * c'],
    ['a global pattern', 'a.js', "const f = (s) => {\n  return s.replace(/x/, '')\n}\n", '/x/g'],
    ['a missing operand', 'a.js', 'const f = (a, b) => {\n  return g(a)\n}\n', 'g(a - b)'],
    ['nesting', 'a.py', 'def f(xs):\n    out = []\n    for x in xs:\n        out.append(x)\n        return out\n', 'append(x)\n    return out'],
    ['a shared default', 'a.py', 'def f(x, seen=[]):\n    seen.append(x)\n    return seen\n', 'seen=None):\n    if seen is None:\n        seen = []'],
    ['a missing key', 'a.py', 'def f(d, k):\n    return d[k]\n', 'd.get(k, 0)'],
    ['whole division', 'a.py', 'def f(a, b):\n    return a / b\n', 'a // b'],
  ])('hold %s', (_, path, text, wanted) => {
    expect(textsOf(path, text).some((one) => one.includes(wanted))).toBe(true)
  })
})

describe('probes', () => {
  const nested =
    'const f = (a) => a.map((x) => ({b: x}))\nfunction g(n) {\n  for (let i = 0; i < n; i++) if (i) s += i; else { return 1 }\n  while (n) n--\n  if (n) y = (q) => (r) => q\n}\n'
  it('leave sound text with the same lines, alone and around edits', () => {
    const root = parser.parse('a.js', nested)
    const probes = sorted([...fuelProbes(root), ...coverProbes(root, 0).found])
    expect(parser.sound('a.js', splice(nested, probes))).toBe(true)
    expect(splice(nested, probes).split('\n')).toHaveLength(nested.split('\n').length)
    for (const node of walk(root))
      if (node.named && node.view)
        expect(parser.sound('a.js', splice(nested, probes, [{start: node.start, end: node.end, text: node.source.slice(node.start, node.end)}]))).toBe(true)
  })
})

describe('wrappers', () => {
  it('are no habit of the file where a call is made once, or a name means nothing', () => {
    const found = allOf(
      'a.js',
      'const f = (name, listener) => {\n  on(name)\n  return () => (listener)(name)\n}\nconst g = (a) => {\n  const once = (b) => b\n  return [once(a), a]\n}\n',
    )
    const wraps = found.filter((one) => one.template === 'wrapped as elsewhere').map((one) => one.edits[0]?.text)
    expect(wraps).not.toContain('(listener)(a)')
    expect(wraps).not.toContain('once(name)')
    expect(wraps).toContain('on(a)')
  })
})

describe('behaviour', () => {
  it('clusters patches and shows the shortest input on which they differ', () => {
    const inputs = ['(1)', '(22)', '(333)']
    const made = clusterBy(
      [
        ['= 1', '= 2', '= 3'],
        ['= 1', '= 2', '= 4'],
        ['= 1', '= 2', '= 3'],
      ],
      ['= 0', '= 2', '= 3'],
      inputs,
      (input: string) => input,
    )
    expect(made).toMatchObject({of: [0, 1, 0], count: 2, inputs: 3, difference: {input: '(333)', outputs: ['3', '4']}})
  })
  it('makes inputs that keep what the seen ones have in common', () => {
    const made: {args: [number, number[]]}[] = inputsFrom([{args: [3, [1, 2]]}, {args: [7, [1, 5, 9]]}], 80, 1)
    expect(made.length).toBeGreaterThan(40)
    for (const {args} of made) {
      expect(Number.isInteger(args[0]) && args[0] >= 0).toBe(true)
      expect(args[1]).toEqual([...args[1]].sort((a, b) => a - b))
    }
    expect(inputsFrom([{args: [3, [1, 2]]}, {args: [7, [1, 5, 9]]}], 80, 1)).toEqual(made)
  })
})

describe('discovery', () => {
  it('follows npm scripts to the runner and its files', () => {
    const example = new URL('../../../examples/bugfix', import.meta.url).pathname
    expect(unfold('npm test', example)).toBe('node --test')
    expect(runnerOf('npm run lint && PYTHONPATH=src python -m pytest -q tests').runner).toBe('pytest')
    expect(testFilesOf({command: 'node --test', runner: 'node:test', dir: example}).map((file: string) => file.split('/').at(-1))).toEqual([
      'parcel.test.js',
      'price.test.js',
      'report.test.js',
      'tour.test.js',
    ])
  })
  it.each(['test/helper.js', 'src/a.test.ts', 'tests/conftest.py', 'test_a.py', 'vitest.config.ts', 'dist/a.js', 'a/__tests__/b.js'])('guards %s', (path) => {
    expect(isGuarded(`/p/${path}`, '/p')).toBe(true)
  })
  it.each(['src/a.js', 'lib/latest.js', 'contest.py', 'src/testing_ground.ts'])('leaves %s free', (path) => {
    expect(isGuarded(`/p/${path}`, '/p')).toBe(false)
  })
})
