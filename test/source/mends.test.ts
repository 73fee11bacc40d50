import {describe, expect, it} from 'vitest'
import {missingNames, withImport} from '../../source/mends/imports.ts'
import {fixingCommand} from '../../source/mends/lint.ts'

describe('the command that fixes what a linter finds', () => {
  it.each([
    ['eslint .', 'eslint . --fix'],
    ['npx eslint src --max-warnings 0', 'npx eslint src --max-warnings 0 --fix'],
    ['biome ci .', 'biome check . --write'],
    ['prettier --check "src/**"', 'prettier --write "src/**"'],
    ['ruff check src', 'ruff check src --fix'],
    ['black --check .', 'black .'],
    ['cargo fmt --all -- --check', 'cargo fmt --all'],
    ['tsc --noEmit', undefined],
    ['eslint . && rm -rf dist', undefined],
    ['eslint . > report.txt', undefined],
  ])('%s: %s', (command, fixing) => expect(fixingCommand(command, {})).toBe(fixing))

  it("is the project's own script where there is one, else the switch of what the script runs", () => {
    expect(fixingCommand('npm run lint', {lint: 'eslint .', 'lint:fix': 'eslint . --fix --cache'})).toBe('npm run lint:fix')
    expect(fixingCommand('npm run lint', {lint: 'eslint .'})).toBe('npm exec --offline -c "eslint . --fix"')
    expect(fixingCommand('npm run lint', {lint: 'node lint.js'})).toBe(undefined)
    expect(fixingCommand('npm run lint', {})).toBe(undefined)
  })
})

describe('a name that is not defined', () => {
  it.each([
    ['ReferenceError: priceOf is not defined', ['priceOf']],
    ['priceOf is not defined', ['priceOf']],
    ["NameError: name 'math' is not defined", ['math']],
    ["NameError: name 'math' is not defined. Did you forget to import 'math'?", ['math']],
    ['AssertionError: 3 != 4', []],
    ["the variable 'it' was not defined", []],
  ])('in %s', (message, names) => expect(missingNames([message, message])).toEqual(names))

  it('is brought in where imports stand', () => {
    const line = "import {a} from './a.js'"
    expect(withImport("import x from 'x'\nx()\n", line, false)).toBe(`${line}\nimport x from 'x'\nx()\n`)
    expect(withImport('#!/usr/bin/env node\n// Why.\n\nrun()\n', line, false)).toBe(`#!/usr/bin/env node\n// Why.\n\n${line}\nrun()\n`)
    expect(withImport('"""What."""\nfrom __future__ import annotations\nimport os\n', 'import math', true)).toBe(
      '"""What."""\nfrom __future__ import annotations\nimport math\nimport os\n',
    )
    expect(withImport('def f():\n    return math.pi\n', 'import math', true)).toBe('import math\ndef f():\n    return math.pi\n')
  })
})
