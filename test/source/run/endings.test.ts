// How a run ends, and what its last line says: the whole verb in one process, over a recorded model.

import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {bodies, calculator, cheapCheck, fix, fixedSum, type Recorded, repository, types} from '../../kit/hosted.ts'

const checked = {check: [cheapCheck]}
const breakIt: Recorded[] = [
  {calls: [{tool: 'write', input: {path: 'sum.js', text: 'export const sum = () => 0\n'}}]},
  {text: 'Hypothesis: it was wrong.', calls: []},
]
/** Breaks the file, says the same at every repair and review, and breaks it again after the restart. */
const stubborn = Array.from({length: 12}, (_, at): Recorded => breakIt[at === 0 || at === 4 ? 0 : 1] as Recorded)

describe('a run', () => {
  it('does the work, proves it, and says so in its last line', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {...checked, model: repo.replay(fix)}})
    expect(ran.closed, ran.err).toMatchObject({outcome: 'done', exitCode: 0, text: 'sum subtracted; it adds now.'})
    expect(ran.code).toBe(0)
    expect(repo.read('sum.js')).toBe(fixedSum)
    expect(ran.closed?.files).toEqual([{path: 'sum.js', change: 'changed', add: 1, del: 1}])
    expect(ran.closed?.gates).toMatchObject([{state: 'passed', required: true, command: cheapCheck}])
    expect(ran.closed?.usage.total).toMatchObject({calls: 2, input: 220, output: 20})
    expect(types(ran.events)[0]).toBe('run.opened')
    // Nothing is left that says somebody works on it.
    const journal = repo.journal()
    expect(journal.runs()).toMatchObject([{outcome: 'done', hostPid: null, title: 'fix it'}])
    journal.close()
  })

  it('finds the checks by itself, and runs them on a copy', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {model: repo.replay(fix)}})
    expect(ran.closed).toMatchObject({outcome: 'done', gates: [{gate: 'tests', state: 'passed', counts: {passed: 1, failed: 0}}]})
  })

  it('answers a question without touching anything', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'what is it?', flags: {noCheck: true, model: repo.replay([{text: 'A sum.'}])}})
    expect(ran.closed).toMatchObject({outcome: 'answered', exitCode: 0, text: 'A sum.', files: [], gates: [], checkpoint: null})
  })

  it.each([
    ['calls', {maxCalls: 1}],
    ['turns', {maxTurns: 1}],
    ['tokens', {maxTokens: 120}],
  ])('stops at a cap on %s, with what a person needs to go on', async (cap, flags) => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {...checked, ...flags, model: repo.replay(fix)}})
    expect(ran.closed).toMatchObject({outcome: 'capped', exitCode: 4})
    expect(bodies(ran.events, 'budget.exceeded')).toMatchObject([{cap, limit: Object.values(flags)[0]}])
    expect(ran.closed?.text).toContain(`Go on with: penguin run --resume ${ran.events[0]?.run}`)
    expect(types(ran.events).filter((type) => type === 'model.asked').length).toBeLessThanOrEqual(1)
  })

  it('says what the provider said when it cannot go on', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {model: repo.replay([{fault: {code: 'model.credentials', msg: 'the key is wrong'}}])}})
    expect(ran.closed).toMatchObject({outcome: 'provider', exitCode: 6, reason: 'the key is wrong'})
  })

  it('is not done while a check is red, whatever the model says, and leaves a handoff', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {...checked, model: repo.replay(stubborn)}})
    expect(ran.closed).toMatchObject({outcome: 'gate_failed', exitCode: 3, gates: [{state: 'failed'}]})
    expect(ran.closed?.text).toContain('What still fails:')
    expect(ran.closed?.text).toContain('Hypothesis')
    expect(repo.read('sum.js')).not.toBe(calculator['sum.js'])
  })

  it('takes its changes back on failure when it was asked to', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {...checked, onFail: 'restore', model: repo.replay(stubborn)}})
    expect(ran.closed).toMatchObject({outcome: 'gate_failed', files: []})
    expect(repo.read('sum.js')).toBe(calculator['sum.js'])
    expect(types(ran.events)).toContain('checkpoint.restored')
    expect(repo.git('status', '--porcelain')).toBe('')
  })

  it('ends within its time although the model is silent', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'wait', flags: {...checked, timeout: 1, model: repo.replay([{text: 'late', delayMs: 60_000}])}})
    expect(ran.closed).toMatchObject({outcome: 'timeout', exitCode: 124})
    expect(ran.closed?.reason).toContain('1 s')
  })

  it.each([
    ['SIGINT', 'interrupted', 130],
    ['SIGTERM', 'terminated', 143],
  ] as const)('ends in order on %s', async (signal, outcome, code) => {
    const repo = repository(calculator)
    const context = repo.context({prompt: 'wait', flags: {...checked, model: repo.replay([{text: 'late', delayMs: 60_000}])}})
    let sent = false
    const ran = await repo.run({
      ...context,
      out: async (text) => {
        // Nobody but the verb listens here: a process that does not is not signalled.
        if (text.includes('"model.asked"') && !sent) sent = process.emit(signal, signal)
        context.said.out += text
        return true
      },
    })
    expect(ran.code).toBe(code)
    expect(JSON.parse(context.said.out.trim().split('\n').at(-1) ?? '')).toMatchObject({type: 'run.closed', body: {outcome, exitCode: code}})
    expect(process.listenerCount(signal)).toBe(0)
  })

  it('ends when the reader of its output is gone', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'wait', flags: {...checked, model: repo.replay([{text: 'late', delayMs: 60_000}])}, out: async () => false})
    expect(ran.code).toBe(1)
    const journal = repo.journal()
    expect(journal.runs()).toMatchObject([{outcome: 'failed'}])
    journal.close()
  })

  it('matches the answer against a schema, and says once what is wrong with it', async () => {
    const repo = repository({...calculator, 'schema.json': '{"type":"object","properties":{"count":{"type":"integer"}},"required":["count"]}'})
    const run = (lines: Recorded[]) => repo.run({prompt: 'count', flags: {noCheck: true, schema: 'schema.json', model: repo.replay(lines)}})
    const good = await run([{text: 'three'}, {text: '```json\n{"count": 3}\n```'}])
    expect(good.closed).toMatchObject({outcome: 'answered', exitCode: 0, text: '{"count": 3}'})
    expect(bodies(good.events, 'notice').filter((notice) => notice.code === 'loop.nudge')).toHaveLength(1)
    const bad = await run([{text: '{"count": "x"}'}, {text: 'three'}, {text: 'three'}])
    expect(bad.closed).toMatchObject({outcome: 'schema', exitCode: 9})
    expect((await run([])).closed?.outcome).toBe('provider')
  })

  it('denies and reports what would have to be asked', async () => {
    const repo = repository(calculator)
    const lines = [{calls: [{tool: 'write', input: {path: 'new.txt', text: 'x'}}]}, {text: 'I may not.'}]
    const ran = await repo.run({prompt: 'write', flags: {noCheck: true, permission: 'ask', model: repo.replay(lines)}})
    expect(ran.closed).toMatchObject({outcome: 'needs_person', exitCode: 5, files: []})
    expect(bodies(ran.events, 'ask.answered')).toMatchObject([{choice: 'deny', by: 'nobody'}])
    expect(repo.has('new.txt')).toBe(false)
  })

  it('does not do what a rule denies, and does what one allows', async () => {
    const repo = repository(calculator)
    const lines = [
      {
        calls: [
          {tool: 'shell', input: {command: 'touch denied'}},
          {tool: 'write', input: {path: 'allowed.txt', text: 'x\n'}},
        ],
      },
      {text: 'so it is'},
    ]
    const flags = {noCheck: true, permission: 'ask', deny: ['shell(touch*)'], allow: ['write(allowed.txt)'], model: repo.replay(lines)}
    const ran = await repo.run({prompt: 'do', flags})
    expect(repo.has('denied')).toBe(false)
    expect(repo.read('allowed.txt')).toBe('x\n')
    expect(bodies(ran.events, 'tool.done').map((done) => [done.tool, done.ok])).toEqual([
      ['shell', false],
      ['write', true],
    ])
  })

  it('goes away from a loop with its reason', async () => {
    const repo = repository(calculator)
    const lines = Array.from({length: 12}, () => ({calls: [{tool: 'read', input: {path: 'sum.js'}}]}))
    const ran = await repo.run({prompt: 'look', flags: {noCheck: true, model: repo.replay(lines)}})
    expect(ran.closed).toMatchObject({outcome: 'failed', exitCode: 1})
    expect(ran.closed?.reason).toContain('same read call')
  })

  it('works on a copy when asked to, and adopts what is green', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {...checked, isolate: true, model: repo.replay(fix)}})
    expect(ran.closed, ran.err).toMatchObject({outcome: 'done', files: [{path: 'sum.js'}]})
    expect(bodies(ran.events, 'patch.adopted')).toMatchObject([{patch: 'p_1', files: [{path: 'sum.js'}]}])
    expect(repo.read('sum.js')).toBe(fixedSum)
  })

  it('keeps what is not adopted as a patch', async () => {
    const repo = repository(calculator)
    const ran = await repo.run({prompt: 'fix it', flags: {...checked, isolate: true, model: repo.replay(stubborn)}})
    expect(ran.closed).toMatchObject({outcome: 'gate_failed', files: []})
    expect(repo.read('sum.js')).toBe(calculator['sum.js'])
    const file = /git apply (\S+)/.exec(String(ran.closed?.text))?.[1] ?? 'none'
    expect(repo.read(file)).toContain('+export const sum = () => 0')
    repo.git('apply', file)
    expect(repo.read('sum.js')).toBe('export const sum = () => 0\n')
  })

  it('works on a copy while another process edits the project', async () => {
    const repo = repository(calculator)
    const {takeEditLock} = await import('../../../engine/workspace/lock.ts')
    const {startTimeOf} = await import('../../../engine/sandbox/proc.ts')
    mkdirSync(join(repo.dir, '.penguin'))
    const other = process.ppid
    const lock = takeEditLock(join(repo.dir, '.penguin'), {pid: other, startedAt: String(startTimeOf(other) ?? 0), run: 'r_other'})
    const ran = await repo.run({prompt: 'fix it', flags: {...checked, model: repo.replay(fix)}})
    if (lock.ok) lock.release()
    expect(bodies(ran.events, 'notice').map((notice) => notice.code)).toContain('run.isolated')
    expect(bodies(ran.events, 'patch.adopted')).toHaveLength(1)
    expect(ran.closed?.outcome).toBe('done')
  })

  it('records what its model says, and does the same again from the recording', async () => {
    const repo = repository(calculator)
    const file = join(repo.top, 'record.jsonl')
    await repo.run({prompt: 'fix it', flags: {...checked, record: file, model: repo.replay(fix)}})
    expect(readFileSync(file, 'utf8').trim().split('\n')).toHaveLength(2)
    repo.git('checkout', 'sum.js')
    const again = await repo.run({prompt: 'fix it', flags: {...checked, model: `replay/${file}`}})
    expect(again.closed).toMatchObject({outcome: 'done', text: 'sum subtracted; it adds now.'})
    expect(repo.read('sum.js')).toBe(fixedSum)
  })

  it('sets a damaged journal aside, says so, and starts anew the next time', async () => {
    const repo = repository(calculator)
    mkdirSync(join(repo.dir, '.penguin'))
    writeFileSync(join(repo.dir, '.penguin/journal.db'), 'this is no database, and long enough to be looked at as one'.repeat(100))
    const flags = {...checked, model: repo.replay(fix)}
    const first = await repo.run({prompt: 'fix it', flags})
    expect(first.closed).toMatchObject({outcome: 'config', exitCode: 8})
    expect(first.closed?.reason).toContain('damaged')
    expect((await repo.run({prompt: 'fix it', flags})).closed?.outcome).toBe('done')
  })
})
