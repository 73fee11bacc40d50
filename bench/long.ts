// A long session on the screen: ten thousand events, and a message of 76 KB streamed five times among them. What the
// screen's memory grows by, what a key costs in it, and how soon a new screen shows it again from a journal of 60 MB.
//
// The model calls a tool that reads, twenty times a turn, and says the long message at the end of each of five requests.

import {statSync} from 'node:fs'
import {join} from 'node:path'
import {openJournal} from '../engine/journal/open.ts'
import {realClock} from '../source/edges.ts'
import {ways} from '../test/kit/flow.ts'
import {modelServer, type Scripted} from '../test/kit/model-server.ts'
import {type Figure, median} from './figure.ts'
import {openStage, percentile, rareLetter, residentMb, type Stage, wait} from './stage.ts'

const [requests, turns, calls, messageChars] = [5, 48, 20, 76 * 1024]
const settleMs = 6000
const keys = 200

const files = (): Record<string, string> =>
  Object.fromEntries(Array.from({length: calls}, (_, n) => [`file-${n}.txt`, Array.from({length: 400}, (_, line) => `line ${line} of file ${n}`).join('\n')]))

const paragraph = 'A penguin looks at the ice and says what it sees, with `code`, **words that count** and a list:\n\n- one\n- two\n\n'
const message = (n: number): string => `${paragraph.repeat(Math.ceil(messageChars / paragraph.length)).slice(0, messageChars)}\n\nthe end of message ${n}`

/** No call is made twice: each reads from a line of its own. */
const turnOf = (request: number, turn: number): Scripted =>
  turn < turns
    ? {
        calls: Array.from({length: calls}, (_, n) => ({
          tool: 'read',
          input: {path: `file-${n}.txt`, from: request * turns + turn + 1, to: request * turns + turn + 3},
        })),
      }
    : {text: message(request), chunkChars: 48}

const typing = async (stage: Stage): Promise<number[]> => {
  const times: number[] = []
  for (let n = 0; n < keys; n += 1) {
    times.push(await stage.echoMs(rareLetter(n)))
    await wait(30 + ((n * 37) % 60))
    if (n % 60 === 59) {
      stage.terminal.key('ctrl+u')
      await wait(100)
    }
  }
  stage.terminal.key('ctrl+u')
  return times
}

const leave = async ({terminal}: Stage): Promise<void> => {
  terminal.key('ctrl+c')
  await wait(100)
  terminal.key('ctrl+c')
  await terminal.ended
}

/** Says the requests one after the other; answers the screen's memory before and after, MB. */
const work = async (stage: Stage): Promise<[number, number]> => {
  const {terminal} = stage
  await terminal.until('what shall be done?')
  await wait(settleMs)
  const before = residentMb(terminal.pid)
  for (let n = 0; n < requests; n += 1) {
    terminal.type(`read on, part ${n}`)
    terminal.key('enter')
    await terminal.until(`the end of message ${n}`, 120_000)
    await terminal.until(/^ ✓ answered/m, 20_000)
  }
  await wait(settleMs)
  return [before, residentMb(terminal.pid)]
}

const journalOf = (dir: string): {events: number; sizeMb: number} => {
  const opened = openJournal({dir, clock: realClock(), readonly: true})
  if (!opened.ok) throw new Error(opened.error.msg)
  const events = opened.result.runs().reduce((all, {run}) => all + opened.result.lastSeq(run), 0)
  opened.result.close()
  return {events, sizeMb: statSync(join(dir, 'journal.db')).size / 1024 / 1024}
}

export const bench = async (): Promise<Figure[]> => {
  let [request, turn] = [0, 0]
  await using server = await modelServer(() => {
    const reply = turnOf(request, turn)
    turn += 1
    if (turn > turns) [request, turn] = [request + 1, 0]
    return reply
  })
  const way = ways.chat(server)
  const args = [...way.args, '--permission', 'auto', '--no-check']
  await using stage = openStage({files: files(), env: way.env, args})
  const [before, after] = await work(stage)
  const typed = await typing(stage)
  const {place} = stage
  await leave(stage)
  const {events, sizeMb} = journalOf(join(place.dir, '.penguin'))
  return [
    {
      name: `a session of ${events} events: memory grown`,
      value: after - before,
      unit: 'MB RSS',
      note: `${before.toFixed(0)} to ${after.toFixed(0)} MB; journal ${sizeMb.toFixed(0)} MB`,
    },
    {name: 'typing in it p50', value: median(typed), unit: 'ms', note: `p95 ${percentile(typed, 0.95).toFixed(1)} ms`},
  ]
}
