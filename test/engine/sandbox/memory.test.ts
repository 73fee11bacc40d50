// Memory of a whole job: limited also where no control group can be made and each of its processes stays within its own
// limit; and what is said to be free where files fill a container's memory.

import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, it} from 'vitest'
import {openBwrap} from '../../../engine/sandbox/bwrap-level.ts'
import {openGroups} from '../../../engine/sandbox/cgroup.ts'
import {layGround} from '../../../engine/sandbox/ground.ts'
import {openLimits} from '../../../engine/sandbox/limits-level.ts'
import {privateBytes} from '../../../engine/sandbox/memory.ts'
import {findBwrap} from '../../../engine/sandbox/probe.ts'
import {hasPython} from '../../kit/parts.ts'
import {type Box, cleanUp, eventually, hasBwrap, livingWith, never, openBox, project, tempDir, uniqueSleep} from './kit.ts'

const MiB = 1024 ** 2
const groups = openGroups(process.pid)
const levels = (['bwrap', 'limits'] as const).filter((level) => level !== 'bwrap' || hasBwrap)
afterAll(async () => {
  await groups?.close()
  await cleanUp()
})

/** So many processes, each of which holds so much for a while. */
const family = (size: number, each: number, mark: string): string =>
  `python3 -c "
import os,sys,time
for _ in range(${size}):
  if os.fork()==0:
    held=bytearray(b'x'*(${each}<<20)); time.sleep(1.5); os._exit(0)
time.sleep(1.5); print('all lived')" ${mark}`

describe.each(levels)('at the %s level', (level) => {
  let box: Box
  beforeAll(async () => {
    box = await openBox(level, project())
  })
  const limits = {wallMs: 20_000, outputBytes: 4096, memoryBytes: 300 * MiB}

  const bare = async (line: string, memoryBytes = limits.memoryBytes) => {
    const ground = layGround({...box.options, level, scratch: join(tempDir(), 'scratch')})
    if (!('root' in ground)) throw new Error(ground.msg)
    await ground.groups?.close()
    const without = {...ground, groups: null}
    const opened = level === 'bwrap' ? openBwrap(without, findBwrap('', []) ?? '') : openLimits(without, 'limits')
    const report = await opened.run({argv: ['bash', '-c', line], cwd: box.root, limits: {...limits, memoryBytes}}, never)
    await opened.close?.()
    ground.removeBox()
    return report
  }

  it.skipIf(!hasPython())('a family of processes that is too much only together is ended without a control group too', async () => {
    const mark = uniqueSleep()
    expect(await bare(family(6, 120, mark))).toMatchObject({exitCode: null, killedFor: 'memory'})
    expect(await eventually(() => livingWith(mark).length === 0, 500)).toBe(true)
  })

  it.skipIf(!hasPython())('one that is not is left alone', async () => {
    expect(await bare(family(2, 60, uniqueSleep()))).toMatchObject({exitCode: 0, stdout: 'all lived\n'})
  })

  it.skipIf(!hasPython() || level !== 'bwrap')('files that lie in memory count', async () => {
    // Twice the limit: other programs of the machine let go of such memory meanwhile.
    const filled = await bare(`head -c ${240 * MiB} /dev/zero > /dev/shm/big; ${family(2, 80, uniqueSleep())}`, 200 * MiB)
    expect(filled).toMatchObject({exitCode: null, killedFor: 'memory'})
  })

  it.skipIf(!hasPython() || !groups?.memory)('what the kernel killed of a command that ends well is told', async () => {
    const report = await box.sh(family(4, 120, uniqueSleep()), {limits})
    expect(report).toMatchObject({exitCode: 0, stdout: 'all lived\n'})
    expect(report.stderr).toMatch(/^\[killed because the memory of the command was used up: [1-4] of its processes\]$/m)
  })

  it('commands are what the kernel ends first when the machine is out of memory', async () => {
    expect((await box.sh('cat /proc/self/oom_score_adj')).stdout.trim()).toBe('1000')
  })
})

it('a process has memory of its own', () => {
  const held = Buffer.alloc(64 * MiB, 1)
  const own = privateBytes([process.pid])
  expect(own).toBeGreaterThan(held.length)
  expect(own).toBeLessThan(process.memoryUsage.rss())
})

it.skipIf(!groups?.memory)('files that the kernel keeps are free memory of a container', async () => {
  const group = groups?.take({processes: 100, memoryBytes: 256 * MiB})
  const big = join(tempDir(), 'big')
  const told = execFileSync(
    'sh',
    [
      '-c',
      `for door in "$@"; do echo $$ >"$door"; done; head -c 300M /dev/zero >${big}; sync ${big}
exec "${process.execPath}" -e 'import("${new URL('../../../engine/sandbox/memory.ts', import.meta.url)}").then(({availableBytes, machineBytes}) =>
console.log(JSON.stringify({node: process.availableMemory(), free: availableBytes(), all: machineBytes()})))'`,
      'sh',
      ...(group?.doors ?? []),
    ],
    {encoding: 'utf8'},
  )
  const {node, free, all} = JSON.parse(told) as Record<string, number>
  expect(all).toBe(256 * MiB)
  // What Node itself needs is the only thing that is really taken.
  expect(free).toBeGreaterThan(120 * MiB)
  expect(free).toBeLessThan(256 * MiB)
  expect(node).toBeLessThan(free ?? 0)
})
