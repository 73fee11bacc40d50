// How the tests are run. Two workers: the real parts (runners, sandboxes, role processes) want room of their own.

import {join} from 'node:path'
import {defineConfig} from 'vitest/config'

const root = join(import.meta.dirname, '..')

export default defineConfig({
  root,
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    exclude: ['**/node_modules/**', '**/fixture/**', 'test/repo/**', 'examples/**'],
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
