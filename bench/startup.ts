// What a start, a turn and twenty turns cost: the real launcher against a scripted model server on loopback,
// beside `node -e 0` in the same run. Medians; ratios travel between machines, seconds do not.

import {execFileSync, spawn} from 'node:child_process'
import {cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {environment} from '../source/config.ts'
import {modelServer, type Scripted} from '../test/kit/model-server.ts'
import {type Figure, median} from './figure.ts'

const launcher = fileURLToPath(new URL('../bin/penguin', import.meta.url))
const rounds = 7

interface Cost {
  wallSec: number
  cpuSec: number
  /** Of the largest process, MB; NaN without GNU time. */
  peakMb: number
  stdout: string
}

const gnuTime = existsSync('/usr/bin/time')

/** Wall, CPU of the process and all that it waited for, and the peak of the largest of them. */
const costOf = (argv: string[], cwd: string, env: Record<string, string>): Promise<Cost> =>
  new Promise((resolve, reject) => {
    const meter = gnuTime ? ['/usr/bin/time', '-f', 'cost %e %U %S %M'] : []
    const [program, ...rest] = [...meter, ...argv] as [string, ...string[]]
    const began = performance.now()
    const child = spawn(program, rest, {cwd, env, stdio: ['ignore', 'pipe', 'pipe']})
    let stdout = ''
    let stderr = ''
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('close', (code) => {
      const wallSec = (performance.now() - began) / 1000
      if (code !== 0) return reject(new Error(`${argv.join(' ')} ended with ${code}\n${stderr}\n${stdout.slice(-2000)}`))
      const [, , user = 'NaN', system = 'NaN', peak = 'NaN'] = /cost (\S+) (\S+) (\S+) (\S+)/.exec(stderr) ?? []
      resolve({wallSec, cpuSec: Number(user) + Number(system), peakMb: Number(peak) / 1024, stdout})
    })
  })

const medianCost = async (argv: string[], cwd: string, env: Record<string, string>, prepare = (): void => undefined): Promise<Cost> => {
  const costs: Cost[] = []
  for (let round = 0; round < rounds; round += 1) {
    prepare()
    costs.push(await costOf(argv, cwd, env))
  }
  return {
    wallSec: median(costs.map((cost) => cost.wallSec)),
    cpuSec: median(costs.map((cost) => cost.cpuSec)),
    peakMb: median(costs.map((cost) => cost.peakMb)),
    stdout: costs.at(-1)?.stdout ?? '',
  }
}

/** Two of them start a Node, as in the script that the peers' figures are of (so `node FILE`: `node --test` would start two more). */
const commands = ['ls', 'git status --short', 'node a.js', 'ls -la', 'git diff --stat', 'node test/a.test.js']

/** The script's own commands one after the other, without Penguin: what twenty turns cannot be below. */
const bareCommands = (cwd: string, env: Record<string, string>): Promise<Cost> => medianCost(['bash', '-c', commands.join('\n')], cwd, env)

/** Six commands, six reads, three writes, four edits, one call a turn, the last a test run; then the answer. */
const twenty = (n: number): Scripted => {
  const read = (path: string): Scripted => ({calls: [{tool: 'read', input: {path}}]})
  const shell = (command: string): Scripted => ({calls: [{tool: 'shell', input: {command}}]})
  const write = (path: string, text: string): Scripted => ({calls: [{tool: 'write', input: {path, text}}]})
  const edit = (path: string, old: string, now: string): Scripted => ({calls: [{tool: 'edit', input: {path, old, new: now}}]})
  const steps = [
    shell('ls'),
    read('a.js'),
    read('b.js'),
    shell('git status --short'),
    edit('a.js', 'return 1', 'return 2'),
    read('c.js'),
    write('d.js', 'export const d = 4\n'),
    shell('node a.js'),
    edit('b.js', 'return 1', 'return 3'),
    read('d.js'),
    write('e.js', 'export const e = 5\n'),
    shell('ls -la'),
    edit('c.js', 'return 1', 'return 4'),
    read('a.js'),
    write('f.js', 'export const f = 6\n'),
    shell('git diff --stat'),
    edit('d.js', '= 4', '= 44'),
    read('e.js'),
    shell('node test/a.test.js'),
  ]
  return steps[n - 1] ?? {text: 'All done.'}
}

const makeRepository = (dir: string, env: Record<string, string>): void => {
  mkdirSync(join(dir, 'test'), {recursive: true})
  for (const name of ['a', 'b', 'c']) writeFileSync(join(dir, `${name}.js`), `export const ${name} = () => {\n  return 1\n}\n`)
  writeFileSync(join(dir, 'package.json'), '{"name": "bench", "type": "module"}\n')
  writeFileSync(join(dir, 'test', 'a.test.js'), "import assert from 'node:assert'\nimport {a} from '../a.js'\nassert.equal(typeof a(), 'number')\n")
  for (const args of [
    ['init', '-q'],
    ['add', '-A'],
    ['-c', 'user.name=b', '-c', 'user.email=b@example.org', 'commit', '-qm', 'start'],
  ])
    execFileSync('git', args, {cwd: dir, env})
}

/** A server as far ones are: what is no request for a reply it does not know. */
const plain = {more: () => ({error: {message: 'no such page'}})}

interface Row {
  type: string
  at: number
  body: {wallMs?: number}
}

/** Time between a reply and the next request, less what the tools took, ms. */
const gapOf = (stdout: string): number => {
  const rows = stdout
    .split('\n')
    .filter(Boolean)
    .map((text) => JSON.parse(text) as Row)
  const gaps: number[] = []
  let replied: number | undefined
  let toolMs = 0
  for (const row of rows) {
    if (row.type === 'model.replied') [replied, toolMs] = [row.at, 0]
    if (row.type === 'tool.done') toolMs += row.body.wallMs ?? 0
    if (row.type === 'model.asked' && replied !== undefined) gaps.push(Math.max(0, row.at - replied - toolMs))
  }
  return median(gaps)
}

export const bench = async (): Promise<Figure[]> => {
  const top = mkdtempSync(join(tmpdir(), 'pb-'))
  const env: Record<string, string> = {PATH: environment().PATH ?? '', HOME: join(top, 'home'), LANG: 'C.UTF-8'}
  mkdirSync(env.HOME as string)
  const repo = join(top, 'repo')
  const pristine = join(top, 'pristine')
  makeRepository(pristine, env)
  const renew = (): void => {
    rmSync(repo, {recursive: true, force: true})
    cpSync(pristine, repo, {recursive: true})
  }
  renew()
  const figures: Figure[] = []
  try {
    const bare = await medianCost([process.execPath, '-e', '0'], top, env)
    const version = await medianCost([launcher, '--version'], top, env)
    figures.push({name: 'node -e 0', value: bare.wallSec, unit: 's', note: `cpu ${bare.cpuSec} s`})
    figures.push({name: '--version', value: version.wallSec, unit: 's', ratio: version.wallSec / bare.wallSec, note: `${version.peakMb.toFixed(0)} MB`})
    const own = await bareCommands(repo, env)
    figures.push({name: "the twenty turns' six commands, bare", value: own.wallSec, unit: 's', ratio: own.wallSec / bare.wallSec})
    for (const mode of ['processes', 'in-process'] as const) {
      const flags = mode === 'in-process' ? ['--in-process'] : []
      await using one = await modelServer(() => ({text: 'Hello.'}), plain)
      const reach = (server: {baseUrl: string}) => ({...env, OPENAI_API_KEY: 'bench', OPENAI_BASE_URL: server.baseUrl})
      const run = (server: {baseUrl: string}) =>
        medianCost([launcher, 'run', '--json', '--no-check', ...flags, '-m', 'openai/gpt-5.2', 'say hello'], repo, reach(server), renew)
      const turn = await run(one)
      figures.push({
        name: `one turn, ${mode}`,
        value: turn.wallSec,
        unit: 's',
        ratio: turn.wallSec / bare.wallSec,
        note: `cpu ${turn.cpuSec.toFixed(3)} s, peak ${turn.peakMb.toFixed(0)} MB, first request ${one.requests[0]?.bytes} B`,
      })
      let asked = 0
      await using many = await modelServer((seen) => twenty(seen.toolResults + 1), plain)
      const turns = await run(many)
      asked = many.requests.slice(-20).reduce((sum, request) => sum + request.bytes, 0)
      figures.push({
        name: `twenty turns, ${mode}`,
        value: turns.wallSec,
        unit: 's',
        ratio: turns.wallSec / bare.wallSec,
        note: `cpu ${turns.cpuSec.toFixed(3)} s, peak ${turns.peakMb.toFixed(0)} MB, gap ${gapOf(turns.stdout)} ms, sent ${(asked / 1024).toFixed(0)} KB`,
      })
      await using long = await modelServer(() => ({text: 'token '.repeat(5000), chunkChars: 6}), plain)
      const stream = await run(long)
      figures.push({name: `5,000 streamed tokens, ${mode}`, value: ((stream.cpuSec - turn.cpuSec) / 5000) * 1e6, unit: 'µs cpu a token'})
    }
  } finally {
    rmSync(top, {recursive: true, force: true})
  }
  return figures
}
