// What is told of a run's agents after their processes are gone: every agent of the run's end, the newest of each, and of
// a long run no more than a terminal holds.

import {describe, expect, it} from 'vitest'
import type {RunId} from '../../../engine/base/id.ts'
import {type Draft, draft} from '../../../engine/contract/event.ts'
import {openJournal} from '../../../engine/journal/open.ts'
import {retell} from '../../../source/keeper/retell.ts'
import {tempFolder} from '../../kit/temp.ts'

const clock = {now: () => 1, tick: () => 1, sleep: async () => undefined}
const run = 'r_past' as RunId
const where = (agent: string, role: string) => ({trace: 't' as never, span: 's' as never, agent: agent as never, role: role as never})
const hired = (agent: string, role: string): Draft => draft('role.hired', {ordinal: 1} as never, where(agent, role))
const command = (agent: string, n: number, text: string): Draft[] => [
  draft('tool.called', {call: `c${n}`, tool: 'shell', input: {command: `echo ${n}`}, needs: [], effect: false} as never, where(agent, 'coder')),
  draft(
    'tool.done',
    {call: `c${n}`, tool: 'shell', ok: true, wallMs: 1, line: '', result: {exitCode: 0}, told: `exit 0\n${text}`} as never,
    where(agent, 'coder'),
  ),
]
const read = (agent: string, n: number): Draft[] => [
  draft('tool.called', {call: `r${n}`, tool: 'read', input: {path: 'x'}, needs: [], effect: false} as never, where(agent, 'coder')),
  draft(
    'tool.done',
    {call: `r${n}`, tool: 'read', ok: true, wallMs: 1, line: `read x ${n}`, result: {}, told: 'a secret of the model\n'.repeat(1000)} as never,
    where(agent, 'coder'),
  ),
]

const retold = (drafts: readonly Draft[]) => {
  const found = openJournal({dir: tempFolder(), clock})
  if (!found.ok) throw new Error(found.error.msg)
  found.result.append(run, drafts)
  const told = retell(found.result, run, false)
  found.result.close()
  return told
}

describe('a run told again', () => {
  it('has every agent, in their order, with how they ended', () => {
    const left = draft('role.left', {why: 'the run is over'} as never, where('a_1', 'planner'))
    const told = retold([hired('a_1', 'planner'), hired('a_2', 'coder'), left, ...command('a_2', 1, 'hello')])
    expect(told.map(({agent, role, ended}) => [agent, role, ended])).toEqual([
      ['a_1', 'planner', 'the run is over'],
      ['a_2', 'coder', 'its process is gone'],
    ])
    expect(told[1]?.told(40)).toMatch(/\$ echo 1\s+hello\s+✓ shell/)
    expect(told[0]?.told(40)).not.toContain('echo')
  })

  it('is told for each width, and the same width is nothing new', () => {
    const [one] = retold([hired('a_1', 'coder'), ...command('a_1', 1, 'x'.repeat(60))])
    expect(one?.told(40)).toContain('x'.repeat(30))
    expect(one?.told(40)).toBe('')
    expect(one?.told(120)).toContain('x'.repeat(60))
  })

  it('holds what was printed, however much was read between', () => {
    const drafts = Array.from({length: 120}, (_, n) => [...command('a_1', n, `line of ${n}`), ...read('a_1', n)]).flat()
    const text = retold([hired('a_1', 'coder'), ...drafts])[0]?.told(80) ?? ''
    expect(text).toContain('line of 119')
    expect(text).toContain('line of 3')
    expect(text).not.toContain('secret')
  })

  it('of a quiet agent goes back as far as that of a loud one', () => {
    const drafts = Array.from({length: 700}, (_, n) => command('a_2', n, 'loud '.repeat(40))).flat()
    const told = retold([hired('a_1', 'coder'), ...command('a_1', 9999, 'long ago'), hired('a_2', 'coder'), ...drafts])
    expect(told[0]?.told(80)).toContain('long ago')
    expect(told[1]?.told(80)).toContain('echo 699')
  })
})
