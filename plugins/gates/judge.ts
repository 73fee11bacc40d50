// What a run of the tests amounts to, as values: whether it is green by itself, and whether it is no less than what the
// start of the run had. Pure: it reads records and never runs anything.

import type {Tested, TestRecord} from './record.ts'
import type {Ran} from './run.ts'

const named = (tests: readonly Tested[], most = 3): string => {
  const shown = tests.slice(0, most).map((one) => one.name)
  return shown.join('; ') + (tests.length > most ? ` and ${tests.length - most} more` : '')
}

const telling = /^\W{0,8}(?:[\w.]*(?:Error|Exception)|error|fatal|panic)\b.*\S/i

/** The line that names the error, or else the last three. */
const tail = (output: string): string => {
  const lines = output.trimEnd().split('\n').slice(-200)
  const named = lines
    .findLast((line) => telling.test(line))
    ?.trim()
    .slice(0, 300)
  const said = named ?? lines.slice(-3).join(' | ').trim().slice(-300)
  return said === '' ? '' : `: ${said}`
}

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`

const recordTrouble = (record: TestRecord, exitCode: number | null, output: string): string | undefined => {
  const failed = record.tests.filter((one) => one.state === 'failed')
  const ran = record.tests.filter((one) => one.state !== 'skipped')
  if (failed.length > 0) return `${failed.length} of ${plural(ran.length, 'test')} ${failed.length === 1 ? 'fails' : 'fail'}: ${named(failed)}`
  if (exitCode !== 0 && !record.ended) return `exit code ${exitCode} before the tests came to their end${tail(output)}`
  if (!record.ended) return 'the command ended with 0, but the test runner never came to its end: it was left early, or something else ran in its place'
  if (record.tests.length === 0) return `no tests were collected (exit code ${exitCode})`
  if (ran.length === 0) return `all ${plural(record.tests.length, 'test')} are skipped`
  return exitCode === 0 ? undefined : `exit code ${exitCode} although no test failed${tail(output)}`
}

/** What is wrong with a run by itself; undefined when it is green. `wallMs`: what it was allowed. */
export const troubleOf = (ran: Ran, wallMs: number): string | undefined => {
  if (ran.error !== undefined) return `it could not be started: ${ran.error}`
  const failed = ran.record?.tests.filter((one) => one.state === 'failed') ?? []
  if (ran.killedFor === 'wall') {
    const so = failed.length > 0 ? `; failed until then: ${named(failed)}` : ''
    return `it did not finish within ${Math.round(wallMs / 1000)} s${so}`
  }
  if (ran.killedFor !== undefined) return `it was ended for its use of ${ran.killedFor}`
  if (ran.record !== null) return recordTrouble(ran.record, ran.exitCode, ran.output)
  return ran.exitCode === 0 ? undefined : `exit code ${ran.exitCode ?? 'none'}${tail(ran.output)}`
}

const keyOf = (one: Tested): string => `${one.file ?? ''}\u0000${one.name}`

/** Tests that really were tests: a file that could not be loaded says nothing about how many there are. */
const counted = (tests: readonly Tested[]): Tested[] => tests.filter((one) => !(one.whole && one.state === 'failed'))

/**
 * What is less in `now` than in `base`; undefined when nothing is. `spared` tells files whose tests may change.
 */
export const lossOf = (base: TestRecord | null, now: TestRecord | null, spared: (file: string) => boolean): string | undefined => {
  if (base === null) return undefined
  const held = (tests: readonly Tested[]): Tested[] => counted(tests).filter((one) => one.file === undefined || !spared(one.file))
  const before = held(base.tests)
  if (now === null) return 'the test command no longer starts a test runner that can be counted'
  if (before.length === 0) return undefined
  // A file that passes as a whole says nothing of the tests that it had.
  const spoke = new Set(before.flatMap((one) => (one.whole ? [] : [one.file])))
  const after = held(now.tests).filter((one) => !(one.whole && spoke.has(one.file)))
  const skipped = new Set(now.tests.filter((one) => one.state === 'skipped').map(keyOf))
  const newly = before.filter((one) => one.state !== 'skipped' && skipped.has(keyOf(one)))
  if (newly.length > 0) return `${plural(newly.length, 'test')} newly skipped: ${named(newly)}`
  if (after.length >= before.length) return undefined
  const there = new Set(after.map(keyOf))
  const gone = before.filter((one) => !there.has(keyOf(one)))
  return `${after.length} tests where there were ${before.length} at the start; gone: ${named(gone.length > 0 ? gone : before)}`
}

/** What the run of the start did not do, too, of what makes assertions mean nothing; undefined when there is nothing. */
export const oddTrouble = (fresh: readonly string[]): string | undefined =>
  fresh.length === 0 ? undefined : `disarmed while the tests ran, so green means nothing: ${fresh.slice(0, 3).join(', ')}`

/** Did this run collect nothing that could be held on to? */
export const isEmpty = (ran: Ran): boolean => ran.record !== null && counted(ran.record.tests).length === 0

/** Files of the tests that failed. */
export const failedFiles = (ran: Ran): string[] => [
  ...new Set((ran.record?.tests ?? []).flatMap((one) => (one.state === 'failed' && one.file !== undefined ? [one.file] : []))),
]
