import {spawnSync} from 'node:child_process'
import {symlinkSync} from 'node:fs'
import {join} from 'node:path'
import {afterEach, describe, expect, it, vi} from 'vitest'
import {evalCandidates} from '../../../plugins/embedded/eval-candidates.ts'
import {type Finding, findingIn} from '../../../plugins/embedded/finding.ts'
import {type Files, type Stage, stageOf} from './kit.ts'

vi.setConfig({testTimeout: 60_000})
let stage: Stage | undefined
afterEach(() => stage?.dispose())

const hasPytest = spawnSync('python3', ['-c', 'import pytest']).status === 0
if (!hasPytest) process.stdout.write('skipped: the search on pytest, because pytest is missing\n')

const findIn = async (files: Files, command: string, runner: string, prepare?: (dir: string) => void): Promise<Finding | undefined> => {
  stage = stageOf(files, {command, runner})
  prepare?.(stage.dir)
  return findingIn((await evalCandidates.run({seconds: 25}, stage.site)).model)
}

const shop: Files = {
  'shop/__init__.py': '',
  'shop/rates.py':
    'LEVELS = [(100, 0.1), (50, 0.05)]\n\ndef discount(amount):\n    for level, rate in LEVELS:\n        if amount > level:\n            return rate\n    return 0\n',
  'shop/cart.py':
    'from shop.rates import discount\n\nclass Cart:\n    def __init__(self):\n        self.lines = []\n\n    def add(self, price, count=1):\n        self.lines.append((price, count))\n\n    def total(self):\n        full = sum(price * count for price, count in self.lines)\n        return full * (1 - discount(full))\n',
}
const unittests = `import unittest
from shop.cart import Cart

class CartTest(unittest.TestCase):
    def total(self, price, count):
        cart = Cart()
        cart.add(price, count)
        return cart.total()
    def test_small(self):
        self.assertEqual(self.total(10, 2), 20)
    def test_bound(self):
        self.assertEqual(self.total(10, 10), 90)
    def test_lower_bound(self):
        self.assertEqual(self.total(50, 1), 47.5)
`

describe('eval_candidates on Python', () => {
  it('unittest: a function of another file', async () => {
    const finding = await findIn({...shop, 'tests/__init__.py': '', 'tests/test_cart.py': unittests}, 'python3 -m unittest', 'unittest')
    expect(finding).toMatchObject({state: 'fixed', failing: 2, mode: 'warm'})
    expect(finding?.finalists?.[0]).toMatchObject({path: 'shop/rates.py', say: '`>` should be `>=`', confirmed: true})
  })

  it('unittest: a failing test that is called test_case, as the method of a subtest is', async () => {
    const finding = await findIn(
      {
        'mixed.py': 'def mixed(text):\n    return any(c.islower() for c in text) or any(c.isupper() for c in text)\n',
        'test_mixed.py':
          'import unittest\nfrom mixed import mixed\n\nclass T(unittest.TestCase):\n    def test_case(self):\n        self.assertFalse(mixed("ab"))\n        self.assertTrue(mixed("aB"))\n    def test_parts(self):\n        for text in ("AB", "1", ""):\n            with self.subTest(text=text):\n                self.assertFalse(mixed(text))\n',
      },
      'python3 -m unittest',
      'unittest',
    )
    expect(finding).toMatchObject({state: 'fixed', failing: 2, mode: 'warm'})
    expect(finding?.finalists?.[0]).toMatchObject({path: 'mixed.py', say: '`or` should be `and`'})
  })

  it('unittest: endless loops cost little', async () => {
    const finding = await findIn(
      {
        'digits.py': 'def digits(n):\n    count = 0\n    while n > 0:\n        n //= 10\n        count += 2\n    return count\n',
        'test_digits.py':
          'import unittest\nfrom digits import digits\n\nclass T(unittest.TestCase):\n    def test_three(self):\n        self.assertEqual(digits(123), 3)\n    def test_one(self):\n        self.assertEqual(digits(7), 1)\n    def test_none(self):\n        self.assertEqual(digits(0), 0)\n',
      },
      'python3 -m unittest',
      'unittest',
    )
    expect(finding).toMatchObject({state: 'fixed'})
    expect(finding?.finalists?.[0]).toMatchObject({path: 'digits.py', line: 5})
  })

  it.skipIf(!hasPytest)('pytest: tests that use tmp_path, and a plugin that lives on reports', async () => {
    const finding = await findIn(
      {
        'conftest.py':
          'import pytest\n\n@pytest.hookimpl(wrapper=True)\ndef pytest_runtest_makereport(item, call):\n    report = yield\n    item.reported = report\n    return report\n\n@pytest.fixture\ndef told(request):\n    yield\n    assert request.node.reported.passed\n',
        'notes.py': 'def write(path, lines):\n    path.write_text("\\n".join(lines))\n    return len(lines) - 1\n',
        'test_notes.py':
          'from notes import write\n\ndef test_count(tmp_path):\n    assert write(tmp_path / "a", ["x", "y"]) == 2\n\ndef test_text(tmp_path, told):\n    write(tmp_path / "a", ["x", "y"])\n    assert (tmp_path / "a").read_text() == "x\\ny"\n',
      },
      'python3 -m pytest -q',
      'pytest',
    )
    expect(finding).toMatchObject({state: 'fixed', failing: 1})
    expect(finding?.finalists?.[0]).toMatchObject({path: 'notes.py', line: 3, confirmed: true})
  })

  it.skipIf(!hasPytest)('pytest: a constant of a module, under fixtures and parameters', async () => {
    const finding = await findIn(
      {
        'conftest.py': 'import pytest\n\n@pytest.fixture\ndef rate():\n    return 2\n',
        'tax.py': 'BASE = 3\n\ndef tax(amount, rate):\n    return amount * rate + BASE\n',
        'test_tax.py':
          'import pytest\nfrom tax import tax\n\n@pytest.mark.parametrize("amount,want", [(1, 4), (2, 6), (10, 22)])\ndef test_tax(amount, want, rate):\n    assert tax(amount, rate) == want\n',
      },
      'python3 -m pytest -q',
      'pytest',
    )
    expect(finding).toMatchObject({state: 'fixed', failing: 3})
    expect(finding?.finalists?.[0]).toMatchObject({path: 'tax.py', confirmed: true})
  })
})

describe('eval_candidates on other runners', () => {
  it('vitest: TypeScript with enums and no extensions, matchers of the project', async () => {
    const finding = await findIn(
      {
        'package.json': '{"type":"module","scripts":{"test":"vitest run"}}',
        'src/level.ts':
          "export enum Level {\n  Low = 'low',\n  High = 'high',\n}\nexport const levelOf = (n: number): Level => (n >= 10 ? Level.Low : Level.High)\n",
        'src/level.test.ts':
          "import {expect, it} from 'vitest'\nimport {Level, levelOf} from './level'\nit('is high', () => expect(levelOf(12)).toBe(Level.High))\nit('is low', () => expect({level: levelOf(2)}).toEqual({level: 'low'}))\n",
      },
      'npx vitest run',
      'vitest',
      (dir) => symlinkSync(join(import.meta.dirname, '../../../node_modules'), join(dir, 'node_modules')),
    )
    expect(finding).toMatchObject({state: 'fixed', mode: 'warm', failing: 2})
    expect(finding?.finalists?.[0]).toMatchObject({path: 'src/level.ts'})
  })

  it('any command at all: one run for each candidate', async () => {
    const finding = await findIn(
      {
        Makefile: 'test:\n\tnode check.js\n',
        'add.js': 'const add = (a, b) => a - b\nmodule.exports = {add}\n',
        'check.js': "const {add} = require('./add')\nif (add(1, 2) !== 3 || add(2, 2) !== 4) process.exit(1)\n",
      },
      'make test',
      'make',
    )
    expect(finding).toMatchObject({state: 'fixed', mode: 'cold'})
    expect(finding?.finalists?.[0]).toMatchObject({path: 'add.js', say: '`-` should be `+`'})
  })

  it('never touches a test, even where that would be the way out', async () => {
    const finding = await findIn(
      {
        'package.json': '{"type":"module"}',
        'test/helper.js': 'export const want = 5\n',
        'test/a.test.js':
          "import test from 'node:test'\nimport assert from 'node:assert'\nimport {want} from './helper.js'\ntest('a', () => assert.equal(4, want))\n",
      },
      'node --test',
      'node:test',
    )
    expect(finding?.state).toBe('nowhere')
    expect(finding?.finalists).toBeUndefined()
  })
})
