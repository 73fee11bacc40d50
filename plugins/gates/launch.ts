// How each runner is started so that it tells Penguin what it did: arguments are put beside the runner in the line where it
// stands, whatever stands around it. The rest of the command is the user's and stays as it is.

import type {Located} from './locate.ts'
import {isAssignment, type Part, type Splice, shellWord, spliced} from './words.ts'

/** A run for the record, or one in which a test must fail. */
export type Aim = {kind: 'real'; only?: string} | {kind: 'canary'; title: string; files: string[]; full: boolean}

/** In the text of a script, the folder with the reporters; set by `prelude`. */
const desk = '$PENGUIN_GATE_DIR'

interface Added {
  /** Before the whole command: assignments. */
  before?: string
  /** Right after the runner. */
  after?: string
  /** At the end of its arguments. */
  end?: string
}

const list = (words: string[]): string => words.join(' ')
const textOf = (part: Part): string[] => part.words.map((one) => one.text)

const nodeArgs = (located: Located, aim: Aim): Added => {
  const words = textOf(located.part)
  const own = words.some((text) => text.startsWith('--test-reporter=') || text === '--test-reporter')
  const destined = words.some((text) => text.startsWith('--test-reporter-destination'))
  // Node imports its reporters by address, so a path with `#` or `%` in it must be written as one.
  const reporters = ['--test-reporter="$PENGUIN_GATE_URL/node-reporter.mjs"', '--test-reporter-destination=stderr']
  if (!own) reporters.push('--test-reporter=spec', '--test-reporter-destination=stdout')
  else if (!destined) reporters.push('--test-reporter-destination=stdout')
  if (aim.kind === 'real') return {after: list([...reporters, ...(aim.only ? [`--test-name-pattern=${shellWord(aim.only)}`] : [])])}
  const filtered = words.some((text) => text.startsWith('--test-name-pattern'))
  if (!aim.full || filtered) reporters.push(`--test-name-pattern=${shellWord(aim.title)}`)
  return {after: list(reporters), end: list(aim.files.map((file) => `"${desk}/${file}"`))}
}

const vitestArgs = (located: Located, aim: Aim): Added => {
  const words = textOf(located.part)
  const run = words.includes('run') || words.includes('--run') ? [] : ['--run']
  const args = [...run, `--reporter="${desk}/vitest-reporter.mjs"`, '--reporter=default']
  if (aim.kind === 'real') return {end: list([...args, ...(aim.only ? ['-t', shellWord(aim.only)] : [])])}
  return {end: list([...args, '--bail=0', '--coverage.enabled=false', '--passWithNoTests', ...(aim.full ? [] : ['-t', shellWord(aim.title)]), ...aim.files])}
}

const jestArgs = (_: Located, aim: Aim): Added => {
  const args = [`--reporters="${desk}/jest-reporter.cjs"`, '--reporters=default']
  if (aim.kind === 'real') return {end: list([...args, ...(aim.only ? ['-t', shellWord(aim.only)] : [])])}
  return {end: list([...args, '--bail=0', '--coverage=false', ...(aim.full ? [] : ['-t', shellWord(aim.title)]), ...aim.files])}
}

const mochaArgs = (_: Located, aim: Aim): Added => {
  const args = [`--reporter "${desk}/mocha-reporter.cjs"`]
  if (aim.kind === 'real') return {end: list([...args, ...(aim.only ? ['--grep', shellWord(aim.only)] : [])])}
  return {end: list([...args, '--no-bail', ...(aim.full ? [] : ['--grep', shellWord(aim.title)]), ...aim.files.map((file) => `"${desk}/${file}"`)])}
}

const pytestArgs = (_: Located, aim: Aim): Added => ({
  before: `PYTHONPATH="${desk}\${PYTHONPATH:+:$PYTHONPATH}"`,
  after: list(['-p penguin_pytest', ...(aim.kind === 'real' && aim.only ? ['-k', shellWord(aim.only)] : [])]),
})

const goArgs = (_: Located, aim: Aim): Added => {
  if (aim.kind === 'real') return {after: list(['-json', ...(aim.only ? ['-run', shellWord(aim.only)] : [])])}
  return {after: '-json', end: `-run ${shellWord(`^${aim.title}$`)}`}
}

const cargoArgs = (_: Located, aim: Aim): Added => (aim.kind === 'real' && aim.only ? {end: shellWord(aim.only)} : {})

const args = {'node:test': nodeArgs, vitest: vitestArgs, jest: jestArgs, mocha: mochaArgs, pytest: pytestArgs, go: goArgs, cargo: cargoArgs}

/** Assignments that the command makes itself are kept, ours in front of them. */
const assigned = (part: Part, before: string): Splice => {
  const name = before.slice(0, before.indexOf('='))
  const own = part.words.find((one) => isAssignment(one.text) && one.text.startsWith(`${name}=`))
  if (own === undefined) return {from: part.from, to: part.from, text: `${before} `}
  return {from: own.from, to: own.to, text: `${name}="${desk}:"${shellWord(own.text.slice(name.length + 1))}`}
}

/** The line with everything that this aim needs put into it. */
export const launched = (located: Located, aim: Aim): string => {
  const {part, line} = located
  const runner = part.words[located.last]
  const begin = part.words[located.first]
  if (runner === undefined || begin === undefined) return line
  if (located.runner === 'unittest') {
    const only = aim.kind === 'real' && aim.only ? [{from: part.to, to: part.to, text: ` -k ${shellWord(aim.only)}`}] : []
    return spliced(line, [{from: begin.from, to: runner.to, text: `"${desk}/penguin_unittest.py"`}, ...only])
  }
  const added = args[located.runner](located, aim)
  const splices: Splice[] = []
  if (added.before) splices.push(assigned(part, added.before))
  if (added.after) splices.push({from: runner.to, to: runner.to, text: ` ${added.after}`})
  const single = located.single === undefined ? undefined : part.words[located.single]
  if (added.end && single) splices.push({from: single.from, to: single.to, text: added.end})
  else if (added.end) splices.push({from: part.to, to: part.to, text: ` ${added.end}`})
  return spliced(line, splices)
}

/** Shell text that goes before a line: where the reporters are, seen from the folder the job runs in. `up`: from there to the tree's root. */
export const prelude = (up: string, deskName: string): string =>
  [
    `PENGUIN_GATE_ROOT="$(cd ${shellWord(up || '.')} && pwd -P)"`,
    `PENGUIN_GATE_DIR="$PENGUIN_GATE_ROOT/${deskName}"`,
    'PENGUIN_GATE_REPORT="$PENGUIN_GATE_DIR/report.jsonl"',
    `PENGUIN_GATE_URL="\${PENGUIN_GATE_DIR//\\%/%25}"`,
    `PENGUIN_GATE_URL="\${PENGUIN_GATE_URL//\\#/%23}"`,
    `PENGUIN_GATE_URL="\${PENGUIN_GATE_URL//\\?/%3F}"`,
    `PENGUIN_GATE_URL="\${PENGUIN_GATE_URL//\\\\/%5C}"`,
    `PENGUIN_GATE_URL="\${PENGUIN_GATE_URL//$'\\t'/%09}"`,
    `PENGUIN_GATE_URL="\${PENGUIN_GATE_URL//$'\\r'/%0D}"`,
    `PENGUIN_GATE_URL="file://\${PENGUIN_GATE_URL//$'\\n'/%0A}"`,
    'export PENGUIN_GATE_ROOT PENGUIN_GATE_DIR PENGUIN_GATE_REPORT PENGUIN_GATE_URL',
    '',
  ].join('\n')
