// Globs, and patterns as ignore files use them.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {globMatcher, pathMatcher} from '../../../engine/base/glob.ts'

describe('a glob', () => {
  it.each([
    ['*.ts', 'a.ts', true],
    ['*.ts', 'a/b.ts', false],
    ['**/*.ts', 'a.ts', true],
    ['**/*.ts', 'a/b/c.ts', true],
    ['src/**', 'src/a/b', true],
    ['src/**', 'lib/a', false],
    ['src/**/test.ts', 'src/test.ts', true],
    ['a?c', 'abc', true],
    ['a?c', 'a/c', false],
    ['[ab].ts', 'b.ts', true],
    ['[!ab].ts', 'b.ts', false],
    ['*.{js,ts}', 'x.ts', true],
    ['*.{js,ts}', 'x.css', false],
    ['a.b', 'axb', false],
    ['(a)+', '(a)+', true],
    ['\\*.ts', '*.ts', true],
    ['\\*.ts', 'a.ts', false],
    ['\\\\a', '\\a', true],
    ['[a', '[a', true],
    ['{a', '{a', true],
    ['*', '.hidden', true],
  ])('%s on %s: %s', (glob, path, matches) => {
    expect(globMatcher(glob)(path)).toBe(matches)
  })
})

describe('a path pattern', () => {
  it.each([
    ['.env*', '.env', true],
    ['.env*', 'a/b/.env.local', true],
    ['.env*', 'src/env.ts', false],
    ['src', 'src/a/b.ts', true],
    ['src', 'lib/src/a.ts', true],
    ['src/', 'src/a', true],
    ['src/a', 'src/a/b', true],
    ['src/a', 'lib/src/a', false],
    ['./src/a', 'src/a', true],
    ['src/*.ts', 'src/a.ts', true],
    ['src/*.ts', 'src/x/a.ts', false],
    ['**/secret', 'a/secret/b', true],
    ['*.pem', 'keys/x.pem', true],
    ['*.pem', 'x.pem.md', false],
  ])('%s on %s: %s', (pattern, path, matches) => {
    expect(pathMatcher(pattern)(path)).toBe(matches)
  })

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.string({unit: fc.constantFrom('*', '?', '[', ']', '{', '}', ',', '\\', '/', '!', '-', 'a', 'z', '.', '(', '+', '^', '$', '|')}),
        fc.string(),
        (pattern, path) => {
          expect(typeof globMatcher(pattern)(path)).toBe('boolean')
          expect(typeof pathMatcher(pattern)(path)).toBe('boolean')
        },
      ),
      {numRuns: 1000},
    )
  })
})
