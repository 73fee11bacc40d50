import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import {openPurse, type Refusal} from '../../../engine/crew/purse.ts'
import {type Ledger, ledgerFold} from '../../../engine/fold/ledger.ts'

const ledgerWith = (calls: number, tokens: number, turns = calls): Ledger => ({
  ...ledgerFold.empty,
  turns,
  total: {...ledgerFold.empty.total, calls, input: tokens},
})

describe('the purse', () => {
  it('refuses the call after the cap, and says which cap', () => {
    const refused: Refusal[] = []
    const purse = openPurse(
      {calls: 2},
      () => ledgerWith(2, 0),
      (refusal) => refused.push(refusal),
    )
    expect(purse.reserve('a_1', {tokens: 1, usd: 0})).toMatchObject({ok: false, error: {code: 'budget.calls'}})
    expect(refused).toEqual([{node: 'run', cap: 'calls', limit: 2, used: 2}])
  })
  it('counts what others have in flight', () => {
    const purse = openPurse(
      {tokens: 100},
      () => ledgerWith(0, 0),
      () => undefined,
    )
    expect(purse.reserve('a_1', {tokens: 60, usd: 0}).ok).toBe(true)
    expect(purse.reserve('a_2', {tokens: 60, usd: 0}).ok).toBe(false)
    purse.settle('a_1')
    expect(purse.reserve('a_2', {tokens: 60, usd: 0}).ok).toBe(true)
  })
  it('lets a call wait for what others may leave, and no longer when nothing is under way', () => {
    const purse = openPurse(
      {tokens: 100},
      () => ledgerWith(0, 0),
      () => undefined,
    )
    let freed = 0
    purse.onFreed(() => {
      freed += 1
    })
    expect(purse.mustWait('a_1', {tokens: 60, usd: 0})).toBe(false)
    purse.reserve('a_1', {tokens: 60, usd: 0})
    expect(purse.mustWait('a_2', {tokens: 60, usd: 0})).toBe(true)
    expect(purse.mustWait('a_2', {tokens: 101, usd: 0}), 'it would not fit alone either').toBe(false)
    expect(purse.mustWait('a_2', {tokens: 40, usd: 0}), 'it fits beside the other').toBe(false)
    purse.settle('a_1')
    expect(freed).toBe(1)
    expect(purse.mustWait('a_2', {tokens: 60, usd: 0})).toBe(false)
  })
  it('takes a retry of the same holder as the same call', () => {
    const purse = openPurse(
      {tokens: 100},
      () => ledgerWith(0, 0),
      () => undefined,
    )
    expect(purse.reserve('a_1', {tokens: 60, usd: 0}).ok).toBe(true)
    expect(purse.reserve('a_1', {tokens: 60, usd: 0}).ok).toBe(true)
  })
  it('never lets twenty agents pass a cap on turns by more than what is in flight', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({min: 0, max: 19}), fc.boolean()), {maxLength: 300}), (moves) => {
        let turns = 0
        let calls = 0
        const flying = new Set<number>()
        const purse = openPurse(
          {turns: 10},
          () => ledgerWith(calls, 0, turns),
          () => undefined,
        )
        for (const [agent, reply] of moves) {
          if (reply && flying.has(agent)) {
            flying.delete(agent)
            purse.settle(`a_${agent}`)
            turns += 1
          } else if (!flying.has(agent) && purse.reserve(`a_${agent}`, {tokens: 1, usd: 0}).ok) {
            flying.add(agent)
            calls += 1
          }
        }
        expect(turns).toBeLessThanOrEqual(10)
      }),
    )
  })
})
