// The test command of all kinds of projects, and what configuration and flags make of it.

import {afterAll, describe, expect, test} from 'vitest'
import {checksOf, detect, gateNameOf} from '../../../plugins/gates/detect.ts'
import {checkOf, type Project, project} from '../../kit/gate-site.ts'

const opened: Project[] = []
afterAll(() => {
  for (const one of opened) one.dispose()
})

const seen = async (files: Record<string, string>, cwd = '', changed: string[] = []): Promise<string[]> => {
  const made = project(files)
  opened.push(made)
  const found = await detect({dir: made.dir, cwd: `${made.dir}${cwd && `/${cwd}`}`, tree: made.tree(), changed})
  return found.map((one) => `${one.gate} | ${one.command} | ${one.runner} | ${one.dir} | ${one.from}`)
}

const script = (test: string, more: object = {}): string => JSON.stringify({scripts: {test}, ...more})
const nodeTest = "import {test} from 'node:test'\n"
const caseTest = 'import unittest\n\n\nclass A(unittest.TestCase):\n    def test_a(self):\n        pass\n'

describe('detect', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['npm', {'package.json': script('vitest run')}, ['tests | npm test | vitest |  | package.json scripts.test']],
    ['pnpm', {'package.json': script('jest'), 'pnpm-lock.yaml': ''}, ['tests | pnpm test | jest |  | package.json scripts.test']],
    ['yarn', {'package.json': script('mocha'), 'yarn.lock': ''}, ['tests | yarn test | mocha |  | package.json scripts.test']],
    ['bun', {'package.json': script('bun test'), 'bun.lock': ''}, ['tests | bun run test | command |  | package.json scripts.test']],
    ['packageManager', {'package.json': script('ava', {packageManager: 'pnpm@9.1.0'})}, ['tests | pnpm test | command |  | package.json scripts.test']],
    ['what npm init writes', {'package.json': script('echo "Error: no test specified" && exit 1')}, []],
    ['tests without a script', {'package.json': '{}', 'a.test.js': nodeTest}, ['tests | node --test | node:test |  | a.test.js']],
    ['vitest without a script', {'package.json': '{}', 'vitest.config.ts': ''}, ['tests | npx vitest run | vitest |  | vitest.config.ts']],
    ['pytest.ini', {'pytest.ini': '[pytest]\n', 'test_a.py': ''}, ['tests | python3 -m pytest | pytest |  | pytest.ini']],
    ['plain functions', {'tests/test_a.py': 'def test_a():\n    pass\n'}, ['tests | python3 -m pytest | pytest |  | tests/test_a.py']],
    ['conftest', {'conftest.py': '', 'test_a.py': caseTest}, ['tests | python3 -m pytest | pytest |  | conftest.py']],
    [
      'a src layout',
      {'src/p/__init__.py': '', 'tests/test_a.py': 'import pytest\n'},
      ['tests | PYTHONPATH=src python3 -m pytest | pytest |  | tests/test_a.py'],
    ],
    ['an environment', {'.venv/bin/python': '', 'test_a.py': caseTest}, ['tests | .venv/bin/python -m unittest discover | unittest |  | test_a.py']],
    [
      'unittest in a package',
      {'tests/__init__.py': '', 'tests/test_a.py': caseTest},
      ['tests | python3 -m unittest discover -s tests -t . | unittest |  | tests/test_a.py'],
    ],
    ['unittest in a folder', {'tests/test_a.py': caseTest}, ['tests | python3 -m unittest discover -s tests | unittest |  | tests/test_a.py']],
    ['python without tests', {'setup.py': '', 'a.py': ''}, []],
    ['cargo', {'Cargo.toml': '[package]\nname = "a"\n'}, ['tests | cargo test | cargo |  | Cargo.toml']],
    ['go', {'go.mod': 'module a\n', 'a_test.go': 'package a\n'}, ['tests | go test ./... | go |  | go.mod']],
    ['make', {Makefile: '.PHONY: test\ntest: build\n\t./run\n'}, ['tests | make test | make |  | Makefile test']],
    ['a variable called test is no target', {Makefile: 'test := 1\n'}, []],
    ['nothing', {'readme.md': ''}, []],
  ])('%s', async (_, files, expected) => expect(await seen(files)).toEqual(expected))

  const space = {
    'package.json': JSON.stringify({workspaces: ['packages/*', '!packages/skip']}),
    'packages/a/package.json': script('jest'),
    'packages/a/src/deep/x.js': '',
    'packages/b/package.json': script('vitest'),
    'packages/skip/package.json': script('jest'),
  }

  test('the package that holds the working folder', async () => {
    expect(await seen(space, 'packages/a/src/deep')).toEqual(['tests | npm test | jest | packages/a | package.json scripts.test'])
  })

  test('at a workspace root its own script', async () => {
    expect(await seen({...space, 'package.json': script('jest', {workspaces: ['packages/*']})})).toEqual([
      'tests | npm test | jest |  | package.json scripts.test',
    ])
  })

  test('else each package with changed files', async () => {
    expect(await seen(space)).toEqual([])
    expect(await seen(space, '', ['packages/b/y.js', 'packages/a/src/deep/x.js', 'packages/skip/z.js', 'readme.md'])).toEqual([
      'tests:packages/a | npm test | jest | packages/a | package.json scripts.test',
      'tests:packages/b | npm test | vitest | packages/b | package.json scripts.test',
    ])
  })

  test('pnpm and cargo workspaces', async () => {
    const pnpm = {
      'package.json': '{}',
      'pnpm-workspace.yaml': "packages:\n  - 'libs/*' # all\n",
      'libs/a/package.json': script('mocha'),
      'libs/a/pnpm-lock.yaml': '',
    }
    expect(await seen(pnpm, '', ['libs/a/x'])).toEqual(['tests:libs/a | pnpm test | mocha | libs/a | package.json scripts.test'])
    const cargo = {'Cargo.toml': '[workspace]\nmembers = ["a"]\n', 'a/Cargo.toml': '[package]\nname = "a"\n'}
    expect(await seen(cargo, '', ['a/x'])).toEqual(['tests | cargo test | cargo |  | Cargo.toml'])
  })

  test('a folder outside the project is the root', async () => {
    expect(await seen({'package.json': script('jest')}, '../..')).toHaveLength(1)
  })
})

describe('checksOf', () => {
  const detected = [checkOf('npm test', 'vitest')]
  const of = (flags: Partial<{check: string[]; noCheck: boolean}>, config: Record<string, string> = {}) =>
    checksOf({detected, flags: {check: [], noCheck: false, ...flags}, config}).map((one) => `${one.gate} ${one.command} ${one.runner} ${one.from}`)

  test('what was detected', () => expect(of({})).toEqual(['tests npm test vitest test']))
  test('nothing with --no-check', () => expect(of({noCheck: true, check: ['x']}, {lint: 'y'})).toEqual([]))
  test('--check replaces detection, and is known when it names a runner', () => {
    expect(of({check: ['npm test', './go.sh', 'pytest -q']})).toEqual([
      'check:1 npm test vitest --check',
      'check:2 ./go.sh command --check',
      'check:3 pytest -q pytest --check',
    ])
  })
  test('configuration replaces and adds', () => {
    expect(of({}, {lint: 'npm run lint'})).toEqual(['tests npm test vitest test', 'lint npm run lint command config'])
    expect(of({}, {tests: 'make check', types: 'tsc'})).toEqual(['tests make check command config', 'types tsc command config'])
    expect(of({check: ['a']}, {tests: 'b', lint: 'c'})).toEqual(['check:1 a command --check', 'lint c command config'])
  })
  test('which gate runs it', () => {
    expect(['tests', 'tests:a/b', 'check:2', 'lint', 'types', 'build'].map((gate) => gateNameOf({gate}))).toEqual([
      ...['tests', 'tests', 'tests', 'command', 'command', 'command'],
    ])
  })
})
