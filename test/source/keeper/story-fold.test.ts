// A screen that is sent the fold of a session shows what one shows that was told each of its events, although most of what
// tools said is not even read for it.

import {hash} from 'node:crypto'
import {existsSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {RunId} from '../../../engine/base/id.ts'
import {type Draft, draft, type Event} from '../../../engine/contract/event.ts'
import type {KeeperSays} from '../../../engine/contract/screen.ts'
import {type OpenJournal, openJournal} from '../../../engine/journal/open.ts'
import type {Host} from '../../../source/host.ts'
import {openChapters} from '../../../source/keeper/chapters.ts'
import {foldsAs} from '../../../source/keeper/folds-as.ts'
import {forScreen} from '../../../source/keeper/for-screens.ts'
import type {Known, Past} from '../../../source/keeper/past.ts'
import {type Folded, foldStory} from '../../../source/keeper/story-fold.ts'
import {newEditor} from '../../../stores/editor.ts'
import {told} from '../../../stores/reduce-told.ts'
import {newState} from '../../../stores/state.ts'
import {tempFolder} from '../../kit/temp.ts'

let time = 1000
const clock = {now: () => (time += 7), tick: () => 1, sleep: async () => undefined}
const run = 'r_story' as RunId
const agents = ['a_1', 'a_2']
const where = (agent?: string) => ({trace: 't' as never, span: 's' as never, ...(agent ? {agent: agent as never, role: 'coder' as never, turn: 1} : {})})
const usage = {input: 10, output: 2, reasoning: 0, cached: 0}
const opening = draft('run.opened', {version: '1', root: '/p', routes: {coder: ['x/y']}, sandbox: {level: 'bwrap'}, checks: []} as never, where())
const started = (agent: string) => draft('task.started', {phase: 'implement', attempt: 1, candidate: 0, role: 'coder', brief: 'do it'} as never, where(agent))

const reply = (agent: string, ids: readonly string[]): Draft => {
  const calls = ids.map((id) => ({id, tool: 'read', input: `{"path":"${id}"}`}))
  return draft('model.replied', {route: 'x/y', text: `so ${ids.length}`, calls, usage, usd: 0.1, wallMs: 5} as never, where(agent))
}
const called = (agent: string, id: string): Draft =>
  draft('tool.called', {call: id, tool: 'read', input: {path: id}, needs: [], effect: false} as never, where(agent))
const done = (agent: string, id: string, chars: number): Draft =>
  draft(
    'tool.done',
    {call: id, tool: 'read', ok: chars % 5 > 0, wallMs: chars, line: `read ${id}`, result: {line: chars}, told: `é${id} `.repeat(chars)} as never,
    where(agent),
  )

/** Replies with many calls, most of which are over at some time, in whatever order. */
const story = (steps: readonly (readonly [pick: number, size: number])[]): Draft[] => {
  const open: [agent: string, id: string][] = []
  const all: Draft[] = [opening, ...agents.map(started)]
  for (const [n, [pick, size]] of steps.entries()) {
    const agent = agents[pick % 2] as string
    if (pick % 3 === 0 || open.length === 0) {
      const ids = Array.from({length: 1 + (size % 24)}, (_, at) => `c${n}_${at}`)
      all.push(draft('model.asked', {route: 'x/y'} as never, where(agent)), reply(agent, ids), ...ids.map((id) => called(agent, id)))
      open.push(...ids.map((id): [string, string] => [agent, id]))
    } else for (const [whose, id] of open.splice(pick % open.length, 1 + (size % 30))) all.push(done(whose, id, size))
  }
  return all
}

const size = {columns: 120, rows: 40}
const screen = () =>
  newState({
    size,
    editor: newEditor({history: [], columns: 100, vim: false}),
    look: {theme: 'dark', motion: true, mouse: true, vim: false, diff: 'unified'} as never,
    now: 0,
  } as never)
const panes: KeeperSays[] = agents.map((pane) => ({tell: 'pane', pane: {pane, kind: 'agent', title: 'coder', size}}))
const shown = (says: readonly KeeperSays[]) => told(screen(), [...panes, ...says, {tell: 'caught-up'}]).state

const open = (dir: string, readonly: boolean): OpenJournal => {
  const found = openJournal({dir, clock, readonly})
  if (!found.ok) throw new Error(found.error.msg)
  return found.result
}

const append = (dir: string, drafts: readonly Draft[], to = run): void => {
  const journal = open(dir, false)
  journal.append(to, drafts)
  journal.close()
}

/** What screens show that join now: one that is told each event, one that is sent the fold; and how many events were read for that. */
const joined = async (dir: string, runs: readonly RunId[] = [run]) => {
  const chapters = openChapters(() => open(dir, true))
  for (const one of runs) chapters.add(one)
  const journal = open(dir, true)
  const events = runs.flatMap((one) => [...journal.read({run: one})])
  journal.close()
  const over = new AbortController()
  const seen: {folded?: Folded; read: number} = {read: 0}
  const past = async (piece: Past) => {
    const pages = function* (known?: Known): Generator<readonly Event[]> {
      for (const page of piece.pages(known)) {
        seen.read += page.length
        yield page
      }
    }
    const folded = await foldStory({...piece, pages})
    if (folded) seen.folded = folded
    return folded?.keep
  }
  for await (const _ of chapters.read(undefined, over.signal, {caughtUp: () => over.abort(), past})) throw new Error('nothing is left to be told')
  const each = shown(events.map((event): KeeperSays => ({tell: 'event', event: forScreen(event, true)})))
  return {each, whole: shown([JSON.parse(JSON.stringify(seen.folded?.story)) as KeeperSays]), read: seen.read, all: events.length}
}

const pieceOf = (events: readonly Event[]): Past => ({known: () => undefined, pages: () => [events], gist: () => [], keep: () => undefined})

/** What a screen is told of a session that it comes to, one thing after the other. */
const toldOf = async (dir: string, runs: readonly RunId[] = [run], prepared?: () => void): Promise<{gists: KeeperSays[]; folded: Folded | undefined}> => {
  const chapters = openChapters(() => open(dir, true))
  for (const one of runs) chapters.add(one)
  if (prepared) chapters.prepare()
  prepared?.()
  const over = new AbortController()
  const gists: KeeperSays[] = []
  let folded: Folded | undefined
  const past = async (piece: Past) => {
    folded = await foldStory(piece, (gist) => gists.push(JSON.parse(JSON.stringify(gist)) as KeeperSays))
    over.abort()
    return () => undefined
  }
  for await (const _ of chapters.read(undefined, over.signal, {caughtUp: () => undefined, past})) throw new Error('nothing is left to be told')
  return {gists, folded}
}

describe('a folded story', () => {
  it('shows the same as one that was told, however long and in whatever order', async () => {
    const step = fc.tuple(fc.nat(1000), fc.nat(200))
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 240, size: 'max'}), async (steps) => {
        const dir = tempFolder()
        const drafts = story(steps)
        const cut = Math.floor(drafts.length / 2)
        append(dir, drafts.slice(0, cut))
        const first = await joined(dir)
        expect(first.whole).toEqual(first.each)
        append(dir, drafts.slice(cut))
        const second = await joined(dir)
        expect(second.whole).toEqual(second.each)
        // What was folded before is not read again.
        expect(second.read).toBe(cut >= 500 ? drafts.length - cut : drafts.length)
      }),
      {numRuns: 12},
    )
  }, 30_000)

  const notes = (count: number, text = 'n'): Draft[] =>
    Array.from({length: count}, (_, n) => draft('notice', {code: 'x', text: `${text}${n}`} as never, where()))
  const file = (dir: string): string => join(dir, 'story.json')
  /** Whole, as far as its own sum can say. */
  const resealed = (dir: string, change: (text: string) => string): void => {
    const text = change(readFileSync(file(dir), 'utf8').replace(/^.*\n/, ''))
    writeFileSync(file(dir), `${hash('sha256', text)}\n${text}`)
  }

  it('is kept for the next time, and goes with its runs', async () => {
    const dir = tempFolder()
    append(dir, [opening, ...notes(600)])
    expect(await joined(dir)).toMatchObject({read: 601, all: 601})
    expect(await joined(dir)).toMatchObject({read: 0, all: 601})
    expect(statSync(file(dir)).mode & 0o77).toBe(0)
    const journal = open(dir, false)
    journal.storage.remove([run])
    journal.close()
    expect(existsSync(file(dir))).toBe(false)
  })

  it.each<[string, (dir: string) => void]>([
    ['is cut off', (dir) => writeFileSync(file(dir), readFileSync(file(dir)).subarray(0, 900))],
    ['says another word', (dir) => writeFileSync(file(dir), readFileSync(file(dir), 'utf8').replace('n599', 'n598'))],
    ['is empty', (dir) => writeFileSync(file(dir), '')],
    ['was folded in another way', (dir) => resealed(dir, (text) => text.replace(JSON.stringify(foldsAs), '"other"'))],
    [
      'is of other events under the same numbers',
      (dir) => {
        for (const name of ['journal.db', 'journal.db-wal', 'journal.db-shm']) rmSync(join(dir, name), {force: true})
        append(dir, [opening, ...notes(700, 'quite another ')])
      },
    ],
    ['is of another run', (dir) => resealed(dir, (text) => text.replace(run, 'r_other'))],
    ['names no run', (dir) => resealed(dir, (text) => JSON.stringify({...JSON.parse(text), ends: []}))],
    ['has ends of another shape', (dir) => resealed(dir, (text) => JSON.stringify({...JSON.parse(text), ends: 5}))],
    ['has a view of another shape', (dir) => resealed(dir, (text) => JSON.stringify({...JSON.parse(text), view: null}))],
  ])('that was kept and %s is not believed', async (_, spoil) => {
    const dir = tempFolder()
    append(dir, [opening, ...notes(600)])
    await joined(dir)
    spoil(dir)
    const {each, whole, read, all} = await joined(dir)
    expect(whole).toEqual(each)
    expect(read).toBe(all)
    expect(await joined(dir)).toMatchObject({read: 0})
  })

  it('is made when a run is over, before anybody asks for it', async () => {
    const dir = tempFolder()
    const journal = open(dir, false)
    const chapters = openChapters(() => open(dir, true))
    journal.append(run, [opening, ...notes(600)])
    chapters.begin({run, journal} as unknown as Host)
    chapters.end(run, [])
    journal.close()
    const end = performance.now() + 10_000
    while (!existsSync(file(dir)) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 20))
    expect(await joined(dir)).toMatchObject({read: 0, all: 601})
  })

  it('of a session goes on with its next run, unless the one before went on too', async () => {
    const dir = tempFolder()
    const next = 'r_next' as RunId
    append(dir, [opening, ...notes(600)])
    append(dir, [opening, ...notes(600, 'm')], next)
    await joined(dir)
    const both = await joined(dir, [run, next])
    expect(both.read).toBe(601)
    expect(both.whole).toEqual(both.each)
    expect(await joined(dir, [run, next])).toMatchObject({read: 0})
    append(dir, notes(1, 'late'))
    const after = await joined(dir, [run, next])
    expect(after.read).toBe(after.all)
    expect(after.whole).toEqual(after.each)
  })

  /** Ten calls each, read to the end. */
  const turns = (count: number, from = 0): Draft[] =>
    Array.from({length: count}, (_, n) => {
      const ids = Array.from({length: 10}, (__, at) => `t${from + n}_${at}`)
      const made = ids.flatMap((id) => [called('a_1', id), done('a_1', id, 3)])
      return [draft('model.asked', {route: 'x/y'} as never, where('a_1')), reply('a_1', ids), ...made]
    }).flat()

  it.each<[string, (dir: string) => Promise<readonly RunId[]>]>([
    [
      'of one run',
      async (dir) => {
        append(dir, [opening, started('a_1'), ...turns(200)])
        return [run]
      },
    ],
    [
      'of a run after others',
      async (dir) => {
        const [first, last] = ['r_first' as RunId, run]
        append(dir, [opening, started('a_1'), ...turns(150)], first)
        append(dir, [opening, started('a_1'), ...turns(40)], last)
        return [first, last]
      },
    ],
    [
      'that was folded before',
      async (dir) => {
        append(dir, [opening, started('a_1'), ...turns(60)])
        await joined(dir)
        append(dir, turns(200, 60))
        return [run]
      },
    ],
  ])('that is long, %s, is told in its gist first: what is seen is there, of what was long ago only what tools did is not', async (_, make) => {
    const dir = tempFolder()
    const runs = await make(dir)
    const {gists, folded} = await toldOf(dir, runs)
    expect(gists).toHaveLength(1)
    const [gist, whole] = [shown(gists), shown([JSON.parse(JSON.stringify(folded?.story)) as KeeperSays])]
    const seen = ({view: {run, agents, plan, evidence, spend, asks, stories, timeline}}: typeof gist) => ({
      ...{run, agents, plan, evidence, spend, asks, stories},
      timeline: timeline.map(({toolMs: __, tools: ___, ...span}) => span),
    })
    expect(seen(gist)).toEqual(seen(whole))
    expect(gist.now).toBe(whole.now)
    expect(gist.view.log).toEqual(whole.view.log.slice(-200))
    for (const [key, call] of gist.view.calls) expect({...call, output: '', firstLine: 0}).toEqual({...whole.view.calls.get(key), output: '', firstLine: 0})
  })

  it.each([
    ['nothing was kept', false],
    ['something was kept', true],
  ])('whose beginning was made before anybody asked holds what happened since, where %s', async (_, isKept) => {
    const dir = tempFolder()
    append(dir, [opening, started('a_1'), ...turns(100)])
    if (isKept) await joined(dir)
    const {gists, folded} = await toldOf(dir, [run], () => append(dir, turns(3, 100)))
    expect(gists).toHaveLength(isKept ? 0 : 1)
    expect(shown([JSON.parse(JSON.stringify(folded?.story)) as KeeperSays])).toEqual((await joined(dir)).each)
  })

  it('that cannot be read is not prepared, and who asks for it is told why', async () => {
    const chapters = openChapters(
      () =>
        ({
          lastSeq: () => {
            throw new Error('no disk')
          },
          close: () => undefined,
        }) as unknown as OpenJournal,
    )
    chapters.add(run)
    chapters.prepare()
    const past = async (piece: Past) => (await foldStory(piece))?.keep
    await expect(chapters.read(undefined, new AbortController().signal, {caughtUp: () => undefined, past}).next()).rejects.toThrow()
  })

  it('that is short, or known already, has no gist', async () => {
    const dir = tempFolder()
    append(dir, [opening, started('a_1'), ...turns(40)])
    expect(await toldOf(dir)).toMatchObject({gists: [], folded: {story: {tell: 'story'}}})
    append(dir, turns(200, 40))
    await joined(dir)
    append(dir, turns(10, 240))
    expect(await toldOf(dir)).toMatchObject({gists: []})
  })

  it('whose gist was told and that is too long for a line begins with nothing', async () => {
    const long = (n: number): Draft => called('a_1', `${n}${'y'.repeat(20_000)}`)
    const dir = tempFolder()
    append(dir, [opening, ...Array.from({length: 220}, (_, n) => long(n)), ...notes(2000)])
    const {gists, folded} = await toldOf(dir)
    expect(folded).toBeUndefined()
    expect(gists).toHaveLength(2)
    expect(shown(gists).view).toEqual(shown([]).view)
  })

  it('that would be too long for a line is told', async () => {
    const long = draft('model.replied', {route: 'x/y', text: 'x'.repeat(50_000), calls: [], usage, usd: 0, wallMs: 1} as never, where('a_1'))
    const event = {v: 1, seq: 1, at: 1, run, ...long} as unknown as Event
    const calls = Array.from({length: 300}, (_, n) => reply('a_1', [`${n}`])).map((one, n) => {
      const body = one.body as {calls: {input: string}[]}
      for (const call of body.calls) call.input = 'y'.repeat(40_000)
      return {v: 1, seq: n + 2, at: 1, run, ...one} as unknown as Event
    })
    expect(await foldStory(pieceOf([event, ...calls]))).toBeUndefined()
    expect(await foldStory(pieceOf([event, ...calls.slice(0, 20)]))).toMatchObject({story: {tell: 'story', at: 1}})
  })
})
