// The reporters are named by a URL that the shell makes of the folder the job runs in, whatever that is called.

import {execFileSync} from 'node:child_process'
import {mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect, it} from 'vitest'
import {prelude} from '../../../plugins/gates/launch.ts'
import {tempFolder} from '../../kit/temp.ts'

it.each(['plain', 'a b', 'ümläut', 'per%20cent', 'a#b', 'a?b', 'new\nline', 'tab\there', 'return\rhere', 'back\\slash', '$HOME `x` "q" \'s\''])(
  '%j',
  (name) => {
    const dir = join(tempFolder(), name)
    mkdirSync(join(dir, 'sub'), {recursive: true})
    const url = execFileSync('bash', ['-c', `${prelude('..', 'desk')}\nprintf %s "$PENGUIN_GATE_URL"`], {cwd: join(dir, 'sub'), encoding: 'utf8'})
    // Node takes no URL with an encoded backslash for a module; it is still the right one.
    expect(fileURLToPath(url)).toBe(join(dir, 'desk'))
  },
)
