// Seeded chaos: a seed chooses the provider, how often something goes wrong, and what, for each request and each tool
// call. Whatever comes, a run ends with the task done or with an honest report; no effect happens twice; the journal
// is valid; every request was counted. 60 seeds here; CHAOS_RUNS=200 plays as many as it says.

import {describe, expect, it} from 'vitest'
import {exitCodes} from '../../engine/contract/outcome.ts'
import {validateLines} from '../../engine/journal/validate.ts'
import {realClock} from '../../source/edges.ts'
import {bodies, calculator, cheapCheck, fixedSum, type Ran, repository, types} from '../kit/hosted.ts'
import {type Row, rows} from '../kit/mishaps.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {providerConfig, providerEnvironment, providerKey, providerWays} from '../kit/providers.ts'

const runs = Number(process.env.CHAOS_RUNS ?? 60)

/** mulberry32: small, seeded, the same everywhere. */
const diceOf = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
type Roll = () => number
const pick = <T>(roll: Roll, from: readonly T[]): T => from[Math.floor(roll() * from.length)] as T

const scripted = rows.filter((row) => typeof row.meets !== 'string' && row.code !== 'model.length')
const passing = scripted.filter((row) => row.code !== 'none' && row.tries > 1 && !row.hangs)
const odd = scripted.filter((row) => row.code === 'none' && row.name !== 'calls with one id')
const hanging = scripted.filter((row) => row.hangs && row.code === 'model.silent')
const fatal = scripted.filter((row) => row.tries === 1 && row.code !== 'none' && !row.hangs && row.name !== "the provider's content filter")

const meeting = ({meets}: Row, reply: Scripted): Scripted => {
  const found = (typeof meets === 'function' ? meets() : meets) as Scripted
  if (found.fault?.do === 'halfcall' && !reply.calls) return {...reply, fault: {do: 'cut'}}
  // Of an empty reply nothing is left; of all others the answer is what it would have been.
  const {calls: _, text: __, thought: ___, ...how} = found
  return found.fault || found.type || found.gzip || found.pieceBytes ? {...reply, ...how} : {thought: found.thought ?? ''}
}

const effect = (word: string): Scripted => ({calls: [{tool: 'shell', input: {command: `echo ${word} >> effects.log`}}]})
const mend: Scripted = {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]}
const steps: [string, Scripted][] = [
  ['"sum.js"', {text: 'I look first.', thought: 'A sum?', calls: [{tool: 'read', input: {path: 'sum.js'}}]}],
  ['echo one', effect('one')],
  ['a - b', mend],
  ['echo two', effect('two')],
]

/** Tool calls that go wrong, each in a way of its own. */
const mistakes: Scripted[] = [
  {calls: [{tool: 'teleport', input: {to: 'mars'}}]},
  {calls: [{tool: 'read', input: '{"path": "none'}]},
  {calls: [{tool: 'read', input: {path: 'no-such-file.js'}}]},
  {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'was never there', new: 'x'}}]},
  {calls: [{tool: 'shell', input: {command: 'exit 3'}}]},
  {calls: [{tool: 'search', input: {}}]},
]

/** The next step that the conversation does not hold yet; a mistake now and then, each at most once. */
const nextOf = (asked: Asked, roll: Roll, made: Set<Scripted>): Scripted => {
  const done = asked.messages.flatMap(({calls = []}) => calls.map(({input}) => input)).join('\n')
  const mistake = roll() < 0.15 ? pick(roll, mistakes) : undefined
  if (mistake && !made.has(mistake)) {
    made.add(mistake)
    return mistake
  }
  return steps.find(([mark]) => !done.includes(mark))?.[1] ?? {text: 'sum subtracted; it adds now.'}
}

const chaosOf = (seed: number) => {
  const roll = diceOf(seed)
  const way = providerWays[seed % providerWays.length] as (typeof providerWays)[number]
  const often = [0.05, 0.15, 0.3, 0.5][Math.floor(seed / 8) % 4] as number
  const met: string[] = []
  const made = new Set<Scripted>()
  const script = (asked: Asked): Scripted => {
    const reply = nextOf(asked, roll, made)
    if (roll() >= often) return reply
    const kind = roll()
    const row = pick(roll, kind < 0.03 ? fatal : kind < 0.06 ? hanging : kind < 0.3 ? odd : passing)
    met.push(row.name)
    return meeting(row, reply)
  }
  return {way, script, met, withSecond: seed % 3 === 0}
}

/** Pauses between tries are cut short, limits are not. */
const briskClock = () => {
  const clock = realClock()
  const isPause = (ms: number): boolean => ms > 300 && ms <= 10_000 && ms !== 3000
  return {...clock, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(isPause(ms) ? 1 : ms, signal)}
}

const count = (ran: Ran, done: 'tool.done', command: string): number => {
  const calls = ran.events.flatMap((event) => (event.type === 'tool.called' && JSON.stringify(event.body).includes(command) ? [event.body.call] : []))
  return bodies(ran.events, done).filter((body) => calls.includes(body.call) && body.ok).length
}

const lines = async function* (text: string) {
  yield text
}

const play = async (seed: number): Promise<{ran: Ran; met: string[]}> => {
  const {way, script, met, withSecond} = chaosOf(seed)
  await using server = await modelServer(script)
  const repo = repository(calculator)
  const second = `routes: {both: [${way.name}/m, ${way.name}/second]}\n`
  for (const [path, text] of Object.entries(providerConfig(server))) repo.write({[`../home/${path}`]: withSecond ? text + second : text})
  const env = {...repo.env, ...providerEnvironment(server), PENGUIN_TIMEOUTS__IDLE_SEC: '0.4', PENGUIN_TIMEOUTS__FIRST_TOKEN_SEC: '0.4'}
  const flags = {model: withSecond ? 'both' : `${way.name}/m`, check: [cheapCheck]}
  const ran = await repo.run({prompt: 'fix the failing tests', flags, env, clock: briskClock()})
  const told = `seed ${seed} on ${way.name}: ${met.join('; ')}\n${ran.err}${JSON.stringify(ran.closed)}`

  expect(ran.closed, told).toBeDefined()
  const {outcome, exitCode, reason, usage} = ran.closed as NonNullable<Ran['closed']>
  expect(ran.code, told).toBe(exitCode)
  expect(exitCode, told).toBe(exitCodes[outcome])
  expect(['done', 'provider'], told).toContain(outcome)
  expect(await validateLines(lines(ran.out)), told).toMatchObject({ok: true})
  expect(usage.total.calls, told).toBe(server.requests.length)
  if (way.keyed) expect(ran.out + ran.err, told).not.toContain(providerKey)
  // Each effect once, as often as it is on record.
  const effects = repo.has('effects.log') ? repo.read('effects.log') : ''
  expect(['', 'one\n', 'one\ntwo\n'], told).toContain(effects)
  expect(effects.split('\n').length - 1, told).toBe(count(ran, 'tool.done', 'effects.log'))
  if (outcome === 'done') {
    expect(repo.read('sum.js'), told).toBe(fixedSum)
    expect(effects, told).toBe('one\ntwo\n')
    expect(ran.closed?.text, told).toBe('sum subtracted; it adds now.')
  } else {
    // An honest report: why, and what to do.
    expect(reason, told).toMatch(/\(.{8,}\)|\w{20,}/)
    expect(types(ran.events), told).toContain('model.failed')
  }
  // What was said of a reply is that reply, whatever was said before it failed.
  let saidSoFar = ''
  for (const {type, body} of ran.events) {
    if (type === 'model.asked') saidSoFar = ''
    if (type === 'model.delta' && !(body as {thought?: string}).thought) saidSoFar += (body as {text: string}).text
    if (type === 'model.replied') expect(saidSoFar.endsWith((body as {text: string}).text) && saidSoFar.length, told).toBe((body as {text: string}).text.length)
  }
  return {ran, met}
}

describe('chaos', () => {
  const tally = {done: 0, provider: 0, met: 0}
  // Some at a time, so that a red one names a handful of seeds.
  const batches = Array.from({length: Math.ceil(runs / 20)}, (_, at) => at)
  it.each(batches)('batch %i of 20 seeds: done, or an honest report', async (batch) => {
    for (let seed = batch * 20; seed < Math.min(runs, batch * 20 + 20); seed++) {
      const {ran, met} = await play(seed)
      tally[ran.closed?.outcome as 'done' | 'provider'] += 1
      tally.met += met.length
    }
  })

  it('met a lot of trouble, and got through most of it', () => {
    expect(tally.done + tally.provider).toBe(runs)
    expect(tally.met).toBeGreaterThan(runs)
    expect(tally.done, JSON.stringify(tally)).toBeGreaterThan(runs * 0.75)
  })
})
