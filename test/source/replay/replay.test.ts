// A run of earlier days tells a screen what its keeper would have told.

import {describe, expect, it} from 'vitest'
import type {KeeperSays} from '../../../engine/contract/screen.ts'
import {openFace} from '../../../engine/fold/face.ts'
import {openReplay, type ReplayOptions} from '../../../source/replay/replay.ts'
import {calculator, cheapCheck, fix, repository} from '../../kit/hosted.ts'
import {info, journalOf, story, turnedClock} from './kit.ts'

const size = {columns: 60, rows: 20}

const replaying = (more: Partial<ReplayOptions> = {}) => {
  const {clock, turn} = turnedClock()
  const said: KeeperSays[] = []
  const replay = openReplay({journal: journalOf(story), run: info, clock, version: '1', size, colour: false, ...more})
  replay.on((message) => said.push(message))
  /** What was said since it was last asked. */
  const fresh = (): KeeperSays[] => said.splice(0)
  return {replay, turn, fresh}
}

/** What a pane shows, put together from what was told. */
const shown = (messages: readonly KeeperSays[]): Record<string, string> => {
  const panes: Record<string, string> = {}
  for (const message of messages) {
    if (message.tell === 'bytes') panes[message.pane] = (message.whole ? '' : (panes[message.pane] ?? '')) + message.data
    if (message.tell === 'gone') delete panes[message.pane]
  }
  return panes
}
const seqs = (messages: readonly KeeperSays[]): number[] => messages.flatMap((message) => (message.tell === 'event' ? [message.event.seq] : []))

describe('a replay', () => {
  it('begins as a keeper does: the session, then that all was told', async () => {
    const {fresh} = replaying()
    const [first, second] = fresh()
    expect(first).toMatchObject({tell: 'session', session: {session: 'r_1', run: 'r_1', live: false, replay: {seq: 0, lastSeq: 7, speed: 1, paused: false}}})
    expect(second).toEqual({tell: 'caught-up'})
  })
  it('always says where it stands', async () => {
    const {fresh, turn, replay} = replaying()
    const place = () => fresh().findLast((message) => message.tell === 'session')
    await turn(2000)
    expect(place()).toMatchObject({session: {replay: {seq: 3, paused: false}}})
    replay.pause()
    expect(place()).toMatchObject({session: {replay: {seq: 3, paused: true}}})
    replay.speed(4)
    replay.seek(1)
    expect(place()).toMatchObject({session: {session: 'r_1', replay: {seq: 1, speed: 4}}})
    replay.resume()
    await turn(20_000)
    expect(place()).toMatchObject({session: {replay: {seq: 7, ended: true}}})
  })

  it('tells events, panes and their bytes as time goes, and how they end', async () => {
    const {fresh, turn, replay} = replaying()
    await turn(2000)
    const early = fresh()
    expect(seqs(early)).toEqual([1, 2, 3])
    expect(early).toContainEqual({tell: 'pane', pane: {pane: 'a_1', kind: 'agent', title: 'coder', size}})
    expect(early).toContainEqual({tell: 'bytes', pane: 'a_1', data: '── implement ──\r\nfix it\r\n', whole: true})
    await turn(10_000)
    await replay.ended
    const late = fresh()
    expect(late).toContainEqual({tell: 'bytes', pane: 'a_1', data: '\r\nmended\r\n'})
    expect(late).toContainEqual({tell: 'pane', pane: {pane: 'a_1', kind: 'agent', title: 'coder', size, ended: 'the run is over'}})
    expect(late.findLast((message) => message.tell === 'session')).toMatchObject({session: {live: false, route: 'x/y', root: '/repo'}})
  })

  it('shows at any place what it shows when played up to there', async () => {
    const played = replaying()
    await played.turn(20_000)
    const whole = shown(played.fresh())
    const {replay, fresh} = replaying({at: 7})
    expect(shown(fresh())).toEqual(whole)
    replay.seek(4)
    const back = fresh()
    expect(back.filter((message) => message.tell === 'gone')).toEqual([
      {tell: 'gone', pane: 'a_1'},
      {tell: 'gone', pane: 'a_2'},
    ])
    expect(back.flatMap((message) => (message.tell === 'session' ? [message.session.session] : [])).slice(0, 2)).toEqual(['', 'r_1'])
    expect(seqs(back)).toEqual([1, 2, 3, 4])
    expect(shown(back)).toEqual({a_1: '── implement ──\r\nfix it\r\n\r\nmended\r\n'})
    // One message a pane for a jump, however far it goes.
    expect(back.filter((message) => message.tell === 'bytes')).toHaveLength(1)
  })

  it('hears the size of a pane and that the screen leaves; nobody hears the rest', async () => {
    const {replay, fresh, turn} = replaying({at: 3})
    fresh()
    replay.says({do: 'size', pane: 'a_1', size: {columns: 8, rows: 5}})
    replay.says({do: 'say', text: 'hello', when: 'now'})
    replay.says({do: 'open', id: 4, command: 'ls', size})
    expect(fresh()).toMatchObject([
      {tell: 'pane', pane: {size: {columns: 8}}},
      {tell: 'answered', id: 0, ok: false},
      {tell: 'answered', id: 4, ok: false},
    ])
    await turn(30)
    expect(fresh()).toEqual([{tell: 'bytes', pane: 'a_1', data: '── impl…\r\nfix it\r\n', whole: true}])
    replay.says({do: 'leave', stop: false})
    expect(await replay.gone).toBe('')
    await turn(10_000)
    expect(fresh()).toEqual([])
  })

  it("plays a real run's journal: every event, and the panes that their faces make", async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix sum', flags: {model: repo.replay(fix), check: [cheapCheck]}})
    expect(ran.code).toBe(0)
    const journal = repo.journal()
    try {
      const [run] = journal.runs()
      if (!run) throw new Error('no run on record')
      const events = [...journal.read({run: run.run, whole: true})]
      const {fresh} = replaying({journal, run, at: run.lastSeq})
      const told = fresh()
      expect(seqs(told)).toEqual(events.map((event) => event.seq))
      const panes = shown(told)
      const agents = [...new Set(events.flatMap((event) => event.agent ?? []))]
      expect(agents.length).toBeGreaterThan(0)
      expect(Object.keys(panes).sort()).toEqual([...agents].sort())
      for (const agent of agents) {
        const face = openFace({columns: 60, colour: false, agent})
        // A pane that came later has not seen what was said to others before.
        const own = events.slice(events.findIndex((event) => event.agent === agent))
        expect(panes[agent]).toBe(own.map((event) => face.step(event)).join(''))
      }
      expect(Object.values(panes).join('')).toContain('edit sum.js')
    } finally {
      journal.close()
    }
  })
})
