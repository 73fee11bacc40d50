// A run in this very process: the verb, the host and its agents, over a repository and a home of the test's own and a
// recorded model. What the flow tests show through the real program is shown here step by step.

import {execFileSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import type {BodyOf, Event, EventType} from '../../engine/contract/event.ts'
import {openJournal} from '../../engine/journal/open.ts'
import type {Context, Flags} from '../../source/context.ts'
import {realClock, realDice} from '../../source/edges.ts'
import {run as runVerb} from '../../source/verb/run.ts'
import {testContext} from './context.ts'
import {type Files, tempFolder, writeFiles} from './temp.ts'

export interface Recorded {
  text?: string
  thought?: string
  calls?: {id?: string; tool: string; input: unknown}[]
  why?: 'stop' | 'calls' | 'length'
  usage?: {input?: number; output?: number}
  delayMs?: number
  fault?: {code: string; msg?: string}
  /** For one agent's call only; without it the line answers the calls 1, 2, 3 … of anyone. */
  key?: {role: string; agent: number; call: number}
}

export interface Ran {
  code: number
  out: string
  err: string
  /** All lines of `--json`. */
  events: Event[]
  /** Body of the last line, when it is `run.closed`. */
  closed: Extract<Event, {type: 'run.closed'}>['body'] | undefined
}

export type Wished = Partial<Omit<Context, 'flags'>> & {flags?: Flags; prompt?: string}

export const calculator = {
  'package.json': JSON.stringify({name: 'calc', type: 'module', scripts: {test: 'node --test'}}),
  'sum.js': 'export const sum = (numbers) => numbers.reduce((a, b) => a - b, 0)\n',
  'test/sum.test.js':
    "import assert from 'node:assert/strict'\nimport {test} from 'node:test'\nimport {sum} from '../sum.js'\ntest('adds', () => assert.equal(sum([1, 2, 3]), 6))\n",
}
export const fixedSum = 'export const sum = (numbers) => numbers.reduce((a, b) => a + b, 0)\n'
/** What mends the calculator. */
export const fix: Recorded[] = [
  {calls: [{tool: 'edit', input: {path: 'sum.js', old: 'a - b', new: 'a + b'}}], usage: {input: 100, output: 10}},
  {text: 'sum subtracted; it adds now.', usage: {input: 120, output: 10}},
]

/** A check that costs next to nothing: green when `sum.js` adds. */
export const cheapCheck = "grep -q 'a + b' sum.js"

const eventsIn = (text: string): Event[] => text.split('\n').flatMap((row) => (row.startsWith('{"') && row.includes('"seq"') ? [JSON.parse(row) as Event] : []))

/** A repository of one commit, with a home beside it. */
export const repository = (files: Files) => {
  const top = tempFolder()
  const [dir, home] = [join(top, 'repo'), join(top, 'home')]
  mkdirSync(dir)
  mkdirSync(home)
  writeFiles(dir, files)
  const env = {PATH: process.env.PATH, HOME: home, LANG: 'C.UTF-8', XDG_RUNTIME_DIR: join(top, 'run')}
  const git = (...words: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], {cwd: dir, env, encoding: 'utf8'})
  git('init', '-q', '-b', 'main')
  git('add', '-A')
  git('commit', '-qm', 'start')

  let recordings = 0
  /** A route that answers with these, in order. */
  const replay = (lines: readonly Recorded[]): string => {
    recordings += 1
    const file = join(top, `replay-${recordings}.jsonl`)
    writeFileSync(file, lines.map(({key, ...reply}) => `${JSON.stringify({...(key ? {key} : {}), reply})}\n`).join(''))
    return `replay/${file}`
  }
  const context = (wished: Wished = {}): ReturnType<typeof testContext> => {
    const {flags, prompt, ...rest} = wished
    const made = testContext({
      words: prompt === undefined ? [] : [prompt],
      cwd: dir,
      env,
      flags: {json: true, inProcess: true, sandbox: 'off', permission: 'auto', ...flags},
    })
    return Object.assign(made, {clock: realClock(), dice: realDice, startedTick: performance.now(), ...rest})
  }
  const run = async (wished: Wished = {}): Promise<Ran> => {
    const mine = context(wished)
    const code = await runVerb(mine)
    const events = eventsIn(mine.said.out)
    const last = events.at(-1)
    return {code, ...mine.said, events, closed: last?.type === 'run.closed' ? last.body : undefined}
  }
  return {
    top,
    dir,
    home,
    env,
    git,
    replay,
    context,
    run,
    read: (path: string): string => readFileSync(join(dir, path), 'utf8'),
    has: (path: string): boolean => existsSync(join(dir, path)),
    write: (more: Files): void => writeFiles(dir, more),
    /** The project's journal, read by the caller and closed by the caller. */
    journal: () => {
      const opened = openJournal({dir: join(dir, '.penguin'), clock: realClock()})
      if (!opened.ok) throw new Error(opened.error.msg)
      return opened.result
    },
  }
}

export const types = (events: readonly Event[]): string[] => events.map((event) => event.type)

export const bodies = <T extends EventType>(events: readonly Event[], type: T): BodyOf<T>[] =>
  events.flatMap((event) => (event.type === type ? [event.body as BodyOf<T>] : []))
