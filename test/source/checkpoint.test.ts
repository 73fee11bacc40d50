import {randomBytes} from 'node:crypto'
import {chmodSync, readFileSync, rmSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {RunId} from '../../engine/base/id.ts'
import type {Change} from '../../engine/contract/workspace.ts'
import {validateLines} from '../../engine/journal/validate.ts'
import {takeEditLock} from '../../engine/workspace/lock.ts'
import {summarize} from '../../engine/workspace/patch.ts'
import {openTracker} from '../../engine/workspace/tracker.ts'
import type {Flags} from '../../source/context.ts'
import {run as checkpoint} from '../../source/verb/checkpoint.ts'
import {run as undo} from '../../source/verb/undo.ts'
import {closed, make, opened, openIn, runId} from '../engine/journal/kit.ts'
import {git, type Planted, plant, snapshot, tempFolder} from '../kit/blobs.ts'
import {testContext} from '../kit/context.ts'

const unseen = (dir: string): Record<string, string> => Object.fromEntries(Object.entries(snapshot(dir)).filter(([path]) => !path.startsWith('.penguin/')))

/** A project with a clock of its own that only moves forward. */
const project = (files: Planted = {}) => {
  const place = tempFolder({'.penguin/.gitignore': '*\n', ...files})
  let now = 1_700_000_000_000
  let runs = 0
  const clock = {...testContext().clock, now: () => (now += 1000)}

  /** A run as the host records one: a checkpoint, then the effects, then its end. */
  const work = (title: string, acts: (() => void)[], more: {isolated?: boolean; adopt?: boolean; ends?: boolean} = {}): RunId => {
    runs += 1
    const run = runId(runs)
    const journal = openIn(place.dir, {clock})
    const site = more.isolated ? tempFolder(unseenFiles(place.dir)) : undefined
    const dir = site?.dir ?? place.dir
    const tracker = openTracker({dir, blobs: journal.blobs})
    journal.append(run, [
      opened({root: place.dir, cwd: place.dir, ...(more.isolated === undefined ? {} : {isolated: more.isolated})}),
      make('user.said', {text: title, files: []}),
      make('checkpoint.saved', {checkpoint: `c_${run.slice(2)}_3`, treeSha256: tracker.treeSha256(), why: 'start'}),
    ])
    const made: Change[][] = []
    for (const act of acts) {
      tracker.before('any')
      act.call(dir)
      const changes = tracker.after('any')
      made.push(changes)
      const sandbox = {level: 'off', writes: 'open', network: 'open'} as const
      journal.append(run, [make('tool.done', {call: 'k', tool: 'shell', ok: true, wallMs: 1, sandbox, changes})])
    }
    if (more.adopt) {
      for (const act of acts) act.call(place.dir)
      journal.append(run, [make('patch.adopted', {patch: 'p_1', files: summarize(made.flat(), journal.blobs), changes: made.flat()})])
    }
    const stands = more.isolated && !more.adopt ? [] : summarize(made.flat(), journal.blobs)
    const end = closed()
    if (more.ends !== false) journal.append(run, [{...end, body: {...end.body, files: stands}} as typeof end])
    journal.close()
    site?.remove()
    return run
  }
  const call = async (verb: typeof checkpoint, words: string[] = [], flags: Flags = {}) => {
    const context = testContext({words, flags, cwd: place.dir, env: {HOME: '/nonexistent/home'}})
    const code = await verb({...context, clock, dice: (bytes) => randomBytes(bytes)})
    return {code, ...context.said}
  }
  return {...place, work, call, clock, files: () => unseen(place.dir)}
}

const unseenFiles = (dir: string): Planted =>
  Object.fromEntries(Object.entries(unseen(dir)).map(([path, what]) => [path, what.replace(/^file:/, '').replace(/^link:/, '->')]))

const write = (files: Planted) =>
  function (this: unknown): void {
    plant(this as string, files)
  }
const remove = (path: string) =>
  function (this: unknown): void {
    rmSync(join(this as string, path))
  }

describe('undo', () => {
  it('takes back the newest run, then the one before, and says what it did', async () => {
    using place = project({'a.txt': '0', 'gone.txt': 'g', 'mine.txt': 'user'})
    const start = place.files()
    place.work('first request', [write({'a.txt': '1', 'new/b.txt': '1'})])
    const middle = place.files()
    const second = place.work('second request', [write({'a.txt': '2'}), remove('gone.txt'), write({'a.txt': '3'})])
    plant(place.dir, {'mine.txt': 'user again'})
    const dry = await place.call(undo, [], {dryRun: true})
    expect(dry).toMatchObject({code: 0, err: ''})
    expect(dry.out).toBe(`would put back 2 files of ${second} (second request)\n  ~ a.txt\n  + gone.txt\n`)
    expect(place.files()['a.txt']).toBe('file:3')
    const wet = await place.call(undo)
    expect(wet.code).toBe(0)
    expect(wet.out).toContain(`put back 2 files of ${second} (second request)\n  ~ a.txt\n  + gone.txt\nto have it as it was: penguin checkpoint restore c_`)
    expect(place.files()).toEqual({...middle, 'mine.txt': 'file:user again'})
    expect((await place.call(undo)).out).toContain('(first request)')
    expect(place.files()).toEqual({...start, 'mine.txt': 'file:user again'})
    expect(await place.call(undo)).toEqual({code: 1, out: '', err: 'penguin: there is nothing to undo\n'})
  })

  it('is itself taken back with the checkpoint that it names, and that again', async () => {
    using place = project({'a.txt': '0'})
    place.work('one', [write({'a.txt': '1', b: '1'})])
    const after = place.files()
    const back = /checkpoint restore (c_\w+)/.exec((await place.call(undo)).out)?.[1] ?? ''
    expect(place.files()).toEqual({'a.txt': 'file:0'})
    expect((await place.call(checkpoint, ['restore', back])).code).toBe(0)
    expect(place.files()).toEqual(after)
    expect((await place.call(undo)).code).toBe(0)
    expect(place.files()).toEqual({'a.txt': 'file:0'})
  })

  it('leaves and names what somebody else changed, and takes it with --force', async () => {
    using place = project({'a.txt': '0', 'b.txt': '0'})
    place.work('one', [write({'a.txt': '1', 'b.txt': '1'})])
    plant(place.dir, {'b.txt': 'user'})
    const first = await place.call(undo)
    expect(first.code).toBe(1)
    expect(first.out).toContain('  ! b.txt\nput them back too with --force\n')
    expect(place.files()).toEqual({'a.txt': 'file:0', 'b.txt': 'file:user'})
    expect((await place.call(undo, [], {force: true})).code).toBe(0)
    expect(place.files()).toEqual({'a.txt': 'file:0', 'b.txt': 'file:0'})
  })

  it('counts what was adopted from a copy, and nothing that stayed there', async () => {
    using place = project({'a.txt': '0'})
    place.work('adopted', [write({'a.txt': '1'}), write({'a.txt': '2'})], {isolated: true, adopt: true})
    place.work('left', [write({'a.txt': 'lost'})], {isolated: true})
    expect(place.files()).toEqual({'a.txt': 'file:2'})
    expect((await place.call(undo)).out).toContain('(adopted)')
    expect(place.files()).toEqual({'a.txt': 'file:0'})
  })

  it('undoes a run that was cut off, and waits for one that is at work', async () => {
    using place = project({'a.txt': '0'})
    place.work('cut off', [write({'a.txt': '1'})], {ends: false})
    const lock = takeEditLock(join(place.dir, '.penguin'), {pid: process.pid, startedAt: '', run: 'r_1'})
    expect(await place.call(undo)).toMatchObject({code: 1, err: `penguin: process ${process.pid} is editing this project: wait for it, or end it\n`})
    expect(place.files()).toEqual({'a.txt': 'file:1'})
    if (lock.ok) lock.release()
    expect((await place.call(undo)).code).toBe(0)
    expect(place.files()).toEqual({'a.txt': 'file:0'})
  })

  it('keeps line ends, modes, links and git as they were', async () => {
    using place = project({'crlf.txt': 'a\r\nb\r\n', 'run.sh': {text: '#!/bin/sh\n', mode: 0o755}, link: '->crlf.txt', 'ü "x"\n.txt': '1'})
    git(place.dir, 'init')
    git(place.dir, 'add', 'crlf.txt')
    git(place.dir, 'commit', '-m', 'x')
    const [start, status, head] = [place.files(), git(place.dir, 'status', '--porcelain'), git(place.dir, 'rev-parse', 'HEAD')]
    place.work('one', [
      write({'crlf.txt': 'a\nb\n', link: 'file', 'ü "x"\n.txt': '2'}),
      function (this: unknown) {
        chmodSync(join(this as string, 'run.sh'), 0o644)
      },
    ])
    expect((await place.call(undo)).code).toBe(0)
    expect(place.files()).toEqual(start)
    expect(git(place.dir, 'status', '--porcelain')).toBe(status)
    expect(git(place.dir, 'rev-parse', 'HEAD')).toBe(head)
  })

  it('says so where nothing was ever done', async () => {
    using place = tempFolder({'a.txt': '1'})
    git(place.dir, 'init')
    const context = testContext({cwd: place.dir, env: {HOME: '/nonexistent/home'}})
    expect(await undo(context)).toBe(1)
    expect(await checkpoint(context)).toBe(0)
    expect(context.said.out).toBe('')
    expect(snapshot(place.dir)).toEqual({'a.txt': 'file:1'})
  })
})

describe('checkpoint', () => {
  it('lists where one can go back to, newest first, with what changed since', async () => {
    using place = project({'a.txt': '0'})
    const first = place.work('first', [write({'a.txt': '1', 'b.txt': '1'})])
    const second = place.work('second', [write({'a.txt': '2'})])
    const {code, out} = await place.call(checkpoint, ['list'])
    expect(code).toBe(0)
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => line.replace(/\d+ min ago/, 'AGO').replace(/ +/g, ' ')),
    ).toEqual([`c_${second.slice(2)}_3 AGO 1 file since start: second`, `c_${first.slice(2)}_3 AGO 2 files since start: first`])
    const lines = (await place.call(checkpoint, [], {json: true})).out.trim().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      {run: second, files: 1},
      {run: first, files: 2},
    ])
  })

  it('shows the diff since, and puts back across runs', async () => {
    using place = project({'a.txt': 'zero\n'})
    const start = place.files()
    const first = place.work('first', [write({'a.txt': 'one\n'})])
    place.work('second', [write({'a.txt': 'two\n', new: 'n\n'})])
    const {out} = await place.call(checkpoint, ['diff', `c_${first.slice(2)}_3`])
    expect(out).toContain('-zero\n+two\n')
    expect(out).toContain('new file mode 100644')
    const dry = await place.call(checkpoint, ['restore', `c_${first.slice(2)}_3`], {dryRun: true})
    expect(dry).toMatchObject({code: 0, out: `would put back 2 files to c_${first.slice(2)}_3\n  ~ a.txt\n  - new\n`})
    expect((await place.call(checkpoint, ['restore', `c_${first.slice(2)}_3`])).code).toBe(0)
    expect(place.files()).toEqual(start)
    expect((await place.call(checkpoint, ['diff', `c_${first.slice(2)}_3`])).out).toBe('')
    expect((await place.call(undo)).code).toBe(0)
    expect(readFileSync(join(place.dir, 'a.txt'), 'utf8')).toBe('two\n')
  })

  it('saves one with a name, found by it or by a beginning of its id', async () => {
    using place = project({'a.txt': '0'})
    const {out} = await place.call(checkpoint, ['save', 'mine'])
    const id = out.trim()
    expect(id).toMatch(/^c_[0-9a-z]{16}_2$/)
    place.work('after', [write({'a.txt': '1'})])
    expect((await place.call(checkpoint, ['diff', 'mine'])).out).toContain('-0\n')
    expect((await place.call(checkpoint, ['restore', id.slice(2, 9)])).code).toBe(0)
    expect(place.files()).toEqual({'a.txt': 'file:0'})
  })

  it('refuses what it cannot find', async () => {
    using place = project({'a.txt': '0'})
    place.work('one', [write({'a.txt': '1'})])
    place.work('two', [write({'a.txt': '2'})])
    expect(await place.call(checkpoint, ['restore'])).toMatchObject({code: 2, out: ''})
    expect((await place.call(checkpoint, ['restore', 'c_zzz'])).err).toContain('there is no checkpoint c_zzz')
    expect((await place.call(checkpoint, ['diff', 'c_000'])).err).toContain('more than one checkpoint begins with c_000')
    expect((await place.call(checkpoint, ['frobnicate'])).code).toBe(2)
  })

  it('records itself as a whole run of its own', async () => {
    using place = project({'a.txt': '0'})
    place.work('one', [write({'a.txt': '1'})])
    await place.call(undo)
    const journal = openIn(place.dir, {readonly: true})
    const side = journal.runs().at(-1)?.run as RunId
    const events = [...journal.read({run: side})]
    journal.close()
    expect(events.map((event) => event.type)).toEqual(['run.opened', 'checkpoint.saved', 'checkpoint.restored', 'run.closed'])
    expect(events.map((event) => event.seq)).toEqual([1, 2, 3, 4])
    expect(await validateLines(events.map((event) => `${JSON.stringify(event)}\n`))).toEqual({ok: true, events: 4})
  })
})
