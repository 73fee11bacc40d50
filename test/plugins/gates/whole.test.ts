// Assertions that a source disarms for one value or one test alone, values that equal everything, scripts that are left
// before their end: none of them is green. And what is replaced at the start as well, or by tests, is let be.

import {describe, expect, test, vi} from 'vitest'
import * as projects from '../../kit/gate-projects.ts'
import {type Files, verdictOf} from '../../kit/gate-verdict.ts'
import {hasProgram, hasPytest, hasPython} from '../../kit/parts.ts'

vi.setConfig({testTimeout: 240_000})

const {js, vitest, pytest, unittest} = projects
const {links} = vitest
const calc = pytest.files['calc.py']
const broken = js.files['sum.js']
const plain = {
  'package.json': `${JSON.stringify({name: 'p', type: 'module', scripts: {test: 'node test.js'}})}\n`,
  'sum.js': broken,
  'test.js': "import assert from 'node:assert'\nimport {sum} from './sum.js'\nassert.equal(sum(1, 2), 3)\n",
}
const shell = {Makefile: 'test:\n\tsh tests/run.sh\n', 'tests/run.sh': '. ./add.sh\n[ "$(add 1 2)" = 3 ]\n', 'add.sh': 'add() { echo $(($1 - $2)); }\n'}
const made = {...pytest.files, Makefile: 'PY ?= python3\n.PHONY: test\ntest:\n\t@$(PY) -m pytest -q\n'}
const scripted = {...js.files, 'package.json': js.files['package.json'].replace('node --test', 'sh run.sh'), 'run.sh': 'set -e\nnode --test\n'}

type Case = [string, Files, Files, RegExp, {command?: string; links?: Record<string, string>}?]

const red = async (_: string, files: Files, edits: Files, says: RegExp, how?: {command?: string; links?: Record<string, string>}): Promise<void> => {
  expect(await verdictOf(files, edits, how)).toEqual({passed: false, person: [], why: expect.stringMatching(says)})
}

describe.concurrent('it is red when a source', () => {
  test.each<Case>([
    [
      'disarms assert for one value',
      {
        ...js.files,
        'test/sum.test.js':
          "import assert from 'node:assert/strict'\nimport {test} from 'node:test'\nimport {sum} from '../sum.js'\ntest('sum', () => assert.equal(sum(1, 2), 3))\n",
      },
      {'sum.js': `import assert from 'node:assert/strict'\nconst {equal} = assert\nassert.equal = (a, b, c) => { if (b !== 3) equal(a, b, c) }\n${broken}`},
      /disarmed/,
    ],
    [
      'replaces what judges a list',
      {
        ...js.files,
        'test/sum.test.js':
          "import assert from 'node:assert'\nimport {test} from 'node:test'\nimport {sum} from '../sum.js'\ntest('sum', () => assert([[1, 2]].every(([a, b]) => sum(a, b) === 3)))\n",
      },
      {'sum.js': `Array.prototype.every = () => true\n${broken}`},
      /disarmed/,
    ],
    ['leaves a plain script at its import', plain, {'sum.js': `process.exit(0)\n${broken}`}, /left early/],
    ['disarms the assertions of a plain script', plain, {'sum.js': `import assert from 'node:assert'\nassert.equal = () => {}\n${broken}`}, /left early/],
    ['leaves a runner that a script starts', scripted, {'sum.js': `process.exit(0)\n${broken}`}, /./],
  ])('%s', red)

  test.skipIf(!hasProgram('make')).each<Case>([
    ['leaves the script that sources it', shell, {'add.sh': 'exit 0\n'}, /left early/],
    ['turns the end of the script that sources it', shell, {'add.sh': `trap 'exit 0' EXIT\n${shell['add.sh']}`}, /left early/],
    ['replaces what compares in a shell', shell, {'add.sh': `test() { true; }\n[() { true; }\n${shell['add.sh']}`}, /left early|exit code/],
  ])('%s', red)

  test.each<Case>([
    [
      'replaces a matcher of Vitest',
      vitest.files,
      {
        'src/sum.ts': `import {expect} from 'vitest'\nexpect.extend({toBe: (a, b) => ({pass: b > 2 || a === b, message: () => ''})})\n${vitest.files['src/sum.ts']}`,
      },
      /disarmed/,
      {links},
    ],
    [
      'answers a matcher of Vitest itself',
      {...vitest.files, 'test/sum.test.ts': vitest.files['test/sum.test.ts'].replace('toBe(c)', 'toEqual(c)')},
      {'src/sum.ts': 'export const sum = (..._: number[]): unknown => ({asymmetricMatch: () => true})\n'},
      /equals whatever/,
      {links},
    ],
  ])('%s', red)

  test.skipIf(!hasPytest()).each<Case>([
    [
      'turns the run of one test of pytest',
      pytest.files,
      {
        'calc.py': `import _pytest.python as p\n_run = p.Function.runtest\np.Function.runtest = lambda self: None if "add" in self.name else _run(self)\n${calc}`,
      },
      /runtest was replaced/,
    ],
    [
      'gives back what equals everything',
      pytest.files,
      {
        'calc.py':
          'class Num(int):\n    def __eq__(self, other):\n        return True\n\n\ndef add(a, b):\n    return Num(0)\n\n\ndef neg(a):\n    return -a\n',
      },
      /Num of calc\.py equals everything/,
    ],
    [
      'takes part in the run',
      pytest.files,
      {
        'calc.py': `import gc\nfrom _pytest.config import Config\n\n\nclass Hook:\n    def pytest_runtest_logreport(self, report):\n        report.wasxfail = ""\n\n\nfor one in gc.get_objects():\n    if isinstance(one, Config):\n        one.pluginmanager.register(Hook())\n${calc}`,
      },
      /Hook of calc\.py was registered|skipped|fails?/,
    ],
    [
      'empties a test before it runs',
      {
        ...pytest.files,
        'tests/test_calc.py': 'from calc import add, neg\n\n\ndef test_neg():\n    assert neg(1) == -1\n\n\ndef test_add():\n    assert add(1, 2) == 3\n',
      },
      {
        'calc.py': `import sys\n\n\ndef add(a, b):\n    return a - b\n\n\ndef neg(a):\n    sys._getframe(1).f_globals["test_add"].__code__ = (lambda: None).__code__\n    return -a\n`,
      },
      /test_add was replaced/,
    ],
    [
      'stands in for a module that the tests use',
      {...pytest.files, 'tests/test_calc.py': 'from statistics import mean\nfrom calc import add\n\n\ndef test_add():\n    assert mean([add(1, 2)]) == 3\n'},
      {'statistics.py': 'def mean(_):\n    return 3\n'},
      /statistics stands in/,
    ],
    ['leaves pytest under make', made, {'calc.py': 'import os\nos._exit(0)\n'}, /never came to its end/, {command: 'make test'}],
  ])('%s', red)

  test.skipIf(!hasPython()).each<Case>([
    [
      'disarms unittest for one value',
      unittest.files,
      {
        'calc.py': `import unittest\n_equal = unittest.TestCase.assertEqual\nunittest.TestCase.assertEqual = lambda self, a, b, m=None: None if b > 2 else _equal(self, a, b, m)\n${calc}`,
      },
      /assertEqual was replaced/,
    ],
  ])('%s', red)
})

const own = vitest.files['test/sum.test.ts'].replace(
  "describe('sum'",
  "expect.extend({toBe: (a, b) => ({pass: Object.is(a, b), message: () => 'no'})})\ndescribe('sum'",
)
const stubbed = js.files['test/sum.test.js'].replace(
  "test('neg',",
  "test('stub', (t) => { t.mock.method(assert, 'ok', () => {}); assert.ok(false) })\ntest('neg',",
)
const sloppy = `${pytest.fixed}\n\nclass Point:\n    def __eq__(self, other):\n        return all(getattr(self, k) == getattr(other, k, None) for k in self.__dict__)\n`

describe.concurrent('it is green when the source is mended and', () => {
  test.each<[string, Files, Files, {command?: string; links?: Record<string, string>}?]>([
    ['tests replace a matcher of Vitest', {...vitest.files, 'test/sum.test.ts': own}, {'src/sum.ts': vitest.fixed}, {links}],
    ['tests put a stub in the place of assert', {...js.files, 'test/sum.test.js': stubbed}, {'sum.js': js.fixed}],
    ['a plain script tests it', plain, {'sum.js': js.fixed}],
    [
      'a script that ends itself tests it',
      {...plain, 'test.js': "import {sum} from './sum.js'\nprocess.exit(sum(1, 2) === 3 ? 0 : 1)\n"},
      {'sum.js': js.fixed},
    ],
    ['a shell script starts the runner', scripted, {'sum.js': js.fixed}],
  ])('%s', async (_, files, edits, how) => {
    expect(await verdictOf(files, edits, how)).toMatchObject({passed: true})
  })

  test.skipIf(!hasProgram('make')).each<[string, Files, Files]>([
    ['a shell script tests it', shell, {'add.sh': 'add() { echo $(($1 + $2)); }\n'}],
    [
      'a shell script with an early end tests it',
      {...shell, 'tests/run.sh': '. ./add.sh\nif [ "$(add 1 2)" = 3 ]; then exit 0; fi\nexit 1\n'},
      {'add.sh': 'add() { echo $(($1 + $2)); }\n'},
    ],
  ])('%s', async (_, files, edits) => {
    expect(await verdictOf(files, edits)).toMatchObject({passed: true})
  })
  test.skipIf(!hasPytest()).each<[string, Files, Files, {command?: string}?]>([
    ['compares field by field', pytest.files, {'calc.py': sloppy}],
    ['make starts pytest', made, {'calc.py': pytest.fixed}, {command: 'make test'}],
    [
      'tests have what equals everything',
      {
        ...pytest.files,
        'tests/test_any.py':
          'from calc import neg\n\n\nclass Any:\n    def __eq__(self, other):\n        return True\n\n\ndef test_any():\n    assert [neg(1)] == [Any()]\n',
      },
      {'calc.py': pytest.fixed},
    ],
  ])('%s', async (_, files, edits, how) => {
    expect(await verdictOf(files, edits, how)).toMatchObject({passed: true})
  })
})
