// Which files a gate takes from the start, and how mixed manifests are put together.

import {describe, expect, test} from 'vitest'
import {isMixed, merged, settingsIn} from '../../../plugins/gates/manifest.ts'
import {isTestish} from '../../../plugins/gates/testish.ts'

const start = new Map([
  ['src/test/old.test.ts', 1],
  ['src/index.ts', 1],
])

describe('isTestish', () => {
  test.each([
    'test/a.js',
    'tests/data/x.json',
    'packages/a/__tests__/x.ts',
    'src/a.test.ts',
    'src/a.spec.jsx',
    'a_test.go',
    'pkg/test_x.py',
    'x_test.py',
    'conftest.py',
    'a/b/conftest.py',
    'src/__snapshots__/x.snap',
    'x.ambr',
    'vitest.config.mts',
    'vite.config.ts',
    'jest.config.js',
    'jest.setup.ts',
    '.mocharc.yml',
    'pytest.ini',
    'tox.ini',
    '.npmrc',
    'sitecustomize.py',
    'pytest.py',
    'unittest/__init__.py',
    'babel.config.js',
    '.cargo/config.toml',
    'testdata/a.txt',
    'app/fixtures.test.ts',
    'fixtures/x.json',
    'src/test/helper.ts',
    'src/__mocks__/fs.ts',
    'e2e/login.ts',
  ])('%s is', (path) => expect(isTestish(path, start)).toBe(true))

  test.each([
    'src/index.ts',
    'readme.md',
    'package.json',
    'pyproject.toml',
    'src/commands/test/run.ts',
    'lib/spec/parser.js',
    'src/contest.py',
    'src/latest.ts',
    'src/attest.js',
    'tsconfig.json',
    'manifest.json',
    'docs/testing.md',
    'src/protest/x.ts',
  ])('%s is not', (path) => expect(isTestish(path, start)).toBe(false))
})

const pack = (value: object): string => JSON.stringify(value)

describe('package.json', () => {
  test('dependencies and other scripts are no test settings', () => {
    const before = pack({scripts: {test: 'jest', build: 'a'}, dependencies: {a: '1'}})
    const after = pack({scripts: {test: 'jest', build: 'b'}, dependencies: {b: '1'}})
    expect(settingsIn('package.json', before)).toBe(settingsIn('package.json', after))
    expect(merged('package.json', before, after)).toBe(after)
  })

  test.each([
    [{scripts: {test: 'jest'}}, {scripts: {test: 'true'}}],
    [{scripts: {test: 'npm run unit', unit: 'jest'}}, {scripts: {test: 'npm run unit', unit: 'true'}}],
    [{scripts: {test: 'jest'}}, {scripts: {test: 'jest', pretest: 'rm -r test'}}],
    [
      {scripts: {test: 'jest'}, jest: {bail: 1}},
      {scripts: {test: 'jest'}, jest: {testMatch: []}},
    ],
    [{scripts: {test: 'jest'}}, {scripts: {test: 'jest'}, jest: {testMatch: []}}],
  ])('%o to %o is seen and put back, the rest stays', (before, after) => {
    const now = pack({...after, dependencies: {new: '1'}, scripts: {...after.scripts, build: 'b'}})
    expect(settingsIn('package.json', pack(before))).not.toBe(settingsIn('package.json', now))
    const back = JSON.parse(merged('package.json', pack(before), now))
    expect(back).toEqual({...before, dependencies: {new: '1'}, scripts: {...before.scripts, build: 'b'}})
  })

  test('a broken or missing one is no crash', () => {
    expect(settingsIn('package.json', '{')).toBe(settingsIn('package.json', undefined))
    expect(JSON.parse(merged('package.json', undefined, pack({scripts: {test: 'x', build: 'y'}})))).toEqual({scripts: {build: 'y'}})
  })
})

describe('tables', () => {
  test('pytest options go back, dependencies stay', () => {
    const before = '[project]\nname = "a"\n\n[tool.pytest.ini_options]\naddopts = "-q"\n\n[tool.ruff]\nx = 1\n'
    const after = '[project]\nname = "a"\ndependencies = ["b"]\n\n[tool.pytest.ini_options]\naddopts = "-k none"\n\n[tool.ruff]\nx = 2\n'
    expect(isMixed('sub/pyproject.toml')).toBe(true)
    expect(settingsIn('pyproject.toml', before)).not.toBe(settingsIn('pyproject.toml', after))
    expect(merged('pyproject.toml', before, after)).toBe(
      '[project]\nname = "a"\ndependencies = ["b"]\n[tool.ruff]\nx = 2\n[tool.pytest.ini_options]\naddopts = "-q"\n',
    )
  })

  test('a test target of cargo goes back', () => {
    const before = '[package]\nname = "a"\n'
    const after = '[package]\nname = "a"\n\n[[test]]\nname = "x"\nharness = false\n'
    expect(merged('Cargo.toml', before, after)).toBe('[package]\nname = "a"\n')
  })
})

describe('a test module in a Rust source', () => {
  const module = (body: string): string => `#[cfg(test)]\nmod tests {\n    use super::*;\n    ${body}\n}\n`
  const before = `fn a() -> i32 { 1 }\n\n${module('#[test] fn t() { assert_eq!(a(), 2) }')}`
  const after = `fn a() -> i32 { 3 }\n\n${module('#[test] fn t() { assert_eq!(a(), 3) }')}\nfn b() {}\n`

  test('goes back, the source stays', () => {
    expect(isMixed('src/lib.rs')).toBe(true)
    expect(settingsIn('src/lib.rs', before)).not.toBe(settingsIn('src/lib.rs', after))
    const back = merged('src/lib.rs', before, after)
    expect(back).toContain('fn a() -> i32 { 3 }')
    expect(back).toContain('fn b() {}')
    expect(back).toContain('assert_eq!(a(), 2)')
    expect(back).not.toContain('assert_eq!(a(), 3)')
  })

  test('a change of the source alone is none', () => {
    expect(settingsIn('src/lib.rs', before)).toBe(settingsIn('src/lib.rs', before.replace('{ 1 }', '{ 2 }')))
    expect(isMixed('tests/a.rs')).toBe(false)
    expect(isTestish('tests/a.rs', start)).toBe(true)
  })
})
