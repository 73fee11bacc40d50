// A screen that is sent the fold of a session shows what one shows that was told each of its events, although most of what
// tools said is not even read for it.

import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {RunId} from '../../../engine/base/id.ts'
import {type Draft, draft, type Event} from '../../../engine/contract/event.ts'
import type {KeeperSays} from '../../../engine/contract/screen.ts'
import {openJournal} from '../../../engine/journal/open.ts'
import {openChapters} from '../../../source/keeper/chapters.ts'
import {forScreen} from '../../../source/keeper/for-screens.ts'
import {foldStory} from '../../../source/keeper/story-fold.ts'
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

const both = async (drafts: readonly Draft[]) => {
  const dir = tempFolder()
  const opened = (readonly: boolean) => {
    const found = openJournal({dir, clock, readonly})
    if (!found.ok) throw new Error(found.error.msg)
    return found.result
  }
  const journal = opened(false)
  journal.append(run, drafts)
  const events: Event[] = [...journal.read({run})]
  journal.close()
  const chapters = openChapters(() => opened(true))
  chapters.add(run)
  const over = new AbortController()
  let folded: KeeperSays | undefined
  const past = async (pages: Iterable<readonly Event[]>) => {
    folded = await foldStory(pages)
    return () => undefined
  }
  for await (const _ of chapters.read(undefined, over.signal, {caughtUp: () => over.abort(), past})) throw new Error('nothing is left to be told')
  return {events, folded}
}

describe('a folded story', () => {
  it('shows the same as one that was told, however long and in whatever order', async () => {
    const step = fc.tuple(fc.nat(1000), fc.nat(200))
    await fc.assert(
      fc.asyncProperty(fc.array(step, {minLength: 1, maxLength: 240, size: 'max'}), async (steps) => {
        const {events, folded} = await both(story(steps))
        const each = shown(events.map((event): KeeperSays => ({tell: 'event', event: forScreen(event, true)})))
        const whole = shown([JSON.parse(JSON.stringify(folded)) as KeeperSays])
        expect(whole).toEqual(each)
      }),
      {numRuns: 12},
    )
  }, 30_000)

  it('that would be too long for a line is told', async () => {
    const long = draft('model.replied', {route: 'x/y', text: 'x'.repeat(50_000), calls: [], usage, usd: 0, wallMs: 1} as never, where('a_1'))
    const event = {v: 1, seq: 1, at: 1, run, ...long} as unknown as Event
    const calls = Array.from({length: 300}, (_, n) => reply('a_1', [`${n}`])).map((one, n) => {
      const body = one.body as {calls: {input: string}[]}
      for (const call of body.calls) call.input = 'y'.repeat(40_000)
      return {v: 1, seq: n + 2, at: 1, run, ...one} as unknown as Event
    })
    expect(await foldStory([[event, ...calls]])).toBeUndefined()
    expect(await foldStory([[event, ...calls.slice(0, 20)]])).toMatchObject({tell: 'story', at: 1})
  })
})
