// The test gate. First the tests and the runner's settings as they were at the start, on the new sources; then the new
// tree's own. Both must be green, a canary must fail in each, and nothing may be less than at the start. It never believes
// printed text, and it never writes outside the throwaway trees.

import {createHash} from 'node:crypto'
import {join} from 'node:path'
import type {Check, Gate, GateResult, GateSite, Laid} from '../../engine/plugin.ts'
import {isFine, type Sung, sing} from './canary.ts'
import {detect} from './detect.ts'
import {isImported, isSourceCode} from './held.ts'
import {failedFiles, isEmpty, lossOf, oddTrouble, troubleOf} from './judge.ts'
import {scriptOf} from './locate.ts'
import {isNoTest} from './manifest.ts'
import {countsOf, failuresOf, type TestRecord} from './record.ts'
import {groundOf, type Ran, runOn} from './run.ts'
import {type Difference, differenceOf, layOld, testishOf, treeKey} from './settings.ts'
import {type Steps, stepsOf} from './steps.ts'
import {isTestFile, isTestish, matchesAny} from './testish.ts'
import {partsOf} from './words.ts'

/** Trees that were laid for one check, and the run's facts. */
interface Work {
  check: Check
  site: GateSite
  /** Of the check's own command. */
  steps: Steps
  difference: Difference
  startedAt: number
  /** Files that must not be written while tests run. */
  watched: string[]
  laid: Laid[]
}

const use = (work: Work, laid: Laid): Laid => {
  work.laid.push(laid)
  return laid
}

const maxSummaryChars = 600

const result = (work: Work, ran: Ran, trouble: string | undefined, base: TestRecord | null): GateResult => {
  const {check, site} = work
  const failedBefore = site.failedBefore ?? (base ? base.tests.filter((one) => one.state === 'failed').length : null)
  const counts = ran.record ? countsOf(ran.record.tests, failedBefore) : null
  const good = counts ? `${counts.passed} passed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}` : `${check.command}: exit code 0`
  return {
    passed: trouble === undefined,
    report: {
      gate: check.gate,
      command: check.command,
      exitCode: ran.exitCode,
      outputSha256: createHash('sha256').update(ran.output).digest('hex'),
      treeSha256: site.treeSha256,
      startedAt: work.startedAt,
      wallMs: Math.max(0, site.clock() - work.startedAt),
      summary: (trouble ?? good).slice(0, maxSummaryChars),
      counts,
    },
    output: ran.output,
    failures: ran.record ? failuresOf(ran.record.tests) : [],
  }
}

// What the tests of a start tree gave, kept for the life of the process: the same start is asked for after every repair.
interface Base {
  record: TestRecord | null
  /** Test files that the start itself writes over while its tests run. */
  touched: string[]
  wallMs: number
}

const bases = new Map<string, Base>()
const maxBases = 16

const baseKey = ({check, site}: Work): string =>
  createHash('sha256')
    .update(`${site.root}\n${check.dir}\n${check.command}\n${treeKey(site.start)}`)
    .digest('hex')

const keepBase = (work: Work, ran: Ran): Base => {
  if (bases.size >= maxBases) bases.delete(bases.keys().next().value as string)
  const base = {record: ran.record, touched: ran.touched, wallMs: ran.wallMs}
  bases.set(baseKey(work), base)
  return base
}

const knownBase = (work: Work): TestRecord | null => bases.get(baseKey(work))?.record ?? null

const layStart = (work: Work): Laid =>
  use(
    work,
    work.site.lay(() => true),
  )

/** The tests of the start on the sources of the start. A start that hangs is not waited for longer than `wallMs`. */
const baseOf = async (work: Work, wallMs: number): Promise<Base> => {
  const how = {wallMs: Math.min(work.site.wallMs, wallMs), watched: work.watched}
  return bases.get(baseKey(work)) ?? keepBase(work, await runOn(work.site, work.check, layStart(work), how))
}

/** Tests that are written over while they run are not the tests of the start; a start that does so itself is let be. */
const touchTrouble = async (work: Work, ran: Ran): Promise<string | undefined> => {
  if (ran.touched.length === 0 || !work.difference.any) return undefined
  const base = await baseOf(work, enoughMs(ran))
  const fresh = ran.touched.filter((path) => !base.touched.includes(path))
  return fresh.length === 0 ? undefined : `tests were written over while they ran: ${fresh.slice(0, 3).join(', ')}`
}

const usesRunner = (work: Work, path: string): boolean => {
  const text = work.site.read(path, work.site.start.has(path) ? 'start' : 'now')
  return text !== undefined && /['"](?:node:)?test['"]/.test(new TextDecoder().decode(text))
}

/** A file of tests that reports none of them was left while it was loaded, unless it never had any to report. */
const silentTrouble = async (work: Work, ran: Ran): Promise<string | undefined> => {
  const silent = (ran.record?.tests ?? []).flatMap(({whole, state, file}) => (whole && state === 'passed' && file !== undefined ? [file] : []))
  const suspect = work.difference.any ? silent.filter((file) => usesRunner(work, file)) : []
  if (suspect.length === 0) return undefined
  const {record} = await baseOf(work, enoughMs(ran))
  const spoke = suspect.filter((file) => record?.tests.some((one) => one.file === file && !(one.whole && one.state === 'passed')))
  return spoke.length === 0 ? undefined : `tests were never reported (${spoke.slice(0, 3).join(', ')}): the process was left before`
}

const shadow = / stands in for the installed module$/

/** A module that is new may have any name, but not that of one which the tests of the start took from elsewhere. */
const isUsed = ({site}: Work, odd: string): boolean => {
  const own = / of (\S+) (?:equals|was registered)/.exec(odd)?.[1]
  if (own !== undefined) return !isTestish(own, site.start)
  return !shadow.test(odd) || isImported(site, odd.replace(shadow, ''))
}

/** Sources of now that answer an assertion of Vitest or Jest themselves, where none did at the start: such a value equals anything. */
const matching = ({site, difference}: Work, ran: Ran): string | undefined => {
  if (!difference.any || !/^(?:vitest|jest)$/.test(ran.located?.runner ?? '')) return undefined
  const holds = (path: string, when: 'start' | 'now'): boolean =>
    isSourceCode(path) && new TextDecoder().decode(site.read(path, when)).includes('asymmetricMatch')
  const fresh = [...site.now].filter(([path, {sha256}]) => site.start.get(path)?.sha256 !== sha256 && !isTestish(path, site.start) && holds(path, 'now'))
  if (fresh.length === 0 || [...site.start.keys()].some((path) => holds(path, 'start'))) return undefined
  return `${fresh[0]?.[0]} brings asymmetricMatch, by which a value equals whatever it is compared with`
}

/** Code under test that replaces assertions or the runner, unless the start did so, too. */
const oddity = async (work: Work, ran: Ran): Promise<string | undefined> => {
  const odd = work.difference.any ? (ran.record?.odd ?? []).filter((one) => isUsed(work, one)) : []
  if (odd.length === 0) return undefined
  const {record} = await baseOf(work, enoughMs(ran))
  return oddTrouble(odd.filter((one) => !record?.odd.includes(one)))
}

const canaryTrouble = (sung: Sung): string | undefined => {
  if (isFine(sung)) return undefined
  const where = (files: string[]): string => files.slice(0, 3).join(', ')
  return sung.wrong.length > 0
    ? `a test that must fail did not (${where(sung.wrong)}): the assertions or the runner have been disarmed, so green means nothing`
    : `a test that must fail was never reported (${where(sung.absent)}): the process was left early, or the runner drops tests`
}

/** A suite slower than this is not run a second time in full: its canaries run after the imports only. */
const fullBelowMs = 20_000

const canary = async (work: Work, laid: Laid, real: Ran): Promise<string | undefined> => {
  // A suite that the run itself has made slow is not spared for it.
  const full = real.wallMs < fullBelowMs || (work.difference.any && (await baseOf(work, enoughMs(real))).wallMs < fullBelowMs)
  return canaryTrouble(
    await sing(work.site, work.check, laid, real, {full, start: work.difference.any ? async () => layStart(work) : null, scripts: work.steps.scripts}),
  )
}

const enoughMs = (ran: Ran): number => Math.max(20_000, ran.wallMs * 4)

/** Does the script that the command names exist in this tree? */
const startable = (work: Work, laid: Laid): boolean => {
  const now = groundOf(join(laid.dir, work.check.dir))
  const part = partsOf(work.check.command)?.[0]
  const named = part && scriptOf(part, {...now, scripts: new Proxy(now.scripts, {get: () => ''})})
  return named === undefined || !isNoTest(now.scripts[named] ?? '')
}

interface Old {
  ran: Ran
  trouble: string | undefined
}

/** The old tests on the new sources; undefined when there were none to hold on to. */
const oldOnNew = async (work: Work, strict: boolean): Promise<Old | undefined> => {
  const laid = use(work, layOld(work.site, strict, work.steps))
  if (!startable(work, laid)) return undefined
  const ran = await runOn(work.site, work.check, laid, {watched: work.watched})
  const trouble = troubleOf(ran, work.site.wallMs)
  if (trouble === undefined)
    return {
      ran,
      trouble:
        (await touchTrouble(work, ran)) ??
        (await silentTrouble(work, ran)) ??
        matching(work, ran) ??
        (await oddity(work, ran)) ??
        (await canary(work, laid, ran)),
    }
  if (isEmpty(ran)) {
    const {record} = await baseOf(work, enoughMs(ran))
    if (record?.tests.every((one) => one.whole && one.state === 'failed')) return undefined
  }
  return {ran, trouble}
}

/** Would the run be green if the edited tests were allowed? Then a person must say so. */
const personFor = (work: Work, old: Ran): string[] => {
  const {edited} = work.difference
  const failing = failedFiles(old)
  const onlyTests = edited.every(isTestFile)
  const touched = failing.length === 0 || failing.some((file) => edited.includes(file))
  return onlyTests && !touched ? [] : edited
}

const needsPerson = (outcome: GateResult, paths: string[]): GateResult => {
  const names = paths.slice(0, 5).join(', ') + (paths.length > 5 ? ` and ${paths.length - 5} more` : '')
  const why = `it is green only with changes to existing tests or to how they are run: ${names}; --test-edits GLOB allows them`
  return {...outcome, needsPerson: {paths, why}, report: {...outcome.report, summary: `${outcome.report.summary}\n${why}`}}
}

const newTree = async (work: Work): Promise<{laid: Laid; ran: Ran; trouble: string | undefined}> => {
  const laid = use(
    work,
    work.site.lay(() => false),
  )
  const ran = await runOn(work.site, work.check, laid, {watched: work.watched})
  return {laid, ran, trouble: troubleOf(ran, work.site.wallMs)}
}

const judgeNew = async (work: Work): Promise<GateResult> => {
  const {laid, ran, trouble} = await newTree(work)
  if (!work.difference.any) keepBase(work, ran)
  if (trouble !== undefined) return result(work, ran, trouble, work.difference.any ? knownBase(work) : null)
  const alike = work.difference.edited.length === 0 && work.difference.added.length === 0
  const sung =
    (alike ? await touchTrouble(work, ran) : undefined) ??
    (await silentTrouble(work, ran)) ??
    matching(work, ran) ??
    (await oddity(work, ran)) ??
    (await canary(work, laid, ran))
  if (sung !== undefined || !work.difference.any) return result(work, ran, sung, null)
  const counting = ran.record !== null || !/^(?:command|make)$/.test(work.check.runner)
  const base = counting ? (await baseOf(work, enoughMs(ran))).record : null
  return result(work, ran, lossOf(base, ran.record, spares(work)), base)
}

const spares =
  (work: Work) =>
  (file: string): boolean =>
    matchesAny(file, work.site.testEdits)

/** The old tests, too, must be as many as at the start: new ones do not make up for them. */
const noLoss = (work: Work, old: Ran, outcome: GateResult): GateResult => {
  const base = knownBase(work)
  const loss = outcome.passed ? lossOf(base, old.record, spares(work)) : undefined
  return loss === undefined ? outcome : result(work, old, `with the tests as they were at the start: ${loss}`, base)
}

const judge = async (work: Work): Promise<GateResult> => {
  const {edited, added} = work.difference
  if (edited.length === 0 && added.length === 0) return judgeNew(work)
  const {gate, runner} = work.check
  // A command that is told by its exit code alone needs the files that it is made of.
  const unheld = work.steps.isNew && (runner === 'command' || runner === 'make')
  const strict = !unheld && (!gate.startsWith('check:') || runner !== 'command')
  const old = await oldOnNew(work, strict)
  if (old === undefined) return judgeNew(work)
  if (old.trouble === undefined) return noLoss(work, old.ran, await judgeNew(work))
  const red = result(work, old.ran, `with the tests as they were at the start: ${old.trouble}`, knownBase(work))
  if (edited.length === 0) return red
  const paths = personFor(work, old.ran)
  return paths.length > 0 && (await newTree(work)).trouble === undefined ? needsPerson(red, paths) : red
}

const check = async (wanted: Check, site: GateSite): Promise<GateResult> => {
  const steps = stepsOf(wanted, site)
  const work: Work = {check: wanted, site, steps, difference: differenceOf(site, steps), startedAt: site.clock(), watched: testishOf(site, steps), laid: []}
  try {
    return await judge(work)
  } finally {
    for (const laid of work.laid) laid.dispose()
  }
}

const gate: Gate = {detect, check}

export default gate
