// kill -9 of role processes at random moments: each death is noticed within a second, the work goes on in a new
// process or is reported, no command runs twice, and nobody is left when the run has ended.

import {existsSync, readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {bodies, calculator, fixed, isAlive, survivorsAfter, ticksOf, ways} from '../kit/flow.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {type Ended, type Line, type Place, place, type Started} from '../kit/penguin.ts'

const rounds = 6
/** Twenty seconds' worth in the suite; `PENGUIN_TEST_KILLS=200` for the whole of it. */
const wanted = Number(process.env.PENGUIN_TEST_KILLS ?? 40)

/** Twelve commands, each of which counts itself; after an interruption it looks before it goes on. Slow enough to be hit. */
const counting = (asked: Asked): Scripted => {
  const told = asked.messages.filter((message) => message.from === 'tool').map((message) => message.text)
  const done = (n: number): boolean => told.some((text) => text.includes(`counted ${n}.`))
  for (let n = 1; n <= rounds; n += 1) {
    if (done(n)) continue
    const command = `grep -qx ${n} count.txt 2>/dev/null || { sleep 0.05; echo ${n} >> count.txt; }; sleep 0.1; echo counted ${n}.`
    return {calls: [{tool: 'shell', input: {command}}], delayMs: 60}
  }
  if (!told.some((text) => text.includes('sum.js') && !text.includes('cut off')))
    return {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}]}
  return {text: 'counted and mended', delayMs: 60}
}

interface Killing {
  ended: Ended
  /** When each was killed, and when the journal said so. */
  kills: {at: number; pid: number}[]
}

/** Kills the newest role process after each of the pauses. */
const killing = async (started: Started, pauses: readonly number[]): Promise<Killing> => {
  const kills: Killing['kills'] = []
  const dead = new Set<number>()
  let over = false
  void started.ended.then(() => {
    over = true
  })
  for (const ms of pauses) {
    await new Promise((resolve) => setTimeout(resolve, ms))
    const pid = started.lines.findLast((line) => line.type === 'role.hired')?.body.pid as number | undefined
    if (over || pid === undefined || dead.has(pid) || !isAlive(pid)) continue
    dead.add(pid)
    kills.push({at: Date.now(), pid})
    process.kill(pid, 'SIGKILL')
  }
  return {ended: await started.ended, kills}
}

/** Every death that was not in the very last moment is on record within a second. */
const noticed = (lines: readonly Line[], kills: Killing['kills']): number => {
  const losses = lines.filter((line) => line.type === 'role.lost').map((line) => line.at)
  const closedAt = lines.at(-1)?.at ?? 0
  for (const {at} of kills)
    if (closedAt - at > 1000)
      expect(
        losses.some((loss) => loss >= at - 5 && loss - at < 1000),
        `a death at ${at} of ${losses}`,
      ).toBe(true)
  return losses.length
}

const traces = (repo: Place): string[] => {
  const found: string[] = []
  for (const dir of ['scratch', 'trees', 'run', 'live']) {
    try {
      found.push(...readdirSync(`${repo.home}/.cache/penguin/${dir}`).map((name) => `${dir}/${name}`))
    } catch {
      // It was never made.
    }
  }
  return found
}

const run = async (seed: number, args: string[] = []): Promise<{lost: number; kills: number}> => {
  await using server = await modelServer(counting)
  using repo = place(calculator)
  const {args: model, env} = ways.responses(server)
  const started = repo.start(['run', '--json', ...model, ...args, 'count'], {env})
  await started.until((line) => line.type === 'role.ready')
  let dice = seed
  const pauses = Array.from({length: 10}, () => {
    dice = (dice * 1_103_515_245 + 12_345) % 2 ** 31
    return 30 + (dice % 600)
  })
  const {ended, kills} = await killing(started, pauses)
  expect(await survivorsAfter(repo, 2000)).toEqual([])
  const all = Array.from({length: rounds}, (_, n) => `${n + 1}`)
  const counted = existsSync(`${repo.dir}/count.txt`) ? repo.read('count.txt').split('\n').filter(Boolean) : []
  if (ended.closed?.outcome !== 'done') {
    // Killed again and again before it could say a word: given up, and said so.
    expect(['failed', 'gate_failed']).toContain(ended.closed?.outcome)
    expect(ended.closed?.text).toMatch(/its process ended \d+ times: killed by SIGKILL/)
    expect(counted, `seed ${seed}`).toEqual(all.slice(0, counted.length))
  } else {
    expect(ended.code, `seed ${seed}: ${ended.stderr}${ended.stdout.slice(-600)}`).toBe(0)
    expect(counted, `seed ${seed}`).toEqual(all)
    expect(repo.read('sum.js')).toBe(fixed)
  }
  expect(traces(repo)).toEqual([])
  const calls = bodies(ended.lines, 'tool.called').length
  expect(bodies(ended.lines, 'tool.done')).toHaveLength(calls)
  return {lost: noticed(ended.lines, kills), kills: kills.length}
}

describe('kill -9 of role processes', () => {
  it(`at random moments, ${wanted} times over`, async () => {
    let kills = 0
    for (let seed = 1; kills < wanted && seed < wanted; seed += 1) kills += (await run(seed)).kills
    expect(kills).toBeGreaterThanOrEqual(wanted)
  }, 1_200_000)

  it('again and again before it can say a word: the run gives up with a report', async () => {
    await using server = await modelServer([{text: 'never', delayMs: 60_000, times: 0}])
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', ...args, 'x'], {env})
    for (let n = 0; n < 11; n += 1) {
      const hired = await started.until((line) => line.type === 'model.asked' && started.lines.filter((one) => one.type === 'model.asked').indexOf(line) === n)
      expect(hired.agent).toBe('a_1')
      process.kill(bodies(started.lines, 'role.hired').at(-1)?.pid as number, 'SIGKILL')
    }
    const ended = await started.ended
    expect(ended.closed).toMatchObject({outcome: 'failed', exitCode: 1})
    expect(ended.closed?.reason).toContain('killed by SIGKILL')
    expect(bodies(ended.lines, 'role.lost').map((body) => body.replaced)).toEqual([...Array(10).fill(true), false])
    expect(await survivorsAfter(repo, 2000)).toEqual([])
  })
})

describe('a silent model', () => {
  it('costs no processor time', async () => {
    await using server = await modelServer([{fault: {do: 'mute'}}])
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', ...args, 'wait'], {env})
    await started.until((line) => line.type === 'model.asked')
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const ticks = (): number => repo.survivors().reduce((sum, pid) => sum + ticksOf(pid), 0)
    const before = ticks()
    const people = repo.survivors()
    await new Promise((resolve) => setTimeout(resolve, 2000))
    expect(repo.survivors()).toEqual(people)
    // Hundredths of a second, over host and agent together.
    expect(ticks() - before).toBeLessThanOrEqual(4)
    started.child.kill('SIGTERM')
    expect((await started.ended).code).toBe(143)
  })
})
