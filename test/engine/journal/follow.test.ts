import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {join} from 'node:path'
import {setImmediate} from 'node:timers/promises'
import {fileURLToPath} from 'node:url'
import fc from 'fast-check'
import {describe, expect, it, onTestFinished} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import type {FollowQuery} from '../../../engine/contract/journal.ts'
import {type OpenJournal, openJournal} from '../../../engine/journal/open.ts'
import {tempFolder} from '../../kit/temp.ts'
import {closed, delta, followUntil, make, notice, opened, openIn, openTemp, realClock, runId, textOf} from './kit.ts'

const run = runId(1)
const other = runId(2)

interface Reader {
  seen: Event[]
  stop(): Promise<void>
}

/** Reads at its own pace: after each event it lets `slow` turns of the event loop go by. */
const startReader = (journal: OpenJournal, query: FollowQuery, slow: number): Reader => {
  const over = new AbortController()
  const seen: Event[] = []
  const done = (async () => {
    for await (const event of journal.follow(query, over.signal)) {
      seen.push(event)
      for (let turn = 0; turn < slow; turn += 1) await setImmediate()
    }
  })()
  return {
    seen,
    stop: async () => {
      over.abort()
      await done
    },
  }
}

const kept = (events: readonly Event[]): number[] => events.filter((event) => !event.passing).map((event) => event.seq)

/** A passing event follows the kept one whose seq it carries. */
const misplaced = (events: readonly Event[], after: number): Event[] => {
  let last = after
  return events.filter((event) => {
    if (!event.passing) last = event.seq
    return event.passing && event.seq !== last
  })
}

const collect = async (events: AsyncIterable<Event>): Promise<Event[]> => {
  const all: Event[] = []
  for await (const event of events) all.push(event)
  return all
}

const until = async (fits: () => boolean): Promise<void> => {
  const end = Date.now() + 20_000
  while (!fits()) {
    if (Date.now() > end) throw new Error('waited too long')
    await setImmediate()
  }
}

type Step =
  | {do: 'append'; events: number}
  | {do: 'pass'}
  | {do: 'other'}
  | {do: 'follow'; back: number; slow: number}
  | {do: 'stop'; which: number}
  | {do: 'wait'; turns: number}
  | {do: 'reopen'}

const step: fc.Arbitrary<Step> = fc.oneof(
  {weight: 5, arbitrary: fc.record({do: fc.constant('append' as const), events: fc.oneof(fc.integer({min: 1, max: 4}), fc.constant(700))})},
  {weight: 4, arbitrary: fc.constant({do: 'pass' as const})},
  {weight: 1, arbitrary: fc.constant({do: 'other' as const})},
  {weight: 2, arbitrary: fc.record({do: fc.constant('follow' as const), back: fc.integer({min: 0, max: 900}), slow: fc.integer({min: 0, max: 2})})},
  {weight: 1, arbitrary: fc.record({do: fc.constant('stop' as const), which: fc.nat()})},
  {weight: 3, arbitrary: fc.record({do: fc.constant('wait' as const), turns: fc.integer({min: 1, max: 30})})},
  {weight: 1, arbitrary: fc.constant({do: 'reopen' as const})},
)

interface Live {
  reader: Reader
  after: number
}

const play = async (folder: string, steps: readonly Step[]): Promise<void> => {
  const open = (): OpenJournal => {
    const found = openJournal({dir: join(folder, '.penguin'), clock: realClock})
    if (!found.ok) throw new Error(found.error.msg)
    return found.result
  }
  let journal = open()
  let count = 0
  let live: Live[] = []
  const settle = async (): Promise<void> => {
    await until(() => live.every(({reader, after}) => (kept(reader.seen).at(-1) ?? after) === Math.max(after, journal.lastSeq(run))))
    for (const {reader} of live) await reader.stop()
  }
  const check = (): void => {
    const all = [...journal.read({run})]
    for (const {reader, after} of live) {
      expect(reader.seen.filter((event) => !event.passing)).toEqual(all.slice(after, after + kept(reader.seen).length))
      expect(misplaced(reader.seen, after)).toEqual([])
    }
  }
  for (const one of steps) {
    if (one.do === 'append')
      journal.append(
        run,
        Array.from({length: one.events}, () => notice(String(count++))),
      )
    if (one.do === 'pass') journal.pass(run, delta('d'))
    if (one.do === 'other') journal.append(other, [notice('elsewhere')])
    if (one.do === 'wait') for (let turn = 0; turn < one.turns; turn += 1) await setImmediate()
    if (one.do === 'follow') {
      const after = Math.max(0, journal.lastSeq(run) - one.back)
      live.push({after, reader: startReader(journal, {run, after}, one.slow)})
    }
    if (one.do === 'stop' && live.length > 0) {
      const [gone] = live.splice(one.which % live.length, 1)
      await gone?.reader.stop()
    }
    if (one.do === 'reopen') {
      await settle()
      check()
      journal.close()
      live = []
      journal = open()
    }
  }
  await settle()
  check()
  journal.close()
}

describe('follow', () => {
  it('gives every follower exactly the kept events in order, whatever is interleaved', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, {maxLength: 40}), async (steps) => play(tempFolder(), steps)),
      {numRuns: 40},
    )
  }, 120_000)

  it('gives the past, then what happens', async () => {
    const journal = openTemp()
    journal.append(run, [opened(), notice('past')])
    const seen = followUntil(journal, {run, after: 1}, (events) => events.length === 3)
    await setImmediate()
    journal.append(run, [notice('now')])
    journal.append(run, [notice('then')])
    expect((await seen).map(textOf)).toEqual(['past', 'now', 'then'])
  })

  it('ends with the signal, at `until`, and when the journal is closed', async () => {
    const journal = openTemp()
    journal.append(run, [notice('a'), notice('b'), notice('c')])
    const over = new AbortController()
    const [signalled, bounded, shut] = [startReader(journal, {run}, 0), startReader(journal, {run, until: 2}, 0), startReader(journal, {run}, 0)]
    await until(() => [signalled, bounded, shut].every((reader) => reader.seen.length >= 2))
    await signalled.stop()
    expect(kept(bounded.seen)).toEqual([1, 2])
    over.abort()
    expect(await collect(journal.follow({run}, over.signal))).toEqual([])
    const rest = collect(journal.follow({run}, new AbortController().signal))
    await setImmediate()
    journal.close()
    expect(kept(await rest)).toEqual([1, 2, 3])
  })

  it('goes over from the record to what is live without a seam, wherever that falls', async () => {
    for (const past of [1, 2, 255, 256, 257, 258, 511, 512, 513, 514]) {
      const journal = openTemp()
      journal.append(
        run,
        Array.from({length: past}, (_, n) => notice(String(n))),
      )
      const over = new AbortController()
      const seen: number[] = []
      for await (const event of journal.follow({run}, over.signal)) {
        seen.push(event.seq)
        if (event.seq <= 3) journal.append(run, [notice('live')])
        if (seen.length >= past + Math.min(past, 3) && event.seq === journal.lastSeq(run)) break
      }
      expect(seen).toEqual(Array.from({length: journal.lastSeq(run)}, (_, n) => n + 1))
    }
  })

  it('takes wildcards, for passing events too', async () => {
    const journal = openTemp()
    const seen = followUntil(journal, {run, types: ['model.*', 'run.closed']}, (events) => events.at(-1)?.type === 'run.closed')
    await setImmediate()
    journal.append(run, [opened(), notice('a')])
    journal.pass(run, delta('d'))
    journal.pass(run, make('tool.output', {call: 'c', text: 'o', sandbox: {level: 'off', writes: 'open', network: 'open'}}))
    journal.append(run, [closed()])
    expect((await seen).map((event) => [event.type, event.seq])).toEqual([
      ['model.delta', 2],
      ['run.closed', 3],
    ])
  })

  it('hands on no passing events to those who do not want them', async () => {
    const journal = openTemp()
    const seen = followUntil(journal, {run, passing: false}, (events) => events.length === 2)
    await setImmediate()
    journal.append(run, [notice('a')])
    journal.pass(run, delta('d'))
    journal.append(run, [notice('b')])
    expect((await seen).map((event) => event.type)).toEqual(['notice', 'notice'])
  })

  it('puts large fields back when asked', async () => {
    const journal = openTemp()
    const seen = followUntil(journal, {run, whole: true}, (events) => events.length === 1)
    await setImmediate()
    journal.append(run, [notice('x'.repeat(70_000))])
    expect((await seen).map(textOf)).toEqual(['x'.repeat(70_000)])
  })
})

describe('passing events', () => {
  it('of one stream are merged while nobody takes them', async () => {
    const journal = openTemp()
    journal.append(run, [notice('a')])
    const seen = followUntil(journal, {run}, (events) => events.at(-1)?.type === 'run.closed')
    await setImmediate()
    for (const text of ['one ', 'two ', 'three']) journal.pass(run, delta(text, {agent: 'a_1' as never}))
    journal.pass(run, delta('other', {agent: 'a_2' as never}))
    journal.pass(run, make('model.delta', {text: 'thought', thought: true}, {agent: 'a_2' as never}))
    journal.append(run, [closed()])
    expect((await seen).map(textOf)).toEqual(['a', 'one two three', 'other', 'thought', 'done'])
    expect(journal.dropped(run)).toEqual({})
  })

  it('that find no room are dropped and counted by type, and kept ones still come', async () => {
    const journal = openTemp()
    const seen = followUntil(journal, {run}, (events) => events.at(-1)?.type === 'run.closed')
    await setImmediate()
    for (let n = 0; n < 1500; n += 1) journal.pass(run, make('health.sampled', {n}))
    for (let n = 0; n < 10; n += 1) journal.pass(run, delta('d'))
    journal.append(run, [opened(), notice('a'), closed()])
    const events = await seen
    expect(events.filter((event) => event.type === 'health.sampled')).toHaveLength(1000)
    expect(kept(events)).toEqual([1, 2, 3])
    expect(journal.dropped(run)).toEqual({'health.sampled': 500, 'model.delta': 10})
    expect(journal.dropped(other)).toEqual({})
  })

  it('take no more than a mebibyte of text for a reader that does not read', async () => {
    const journal = openTemp()
    const seen = followUntil(journal, {run}, (events) => events.at(-1)?.type === 'run.closed')
    await setImmediate()
    for (let n = 0; n < 300; n += 1)
      journal.pass(run, make('tool.output', {call: 'c', text: 'x'.repeat(8000), sandbox: {level: 'off', writes: 'open', network: 'open'}}))
    journal.append(run, [opened(), closed()])
    const chars = (await seen).filter((event) => event.passing).reduce((sum, event) => sum + textOf(event).length, 0)
    expect(chars).toBe(Math.floor((1024 * 1024) / 8000) * 8000)
    expect(journal.dropped(run)['tool.output']).toBe(300 - chars / 8000)
  })

  it('are lost to nobody when nobody follows', () => {
    const journal = openTemp()
    for (let n = 0; n < 5000; n += 1) journal.pass(run, delta('x'))
    expect(journal.dropped(run)).toEqual({})
  })
})

describe('another process', () => {
  it('follows a run while it is written: two readers at once see all of it', async () => {
    const folder = tempFolder()
    const journal = openIn(folder)
    const program = fileURLToPath(new URL('follow-program.ts', import.meta.url))
    const readers = [0, 1].map(() => {
      const child = spawn(process.execPath, [program, join(folder, '.penguin'), run], {stdio: ['ignore', 'pipe', 'inherit']})
      onTestFinished(() => void child.kill('SIGKILL'))
      let text = ''
      child.stdout.on('data', (piece) => {
        text += piece
      })
      return {ended: once(child, 'exit'), text: () => text}
    })
    await until(() => readers.every((reader) => reader.text().startsWith('open\n')))
    const expected: string[] = []
    for (let batch = 0; batch < 60; batch += 1) {
      const drafts = Array.from({length: 1 + (batch % 40)}, (_, n) => notice(`${batch}.${n}`))
      for (const event of journal.append(run, drafts)) expected.push(`${event.seq} ${textOf(event)}`)
      for (let turn = 0; turn < batch % 5; turn += 1) await setImmediate()
    }
    const [last] = journal.append(run, [closed()])
    expected.push(`${last?.seq} done`)
    for (const reader of readers) {
      expect((await reader.ended)[0]).toBe(0)
      expect(reader.text().trim().split('\n').slice(1)).toEqual(expected)
    }
  }, 60_000)

  it('is noticed by a second journal in the same process within moments, also a run that does not exist yet', async () => {
    const folder = tempFolder()
    const writer = openIn(folder)
    const reader = openIn(folder, {readonly: true})
    const seen = followUntil(reader, {run}, (events) => events.length === 2)
    await setImmediate()
    writer.append(run, [opened()])
    writer.append(run, [notice('x')])
    expect(kept(await seen)).toEqual([1, 2])
  })
})
