// The glass beside tmux, in the same run: 200×50, panes of 2,000 coloured lines a second, in a pseudo terminal that this
// program reads. CPU is what the processes of each used (/proc), without what runs in the panes. Without tmux there is
// nothing to set it beside, and the figures stand alone.
//
// PENGUIN_BENCH_SECONDS: how long each case is measured (3).

import {execFileSync} from 'node:child_process'
import {mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {type Pty, spawnPty} from '../source/keeper/pty.ts'
import {feeder} from './feeder.ts'
import {type Figure, median} from './figure.ts'

const seconds = Number(process.env.PENGUIN_BENCH_SECONDS ?? 3)
const program = fileURLToPath(new URL('screen-program.ts', import.meta.url))
const [columns, rows, warmMs] = [200, 50, 1500]

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`
const busy = `exec ${quoted(process.execPath)} -e ${quoted(feeder)}`

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const percentile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN

const cpuMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
const residentMb = (pid: number): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

interface Subject {
  pty: Pty
  pids: number[]
  bytes(): number
  /** From the key to its character on the terminal, ms. */
  echoMs(key: string): Promise<number>
  /** Ends it; answers its newest frame times, where they are known. */
  end(): Promise<number[]>
}

const watched = (pty: Pty): Pick<Subject, 'bytes' | 'echoMs'> => {
  let bytes = 0
  let awaited: {key: string; seen: () => void} | undefined
  pty.onData((data) => {
    bytes += Buffer.byteLength(data)
    if (awaited && data.includes(awaited.key)) awaited.seen()
  })
  return {
    bytes: () => bytes,
    echoMs: (key) =>
      new Promise((resolve) => {
        const startMs = performance.now()
        const timer = setTimeout(resolve, 2000, 2000)
        awaited = {
          key,
          seen: () => {
            clearTimeout(timer)
            awaited = undefined
            resolve(performance.now() - startMs)
          },
        }
        pty.write(key)
      }),
  }
}

const env = {PATH: process.env.PATH ?? '', TERM: 'xterm-256color', HOME: tmpdir(), LANG: 'C.UTF-8'}
const terminal = {name: 'xterm-256color', cols: columns, rows, cwd: tmpdir()}

const startGlass = async (folder: string, commands: readonly string[]): Promise<Subject> => {
  const figures = join(folder, 'figures')
  const pty = spawnPty(process.execPath, [program, ...commands], {...terminal, env: {...env, PENGUIN_BENCH_FIGURES: figures}})
  const ended = new Promise((resolve) => pty.onExit(resolve))
  await wait(warmMs)
  return {
    pty,
    pids: [pty.pid],
    ...watched(pty),
    end: async () => {
      process.kill(pty.pid, 'SIGTERM')
      await ended
      return (JSON.parse(readFileSync(figures, 'utf8')) as {frameMs: number[]}).frameMs
    },
  }
}

const startTmux = async (folder: string, commands: readonly string[]): Promise<Subject> => {
  const tmux = (...args: string[]): string => execFileSync('tmux', ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args], {env, encoding: 'utf8'})
  const [first = 'cat', ...rest] = commands
  tmux('new-session', '-d', '-s', 'bench', '-x', `${columns}`, '-y', `${rows}`, first)
  for (const command of rest) {
    tmux('split-window', '-t', 'bench', command)
    tmux('select-layout', '-t', 'bench', 'tiled')
  }
  tmux('select-pane', '-t', 'bench:0.0')
  const pty = spawnPty('tmux', ['-S', join(folder, 'socket'), 'attach', '-t', 'bench'], {...terminal, env})
  await wait(warmMs)
  const ended = new Promise((resolve) => pty.onExit(resolve))
  const server = Number(tmux('display-message', '-p', '#{pid}'))
  return {
    pty,
    pids: [pty.pid, server],
    ...watched(pty),
    end: async () => {
      tmux('kill-server')
      await ended
      return []
    },
  }
}

interface Measured {
  cpuPercent: number
  bytesPerSec: number
  frameMs: number[]
  echoMs: number[]
  residentMb: number
  grownMb: number
}

type Start = (folder: string, commands: readonly string[]) => Promise<Subject>

const measure = async (start: Start, commands: readonly string[], keys: boolean): Promise<Measured> => {
  const folder = mkdtempSync(join(tmpdir(), 'penguin-bench-'))
  try {
    const subject = await start(folder, commands)
    const sum = (of: (pid: number) => number): number => subject.pids.map(of).reduce((a, b) => a + b, 0)
    const [startMs, cpu, bytes, resident] = [performance.now(), sum(cpuMs), subject.bytes(), sum(residentMb)]
    const echoMs: number[] = []
    for (let n = 0; performance.now() - startMs < seconds * 1000; n += 1) {
      if (!keys) await wait(100)
      else {
        echoMs.push(await subject.echoMs(String.fromCodePoint(0x2801 + (n % 250))))
        await wait(20 + ((n * 37) % 60))
      }
    }
    const spentSec = (performance.now() - startMs) / 1000
    const grownMb = sum(residentMb) - resident
    const measured = {cpuPercent: (sum(cpuMs) - cpu) / 10 / spentSec, bytesPerSec: (subject.bytes() - bytes) / spentSec, residentMb: sum(residentMb)}
    return {...measured, grownMb, echoMs, frameMs: (await subject.end()).slice(-Math.floor(seconds * 30))}
  } finally {
    rmSync(folder, {recursive: true, force: true, maxRetries: 5})
  }
}

const hasTmux = (): boolean => {
  try {
    execFileSync('tmux', ['-V'])
    return true
  } catch {
    process.stderr.write('tmux is not installed: the glass is measured alone\n')
    return false
  }
}

const figuresOf = (name: string, glass: Measured, tmux: Measured | undefined): Figure[] => {
  const beside = (value: number, other: number | undefined): Partial<Figure> => (other === undefined ? {} : {ratio: value / other})
  const note = tmux && `tmux ${tmux.cpuPercent.toFixed(1)} %, ${(tmux.bytesPerSec / 1024).toFixed(0)} KB/s`
  return [
    {name: `${name}: CPU`, value: glass.cpuPercent, unit: '% of a core', ...beside(glass.cpuPercent, tmux?.cpuPercent), note},
    {name: `${name}: written`, value: glass.bytesPerSec / 1024, unit: 'KB/s', ...beside(glass.bytesPerSec, tmux?.bytesPerSec)},
    {
      name: `${name}: frame p50`,
      value: median(glass.frameMs),
      unit: 'ms',
      note: `p95 ${percentile(glass.frameMs, 0.95).toFixed(2)} ms, ${glass.frameMs.length} frames`,
    },
  ]
}

const echoOf = (name: string, glass: Measured, tmux: Measured | undefined): Figure[] =>
  [0.5, 0.95].map((part) => ({
    name: `${name}: key echo p${part * 100}`,
    value: percentile(glass.echoMs, part),
    unit: 'ms',
    note: tmux && `tmux ${percentile(tmux.echoMs, part).toFixed(1)} ms`,
  }))

export const bench = async (): Promise<Figure[]> => {
  const isBeside = hasTmux()
  const both = async (commands: readonly string[], keys: boolean): Promise<[Measured, Measured | undefined]> => [
    await measure(startGlass, commands, keys),
    isBeside ? await measure(startTmux, commands, keys) : undefined,
  ]
  const figures: Figure[] = []
  for (const count of [1, 4, 9])
    figures.push(
      ...figuresOf(
        `${count} busy`,
        ...(await both(
          Array.from({length: count}, () => busy),
          false,
        )),
      ),
    )
  figures.push(...echoOf('4 busy', ...(await both(['exec cat', ...Array.from({length: 4}, () => busy)], true))))
  const [flooded, tmuxFlooded] = await both(['exec cat', 'exec yes', busy, busy], true)
  figures.push(...echoOf('`yes`', flooded, tmuxFlooded))
  figures.push({name: '`yes`: memory grown', value: flooded.grownMb, unit: 'MB', note: `${flooded.residentMb.toFixed(0)} MB resident, ${seconds} s`})
  return figures
}
