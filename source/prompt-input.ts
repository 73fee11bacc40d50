// Where a run's words come from: the argument, standard input, or both. Standard input is read only for `-`,
// or when there is no prompt, it is no terminal, and nothing is being resumed.

import {bad, type Envelope, fault, good} from '../engine/contract/fault.ts'
import type {Context} from './context.ts'

const readAll = async (stream: NodeJS.ReadableStream): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

/** Undefined when a signal or the time came first: whoever writes may never end. */
const readInTime = async ({stdin, signals, flags, clock, startedTick}: Context): Promise<string | undefined> => {
  const done = new AbortController()
  const over: Promise<unknown>[] = signals ? [signals.came] : []
  if (typeof flags.timeout === 'number')
    over.push(clock.sleep(Math.max(0, flags.timeout * 1000 - (clock.tick() - startedTick)), done.signal).catch(() => undefined))
  const text = readAll(stdin)
  try {
    return await Promise.race([text, ...over.map((one) => one.then(() => undefined))])
  } finally {
    done.abort()
  }
}

/** A role process is told its work in one message. */
const maxChars = 8 * 1024 * 1024

const nothing = (why: string): Envelope<string> =>
  bad(fault('usage.nothing', {why, hint: 'penguin run "what to do", or pipe it in: echo "what to do" | penguin run -'}))

/** '' only when a run is resumed without new words, or is over before there were any. */
export const readPrompt = async (context: Context): Promise<Envelope<string>> => {
  const {words, flags, tty} = context
  const dash = words.includes('-')
  const said = words.filter((word) => word !== '-').join(' ')
  const resuming = flags.continue === true || typeof flags.resume === 'string'
  if (!dash && said.trim()) return good(said)
  if (!dash && resuming) return good('')
  // A word that is empty is a prompt that is none, as of a variable without a value: nothing is read in its stead.
  if (!dash && words.length > 0) return nothing('the prompt is empty')
  if (!dash && tty.in) return nothing('there is no prompt')
  if (dash && flags.input === 'stream-json') return nothing('"-" and --input stream-json both want standard input')
  if (dash && tty.in) return nothing('"-" reads standard input, which is a terminal')
  if (flags.input === 'stream-json') return nothing('there is no prompt, and standard input carries answers')
  const piped = await readInTime(context)
  // The run is opened all the same: it says how it ended.
  if (piped === undefined) return good(said)
  if (!piped.trim()) return nothing('standard input was empty')
  if (JSON.stringify(piped).length > maxChars)
    return bad(fault('usage.words', {why: 'standard input holds more than any model reads (8 MB)', hint: 'put it into a file of the project and name that'}))
  return good(said.trim() ? `${said}\n\n${piped}` : piped)
}
