import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Flags} from '../../source/context.ts'
import {run as gc} from '../../source/verb/gc.ts'
import {closed, notice, opened, openIn, runId} from '../engine/journal/kit.ts'
import {testContext} from '../kit/context.ts'
import {tempFolder} from '../kit/temp.ts'

const [one, two] = [runId(1), runId(2)]

const project = (maxBytes: number): string => {
  const folder = tempFolder({'.penguin/config.yml': `storage: {maxBytes: ${maxBytes}}\n`})
  const journal = openIn(folder)
  for (const run of [one, two]) journal.append(run, [opened(), ...Array.from({length: 100}, () => notice('x'.repeat(1000))), closed()])
  journal.close()
  return folder
}

const call = async (cwd: string, flags: Flags = {}) => {
  const context = testContext({flags, cwd, env: {HOME: join(cwd, 'home')}})
  const code = await gc({...context, clock: {...context.clock, now: () => Date.now()}})
  return {code, ...context.said}
}

const runsIn = (folder: string): string[] => {
  const journal = openIn(folder, {readonly: true})
  const runs = journal.runs().map((info) => info.run)
  journal.close()
  return runs
}

describe('gc', () => {
  it('says what it would free and touches nothing, then frees it', async () => {
    const folder = project(200_000)
    const dry = await call(folder, {dryRun: true})
    expect([dry.code, dry.err]).toEqual([0, ''])
    expect(dry.out).toMatch(/^would free 1\d\d\.\d KiB: 1 run, 0 blobs\n {2}r_0+1\nwould leave /)
    expect(runsIn(folder)).toEqual([one, two])
    const wet = await call(folder)
    expect(wet.out).toMatch(/^freed 1\d\d\.\d KiB: 1 run, 0 blobs\n {2}r_0+1\nleft /)
    expect(runsIn(folder)).toEqual([two])
  })

  it('frees nothing that fits, and tells it as JSON when asked', async () => {
    const folder = project(10_000_000)
    const {code, out} = await call(folder, {json: true})
    expect([code, JSON.parse(out)]).toMatchObject([0, {runs: [], blobs: 0, freedBytes: 0, maxBytes: 10_000_000, dryRun: false}])
    expect(runsIn(folder)).toEqual([one, two])
  })

  it('makes no journal where there is none', async () => {
    const folder = tempFolder()
    expect(await call(folder)).toMatchObject({code: 0, out: expect.stringContaining('freed 0 bytes: 0 runs')})
    expect(existsSync(join(folder, '.penguin'))).toBe(false)
  })
})
