import {mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import type {Turn} from '../../../engine/contract/model.ts'
import {recorded} from '../../../engine/model/record.ts'
import chat from '../../../plugins/openai/chat.ts'
import replay from '../../../plugins/replay/replay.ts'
import {modelServer} from '../../kit/model-server.ts'
import {gather, settingsOf, turnOf} from '../../kit/model-turn.ts'

let dir = ''
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'replay-'))
})
afterEach(() => rmSync(dir, {recursive: true}))

const never = new AbortController().signal
const key = (call: number, role = 'coder', agent = 1): Turn['key'] => ({role, agent, call})
const player = () => replay(settingsOf({name: 'replay', protocol: 'replay', baseUrl: dir}))
const write = (...lines: unknown[]) =>
  writeFileSync(join(dir, 'r.jsonl'), lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
const play = (turnKey: Turn['key'], client = player()) => gather(client.stream(turnOf({model: 'r.jsonl', key: turnKey}), never))

describe('a recording', () => {
  it('plays back what was recorded: text, thought, calls, usage and failures, attempt by attempt', async () => {
    await using server = await modelServer([
      {fault: {do: 'status', status: 429, message: 'slow down', headers: {'retry-after': '2'}}},
      {thought: 'hm', text: 'I look.', calls: [{tool: 'read', input: {path: 'a'}}], usage: {input: 12, output: 3, cached: 4, reasoning: 1}},
      {text: 'done'},
    ])
    const client = recorded(chat(settingsOf({baseUrl: server.baseUrl, apiKey: 'sk-secret-1'})), join(dir, 'r.jsonl'), () => ['sk-secret-1'])
    const live = []
    for (const call of [1, 1, 2]) live.push(await gather(client.stream(turnOf({key: key(call)}), never)))
    const again = player()
    const played = []
    for (const call of [1, 1, 2]) played.push(await play(key(call), again))
    expect(played.map(({text, thought, calls}) => ({text, thought, calls}))).toEqual(live.map(({text, thought, calls}) => ({text, thought, calls})))
    expect(played[0]?.end).toMatchObject({why: 'fault', waitMs: 2000, error: {code: 'model.limited', msg: live[0]?.end.error?.msg, again: true}})
    expect(played[1]?.end).toMatchObject({why: 'calls', usage: {input: 12, output: 3, cached: 4, reasoning: 1}})
    // A process that starts anew meets the first attempt again.
    expect((await play(key(1))).end.error?.code).toBe('model.limited')
    expect((await play(key(2))).text).toBe('done')
  })

  it('holds no key, not even one that the model said', async () => {
    await using server = await modelServer([{text: 'your key is sk-"odd"-1', calls: [{tool: 'read', input: {path: 'sk-"odd"-1'}}]}])
    const client = recorded(chat(settingsOf({baseUrl: server.baseUrl, apiKey: 'sk-"odd"-1'})), join(dir, 'r.jsonl'), () => ['sk-"odd"-1'])
    await gather(client.stream(turnOf(), never))
    const text = readFileSync(join(dir, 'r.jsonl'), 'utf8')
    expect(text).toContain('[redacted]')
    expect(text).not.toContain('odd')
    expect(text.trim().split('\n')).toHaveLength(1)
  })

  it('leaves out calls that were stopped', async () => {
    await using server = await modelServer([{fault: {do: 'mute'}}, {text: 'x'}])
    const client = recorded(chat(settingsOf({baseUrl: server.baseUrl})), join(dir, 'r.jsonl'), () => [])
    await gather(client.stream(turnOf(), AbortSignal.timeout(30)))
    await gather(client.stream(turnOf(), never))
    expect(readFileSync(join(dir, 'r.jsonl'), 'utf8').trim().split('\n')).toHaveLength(1)
  })
})

describe('replay', () => {
  it('answers by key, whatever the order, and fails when nothing is left', async () => {
    write({key: key(2), reply: {text: 'two'}}, {key: key(1, 'tester', 2), reply: {text: 'tester'}}, {key: key(1), reply: {text: 'one'}})
    expect((await play(key(1))).text).toBe('one')
    expect((await play(key(2))).text).toBe('two')
    expect((await play(key(1, 'tester', 2))).text).toBe('tester')
    const gone = await play(key(3))
    expect(gone.end.error).toMatchObject({code: 'replay.exhausted', msg: 'r.jsonl holds no reply for coder 1, call 3'})
    const client = player()
    await play(key(1), client)
    expect((await play(key(1), client)).end.error?.code).toBe('replay.exhausted')
  })

  it('takes lines without a key by their place', async () => {
    write(
      {reply: {text: 'first'}},
      '',
      {key: key(2), reply: {text: 'keyed'}},
      {reply: {text: 'second'}},
      {reply: {text: 'third', calls: [{tool: 'read', input: '{"half'}]}},
    )
    expect((await play(key(1))).text).toBe('first')
    expect((await play(key(2))).text).toBe('keyed')
    expect((await play(key(3))).calls).toEqual([{id: 'c_1_3_1', tool: 'read', input: '{"half'}])
    expect((await play(key(2, 'planner', 9))).text).toBe('second')
  })

  it('names the line that cannot be read', async () => {
    write({reply: {text: 'x'}}, '{"reply"')
    expect((await play(key(1))).end.error).toMatchObject({code: 'replay.unreadable', msg: expect.stringContaining('line 2')})
    for (const wrong of [{}, {reply: 1}, {reply: {}, key: {role: 'x'}}, {reply: {calls: [1]}}, {reply: {fault: {code: 'no.such'}}}]) {
      write(wrong)
      expect((await play(key(1))).end.error?.code).toBe('replay.unreadable')
    }
    rmSync(join(dir, 'r.jsonl'))
    expect((await play(key(1))).end.error?.code).toBe('replay.unreadable')
  })

  it('takes an absolute file, waits as told and stops when stopped', async () => {
    write({reply: {text: 'late', delayMs: 60_000}})
    const control = new AbortController()
    const reading = gather(player().stream(turnOf({model: join(dir, 'r.jsonl')}), control.signal))
    control.abort()
    expect((await reading).end.error?.code).toBe('model.stopped')
  })
})
