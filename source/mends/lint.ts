// A red lint gate: the project's own fixing script, or the linter's own switch for it, run on a throwaway copy. Only
// what it makes of the task's files is taken; the rest of the copy is thrown away.

import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {Proposal} from '../../engine/crew/mend.ts'
import type {Mending} from './open.ts'

/** Scripts by which a project says how its lint is fixed, the likeliest first. */
const scriptNames = ['lint:fix', 'lint-fix', 'fix:lint', 'lintfix', 'fix']

/** How a linter is told to fix: by what its checking command looks like. */
const switches: readonly [RegExp, (command: string) => string][] = [
  [/\beslint\b/, (command) => `${command} --fix`],
  [/\bstandard\b/, (command) => `${command} --fix`],
  [/\boxlint\b/, (command) => `${command} --fix`],
  [/\bbiome (?:check|lint|format|ci)\b/, (command) => `${command.replace(/\bbiome ci\b/, 'biome check')} --write`],
  [/\bprettier\b.*(?:--check|-c)\b/, (command) => command.replace(/--check\b|(?<=\s)-c\b/, '--write')],
  [/\bruff check\b/, (command) => `${command} --fix`],
  [/\bruff format\b.*--check\b/, (command) => command.replace(/\s--check\b/, '')],
  [/\b(?:black|isort)\b.*--check(?:-only)?\b/, (command) => command.replace(/\s--check(?:-only)?\b/, '')],
  [/\bcargo fmt\b.*--check\b/, (command) => command.replace(/\s(?:--\s+)?--check\b/, '')],
]

const asScript = /^\s*(?:npm|pnpm|yarn)\s+(?:run\s+)?(?:-s\s+|--silent\s+)?([\w:.-]+)\s*$/

/** The command that fixes what `command` finds; undefined when nobody says how. */
export const fixingCommand = (command: string, scripts: Readonly<Record<string, string>>): string | undefined => {
  const script = asScript.exec(command)?.[1]
  if (script !== undefined) {
    const own = scriptNames.find((name) => scripts[name] !== undefined)
    if (own) return `npm run ${own}`
    const under = scripts[script]
    // A script's tool lies in the project's own bin folder, which only `npm exec` looks into.
    const fixing = under && under !== command ? fixingCommand(under, {}) : undefined
    return fixing && `npm exec --offline -c ${JSON.stringify(fixing)}`
  }
  if (/[;&|><`$]/.test(command)) return undefined
  return switches.find(([fits]) => fits.test(command))?.[1](command)
}

const scriptsIn = (file: string): Record<string, string> => {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as {scripts?: Record<string, string>}).scripts ?? {}
  } catch {
    return {}
  }
}

const outputBytes = 1024 * 1024

export async function* lintFixes(mending: Mending): AsyncIterable<Proposal> {
  const {ask, context, sites, runJob} = mending
  const [red] = ask.red
  if (!red) return
  const command = fixingCommand(red.check.command, scriptsIn(join(ask.site.dir, red.check.dir, 'package.json')))
  if (!command) return
  const from = context.clock.tick()
  const copy = sites.lay(ask.site, () => false, new Map())
  try {
    const cwd = join(ask.site.root, red.check.dir)
    const job = {argv: ['bash', '-c', command], cwd, limits: {wallMs: Math.max(1000, mending.leftMs()), outputBytes}}
    const report = await runJob(ask.site, copy, job, ask.signal)
    if (report.error || report.killedFor) return
    const writes = new Map(ask.files.flatMap((path) => changedIn(copy.dir, ask.site.dir, path)))
    if (writes.size > 0) yield {by: 'lint', why: `${command} (${[...writes.keys()].slice(0, 3).join(', ')})`, writes, wallMs: context.clock.tick() - from}
  } finally {
    copy.dispose()
  }
}

const changedIn = (copy: string, dir: string, path: string): [string, string][] => {
  try {
    const [after, before] = [readFileSync(join(copy, path), 'utf8'), readFileSync(join(dir, path), 'utf8')]
    return after === before ? [] : [[path, after]]
  } catch {
    return []
  }
}
