import {statSync, utimesSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {BlobId, RunId} from '../../../engine/base/id.ts'
import {type SweepOptions, sweep} from '../../../engine/journal/gc.ts'
import type {OpenJournal} from '../../../engine/journal/open.ts'
import {startedAtOf} from '../../../engine/journal/runs.ts'
import {closed, make, notice, opened, openTemp, realClock, runId} from './kit.ts'

const [one, two, three, four] = [runId(1), runId(2), runId(3), runId(4)]
const later = (): number => Date.now() + 3600_000
const all = (more: Partial<SweepOptions> = {}): SweepOptions => ({maxBytes: 0, now: later(), keepRuns: 0, ...more})

/** A run that takes about 100 KB of rows and names the blobs. */
const fill = (journal: OpenJournal, run: RunId, blobs: BlobId[] = [], first = opened()): void => {
  journal.append(run, [first])
  for (let n = 0; n < 100; n += 1) journal.append(run, [notice('x'.repeat(1000))])
  for (const blob of blobs) journal.append(run, [make('checkpoint.saved', {checkpoint: 'c', treeSha256: '', why: 'test', tree: blob})])
}

const runsOf = (journal: OpenJournal): RunId[] => journal.runs().map((info) => info.run)

describe('sweep', () => {
  it('takes closed runs, oldest first, until the rest fits, and says so beforehand', () => {
    const journal = openTemp()
    for (const run of [one, two, three]) {
      fill(journal, run)
      journal.append(run, [closed()])
    }
    const {beforeBytes} = sweep(journal, all({maxBytes: Number.POSITIVE_INFINITY}))
    const options = all({maxBytes: beforeBytes - 150_000})
    const promised = sweep(journal, {...options, dryRun: true})
    expect(promised.runs).toEqual([one, two])
    expect(runsOf(journal)).toEqual([one, two, three])
    const done = sweep(journal, options)
    expect(done.runs).toEqual([one, two])
    expect(runsOf(journal)).toEqual([three])
    expect([...journal.read({run: one})]).toEqual([])
    expect([...journal.read({run: three})]).toHaveLength(102)
    expect(Math.abs(done.freedBytes - promised.freedBytes)).toBeLessThan(0.25 * promised.freedBytes)
  })

  it('makes the file smaller', () => {
    const journal = openTemp()
    fill(journal, one)
    journal.append(one, [closed()])
    journal.storage.remove([])
    const before = statSync(journal.path).size
    sweep(journal, all())
    expect(statSync(journal.path).size).toBeLessThan(before / 2)
    expect(journal.append(two, [opened()]).map((event) => event.seq)).toEqual([1])
  })

  it('never takes a run with a living host, one that is open, or the newest', () => {
    const journal = openTemp()
    for (const run of [one, two, three, four]) fill(journal, run)
    journal.claim(two, {pid: process.pid, startedAt: String(startedAtOf(process.pid))})
    journal.append(one, [closed()])
    journal.append(four, [closed()])
    expect(sweep(journal, all({keepRuns: 1})).runs).toEqual([one])
    expect(runsOf(journal)).toEqual([two, three, four])
  })

  it('takes an abandoned run after a month', () => {
    const journal = openTemp()
    fill(journal, one)
    expect(sweep(journal, all({now: Date.now() + 29 * 86_400_000})).runs).toEqual([])
    expect(sweep(journal, all({now: Date.now() + 31 * 86_400_000})).runs).toEqual([one])
  })

  it('keeps what a kept run goes on from', () => {
    const journal = openTemp()
    fill(journal, one)
    journal.append(one, [closed()])
    fill(journal, two)
    journal.append(two, [closed()])
    fill(journal, three, [], opened({resumes: one}))
    journal.branch(two, 5, four)
    journal.append(four, [opened()])
    expect(sweep(journal, all()).runs).toEqual([])
    journal.append(three, [closed()])
    expect(sweep(journal, all()).runs).toEqual([three, one])
    expect(runsOf(journal)).toEqual([two, four])
  })

  it('drops blobs that no kept run names, directly or in a list, and keeps the others', () => {
    const journal = openTemp()
    const [shared, own, listed, loose] = ['shared', 'own', 'listed', 'loose'].map((text) => journal.blobs.put(text)) as [BlobId, BlobId, BlobId, BlobId]
    const list = journal.blobs.put(JSON.stringify([['a.js', {mode: '100644', sha256: listed, sizeBytes: 6}]]))
    fill(journal, one, [shared, own])
    journal.append(one, [closed()])
    fill(journal, two, [shared, list])
    const first = sweep(journal, all({maxBytes: Number.POSITIVE_INFINITY}))
    expect([first.runs, first.blobs]).toEqual([[], 1])
    expect([shared, own, listed, loose, list].map((id) => journal.blobs.has(id))).toEqual([true, true, true, false, true])
    expect(sweep(journal, all())).toMatchObject({runs: [one], blobs: 1})
    expect([shared, own, listed, list].map((id) => journal.blobs.has(id))).toEqual([true, false, true, true])
  })

  it('leaves blobs alone that a living host may be about to name', () => {
    const journal = openTemp()
    const [young, old] = [journal.blobs.put('young'), journal.blobs.put('old')]
    const age = (id: BlobId, minutes: number): void => {
      const at = Date.now() / 1000 - minutes * 60
      utimesSync(join(journal.path, '..', 'blobs', id.slice(0, 2), id.slice(2)), at, at)
    }
    age(old, 60)
    expect(sweep(journal, {maxBytes: 0, now: Date.now()}).blobs).toBe(1)
    expect([journal.blobs.has(young), journal.blobs.has(old)]).toEqual([true, false])

    const again = journal.blobs.put('old')
    age(again, 60)
    journal.append(one, [opened()])
    journal.claim(one, {pid: process.pid, startedAt: String(startedAtOf(process.pid))})
    journal.blobs.put('old')
    age(young, 10)
    expect(sweep(journal, {maxBytes: 0, now: later()}).blobs).toBe(0)
    expect([journal.blobs.has(young), journal.blobs.has(again)]).toEqual([true, true])
  })

  it('leaves even unnamed blobs alone while all fits, when that is asked for', () => {
    const journal = openTemp()
    const id = journal.blobs.put('loose')
    expect(sweep(journal, all({maxBytes: 10_000_000, onlyWhenOver: true}))).toMatchObject({freedBytes: 0, blobs: 0})
    expect(journal.blobs.has(id)).toBe(true)
    expect(sweep(journal, all({maxBytes: 0, onlyWhenOver: true}))).toMatchObject({blobs: 1})
  })

  it('frees nothing that fits', () => {
    const journal = openTemp({clock: realClock})
    fill(journal, one, [journal.blobs.put('named')])
    journal.append(one, [closed()])
    expect(sweep(journal, all({maxBytes: 10_000_000}))).toMatchObject({freedBytes: 0, runs: [], blobs: 0})
  })
})
