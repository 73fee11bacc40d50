// The tools of this machine, inside: what users' projects call must work there, with no network and a bare home.

import {execFileSync} from 'node:child_process'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {type Box, cleanUp, hasBwrap, openBox, project, userPath} from './kit.ts'

const has = (command: string): boolean => {
  try {
    execFileSync('bash', ['-c', command], {env: {PATH: userPath, HOME: process.env.HOME}, stdio: 'ignore'})
    return true
  } catch {
    return false
  }
}

const files = {
  'package.json': '{"name": "x", "version": "1.0.0", "scripts": {"test": "node --test"}}',
  'x.test.js': "require('node:test')('adds', () => require('node:assert').equal(1 + 1, 2))",
  'test_x.py':
    'import unittest\n\ndef test_adds():\n    assert 1 + 1 == 2\n\nclass T(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(1, 1)\n',
  Makefile: 'test:\n\t@echo made\n',
  'go.mod': 'module x\n\ngo 1.20\n',
  'x.go': 'package x\n',
  'Cargo.toml': '[package]\nname = "x"\nversion = "0.1.0"\nedition = "2021"\n',
  'src/lib.rs': '#[test]\nfn adds() { assert_eq!(1 + 1, 2); }\n',
  'c/main.c': 'int main(void) { return 0; }\n',
}

const tools = [
  {name: 'npm test', line: 'npm test', needs: 'npm --version', says: /pass 1/},
  {name: 'node --test', line: 'node --test', needs: 'node --version', says: /pass 1/},
  {name: 'pytest', line: 'python3 -m pytest -q test_x.py', needs: 'python3 -m pytest --version', says: /2 passed/},
  {name: 'unittest', line: 'python3 -m unittest -v test_x', needs: 'python3 --version', says: /OK/},
  {name: 'make', line: 'make test', needs: 'make --version', says: /made/},
  {name: 'go', line: 'gofmt -l . && go list ./...', needs: 'go version', says: /^x$/m},
  {name: 'cargo test', line: 'cargo test -q', needs: 'cargo --version', says: /1 passed/},
  {name: 'cc', line: 'cc c/main.c -o /tmp/x && /tmp/x && echo ran', needs: 'cc --version', says: /ran/},
  {name: 'git', line: 'git add -A && git commit -qm more --allow-empty; git log --oneline | wc -l', needs: 'git --version', says: /^\d/m},
]

describe.each((['bwrap', 'limits'] as const).filter((level) => level !== 'bwrap' || hasBwrap))('at the %s level', (level) => {
  let box: Box
  beforeAll(async () => {
    box = await openBox(level, project(files))
  })
  afterAll(cleanUp)

  it.for(tools)('$name works', {timeout: 60_000}, async ({line, needs, says, name}, {skip}) => {
    if (!has(needs)) skip(`${name} is not installed`)
    const report = await box.sh(line, {wallMs: 60_000})
    expect(report.stdout + report.stderr).toMatch(says)
    expect(report.exitCode).toBe(0)
  })
})
