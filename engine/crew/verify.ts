// Evidence: runs the checks of a candidate on throwaway copies of its tree and puts on record what they said.
// A check whose command has already been run on this very tree is not run again: the record stands.
// Never: a model's word. Nothing here reads what an agent claims.

import type {Clock} from '../base/clock.ts'
import type {BodyOf, Event} from '../contract/event.ts'
import type {Failure, Gate, GateReport, GateResult, GateSite} from '../contract/gate.ts'
import type {Job, JobReport} from '../contract/sandbox.ts'
import type {Check} from '../contract/tool.ts'
import type {BlobStore, CandidateSite, Laid, Path, Tree} from '../contract/workspace.ts'
import {redText} from '../prompt/brief.ts'
import {type ChecklistPorts, changedPaths, openChecklist} from './checklist.ts'
import type {Scribe} from './scribe.ts'

export interface VerifyPorts extends ChecklistPorts {
  testEdits: string[]
  wallMs: number
  blobs: BlobStore
  clock: Clock
  gateFor(check: Check): Promise<Gate>
  site(candidate: number): CandidateSite
  start(): Tree
  lay(site: CandidateSite, fromStart: (path: Path) => boolean): Laid
  /** The whole tree as it was at the start. */
  layStart(site: CandidateSite): Laid
  readFile(site: CandidateSite, path: Path): Uint8Array | undefined
  runJob(site: CandidateSite, laid: Laid, job: Omit<Job, 'overlays'>, signal: AbortSignal): Promise<JobReport>
}

export type Checked = NonNullable<BodyOf<'task.phase'>['checked']>

interface Evidence {
  result: GateResult
  treeSha256: string
}

export interface Verifier {
  /** Runs all checks of a candidate, on its own tree or on `where` it stands; resolves with what they say together. */
  checkAll(candidate: number, signal: AbortSignal, where?: CandidateSite): Promise<Checked>
  /** Required gates whose evidence is of another tree than the one that stands. */
  stale(candidate: number, where: CandidateSite): string[]
  /** Takes back the evidence that an earlier host put on record. */
  remember(events: Iterable<Event>): void
  /** What the candidate's work calls for, as far as it was found out. */
  checks(candidate: number): Check[]
  /** The newest evidence per gate of a candidate. */
  evidence(candidate: number): {check: Check; report: GateReport; passed: boolean; treeSha256: string; failures: Failure[]}[]
}

const evidenceKey = (check: Check, treeSha256: string): string => `${check.gate}\0${check.command}\0${check.dir}\0${treeSha256}`

export const openVerifier = (ports: VerifyPorts, scribe: Scribe): Verifier => {
  const known = new Map<string, GateResult>()
  const newest = new Map<string, Evidence>()
  const checklist = openChecklist(ports)
  /** By gate. */
  const failedBefore = new Map<string, number | null>()

  const gateSite = (site: CandidateSite, treeSha256: string, signal: AbortSignal, before: number | null): GateSite => ({
    root: site.root,
    start: ports.start(),
    now: site.tracker.tree(),
    treeSha256,
    testEdits: ports.testEdits,
    lay: (fromStart) => ports.lay(site, fromStart),
    read: (path, when) => {
      if (when === 'now') return ports.readFile(site, path)
      const entry = ports.start().get(path)
      if (!entry) return undefined
      return ports.blobs.get(entry.sha256) ?? (site.tracker.tree().get(path)?.sha256 === entry.sha256 ? ports.readFile(site, path) : undefined)
    },
    run: (laid, job) => ports.runJob(site, laid, job, signal),
    failedBefore: before,
    wallMs: ports.wallMs,
    clock: () => ports.clock.now(),
    signal,
  })

  /** How many tests of a red gate failed before anything was changed: asked only when it matters. */
  const countBefore = async (gate: Gate, check: Check, site: CandidateSite, signal: AbortSignal): Promise<number | null> => {
    const start = ports.start()
    const frozen = {...gateSite(site, 'start', signal, null), now: start, lay: () => ports.layStart(site)}
    const found = await gate.check(check, {...frozen, read: (path: Path) => frozen.read(path, 'start')})
    return found.report.counts?.failed ?? null
  }

  const checkOne = async (candidate: number, check: Check, site: CandidateSite, signal: AbortSignal): Promise<GateResult> => {
    const treeSha256 = site.tracker.treeSha256()
    const key = evidenceKey(check, treeSha256)
    const newestKey = `${candidate}\0${check.gate}`
    const again = known.get(key)
    newest.delete(newestKey)
    if (again) newest.set(newestKey, {result: again, treeSha256})
    if (again) return again
    const span = scribe.newSpan()
    const where = {task: 't_1', span}
    scribe.note('gate.started', {gate: check.gate, command: check.command, treeSha256, candidate} as BodyOf<'gate.started'>, where)
    const gate = await ports.gateFor(check)
    const result = await gate.check(check, gateSite(site, treeSha256, signal, failedBefore.get(check.gate) ?? null))
    const {counts} = result.report
    if (!result.passed && counts && !signal.aborted) {
      const unchanged = changedPaths(ports.start(), site.tracker.tree()).length === 0
      const before = failedBefore.get(check.gate) ?? (unchanged ? counts.failed : await countBefore(gate, check, site, signal))
      failedBefore.set(check.gate, before)
      counts.failedBefore = before
    }
    // What was stopped says nothing about the files.
    if (signal.aborted) return result
    known.set(key, result)
    newest.set(newestKey, {result, treeSha256})
    scribe.note(result.passed ? 'gate.passed' : 'gate.failed', {...result.report, candidate}, where)
    return result
  }

  /** The newest of the candidate, or what is known of the very same files by another's check. */
  const found = (candidate: number, check: Check): Evidence | undefined => {
    const own = newest.get(`${candidate}\0${check.gate}`)
    if (own || known.size === 0) return own
    const treeSha256 = ports.site(candidate || 1).tracker.treeSha256()
    const result = known.get(evidenceKey(check, treeSha256))
    return result && {result, treeSha256}
  }

  return {
    checkAll: async (candidate, signal, site = ports.site(candidate)) => {
      const checks = await checklist.renew(candidate, site, ports.start())
      if (checks.length === 0) return {state: 'none', signature: '', summary: 'no check could run', report: ''}
      const results: {check: Check; result: GateResult}[] = []
      for (const check of checks) results.push({check, result: await checkOne(candidate, check, site, signal)})
      const unchanged = changedPaths(ports.start(), site.tracker.tree()).length === 0
      return together(results, ({report}) => beforeWords(unchanged, report.counts))
    },
    stale: (candidate, where) => {
      const taken = checklist.of(candidate).flatMap((check) => {
        const taken = check.required ? found(candidate, check) : undefined
        return taken ? [{gate: check.gate, treeSha256: taken.treeSha256}] : []
      })
      if (taken.length === 0) return []
      const now = where.tracker.treeSha256()
      return taken.filter((one) => one.treeSha256 !== now).map((one) => one.gate)
    },
    remember: (events) => {
      for (const event of events) {
        if (event.type !== 'gate.passed' && event.type !== 'gate.failed') continue
        const {candidate = 1, ...report} = event.body as typeof event.body & {candidate?: number}
        const check = checklist.find(report.gate, report.command)
        if (!check) continue
        failedBefore.set(check.gate, failedBefore.get(check.gate) ?? report.counts?.failedBefore ?? null)
        const result: GateResult = {passed: event.type === 'gate.passed', report, output: '', failures: []}
        newest.set(`${candidate}\0${check.gate}`, {result, treeSha256: report.treeSha256})
        // A red one is run again when it is asked for: what failed is needed, and only its counts are on record.
        if (result.passed) known.set(evidenceKey(check, report.treeSha256), result)
      }
    },
    checks: checklist.of,
    evidence: (candidate) =>
      checklist.of(candidate).flatMap((check) => {
        const one = found(candidate, check)
        return one ? [{check, report: one.result.report, passed: one.result.passed, treeSha256: one.treeSha256, failures: one.result.failures}] : []
      }),
  }
}

/** Whose fault a red gate is, as far as it is known: the work's, or of before it. */
const beforeWords = (unchanged: boolean, counts: GateReport['counts']): string => {
  if (unchanged) return ' (nothing was changed: it was red before)'
  const before = counts?.failedBefore ?? null
  if (before === null) return ''
  return before === 0 ? ' (it was green before)' : ` (it was red before: ${before} failed)`
}

const together = (results: readonly {check: Check; result: GateResult}[], before: (result: GateResult) => string): Checked => {
  const required = results.filter(({check}) => check.required)
  const red = required.filter(({result}) => !result.passed)
  if (red.length === 0) return {state: 'green', signature: '', summary: required.map(({result}) => result.report.summary).join('; '), report: ''}
  const person = red.find(({result}) => result.needsPerson)
  const said = red.map(({check, result}) => `${check.gate}: ${result.report.summary}`)
  const signature =
    red.flatMap(({result}) => result.failures.map((failure) => `${failure.test}\n${failure.message.slice(0, 200)}`)).join('\n') || said.join('; ')
  const summary = red.map(({result}, at) => `${said[at]}${result.needsPerson ? '' : before(result)}`).join('; ')
  const report = red.map(({check, result}) =>
    redText({gate: check.gate, command: check.command, summary: result.report.summary, failures: result.failures, output: result.output}),
  )
  return {state: person ? 'person' : 'red', signature: signature.slice(0, 2000), summary: summary.slice(0, 2000), report: report.join('\n\n').slice(0, 12_000)}
}
