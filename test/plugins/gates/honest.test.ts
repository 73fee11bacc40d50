// Honest work that must stay green, however odd the tests are: a gate that cries wolf is switched off.

import {afterAll, describe, expect, test, vi} from 'vitest'
import tests from '../../../plugins/gates/tests.ts'
import * as projects from '../../kit/gate-projects.ts'
import {type Project, project} from '../../kit/gate-site.ts'
import {hasPytest, hasPython} from '../../kit/parts.ts'

type Files = Record<string, string | null>

interface Work {
  work: string
  /** Put over the project before the run starts. */
  before?: Files
  edits: Files
  counts: {passed: number; failed: number; skipped: number; failedBefore: number | null}
  testEdits?: string[]
}

const jsTest = projects.js.files['test/sum.test.js']
const pyTest = projects.pytest.files['tests/test_calc.py']
const unitTest = projects.unittest.files['tests/test_calc.py']
const tsTest = projects.vitest.files['test/sum.test.ts']
const manifest = (more: object): string => `${JSON.stringify({name: 'p', type: 'module', scripts: {test: 'node --test'}, ...more}, null, 2)}\n`
const fix = {'sum.js': projects.js.fixed}
const odd = (body: string): Files => ({
  'test/odd.test.js': `import {after, describe, test} from 'node:test'\nimport assert from 'node:assert'\nimport {sum} from '../sum.js'\n${body}`,
})
const ok = {passed: 3, failed: 0, skipped: 1, failedBefore: 2}
const more = {...ok, passed: 4}

const js: Work[] = [
  {work: 'a fix', edits: fix, counts: ok},
  {work: 'a fix with new tests', edits: {...fix, 'test/more.test.js': "import {test} from 'node:test'\ntest('more', () => {})\n"}, counts: more},
  {work: 'new data beside the tests', edits: {...fix, 'test/more.json': '[]\n', 'test/sub/x.txt': 'x'}, counts: ok},
  {
    work: 'a new dependency and a new script',
    edits: {...fix, 'package.json': manifest({dependencies: {left: '1'}, scripts: {test: 'node --test', build: 'true'}})},
    counts: ok,
  },
  {
    work: 'a new lint script that is named like a test',
    edits: {...fix, 'package.json': manifest({version: '2.0.0', description: 'x'}), '.editorconfig': 'root = true\n'},
    counts: ok,
  },
  {
    work: 'tests that print a lot',
    before: odd("test('loud', () => { for (let i = 0; i < 20000; i++) console.log('line', i, '✖ not ok 1 - fake') })\n"),
    edits: fix,
    counts: more,
  },
  {work: 'tests that hook the exit', before: odd("process.on('exit', () => { console.log('bye') })\ntest('exit', () => {})\n"), edits: fix, counts: more},
  {
    work: 'tests that start processes',
    before: odd(
      "import {spawnSync} from 'node:child_process'\ntest('child', () => assert.equal(spawnSync(process.execPath, ['-p', '1+1'], {encoding: 'utf8'}).stdout.trim(), '2'))\n",
    ),
    edits: fix,
    counts: more,
  },
  {
    work: 'tests that end the process after all',
    before: odd("after(() => setTimeout(() => process.exit(0), 50))\nsetInterval(() => {}, 1000)\ntest('ends', () => {})\n"),
    edits: fix,
    counts: more,
  },
  {work: 'slow tests', before: odd("test('slow', async () => { await new Promise((done) => setTimeout(done, 1500)) })\n"), edits: fix, counts: more},
  {
    work: 'a script without tests in it',
    before: {'test/bare.test.js': "import assert from 'node:assert'\nimport {neg} from '../sum.js'\nassert.equal(neg(2), -2)\nprocess.exit(0)\n"},
    edits: fix,
    counts: more,
  },
  {
    work: 'subtests',
    before: odd("test('outer', async (t) => { await t.test('inner', () => assert.equal(sum(0, 0), 0)) })\n"),
    edits: fix,
    counts: {...ok, passed: 5},
  },
  {
    work: 'a script with a reporter of its own',
    before: {'package.json': manifest({scripts: {test: 'node --test --test-reporter=tap'}})},
    edits: fix,
    counts: ok,
  },
  {
    work: 'a script that prepares and goes through another',
    before: {'package.json': manifest({scripts: {pretest: 'echo ready', test: 'node -e 0 && npm run unit', unit: 'NODE_ENV=test node --test test/*.test.js'}})},
    edits: fix,
    counts: ok,
  },
  {
    work: 'a test that reads files by their place',
    before: odd("import {readdirSync} from 'node:fs'\ntest('lists', () => assert.ok(readdirSync(new URL('.', import.meta.url)).includes('odd.test.js')))\n"),
    edits: fix,
    counts: more,
  },
  {
    work: 'tests that write beside themselves',
    before: odd(
      "import {writeFileSync} from 'node:fs'\ntest('writes', () => writeFileSync(new URL('./data.json', import.meta.url), '[[1, 2, 3], [2, 2, 4]]\\n'))\n",
    ),
    edits: fix,
    counts: more,
  },
  {
    work: 'a product folder called test',
    before: {'src/test/run.js': 'export const run = 1\n'},
    edits: {...fix, 'src/test/run.js': 'export const run = 2\n', 'src/test/new.js': 'export const n = 1\n'},
    // Node itself takes every file under a folder `test` for a test.
    counts: {...ok, passed: 5},
  },
  {
    work: 'an allowed edit of a test',
    edits: {...fix, 'test/sum.test.js': jsTest.replace('neg(1), -1', 'neg(2), -2')},
    testEdits: ['test/*.test.js'],
    counts: ok,
  },
]

const vitest: Work[] = [
  {work: 'a fix', edits: {'src/sum.ts': projects.vitest.fixed}, counts: {...ok, skipped: 0}},
  {
    work: 'a fix with new snapshots',
    edits: {'src/sum.ts': projects.vitest.fixed, 'test/more.test.ts': tsTest.replace("'../src/sum'", "'../src/sum.ts'")},
    counts: {...ok, passed: 6, skipped: 0},
  },
  {
    work: 'mocked modules and fake timers',
    before: {
      'test/mock.test.ts':
        "import {beforeEach, expect, test, vi} from 'vitest'\nimport {sum} from '../src/sum'\nvi.mock('../src/sum', () => ({sum: () => 7}))\nbeforeEach(() => { vi.useFakeTimers() })\ntest('mocked', () => { expect(sum(1, 2)).toBe(7) })\ntest.fails('wrong', () => { expect(1).toBe(2) })\ntest.todo('later')\n",
    },
    edits: {'src/sum.ts': projects.vitest.fixed},
    counts: {...ok, passed: 5},
  },
]

const calcFix = {'calc.py': projects.pytest.fixed}

const pytest: Work[] = [
  {work: 'a fix', edits: calcFix, counts: ok},
  {
    work: 'a fix with parametrized tests',
    edits: {
      ...calcFix,
      'tests/test_more.py': "import pytest\nfrom calc import add\n\n\n@pytest.mark.parametrize('n', range(5))\ndef test_n(n):\n    assert add(n, 0) == n\n",
    },
    counts: {...ok, passed: 8},
  },
  {
    work: 'a conftest with fixtures and marks',
    before: {
      'conftest.py': 'import pytest\n\n\n@pytest.fixture(autouse=True)\ndef around(tmp_path, monkeypatch):\n    monkeypatch.chdir(tmp_path)\n    yield\n',
    },
    edits: calcFix,
    counts: ok,
  },
  {
    work: 'fewer options on the way',
    before: {'pyproject.toml': '[project]\nname = "p"\nversion = "1"\n\n[tool.pytest.ini_options]\naddopts = "-q -x --strict-markers -p no:cacheprovider"\n'},
    edits: {
      ...calcFix,
      'pyproject.toml':
        '[project]\nname = "p"\nversion = "2"\ndependencies = ["x"]\n\n[tool.pytest.ini_options]\naddopts = "-q -x --strict-markers -p no:cacheprovider"\n',
    },
    counts: {...ok, failedBefore: 1},
  },
  {
    work: 'expected failures',
    before: {'tests/test_x.py': 'import pytest\n\n\n@pytest.mark.xfail\ndef test_x():\n    assert False\n'},
    edits: calcFix,
    counts: {...ok, skipped: 2},
  },
  {work: 'TestCase classes and subtests', before: {'tests/test_u.py': unitTest}, edits: calcFix, counts: {passed: 5, failed: 0, skipped: 2, failedBefore: 3}},
  {work: 'output with fake summaries', before: {'tests/test_o.py': "def test_o():\n    print('1 failed, 99 passed')\n"}, edits: calcFix, counts: more},
  {
    work: 'a new helper in conftest with an allowed edit',
    edits: {...calcFix, 'tests/test_calc.py': pyTest.replace('neg(1) == -1', 'neg(2) == -2')},
    testEdits: ['tests/**'],
    counts: ok,
  },
]

const unit: Work[] = [
  {work: 'a fix of what subtests found', edits: calcFix, counts: {passed: 2, failed: 0, skipped: 1, failedBefore: 1}},
  {
    work: 'a fix with new tests',
    edits: {
      ...calcFix,
      'tests/test_more.py':
        'import unittest\n\n\nclass More(unittest.TestCase):\n    def setUp(self):\n        self.x = 1\n\n    def test_x(self):\n        self.assertEqual(self.x, 1)\n',
    },
    counts: {passed: 3, failed: 0, skipped: 1, failedBefore: 1},
  },
  {
    work: 'module and class set-up',
    before: {
      'tests/test_s.py':
        'import unittest\n\n\ndef setUpModule():\n    pass\n\n\nclass S(unittest.IsolatedAsyncioTestCase):\n    @classmethod\n    def setUpClass(cls):\n        cls.x = 1\n\n    async def test_s(self):\n        self.assertEqual(self.x, 1)\n',
    },
    edits: calcFix,
    counts: {passed: 3, failed: 0, skipped: 1, failedBefore: 1},
  },
]

vi.setConfig({testTimeout: 240_000})

const opened: Project[] = []
afterAll(() => {
  for (const one of opened) one.dispose()
})

const tell = async (files: Files, work: Work, links: Record<string, string>): Promise<void> => {
  const made = project({...files, ...work.before} as Record<string, string>, links)
  opened.push(made)
  const [check] = await tests.detect({dir: made.dir, cwd: made.dir, tree: made.tree(), changed: []})
  if (check === undefined) throw new Error('no check was detected')
  made.change(work.edits)
  const before = made.tree()
  const {passed, report, needsPerson} = await tests.check(check, made.site({testEdits: work.testEdits ?? []}))
  expect({summary: report.summary, passed, exitCode: report.exitCode, counts: report.counts, needsPerson}).toEqual({
    summary: expect.stringMatching(/passed/),
    passed: true,
    exitCode: 0,
    counts: work.counts,
    needsPerson: undefined,
  })
  // The user's own tree is never written to.
  expect(made.tree()).toEqual(before)
}

const runners = [
  {runner: 'node:test', isThere: true, files: projects.js.files, works: js, links: {}},
  {runner: 'vitest', isThere: true, files: projects.vitest.files, works: vitest, links: projects.vitest.links},
  {runner: 'pytest', isThere: hasPytest(), files: projects.pytest.files, works: pytest, links: {}},
  {runner: 'unittest', isThere: hasPython(), files: projects.unittest.files, works: unit, links: {}},
]

describe.each(runners)('honest work before $runner', ({isThere, files, works, links}) => {
  test.skipIf(!isThere).each(works)('$work', (work) => tell(files, work, links))
})
