// Candidates that learn from kin in the project and from the failing tests: each right text is in the space of its wrong one.
// Where a module's own values are suspected: as much as their readers are.

import {describe, expect, it} from 'vitest'
import {parserFiles} from '../../../plugins/embedded/asset.ts'

const asset = (name: string): string => new URL(`../../../plugins/embedded/asset/${name}`, import.meta.url).href
interface Candidate {
  edits: {start: number; end: number; text: string}[]
}
interface Values {
  numbers: string[]
  strings: string[]
  lengths: string[]
}
const {openParser, walk, surfaceOf} = await import(asset('parse.mjs'))
const {candidatesOf, commonOf, fileOf, isRegion} = await import(asset('generate.mjs'))
const {splice} = await import(asset('probe.mjs'))
const {valuesIn} = await import(asset('asked.mjs'))
const {regionsOf} = await import(asset('rank.mjs'))
const parser = await openParser(parserFiles())
await parser.ready(['a.js', 'a.ts'])

const squeezed = (text: string): string => text.replace(/\s+/g, '')

const spaceOf = (path: string, text: string, asked?: Values): Set<string> => {
  const root = parser.parse(path, text)
  const common = commonOf([root])
  const file = fileOf(path, root, surfaceOf(path), [], asked ? {...common, asked} : common)
  const found: Candidate[] = [root, ...[...walk(root)].filter(isRegion)].flatMap((region) => candidatesOf(file, region))
  return new Set(found.map((one) => squeezed(splice(text, [], one.edits))))
}

const count =
  'class A {\n  constructor() {\n    this.fails = 0\n  }\n  run(ok) {\n    try {\n      ok()\n      HERE\n      return 1\n    } catch {\n      this.fails++\n    }\n  }\n}'

describe('candidates', () => {
  it.each([
    [
      'the counterpart of a push',
      'a.js',
      'const f = (path, x, g) => {\n  path.push(x)\n  g(x)\n}',
      'const f = (path, x, g) => {\n  path.push(x)\n  g(x)\n  path.pop()\n}',
    ],
    ['a tally that begins anew', 'a.js', count.replace('      HERE\n', ''), count.replace('HERE', 'this.fails = 0')],
    [
      'a step beside another',
      'a.js',
      'function f(a, b) {\n  let i = 0\n  let j = 0\n  while (i < a) {\n    if (b) {\n      g()\n      i++\n    } else j++\n  }\n}',
      'function f(a, b) {\n  let i = 0\n  let j = 0\n  while (i < a) {\n    if (b) {\n      g()\n      i++\n      j++\n    } else j++\n  }\n}',
    ],
    [
      'names in their order',
      'a.js',
      "const f = (t) => {\n  const [m, d, y] = t.split('/')\n  return y + m + d\n}",
      "const f = (t) => {\n  const [d, m, y] = t.split('/')\n  return y + m + d\n}",
    ],
    ['both sides of a comparison', 'a.js', 'const f = (xs) => xs.sort((a, b) => a.end - b.start)', 'const f = (xs) => xs.sort((a, b) => a.start - b.start)'],
    [
      'links in their order',
      'a.js',
      "const f = (t) => t.replace('<', '&lt;').replace('>', '&gt;').replace('&', '&amp;')",
      "const f = (t) => t.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')",
    ],
    ['literals of one statement', 'a.js', 'const f = (d) => {\n  if (d.has(0)) d.add(7)\n}', 'const f = (d) => {\n  if (d.has(7)) d.add(0)\n}'],
    ['texts in their order', 'a.js', "const f = (t, n) => t + ' '.repeat(n)", "const f = (t, n) => ' '.repeat(n) + t"],
    [
      'what a field is given elsewhere',
      'a.js',
      'class A {\n  make(ttl) { return {until: this.clock() + this.ttl} }\n  touch(s) {\n    s.until += this.ttl\n  }\n}',
      'class A {\n  make(ttl) { return {until: this.clock() + this.ttl} }\n  touch(s) {\n    s.until = this.clock() + this.ttl\n  }\n}',
    ],
    [
      'a function of the project',
      'a.js',
      'const total = ({price, count}) => price * count\nconst sum = (lines) => lines.reduce((all, line) => all + line.price, 0)',
      'const total = ({price, count}) => price * count\nconst sum = (lines) => lines.reduce((all, line) => all + total(line), 0)',
    ],
    [
      'another class of error',
      'a.js',
      "class GoneError extends Error {}\nconst f = (x) => {\n  if (!x) throw new Error('x')\n}",
      "class GoneError extends Error {}\nconst f = (x) => {\n  if (!x) throw new GoneError('x')\n}",
    ],
    ['what a map held', 'a.js', 'const f = (m, k, n) => {\n  m.set(k, n)\n}', 'const f = (m, k, n) => {\n  m.set(k, (m.get(k) ?? 0) + n)\n}'],
    [
      'a variable that is never set',
      'a.js',
      'const f = (g) => {\n  let last\n  return (x) => {\n    if (last === x) return 1\n    return g(x)\n  }\n}',
      'const f = (g) => {\n  let last\n  return (x) => {\n    if (last === x) return 1\n    last = x\n    return g(x)\n  }\n}',
    ],
    [
      'a flag that is asked and never set',
      'a.js',
      'const f = (jobs) => jobs.filter((job) => (job.gone ? 0 : 1))\nconst drop = (m, id) => {\n  const job = m.get(id)\n  m.delete(id)\n}',
      'const f = (jobs) => jobs.filter((job) => (job.gone ? 0 : 1))\nconst drop = (m, id) => {\n  const job = m.get(id)\n  job.gone = true\n  m.delete(id)\n}',
    ],
    [
      'a result that is kept',
      'a.js',
      'const f = (rules) => {\n  let open = false\n  for (const r of rules) {\n    if (r.no) return false\n    return true\n  }\n  return open\n}',
      'const f = (rules) => {\n  let open = false\n  for (const r of rules) {\n    if (r.no) return false\n    open = true\n  }\n  return open\n}',
    ],
    [
      'a cache that must be emptied',
      'a.ts',
      'class A {\n  private readonly cache = new Map<string, string>()\n  set(l: string): void {\n    this.l = l\n  }\n}',
      'class A {\n  private readonly cache = new Map<string, string>()\n  set(l: string): void {\n    this.cache.clear()\n    this.l = l\n  }\n}',
    ],
    [
      'one more case',
      'a.ts',
      "type C = 'one' | 'few'\nfunction f(c: C, x) {\n  switch (c) {\n    case 'one':\n      return x.one\n    default:\n      return 0\n  }\n}",
      "type C = 'one' | 'few'\nfunction f(c: C, x) {\n  switch (c) {\n    case 'few':\n      return x.few\n    case 'one':\n      return x.one\n    default:\n      return 0\n  }\n}",
    ],
    [
      'positions that are all off by one',
      'a.js',
      'const f = (s, m) => {\n  return (s[m] + s[m + 1]) / 2\n}',
      'const f = (s, m) => {\n  return (s[m - 1] + s[m]) / 2\n}',
    ],
    [
      'a member by its key',
      'a.js',
      'const f = (all, id) => all.map((t) => (t.id === id ? {...t, done: true} : t))',
      'const f = (all, id) => all.map((t) => (t.id === id ? {...t, done: !t.done} : t))',
    ],
    [
      'a ring',
      'a.js',
      'class R {\n  push(x) {\n    this.next = this.next + 1\n  }\n  at(i) { return this.slots[i % this.room] }\n}',
      'class R {\n  push(x) {\n    this.next = (this.next + 1) % this.room\n  }\n  at(i) { return this.slots[i % this.room] }\n}',
    ],
    [
      'what happens only the first time',
      'a.js',
      'class T {\n  add(n) {\n    this.count++\n    n.end = true\n  }\n}',
      'class T {\n  add(n) {\n    if (!n.end) this.count++\n    n.end = true\n  }\n}',
    ],
    [
      'what happens whatever is known',
      'a.js',
      'class P {\n  vote(who, what) {\n    if (!this.votes.has(who)) this.votes.set(who, what)\n  }\n}',
      'class P {\n  vote(who, what) {\n    this.votes.set(who, what)\n  }\n}',
    ],
    ['a unit with its grouped figures', 'a.js', 'const f = (t) => t + 1_000', 'const f = (t) => t + 60_000'],
    ['counts and classes of a pattern', 'a.js', 'const f = (t) => /^(#{1,5})[a-z]+/.test(t)', 'const f = (t) => /^(#{1,6})[a-z]+/.test(t)'],
  ])('hold %s', (_, path, wrong, right) => {
    expect(spaceOf(path, wrong)).toContain(squeezed(right))
  })

  it('hold what the failing tests name', () => {
    const asked = valuesIn(
      [parser.parse('a.test.js', "it('cuts', () => {\n  expect(cut('x')).toBe('2024-01-01T10')\n})\nit('more', () => expect(cut('never')).toBe(99))")],
      ['suite > cuts'],
    )
    expect(asked).toEqual({numbers: [], strings: ['x', '2024-01-01T10'], lengths: ['13']})
    expect(spaceOf('a.js', 'const cut = (t) => t.slice(0, 10)', asked)).toContain(squeezed('const cut = (t) => t.slice(0, 13)'))
  })
})

describe('regions', () => {
  it('suspect a module’s own values as much as those who read them', () => {
    const path = '/p/a.js'
    const source = "const signs = {add: '-', del: '+'}\nconst other = {x: 1}\nexport const f = (op) => {\n  return signs[op]\n}\n"
    const lines = new Map([
      [`${path}:1`, {score: 0.3}],
      [`${path}:2`, {score: 0.3}],
      [`${path}:4`, {score: 1}],
    ])
    const regions = regionsOf(new Map([[path, parser.parse(path, source)]]), lines, [])
    const module = regions.find((one: {name: string}) => one.name === '(module)')
    expect(module.lineScore(1)).toBeCloseTo(0.95)
    expect(module.lineScore(2)).toBeCloseTo(0.3)
  })
})
