// Records the real program in a real terminal: an asciicast, a film and a picture of its last screen.
//
//   node bench/record.ts STEPS.json OUT [--columns 100] [--rows 30] -- COMMAND [ARGUMENT…]
//
// Writes OUT.cast, OUT.svg and OUT-last.svg. STEPS.json is a list, done in order by whoever sits at the keyboard:
//   {"until": "text on the screen", "seconds": 30}   {"until": "/^a pattern/"}   {"type": "slowly, as a person"}   {"key": "enter"}   {"wait": 500}

import {readFileSync, writeFileSync} from 'node:fs'
import {basename} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {parseArgs} from 'node:util'
import {openTerminal, type Terminal} from '../test/kit/terminal.ts'
import {castOf, filmOf, type Recording, stillOf} from './record/recording.ts'

export type Step = {until: string; seconds?: number} | {type: string} | {key: string} | {wait: number}

/** A quick typist. */
const keyMs = 45

const wantedOf = (until: string): string | RegExp => (/^\/.+\/$/.test(until) ? new RegExp(until.slice(1, -1), 'm') : until)

const perform = async (terminal: Terminal, step: Step): Promise<void> => {
  if ('until' in step) await terminal.until(wantedOf(step.until), (step.seconds ?? 30) * 1000)
  else if ('key' in step) terminal.key(step.key)
  else if ('wait' in step) await wait(step.wait)
  else
    for (const sign of step.type) {
      terminal.type(sign)
      await wait(keyMs)
    }
}

export interface Wished {
  command: string
  args: readonly string[]
  columns: number
  rows: number
  title: string
  steps: readonly Step[]
  /** How to leave, which is not in the picture. */
  parting?: readonly Step[]
  cwd?: string
  env?: Readonly<Record<string, string>>
}

/** What was written up to the last step; the program is ended then. Rejects when something that it started is left. */
export const record = async ({steps, parting = [], title, ...wished}: Wished): Promise<Recording> => {
  const terminal = openTerminal(wished)
  try {
    for (const step of steps) await perform(terminal, step)
    const {columns, rows} = terminal
    const chunks = [...terminal.chunks]
    for (const step of parting) await perform(terminal, step)
    return {columns, rows, title, chunks}
  } finally {
    await terminal.close()
  }
}

const main = async (): Promise<number> => {
  const {values, positionals} = parseArgs({
    allowPositionals: true,
    options: {columns: {type: 'string', default: '100'}, rows: {type: 'string', default: '30'}, title: {type: 'string'}},
  })
  const [script, out, command, ...args] = positionals
  if (!script || !out || !command) {
    process.stderr.write('node bench/record.ts STEPS.json OUT [--columns 100] [--rows 30] [--title TEXT] -- COMMAND [ARGUMENT…]\n')
    return 2
  }
  const env = Object.fromEntries(Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined))
  const recording = await record({
    command,
    args,
    columns: Number(values.columns),
    rows: Number(values.rows),
    title: values.title ?? basename(command),
    steps: JSON.parse(readFileSync(script, 'utf8')) as Step[],
    cwd: process.cwd(),
    env,
  })
  writeFileSync(`${out}.cast`, castOf(recording))
  writeFileSync(`${out}.svg`, await filmOf(recording))
  writeFileSync(`${out}-last.svg`, await stillOf(recording))
  return 0
}

if (import.meta.main) process.exitCode = await main()
