// From Escape until the screen says that the agent is idle, whatever it was doing: the model streams, the model says
// nothing, a command runs, a permission or an answer is waited for. Beside it, until what was going on is really over:
// the model's line is closed, the command's process is gone, the card is off the screen.
//
// PENGUIN_BENCH_ROUNDS: how often for each (5).

import {readdirSync, readFileSync} from 'node:fs'
import {calculator, ways} from '../test/kit/flow.ts'
import {type ModelServer, modelServer, type Scripted} from '../test/kit/model-server.ts'
import type {Terminal} from '../test/kit/terminal.ts'
import {type Figure, median} from './figure.ts'
import {openStage, wait, wished} from './stage.ts'

const rounds = wished('PENGUIN_BENCH_ROUNDS', 5)
const idle = /· idle/

interface Doing {
  name: string
  reply: Scripted
  args: readonly string[]
  /** It is under way. */
  seen: RegExp
  /** Resolves when what was under way is over. */
  over(server: ModelServer, terminal: Terminal): Promise<unknown>
}

const loop = `bench-loop-${process.pid}`

const processesOf = (words: string): string[] =>
  readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && Number(name) !== process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(words)
    } catch {
      return false
    }
  })

/** One that is dead and that nobody has asked after yet does nothing more. */
const lives = (pid: string): boolean => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

const allGone = async (pids: readonly string[]): Promise<void> => {
  while (pids.some(lives)) await wait(1)
}

const lineIdle = (server: ModelServer): Promise<void> => server.idle()

const things: readonly Doing[] = [
  {name: 'the model streams', reply: {text: 'and on ', everyMs: 2, fault: {do: 'endless'}}, args: [], seen: /● writing/, over: lineIdle},
  {name: 'the model is silent', reply: {fault: {do: 'silence'}}, args: [], seen: /● thinking/, over: lineIdle},
  {
    name: 'a command runs',
    reply: {calls: [{tool: 'shell', input: {command: `: ${loop}; while :; do sleep 1; done`}}]},
    args: ['--permission', 'auto'],
    seen: /▸ running/,
    over: () => allGone(processesOf(loop)),
  },
  {
    name: 'a permission is waited for',
    reply: {calls: [{tool: 'write', input: {path: 'new.txt', text: 'x'}}]},
    args: ['--permission', 'ask'],
    seen: /asks for permission/,
    over: (_, terminal) => terminal.until((frame) => !frame.includes('asks for permission')),
  },
  {
    name: 'an answer is waited for',
    reply: {calls: [{tool: 'ask', input: {question: 'Which one?', choices: ['blue', 'red']}}]},
    args: [],
    seen: /has a question/,
    over: (_, terminal) => terminal.until((frame) => !frame.includes('has a question')),
  },
]

const stopOnce = async ({reply, args, seen, over}: Doing): Promise<{shownMs: number; overMs: number}> => {
  await using server = await modelServer(() => reply)
  const way = ways.chat(server)
  await using stage = openStage({files: calculator, env: way.env, args: [...way.args, ...args]})
  const {terminal} = stage
  await terminal.until('what shall be done?')
  terminal.type('make sum add')
  terminal.key('enter')
  await terminal.until(seen, 20_000)
  await wait(300)
  const startMs = performance.now()
  const since = (): number => performance.now() - startMs
  const ended = over(server, terminal).then(since)
  terminal.key('escape')
  const shownMs = await terminal.until(idle).then(since)
  return {shownMs, overMs: await ended}
}

export const bench = async (): Promise<Figure[]> => {
  const figures: Figure[] = []
  for (const doing of things) {
    const stops: {shownMs: number; overMs: number}[] = []
    for (let n = 0; n < rounds; n += 1) stops.push(await stopOnce(doing))
    const shown = stops.map(({shownMs}) => shownMs)
    const over = stops.map(({overMs}) => overMs)
    figures.push({
      name: `Escape to idle on the screen: ${doing.name}`,
      value: median(shown),
      unit: 'ms',
      note: `${Math.min(...shown).toFixed(0)} to ${Math.max(...shown).toFixed(0)} ms, ${rounds} times; over after ${median(over).toFixed(0)} ms`,
    })
  }
  return figures
}
