// The small projects on which gates are tried: one bug each, found by a test.

import {fileURLToPath} from 'node:url'

const bundled = (name: string): string => fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url))

/** The bug: `sum` subtracts; in `broken` sources it still does. */
export const js = {
  files: {
    'package.json': `${JSON.stringify({name: 'p', type: 'module', scripts: {test: 'node --test'}}, null, 2)}\n`,
    'sum.js': 'export const sum = (a, b) => a - b\nexport const neg = (a) => -a\n',
    'test/data.json': '[[1, 2, 3], [2, 2, 4]]\n',
    'test/sum.test.js': `import {describe, test} from 'node:test'
import assert from 'node:assert/strict'
import {readFileSync} from 'node:fs'
import {neg, sum} from '../sum.js'

describe('sum', () => {
  for (const [a, b, c] of JSON.parse(readFileSync(new URL('./data.json', import.meta.url), 'utf8')))
    test(\`\${a} and \${b}\`, () => assert.equal(sum(a, b), c))
})
test('neg', () => assert.equal(neg(1), -1))
test('later', {skip: 'not yet'}, () => {})
`,
  },
  fixed: 'export const sum = (a, b) => a + b\nexport const neg = (a) => -a\n',
}

export const vitest = {
  files: {
    'package.json': `${JSON.stringify({name: 'p', type: 'module', scripts: {test: 'vitest run'}}, null, 2)}\n`,
    'vitest.config.ts': `export default {test: {include: ['test/**/*.test.ts']}}\n`,
    'src/sum.ts': 'export const sum = (a: number, b: number): number => a - b\n',
    'test/sum.test.ts': `import {describe, expect, test} from 'vitest'
import {sum} from '../src/sum'

describe('sum', () => {
  test.each([[1, 2, 3], [2, 2, 4]])('%i and %i', (a, b, c) => { expect(sum(a, b)).toBe(c) })
})
test('name', () => { expect({name: sum.name}).toMatchSnapshot() })
`,
    'test/__snapshots__/sum.test.ts.snap': `// Vitest Snapshot v1, https://vitest.dev/guide/snapshot.html

exports[\`name 1\`] = \`
{
  "name": "sum",
}
\`;
`,
  },
  fixed: 'export const sum = (a: number, b: number): number => a + b\n',
  links: {vitest: bundled('vitest'), '.bin/vitest': bundled('.bin/vitest'), '.bin/node': bundled('.bin/node')},
}

export const pytest = {
  files: {
    'pyproject.toml': '[project]\nname = "p"\nversion = "1"\n\n[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
    'calc.py': 'def add(a, b):\n    return a - b\n\n\ndef neg(a):\n    return -a\n',
    'tests/test_calc.py': `import pytest
from calc import add, neg


@pytest.mark.parametrize('a,b,c', [(1, 2, 3), (2, 2, 4)])
def test_add(a, b, c):
    assert add(a, b) == c


def test_neg():
    assert neg(1) == -1


@pytest.mark.skip(reason='not yet')
def test_later():
    assert False
`,
  },
  fixed: 'def add(a, b):\n    return a + b\n\n\ndef neg(a):\n    return -a\n',
}

export const unittest = {
  files: {
    'calc.py': 'def add(a, b):\n    return a - b\n\n\ndef neg(a):\n    return -a\n',
    'tests/__init__.py': '',
    'tests/test_calc.py': `import unittest
from calc import add, neg


class Calc(unittest.TestCase):
    def test_add(self):
        for a, b in ((1, 2), (2, 2)):
            with self.subTest(a=a, b=b):
                self.assertEqual(add(a, b), a + b)

    def test_neg(self):
        self.assertEqual(neg(1), -1)

    @unittest.skip('not yet')
    def test_later(self):
        self.fail()


if __name__ == '__main__':
    unittest.main()
`,
  },
  fixed: 'def add(a, b):\n    return a + b\n\n\ndef neg(a):\n    return -a\n',
}
