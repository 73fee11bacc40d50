import {mkdirSync, readdirSync} from 'node:fs'
import {homedir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterEach, describe, expect, it, vi} from 'vitest'
import type {SandboxLevel} from '../../../engine/plugin.ts'
import {openSandbox} from '../../../engine/sandbox/open.ts'
import {evalCandidates} from '../../../plugins/embedded/eval-candidates.ts'
import {findingIn} from '../../../plugins/embedded/finding.ts'
import {hasBubblewrap} from '../../kit/parts.ts'
import {type Stage, stageOf} from './kit.ts'

vi.setConfig({testTimeout: 60_000})
const example = join(import.meta.dirname, '../../../examples/bugfix')
let stage: Stage | undefined
afterEach(() => stage?.dispose())

const hasBwrap = hasBubblewrap()

const searchAt = async (level: SandboxLevel, files: string | Record<string, string>, command: string, runner: string) => {
  stage = stageOf(files, {command, runner})
  const scratch = join(dirname(stage.dir), 'sandbox')
  mkdirSync(scratch)
  const opened = await openSandbox({
    level,
    root: stage.dir,
    writes: [],
    network: 'off',
    home: homedir(),
    path: process.env.PATH ?? '',
    trusted: true,
    scratch,
    cache: join(dirname(stage.dir), 'cache'),
    ownPid: process.pid,
  })
  if (!opened.ok) throw new Error(opened.error.msg)
  try {
    return findingIn((await evalCandidates.run({seconds: 20}, {...stage.site, sandbox: opened.result})).model)
  } finally {
    await opened.result.close()
  }
}

const python = {
  'area.py': 'def area(width, height):\n    return width + height\n',
  'test_area.py':
    'import unittest\nfrom area import area\n\nclass AreaTest(unittest.TestCase):\n    def test_area(self):\n        self.assertEqual(area(3, 4), 12)\n    def test_square(self):\n        self.assertEqual(area(2, 2), 4)\n',
}

describe('the search inside the real sandbox', () => {
  it.skipIf(!hasBwrap)('works under bwrap, JavaScript', async () => {
    expect(await searchAt('bwrap', example, 'npm test', 'node:test')).toMatchObject({state: 'fixed'})
    expect(readdirSync(stage?.site.scratch ?? '')).toEqual([])
  })
  it.skipIf(!hasBwrap)('works under bwrap, Python', async () => {
    expect(await searchAt('bwrap', python, 'python3 -m unittest', 'unittest')).toMatchObject({state: 'fixed', finalists: [{say: '`+` should be `*`'}]})
  })
  it('works at the level limits', async () => {
    expect(await searchAt('limits', example, 'npm test', 'node:test')).toMatchObject({state: 'fixed'})
  })
})
