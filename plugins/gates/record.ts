// What a run of the tests has to show for itself: the sealed report of a reporter, or for cargo and go what the tool itself
// printed, read strictly. Printed text of the other runners is never read.

import {createHash} from 'node:crypto'
import type {Counts, Failure} from '../../engine/plugin.ts'
import type {Runner} from './locate.ts'

export interface Tested {
  name: string
  /** Relative to the root where it could be told. */
  file?: string
  line?: number
  state: 'passed' | 'failed' | 'skipped'
  message?: string
  /** Which part of the test (a subtest of unittest) this is about; parts are gathered under their test. */
  part?: string
  /** Not a test but a whole file, or an error outside of all tests. */
  whole?: boolean
}

export interface TestRecord {
  /** Did the runner come to its end and seal the report? */
  ended: boolean
  tests: Tested[]
  /** Canaries that ran in the same session; true when it was reported as failed, as it must be. */
  canaries: Map<string, boolean>
  /** What was put in the place of assertions or the runner while the tests ran, or equals whatever it is compared with. */
  odd: string[]
}

/** Where a tree may have been seen by the runner: any of these in front of a path is taken off. */
const relativeTo =
  (roots: readonly string[]) =>
  (path: string | undefined): string | undefined => {
    const bare = path?.startsWith('file://') ? decodeURI(path.slice(7)) : path
    const root = roots.find((one) => bare?.startsWith(`${one}/`))
    return root === undefined ? bare : bare?.slice(root.length + 1)
  }

const without =
  (roots: readonly string[]) =>
  (text: string): string =>
    roots.reduce((left, root) => left.replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, ''), text)

interface Line {
  t?: string
  name?: string
  state?: string
  seal?: string
}

const parse = (text: string): Line | undefined => {
  try {
    return JSON.parse(text) as Line
  } catch {
    return undefined
  }
}

/** Failing parts make one failing test of their test, so that a mended test counts as much as a broken one. */
const gathered = (tests: readonly Tested[]): Tested[] => {
  const byName = new Map<string, Tested[]>()
  for (const one of tests) if (one.part !== undefined) byName.set(one.name, [...(byName.get(one.name) ?? []), one])
  if (byName.size === 0) return [...tests]
  const whole = tests.filter((one) => one.part === undefined && !byName.has(one.name))
  const joined = [...byName.values()].map(([first, ...rest]) => {
    const {part, message, ...kept} = first as Tested
    const more = rest.length > 0 ? `\n(${rest.length + 1} parts of it fail)` : ''
    return {...kept, message: `${part?.trim()}: ${message ?? ''}${more}`}
  })
  return [...whole, ...joined]
}

/** Reads a report. A seal that does not fit counts as no end: somebody else wrote in the file, or the runner was ended. */
export const readReport = (text: string, secret: string, roots: readonly string[]): TestRecord => {
  const relative = relativeTo(roots)
  const bare = without(roots)
  const digest = createHash('sha256').update(`${secret}\n`)
  const record: TestRecord = {ended: false, tests: [], canaries: new Map(), odd: []}
  for (const one of text.split('\n')) {
    const line = one === '' ? undefined : parse(one)
    if (line === undefined) continue
    if (line.t === 'end') record.ended = line.seal === digest.copy().digest('hex')
    else record.ended = false
    digest.update(`${one}\n`)
    if (line.t === 'canary') record.canaries.set(String(line.name), line.state === 'failed')
    if (line.t === 'odd') record.odd.push(String(line.name))
    if (line.t !== 'test') continue
    const tested = line as unknown as Tested
    const file = relative(tested.file)
    const message = tested.message === undefined ? {} : {message: bare(tested.message)}
    record.tests.push({...tested, name: bare(tested.name), ...(file === undefined ? {} : {file}), ...message})
  }
  return {...record, tests: gathered(record.tests)}
}

interface GoLine {
  Action?: string
  Package?: string
  Test?: string
  Output?: string
}

const goStates: Record<string, Tested['state']> = {pass: 'passed', fail: 'failed', skip: 'skipped'}

/** Reads what `go test -json` printed. */
export const readGo = (stdout: string): TestRecord => {
  const record: TestRecord = {ended: false, tests: [], canaries: new Map(), odd: []}
  const said = new Map<string, string>()
  for (const one of stdout.split('\n')) {
    if (!one.startsWith('{"')) continue
    const {Action = '', Package = '', Test, Output} = (parse(one) ?? {}) as GoLine
    const name = Test === undefined ? Package : `${Package} > ${Test}`
    if (Output !== undefined) said.set(name, ((said.get(name) ?? '') + Output).slice(-4000))
    const state = goStates[Action]
    if (state === undefined) continue
    record.ended = true
    const place = state === 'failed' ? /^\s+(\S+_test\.go):(\d+): /m.exec(said.get(name) ?? '') : null
    if (Test === undefined && state !== 'failed') continue
    record.tests.push({
      name,
      state,
      ...(Test === undefined ? {whole: true} : {}),
      ...(place ? {file: place[1] as string, line: Number(place[2])} : {}),
      ...(state === 'failed' ? {message: (said.get(name) ?? '').trim()} : {}),
    })
  }
  // A package that fails only because a test of it failed is no failure of its own.
  const failed = record.tests.filter((one) => one.state === 'failed' && !one.whole)
  record.tests = record.tests.filter((one) => !one.whole || !failed.some((test) => test.name.startsWith(`${one.name} > `)))
  return record
}

const cargoStates: Record<string, Tested['state']> = {ok: 'passed', FAILED: 'failed', ignored: 'skipped'}
const cargoEnd = /^test result: (?:ok|FAILED)\. (\d+) passed; (\d+) failed; (\d+) ignored; .* finished in /

/** Reads what `cargo test` printed: only as good as libtest's text, and refused when its own sums do not agree. */
export const readCargo = (stdout: string, stderr: string): TestRecord => {
  const record: TestRecord = {ended: false, tests: [], canaries: new Map(), odd: []}
  let open = 0
  let agree = true
  let since: Tested[] = []
  const messages = new Map<string, string>()
  for (const block of stdout.split(/^---- /m).slice(1)) {
    const name = /^(.+) stdout ----$/m.exec(block)?.[1]
    if (name) messages.set(name, block.slice(block.indexOf('\n') + 1).split(/\n\n(?:failures:|----)/)[0] as string)
  }
  for (const one of stdout.split('\n')) {
    if (/^running \d+ tests?$/.test(one)) open += 1
    const test = /^test (.+?) \.\.\. (ok|FAILED|ignored)\b/.exec(one)
    if (test) since.push({name: (test[1] as string).replace(/ - should panic$/, ''), state: cargoStates[test[2] as string] as Tested['state']})
    const end = cargoEnd.exec(one)
    if (end === null) continue
    open -= 1
    const sums = (['passed', 'failed', 'skipped'] as const).map((state) => since.filter((test) => test.state === state).length)
    if (sums.join() !== end.slice(1, 4).map(Number).join()) agree = false
    record.tests.push(...since)
    since = []
  }
  for (const test of record.tests) {
    if (test.state !== 'failed') continue
    test.message = messages.get(test.name)?.trim() ?? ''
    const place = /panicked at ([^:\n]+):(\d+):/.exec(test.message)
    if (place) Object.assign(test, {file: place[1], line: Number(place[2])})
  }
  record.ended = open === 0 && agree && !/^error(?:\[E\d+\])?: (?!test failed|\d+ targets? failed)/m.test(stderr)
  return record
}

export const readRecord = (runner: Runner, from: {report: string; secret: string; stdout: string; stderr: string}, roots: readonly string[]): TestRecord => {
  if (runner === 'go') return readGo(from.stdout)
  if (runner === 'cargo') return readCargo(from.stdout, from.stderr)
  return readReport(from.report, from.secret, roots)
}

export const countsOf = (tests: readonly Tested[], failedBefore: number | null): Counts => {
  const of = (state: Tested['state']): number => tests.filter((one) => one.state === state).length
  return {passed: of('passed'), failed: of('failed'), skipped: of('skipped'), failedBefore}
}

const maxFailures = 10
const maxMessageChars = 1500

/** The failing tests, briefly, for the one who repairs. */
export const failuresOf = (tests: readonly Tested[]): Failure[] =>
  tests
    .filter((one) => one.state === 'failed')
    .slice(0, maxFailures)
    .map(({name, file, line, message = ''}) => ({
      test: name,
      ...(file === undefined ? {} : {file}),
      ...(line === undefined ? {} : {line}),
      message: message.length > maxMessageChars ? `${message.slice(0, maxMessageChars - 2)} …` : message,
    }))
