// Go and Rust, where they are installed.

import {spawnSync} from 'node:child_process'
import {afterAll, describe, expect, test, vi} from 'vitest'
import {readCargo, readGo} from '../../../plugins/gates/record.ts'
import tests from '../../../plugins/gates/tests.ts'
import {checkOf, type Project, project} from '../../kit/gate-site.ts'

vi.setConfig({testTimeout: 240_000})

const opened: Project[] = []
afterAll(() => {
  for (const one of opened) one.dispose()
})

const there = (program: string, ...args: string[]): boolean => {
  const found = spawnSync(program, args).status === 0
  if (!found) process.stderr.write(`${program} is not installed: its gates are not tried\n`)
  return found
}

const goTest = `package p

import "testing"

func TestAdd(t *testing.T) {
	if Add(1, 2) != 3 {
		t.Errorf("got %d", Add(1, 2))
	}
}

func TestZero(t *testing.T) { t.Run("sub", func(t *testing.T) { if Add(0, 0) != 0 { t.Fail() } }) }

func TestLater(t *testing.T) { t.Skip("not yet") }
`

describe.skipIf(!there('go', 'version'))('go', () => {
  const check = checkOf('go test ./...', 'go')
  const files = {'go.mod': 'module example.com/p\n\ngo 1.20\n', 'p.go': 'package p\n\nfunc Add(a, b int) int { return a - b }\n', 'p_test.go': goTest}

  test('counts, finds failures, and believes no early exit', async () => {
    const one = project(files)
    opened.push(one)
    const red = await tests.check(check, one.site())
    expect(red).toMatchObject({passed: false, report: {counts: {passed: 2, failed: 1, skipped: 1}}})
    expect(red.failures[0]).toMatchObject({test: 'example.com/p > TestAdd', file: 'p_test.go', line: 7})
    one.change({'p.go': 'package p\n\nfunc Add(a, b int) int { return a + b }\n'})
    expect(await tests.check(check, one.site())).toMatchObject({passed: true, report: {counts: {passed: 3, failed: 0, skipped: 1, failedBefore: 1}}})
    one.change({'p.go': 'package p\n\nimport "os"\n\nfunc init() { os.Exit(0) }\n\nfunc Add(a, b int) int { return a - b }\n'})
    expect((await tests.check(check, one.site())).passed).toBe(false)
    one.change({
      'p.go': files['p.go'],
      'main_test.go': 'package p\n\nimport (\n\t"os"\n\t"testing"\n)\n\nfunc TestMain(m *testing.M) {\n\tm.Run()\n\tos.Exit(0)\n}\n',
    })
    expect((await tests.check(check, one.site())).passed).toBe(false)
  })
})

const cargoTest = `use p::add;

#[test]
fn adds() { assert_eq!(add(1, 2), 3); }

#[test]
fn zero() { assert_eq!(add(0, 0), 0); }

#[test]
#[ignore]
fn later() {}
`

describe.skipIf(!there('cargo', '--version'))('cargo', () => {
  const check = checkOf('cargo test', 'cargo')
  const files = {
    'Cargo.toml': '[package]\nname = "p"\nversion = "0.1.0"\nedition = "2021"\n',
    'src/lib.rs': 'pub fn add(a: i32, b: i32) -> i32 { a - b }\n',
    'tests/add.rs': cargoTest,
  }

  test('counts and finds failures', async () => {
    const one = project(files)
    opened.push(one)
    const red = await tests.check(check, one.site())
    expect(red).toMatchObject({passed: false, report: {counts: {passed: 1, failed: 1, skipped: 1}}})
    expect(red.failures[0]).toMatchObject({test: 'adds', file: 'tests/add.rs', line: 4})
    one.change({'src/lib.rs': 'pub fn add(a: i32, b: i32) -> i32 { a + b }\n'})
    expect(await tests.check(check, one.site())).toMatchObject({passed: true, report: {counts: {passed: 2, failed: 0, skipped: 1, failedBefore: 1}}})
    one.change({'src/lib.rs': files['src/lib.rs'], 'tests/add.rs': cargoTest.replace('#[test]\nfn adds', '#[test]\n#[ignore]\nfn adds')})
    expect((await tests.check(check, one.site())).needsPerson?.paths).toEqual(['tests/add.rs'])
    const inline = '\n#[cfg(test)]\nmod tests {\n    #[test]\n    fn more() {}\n}\n'
    one.change({'tests/add.rs': cargoTest, 'src/lib.rs': `pub fn add(a: i32, b: i32) -> i32 { a + b }\n${inline}`})
    expect(await tests.check(check, one.site())).toMatchObject({passed: true, report: {counts: {passed: 3}}})
    one.change({'src/lib.rs': files['src/lib.rs'], '.cargo/config.toml': '[target."cfg(all())"]\nrunner = "true"\n'})
    expect((await tests.check(check, one.site())).passed).toBe(false)
  })
})

describe('what the tools print', () => {
  test('cargo sums that do not agree are no end', () => {
    const honest = 'running 1 test\ntest a ... ok\n\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n'
    expect(readCargo(honest, '')).toMatchObject({ended: true, tests: [{name: 'a', state: 'passed'}]})
    expect(readCargo(honest.replace('1 passed', '2 passed'), '').ended).toBe(false)
    expect(readCargo(honest.replace('running 1 test', 'running 1 test\nrunning 1 test'), '').ended).toBe(false)
    expect(readCargo('running 1 test\ntest a ... ok\n', '').ended).toBe(false)
    expect(readCargo('', 'error[E0425]: cannot find value').ended).toBe(false)
  })

  test('go packages fail by themselves only without a failing test', () => {
    const lines = (...all: object[]): string => all.map((one) => JSON.stringify(one)).join('\n')
    const test1 = {Action: 'fail', Package: 'p', Test: 'T'}
    expect(readGo(lines(test1, {Action: 'fail', Package: 'p'})).tests.map((one) => one.name)).toEqual(['p > T'])
    expect(readGo(lines({Action: 'output', Package: 'p', Output: 'syntax error\n'}, {Action: 'fail', Package: 'p'})).tests).toMatchObject([
      {name: 'p', whole: true, message: 'syntax error'},
    ])
    expect(readGo('ok  p 0.1s\n').ended).toBe(false)
  })
})
