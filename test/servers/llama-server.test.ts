// Our client of Chat Completions and of Responses, against the real llama-server.

import {afterAll, beforeAll, expect, it} from 'vitest'
import type {ProviderSettings, Turn} from '../../engine/contract/model.ts'
import chat from '../../plugins/openai/chat.ts'
import responses from '../../plugins/openai/responses.ts'
import {loadOf} from '../../source/models/load.ts'
import {realWindow} from '../../source/models/window.ts'
import {afterOneCall, type Gathered, gather, settingsOf, turnOf} from '../kit/model-turn.ts'
import {singles, spoken} from '../kit/real-script.ts'
import {describeReal, openLlamaServer, type RealServer} from '../kit/real-servers.ts'

interface Slot {
  is_processing: boolean
}
const slots = 2
const perSlot = 8192

describeReal(['llama-server'], 'the real llama-server', () => {
  let server: RealServer
  beforeAll(async () => {
    server = await openLlamaServer({gguf: singles({thinks: true}), context: slots * perSlot, slots})
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  const settings = (more: Partial<ProviderSettings> = {}): ProviderSettings =>
    settingsOf({name: 'llamacpp', baseUrl: `${server.url}/v1`, models: {scripted: {window: perSlot, output: 1024}}, ...more})
  const say = (text: string, more: Partial<Turn> = {}, maker = chat, signal = AbortSignal.timeout(20_000)): Promise<Gathered> =>
    gather(maker(settings()).stream(turnOf({messages: [{from: 'user', text}], ...more}), signal))
  const busy = async () => (await server.get<Slot[]>('/slots')).filter((slot) => slot.is_processing).length

  for (const [name, maker] of Object.entries({chat, responses})) {
    it(`streams text and counts its tokens over ${name}`, async () => {
      const got = await say('[[hello]]', {tools: []}, maker)
      expect(got.text).toBe(spoken.hello)
      const long = await say('[[loop]]', {tools: [], sampling: {maxOutputTokens: 4000}}, maker)
      expect(long.parts.filter(({is}) => is === 'text').length).toBeGreaterThan(3)
      expect(got.end.why).toBe('stop')
      expect(got.end.usage.input).toBeGreaterThan(5)
      expect(got.end.usage.output).toBeGreaterThan(3)
    })

    it(`hands on one call, two at once, and takes up a result over ${name}`, async () => {
      const one = await say('[[read]]', {}, maker)
      expect(one.end.why).toBe('calls')
      expect(one.calls.map(({tool, input}) => [tool, JSON.parse(input)])).toEqual([['read', {path: 'README.md'}]])
      const two = await say('[[two]]', {}, maker)
      expect(two.calls.map(({input}) => JSON.parse(input))).toEqual([{path: 'a.ts'}, {path: 'b.ts'}])
      expect(new Set(two.calls.map(({id}) => id)).size).toBe(2)
      const after = await gather(maker(settings()).stream(turnOf({messages: afterOneCall}), AbortSignal.timeout(20_000)))
      expect(after, JSON.stringify(after.end)).toMatchObject({text: spoken.afterTool, calls: [], end: {why: 'stop'}})
    })

    it(`ends at the output limit over ${name}`, async () => {
      const text = await say('[[loop]]', {tools: [], sampling: {maxOutputTokens: 40}}, maker)
      expect(text.end).toMatchObject({why: 'length', usage: {output: 40}})
      const half = await say('[[read]]', {sampling: {maxOutputTokens: 5}}, maker)
      expect(half.end.error?.code).toBe('model.length')
      expect(half.calls).toEqual([])
    })

    it(`knows a prompt that is too long over ${name}`, async () => {
      const got = await say(`[[hello]] ${'lorem '.repeat(2500)}`, {tools: []}, maker)
      expect(got.end.error).toMatchObject({code: 'model.window', again: false})
    })
  }

  it('tells thoughts from text, and switches them off', async () => {
    const got = await say('[[think]]', {tools: []})
    expect(got).toMatchObject({thought: expect.stringContaining(spoken.thought), text: expect.stringContaining(spoken.afterThought)})
    expect(got.text).not.toContain('think>')
    const off = await say('[[hello]]', {tools: [], sampling: {think: false}})
    expect(off).toMatchObject({thought: '', text: spoken.hello})
  })

  it('holds a text to a schema, and to a grammar of its own', async () => {
    const answer = {type: 'object', properties: {answer: {type: 'string'}, ok: {type: 'boolean'}}, required: ['answer', 'ok']}
    expect(JSON.parse((await say('[[json]]', {tools: [], answer, sampling: {think: false}})).text)).toEqual(JSON.parse(spoken.json))
    const gbnf = chat(settings({options: {grammar: 'root ::= "yes" | "no"'}}))
    const got = await gather(
      gbnf.stream(turnOf({messages: [{from: 'user', text: '[[hello]]'}], tools: [], sampling: {think: false}}), AbortSignal.timeout(20_000)),
    )
    expect(['yes', 'no']).toContain(got.text)
  })

  it('frees the slot within a second when nobody listens any more', async () => {
    const control = new AbortController()
    const reading = say('[[loop]]', {tools: [], sampling: {maxOutputTokens: 7000}}, chat, control.signal)
    await expect.poll(busy, {timeout: 5000, interval: 10}).toBe(1)
    expect(await loadOf(settings(), 'scripted', AbortSignal.timeout(5000))).toMatchObject({slots, busy: 1, loaded: true})
    control.abort()
    expect((await reading).end.error?.code).toBe('model.stopped')
    await expect.poll(busy, {timeout: 1000, interval: 10}).toBe(0)
  })

  it('answers more at once than it has slots for, each with its own', async () => {
    const asked = ['[[hello]]', '[[read]]', '[[think]]', '[[hello]]', '[[two]]', '[[hello]]']
    const got = await Promise.all(asked.map((text) => say(text)))
    expect(got.map(({end}) => end.why)).toEqual(['stop', 'calls', 'stop', 'stop', 'calls', 'stop'])
    expect(got.filter(({text}) => text === spoken.hello)).toHaveLength(3)
  })

  it('tells its window for each slot', async () => {
    const real = await realWindow(settings(), 'scripted', 32_768, AbortSignal.timeout(5000))
    expect(real).toMatchObject({kind: 'llamacpp', tokens: perSlot, slots, mend: expect.stringContaining(`-c ${32_768 * slots}`)})
    expect(await chat(settings()).probe(AbortSignal.timeout(5000))).toMatchObject({ok: true, models: ['scripted']})
  })
})
