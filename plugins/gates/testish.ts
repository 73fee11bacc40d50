// Which paths a test gate takes from the start: tests, their data and snapshots, and the settings of the runner. A product
// folder may also be called `test`; inside source folders a name alone is not enough, a test must have been there.

import {matchesGlob} from 'node:path'
import {isManifest} from './manifest.ts'

const testFile =
  /(?:^|\/)(?:[^/]+[.\-_](?:test|tests|spec|specs|cy|e2e)(?:-d)?\.[cm]?[a-z]+|test[-_][^/]+\.(?:[cm]?[jt]sx?|py)|tests?\.(?:[cm]?[jt]sx?|py|rs)|[A-Z]\w*Tests?\.(?:java|kt|cs|scala))$/
const dataFile = /(?:\.snap|\.snapshot|\.ambr)$/
const setting = new RegExp(
  `(?:^|/)(?:${[
    'conftest\\.py',
    'vitest\\.(?:config|workspace|setup|projects)[^/]*',
    'vite\\.config\\.[^/]+',
    'jest[.-](?:config|setup|preset|environment|resolver)[^/]*',
    'jest\\.[^/]+\\.(?:js|ts|cjs|mjs|json)',
    'setupTests\\.[^/]+',
    'test-?(?:setup|env|utils?)\\.[cm]?[jt]sx?',
    '\\.mocharc[^/]*',
    'mocha\\.opts',
    '\\.taprc',
    '\\.nycrc[^/]*',
    '\\.c8rc[^/]*',
    '(?:ava|karma|playwright|cypress|babel|nyc|tap)\\.(?:config|conf)\\.[^/]+',
    '\\.babelrc[^/]*',
    '\\.swcrc',
    '\\.?pytest\\.(?:ini|toml)',
    'tox\\.ini',
    'noxfile\\.py',
    '\\.coveragerc',
    '(?:site|user)customize\\.py',
    '[^/]+\\.pth',
    '(?:_?pytest|unittest|pluggy)(?:\\.py|/.*)',
    '\\.npmrc',
    '\\.yarnrc[^/]*',
    '\\.pnpmfile\\.c?js',
    'bunfig\\.toml',
    '\\.env\\.(?:test|testing)[^/]*',
    '\\.cargo/config(?:\\.toml)?',
    'nextest\\.toml',
  ].join('|')})$`,
)
const folder = /(?:^|\/)(?:tests?|__tests__|__mocks__|__snapshots__|__fixtures__|specs?|fixtures?|test[-_]?data|test[-_]fixtures|e2e|cypress)\//gi
const always = /^__|^test[-_]?data$|^test[-_]fixtures$/i
const source = /^(?:.*\/)?(?:src|lib|app|source|dist|server|client|engine)\//

/** Is this the file of a test, by its name? */
export const isTestFile = (path: string): boolean => testFile.test(path)

/** Is this settings of a runner and nothing else? */
export const isSetting = (path: string): boolean => setting.test(path)

/**
 * Does the path belong to the tests or to how they are run? `start` is the tree when the run began.
 * Mixed files (package.json …) are testish by their test settings only; see `manifest.ts`.
 */
export const isTestish = (path: string, start: {keys(): Iterable<string>}): boolean => {
  if (isManifest(path)) return false
  if (testFile.test(path) || dataFile.test(path) || setting.test(path)) return true
  for (const hit of path.matchAll(folder)) {
    const until = path.slice(0, hit.index + hit[0].length)
    const name = hit[0].replaceAll('/', '')
    if (always.test(name) || !source.test(until) || hadTests(until, start)) return true
  }
  return false
}

const known = new WeakMap<object, Map<string, boolean>>()

const hadTests = (prefix: string, start: {keys(): Iterable<string>}): boolean => {
  const answers = known.get(start) ?? new Map<string, boolean>()
  known.set(start, answers)
  const answer = answers.get(prefix) ?? [...start.keys()].some((path) => path.startsWith(prefix) && testFile.test(path))
  answers.set(prefix, answer)
  return answer
}

export const matchesAny = (path: string, globs: readonly string[]): boolean => globs.some((glob) => glob === path || matchesGlob(path, glob))
