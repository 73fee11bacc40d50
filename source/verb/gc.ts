// The verb `gc`: frees what the project's journal takes beyond `storage.maxBytes`, oldest closed runs first, and
// says what. With --dry-run it only says so.

import {many} from '../../engine/base/many.ts'
import {type Fault, FaultError, outcomeOf} from '../../engine/contract/fault.ts'
import {type Swept, sweep} from '../../engine/journal/gc.ts'
import {openJournal} from '../../engine/journal/open.ts'
import {loadConfig} from '../config.ts'
import type {Context, VerbRun} from '../context.ts'
import {checkTrust} from '../trust.ts'
import {journalDir, rootOf} from './journal-dir.ts'

const refuse = (context: Context, found: Fault): number => {
  context.err(`penguin: ${found.msg}\n${found.hint ? `${found.hint}\n` : ''}`)
  return outcomeOf(found) === 'usage' ? 2 : 1
}

const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

const readable = (bytes: number): string => {
  let [size, unit] = [bytes, 0]
  while (size >= 1024 && unit < units.length - 1) [size, unit] = [size / 1024, unit + 1]
  return `${unit === 0 ? size : size.toFixed(1)} ${units[unit]}`
}

const told = ({beforeBytes, freedBytes, runs, blobs}: Swept, maxBytes: number, dryRun: boolean): string => {
  const rest = readable(beforeBytes - freedBytes)
  const freed = `${dryRun ? 'would free' : 'freed'} ${readable(freedBytes)}: ${many(runs.length, 'run')}, ${many(blobs, 'blob')}`
  return [freed, ...runs.map((run) => `  ${run}`), `${dryRun ? 'would leave' : 'left'} ${rest} of the ${readable(maxBytes)} of storage.maxBytes`, ''].join('\n')
}

export const run: VerbRun = async (context) => {
  const root = rootOf(context.cwd)
  const trust = await checkTrust({context, root})
  const config = await loadConfig({context, root, trusted: trust.ok && trust.result.trusted})
  if (!config.ok) return refuse(context, config.error)
  const dryRun = context.flags.dryRun === true
  // Looking comes first: gc never makes a journal.
  const looked = openJournal({dir: journalDir(context), clock: context.clock, readonly: true})
  const {maxBytes} = config.result.storage
  const tell = async (swept: Swept): Promise<number> => {
    await context.out(context.flags.json ? `${JSON.stringify({...swept, dryRun, maxBytes})}\n` : told(swept, maxBytes, dryRun))
    return 0
  }
  if (!looked.ok && looked.error.code === 'journal.missing') return tell({beforeBytes: 0, freedBytes: 0, runs: [], blobs: 0})
  if (!looked.ok) return refuse(context, looked.error)
  looked.result.close()
  const opened = openJournal({dir: journalDir(context), clock: context.clock, readonly: dryRun})
  if (!opened.ok) return refuse(context, opened.error)
  try {
    return await tell(sweep(opened.result, {maxBytes, now: context.clock.now(), dryRun}))
  } catch (thrown) {
    if (thrown instanceof FaultError) return refuse(context, thrown.fault)
    throw thrown
  } finally {
    opened.result.close()
  }
}
