// Three ways to print the same journal. stream-json: every line as it is on record. json: one object at the
// end. text: the story on stderr while it happens, the final answer alone on stdout.

import {line} from '../../engine/base/jsonl.ts'
import type {Event} from '../../engine/contract/event.ts'
import {tell} from '../../engine/fold/transcript.ts'
import type {Context} from '../context.ts'
import type {RunOptions} from '../run-options.ts'
import {shown} from '../shown.ts'

export interface Writer {
  /** False once nobody reads any more. */
  take(event: Event): Promise<boolean>
}

const dim = '\u001b[2m'
const reset = '\u001b[0m'

const textWriter = (context: Context, options: RunOptions): Writer => {
  const colour = context.tty.err && !options.noColor
  const progress = (event: Event): void => {
    const told = shown(tell(event))
    if (!told) return
    const who = event.role ? `${event.role} ` : ''
    context.err(colour ? `${dim}${who}${reset}${told}\n` : `${who}${told}\n`)
  }
  return {
    take: async (event) => {
      if (event.type !== 'run.closed') {
        if (!options.quiet && (options.verbose || !quietKinds.has(event.type))) progress(event)
        return true
      }
      if (!options.quiet || event.body.exitCode !== 0) progress(event)
      const {text} = event.body
      // In a pipe or a file it is the answer, byte for byte.
      return context.out(typeof text === 'string' && text ? `${context.tty.out ? shown(text) : text}\n` : '')
    },
  }
}

/** Told only with --verbose. */
const quietKinds: ReadonlySet<string> = new Set(['task.started'])

export const openWriter = (context: Context, options: RunOptions): Writer => {
  if (options.format === 'stream-json') return {take: (event) => context.out(line(event))}
  if (options.format === 'json') return {take: async (event) => event.type !== 'run.closed' || context.out(line({run: event.run, ...event.body}))}
  return textWriter(context, options)
}
