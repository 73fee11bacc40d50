// What may be spent, through the real program: the run's caps end the run, a role's own cap ends that role's part.

import {describe, expect, it} from 'vitest'
import {bodies, calculator, edit, fixed, results, ways} from '../kit/flow.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {type Ended, place} from '../kit/penguin.ts'

const isA = (asked: Asked, role: string): boolean => asked.messages[0]?.text.includes(`Penguin's ${role}`) ?? false

const play = async (config: string, script: (asked: Asked) => Scripted, flags: string[] = []): Promise<{run: Ended; asked: Asked[]; sum: string}> => {
  await using server = await modelServer(script)
  using repo = place(calculator)
  repo.write({'.penguin/config.yml': config})
  const {args, env} = ways.responses(server)
  const run = await repo.run(['run', '--json', ...args, ...flags, 'fix it'], {env})
  return {run, asked: server.requests, sum: repo.read('sum.js')}
}

/** Looks for ever, a little further each time. */
const looking = (asked: Asked): Scripted => ({calls: [{tool: 'read', input: {path: 'sum.js', to: results(asked).length + 1}}]})
const mending = (asked: Asked): Scripted => (results(asked).length > 0 ? {text: 'It adds now.'} : edit)

describe("a role's own cap", () => {
  it.each(['explorer', 'planner', 'tester'])('of the %s ends its part, and the others go on', async (role) => {
    const script = (asked: Asked): Scripted => (isA(asked, role) ? looking(asked) : mending(asked))
    const {run, asked, sum} = await play(`roles: {${role}: {model: openai/gpt-5.2, calls: 2}}\n`, script)
    expect(run.closed, run.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(sum).toBe(fixed)
    expect(asked.filter((one) => isA(one, role))).toHaveLength(2)
    const agent = run.lines.find((line) => line.type === 'role.hired' && line.role === role)?.agent
    expect(bodies(run.lines, 'budget.exceeded')).toEqual([{cap: 'calls', limit: 2, used: 2, node: agent}])
    expect(bodies(run.lines, 'budget.granted')).toMatchObject([{caps: {calls: 2}, node: agent}])
  })

  it('of the coder ends the run as capped, and says whose cap it was', async () => {
    const {run, asked} = await play('roles: {coder: {calls: 2}}\n', looking)
    expect(run.closed, run.stderr).toMatchObject({outcome: 'capped', exitCode: 4})
    expect(asked).toHaveLength(2)
    expect(`${run.closed?.reason} ${run.closed?.text}`).toMatch(/roles\.coder\.calls/)
  })

  it('is never more than the run has left', async () => {
    const {run, asked} = await play('roles: {explorer: {model: openai/gpt-5.2, calls: 2}, coder: {calls: 50}}\n', looking, ['--max-calls', '5'])
    expect(run.closed, run.stderr).toMatchObject({outcome: 'capped', exitCode: 4})
    expect(asked).toHaveLength(5)
    expect(bodies(run.lines, 'budget.granted')).toMatchObject([
      {node: 'run', caps: {calls: 5}},
      {node: 'a_1', caps: {calls: 2}},
      {node: 'a_2', caps: {calls: 3}},
    ])
  })
})

it('what was granted, spent and left is told live, and the money is that of the cards', async () => {
  const usage = {input: 1000, output: 100}
  const {run} = await play('', (asked) => ({...mending(asked), usage}), ['--max-tokens', '50000', '--max-usd', '1'])
  expect(run.closed).toMatchObject({outcome: 'done', usage: {total: {calls: 2, input: 2000, output: 200}}})
  const spent = bodies(run.lines, 'budget.spent') as {total: {usd: number}; left: {tokens: number; usd: number}}[]
  expect(spent).toHaveLength(2)
  expect(spent.map(({left}) => left.tokens)).toEqual([48_900, 47_800])
  const usd = run.closed?.usage.total.usd ?? 0
  expect(usd).toBeGreaterThan(0)
  expect(spent.at(-1)?.left.usd).toBeCloseTo(1 - usd, 6)
})
