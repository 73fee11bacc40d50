// What the benches of the screen stand on: the real program in a real terminal, its processes told apart, and what each
// of them costs by the kernel's own books. It measures; what is measured is said elsewhere.

import {readFileSync} from 'node:fs'
import {screenPlace} from '../test/kit/screen.ts'
import type {Terminal, TerminalOptions} from '../test/kit/terminal.ts'

export const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** A number of the environment, for whoever wants to measure longer. */
export const wished = (name: string, usual: number): number => Number(process.env[name] ?? usual)

export const percentile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ?? Number.NaN

const tickMs = 10
const mb = 1024

const procfs = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return ''
  }
}

/** User and system time of a process, its threads and the children that it has waited for. */
export const cpuMs = (pid: number): number => {
  const fields = procfs(pid, 'stat').split(') ').at(-1)?.split(' ') ?? []
  return [11, 12, 13, 14].reduce((sum, at) => sum + Number(fields[at] ?? 0), 0) * tickMs
}

const fieldMb = (text: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1] ?? 0) / mb

export const residentMb = (pid: number): number => fieldMb(procfs(pid, 'status'), 'VmRSS')
export const proportionalMb = (pid: number): number => fieldMb(procfs(pid, 'smaps_rollup'), 'Pss')

export const sum = (pids: readonly number[], of: (pid: number) => number): number => pids.reduce((total, pid) => total + of(pid), 0)

export type Part = 'screen' | 'keeper' | 'guardian' | 'agent' | 'other'

const partOf = (pid: number, screen: number): Part => {
  const words = procfs(pid, 'cmdline')
  if (pid === screen) return 'screen'
  if (words.startsWith('tty-guardian')) return 'guardian'
  if (/keeper\.js/.test(words)) return 'keeper'
  return /worker\.js/.test(words) ? 'agent' : 'other'
}

export interface Stage extends AsyncDisposable {
  terminal: Terminal
  place: ReturnType<typeof screenPlace>
  /** `performance.now()` at the start of the program; the times of `terminal.chunks` count from here. */
  startMs: number
  /** The program's processes, by what they are. */
  processes(): Record<Part, number[]>
  /** All of them but what runs in panes. */
  ours(): number[]
  /** `performance.now()` of the first bytes after `sinceMs` that hold the text. Resolves once it is there. */
  written(text: string, sinceMs: number, deadlineMs?: number): Promise<number>
  /** From the key to its character in what is written, ms. */
  echoMs(key: string): Promise<number>
}

export interface StageOptions {
  files?: Record<string, string>
  env?: Record<string, string>
  args?: readonly string[]
  more?: Partial<TerminalOptions>
  /** Goes on where another stage was; its place is not put away with this one. */
  place?: Stage['place']
}

/** A repository of its own, the program in it at 120×40 unless told otherwise. */
export const openStage = ({files = {'readme.md': 'A project.\n'}, env = {}, args = [], more = {}, place: given}: StageOptions = {}): Stage => {
  const place = given ?? screenPlace(files, env)
  const startMs = performance.now()
  const terminal = place.screen(args, more)
  const processes = (): Record<Part, number[]> => {
    const parts: Record<Part, number[]> = {screen: [], keeper: [], guardian: [], agent: [], other: []}
    for (const pid of place.survivors()) parts[partOf(pid, terminal.pid)].push(pid)
    return parts
  }
  const written = async (text: string, sinceMs: number, deadlineMs = 20_000): Promise<number> => {
    const from = sinceMs - startMs
    const found = (): number | undefined => terminal.chunks.find(({ms, data}) => ms >= from && data.includes(text))?.ms
    await terminal.until(() => found() !== undefined, deadlineMs)
    return (found() ?? Number.NaN) + startMs
  }
  return {
    terminal,
    place,
    startMs,
    processes,
    ours: () => {
      const {screen, keeper, guardian, agent} = processes()
      return [...screen, ...keeper, ...guardian, ...agent]
    },
    written,
    echoMs: async (key) => {
      const typedMs = performance.now()
      terminal.type(key)
      return (await written(key, typedMs)) - typedMs
    },
    [Symbol.asyncDispose]: async () => {
      await terminal.close({outlived: true})
      if (!given) place[Symbol.dispose]()
    },
  }
}

/** Whatever of it still lives. */
export const killAll = (place: Stage['place']): void => {
  for (const pid of place.survivors()) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It went by itself.
    }
  }
}

/** Letters that no chrome draws, so that each is found again in what is written. */
export const rareLetter = (n: number): string => String.fromCodePoint(0x2801 + (n % 250))
