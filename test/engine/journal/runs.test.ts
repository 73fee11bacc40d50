import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {describe, expect, it, onTestFinished} from 'vitest'
import {FaultError} from '../../../engine/contract/fault.ts'
import {lineageOf, readLineage} from '../../../engine/journal/lineage.ts'
import {lives, startedAtOf} from '../../../engine/journal/runs.ts'
import {tempFolder} from '../../kit/temp.ts'
import {closed, make, notice, opened, openIn, openTemp, realClock, runId, textOf} from './kit.ts'

const [one, two, three] = [runId(1), runId(2), runId(3)]
const self = {pid: process.pid, startedAt: String(startedAtOf(process.pid))}

const sleeper = () => {
  const child = spawn('sleep', ['60'])
  onTestFinished(() => void child.kill('SIGKILL'))
  const pid = child.pid ?? 0
  return {child, mark: {pid, startedAt: String(startedAtOf(pid))}}
}

describe('runs', () => {
  it('tells of each what its events say', () => {
    let now = 1000
    const journal = openTemp({clock: {...realClock, now: () => now++}})
    journal.append(one, [opened(), make('user.said', {text: `  fix\n the ${'long '.repeat(40)}`, files: []}), make('user.said', {text: 'more', files: []})])
    journal.append(two, [opened()])
    journal.append(one, [closed('gate_failed')])
    const [first, second] = journal.runs()
    expect(first).toEqual({
      run: one,
      session: one,
      openedAt: 1000,
      closedAt: 1002,
      outcome: 'gate_failed',
      title: `fix the ${'long '.repeat(40)}`.slice(0, 79).concat('…'),
      lastSeq: 4,
      hostPid: null,
    })
    expect(second).toMatchObject({run: two, closedAt: null, outcome: null, title: '', lastSeq: 1})
  })

  it('leaves out a run that was claimed and never opened', () => {
    const journal = openTemp()
    journal.claim(one, self)
    expect(journal.runs()).toEqual([])
    journal.append(one, [opened()])
    expect(journal.runs()).toHaveLength(1)
  })

  it('counts those that resume or branch off to the session of the first', () => {
    const journal = openTemp()
    journal.append(one, [opened(), closed()])
    journal.append(two, [opened({resumes: one}), closed()])
    journal.append(three, [opened({resumes: two})])
    journal.branch(three, 1, runId(4))
    journal.append(runId(4), [opened()])
    journal.append(runId(5), [opened({resumes: runId(99)})])
    expect(journal.runs().map((info) => info.session)).toEqual([one, one, one, one, runId(5)])
  })
})

describe('claim', () => {
  it('is refused while the other host lives, and given when it is gone', async () => {
    const folder = tempFolder()
    const journal = openIn(folder)
    journal.append(one, [opened()])
    const host = sleeper()
    expect(journal.claim(one, host.mark)).toBe(true)
    const other = openIn(folder)
    expect(other.runs()[0]?.hostPid).toBe(host.mark.pid)
    expect(other.claim(one, self)).toBe(false)
    expect(other.claim(one, host.mark)).toBe(true)
    host.child.kill('SIGKILL')
    await once(host.child, 'exit')
    expect(journal.runs()[0]?.hostPid).toBe(null)
    expect(other.claim(one, self)).toBe(true)
    expect(journal.runs()[0]?.hostPid).toBe(process.pid)
  })

  it('does not take a process that was given the same pid for the host', () => {
    const journal = openTemp()
    journal.append(one, [opened()])
    journal.claim(one, {pid: process.pid, startedAt: '1'})
    expect(journal.runs()[0]?.hostPid).toBe(null)
    expect(journal.claim(one, sleeper().mark)).toBe(true)
  })

  it('ends when it is cleared and when the run is closed', () => {
    const journal = openTemp()
    journal.append(one, [opened()])
    journal.claim(one, self)
    expect(journal.claim(one, null)).toBe(true)
    expect(journal.runs()[0]?.hostPid).toBe(null)
    journal.claim(one, self)
    journal.append(one, [closed()])
    expect(journal.runs()[0]?.hostPid).toBe(null)
  })

  it('counts a zombie as dead', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {stdio: ['ignore', 'pipe', 'inherit']})
    onTestFinished(() => void parent.kill('SIGKILL'))
    const [line] = (await once(parent.stdout, 'data')) as [Buffer]
    const pid = Number(String(line))
    const end = Date.now() + 5000
    while (startedAtOf(pid) !== undefined && Date.now() < end) await new Promise((resolve) => setImmediate(resolve))
    expect(startedAtOf(pid)).toBe(undefined)
    expect(lives({pid, startedAt: '1'})).toBe(false)
  })
})

describe('branch', () => {
  it('counts its own seq from 1, and its lineage is read with its parents', () => {
    const journal = openTemp()
    journal.append(one, [opened(), notice('a'), notice('b'), notice('never seen')])
    journal.branch(one, 3, two)
    journal.append(two, [opened(), notice('c'), notice('not this')])
    journal.branch(two, 2, three)
    journal.append(three, [opened(), notice('d')])
    expect(journal.runs().find((info) => info.run === two)?.parent).toEqual({run: one, at: 3})
    expect(lineageOf(journal, three).map(({run, until}) => [run, until])).toEqual([
      [one, 3],
      [two, 2],
      [three, Number.POSITIVE_INFINITY],
    ])
    expect([...readLineage(journal, three)].map((event) => [event.run, event.seq])).toEqual([
      [one, 1],
      [one, 2],
      [one, 3],
      [two, 1],
      [two, 2],
      [three, 1],
      [three, 2],
    ])
    expect([...readLineage(journal, three, {types: ['notice']})].map(textOf)).toEqual(['a', 'b', 'c', 'd'])
    expect([...readLineage(journal, one)]).toHaveLength(4)
  })

  it('is shown before it has events, may be asked for twice, and refuses what is not there', () => {
    const journal = openTemp()
    journal.append(one, [opened(), notice('a')])
    journal.branch(one, 1, two)
    journal.branch(one, 1, two)
    expect(journal.runs().map((info) => info.run)).toEqual([one, two])
    expect(() => journal.branch(one, 2, two)).toThrow(FaultError)
    expect(() => journal.branch(one, 3, three)).toThrow(FaultError)
    expect(() => journal.branch(one, 0, three)).toThrow(FaultError)
    expect(() => journal.branch(runId(9), 1, three)).toThrow(FaultError)
    expect(journal.runs()).toHaveLength(2)
  })
})
