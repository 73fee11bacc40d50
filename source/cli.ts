// The front door: argv → verb → its code, loaded only then. Wrong words end here with 2, a message on stderr and
// nothing on stdout. No package is imported on the way to `run`.

import {statSync} from 'node:fs'
import {isAbsolute, resolve} from 'node:path'
import {asFault, type Fault, fault, outcomeOf} from '../engine/contract/fault.ts'
import {exitCodes} from '../engine/contract/outcome.ts'
import type {Context, VerbRun} from './context.ts'
import {makeContext} from './edges.ts'
import {noFrame} from './first-frame.ts'
import {watchSignals} from './signals.ts'
import {wantsScreen} from './terminal-kind.ts'
import {verbCode} from './verb-code.ts'
import {type Read, readWords} from './words.ts'

const complain = (found: Fault): void => {
  process.stderr.write(`penguin: ${found.msg}\n${found.hint ? `${found.hint}\n` : ''}`)
}

/** Only a run has an ending of its own for every trouble; other verbs say 2 for wrong words and 1 for the rest. */
const codeOf = (found: Fault, verb: string): number => {
  const outcome = outcomeOf(found)
  return verb === 'run' || outcome === 'usage' ? exitCodes[outcome] : exitCodes.failed
}

const isFolder = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isDirectory() === true

/** No screen can be had, no words, and a terminal where they would be read from. */
const nothingToDo = (read: Read, context: Context): boolean =>
  read.bare && read.words.length === 0 && context.tty.in && read.flags.continue !== true && read.flags.resume === undefined

/** The folder it was started in; undefined when that has been removed meanwhile. */
const startFolder = (): string | undefined => {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

const start = async (read: Read, version: string, settings: string | undefined): Promise<number> => {
  const here = startFolder()
  const asked = typeof read.flags.cwd === 'string' ? read.flags.cwd : '.'
  if (here === undefined && !isAbsolute(asked)) {
    complain(fault('usage.words', {why: 'the folder that this shell stands in is gone', hint: 'cd to one that is there, or name one with --cwd'}))
    return exitCodes.usage
  }
  if (here === undefined) process.chdir('/')
  const cwd = resolve(asked)
  const context: Context = settings === undefined ? makeContext(read, version, cwd) : Object.assign(makeContext(read, version, cwd), {painted: {settings}})
  if (read.flags.version) return (await context.out(`${version}\n`)) ? exitCodes.done : exitCodes.failed
  if (read.flags.help) {
    const {helpOn} = await import('./verb/help.ts')
    return (await context.out(helpOn(read.bare ? undefined : read.verb))) ? exitCodes.done : exitCodes.failed
  }
  if (!isFolder(cwd)) {
    context.err(`penguin: --cwd ${cwd} is no folder\n`)
    return exitCodes.usage
  }
  if (read.bare && wantsScreen(context)) {
    const {tui} = await import('./verb/tui.ts')
    return tui(context)
  }
  if (nothingToDo(read, context)) {
    context.err('penguin: what shall be done?\npenguin run "fix the failing tests"\npenguin --help shows the rest\n')
    return exitCodes.usage
  }
  if (read.verb.name === 'run') context.signals = watchSignals()
  const verb = await (verbCode[read.verb.name] as () => Promise<VerbRun>)()
  return told(context, await verb(context))
}

/** What was lost on the way to its reader is no success, whatever the journal says. */
const told = ({lost, err}: Context, code: number): number => {
  if (lost === undefined) return code
  err(`penguin: standard output could not be written: ${lost}\n`)
  return code === exitCodes.done ? exitCodes.failed : code
}

/** `settings`: of a terminal that the first frame was painted on. Resolves with the exit code; never rejects. */
export const main = async (argv: readonly string[], version: string, settings?: string): Promise<number> => {
  const read = readWords(argv)
  if (!read.ok) {
    complain(read.error)
    return exitCodes.usage
  }
  try {
    return await start(read.result, version, settings)
  } catch (thrown) {
    const found = asFault(thrown)
    if (settings !== undefined) process.stdout.write(noFrame)
    complain(found)
    return codeOf(found, read.result.verb.name)
  }
}
