import {existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {FaultError} from '../../../engine/contract/fault.ts'
import {foldAll} from '../../../engine/contract/journal.ts'
import {tempFolder} from '../../kit/temp.ts'
import {closed, delta, make, notice, opened, openIn, openTemp, realClock, rootSpan, runId, textOf, trace} from './kit.ts'

const [one, two] = [runId(1), runId(2)]

describe('append', () => {
  it('counts seq from 1 without gaps in each run, whatever other runs do', () => {
    const journal = openTemp()
    journal.append(one, [opened()])
    journal.append(two, [opened(), notice('x')])
    journal.append(one, [notice('a'), notice('b')])
    expect([...journal.read({run: one})].map((event) => event.seq)).toEqual([1, 2, 3])
    expect([...journal.read({run: two})].map((event) => event.seq)).toEqual([1, 2])
    expect([journal.lastSeq(one), journal.lastSeq(two), journal.lastSeq(runId(9))]).toEqual([3, 2, 0])
  })

  it('answers exactly what a reader finds later, with the fields of the envelope in their order', () => {
    const folder = tempFolder()
    const journal = openIn(folder, {clock: {...realClock, now: () => 1795600000000}})
    const where = {task: 't_1', role: 'coder', agent: 'a_2', turn: 3, span: rootSpan, parent: 'c'.repeat(16), key: 'k'} as Partial<
      Parameters<typeof notice>[1]
    > &
      object
    const [event] = journal.append(one, [notice('hello', where)])
    expect(JSON.stringify(event)).toBe(
      `{"v":1,"seq":1,"at":1795600000000,"type":"notice","run":"${one}","task":"t_1","role":"coder","agent":"a_2","turn":3,"trace":"${trace}","span":"${rootSpan}","parent":"${'c'.repeat(16)}","body":{"code":"test","text":"hello"}}`,
    )
    journal.close()
    expect([...openIn(folder).read({run: one})].map((found) => JSON.stringify(found))).toEqual([JSON.stringify(event)])
  })

  it('is not changed by what is done to a body afterwards', () => {
    const journal = openTemp()
    const body = {tasks: [{id: 't_1', title: 'before', after: [], accept: [], state: 'open'}]}
    const [event] = journal.append(one, [make('plan.updated', body)])
    if (body.tasks[0]) body.tasks[0].title = 'after'
    expect(event).toEqual([...journal.read({run: one})][0])
  })

  it('takes a key once in a run, also in one batch and after a restart', () => {
    const folder = tempFolder()
    const journal = openIn(folder)
    expect(journal.append(one, [notice('a', {key: 'k'}), notice('b', {key: 'k'}), notice('c', {key: 'other'})]).map(textOf)).toEqual(['a', 'c'])
    expect(journal.append(two, [notice('d', {key: 'k'})]).map(textOf)).toEqual(['d'])
    journal.close()
    const again = openIn(folder)
    expect(again.append(one, [notice('e', {key: 'k'}), notice('f')]).map((event) => [event.seq, textOf(event)])).toEqual([[3, 'f']])
  })

  it('writes nothing after run.closed', () => {
    const folder = tempFolder()
    const journal = openIn(folder)
    journal.append(one, [opened()])
    expect(journal.append(one, [closed(), notice('late'), closed()])).toHaveLength(1)
    expect(journal.append(one, [notice('later')])).toEqual([])
    journal.close()
    const again = openIn(folder)
    expect(again.append(one, [closed('failed')])).toEqual([])
    expect([...again.read({run: one})].map((event) => event.type)).toEqual(['run.opened', 'run.closed'])
  })

  it('refuses a passing kind, and pass refuses a kept one', () => {
    const journal = openTemp()
    expect(() => journal.append(one, [notice('a'), delta('x')])).toThrow(FaultError)
    expect(() => journal.pass(one, notice('a'))).toThrow(FaultError)
    expect(journal.lastSeq(one)).toBe(0)
  })

  it('keeps kinds of plugins as they are', () => {
    const journal = openTemp()
    journal.append(one, [{...notice('a'), type: 'x.coffee.made' as never}])
    expect([...journal.read({run: one, types: ['x.*']})].map((event) => event.type)).toEqual(['x.coffee.made'])
  })

  it('writes all drafts of a call or none', () => {
    const journal = openTemp()
    const circular: Record<string, unknown> = {}
    circular.self = circular
    expect(() => journal.append(one, [notice('a'), make('memory.noted', circular)])).toThrow(TypeError)
    expect(() => journal.append(one, [notice('a'), {...notice('b'), trace: null as never}])).toThrow()
    expect(journal.lastSeq(one)).toBe(0)
    expect(journal.append(one, [notice('c')]).map((event) => event.seq)).toEqual([1])
  })

  it('goes on after a full append as before', () => {
    const journal = openTemp()
    journal.append(one, [notice('a')])
    journal.append(one, [notice('b')], {full: true})
    journal.append(one, [notice('c')])
    expect([...journal.read({run: one})].map(textOf)).toEqual(['a', 'b', 'c'])
  })

  it('takes 100,000 events in batches and folds them back', () => {
    const folder = tempFolder()
    const journal = openIn(folder)
    const total = 100_000
    let sum = 0
    for (let at = 0; at < total; at += 500) {
      const made = journal.append(
        one,
        Array.from({length: 500}, (_, n) => notice(String(at + n))),
      )
      expect(made[0]?.seq).toBe(at + 1)
    }
    journal.close()
    const again = openIn(folder, {readonly: true})
    const fold = {
      empty: {events: 0, inOrder: true},
      step: (state: {events: number; inOrder: boolean}, event: {seq: number}) => ({
        events: state.events + 1,
        inOrder: state.inOrder && event.seq === state.events + 1,
      }),
    }
    expect(foldAll(fold, again.read({run: one}))).toEqual({events: total, inOrder: true})
    for (const event of again.read({run: one, after: total - 10, until: total - 5})) sum += Number(textOf(event))
    expect(sum).toBe(5 * total - (10 + 9 + 8 + 7 + 6))
  })
})

describe('read', () => {
  it('takes exact types and wildcards, and seqs between after and until', () => {
    const journal = openTemp()
    const call = {call: 'c', tool: 'read', wallMs: 1, sandbox: {level: 'off' as const, writes: 'open' as const, network: 'open' as const}}
    journal.append(one, [
      opened(),
      notice('n'),
      make('tool.called', {...call, input: {}, needs: [], effect: false}),
      make('tool.done', {...call, ok: true}),
      closed(),
    ])
    const types = (...wanted: string[]): string[] => [...journal.read({run: one, types: wanted})].map((event) => event.type)
    expect(types('tool.*')).toEqual(['tool.called', 'tool.done'])
    expect(types('*.closed', 'notice')).toEqual(['notice', 'run.closed'])
    expect(types('*')).toHaveLength(5)
    expect(types('tool')).toEqual([])
    expect(types('tool.c.lled')).toEqual([])
    expect([...journal.read({run: one, after: 1, until: 3})].map((event) => event.seq)).toEqual([2, 3])
    expect([...journal.read({run: one, after: 5})]).toEqual([])
  })

  it('lets events be written while it is read', () => {
    const journal = openTemp()
    journal.append(
      one,
      Array.from({length: 600}, (_, n) => notice(String(n))),
    )
    let seen = 0
    for (const event of journal.read({run: one, until: 600})) {
      seen += 1
      expect(event.seq).toBe(seen)
      if (seen % 100 === 0) journal.append(one, [notice('more')])
    }
    expect(seen).toBe(600)
    expect(journal.lastSeq(one)).toBe(606)
  })
})

describe('the folder', () => {
  it('is made with a .gitignore that keeps it out of git, and an existing one is left alone', () => {
    const folder = tempFolder()
    openIn(folder)
    expect(readFileSync(join(folder, '.penguin', '.gitignore'), 'utf8')).toBe('*\n')
    const other = tempFolder()
    mkdirSync(join(other, '.penguin'))
    writeFileSync(join(other, '.penguin', '.gitignore'), '*\n!config.yml\n')
    openIn(other)
    expect(readFileSync(join(other, '.penguin', '.gitignore'), 'utf8')).toBe('*\n!config.yml\n')
  })

  it('is not made behind a link that leads nowhere, which is said', () => {
    const folder = tempFolder()
    symlinkSync(join(folder, 'gone'), join(folder, '.penguin'))
    expect(() => openIn(folder)).toThrow('journal.readonly')
  })

  it('is never made by somebody who only reads', () => {
    const folder = tempFolder()
    expect(() => openIn(folder, {readonly: true})).toThrow('journal.missing')
    expect(existsSync(join(folder, '.penguin'))).toBe(false)
  })
})
