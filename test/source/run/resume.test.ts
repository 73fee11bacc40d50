// Going on: with a run whose host was killed, wherever it was killed, and with one that was closed. What is on record
// is not done again, what was cut off is told, and no word that was said before is lost.

import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {RunId} from '../../../engine/base/id.ts'
import type {Draft, Event} from '../../../engine/contract/event.ts'
import {bodies, calculator, cheapCheck, fix, fixedSum, type Ran, type Recorded, repository, types, type Wished} from '../../kit/hosted.ts'

type Repo = ReturnType<typeof repository>

/** The journal as it stands when the host is killed right after event `seq`. */
const killAfter = (repo: Repo, ran: Ran, seq: number): void => {
  const run = ran.events[0]?.run as RunId
  const full = repo.journal()
  const events = [...full.read({run, whole: true, until: seq})]
  full.close()
  for (const end of ['', '-wal', '-shm']) rmSync(join(repo.dir, `.penguin/journal.db${end}`), {force: true})
  const cut = repo.journal()
  for (const {v: _v, seq: _seq, at: _at, run: _run, ...draft} of events) cut.append(run, [draft as unknown as Draft])
  cut.close()
}

const seqOf = (events: readonly Event[], fits: (event: Event) => boolean): number => events.find((event) => event.passing !== true && fits(event))?.seq ?? 0

const counting: Recorded[] = [{calls: [{tool: 'shell', input: {command: 'echo once >> count.txt'}}]}, ...fix]
const killed = async (flags: Wished['flags'], recorded: Recorded[], fits: (event: Event) => boolean) => {
  const repo = repository(calculator)
  const model = repo.replay(recorded)
  const whole = await repo.run({prompt: 'fix it', flags: {check: [cheapCheck], model, ...flags}})
  expect(whole.closed?.outcome, whole.err).toBe('done')
  killAfter(repo, whole, seqOf(whole.events, fits))
  return {repo, whole, model, run: whole.events[0]?.run as RunId}
}

describe('a run whose host was killed', () => {
  it.each([
    ['before anybody was hired', (event: Event) => event.type === 'user.said'],
    ['when the model had answered', (event: Event) => event.type === 'model.replied' && event.body.call === 1],
    ['after the edit', (event: Event) => event.type === 'tool.done' && event.body.tool === 'edit'],
    ['when the work was handed over', (event: Event) => event.type === 'phase.handed'],
    ['during the check', (event: Event) => event.type === 'gate.started'],
    ['after the check', (event: Event) => event.type === 'gate.passed'],
    ['just before its last line', (event: Event) => event.type === 'role.left'],
  ])('is finished %s', async (_name, fits) => {
    const {repo, whole, run} = await killed({}, fix, fits)
    // Files as they were when the host died: the edit is there once its call had begun.
    const edited = whole.events.some((event) => event.type === 'tool.done' && event.body.tool === 'edit' && event.seq <= seqOf(whole.events, fits))
    if (!edited) repo.git('checkout', '-q', 'sum.js')
    const again = await repo.run({flags: {continue: true}})
    expect(again.closed, again.err).toMatchObject({outcome: 'done', exitCode: 0, files: [{path: 'sum.js'}], gates: [{state: 'passed'}]})
    expect(again.events[0]).toMatchObject({type: 'run.resumed', run, trace: whole.events[0]?.trace})
    expect(repo.read('sum.js')).toBe(fixedSum)
  })

  it('is told what was cut off, in words, and does not do it again', async () => {
    const {repo, whole} = await killed({}, counting, (event) => event.type === 'tool.called' && event.body.tool === 'shell')
    repo.git('checkout', '-q', 'sum.js')
    const again = await repo.run({flags: {continue: true}})
    expect(again.closed?.outcome).toBe('done')
    expect(bodies(again.events, 'run.resumed')[0]?.interrupted).toEqual([whole.events.find((event) => event.type === 'tool.called')?.span])
    const [cut] = bodies(again.events, 'tool.done')
    expect(cut).toMatchObject({tool: 'shell', ok: false, error: {code: 'tool.interrupted'}, changes: [{path: 'count.txt', before: null}]})
    expect(cut?.told).toContain('count.txt')
    expect(repo.read('count.txt')).toBe('once\n')
    expect(again.closed?.files.map((file) => file.path).sort()).toEqual(['count.txt', 'sum.js'])
  })

  it('goes on in its copy when it worked in one', async () => {
    const {repo} = await killed({isolate: true}, fix, (event) => event.type === 'tool.done' && event.body.tool === 'edit')
    repo.git('checkout', '-q', 'sum.js')
    const again = await repo.run({flags: {continue: true}})
    expect(again.closed).toMatchObject({outcome: 'done', files: [{path: 'sum.js'}]})
    expect(bodies(again.events, 'patch.adopted')).toHaveLength(1)
    expect(repo.read('sum.js')).toBe(fixedSum)
  })

  it('hears the words that it is resumed with', async () => {
    const {repo, run} = await killed({}, [...fix, {text: 'one more'}], (event) => event.type === 'model.replied' && event.body.call === 1)
    repo.git('checkout', '-q', 'sum.js')
    const again = await repo.run({prompt: 'and be quick', flags: {resume: run}})
    expect(bodies(again.events, 'user.steered')).toEqual([{text: 'and be quick'}])
    expect(again.closed?.outcome).toBe('done')
  })

  it('counts what was spent before against its caps', async () => {
    const {repo} = await killed({}, fix, (event) => event.type === 'tool.done')
    const again = await repo.run({flags: {continue: true, maxCalls: 1}})
    expect(again.closed).toMatchObject({outcome: 'capped', usage: {total: {calls: 1}}})
  })
})

describe('a closed run', () => {
  it('lends its conversation and its model to the next', async () => {
    const repo = repository(calculator)
    const first = await repo.run({prompt: 'what is sum?', flags: {noCheck: true, model: repo.replay([{text: 'A fold.'}])}})
    const second = await repo.run({prompt: 'and why?', flags: {noCheck: true, continue: true, model: repo.replay([{text: 'Because.'}])}})
    expect(second.events[0]).toMatchObject({type: 'run.opened', body: {resumes: first.events[0]?.run}})
    // System, two that were said before, and the new request.
    expect(bodies(second.events, 'model.asked')[0]?.messages).toBe(4)
    const third = await repo.run({prompt: 'sure?', flags: {resume: second.events[0]?.run as string}})
    expect(bodies(third.events, 'run.opened')[0]?.routes).toEqual(bodies(second.events, 'run.opened')[0]?.routes)
    expect(bodies(third.events, 'model.asked')[0]?.messages).toBe(6)
  })

  it('goes on without new words when it did not get there', async () => {
    const repo = repository(calculator)
    const first = await repo.run({prompt: 'fix it', flags: {check: [cheapCheck], maxCalls: 1, model: repo.replay(fix)}})
    expect(first.closed?.outcome).toBe('capped')
    const second = await repo.run({flags: {continue: true, model: repo.replay([{text: 'it is done'}])}})
    expect(bodies(second.events, 'user.said')[0]?.text).toContain('Go on with the task')
    expect(second.closed).toMatchObject({gates: [{state: 'passed'}]})
  })

  it('is not gone on with while somebody works on it', async () => {
    const repo = repository(calculator)
    const journal = repo.journal()
    const run = 'r_0000000000000000' as RunId
    const at = {trace: 't', span: 's'}
    journal.append(run, [
      {...at, type: 'run.opened', body: {}} as unknown as Draft,
      {...at, type: 'user.said', body: {text: 'x', files: []}} as unknown as Draft,
    ])
    const {startTimeOf} = await import('../../../engine/sandbox/proc.ts')
    journal.claim(run, {pid: process.ppid, startedAt: String(startTimeOf(process.ppid))})
    journal.close()
    const ran = await repo.run({flags: {resume: run, noCheck: true}})
    expect(ran).toMatchObject({code: 2, out: ''})
    expect(ran.err).toContain(`process ${process.ppid}`)
  })
})

describe('all that a resumed run prints', () => {
  it('is gapless behind what was there', async () => {
    const {repo, whole} = await killed({}, fix, (event) => event.type === 'tool.done')
    const again = await repo.run({flags: {continue: true}})
    const kept = again.events.filter((event) => event.passing !== true).map((event) => event.seq)
    const from = seqOf(whole.events, (event) => event.type === 'tool.done')
    expect(kept).toEqual(kept.map((_, at) => from + 1 + at))
    expect(types(again.events).filter((type) => type === 'run.opened')).toEqual([])
  })
})
