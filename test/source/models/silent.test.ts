// A server that tells nothing of windows is asked once in ten minutes; one that might tell is asked each time.

import {describe, expect, it} from 'vitest'
import type {Config} from '../../../engine/contract/config.ts'
import {checkRoutes} from '../../../source/models/check-windows.ts'
import {isSilent, noteSilent} from '../../../source/models/silent.ts'
import {testContext} from '../../kit/context.ts'
import {localServer} from '../../kit/local-server.ts'
import {modelServer} from '../../kit/model-server.ts'
import {settingsOf} from '../../kit/model-turn.ts'
import {placeless, tempFolder} from '../../kit/temp.ts'

const config = {providers: {}} as unknown as Config
const chains = {coder: [{provider: 'lab', model: 'm'}]}

describe('a server of one’s own that tells nothing', () => {
  it('is asked before the first run and not before the next', async () => {
    await using server = await modelServer(() => ({text: 'hello'}), {more: () => ({error: 'no such page'})})
    const settings = settingsOf({name: 'lab', baseUrl: server.baseUrl})
    const context = testContext({env: {HOME: tempFolder()}})
    await checkRoutes(chains, {lab: settings}, config, context)
    const asked = server.others.length
    expect(asked).toBeGreaterThan(0)
    await checkRoutes(chains, {lab: settings}, config, context)
    expect(server.others.length).toBe(asked)
    await checkRoutes({coder: [{provider: 'lab', model: 'another'}]}, {lab: settings}, config, context)
    expect(server.others.length).toBeGreaterThan(asked)
  })

  it('that tells is asked each time', async () => {
    await using server = await localServer({kind: 'vllm', window: 16_384})
    const settings = settingsOf({name: 'lab', baseUrl: server.baseUrl})
    const context = testContext({env: {HOME: tempFolder()}})
    const windowNow = async () => (await checkRoutes(chains, {lab: settings}, config, context)).providers.lab?.models?.m?.window
    expect(await windowNow()).toBe(16_384)
    expect(isSilent(context, settings, 'm')).toBe(false)
    expect(await windowNow()).toBe(16_384)
  })

  it('is asked again after ten minutes, and when nothing can be kept', () => {
    const settings = settingsOf({name: 'lab', baseUrl: 'http://127.0.0.1:9/v1'})
    const {env, clock} = testContext({env: {HOME: tempFolder()}})
    noteSilent({env, clock}, settings, 'm')
    expect(isSilent({env, clock}, settings, 'm')).toBe(true)
    expect(isSilent({env, clock: {...clock, now: () => clock.now() + 11 * 60_000}}, settings, 'm')).toBe(false)
    const nowhere = {env: placeless(), clock}
    noteSilent(nowhere, settings, 'm')
    expect(isSilent(nowhere, settings, 'm')).toBe(false)
  })
})

it('a service by name is asked for replies only, wherever its address leads', async () => {
  await using server = await modelServer(() => ({text: 'hello'}), {more: () => ({error: 'no such page'})})
  for (const name of ['openai', 'anthropic']) {
    const settings = settingsOf({name, baseUrl: server.baseUrl})
    await checkRoutes({coder: [{provider: name, model: 'm'}]}, {[name]: settings}, config, testContext({env: {HOME: tempFolder()}}))
  }
  expect(server.others).toEqual([])
})
