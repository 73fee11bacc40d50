// Models that get nowhere: one call for ever, two in turn, nothing but failures; and models that are wrong at first.
// Each run ends by itself, in few calls, with a report that a person can go on from.

import {describe, expect, it} from 'vitest'
import {bodies, calculator, fixed, green, results, types, ways} from '../kit/flow.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {type Ended, place} from '../kit/penguin.ts'

const play = async (
  script: (asked: Asked) => Scripted,
  files: Record<string, string> = calculator,
  more: string[] = [],
): Promise<{run: Ended; requests: Asked[]; sum: string; status: string}> => {
  await using server = await modelServer(script)
  using repo = place(files)
  const {args, env} = ways.responses(server)
  const run = await repo.run(['run', '--json', ...args, ...more, 'fix the failing tests'], {env})
  expect(repo.survivors()).toEqual([])
  return {run, requests: server.requests, sum: repo.read('sum.js'), status: repo.git('status', '--porcelain')}
}

const call = (tool: string, input: unknown): Scripted => ({calls: [{tool, input}]})

describe('a model that goes round in circles', () => {
  it.each<[string, (asked: Asked) => Scripted, string, RegExp]>([
    ['repeats one call', () => call('read', {path: 'sum.js'}), 'red', /the same read call was made 4 times/],
    ['repeats one call with green checks', () => call('read', {path: 'sum.js'}), 'green', /the same read call/],
    ['alternates two', ({n}) => call('read', {path: n % 2 ? 'sum.js' : 'package.json'}), 'red', /took turns 3 times/],
    ['runs the same command, whose output is never the same', () => call('shell', {command: 'date +%N'}), 'green', /the same shell call was made 8 times/],
    ['only fails', ({n}) => call('read', {path: `no-such-file-${n}.js`}), 'green', /10 calls in a row failed/],
    ['calls tools that are not there', ({n}) => call(`tool_${n}`, {}), 'red', /10 calls in a row failed/],
    ['asks for the same three in turn', ({n}) => call('read', {path: ['sum.js', 'package.json', 'test/sum.test.js'][n % 3]}), 'green', /took turns 3 times/],
  ])('%s', async (_name, script, checks, why) => {
    const {run, requests} = await play(script, checks === 'green' ? green : calculator)
    expect(run.closed, run.stderr).toMatchObject(checks === 'green' ? {outcome: 'failed', exitCode: 1} : {outcome: 'gate_failed', exitCode: 3})
    expect(requests.length).toBeLessThan(15)
    const handed = bodies(run.lines, 'phase.handed')
    expect(handed).toMatchObject([{outcome: 'stuck'}])
    expect(handed[0]?.why).toMatch(why)
    expect(run.closed?.text).toContain('Go on with: penguin run --resume')
    // It was told before it was stopped, and not in between a call and its answer.
    const told = requests.at(-1)?.messages.findLast((message) => message.from === 'user')?.text ?? ''
    expect(told).not.toBe('fix the failing tests')
  })
})

const write = (text: string): Scripted => call('write', {path: 'sum.js', text})
const wrong = (n: number): string => `export const sum = (numbers) => numbers.length * ${n + 10}\n`
const briefs = (asked: Asked): number => asked.messages.filter((message) => message.text.includes('Work from the evidence')).length
const isReviewer = (asked: Asked): boolean => asked.messages[0]?.text.includes("Penguin's reviewer") ?? false
const isAfresh = (asked: Asked): boolean => asked.messages.some((message) => message.text.includes('An earlier attempt at this failed'))
const answeredHere = (asked: Asked): boolean => asked.messages.at(-1)?.from === 'tool'

/** Wrong for the first `misses` attempts, each with a diagnosis of its own. */
const mender =
  (misses: number) =>
  (asked: Asked): Scripted => {
    if (isReviewer(asked)) return {text: 'The evidence: 6 is expected.\nHypothesis: the operator is wrong.'}
    const attempt = isAfresh(asked) ? 3 : briefs(asked)
    if (answeredHere(asked)) return {text: `Hypothesis: cause number ${attempt}.`}
    return write(attempt < misses ? wrong(attempt) : fixed)
  }

describe('a model that is wrong at first', () => {
  it('once: it reads what failed, and mends it', async () => {
    const {run, requests, sum} = await play(mender(1))
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(sum).toBe(fixed)
    const brief = requests[2]?.messages.findLast((message) => message.from === 'user')?.text ?? ''
    expect(brief).toContain('adds')
    expect(brief).toMatch(/30.*6|6.*30/s)
    expect(bodies(run.lines, 'gate.failed')).toHaveLength(1)
    expect(
      requests[2]?.messages.filter((message) => message.from === 'tool'),
      'it goes on in the same conversation',
    ).toHaveLength(1)
  })

  it('three times: a reviewer looks, and a fresh start from the old files does it', async () => {
    const {run, requests, sum} = await play(mender(3))
    expect(run.closed, JSON.stringify(run.closed)).toMatchObject({outcome: 'done', exitCode: 0})
    expect(sum).toBe(fixed)
    expect(run.lines.filter((line) => line.type === 'task.started').map((line) => line.body.phase)).toEqual([
      'implement',
      'repair',
      'repair',
      'review',
      'implement',
    ])
    const review = requests.find(isReviewer)?.messages.at(-1)?.text ?? ''
    expect(review).toContain('"cause number 0."; "cause number 1."; "cause number 2."')
    const afresh = requests.find((asked) => isAfresh(asked)) as Asked
    expect(afresh.messages.map((message) => message.from)).toEqual(['system', 'user'])
    expect(afresh.last).toContain('Hypothesis: the operator is wrong.')
    expect(bodies(run.lines, 'checkpoint.restored')).toMatchObject([{changes: [{path: 'sum.js'}], conflicts: []}])
  })

  it('always: it ends with 3 and hands over what a person needs', async () => {
    const {run, sum} = await play(mender(9))
    expect(run.closed).toMatchObject({outcome: 'gate_failed', exitCode: 3})
    expect(sum).toBe(wrong(3))
    const text = run.closed?.text ?? ''
    expect(text).toContain('What still fails:')
    expect(text).toContain('+export const sum = (numbers) => numbers.length * 13')
    expect(text).toContain('Tried: "cause number 0."')
    expect(text).toMatch(/Spent: \d+ calls, \d+ tokens, \$0\.00/)
    expect(text).toContain(`penguin run --resume ${run.lines[0]?.run}`)
    expect(run.closed?.gates).toMatchObject([{state: 'failed', counts: {failed: 1, failedBefore: 1}}])
  })

  it('always, with --on-fail restore: the files are as they were', async () => {
    const {run, status} = await play(mender(9), calculator, ['--on-fail', 'restore'])
    expect(run.closed).toMatchObject({exitCode: 3, files: []})
    expect(status).toBe('')
  })

  it('the same way each time: repairs end early', async () => {
    const {run} = await play((asked) => (isReviewer(asked) ? {text: 'no idea'} : answeredHere(asked) ? {text: 'done'} : write(wrong(1))))
    expect(run.closed).toMatchObject({exitCode: 3})
    expect(types(run.lines).filter((type) => type === 'task.started').length).toBeLessThanOrEqual(5)
  })
})

it('what was written and taken back again is no change', async () => {
  const {run} = await play((asked) => {
    const done = results(asked).length
    return done === 0 ? call('write', {path: 'new.txt', text: 'x\n'}) : done === 1 ? call('shell', {command: 'rm new.txt'}) : {text: 'nothing to do'}
  }, green)
  expect(run.closed).toMatchObject({outcome: 'answered', exitCode: 0, files: []})
})
