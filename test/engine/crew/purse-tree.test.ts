import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Caps} from '../../../engine/contract/grant.ts'
import {type CapName, capNames, openPurse, type Purse} from '../../../engine/crew/purse.ts'
import {type Ledger, ledgerFold} from '../../../engine/fold/ledger.ts'
import {asked, limits, replied, scene, settled} from './kit.ts'

/** A run as the journal would tell it: calls are counted when they begin, the rest when they end. */
const openWorld = (caps: Caps) => {
  const total = {...ledgerFold.empty.total}
  let turns = 0
  const refused: string[] = []
  const purse = openPurse(
    caps,
    (): Ledger => ({...ledgerFold.empty, total: {...total}, turns}),
    ({node, cap}) => refused.push(`${node} ${cap}`),
  )
  return {
    purse,
    refused,
    total,
    turns: () => turns,
    begin: (agent: string, wish: {tokens: number; usd: number}): boolean => {
      const ok = purse.reserve(agent, wish).ok
      if (ok) total.calls += 1
      return ok
    },
    end: (agent: string, cost: {tokens: number; usd: number}): void => {
      purse.settle(agent, {...cost, turns: 1})
      total.input += cost.tokens
      total.usd += cost.usd
      turns += 1
    },
  }
}

const amounts = (purse: Purse, node: string): Record<CapName, number> => purse.left(node)

describe('the tree of grants', () => {
  it('grants a child no more than its parent has left, and a grandchild no more than the child', () => {
    const {purse, begin, end} = openWorld({tokens: 1000, calls: 10})
    expect(purse.open('t_1', 'run', {tokens: 600})).toEqual({tokens: 600})
    expect(purse.open('a_1', 't_1', {tokens: 5000, calls: 3})).toEqual({tokens: 600, calls: 3})
    expect(begin('a_1', {tokens: 500, usd: 0})).toBe(true)
    expect(purse.open('a_2', 't_1', {tokens: 400})).toEqual({tokens: 100})
    end('a_1', {tokens: 250, usd: 0})
    expect(amounts(purse, 'a_2')).toMatchObject({tokens: 100, calls: 9})
    expect(amounts(purse, 'a_1')).toMatchObject({tokens: 350, calls: 2})
    expect(purse.open('a_3', 't_1', {tokens: 900})).toEqual({tokens: 350})
  })

  it("refuses by the agent's own cap and leaves the others alone", () => {
    const {purse, begin, end, refused} = openWorld({calls: 10})
    purse.open('a_1', 'run', {calls: 1})
    purse.open('a_2', 'run')
    expect(begin('a_1', {tokens: 1, usd: 0})).toBe(true)
    end('a_1', {tokens: 1, usd: 0})
    expect(begin('a_1', {tokens: 1, usd: 0})).toBe(false)
    expect(refused).toEqual(['a_1 calls'])
    expect(begin('a_2', {tokens: 1, usd: 0})).toBe(true)
  })

  it('stops everything beneath a node, and nothing beside it', () => {
    const {purse, begin} = openWorld({})
    purse.open('t_1', 'run')
    purse.open('t_2', 'run')
    for (const [agent, task] of [
      ['a_1', 't_1'],
      ['a_2', 't_1'],
      ['a_3', 't_2'],
    ] as const)
      purse.open(agent, task)
    purse.stop('t_1')
    purse.open('a_4', 't_1')
    expect(['a_1', 'a_2', 'a_4', 'a_3'].map((agent) => begin(agent, {tokens: 1, usd: 0}))).toEqual([false, false, false, true])
    expect(purse.mustWait('a_1', {tokens: 1, usd: 0})).toBe(false)
  })

  const cap = fc.option(fc.integer({min: 0, max: 400}), {nil: undefined})
  const anyCaps = fc.record({tokens: cap, usd: cap, calls: fc.option(fc.integer({min: 0, max: 30}), {nil: undefined})})
  const anyMove = fc.oneof(
    {
      weight: 1,
      arbitrary: fc.record({do: fc.constant('open' as const), node: fc.integer({min: 1, max: 24}), under: fc.integer({min: 0, max: 24}), caps: anyCaps}),
    },
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('ask' as const),
        node: fc.integer({min: 0, max: 24}),
        tokens: fc.integer({min: 1, max: 60}),
        usd: fc.integer({min: 0, max: 60}),
      }),
    },
    {weight: 4, arbitrary: fc.record({do: fc.constant('end' as const), node: fc.integer({min: 0, max: 24}), more: fc.double({min: 0, max: 3, noNaN: true})})},
    {weight: 1, arbitrary: fc.record({do: fc.constant('drop' as const), node: fc.integer({min: 0, max: 24})})},
  )

  it('holds over any sequence: no node passes a cap by more than its calls in flight cost beyond their estimate, and nothing leaks', () => {
    fc.assert(
      fc.property(anyCaps, fc.array(anyMove, {maxLength: 250}), (caps, moves) => {
        const world = openWorld(caps)
        const {purse} = world
        const parent = new Map<string, string>()
        const granted = new Map<string, Caps>([['run', caps]])
        const flying = new Map<string, {tokens: number; usd: number}>()
        const spent = new Map<string, {tokens: number; usd: number; calls: number; beyond: {tokens: number; usd: number}}>()
        const account = (node: string) => {
          const found = spent.get(node) ?? {tokens: 0, usd: 0, calls: 0, beyond: {tokens: 0, usd: 0}}
          spent.set(node, found)
          return found
        }
        const up = (node: string): string[] => (node === 'run' ? ['run'] : [node, ...up(parent.get(node) ?? 'run')])
        for (const move of moves) {
          const node = `n${move.node}`
          if (move.do === 'open' && move.node > move.under && !parent.has(node) && !flying.has(node)) {
            const above = move.under === 0 ? 'run' : `n${move.under}`
            // What spent from the run before it had a place of its own stays the run's.
            if (above !== 'run' && !parent.has(above)) continue
            if (spent.has(node)) continue
            const room = purse.left(above)
            const got = purse.open(node, above, move.caps)
            for (const name of capNames) if (got[name] !== undefined) expect(got[name]).toBeLessThanOrEqual(room[name])
            parent.set(node, above)
            granted.set(node, got)
          } else if (move.do === 'ask' && !flying.has(node)) {
            const wish = {tokens: move.tokens, usd: move.usd}
            if (!world.begin(node, wish)) continue
            flying.set(node, wish)
            for (const one of up(node)) account(one).calls += 1
          } else if (move.do === 'end' && flying.has(node)) {
            const wish = flying.get(node) as {tokens: number; usd: number}
            const cost = {tokens: Math.round(wish.tokens * move.more), usd: Math.round(wish.usd * move.more)}
            flying.delete(node)
            world.end(node, cost)
            for (const one of up(node)) {
              const at = account(one)
              at.tokens += cost.tokens
              at.usd += cost.usd
              at.beyond.tokens += Math.max(0, cost.tokens - wish.tokens)
              at.beyond.usd += Math.max(0, cost.usd - wish.usd)
            }
          } else if (move.do === 'drop' && flying.delete(node)) purse.settle(node)
          for (const [one, most] of granted) {
            const at = account(one)
            const inFlight = [...flying].filter(([holder]) => up(holder).includes(one))
            const tokens = inFlight.reduce((sum, [, wish]) => sum + wish.tokens, 0)
            expect(at.tokens + tokens).toBeLessThanOrEqual((most.tokens ?? Number.POSITIVE_INFINITY) + at.beyond.tokens)
            const usd = inFlight.reduce((sum, [, wish]) => sum + wish.usd, 0)
            expect(at.usd + usd).toBeLessThanOrEqual((most.usd ?? Number.POSITIVE_INFINITY) + at.beyond.usd)
            expect(at.calls).toBeLessThanOrEqual(most.calls ?? Number.POSITIVE_INFINITY)
          }
        }
        for (const node of [...flying.keys()]) purse.settle(node)
        const room = purse.left('run')
        if (caps.tokens !== undefined) expect(room.tokens).toBe(Math.max(0, caps.tokens - account('run').tokens))
        if (caps.usd !== undefined) expect(room.usd).toBe(Math.max(0, caps.usd - account('run').usd))
      }),
      {numRuns: 150},
    )
  })

  it('twenty agents under one budget pass it by at most one call each, and none begins after the stop', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({min: 0, max: 19}), fc.integer({min: 1, max: 300})), {minLength: 100, maxLength: 400}),
        fc.nat(399),
        (moves, stopAt) => {
          const world = openWorld({tokens: 5000})
          const flying = new Set<string>()
          const largest = 300
          let after = 0
          for (const [at, [agent, cost]] of moves.entries()) {
            const id = `a_${agent}`
            world.purse.open(id, 'run')
            if (at === stopAt) world.purse.stop('run')
            if (flying.delete(id)) world.end(id, {tokens: cost, usd: 0})
            else if (world.begin(id, {tokens: 100, usd: 0})) {
              flying.add(id)
              if (at >= stopAt) after += 1
            }
            expect(world.total.input).toBeLessThanOrEqual(5000 + 20 * largest)
          }
          expect(after).toBe(0)
        },
      ),
      {numRuns: 100},
    )
  })
})

describe('the accounts of a crew', () => {
  it('tell what is granted, what is left after each call, and whose cap was reached', async () => {
    const play = scene({ports: {caps: {calls: 10}, roleCaps: {coder: {calls: 1, tokens: 50}}}})
    const coder = await play.start()
    await coder.clear('model.asked', asked(1), 'm1')
    coder.report('model.replied', replied(1, 'hm', []), 'm1')
    const refused = (await coder.clear('model.asked', asked(2), 'm2')).refused
    await settled()
    expect(refused).toMatchObject({code: 'budget.calls', msg: 'the cap of 1 calls is reached', hint: 'raise roles.coder.calls'})
    expect(play.bodies('budget.granted')).toEqual([
      {caps: {calls: 10}, node: 'run'},
      {caps: {calls: 1, tokens: 50}, node: 'a_1', parent: 't_1'},
    ])
    expect(play.bodies('budget.spent')).toMatchObject([{node: 'a_1', total: {calls: 1}, left: {calls: 0, tokens: 48}}])
    expect(play.bodies('budget.exceeded')).toEqual([{cap: 'calls', limit: 1, used: 1, node: 'a_1'}])
    expect(play.scribe.board().exceeded).toEqual([])
    coder.handOver({outcome: 'capped', why: 'the cap of 1 calls is reached'})
    expect(await play.crew.ended).toMatchObject({outcome: 'capped', reason: 'the cap of 1 calls is reached'})
  })
  it('hold twenty agents to one budget, and none calls after the stop', async () => {
    const play = scene({ports: {caps: {calls: 12}, limits: {...limits, candidates: 20, isolated: true}}})
    await play.start()
    expect(play.players).toHaveLength(20)
    const first = await Promise.all(play.players.map((player) => Promise.race([player.clear('model.asked', asked(1), `m-${player.agent}`), settled()])))
    const going = play.players.filter((_, at) => first[at] && !first[at].refused)
    expect(going).toHaveLength(12)
    expect(play.bodies('model.asked')).toHaveLength(12)
    for (const player of going) player.report('model.replied', replied(1, 'hm', []), `m-${player.agent}`)
    await settled()
    const again = await Promise.all(going.map((player) => player.clear('model.asked', asked(2), `n-${player.agent}`)))
    expect(again.every(({refused}) => refused?.code === 'budget.calls')).toBe(true)
    play.crew.end('interrupted', 'enough')
    const late = await Promise.all(going.map((player) => Promise.race([player.clear('model.asked', asked(3), `o-${player.agent}`), settled()])))
    expect(late.some((go) => go && !go.refused)).toBe(false)
    expect(play.bodies('model.asked')).toHaveLength(12)
    await play.crew.ended
  })
  it('say nothing where there is no cap', async () => {
    const play = scene()
    const coder = await play.start()
    await coder.clear('model.asked', asked(1), 'm1')
    coder.report('model.replied', replied(1, 'done', []), 'm1')
    coder.handOver()
    await play.crew.ended
    expect([...play.bodies('budget.granted'), ...play.bodies('budget.spent')]).toEqual([])
  })
})
