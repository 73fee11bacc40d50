// How late the event loops of the real program's processes are, told by the processes themselves: each has a probe of
// ours in it (NODE_OPTIONS), which writes down the longest of every tenth of a second. Nothing of the program knows.
//
// The delay is what the promise speaks of; on a machine that others use it holds their time too. What the thread spent
// between two looks at the clock does not: it is the longest that work of its own can have kept the loop.

import {readdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'

const probe = (dir: string): string => `
import {appendFileSync} from 'node:fs'
import {basename} from 'node:path'
import {monitorEventLoopDelay} from 'node:perf_hooks'
const delay = monitorEventLoopDelay({resolution: 5})
delay.enable()
let spent = 0
let before = process.threadCpuUsage()
setInterval(() => {
  const now = process.threadCpuUsage()
  spent = Math.max(spent, (now.user + now.system - before.user - before.system) / 1000)
  before = now
}, 10).unref()
const file = ${JSON.stringify(dir)} + '/' + basename(process.argv[1] ?? 'none', '.js') + '-' + process.pid
setInterval(() => {
  appendFileSync(file, Date.now() + ' ' + (delay.max / 1e6).toFixed(1) + ' ' + spent.toFixed(1) + ' ' + process.memoryUsage().rss + '\\n')
  delay.reset()
  spent = 0
}, 100).unref()
`

export interface LoopDelay {
  env: Record<string, string>
  /** Of every process of the program's name (`main`, `keeper`, `worker`): milliseconds, within a span of time. */
  worstMs(name: string, from: number, until: number): number
  /** Processor time. */
  worstSpentMs(name: string, from: number, until: number): number
  /** Bytes. */
  mostMemory(name: string, from: number, until: number): number
}

/** `dir`: an empty folder. */
export const loopDelay = (dir: string): LoopDelay => {
  const script = join(dir, 'probe.mjs')
  writeFileSync(script, probe(dir))
  const samples = (name: string, from: number, until: number): number[][] =>
    readdirSync(dir)
      .filter((file) => file.startsWith(`${name}-`))
      .flatMap((file) => readFileSync(join(dir, file), 'utf8').trim().split('\n'))
      .map((line) => line.split(' ').map(Number))
      .filter(([at = 0]) => at >= from && at <= until)
  return {
    env: {NODE_OPTIONS: `--import=${pathToFileURL(script).href}`},
    worstMs: (name, from, until) => Math.max(...samples(name, from, until).map(([, max = 0]) => max)),
    worstSpentMs: (name, from, until) => Math.max(...samples(name, from, until).map(([, , spent = 0]) => spent)),
    mostMemory: (name, from, until) => Math.max(...samples(name, from, until).map(([, , , rss = 0]) => rss)),
  }
}
