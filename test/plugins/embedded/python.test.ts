// Candidates for Python: its idioms, what an object keeps, names that nobody reads, order. Each must be there and be sound.
import {beforeAll, describe, expect, it} from 'vitest'
import {parserFiles} from '../../../plugins/embedded/asset.ts'

const at = (name: string): string => new URL(`../../../plugins/embedded/asset/${name}`, import.meta.url).href
const {openParser, surfaceOf, walk} = await import(at('parse.mjs'))
const {candidatesOf, commonOf, fileOf, isRegion} = await import(at('generate.mjs'))
const {splice} = await import(at('probe.mjs'))
const {biasOf, hintsOf, isHinted, usesOf} = await import(at('hint.mjs'))
const {patchOf} = await import(at('report.mjs'))

let parser: {ready: (paths: string[]) => Promise<void>; parse: (path: string, text: string) => Node; sound: (path: string, text: string) => boolean}
interface Node {
  view?: {is: string}
}
interface Candidate {
  path: string
  template: string
  cost: number
  edits: {start: number; end: number; text: string}[]
}
beforeAll(async () => {
  parser = await openParser(parserFiles())
  await parser.ready(['a.py'])
})

const spaceOf = (text: string): Candidate[] => {
  const root = parser.parse('a.py', text)
  const common = {...commonOf([root]), uses: usesOf([root])}
  const file = fileOf('a.py', root, surfaceOf('a.py'), [], common)
  return [root, ...[...walk(root)].filter(isRegion)].flatMap((region) => candidatesOf(file, region))
}
const textsOf = (text: string): string[] => spaceOf(text).map((one) => splice(text, [], one.edits))

const stock = 'class Stock:\n    def release(self, order):\n        return self.held.pop(order)\n\n'

describe('candidates for Python', () => {
  it.each([
    ['a copy of each row', 'class T:\n    def f(self, to):\n        to.rows = list(self.rows)\n', 'to.rows = [list(each) for each in self.rows]'],
    ['a copy of each group', 'def f(groups):\n    return dict(groups)\n', '{key: list(each) for key, each in groups.items()}'],
    ['the oldest entry', 'def f(d):\n    return d.popitem()\n', 'd.popitem(last=False)'],
    ['the first of a queue', 'def f(q):\n    return q.pop()\n', 'q.pop(0)'],
    ['an entry that is added to', 'def f(d, k, names):\n    d[k] = set(names)\n', 'd.setdefault(k, set()).update(names)'],
    ['a counter that is asked', 'import itertools\nn = itertools.count()\ndef f(h):\n    h.append(n)\n', 'h.append(next(n))'],
    ['the longest text first', 'def f(s):\n    for op in OPS:\n        if s.startswith(op):\n            return op\n', 'sorted(OPS, key=len, reverse=True)'],
    ['an error that goes on', 'def f(g):\n    try:\n        g()\n    except OSError:\n        log()\n', 'log()\n        raise'],
    ['one more error', 'def f(g):\n    try:\n        g()\n    except (OSError, KeyError) as e:\n        log(e)\n', '(ValueError, OSError, KeyError)'],
    ['another error, named', 'def f(g):\n    try:\n        g()\n    except OSError as e:\n        log(e)\n', 'except ValueError as e'],
    ['names of a wrapper', 'import functools\ndef d(fn):\n    def w(*a):\n        return fn(*a)\n    return w\n', '@functools.wraps(fn)\n    def w'],
    ['ties by name', 'def f(c):\n    return sorted(c.items(), key=lambda p: p[1])\n', 'key=lambda p: (-p[1], p[0])'],
    [
      'what must be sorted',
      'from operator import attrgetter\ndef f(xs):\n    o = list(xs)\n    return [x.day for x in o]\n',
      "sorted(xs, key=attrgetter('day'))",
    ],
    ['a number of digits', 'def f(p):\n    if p.isdigit():\n        return (0, p)\n', '(0, int(p))'],
    ['percent', 'def f(price, discount):\n    return price * (1 - discount)\n', '(1 - discount / 100)'],
    [
      'a limit of the object',
      'class C:\n    def __init__(self, top):\n        self.top = top\n        self.n = 0\n    def f(self, k):\n        self.n = self.n + k\n',
      'min(self.top, self.n + k)',
    ],
    ['a limit of its like', 'def f(a, b):\n    g(a.start, b.start)\n    return h(a.start, b.end, a.end)\n', 'max(a.end, b.end)'],
    ['a flag', 'class B:\n    gone = False\ndef f(bs, r):\n    return [b for b in bs if b.room == r]\n', 'b.room == r and not b.gone'],
    [
      'a step of a part',
      'class S:\n    def reset(self):\n        self.n = 0\nclass C:\n    def __init__(self):\n        self.s = S()\n        self.d = {}\n    def clear(self):\n        self.d.clear()\n',
      'self.s.reset()',
    ],
    [
      'a method that nobody calls',
      `${stock}class Desk:\n    def __init__(self, stock):\n        self.stock = stock\n    def cancel(self, number):\n        self.move(number)\n`,
      'self.stock.release(number)',
    ],
    [
      'a lost result',
      'class C:\n    def __init__(self):\n        self.last = None\n    def f(self, b):\n        b.cut(1)\n        return self.last\n',
      'self.last = b.cut(1)',
    ],
    ['a count that stays', 'def f(xs):\n    n = 0\n    for x in xs:\n        g(x, n)\n    return n\n', 'g(x, n)\n        n += 1'],
    ['a flag that nobody sets', 'def f(xs):\n    seen = False\n    for x in xs:\n        if x:\n            g(x)\n    return seen\n', 'seen = True'],
    ['names the other way round', 'def f(source, target, n):\n    return (P(source, n), P(target, -n))\n', '(P(target, n), P(source, -n))'],
    [
      'a statement that came too early',
      'def f(m):\n    m.state = 1\n    old = m.state\n    g(old)\n    return old\n',
      'old = m.state\n    g(old)\n    m.state = 1',
    ],
    ['another owner', 'def f(part, booking):\n    n = booking.stay.nights\n    return n\n', 'n = part.nights'],
    [
      'a field that nobody reads',
      'class P:\n    tries: int = 3\n    on: tuple = (OSError,)\ndef f(p, g):\n    for n in range(p.tries):\n        try:\n            g()\n        except Exception as e:\n            log(e)\n',
      'except p.on as e',
    ],
    ['a sum as a whole', 'def f(xs, w):\n    return [g(i) for i in range(len(xs) - w)]\n', 'range(len(xs) - w + 1)'],
    ['factors that belong to all', 'def f(s, a, b):\n    return s * a * 100 + b\n', 's * (a * 100 + b)'],
  ])('hold %s', (_, text, wanted) => {
    const found = textsOf(text).filter((one) => one.includes(wanted))
    expect(found.length).toBeGreaterThan(0)
    expect(found.filter((one) => !parser.sound('a.py', one))).toEqual([])
  })

  it('put a guard on two lines', () => {
    const text = 'def f(xs):\n    n = len(xs)\n    return xs[n - 1]\n'
    const found = spaceOf(text).find((one) => one.edits[0]?.text.startsWith('if not xs: return None'))
    expect(found).toBeDefined()
    const after = patchOf({...found, path: '/r/a.py'}, new Map([['/r/a.py', {source: text}]]), '/r').after
    expect(after).toContain('    if not xs:\n        return None\n')
    expect(parser.sound('a.py', after)).toBe(true)
  })
})

describe('what speaks for an edit', () => {
  it('is a word of a failing test', () => {
    const hints = hintsOf(['tests/test_a.py::TestCart::test_success_resets_failures[3]', 'tests.test_b.BTest.test_it'])
    expect(['self.failures', 'reset_all', 'retry', 'Cart'].map((name) => isHinted(name, hints))).toEqual([true, true, false, false])
  })

  it('is a name that nobody read, and not one that nobody reads any more', () => {
    const text = 'class B:\n    gone = False\n    room = 1\n    def f(self, x):\n        x.gone = True\n        return x.room\n'
    const evidence = {hints: new Set(), uses: usesOf([parser.parse('a.py', text)])}
    const edit = (old: string, to: string): number => biasOf([{start: text.indexOf(old), end: text.indexOf(old) + old.length, text: to}], text, evidence)
    expect(edit('x.room', 'x.room and not x.gone')).toBeLessThan(0)
    expect(edit('x.room', 'x.other')).toBeGreaterThan(0)
    expect(edit('x.room', 'x.room + 1')).toBe(0)
  })
})
