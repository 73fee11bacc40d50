import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync, readdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, describe, expect, it} from 'vitest'
import {openGroups} from '../../../engine/sandbox/cgroup.ts'
import {forget, killTree, noteProcess, startTimeOf, sweep} from '../../../engine/sandbox/reap.ts'
import {cleanUp, eventually, hasBwrap, livingWith, project, tempDir, uniqueSleep} from './kit.ts'

const host = new URL('./host.ts', import.meta.url).pathname

/** A host with a running job, killed without a word. */
const killedHost = async (level: string, line: (mark: string) => string) => {
  const mark = uniqueSleep()
  const scratch = join(tempDir(), 'scratch')
  const child = spawn(process.execPath, [host, level, project(), scratch, line(mark)], {stdio: ['ignore', 'pipe', 'inherit']})
  const [said] = await once(child.stdout, 'data')
  expect(String(said)).toContain('ready')
  expect(livingWith(mark).length).toBeGreaterThan(0)
  child.kill('SIGKILL')
  await once(child, 'exit')
  return {mark, ledger: join(scratch, '../live')}
}

afterAll(async () => {
  // Opening sweeps the control groups of the killed hosts.
  await openGroups(process.pid)?.close()
  await cleanUp()
})

describe('when Penguin is killed without a word', () => {
  const line = (mark: string) => `trap "" TERM HUP; setsid nohup sleep ${mark} > /dev/null 2>&1 & echo ready; sleep ${mark}; true`

  it.skipIf(!hasBwrap)('nothing of a bwrap job lives on', async () => {
    const {mark} = await killedHost('bwrap', line)
    expect(await eventually(() => livingWith(mark).length === 0, 2000)).toBe(true)
  })

  it('what a limits job left is swept at the next start', async () => {
    const {mark, ledger} = await killedHost('limits', line)
    expect(livingWith(mark).length).toBeGreaterThan(0)
    expect(readdirSync(ledger)).toHaveLength(1)
    const killed = sweep(ledger)
    expect(killed.length).toBeGreaterThan(1)
    expect(await eventually(() => livingWith(mark).length === 0, 2000)).toBe(true)
    expect(readdirSync(ledger)).toEqual([])
    expect(sweep(ledger)).toEqual([])
  })
})

describe('the ledger', () => {
  it('leaves the processes of a living host alone', async () => {
    const dir = tempDir()
    const child = spawn('sleep', ['30'], {detached: true, stdio: 'ignore'})
    const pid = child.pid ?? 0
    const note = {pid, startedAt: startTimeOf(pid) ?? 0, pgid: pid}
    noteProcess(dir, note)
    expect(sweep(dir)).toEqual([])
    expect(startTimeOf(pid)).toBe(note.startedAt)
    forget(dir, note)
    expect(readdirSync(dir)).toEqual([])
    await killTree(pid, {graceMs: 100})
  })

  it('never kills a pid that now belongs to somebody else', async () => {
    const dir = tempDir()
    const child = spawn('sleep', ['30'], {detached: true, stdio: 'ignore'})
    const pid = child.pid ?? 0
    const startedAt = startTimeOf(pid) ?? 0
    writeFileSync(join(dir, 'old.json'), JSON.stringify({pid, startedAt: startedAt - 5, pgid: pid, host: {pid: 999_999_999, startedAt: 1}}))
    expect(sweep(dir)).toEqual([])
    expect(startTimeOf(pid)).toBe(startedAt)
    await killTree(pid, {graceMs: 100})
  })

  it('passes over what it cannot read, and over a folder that is not there', () => {
    const dir = tempDir()
    writeFileSync(join(dir, 'torn.json'), '{"pid": 1')
    expect(sweep(dir)).toEqual([])
    expect(sweep(join(dir, 'nowhere'))).toEqual([])
    expect(existsSync(join(dir, 'torn.json'))).toBe(true)
  })
})

describe('killTree', () => {
  it('lets a process end by itself', async () => {
    const child = spawn('bash', ['-c', 'trap "exit 7" TERM; echo ready; sleep 30 & wait'], {detached: true, stdio: ['ignore', 'pipe', 'ignore']})
    await once(child.stdout, 'data')
    const ended = once(child, 'exit')
    await killTree(child.pid ?? 0, {graceMs: 2000})
    expect((await ended)[0]).toBe(7)
  })

  it('ends what will not, and children that left its group', async () => {
    const mark = uniqueSleep()
    const line = `trap "" TERM HUP; setsid bash -c 'trap "" TERM; sleep ${mark}; true' & sleep ${mark} & echo ready; while :; do sleep ${mark}; done`
    const child = spawn('bash', ['-c', line], {detached: true, stdio: ['ignore', 'pipe', 'ignore']})
    await once(child.stdout, 'data')
    const from = performance.now()
    await killTree(child.pid ?? 0, {graceMs: 200})
    expect(performance.now() - from).toBeLessThan(1500)
    expect(livingWith(mark)).toEqual([])
  })

  it('of nobody is nothing', async () => {
    await killTree(999_999_999, {graceMs: 1000})
    await killTree(1, {graceMs: 1})
    await killTree(process.pid, {graceMs: 1})
  })
})
