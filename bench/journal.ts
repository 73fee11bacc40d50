// How fast events get on record and back. The floor beside it is a plain file: the same line, one write each, with
// and without waiting for the disk. Medians of several rounds in a folder of its own.

import {closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import type {RunId, SpanId, TraceId} from '../engine/base/id.ts'
import {type Draft, draft} from '../engine/contract/event.ts'
import {foldAll} from '../engine/contract/journal.ts'
import {boardFold} from '../engine/fold/board.ts'
import {type OpenJournal, openJournal} from '../engine/journal/open.ts'
import {type Figure, median} from './figure.ts'

const clock = {now: () => Date.now(), tick: () => performance.now(), sleep: async () => undefined}
const run = 'r_bench00000000000' as RunId
const rounds = 5

const one = (): Draft =>
  draft('notice', {code: 'bench', text: 'x'.repeat(200)}, {trace: 'a'.repeat(32) as TraceId, span: 'b'.repeat(16) as SpanId, role: 'coder', turn: 3})

/** Median ms of a round. */
const timed = (work: () => void, times = rounds): number =>
  median(
    Array.from({length: times}, () => {
      const start = performance.now()
      work()
      return performance.now() - start
    }),
  )

const openAt = (dir: string): OpenJournal => {
  const opened = openJournal({dir, clock})
  if (!opened.ok) throw new Error(opened.error.msg)
  return opened.result
}

const perEvent = (journal: OpenJournal, events: number, batch: number, full = false): number => {
  const drafts = Array.from({length: batch}, one)
  const ms = timed(() => {
    for (let at = 0; at < events; at += batch) journal.append(run, drafts, {full})
  })
  return (ms / events) * 1000
}

/** µs for a line appended to a plain file. */
const floor = (dir: string, lines: number, wait: boolean): number => {
  const fd = openSync(join(dir, 'floor.jsonl'), 'a')
  const text = `${JSON.stringify(one())}\n`
  const ms = timed(() => {
    for (let at = 0; at < lines; at += 1) {
      writeSync(fd, text)
      if (wait) fdatasyncSync(fd)
    }
  })
  closeSync(fd)
  return (ms / lines) * 1000
}

const opening = (dir: string): Figure[] => {
  openAt(join(dir, 'warm')).close()
  let n = 0
  const created = timed(() => openAt(join(dir, `new-${n++}`)).close())
  const known = timed(() => openAt(join(dir, 'warm')).close())
  return [
    {name: 'create, open and close', value: created, unit: 'ms'},
    {name: 'open and close', value: known, unit: 'ms'},
  ]
}

const appending = (dir: string): Figure[] => {
  const journal = openAt(join(dir, 'append'))
  const [plain, waited] = [floor(dir, 2000, false), floor(dir, 40, true)]
  const single = perEvent(journal, 2000, 1)
  const full = perEvent(journal, 40, 1, true)
  const [some, many] = [64, 512].map((batch) => 1e6 / perEvent(journal, batch * 40, batch)) as [number, number]
  journal.close()
  return [
    {name: 'append, one event', value: single, unit: 'µs', ratio: single / plain, note: 'to one write to a plain file'},
    {name: 'append, one event, on the disk (FULL)', value: full, unit: 'µs', ratio: full / waited, note: 'to one write and fdatasync'},
    {name: 'append, batches of 64', value: some, unit: 'events/s'},
    {name: 'append, batches of 512', value: many, unit: 'events/s'},
  ]
}

const reading = (dir: string): Figure[] => {
  const total = 100_000
  const journal = openAt(join(dir, 'read'))
  const drafts = Array.from({length: 500}, one)
  for (let at = 0; at < total; at += drafts.length) journal.append(run, drafts)
  let seen = 0
  const read = timed(() => {
    for (const event of journal.read({run})) seen += event.seq > 0 ? 1 : 0
  }, 3)
  const fold = timed(() => void foldAll(boardFold, journal.read({run})), 3)
  const filtered = timed(() => void [...journal.read({run, types: ['gate.*']})], 3)
  journal.close()
  if (seen !== 3 * total) throw new Error(`${seen} events came back`)
  return [
    {name: 'read 100,000 events', value: (total / read) * 1000, unit: 'events/s'},
    {name: 'fold 100,000 events', value: (total / fold) * 1000, unit: 'events/s', note: 'the board'},
    {name: 'look through 100,000 events by type', value: (total / filtered) * 1000, unit: 'events/s'},
  ]
}

export const bench = async (): Promise<Figure[]> => {
  const dir = mkdtempSync(join(tmpdir(), 'penguin-bench-'))
  try {
    return [...opening(dir), ...appending(dir), ...reading(dir)]
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
}
