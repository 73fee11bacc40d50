// Candidates from what the file itself knows, and from the order of things in an expression: each right text is in the space
// of its wrong one, and comes early where that was the point.

import {describe, expect, it} from 'vitest'
import {parserFiles} from '../../../plugins/embedded/asset.ts'

const asset = (name: string): string => new URL(`../../../plugins/embedded/asset/${name}`, import.meta.url).href
interface Candidate {
  edits: {start: number; end: number; text: string}[]
  cost: number
  template: string
}
const {openParser, walk, surfaceOf} = await import(asset('parse.mjs'))
const {candidatesOf, commonOf, fileOf, isRegion} = await import(asset('generate.mjs'))
const {splice} = await import(asset('probe.mjs'))
const parser = await openParser(parserFiles())
await parser.ready(['a.js', 'a.ts', 'a.py'])

const squeezed = (text: string): string => text.replace(/\s+/g, '')

/** All texts that one edit leads to, with what that edit costs. */
const spaceOf = (path: string, text: string, others: Record<string, string> = {}): Map<string, Candidate> => {
  const root = parser.parse(path, text)
  const common = commonOf([root, ...Object.entries(others).map(([name, other]) => parser.parse(name, other))])
  const file = fileOf(path, root, surfaceOf(path), [], common)
  const found: Candidate[] = [root, ...[...walk(root)].filter(isRegion)].flatMap((region) => candidatesOf(file, region))
  return new Map(found.map((one) => [squeezed(splice(text, [], one.edits)), one]))
}

const errors = {'errors.py': 'class ShopError(Exception):\n    pass\n\nclass SoldOut(ShopError):\n    pass\n'}
const stock = (guard: string): string =>
  `class Unknown(KeyError):\n    pass\n\nclass Stock:\n    def level(self, sku):\n        return self.levels.get(sku, 0)\n    def take(self, sku, n):\n        ${guard}self.taken[sku] = n\n`

describe('candidates', () => {
  it.each([
    [
      'rounding after a division',
      'a.js',
      'const f = (a, b) => {\n  return Math.round((a * b) / 100)\n}',
      'const f = (a, b) => {\n  return Math.round(a * b) / 100\n}',
    ],
    [
      "the project's own comparison",
      'a.js',
      'const compare = (a, b) => a.n - b.n\nconst f = (xs) => {\n  xs.sort()\n  return xs\n}',
      'const compare = (a, b) => a.n - b.n\nconst f = (xs) => {\n  xs.sort(compare)\n  return xs\n}',
    ],
    [
      "the project's own function of that name",
      'a.js',
      'const round = (x) => Math.sign(x) * Math.round(Math.abs(x))\nconst f = (x) => {\n  return Math.round(x / 10)\n}',
      'const round = (x) => Math.sign(x) * Math.round(Math.abs(x))\nconst f = (x) => {\n  return round(x / 10)\n}',
    ],
    ['a division before rounding', 'a.py', 'def f(a, b):\n    return round(a, 2) / b\n', 'def f(a, b):\n    return round(a / b, 2)\n'],
    ['a quotient that is rounded up', 'a.py', 'def f(a, b):\n    return (a - 1) // b\n', 'def f(a, b):\n    return -(-(a - 1) // b)\n'],
    [
      'calls in another order',
      'a.py',
      'def f(t):\n    return t.replace("<", "&lt;").replace(">", "&gt;").replace("&", "&amp;")\n',
      'def f(t):\n    return t.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")\n',
    ],
    [
      'a value that may be 0',
      'a.js',
      'const f = (x, low) => {\n  if (low && x < low) return 0\n}',
      'const f = (x, low) => {\n  if (low !== undefined && x < low) return 0\n}',
    ],
    ['a value that may be empty', 'a.py', 'def f(xs):\n    if not xs:\n        return g()\n', 'def f(xs):\n    if xs is None:\n        return g()\n'],
    [
      'a member of what was just asked',
      'a.js',
      'const make = (negated) => ({negated, test: () => 1})\nconst f = (rule, p) => {\n  let out = false\n  if (rule.test(p)) out = true\n  return out\n}',
      'const make = (negated) => ({negated, test: () => 1})\nconst f = (rule, p) => {\n  let out = false\n  if (rule.test(p)) out = !rule.negated\n  return out\n}',
    ],
    [
      'each but itself',
      'a.py',
      'def f(xs):\n    for a in xs:\n        for b in xs:\n            g(a, b)\n',
      'def f(xs):\n    for a in xs:\n        for b in xs:\n            if a == b: continue\n            g(a, b)\n',
    ],
    [
      'what a loop had at the time',
      'a.py',
      'def f(fns):\n    return [0 for _ in fns] + g([lambda x: x])\n\ndef h(fns):\n    out = []\n    for fn in fns:\n        out.append(lambda x: fn(x))\n    return out\n',
      'def f(fns):\n    return [0 for _ in fns] + g([lambda x: x])\n\ndef h(fns):\n    out = []\n    for fn in fns:\n        out.append(lambda x, fn=fn: fn(x))\n    return out\n',
    ],
    [
      'a case for a sign that is read elsewhere',
      'a.js',
      "const signs = ['>', '>=']\nconst f = (op, a, b) => {\n  switch (op) {\n    case '>':\n      return a > b\n    default:\n      throw op\n  }\n}",
      "const signs = ['>', '>=']\nconst f = (op, a, b) => {\n  switch (op) {\n    case '>=':\n      return a >= b\n    case '>':\n      return a > b\n    default:\n      throw op\n  }\n}",
    ],
    [
      'a step over what is read',
      'a.js',
      'const f = (s) => {\n  for (let at = 0; at < 9; at++) g(s[at])\n}',
      'const f = (s) => {\n  for (let at = 0; at < 9; at++) g(s[++at])\n}',
    ],
    ['what multiplies and what divides', 'a.py', 'def f(a, x, y):\n    return a * x / y\n', 'def f(a, x, y):\n    return a / x * y\n'],
    [
      'a prefix that was asked for',
      'a.js',
      'const f = (s, p) => {\n  if (s.startsWith(p)) return g(s)\n}',
      'const f = (s, p) => {\n  if (s.startsWith(p)) return g(s.slice(p.length))\n}',
    ],
    [
      'an ending that was asked for',
      'a.py',
      'def f(s):\n    if s.endswith(".py"):\n        return g(s)\n',
      'def f(s):\n    if s.endswith(".py"):\n        return g(s[:-3])\n',
    ],
    [
      'those that were asked for',
      'a.py',
      'class A:\n    def __init__(self, member, due):\n        self.member = member\n        self.due = due\n\ndef f(xs, member):\n    return sum(1 for x in xs)\n',
      'class A:\n    def __init__(self, member, due):\n        self.member = member\n        self.due = due\n\ndef f(xs, member):\n    return sum(1 for x in xs if x.member == member)\n',
    ],
    [
      'a copy of what has another type',
      'a.ts',
      'const f = (b: B) => {\n  const cells = b.cells as M[]\n  cells[0] = 1\n}',
      'const f = (b: B) => {\n  const cells = [...b.cells] as M[]\n  cells[0] = 1\n}',
    ],
    ['all in place of any', 'a.py', 'def f(xs):\n    return any(x > 0 for x in xs)\n', 'def f(xs):\n    return all(x > 0 for x in xs)\n'],
    ['an error that is there and never raised', 'a.py', stock(''), stock('if sku not in self.levels: raise Unknown(sku)\n        ')],
    [
      'the end of a group',
      'a.js',
      'const f = (xs) => {\n  let day = null\n  let sum = 0\n  const out = []\n  for (const x of xs) {\n    if (x.day !== day) {\n      out.push(sum)\n      day = x.day\n    }\n    sum += x.n\n  }\n  return out\n}',
      'const f = (xs) => {\n  let day = null\n  let sum = 0\n  const out = []\n  for (const x of xs) {\n    if (x.day !== day) {\n      out.push(sum)\n      day = x.day\n      sum = 0\n    }\n    sum += x.n\n  }\n  return out\n}',
    ],
  ])('hold %s (%s)', (_, path, wrong, right) => {
    const found = spaceOf(path, wrong).get(squeezed(right))
    expect(found).toBeDefined()
    expect(found?.cost).toBeLessThan(1.6)
  })

  it('know errors by what they extend, imported ones too', () => {
    const space = spaceOf('a.py', 'from errors import SoldOut\n\ndef f(x):\n    raise ValueError(x)\n', errors)
    expect(space.get(squeezed('from errors import SoldOut\n\ndef f(x):\n    raise SoldOut(x)\n'))?.cost).toBeLessThan(1)
  })

  it('multiply prices by quantities sooner than by anything else', () => {
    const text = (value: string): string => `const f = (line, other) => {\n  g(line.quantity)\n  return ${value}\n}`
    const space = spaceOf('a.js', text('line.price'))
    const costOf = (value: string): number => space.get(squeezed(text(value)))?.cost ?? 0
    expect(costOf('line.price * line.quantity')).toBeLessThan(1)
    expect(costOf('line.price * other')).toBeGreaterThan(1.5)
  })

  it('lower a text sooner than they fold it, and seldom order it', () => {
    const space = spaceOf('a.py', 'def f(x):\n    if x == "a":\n        return x.strip()\n')
    const costOf = (value: string): number => space.get(squeezed(`def f(x):\n    ${value}\n`))?.cost ?? 0
    expect(costOf('if x == "a":\n        return x.strip().lower()')).toBeLessThan(costOf('if x == "a":\n        return x.strip().casefold()'))
    expect(costOf('if x <= "a":\n        return x.strip()')).toBeGreaterThan(costOf('if x != "a":\n        return x.strip()') + 1)
  })
})
