// git: looking at the repository's history and state. Nothing here can change either.

import type {Tool} from '../../engine/plugin.ts'
import {type GitInput, looks} from './input.ts'

/** Paths among the arguments: after `--`, or behind the colon of `REV:PATH`. */
const pathsIn = (args: readonly string[]): string[] => {
  const split = args.indexOf('--')
  const after = split === -1 ? args.filter((arg) => !arg.startsWith('-')) : args.slice(split + 1)
  return [...after, ...args.flatMap((arg) => /^[^:\s]*:(.+)$/.exec(arg)?.[1] ?? [])]
}

const git: Tool<GitInput> = {
  name: 'git',
  does: 'Look at git, read only. args as on the command line.',
  takes: (z) => z.object({do: z.enum(looks), args: z.array(z.string()).optional()}),
  needs: (input) => [{kind: 'read', what: '.git'}, ...pathsIn(input.args ?? []).map((what) => ({kind: 'read' as const, what}))],
  touches: () => [],
  run: async (input, site) => (await import('./run-git.ts')).runGit(input, site),
  parallel: true,
}

export default git
