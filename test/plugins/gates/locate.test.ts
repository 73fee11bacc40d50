// Finding the runner in a command and putting arguments beside it, without ever misreading the shell.

import fc from 'fast-check'
import {describe, expect, test} from 'vitest'
import {launched} from '../../../plugins/gates/launch.ts'
import {locate} from '../../../plugins/gates/locate.ts'
import {partsOf, shellWord, spliced} from '../../../plugins/gates/words.ts'

const ground = (scripts: Record<string, string> = {}, files: Record<string, string> = {}) => ({scripts, read: (path: string) => files[path]})

describe('locate', () => {
  test.each([
    ['npm test', {test: 'vitest run'}, 'vitest', 'test'],
    ['npm test', {test: 'tsc -p . && vitest run --coverage'}, 'vitest', 'test'],
    ['npm test', {test: 'vitest run && eslint .'}, 'vitest', 'test'],
    ['npm test', {test: 'npm run unit', unit: 'cross-env NODE_ENV=test jest --ci'}, 'jest', 'unit'],
    ['pnpm test', {test: 'pnpm run unit', unit: 'mocha'}, 'mocha', 'unit'],
    ['yarn test', {test: 'yarn unit', unit: 'c8 node --test'}, 'node:test', 'unit'],
    ['npm t', {test: 'tsx --test src/*.ts'}, 'node:test', 'test'],
    ['npm test', {test: 'NODE_OPTIONS=--experimental-vm-modules npx jest'}, 'jest', 'test'],
    ['python3 -m pytest -q', {}, 'pytest', null],
    ['PYTHONPATH=src .venv/bin/python -W ignore -m pytest', {}, 'pytest', null],
    ['coverage run -m pytest tests', {}, 'pytest', null],
    ['uv run pytest', {}, 'pytest', null],
    ['python3 -m unittest discover -s tests', {}, 'unittest', null],
    ['cargo test --workspace', {}, 'cargo', null],
    ['go test ./...', {}, 'go', null],
    ['cd sub; pytest', {}, 'pytest', null],
  ])('%s with %o is %s', (command, scripts, runner, script) => {
    const found = locate(command, ground(scripts as unknown as Record<string, string>))
    expect({runner: found?.runner, script: found?.script}).toEqual({runner, script})
  })

  test.each([
    ['npm test', {test: "echo '3 passing'"}],
    ['npm test', {test: 'true # vitest run'}],
    ['npm test', {test: 'echo vitest run'}],
    ['npm test', {test: 'node scripts/all.js'}],
    ['npm test', {test: 'ava'}],
    ['npm test', {}],
    ['npm start', {start: 'vitest'}],
    ['vitest list', {}],
    ['jest --watch', {}],
    ['pytest --collect-only', {}],
    ['python -c "import pytest"', {}],
    ['bash -c "pytest"', {}],
    ['pytest $(cat list)', {}],
    ['make test', {}],
  ])('%s with %o is no runner that can be counted', (command, scripts) => {
    expect(locate(command, ground(scripts as unknown as Record<string, string>))).toBeUndefined()
  })

  test('a plain script is one when it holds tests of node', () => {
    const read = {'test.js': "import {test} from 'node:test'\n", 'other.js': "console.log('ok')\n"}
    expect(locate('node --import tsx test.js', ground({}, read))).toMatchObject({runner: 'node:test', single: 3})
    expect(locate('node other.js', ground({}, read))).toBeUndefined()
  })

  test('scripts that call each other in a circle end', () => {
    expect(locate('npm test', ground({test: 'npm run a', a: 'npm test'}))).toBeUndefined()
  })
})

const real = (command: string, scripts: Record<string, string> = {}): string => {
  const found = locate(command, ground(scripts))
  return found ? launched(found, {kind: 'real'}) : ''
}

describe('launched', () => {
  test('adds beside the runner and leaves the rest of the line alone', () => {
    expect(real('tsc && vitest run src && echo done')).toBe(
      'tsc && vitest run src --reporter="$PENGUIN_GATE_DIR/vitest-reporter.mjs" --reporter=default && echo done',
    )
    expect(real('jest --ci | tee out.txt')).toBe('jest --ci --reporters="$PENGUIN_GATE_DIR/jest-reporter.cjs" --reporters=default | tee out.txt')
    expect(real('mocha test')).toBe('mocha test --reporter "$PENGUIN_GATE_DIR/mocha-reporter.cjs"')
    expect(real('python3 -m unittest discover -s tests')).toBe('python3 "$PENGUIN_GATE_DIR/penguin_unittest.py" discover -s tests')
    expect(real('go test ./... -count=1')).toBe('go test -json ./... -count=1')
  })

  test('keeps the reporter a node command names', () => {
    expect(real('node --test --test-reporter=tap')).toContain(
      '--test-reporter-destination=stderr --test-reporter-destination=stdout --test --test-reporter=tap',
    )
    expect(real('node --test')).toContain('--test-reporter=spec --test-reporter-destination=stdout --test')
  })

  test('keeps the path a python command sets', () => {
    expect(real('PYTHONPATH=src:lib pytest -q')).toBe('PYTHONPATH="$PENGUIN_GATE_DIR:"src:lib pytest -p penguin_pytest -q')
    expect(real('A=1 pytest')).toMatch(/^PYTHONPATH="\$PENGUIN_GATE_DIR\$\{PYTHONPATH:\+:\$PYTHONPATH\}" A=1 pytest -p penguin_pytest$/)
  })

  test('makes vitest end by itself', () => {
    expect(real('vitest')).toContain('--run ')
    expect(real('vitest --run')).not.toMatch(/--run.*--run/)
  })
})

describe('words', () => {
  test('reads quotes, separators and redirections', () => {
    const parts = partsOf(`A='b c' node "x y" 2>&1 && echo a\\ b; z`)
    expect(parts?.map((part) => part.words.map((word) => word.text))).toEqual([['A=b c', 'node', 'x y', '2>&1'], ['echo', 'a b'], ['z']])
  })

  test.each(['a $(b)', 'a `b`', 'a "$(b)"', "a 'b", 'a <<E', '(a)', 'a & (b)'])('refuses %s', (line) => {
    expect(partsOf(line)).toBeUndefined()
  })

  test('every word is found where it says, for any line', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', ' ', "'", '"', '&&', '|', ';', '\\', '$x', '=', '-', '\n', '>'), {maxLength: 12}), (pieces) => {
        const line = pieces.join('')
        for (const part of partsOf(line) ?? [])
          for (const word of part.words) {
            expect(word.to).toBeGreaterThan(word.from)
            expect(line.slice(word.from, word.to)).not.toMatch(/^\s/)
          }
      }),
    )
  })

  test('a quoted word is read back as it was', () => {
    fc.assert(
      fc.property(fc.string({minLength: 1}), (text) => {
        fc.pre(!text.includes('\0'))
        expect(partsOf(shellWord(text))?.[0]?.words[0]?.text).toBe(text)
      }),
    )
  })

  test('splices from the back', () => {
    expect(
      spliced('abc', [
        {from: 0, to: 0, text: 'x'},
        {from: 1, to: 2, text: 'y'},
        {from: 3, to: 3, text: 'z'},
      ]),
    ).toBe('xaycz')
  })
})
