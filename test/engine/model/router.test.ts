import fc from 'fast-check'
import {describe, expect, it} from 'vitest'
import type {Learned, Policy} from '../../../engine/contract/learned.ts'
import {kindOf} from '../../../engine/model/kinds.ts'
import {nothingLearned} from '../../../engine/model/learn.ts'
import {qualityOf} from '../../../engine/model/quality.ts'
import {chooseRoute, type Need, type RouteFacts} from '../../../engine/model/router.ts'

const need: Need = {kind: 'edit', tools: true, input: 8000, output: 1000}

const facts = (name: string, more: Partial<Omit<RouteFacts, 'card'>> & {card?: Partial<RouteFacts['card']>} = {}): RouteFacts => {
  const [provider = '', ...rest] = name.split('/')
  const {card, ...others} = more
  return {
    route: {provider, model: rest.join('/')},
    card: {window: 128_000, output: 8192, tools: true, edits: 'calls', local: false, price: {usdIn: 1, usdCached: 0.1, usdOut: 5}, ...card},
    ...others,
  }
}

const learned = (more: Partial<Learned>): Learned => ({...nothingLearned('x/y', 'edit'), ...more})

const order = (candidates: RouteFacts[], policy: Policy = 'balanced', more: Partial<Need> = {}): string =>
  chooseRoute(candidates, {...need, ...more}, {policy})
    .order.map(({model}) => model)
    .join(' ')

const big = facts('a/big', {card: {price: {usdIn: 2, usdCached: 0.2, usdOut: 14}, quality: 0.9}})
const small = facts('a/small', {card: {price: {usdIn: 0.2, usdCached: 0.02, usdOut: 1}, quality: 0.5}})
const own = facts('ollama/own', {card: {price: undefined, local: true, quality: 0.3}})
const quick = facts('a/quick', {card: {quality: 0.4}, learned: learned({good: 20, firstMs: 100, tokensPerSec: 900})})

describe('the router', () => {
  it.each([
    ['balanced', 'big small own quick'],
    ['cost', 'own small quick big'],
    ['quality', 'big small quick own'],
    ['latency', 'quick big small own'],
    ['local-first', 'own big small quick'],
  ] as const)('%s orders %s', (policy, expected) => {
    const routes = policy === 'latency' ? [own, big, small, quick] : [big, small, own, quick]
    const found = chooseRoute(routes, need, {policy})
    if (policy === 'latency') expect(found.order.map(({model}) => model).indexOf('quick')).toBe(0)
    else expect(order(routes, policy)).toBe(expected)
    expect(found.scores.every(({score}) => score >= 0 && score <= 1)).toBe(true)
  })

  it('spreads what comes over equal servers, and takes the speed of one for that of its twin', () => {
    const rack = (name: string, more: Parameters<typeof facts>[1] = {}) => facts(`${name}/m`, {...more, card: {local: true, price: undefined}})
    const first = (...routes: RouteFacts[]) => chooseRoute(routes, need, {policy: 'latency'}).order[0]?.provider
    expect(first(rack('a', {load: {slots: 8, busy: 3}}), rack('b', {load: {slots: 8, busy: 2}}))).toBe('b')
    expect(first(rack('a', {load: {slots: 8, busy: 2}}), rack('b', {load: {slots: 8, busy: 2}}))).toBe('a')
    const fast = learned({good: 9, firstMs: 500, tokensPerSec: 60})
    expect(first(rack('a', {learned: fast, load: {slots: 8, busy: 8}}), rack('b', {load: {slots: 8, busy: 0}}))).toBe('b')
  })

  it('leaves the written order for a route that fails too often, or has a queue', () => {
    const failing = {...big, learned: learned({good: 5, bad: 20})}
    expect(order([failing, small])).toBe('small big')
    expect(order([{...own, load: {slots: 2, busy: 2, queued: 3, loaded: true}}, small])).toBe('small own')
    expect(order([{...own, load: {slots: 2, busy: 1, loaded: true}}, small])).toBe('own small')
  })

  it('takes a half-open route later, an open one last', () => {
    expect(order([{...big, breaker: 'half-open'}, small])).toBe('small big')
    expect(
      order([
        {...big, breaker: 'open'},
        {...small, learned: learned({bad: 40})},
      ]),
    ).toBe('small big')
  })

  it('takes only what can call tools and has room, as long as there is one', () => {
    const mute = facts('a/mute', {card: {tools: false}})
    const blocks = facts('a/blocks', {card: {tools: false, edits: 'blocks'}})
    const narrow = facts('a/narrow', {card: {window: 4096}})
    expect(order([mute, narrow, blocks, small])).toBe('blocks small mute narrow')
    expect(order([mute, small], 'balanced', {tools: false})).toBe('mute small')
    const {why, scores} = chooseRoute([narrow], need, {policy: 'balanced'})
    expect(why).toBe('balanced: its window of 4096 tokens is too small for 8000, and no other can do it')
    expect(scores[0]).toMatchObject({usable: false})
  })

  it('follows the rule of a kind before the policy, and says so', () => {
    const rules = {question: 'cost', complex: 'quality'} as const
    const of = (kind: Need['kind']) => chooseRoute([small, big, own], {...need, kind}, {policy: 'balanced', rules})
    expect(of('question')).toMatchObject({policy: 'cost', why: 'rule question: cost: cheapest for the success it has', order: [{model: 'own'}, {}, {}]})
    expect(of('complex')).toMatchObject({policy: 'quality', order: [{model: 'big'}, {}, {}]})
    expect(of('edit')).toMatchObject({policy: 'balanced', order: [{model: 'small'}, {}, {}]})
  })

  it('tries what it does not know, only so often, and only what is nearly as good', () => {
    const known = {...big, learned: learned({good: 50})}
    const at = (draw: number, explore = 0.1) => chooseRoute([known, small, {...own, breaker: 'open'}], need, {policy: 'balanced', explore, draw})
    expect(at(0.05)).toMatchObject({explored: true, order: [{model: 'small'}, {model: 'big'}, {model: 'own'}], why: 'balanced: tried to learn how it does'})
    expect(at(0.1)).toMatchObject({explored: false, order: [{model: 'big'}, {}, {}]})
    expect(at(0.05, 0).explored).toBe(false)
    const worse = {...small, learned: learned({bad: 5})}
    expect(chooseRoute([known, worse], need, {policy: 'balanced', explore: 0.1, draw: 0}).explored).toBe(false)
  })

  const anyFacts = fc
    .record({
      n: fc.integer({min: 0, max: 9}),
      window: fc.integer({min: 1, max: 200_000}),
      tools: fc.boolean(),
      local: fc.boolean(),
      usd: fc.option(fc.double({min: 0, max: 100, noNaN: true})),
      quality: fc.option(fc.double({min: 0, max: 1, noNaN: true}), {nil: undefined}),
      breaker: fc.constantFrom('closed', 'half-open', 'open', undefined),
      good: fc.integer({min: 0, max: 60}),
      bad: fc.integer({min: 0, max: 60}),
      perSec: fc.integer({min: 0, max: 2000}),
      slots: fc.option(fc.integer({min: 0, max: 8}), {nil: undefined}),
      queued: fc.option(fc.integer({min: 0, max: 50}), {nil: undefined}),
    })
    .map(
      (one): RouteFacts =>
        facts(`p/m${one.n}`, {
          card: {
            window: one.window,
            tools: one.tools,
            local: one.local,
            quality: one.quality,
            price: one.usd === null ? undefined : {usdIn: one.usd, usdCached: one.usd, usdOut: one.usd},
          },
          breaker: one.breaker,
          learned: learned({good: one.good, bad: one.bad, tokensPerSec: one.perSec}),
          load: {slots: one.slots, queued: one.queued},
        }),
    )
  const anyRouter = fc.record({
    policy: fc.constantFrom<Policy>('balanced', 'cost', 'latency', 'quality', 'local-first'),
    explore: fc.double({min: 0, max: 0.2, noNaN: true}),
    draw: fc.double({min: 0, max: 0.999, noNaN: true}),
  })

  it('never puts an unusable route before a usable one, loses none, names none twice, and answers the same again', () => {
    fc.assert(
      fc.property(fc.array(anyFacts, {maxLength: 8}), anyRouter, (candidates, router) => {
        const {order: routes, scores, ...rest} = chooseRoute(candidates, need, router)
        const names = routes.map(({model}) => model)
        expect(new Set(names).size).toBe(names.length)
        expect(new Set(names)).toEqual(new Set(candidates.map(({route}) => route.model)))
        expect(scores.map(({route}) => route)).toEqual(names.map((name) => `p/${name}`))
        expect(scores.findLastIndex(({usable}) => usable)).toBeLessThan(scores.filter(({usable}) => usable).length)
        for (const {score} of scores) expect(score >= 0 && score <= 1).toBe(true)
        expect(chooseRoute(candidates, need, router)).toEqual({order: routes, scores, ...rest})
      }),
    )
  })

  it('never prefers what fails more, all else equal', () => {
    fc.assert(
      fc.property(anyRouter, fc.integer({min: 0, max: 40}), fc.integer({min: 1, max: 40}), ({policy}, bad, more) => {
        const worse = facts('p/worse', {learned: learned({good: 10, bad: bad + more})})
        const better = facts('p/better', {learned: learned({good: 10, bad})})
        expect(order([worse, better], policy)).toMatch(policy === 'balanced' || policy === 'local-first' ? /better|worse/ : /^better/)
        expect(order([better, worse], policy)).toBe('better worse')
      }),
    )
  })
})

describe('the kind of a step', () => {
  it.each([
    ['coder', 1, 'What does sum() return for blanks?', 'question'],
    ['coder', 1, 'Explain the build', 'question'],
    ['coder', 1, 'Can you fix sum()?', 'edit'],
    ['coder', 1, 'sum() must ignore blanks; add a test', 'edit'],
    ['coder', 2, 'sum() must ignore blanks; add a test', 'complex'],
    ['coder', 1, 'Refactor the parser', 'complex'],
    ['coder', 1, 'Change a.ts, b.ts and c.ts', 'complex'],
    ['explorer', 1, 'anything', 'find'],
    ['planner', 3, 'anything', 'plan'],
    ['tester', 1, 'anything', 'test'],
    ['reviewer', 1, 'anything', 'review'],
  ])('%s, attempt %i, "%s": %s', (role, attempt, goal, kind) => {
    expect(kindOf({role, attempt, goal})).toBe(kind)
  })
})

describe('quality', () => {
  it('is what the card says, else told from size, else from price', () => {
    expect(qualityOf('qwen3-coder:30b', {})).toBe(0.5)
    expect(qualityOf('qwen3:8b-q4', {})).toBeLessThan(0.3)
    expect(qualityOf('x', {quality: 0.7, price: {usdIn: 1, usdCached: 1, usdOut: 50}})).toBe(0.7)
    expect(qualityOf('x', {price: {usdIn: 1, usdCached: 1, usdOut: 14}})).toBeGreaterThan(qualityOf('y', {price: {usdIn: 1, usdCached: 1, usdOut: 2}}))
    expect(qualityOf('x', {})).toBe(0.5)
    expect(qualityOf('x', {local: true})).toBe(0.3)
  })
})
