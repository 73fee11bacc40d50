// A journal of 60 MB and ten thousand events, taken up again: from the start of the program until the session is shown and
// a key that is typed stands in the prompt, and what a key costs there. A short session is made by the program itself, and
// made long by its own events, told again.
//
// PENGUIN_BENCH_ROUNDS: how often (5).

import {rmSync, statSync} from 'node:fs'
import {join} from 'node:path'
import type {RunId} from '../engine/base/id.ts'
import type {Draft, Event} from '../engine/contract/event.ts'
import {openJournal} from '../engine/journal/open.ts'
import {realClock} from '../source/edges.ts'
import {ways} from '../test/kit/flow.ts'
import {modelServer, type Scripted} from '../test/kit/model-server.ts'
import {type Figure, median} from './figure.ts'
import {killAll, openStage, percentile, rareLetter, residentMb, type Stage, wait, wished} from './stage.ts'

const rounds = wished('PENGUIN_BENCH_ROUNDS', 5)
const [calls, turns, copies, keys] = [20, 12, 20, 120]
const run = 'r_bench00000000000' as RunId
const lastWords = 'That is all of it.'
const repeated = /^(?:model\.asked|model\.replied|tool\.)/

/** What a tool said to the model lies in the database up to 64 KB a line: mostly short, at times a whole file. */
const toldChars = [2000, 6000, 12_000, 26_000, 44_000]
const fileLine = '  const found = table.get(key) ?? "none" // a line of a file that was read\n'
const told = toldChars.map((chars) => fileLine.repeat(chars / fileLine.length))

const again = ({type, body, task, role, agent, turn, trace, span, parent}: Event, n: number): Draft => {
  const isRead = type === 'tool.done' && (body as {tool: string}).tool === 'read'
  return {type, body: isRead ? {...body, told: told[n % told.length]} : body, task, role, agent, turn, trace, span, parent} as Draft
}

/** Answers its events and the size of the database; nothing of it lies in blobs. */
const lengthen = (dir: string): {events: number; sizeMb: number} => {
  const opened = openJournal({dir, clock: realClock()})
  if (!opened.ok) throw new Error(opened.error.msg)
  const journal = opened.result
  const [first] = journal.runs()
  const all = first ? [...journal.read({run: first.run, whole: true})] : []
  const end = all.findLastIndex(({type}) => repeated.test(type)) + 1
  journal.append(run, all.slice(0, end).map(again))
  for (let n = 1; n < copies; n += 1) journal.append(run, all.filter(({type}) => repeated.test(type)).map(again))
  journal.append(run, all.slice(end).map(again))
  const events = journal.lastSeq(run)
  journal.close()
  return {events, sizeMb: statSync(join(dir, 'journal.db')).size / 1024 / 1024}
}

type ToolCall = NonNullable<Scripted['calls']>[number]

/** Of a turn's calls most read, some run a command, some write. */
const callOf = (turn: number, n: number): ToolCall => {
  if (n % 4 === 3) return {tool: 'shell', input: {command: `seq ${turn} ${turn + 200 + n}`}}
  if (n % 7 === 5) return {tool: 'write', input: {path: `out-${n}.txt`, text: `turn ${turn}\n`.repeat(20)}}
  return {tool: 'read', input: {path: `file-${n}.txt`, from: turn, to: turn + 2}}
}

const leave = async ({terminal, place}: Stage): Promise<void> => {
  terminal.key('ctrl+u', 'ctrl+c')
  await wait(100)
  terminal.key('ctrl+c')
  await terminal.ended
  killAll(place)
}

interface Resumed {
  usableMs: number
  residentMb: number
  typedMs: number[]
}

const resumeOnce = async (place: Stage['place'], args: readonly string[]): Promise<Resumed> => {
  await using stage = openStage({place, args: ['--resume', run, ...args]})
  const {terminal, startMs} = stage
  // How it ended, what its agent said last, and the key.
  const shown = (frame: string): boolean => /^ ✓ done.*\n> ⣿/m.test(frame) && frame.includes(lastWords)
  terminal.type('⣿')
  await terminal.until(shown, 20_000)
  const usableMs = performance.now() - startMs
  await wait(2000)
  terminal.key('ctrl+u')
  const typedMs: number[] = []
  for (let n = 0; n < keys; n += 1) {
    typedMs.push(await stage.echoMs(rareLetter(n)))
    await wait(30 + ((n * 37) % 60))
  }
  const resumed = {usableMs, residentMb: residentMb(terminal.pid), typedMs}
  await leave(stage)
  return resumed
}

export const bench = async (): Promise<Figure[]> => {
  let turn = 0
  const files = Object.fromEntries(Array.from({length: calls}, (_, n) => [`file-${n}.txt`, 'a line\n'.repeat(100)]))
  await using server = await modelServer(() => {
    turn += 1
    if (turn > turns) return {text: lastWords}
    return {calls: Array.from({length: calls}, (_, n) => callOf(turn, n))}
  })
  const way = ways.chat(server)
  await using first = openStage({files, env: way.env, args: [...way.args, '--permission', 'auto', '--no-check']})
  await first.terminal.until('what shall be done?')
  first.terminal.type('read on')
  first.terminal.key('enter')
  await first.terminal.until(/^ ✓ done/m, 60_000)
  await leave(first)
  const {events, sizeMb} = lengthen(join(first.place.dir, '.penguin'))
  const [resumed, again]: [Resumed[], Resumed[]] = [[], []]
  for (let n = 0; n < rounds; n += 1) {
    // What an earlier screen folded is kept for the next; the first has to fold all of it.
    rmSync(join(first.place.dir, '.penguin', 'story.json'), {force: true})
    resumed.push(await resumeOnce(first.place, way.args))
    again.push(await resumeOnce(first.place, way.args))
  }
  const typed = [...resumed, ...again].flatMap(({typedMs}) => typedMs)
  const usable = (name: string, all: readonly Resumed[]): Figure => {
    const times = all.map(({usableMs}) => usableMs)
    return {name, value: median(times), unit: 'ms', note: `least ${Math.min(...times).toFixed(0)} ms`}
  }
  return [
    usable(`${events} events, a journal of ${sizeMb.toFixed(0)} MB: resumed and usable, nothing kept`, resumed),
    usable('the same, folded before', again),
    {name: 'typing in it p50', value: median(typed), unit: 'ms', note: `p95 ${percentile(typed, 0.95).toFixed(1)} ms`},
    {name: 'its screen', value: median(resumed.map((one) => one.residentMb)), unit: 'MB RSS'},
  ]
}
