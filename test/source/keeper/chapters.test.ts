// The runs of a session as readers are told them: from files and live, across a host that closes, a run that goes on
// under its name, and another session.

import {describe, expect, it} from 'vitest'
import type {RunId} from '../../../engine/base/id.ts'
import {draft, type Event, type EventType} from '../../../engine/contract/event.ts'
import {type OpenJournal, openJournal} from '../../../engine/journal/open.ts'
import type {Host} from '../../../source/host.ts'
import {openChapters} from '../../../source/keeper/chapters.ts'
import type {Past} from '../../../source/keeper/past.ts'
import {newestRun, storyOf} from '../../../source/keeper/story.ts'
import {tempFolder} from '../../kit/temp.ts'

const clock = {now: () => 1, tick: () => 1, sleep: async () => undefined}
const opened = (dir: string, readonly = false): OpenJournal => {
  const found = openJournal({dir, clock, readonly})
  if (!found.ok) throw new Error(found.error.msg)
  return found.result
}
const where = {trace: 't' as never, span: 's' as never}
const note = (text: string) => draft('notice', {code: 'x', text}, where)
const closing = {outcome: 'answered', reason: '', exitCode: 0, text: '', gates: [], files: [], dropped: {}, checkpoint: null, resume: ''} as never
const close = (): ReturnType<typeof draft> => draft('run.closed' as EventType, closing, where)
const opening = (resumes?: string) => draft('run.opened', {routes: {}, checks: [], ...(resumes ? {resumes} : {})} as never, where)
const said = (text: string) => draft('user.said', {text, files: []}, where)
const [one, two] = ['r_1' as RunId, 'r_2' as RunId]

const session = () => {
  const dir = tempFolder()
  const journal = opened(dir)
  const chapters = openChapters(() => opened(dir, true))
  /** A reader that has told, in short, all that it was told. */
  const reader = (after?: {run: string; seq: number}, takes?: 'past') => {
    const over = new AbortController()
    const told: string[] = []
    const words = (event: Event): string => `${event.run} ${event.type === 'notice' ? event.body.text : event.type}`
    const past = async (piece: Past): Promise<(() => void) | undefined> => {
      const all: string[] = []
      for (const page of piece.pages()) {
        all.push(...page.map(words))
        await new Promise((resolve) => setImmediate(resolve))
      }
      return takes && (() => void told.push(`past: ${all.join(', ')}`))
    }
    const done = (async () => {
      const ears = {caughtUp: () => void told.push('caught up'), ...(takes ? {past} : {})}
      for await (const event of chapters.read(after, over.signal, ears)) told.push(words(event))
    })()
    const holds = async (...wanted: string[]): Promise<void> => {
      const end = performance.now() + 3000
      while (JSON.stringify(told) !== JSON.stringify(wanted) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 5))
      expect(told).toEqual(wanted)
    }
    return {
      holds,
      stop: async () => {
        over.abort()
        await done
      },
    }
  }
  const host = (run: RunId): Host => ({run, journal}) as unknown as Host
  return {dir, journal, chapters, reader, host}
}

describe('a session read by a screen', () => {
  it('has caught up at once when nothing has happened, and hears what begins', async () => {
    const {journal, chapters, reader, host} = session()
    const screen = reader()
    await screen.holds('caught up')
    journal.append(one, [opening(), note('a')])
    chapters.begin(host(one))
    await screen.holds('caught up', 'r_1 run.opened', 'r_1 a')
    journal.append(one, [close()])
    chapters.end(one, [])
    journal.append(two, [note('b')])
    chapters.begin(host(two))
    await screen.holds('caught up', 'r_1 run.opened', 'r_1 a', 'r_1 run.closed', 'r_2 b')
    await screen.stop()
    journal.close()
  })
  it('may take what has happened in one piece: it hears what happens after that, and another session is such a piece again', async () => {
    const {journal, chapters, reader, host} = session()
    journal.append(one, [opening(), note('a'), close()])
    journal.append(two, [note('b')])
    chapters.add(one)
    chapters.begin(host(two))
    const screen = reader(undefined, 'past')
    const first = ['past: r_1 run.opened, r_1 a, r_1 run.closed, r_2 b', 'caught up']
    await screen.holds(...first)
    journal.append(two, [note('c')])
    await screen.holds(...first, 'r_2 c')
    journal.append(two, [close()])
    chapters.end(two, [])
    await screen.holds(...first, 'r_2 c', 'r_2 run.closed')
    chapters.clear()
    chapters.add(one)
    await screen.holds(...first, 'r_2 c', 'r_2 run.closed', 'past: r_1 run.opened, r_1 a, r_1 run.closed')
    await screen.stop()
    const late = reader({run: 'r_1', seq: 2}, 'past')
    await late.holds('r_1 run.closed', 'caught up')
    await late.stop()
    journal.close()
  })
  it('takes no piece of a session that another one took the place of meanwhile', async () => {
    const {journal, chapters, reader} = session()
    journal.append(
      one,
      Array.from({length: 600}, (_, n) => note(`${n}`)),
    )
    journal.append(two, [note('b')])
    chapters.add(one)
    const screen = reader(undefined, 'past')
    chapters.clear()
    chapters.add(two)
    await screen.holds('past: r_2 b', 'caught up')
    await screen.stop()
    journal.close()
  })
  it('is told from the cursor on: within a run, at its end, live', async () => {
    const {journal, chapters, reader, host} = session()
    journal.append(one, [opening(), note('a'), close()])
    chapters.add(one)
    journal.append(two, [opening(one), note('b')])
    chapters.begin(host(two))
    const screens = [reader(), reader({run: one, seq: 2}), reader({run: one, seq: 3}), reader({run: two, seq: 2}), reader({run: 'r_9', seq: 5})]
    const all = ['r_1 run.opened', 'r_1 a', 'r_1 run.closed', 'r_2 run.opened', 'r_2 b']
    await screens[0]?.holds(...all, 'caught up')
    await screens[1]?.holds(...all.slice(2), 'caught up')
    await screens[2]?.holds(...all.slice(3), 'caught up')
    await screens[3]?.holds('caught up')
    await screens[4]?.holds(...all, 'caught up')
    journal.append(two, [note('c')])
    await screens[3]?.holds('caught up', 'r_2 c')
    for (const screen of screens) await screen.stop()
    journal.close()
  })
  it('reads on from the file when the host is closed under it, and what no file holds', async () => {
    const {dir, chapters, reader} = session()
    const own = opened(dir)
    own.append(one, [opening(), note('a')])
    chapters.begin({run: one, journal: own} as unknown as Host)
    const screen = reader()
    await screen.holds('r_1 run.opened', 'r_1 a', 'caught up')
    own.append(one, [note('b')])
    own.close()
    const lost = {...note('lost'), v: 1, seq: 4, at: 1, run: one} as unknown as Event
    chapters.end(one, [lost])
    await screen.holds('r_1 run.opened', 'r_1 a', 'caught up', 'r_1 b', 'r_1 lost')
    await screen.stop()
  })
  it('goes on within a run that goes on under its own name', async () => {
    const {journal, chapters, reader, host} = session()
    journal.append(one, [opening(), note('a')])
    chapters.add(one)
    const screen = reader()
    await screen.holds('r_1 run.opened', 'r_1 a', 'caught up')
    chapters.begin(host(one))
    journal.append(one, [note('b')])
    await screen.holds('r_1 run.opened', 'r_1 a', 'caught up', 'r_1 b')
    expect(chapters.runs()).toEqual([one])
    await screen.stop()
    journal.close()
  })
  it('begins anew with another session', async () => {
    const {journal, chapters, reader} = session()
    journal.append(one, [note('a'), close()])
    journal.append(two, [note('b'), close()])
    chapters.add(one)
    const screen = reader()
    await screen.holds('r_1 a', 'r_1 run.closed', 'caught up')
    chapters.clear()
    chapters.add(two)
    await screen.holds('r_1 a', 'r_1 run.closed', 'caught up', 'r_2 b', 'r_2 run.closed')
    await screen.stop()
    journal.close()
  })
})

describe('the story of a session', () => {
  it('is the runs that led to its last one, and the newest is one in which somebody spoke', () => {
    const {journal} = session()
    journal.append(one, [opening(), said('first'), close()])
    journal.append(two, [opening(one), said('second'), close()])
    journal.append('r_3' as RunId, [opening(), close()])
    expect(storyOf(journal, two)).toEqual([one, two])
    expect(storyOf(journal, 'r_9')).toEqual([])
    expect(newestRun(journal)?.run).toMatch(/r_[12]/)
    journal.close()
  })
})
