// The verb `run`: one request, headless. Opens a host, prints what it writes down, ends with the code that the
// last line says. Nothing is decided here; three writers read the same journal.

import {readFileSync, statSync, writeFileSync} from 'node:fs'
import {dirname, resolve} from 'node:path'
import type {Event} from '../../engine/contract/event.ts'
import {bad, type Envelope, fault, good} from '../../engine/contract/fault.ts'
import {exitCodes} from '../../engine/contract/outcome.ts'
import {schemaTrouble} from '../answer.ts'
import type {Context, VerbRun} from '../context.ts'
import {type Host, openHost} from '../host.ts'
import {readPrompt} from '../prompt-input.ts'
import {type RunOptions, runOptions} from '../run-options.ts'
import {overdue, patienceMs, type Signals, watchSignals} from '../signals.ts'
import {leadsTo, writeWhole} from './run-file.ts'
import {takeAnswers} from './run-input.ts'
import {openWriter} from './run-output.ts'

type ClosedEvent = Extract<Event, {type: 'run.closed'}>

const usageEnd = (context: Context, found: {msg: string; hint: string}): number => {
  context.err(`penguin: ${found.msg}\n${found.hint ? `${found.hint}\n` : ''}`)
  return exitCodes.usage
}

const misused = (why: string, hint: string): Envelope<never> => bad(fault('usage.words', {why, hint}))

const readSchema = async (file: string): Promise<Envelope<Record<string, unknown>>> => {
  const hint = 'give the path of a JSON Schema'
  try {
    const schema = JSON.parse(readFileSync(file, 'utf8').replace(/^\ufeff/, '')) as Record<string, unknown> | boolean
    const why = await schemaTrouble(schema)
    if (why) return misused(`--schema ${file}: ${why}`, hint)
    // `true` and `false` are whole schemas: everything, and nothing.
    return good(typeof schema === 'boolean' ? {allOf: [schema]} : schema)
  } catch (thrown) {
    return misused(`--schema ${file}: ${(thrown as Error).message}`, hint)
  }
}

const isFolder = (path: string): boolean => statSync(path, {throwIfNoEntry: false})?.isDirectory() === true

/** Files that will be written are looked at before any work is done for them. */
const checkFiles = ({output, record, model, dir, addDirs, continue: goesOn, resume}: RunOptions): Envelope<void> => {
  const missing = addDirs.find((one) => !isFolder(resolve(dir, one)))
  if (missing !== undefined) return misused(`--add-dir ${missing} is no folder`, 'name one that is there')
  const target = output && leadsTo(resolve(dir, output))
  if (target && (isFolder(target) || !isFolder(dirname(target))))
    return misused(`-o ${output}: no file can be written there`, 'name a file in a folder that is there')
  if (!record) return good(undefined)
  if (model?.startsWith('replay/') && resolve(dir, model.slice('replay/'.length)) === record)
    return misused('--record would overwrite the recording that is replayed', 'name another file')
  try {
    writeFileSync(record, '', {flag: goesOn || resume !== undefined ? 'a' : 'w'})
    return good(undefined)
  } catch (thrown) {
    return misused(`--record ${record}: ${(thrown as Error).message}`, 'name a file that can be written')
  }
}

export const run: VerbRun = async (context) => {
  const signals = context.signals ?? watchSignals()
  try {
    return await runWith(context, signals)
  } finally {
    signals.stop()
  }
}

const runWith = async (context: Context, signals: Signals): Promise<number> => {
  const prompt = await readPrompt(context)
  if (!prompt.ok) return usageEnd(context, prompt.error)
  const options = runOptions(context, prompt.result)
  if (!options.ok) return usageEnd(context, options.error)
  const schemaFile = options.result.schemaFile
  const schema = schemaFile ? await readSchema(resolve(context.cwd, schemaFile)) : undefined
  if (schema && !schema.ok) return usageEnd(context, schema.error)
  const files = checkFiles(options.result)
  if (!files.ok) return usageEnd(context, files.error)
  const opened = await openHost(context, {...options.result, answer: schema?.result})
  if (!opened.ok) return usageEnd(context, opened.error)
  signals.attach(opened.result)
  return inTime(context, opened.result, options.result)
}

/** The host ends by its time itself; this is for the case that something keeps it from that. */
const inTime = async (context: Context, host: Host, options: RunOptions): Promise<number> => {
  const {timeoutSec} = options.caps
  const leftMs = timeoutSec === undefined ? undefined : timeoutSec * 1000 - (context.clock.tick() - context.startedTick) + patienceMs
  const called = leftMs === undefined ? undefined : overdue(leftMs, exitCodes.timeout, () => host)
  try {
    return await follow(context, host, options)
  } finally {
    called?.()
  }
}

/** The last line with its texts put back, which a line of its own may be too short for. */
const wholeOf = (host: Host, event: ClosedEvent): ClosedEvent =>
  [...host.journal.read({run: host.run, types: ['run.closed'], whole: true})].find((one) => one.type === 'run.closed') ?? event

/** False when it could not be written. */
const keepText = async (context: Context, file: string, text: unknown): Promise<boolean> => {
  if (typeof text !== 'string' || !text) return true
  try {
    await writeWhole(context.clock, resolve(context.cwd, file), text)
    return true
  } catch (thrown) {
    context.err(`penguin: -o ${file}: ${(thrown as Error).message}\n`)
    return false
  }
}

const follow = async (context: Context, host: Host, options: RunOptions): Promise<number> => {
  const input = options.input === 'stream-json' ? takeAnswers(context.stdin, host) : undefined
  const writer = openWriter(context, options)
  let code: number = exitCodes.failed
  for await (const event of host.events()) {
    const closed = event.type === 'run.closed' ? wholeOf(host, event) : undefined
    const read = await writer.take(closed && options.format !== 'stream-json' ? closed : event)
    if (!read) host.end('failed', 'the reader of the output is gone')
    if (!closed) continue
    code = closed.body.exitCode
    const kept = !options.output || (await keepText(context, options.output, closed.body.text))
    // An answer that did not get where it was sent is no success.
    if (!kept && code === exitCodes.done) code = exitCodes.failed
    break
  }
  input?.stop()
  await host.close()
  return code
}
