import {createHash} from 'node:crypto'
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import type {Flags} from '../../source/context.ts'
import {journalDir} from '../../source/verb/journal-dir.ts'
import {run as log} from '../../source/verb/log.ts'
import {closed, make, notice, opened, openIn, runId} from '../engine/journal/kit.ts'
import {testContext} from '../kit/context.ts'
import {tempFolder} from '../kit/temp.ts'

const [one, two] = [runId(1), runId(2)]

const project = (): string => {
  const folder = tempFolder()
  const journal = openIn(folder)
  journal.append(one, [opened(), closed()])
  journal.append(two, [
    opened(),
    notice('of the coder', {role: 'coder'}),
    notice('elsewhere', {trace: 'f'.repeat(32) as never}),
    make('error', {code: 'x', msg: 'm', hint: '', again: false}),
    closed('failed'),
  ])
  return folder
}

const call = async (cwd: string, words: string[] = [], flags: Flags = {}, stdin?: string) => {
  const context = testContext({words, flags, cwd, env: {HOME: cwd}, stdin})
  const code = await log(context)
  return {code, ...context.said, lines: context.said.out.split('\n').slice(0, -1)}
}

describe('log', () => {
  it('shows the newest run, one readable line per event', async () => {
    const {code, lines, err} = await call(project())
    expect([code, err, lines.length]).toEqual([0, '', 5])
    expect(lines[1]).toMatch(/^ {4}2 \d\d:\d\d:\d\d\.\d{3} coder {4}notice .*of the coder/)
  })

  it('shows a named run as the lines that it printed, and these are valid', async () => {
    const folder = project()
    const {code, out, lines} = await call(folder, [one], {json: true})
    expect([code, lines.map((line) => JSON.parse(line).type)]).toEqual([0, ['run.opened', 'run.closed']])
    writeFileSync(join(folder, 'log.jsonl'), out)
    expect(await call(folder, [], {validate: 'log.jsonl'})).toMatchObject({code: 0, out: '2 events, valid\n'})
    expect(await call(folder, [], {validate: '-'}, out)).toMatchObject({code: 0})
  })

  it('filters by type, role and trace', async () => {
    const folder = project()
    const types = async (flags: Flags) => (await call(folder, [], {json: true, ...flags})).lines.map((line) => JSON.parse(line).type)
    expect(await types({type: 'run.*'})).toEqual(['run.opened', 'run.closed'])
    expect(await types({type: ['notice', 'error']})).toEqual(['notice', 'notice', 'error'])
    expect(await types({type: 'notice,error', role: 'coder'})).toEqual(['notice'])
    expect(await types({trace: 'f'.repeat(32)})).toEqual(['notice'])
  })

  it('follows a run until it is closed, whatever is asked for', async () => {
    const folder = tempFolder()
    const journal = openIn(folder)
    journal.append(one, [opened(), notice('past')])
    const shown = call(folder, [], {follow: true, json: true, type: 'notice'})
    await new Promise((resolve) => setImmediate(resolve))
    journal.append(one, [notice('now')])
    journal.append(one, [closed()])
    const {code, lines} = await shown
    expect([code, lines.map((line) => JSON.parse(line).body.text)]).toEqual([0, ['past', 'now']])
  })

  it('takes the beginning of an id when it says which run', async () => {
    const folder = tempFolder()
    const journal = openIn(folder)
    journal.append('r_abcdefgh00000000' as never, [opened()])
    journal.append('r_abxxxxxx00000000' as never, [opened(), notice('x')])
    expect((await call(folder, ['r_abx'])).lines).toHaveLength(2)
    expect((await call(folder, ['r_ab'])).code).toBe(2)
  })

  it('ends 2 where there is no journal, no such run, no such file', async () => {
    const empty = tempFolder()
    expect(await call(empty)).toMatchObject({code: 2, out: ''})
    expect(await call(project(), ['r_0000000000000009'])).toMatchObject({code: 2, out: '', err: expect.stringContaining('r_0000000000000009')})
    expect(await call(empty, [], {validate: 'nothing.jsonl'})).toMatchObject({code: 2, out: ''})
    expect(await call(empty, [], {validate: '.'})).toMatchObject({code: 2, out: ''})
  })

  it('ends 1 and says line and reason for a log that is not whole', async () => {
    const folder = project()
    const {out} = await call(folder, [one], {json: true})
    writeFileSync(join(folder, 'cut.jsonl'), out.slice(0, -5))
    expect(await call(folder, [], {validate: 'cut.jsonl'})).toMatchObject({code: 1, out: '', err: expect.stringMatching(/line 2: .*part of a line/)})
    writeFileSync(join(folder, 'bytes.jsonl'), Buffer.from([0x7b, 0xff, 0x7d, 0x0a]))
    expect(await call(folder, [], {validate: 'bytes.jsonl'})).toMatchObject({code: 1, err: expect.stringContaining('UTF-8')})
  })

  it('ends 1 for a damaged journal, which it leaves alone', async () => {
    const folder = project()
    writeFileSync(join(folder, '.penguin', 'journal.db'), 'garbage'.repeat(1000))
    expect(await call(folder)).toMatchObject({code: 1, out: '', err: expect.stringContaining('damaged')})
  })
})

describe('a journal that is damaged further in', () => {
  it('is told by the first event that cannot be read', async () => {
    const folder = tempFolder()
    const journal = openIn(folder)
    journal.append(one, [opened(), ...Array.from({length: 100}, () => notice('x'.repeat(1000)))])
    journal.close()
    const bytes = readFileSync(journal.path)
    writeFileSync(journal.path, bytes.fill(0x55, bytes.length - 8 * 4096, bytes.length - 4096))
    expect(await call(folder)).toMatchObject({code: 1, err: expect.stringContaining('damaged')})
  })
})

describe('the folder of a journal', () => {
  it("is .penguin of the nearest project upward, or the state folder's when only that holds one", () => {
    const folder = tempFolder({'.git/HEAD': '', 'src/deep/a.js': ''})
    const env = {HOME: folder, XDG_STATE_HOME: join(folder, 'state')}
    const at = (cwd: string): string => journalDir({cwd: join(folder, cwd), env})
    expect(at('src/deep')).toBe(join(folder, '.penguin'))
    const other = join(folder, 'state', 'penguin', 'projects', createHash('sha256').update(folder).digest('hex').slice(0, 16))
    openIn(folder, {dir: other})
    expect(at('src')).toBe(other)
    openIn(folder)
    expect(at('src')).toBe(join(folder, '.penguin'))
  })
})
