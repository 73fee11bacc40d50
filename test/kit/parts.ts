// Optional parts of a machine that tests ask for. A missing one leaves a test out on a machine of a user; in CI it is a
// failure, so a test must never be left out there for it.

import {spawnSync} from 'node:child_process'

const known = new Map<string, boolean>()

/** Does `sh -c PROBE` succeed? Throws in CI when it does not, naming the part. */
const hasPart = (part: string, probe: string): boolean => {
  const found = known.get(part) ?? spawnSync('sh', ['-c', probe], {stdio: 'ignore'}).status === 0
  known.set(part, found)
  if (!found && process.env.CI) throw new Error(`${part} is missing, and CI leaves nothing out`)
  return found
}

export const hasProgram = (name: string): boolean => hasPart(name, `command -v ${name}`)

export const hasPython = (): boolean => hasPart('python3', 'python3 -c ""')

export const hasPytest = (): boolean => hasPart('pytest', 'python3 -c "import pytest"')

/** That it is installed is not enough: a host may forbid the namespaces that it makes. */
export const hasBubblewrap = (): boolean => hasPart('bubblewrap', 'bwrap --unshare-all --ro-bind / / true')
