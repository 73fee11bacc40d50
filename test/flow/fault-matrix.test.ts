// Every row of the table of mishaps on every provider, through the settings, clients and retries of the real program
// (less its processes): what it is called, how often it is tried, how long is waited, what a second route makes of it,
// and that nothing is said twice, paid twice or left open.

import {readFileSync} from 'node:fs'
import {createServer as createSecure} from 'node:https'
import {createServer, type Server} from 'node:net'
import {join} from 'node:path'
import {describe, expect, it, onTestFinished} from 'vitest'
import type {Clock} from '../../engine/base/clock.ts'
import {good} from '../../engine/base/envelope.ts'
import {outcomeOf} from '../../engine/contract/fault.ts'
import {type AskHooks, openAsker, type Reply} from '../../engine/model/ask.ts'
import {makerFor} from '../../source/plugins.ts'
import {docTable} from '../kit/fault-table.ts'
import {answer, calling, groups, type Place, type Row, rows} from '../kit/mishaps.ts'
import {type ModelServer, modelServer, type Scripted, type Step} from '../kit/model-server.ts'
import {readTool, turnOf, until} from '../kit/model-turn.ts'
import {type ProviderWay, providerKey, providerSettingsOf, providerWays} from '../kit/providers.ts'

const fixture = (name: string): string => readFileSync(join(import.meta.dirname, '../engine/wire/fixture', name), 'utf8')

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.on('connection', (socket) => onClose(() => socket.destroy()))
  onClose(() => void server.close())
  return (server.address() as {port: number}).port
}

const onClose = (close: () => void): void => void closers.push(close)
let closers: (() => void)[] = []

interface Spot {
  /** Where the provider is said to be; the server behind it, if there is one. */
  url: string
  proxy?: string
  server?: ModelServer
}

const free = async (): Promise<number> => {
  const server = createServer()
  const port = await listen(server)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

const placed: Readonly<Record<Place, () => Promise<Spot>>> = {
  'no name': async () => ({url: 'http://model.invalid:1'}),
  nobody: async () => ({url: `http://127.0.0.1:${await free()}`}),
  'no handshake': async () => ({url: `https://localhost:${await listen(createServer(() => undefined))}`}),
  'bad certificate': async () => ({url: `https://localhost:${await listen(createSecure({key: fixture('key.pem'), cert: fixture('cert.pem')}))}`}),
  'no proxy': async () => ({url: 'http://127.0.0.1:9', proxy: `http://127.0.0.1:${await free()}`}),
  'proxy refuses': async () => {
    const proxy = await listen(
      createServer((socket) => void socket.once('data', () => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n'))),
    )
    return {url: 'http://127.0.0.1:9', proxy: `http://127.0.0.1:${proxy}`}
  },
}

const serve = async (script: Step[]): Promise<ModelServer> => {
  const server = await modelServer(script)
  onClose(() => void server.close())
  return server
}

/** The row's trouble `times` times (0 = for ever), then a good answer. */
const spotOf = async ({meets}: Row, times: number): Promise<Spot> => {
  if (typeof meets === 'string') return placed[meets]()
  const scripted = (): Scripted => (typeof meets === 'function' ? meets() : meets)
  const server = await serve([
    {...scripted(), times},
    {...answer, times: 0},
  ])
  return {url: server.url, server}
}

/** Time that passes only where somebody waits on purpose; sockets have the real one. */
const patientClock = () => {
  const slept: number[] = []
  let sleptMs = 0
  const clock: Clock = {
    now: Date.now,
    tick: () => performance.now() + sleptMs,
    sleep: async (ms) => {
      slept.push(ms)
      sleptMs += ms
    },
  }
  return {clock, slept}
}

interface Asked {
  reply: Reply
  slept: number[]
  reserved: string[]
  /** What was said after the last `model.asked`. */
  said: string
  wallMs: number
  failed: string[]
}

const ask = async (way: ProviderWay, row: Row, spots: Spot[], signal = new AbortController().signal): Promise<Asked> => {
  const {clock, slept} = patientClock()
  const clients = await Promise.all(
    spots.map(async (spot, at) => {
      const settings = providerSettingsOf(way.name, spot.url, {proxy: spot.proxy, timeouts: at === 0 ? row.timeouts : undefined})
      return {route: {provider: way.name, model: at === 0 ? 'm' : 'second'}, client: (await makerFor(settings.protocol))(settings), callSec: 600}
    }),
  )
  const asked: Asked = {reply: undefined as unknown as Reply, slept, reserved: [], said: '', wallMs: 0, failed: []}
  const hooks: AskHooks = {
    reserve: async ({route}) => {
      asked.reserved.push(route)
      asked.said = ''
      return good(undefined)
    },
    onText: (text, thought) => {
      if (!thought) asked.said += text
    },
    onFailed: ({error}) => void asked.failed.push(error.code),
    onRoute: () => undefined,
    onBreaker: () => undefined,
  }
  const began = clock.tick()
  const write = {...readTool, name: 'write'}
  asked.reply = await openAsker({clients, clock, dice: (bytes) => new Uint8Array(bytes)}).ask(turnOf({tools: [readTool, write]}), hooks, signal)
  asked.wallMs = clock.tick() - began
  return asked
}

const expected = (row: Row, way: ProviderWay) => row.but?.[way.protocol] ?? {code: row.code, tries: row.tries}

const isWhole = (asked: Asked): void => {
  expect(asked.reply.error).toBeUndefined()
  expect(asked.reply.text).toBe(answer.text)
  expect(asked.said, 'said once').toBe(answer.text)
}

describe.each(providerWays)('$name', (way) => {
  it.each(rows)('$name', async (row) => {
    closers = []
    onTestFinished(() => {
      for (const close of closers) close()
    })
    const {code, tries} = expected(row, way)
    // It lasts: the fault of the table, after as many tries, each one reserved; or the whole answer.
    const lasting = await spotOf(row, 0)
    const ended = await ask(way, row, [lasting])
    expect(ended.reserved, JSON.stringify(ended.reply.error)).toHaveLength(tries)
    if (lasting.server) expect(lasting.server.requests).toHaveLength(tries)
    expect(ended.failed).toHaveLength(code === 'none' ? tries - 1 : tries)
    if (code === 'none') {
      isWhole(ended)
      const meets = row.meets as Scripted
      const wanted = meets.calls ? calling.calls : []
      expect(ended.reply.calls.map(({input}) => input).toSorted()).toEqual(wanted?.map(({input}) => JSON.stringify(input)).toSorted())
      expect(new Set(ended.reply.calls.map(({id}) => id)).size).toBe(wanted?.length)
      return
    }
    expect(ended.reply).toMatchObject({calls: [], error: {code}})
    expect(ended.reply.error?.hint, 'it says what to do').toMatch(row.says ?? /\w{3}/)
    if (way.keyed) expect(JSON.stringify(ended.reply)).not.toContain(providerKey)
    expect(outcomeOf(ended.reply.error as never)).toBe(row.outcome ?? 'provider')
    if (row.waitMs !== undefined) expect(ended.slept[0]).toBe(row.waitMs)
    if (lasting.server) await until(() => (lasting.server?.openSockets() ?? 0) <= 1, 500)

    // It passes: the next answer is the answer.
    if (tries > 1 && typeof row.meets !== 'string') {
      const once = await spotOf(row, 1)
      const recovered = await ask(way, row, [once])
      isWhole(recovered)
      expect(once.server?.requests).toHaveLength(2)
      expect(recovered.slept).toHaveLength(1)
    }

    // There is another route: it answers soon, and the first was not asked more than twice.
    const healthy = await serve([{...answer, times: 0}])
    const fallen = await ask(way, row, [await spotOf(row, 0), {url: healthy.url}])
    isWhole(fallen)
    expect(fallen.reply.route).toBe(`${way.name}/second`)
    expect(fallen.reserved.filter((route) => route.endsWith('/m')).length).toBe(Math.min(tries, 2))
    expect(healthy.requests).toHaveLength(1)
    expect(fallen.wallMs).toBeLessThan(15_000)

    // It hangs: a stop frees the socket at once.
    if (row.hangs) {
      const hanging = await spotOf(row, 0)
      const control = new AbortController()
      const asking = ask(way, {...row, timeouts: {}}, [hanging], control.signal)
      await until(() => hanging.server?.requests.length === 1)
      control.abort()
      expect((await asking).reply.error?.code).toBe('model.stopped')
      await until(() => hanging.server?.openSockets() === 0, 500)
    }
  })
})

describe('docs/providers.md', () => {
  it('has this very table', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/providers.md'), 'utf8')
    expect(page, 'node test/kit/fault-table.ts writes it').toContain(docTable(groups))
  })
})
