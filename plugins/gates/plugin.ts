// The gates that come with Penguin, and the tool with which an agent runs the same tests while it works.

import type {AnyTool, Plugin} from '../../engine/plugin.ts'

const plugin: Plugin = {
  name: 'gates',
  about: 'tests, lint, types, build and commands as evidence',
  gates: {
    tests: () => import('./tests.ts'),
    command: () => import('./command.ts'),
  },
  tools: {
    run_tests: () => import('./run-tests.ts') as Promise<{default: AnyTool}>,
  },
}

export default plugin
