// shell: one command line, in the sandbox.

import type {Tool} from '../../engine/plugin.ts'
import type {ShellInput} from './input.ts'

const shell: Tool<ShellInput> = {
  name: 'shell',
  does: 'Run a bash command in the project. It must end: background processes are stopped with it.',
  takes: (z) => z.object({command: z.string(), timeoutSec: z.number().optional(), cwd: z.string().optional()}),
  needs: (input) => [{kind: 'shell', what: input.command}],
  touches: () => 'any',
  run: async (input, site) => (await import('./run-shell.ts')).runShell(input, site),
}

export default shell
