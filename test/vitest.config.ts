// How the tests are run. Two workers: the real parts (runners, sandboxes, role processes) want room of their own.

import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {defineConfig} from 'vitest/config'

const root = join(import.meta.dirname, '..')

const runs = (program: string, ...words: string[]): boolean => spawnSync(program, words, {stdio: 'ignore'}).status === 0

// Optional parts of a machine, and the tests that run the whole program on them. CI has them all, so there a missing one is red.
const parts = [
  {
    part: 'a working bubblewrap',
    isThere: () => runs('bwrap', '--ro-bind', '/', '/', '--unshare-pid', 'true'),
    tests: [
      'test/flow/**',
      'test/servers/**',
      'test/source/run/**',
      'test/source/keeper/**',
      'test/source/replay/**',
      'test/source/models/**',
      'test/plugins/*/program.test.ts',
    ],
  },
  {
    part: 'make',
    isThere: () => runs('make', '--version'),
    tests: ['test/plugins/gates/gate.test.ts', 'test/plugins/gates/run-tests.test.ts', 'test/plugins/embedded/runners.test.ts'],
  },
  {
    part: 'python3 with pytest',
    isThere: () => runs('python3', '-c', 'import pytest'),
    tests: [
      'test/flow/hostile.test.ts',
      'test/flow/liars.test.ts',
      'test/engine/sandbox/escape.test.ts',
      'test/plugins/embedded/{runners,sandboxed}.test.ts',
      'test/plugins/gates/{gate,run-tests}.test.ts',
    ],
  },
]
const missing = process.env.CI ? [] : parts.filter(({isThere}) => !isThere())
for (const {part, tests} of missing) process.stderr.write(`skipped, because ${part} is missing here: ${tests.join(' ')}\n`)

export default defineConfig({
  root,
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['**/node_modules/**', '**/fixture/**', 'test/repo/**', 'examples/**', ...missing.flatMap(({tests}) => tests)],
    setupFiles: [join(root, 'test/kit/setup.ts')],
    pool: 'forks',
    maxWorkers: 2,
    // Real processes share the machine with whatever else runs there: red is what fails twice.
    retry: 1,
    testTimeout: 60_000,
    hookTimeout: 30_000,
    // A rejection that nobody awaited is a failure of the suite.
    dangerouslyIgnoreUnhandledErrors: false,
    coverage: {
      provider: 'v8',
      include: ['engine/**/*.ts', 'source/**/*.ts', 'plugins/**/*.ts', 'stores/**/*.ts', 'components/**/*.{ts,tsx}'],
      exclude: ['**/asset/**'],
      reporter: ['text-summary', 'json-summary'],
      reportsDirectory: 'coverage',
    },
  },
})
