// The verb `log`: the events of a run, past and, with --follow, to come; or whether a file is a whole log.
// 0; 1 when the file is not one (line and reason on stderr) or the journal is damaged; 2 when there is no such file or run.

import {createReadStream} from 'node:fs'
import {resolve} from 'node:path'
import {line} from '../../engine/base/jsonl.ts'
import {many} from '../../engine/base/many.ts'
import type {Event} from '../../engine/contract/event.ts'
import {type Fault, FaultError, outcomeOf} from '../../engine/contract/fault.ts'
import type {RunInfo} from '../../engine/contract/journal.ts'
import {tell} from '../../engine/fold/transcript.ts'
import {type OpenJournal, openJournal} from '../../engine/journal/open.ts'
import {typeFilter} from '../../engine/journal/record.ts'
import type {Context, VerbRun} from '../context.ts'
import {shown} from '../shown.ts'
import {journalDir} from './journal-dir.ts'

const findings = 1
const usage = 2

const refuse = (context: Context, found: Fault): number => {
  context.err(`penguin: ${found.msg}\n${found.hint ? `${found.hint}\n` : ''}`)
  return outcomeOf(found) === 'usage' ? usage : findings
}

/** Bytes that are no UTF-8 are not read as something else. */
const textOf = async function* (file: string, context: Context): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', {fatal: true, ignoreBOM: true})
  const bytes: AsyncIterable<Buffer | string> = file === '-' ? context.stdin : createReadStream(resolve(context.cwd, file))
  for await (const piece of bytes) yield typeof piece === 'string' ? piece : decoder.decode(piece, {stream: true})
  yield decoder.decode()
}

const validate = async (context: Context, file: string): Promise<number> => {
  const {validateLines} = await import('../../engine/journal/validate.ts')
  try {
    const verdict = await validateLines(textOf(file, context))
    if (verdict.ok) {
      await context.out(`${many(verdict.events, 'event')}, valid\n`)
      return 0
    }
    context.err(`${file}: line ${verdict.line}: ${verdict.why}\n`)
    return findings
  } catch (thrown) {
    const {code, message} = thrown as NodeJS.ErrnoException
    if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
      context.err(`${file}: not UTF-8\n`)
      return findings
    }
    context.err(`penguin: ${file} cannot be read: ${message}\n`)
    return usage
  }
}

/** A run by its id or the beginning of it; the newest when none is named. */
const chooseRun = (journal: OpenJournal, wanted: string | undefined): RunInfo | undefined => {
  const runs = journal.runs().filter((run) => run.lastSeq > 0)
  if (wanted === undefined) return runs.at(-1)
  const exact = runs.find((run) => run.run === wanted)
  const near = wanted.length < 4 ? [] : runs.filter((run) => run.run.startsWith(wanted))
  return exact ?? (near.length === 1 ? near[0] : undefined)
}

const clipped = (text: string): string => (text.length > 160 ? `${text.slice(0, 159)}…` : text)

const timeOf = (at: number): string => new Date(at).toISOString().slice(11, 23)

const readable = (event: Event): string => {
  const said = shown(tell(event)).split('\n')[0] || clipped(JSON.stringify(event.body))
  return `${String(event.seq).padStart(5)} ${timeOf(event.at)} ${(event.role ?? '-').padEnd(8)} ${event.type.padEnd(14)} ${said}\n`
}

const listOf = (value: Context['flags'][string]): string[] | undefined => {
  if (value === undefined || value === false || value === true) return undefined
  return (Array.isArray(value) ? value : [String(value)]).flatMap((one) => one.split(','))
}

const print = async (context: Context, journal: OpenJournal, {run}: RunInfo): Promise<number> => {
  const {role, trace, json, follow} = context.flags
  const types = listOf(context.flags.type)
  const fits = (event: Event): boolean => (role === undefined || event.role === role) && (trace === undefined || event.trace === trace)
  const show = async (event: Event): Promise<boolean> => !fits(event) || context.out(json ? line(event) : readable(event))
  if (!follow) {
    for (const event of journal.read({run, types})) if (!(await show(event))) return 0
    return 0
  }
  const over = new AbortController()
  // The last line must be seen to know that it is the last, whatever is asked for.
  for await (const event of journal.follow({run, types: types && [...types, 'run.closed']}, over.signal)) {
    const last = event.type === 'run.closed'
    if ((!last || wantsType(types, event.type)) && !(await show(event))) return 0
    if (last) return 0
  }
  return 0
}

const wantsType = (types: string[] | undefined, type: string): boolean => !types || typeFilter(types)(type)

export const run: VerbRun = async (context) => {
  if (typeof context.flags.validate === 'string') return validate(context, context.flags.validate)
  const opened = openJournal({dir: journalDir(context), clock: context.clock, readonly: true})
  if (!opened.ok) return refuse(context, opened.error)
  const journal = opened.result
  try {
    const wanted = context.words[0]
    const found = chooseRun(journal, wanted)
    if (!found) {
      context.err(
        wanted === undefined ? 'penguin: there is no run in this project\n' : `penguin: there is no run ${wanted} in this project\npenguin sessions list\n`,
      )
      return usage
    }
    return await print(context, journal, found)
  } catch (thrown) {
    if (thrown instanceof FaultError) return refuse(context, thrown.fault)
    throw thrown
  } finally {
    journal.close()
  }
}
