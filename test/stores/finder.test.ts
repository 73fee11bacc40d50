// Finding paths by a few of their letters: what comes first, that nothing is missed, and how long it takes.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {openFinder} from '../../stores/finder.ts'

const best = (paths: readonly string[], query: string): string | undefined => openFinder(paths).find(query, 5)[0]?.path

const inOrder = (path: string, part: string): boolean => {
  const text = part === part.toLowerCase() ? path.toLowerCase() : path
  let at = -1
  return [...part].every((sign) => {
    at = text.indexOf(sign, at + 1)
    return at >= 0
  })
}

describe('the best', () => {
  it('is in the name of the file, whole, at the beginning of a word', () => {
    expect(best(['input/a/model.ts', 'src/input.ts', 'src/input-keys.ts'], 'input')).toBe('src/input.ts')
    expect(best(['src/outset.ts', 'src/set.ts', 'src/reset.ts'], 'set')).toBe('src/set.ts')
    expect(best(['lib/fabricate.ts', 'src/foo-bar.ts'], 'fb')).toBe('src/foo-bar.ts')
    expect(best(['src/starter.ts', 'src/TaskRunner.ts'], 'tr')).toBe('src/TaskRunner.ts')
    expect(best(['stores/cell.ts', 'test/stores/editor.test.ts', 'stores/editor.ts'], 'steditor')).toBe('stores/editor.ts')
    expect(best(['a/long/way/down/readme.md', 'readme.md'], 'readme')).toBe('readme.md')
  })

  it('minds capitals only where they are typed', () => {
    expect(
      openFinder(['README.md', 'reads.ts'])
        .find('READ', 5)
        .map(({path}) => path),
    ).toEqual(['README.md'])
    expect(openFinder(['README.md', 'reads.ts']).find('read', 5)).toHaveLength(2)
  })

  it('holds every part of what was typed', () => {
    expect(
      openFinder(['src/task/plan.ts', 'src/plan.ts'])
        .find('plan task', 5)
        .map(({path}) => path),
    ).toEqual(['src/task/plan.ts'])
  })

  it('says where the letters are', () => {
    const [found] = openFinder(['src/foo-bar.ts']).find('fb', 1)
    expect(found?.at).toEqual([4, 8])
  })
})

describe('any paths', () => {
  const path = fc
    .array(fc.string({unit: fc.constantFrom('a', 'b', 'B', '-', '.', 'é'), minLength: 1, maxLength: 5}), {minLength: 1, maxLength: 4})
    .map((parts) => parts.join('/'))
  const query = fc.string({unit: fc.constantFrom('a', 'b', 'B', 'é', ' '), minLength: 1, maxLength: 4})

  it('are found when they hold the letters, and only then, one key after the other', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, {maxLength: 30}), query, (paths, text) => {
        const finder = openFinder(paths)
        for (let end = 1; end <= text.length; end += 1) {
          const typed = text.slice(0, end)
          const parts = typed.split(' ').filter(Boolean)
          const found = finder.find(typed, 100).map((one) => one.path)
          expect(found.toSorted()).toEqual(paths.filter((one) => parts.every((part) => inOrder(one, part))).toSorted())
        }
      }),
      {numRuns: 300},
    )
  })

  it('may come later', () => {
    const finder = openFinder(['a/one.ts'])
    finder.find('o', 5)
    finder.add(['b/one.ts'])
    expect(finder.find('on', 5)).toHaveLength(2)
    expect(finder.size).toBe(2)
  })
})

describe('50,000 paths', () => {
  it('are searched key by key as at once', () => {
    const words = ['src', 'lib', 'test', 'engine', 'core', 'model', 'tool', 'store', 'view', 'screen', 'input', 'parser', 'index', 'main']
    const word = (seed: number): string => words[seed % words.length] as string
    const paths = Array.from({length: 50_000}, (_, n) => `${word(n)}/${word(n >> 3)}/${word(n * 7)}/${word(n * 11)}-${n}.ts`)
    const finder = openFinder(paths)
    // How fast is the bench's to say; here, that a longer query narrows what a shorter one has found, to the same end.
    for (const query of ['s', 'sr', 'src', 'srcm', 'e', 'en', 'eng', 'input9', 'tsts', 'm i']) {
      const found = finder.find(query, 50).map(({path}) => path)
      expect(found).toEqual(
        openFinder(paths)
          .find(query, 50)
          .map(({path}) => path),
      )
      expect(found).toHaveLength(50)
    }
  })
})
