// A million tokens in one reply: does the program grow while they stream, and what does each of them cost? And five thousand
// that come one each 1.5 ms, beside a bare client of Node that only reads them. The real launcher; Linux only (/proc).

import {execFileSync, spawn} from 'node:child_process'
import {mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer, type ServerResponse} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {environment} from '../source/config.ts'
import {type Figure, median} from './figure.ts'

const launcher = fileURLToPath(new URL('../bin/penguin', import.meta.url))
const million = 1_000_000
const slow = {tokens: 5000, everyMs: 1.5}
const rounds = 5

interface Stream {
  tokens: number
  /** 0: as fast as they are taken. */
  everyMs: number
}

const wordAt = (index: number): string => (index % 12 === 11 ? `w${index}\n` : `word${index % 10} `)

/** Speaks the Responses API, an event each token; tells how far it is. */
const streamServer = async ({tokens, everyMs}: Stream) => {
  const told = {sent: 0}
  const stream = async (response: ServerResponse): Promise<void> => {
    let number = 0
    const send = (type: string, more: object): boolean =>
      response.write(`event: ${type}\ndata: ${JSON.stringify({type, sequence_number: number++, ...more})}\n\n`)
    response.writeHead(200, {'content-type': 'text/event-stream'})
    const began = performance.now()
    for (told.sent = 0; told.sent < tokens && !response.destroyed; told.sent += 1) {
      const taken = send('response.output_text.delta', {item_id: 'm', output_index: 0, content_index: 0, delta: wordAt(told.sent)})
      const dueMs = began + (told.sent + 1) * everyMs
      if (everyMs === 0 && !taken) await new Promise((resolve) => response.once('drain', resolve))
      while (everyMs > 0 && performance.now() < dueMs)
        await new Promise<void>((resolve) => (dueMs - performance.now() > 1 ? setTimeout(resolve, 1) : setImmediate(resolve)))
    }
    send('response.completed', {response: {status: 'completed', output: [], usage: {input_tokens: 1000, output_tokens: tokens}}})
    response.end()
  }
  const server = createServer((asked, response) => {
    asked.resume()
    if (asked.method === 'POST') return void stream(response)
    response.writeHead(404, {'content-type': 'application/json'})
    response.end('{"error": {"message": "no such page"}}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  return {told, port, [Symbol.dispose]: () => void server.close().closeAllConnections()}
}

const statusOf = (pid: number, name: string): number => {
  try {
    return Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  } catch {
    return 0
  }
}

/** A process and all that it has started. */
const treeOf = (pid: number): number[] => {
  const parents = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [[Number(name), statusOf(Number(name), 'PPid')] as const] : []))
  const below = (one: number): number[] => [one, ...parents.flatMap(([child, parent]) => (parent === one ? below(child) : []))]
  return below(pid)
}

/** Own memory of the whole tree, MB; what files and programs share is not counted twice. */
const memoryOf = (pid: number): number => treeOf(pid).reduce((sum, one) => sum + statusOf(one, 'RssAnon'), 0) / 1024

interface Run {
  /** MB when a tenth of the tokens was sent and the young heap has its size, when nearly all were, and the most that was seen. */
  early: number
  late: number
  peak: number
  cpuSec: number
}

const runOnce = async (args: readonly string[], stream: Stream, cwd: string, env: Record<string, string>): Promise<Run> => {
  using server = await streamServer(stream)
  const argv = ['-f', 'cost %U %S', launcher, 'run', '--no-check', ...args, '-m', 'openai/gpt-5.2', 'say much']
  const child = spawn('/usr/bin/time', argv, {
    cwd,
    env: {...env, OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: `http://127.0.0.1:${server.port}/v1`},
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr = (stderr + chunk).slice(-4000)
  })
  const seen = {early: 0, late: 0, peak: 0}
  const look = setInterval(() => {
    const now = memoryOf(child.pid as number)
    const done = server.told.sent / stream.tokens
    if (seen.early === 0 && done >= 0.1) seen.early = now
    if (done > 0.5 && done < 1) seen.late = now
    seen.peak = Math.max(seen.peak, now)
  }, 100)
  const code = await new Promise((resolve) => child.on('close', resolve))
  clearInterval(look)
  if (code !== 0) throw new Error(`the run ended with ${code}\n${stderr}`)
  const [, user = 'NaN', system = 'NaN'] = /cost (\S+) (\S+)/.exec(stderr) ?? []
  return {...seen, cpuSec: Number(user) + Number(system)}
}

const medianCpu = async (args: readonly string[], stream: Stream, cwd: string, env: Record<string, string>): Promise<number> => {
  const seconds: number[] = []
  for (let round = 0; round < rounds; round += 1) seconds.push((await runOnce(args, stream, cwd, env)).cpuSec)
  return median(seconds)
}

/** What a client costs that only reads, in a process of its own. */
const bareCpu = async (stream: Stream, env: Record<string, string>): Promise<number> => {
  const code = `const {request} = require('node:http')
const asked = request({port: process.argv[1], method: 'POST'}, (answer) => answer.on('data', () => {}).on('end', () => {
  const {user, system} = process.cpuUsage()
  console.log((user + system) / 1e6)
}))
asked.end('{}')`
  const seconds: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    using server = await streamServer(stream)
    const child = spawn(process.execPath, ['-e', code, String(server.port)], {env, stdio: ['ignore', 'pipe', 'inherit']})
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    await new Promise((resolve) => child.on('close', resolve))
    seconds.push(Number(text))
  }
  return median(seconds)
}

const perToken = (seconds: number, bareSeconds: number, {tokens}: Stream): number => ((seconds - bareSeconds) / tokens) * 1e6

export const bench = async (): Promise<Figure[]> => {
  const top = mkdtempSync(join(tmpdir(), 'pb-'))
  const env: Record<string, string> = {PATH: environment().PATH ?? '', HOME: join(top, 'home'), LANG: 'C.UTF-8'}
  const repo = join(top, 'repo')
  mkdirSync(env.HOME as string)
  mkdirSync(repo)
  writeFileSync(join(repo, 'a.txt'), 'a\n')
  execFileSync('git', ['init', '-q'], {cwd: repo, env})
  const figures: Figure[] = []
  try {
    const one: Stream = {tokens: 1, everyMs: 0}
    const bareOne = await bareCpu(one, env)
    figures.push({
      name: `${slow.tokens} tokens, one each ${slow.everyMs} ms, a client that only reads`,
      value: perToken(await bareCpu(slow, env), bareOne, slow),
      unit: 'µs cpu a token',
    })
    for (const [mode, args] of [
      ['in-process', ['--json', '--in-process']],
      ['processes', ['--json']],
      ['in-process, text', ['--in-process']],
      ['processes, text', []],
    ] as const) {
      const {early, late, peak, cpuSec} = await runOnce(args, {tokens: million, everyMs: 0}, repo, env)
      const turn = await medianCpu(args, one, repo, env)
      figures.push({
        name: `a million tokens, ${mode}: memory near their end`,
        value: late,
        unit: 'MB',
        ratio: late / early,
        note: `to after a tenth of them; most, with the reply as a whole, ${peak.toFixed(0)} MB; ${perToken(cpuSec, turn, {tokens: million, everyMs: 0}).toFixed(1)} µs cpu a token`,
      })
      const paced = perToken(await medianCpu(args, slow, repo, env), turn, slow)
      figures.push({name: `${slow.tokens} tokens, one each ${slow.everyMs} ms, ${mode}`, value: paced, unit: 'µs cpu a token'})
    }
  } finally {
    rmSync(top, {recursive: true, force: true})
  }
  return figures
}
