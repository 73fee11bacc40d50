import {describe, expect, it} from 'vitest'
import type {Event} from '../../../engine/contract/event.ts'
import {cardOf} from '../../../engine/model/cards.ts'
import {explained, table} from '../../../engine/model/explain.ts'
import {openHealth} from '../../../engine/model/health.ts'
import {chooseRoute} from '../../../engine/model/router.ts'

describe('a choice as a table', () => {
  it('has a row for each route, in the order in which they are tried', () => {
    const card = {window: 128_000, output: 8192, tools: true, edits: 'calls', local: false} as const
    const choice = chooseRoute(
      [
        {route: {provider: 'a', model: 'mute'}, card: {...card, tools: false}},
        {route: {provider: 'own', model: 'm'}, card: {...card, local: true}, load: {slots: 1, busy: 1, queued: 0}},
        {route: {provider: 'a', model: 'm'}, card: {...card, price: {usdIn: 1, usdCached: 1, usdOut: 2}}},
      ],
      {kind: 'edit', tools: true, input: 1000, output: 1000},
      {policy: 'cost'},
    )
    const rows = explained(choice).split('\n')
    expect(rows[0]).toMatch(/^route +score +quality +success +cost +time +wait +why$/)
    expect(rows[1]).toMatch(/^a\/m +0\.\d\d +0\.\d\d +67 % +\$0\.0030 +\d+\.\d s +cheapest for the success it has$/)
    expect(rows[2]).toMatch(/^own\/m +0\.\d\d .* free +102\.0 s +51\.0 s$/)
    expect(rows[3]).toMatch(/^a\/mute +no .* unpriced .* it cannot call tools$/)
    expect(table([])).toBe('')
  })
})

describe('health over all agents of a run', () => {
  it('follows the breakers, and lets a route be tried again in time', () => {
    let now = 0
    const health = openHealth(() => now)
    const turned = (state: string, at = now): Event => ({type: 'breaker.turned', at, body: {route: 'a/b', state, why: ''}}) as unknown as Event
    expect(health.of('a/b')).toBe('closed')
    health.take(turned('open'))
    expect(health.of('a/b')).toBe('open')
    expect(health.of('c/d')).toBe('closed')
    now = 30_000
    expect(health.of('a/b')).toBe('half-open')
    health.take({type: 'model.replied', body: {route: 'a/b'}} as unknown as Event)
    expect(health.of('a/b')).toBe('closed')
  })
})

describe('the card of a model whose client is not loaded', () => {
  it('is what its settings say, over what holds in that place', () => {
    const models = {'gpt-5': {window: 400_000}}
    expect(cardOf({protocol: 'openai-chat', baseUrl: 'https://api.example.com/v1', models}, 'gpt-5-2026-01-31')).toMatchObject({window: 400_000, local: false})
    expect(cardOf({protocol: 'openai-chat', baseUrl: 'http://192.168.1.5/v1'}, 'm')).toMatchObject({window: 32_768, local: true})
    expect(cardOf({protocol: 'replay', baseUrl: ''}, 'x.jsonl')).toMatchObject({window: 1_000_000, price: {usdIn: 0}})
  })
})
