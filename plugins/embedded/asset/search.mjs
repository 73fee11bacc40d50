// The searcher: a program that runs inside the sandbox on a throwaway copy of a project. Its only argument is a file
// with the job; it prints JSON lines (progress, then one result) and never writes outside the copy.

import {readFileSync, writeFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {askedOf} from './asked.mjs'
import {cold} from './cold.mjs'
import {copiesOf} from './copies.mjs'
import {isGuarded, runnerOf, testFilesOf, unfold} from './discover.mjs'
import {hintsOf} from './hint.mjs'
import {basesOf, hunt, mostRegions, planFor, spaceOf} from './hunt.mjs'
import {lanesOf} from './lanes.mjs'
import {openNodeDriver} from './node-driver.mjs'
import {grammarOf, openParser} from './parse.mjs'
import {dstar, linesOf, regionsOf} from './rank.mjs'
import {finalistOf, orderFinalists, patchOf} from './report.mjs'
import {openSlowDriver} from './slow-driver.mjs'
import {stepwise} from './step.mjs'

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)
const job = JSON.parse(readFileSync(process.argv[2], 'utf8'))
const started = performance.now()
const copies = copiesOf(job.source, job.places)
/** For comparing what passes, and for the project's own command. */
const reserveMs = Math.min(8000, job.wallMs * 0.15)
let until = started + job.wallMs
const left = () => until - performance.now()
/** Candidates in a millisecond. Where a slow or busy machine manages less, the search goes on until it has tried as many as others do in the time that was asked for. */
const usualRate = 0.05
const lengthen = (tried) => {
  const isSlow = tried < job.wallMs * usualRate
  if (isSlow && performance.now() > started + job.wallMs - reserveMs) until = Math.max(until, started + (job.mostMs ?? job.wallMs))
  return until
}

let lastSaid = 0
const progress = (state) => {
  const now = performance.now()
  if (now - lastSaid < 260) return
  lastSaid = now
  const best = state.partial.reduce((most, one) => Math.max(most, one.fixed.length), 0)
  say({
    say: 'progress',
    tried: state.tried,
    reached: state.reached,
    space: state.space,
    timeouts: state.timeouts,
    plausible: state.plausible.length,
    best,
    wallMs: Math.round(now - started),
    ...(until > started + job.wallMs ? {untilMs: until - started} : {}),
  })
}

const openDriver = async ({runner, command, cwd, root}, parser) => {
  if (runner === 'pytest' || runner === 'unittest') {
    const {openPythonDriver} = await import('./python-driver.mjs')
    return openPythonDriver({...job, runner, command, cwd, root})
  }
  const files = testFilesOf({command, runner, dir: cwd})
  if (files.length === 0 || files.some(mocksModules)) return null
  const extensions = [...new Set(['.js', '.ts', ...(files.some((file) => /x$/.test(file)) ? ['.tsx'] : [])])]
  return openNodeDriver({root, cwd, files, runner, treeSitter: job.treeSitter, grammarDir: job.grammarDir, extensions, maxCalls: 40}, parser)
}

// Replacing modules under test is the runner's own business.
const mocksModules = (file) => /\b(vi|jest|mock)\.(mock|doMock|module|unstable_mockModule)\(/.test(readFileSync(file, 'utf8'))

/** Files that the caller leaves to the search; without a list: all. */
const isOpen = (path, root) => !job.only || job.only.includes(relative(root, path))
/** Files that the request names. */
const isNear = (path, root) => (job.prefer ?? []).some((name) => `/${relative(root, path)}`.endsWith(`/${name.replace(/^\.?\//, '')}`))

const sourcesOf = (tests, marks, root) => {
  const failing = new Set()
  for (const test of tests.filter((one) => !one.ok)) for (const mark of test.hits) failing.add(marks[mark].file)
  for (const test of tests.filter((one) => !one.ok)) for (const {file} of test.frames ?? []) failing.add(file)
  const testFiles = new Set(tests.map((one) => one.file))
  return [...failing]
    .filter((path) => grammarOf(path) && !testFiles.has(path) && !isGuarded(path, root) && isOpen(path, root) && path.startsWith(`${root}/`))
    .sort()
}

const suspectsOf = (regions, lines, tests, root) => {
  const failing = tests.filter((one) => !one.ok).length
  return regions.slice(0, 8).map((region) => {
    const own = (region.lines ?? []).map((line) => ({line, ...lines.get(`${region.path}:${line}`)})).filter((row) => row.score > 0)
    const top = own.sort((a, b) => b.score - a.score || a.line - b.line).slice(0, 3)
    return {
      path: relative(root, region.path),
      name: region.name,
      line: region.line,
      score: round(region.score),
      lines: top.map((row) => ({line: row.line, ochiai: round(row.score), dstar: finite(dstar(row.ef, row.ep, failing))})),
    }
  })
}
const finite = (value) => (Number.isFinite(value) ? round(value) : null)
const round = (value) => Math.round(value * 1000) / 1000

const brief = (test, root) => ({
  name: test.name,
  file: relative(root, test.file),
  message: test.message?.slice(0, 400) ?? '',
  at: (test.frames ?? []).slice(0, 4).map(({file, line}) => `${relative(root, file)}:${line}`),
})

/** Is a test that fails here one of those that the project's own run named? Without names: yes. */
const isNamed = (test) => {
  if (!job.failing || job.failing.length === 0) return true
  const last = test.name
    .split(/ > |::/)
    .at(-1)
    .replace(/ #\d+$/, '')
  const own = job.runner === 'unittest' || /^[\w.]+$/.test(last) ? last.split('.').at(-1) : last
  return job.failing.some((name) => name.includes(own) || name.includes(last))
}

const repair = async (context) => {
  const {driver} = context
  const base = driver ? await driver.baseline(Math.min(left(), 25_000)) : {error: 'no runner that can be kept warm'}
  const named = new Set((base.tests ?? []).filter((one) => !one.ok && isNamed(one)).map((one) => one.file))
  // A run that never ends names none of the tests of its file.
  const tests = base.error ? [] : base.tests.filter((one) => one.ok || isNamed(one) || (one.late && !named.has(one.file)))
  const failing = tests.filter((one) => !one.ok)
  if (!base.error && failing.length > 0) return warm(context, tests, base.marks)
  if (context.step) return {state: 'unfixed'}
  driver?.close()
  return slow(context, base)
}

const warm = async ({driver, parser, root, cwd, command, runner, step}, tests, marks) => {
  const failing = tests.filter((one) => !one.ok)
  const paths = sourcesOf(tests, marks, root)
  await parser.ready(paths)
  const files = new Map(paths.map((path) => [path, parser.parse(path, readFileSync(path, 'utf8'))]))
  const lines = linesOf(tests, marks)
  const regions = regionsOf(files, lines, tests)
  const known = {
    mode: 'warm',
    tests: tests.length,
    failing: failing.length,
    failures: failing.slice(0, 10).map((one) => brief(one, root)),
    suspects: suspectsOf(regions, lines, tests, root),
    runner,
  }
  if (job.localize) return {state: 'located', ...known}
  if (regions.length === 0) return {state: 'nowhere', ...known}
  const marksOf = new Map()
  for (const [at, mark] of marks.entries()) marksOf.set(mark.file, (marksOf.get(mark.file) ?? new Set()).add(at))
  const runsFile = (path) => (test) => test.hits.some((mark) => marksOf.get(path)?.has(mark)) || test.hits.length === 0
  return {...(await search({driver, parser, regions, files, tests, runsFile, root, cwd, command, step: step ?? {}})), ...known}
}

// Nothing fails in the warm run, or there is none: the project's own command has the word.
const slow = async ({parser, root, cwd, command, runner}, base) => {
  const driver = openSlowDriver({root, command, run: (line, wallMs) => cold(line, cwd, wallMs), parser})
  const found = await driver.baseline(Math.min(left(), 120_000))
  if (found.error) return {state: 'blind', why: [found.error, base.error].filter(Boolean).join('; '), runner}
  const absent = /No module named '?(pytest|_pytest)\b|pytest: (command )?not found/.exec(found.output ?? '')
  if (absent) return {state: 'blind', why: `pytest is not installed for the Python that runs the tests: ${lastWords(found.output)}`, runner}
  if (found.tests[0].ok) return {state: 'green', tests: base.tests?.length ?? 0, failing: 0, runner}
  const places = await driver.places(found.output)
  const {files} = places
  const regions = places.regions.filter(({path}) => isOpen(path, root))
  const known = {
    mode: 'cold',
    tests: 1,
    failing: 1,
    failures: found.tests.map((one) => brief(one, root)),
    suspects: suspectsOf(regions, new Map(), found.tests, root),
    runner,
  }
  if (regions.length === 0) return {state: 'unsupported', ...known}
  if (job.localize) return {state: 'located', ...known}
  return {...(await search({driver, parser, regions, files, tests: found.tests, runsFile: () => () => true, root, cwd, command})), ...known}
}

/** Of the time, how long single edits are tried although one of them already fixes a part of what fails. */
const stepShare = 0.4

const search = async ({driver, parser, regions, files, tests, runsFile, root, cwd, command, step}) => {
  const failing = tests.filter((one) => !one.ok).map((one) => one.id)
  const red = tests.filter((one) => !one.ok)
  const names = red.map((one) => one.name)
  const space = spaceOf(regions, files, job.slice, (path) => isNear(path, root), hintsOf(names), await askedOf(red, parser))
  const plans = new Map()
  const planOf = (path) => {
    if (!plans.has(path)) plans.set(path, planFor(tests, runsFile(path)))
    return plans.get(path)
  }
  const lanes = lanesOf(driver, planOf)
  const context = {
    space,
    lanes,
    grow: (path) => lanes.grow(copies.twins({count: (job.lanes ?? 1) - 1, driver, tests, files, root, cwd}), path),
    failing,
    budget: {
      until: (tried) => Math.min(step?.until ?? Number.POSITIVE_INFINITY, lengthen(tried) - reserveMs),
      patient: driver.mode !== 'cold',
      stepAt: step && !step.until ? started + job.wallMs * stepShare : Number.POSITIVE_INFINITY,
    },
    onProgress: progress,
    from: step?.from ?? 0,
  }
  const state = await hunt(context)
  await lanes.end()
  const ordered = await orderFinalists(state.plausible, {driver, files, tests, planOf, root, left, failing})
  driver.rest()
  const finalists = await confirm(ordered, {files, root, cwd, command})
  const closest = state.partial.sort((a, b) => b.fixed.length - a.fixed.length || a.broke - b.broke || a.candidate.rank - b.candidate.rank)[0]
  return {
    state: finalists.length > 0 ? 'fixed' : 'unfixed',
    tried: state.tried,
    reached: state.reached,
    space: state.space,
    timeouts: state.timeouts,
    crashed: state.crashed,
    regions: Math.min(regions.length, mostRegions),
    plausible: state.plausible.length,
    refused: finalists.length === 0 ? ordered.length : 0,
    refusal: finalists.length === 0 ? (ordered.find((one) => one.refusal)?.refusal ?? null) : null,
    firstMs: state.firstMs === null ? null : Math.round(state.firstMs),
    exhausted: state.reached >= state.space,
    finalists,
    bases:
      finalists.length === 0 && step && !step.until
        ? basesOf(state)
            .slice(0, 2)
            .map((one) => ({...one, ...baseOf(one, files, root, failing)}))
        : [],
    closest: closest ? {fixes: closest.fixed.length, of: failing.length, breaks: closest.broke, ...finalistOf(closest.candidate, root)} : null,
  }
}

const baseOf = ({candidate, fixed}, files, root, failing) => {
  const {after, ...patch} = patchOf(candidate, files, root)
  return {after, told: {...finalistOf(candidate, root), ...patch, fixed: fixed.length, of: failing.length, confidence: 'medium'}}
}

const lastWords = (output) =>
  output
    .trim()
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-3)
    .join(' | ')
    .slice(0, 300)

/** Beyond the end, for the project's own command: a patch that was found late is not lost on a slow machine. Whoever started the search allows for it. */
const graceMs = 15_000

/** The project's own command decides; a patch that it refuses is no finalist. */
const confirm = async (ordered, {files, cwd, command}) => {
  const kept = []
  for (const one of ordered.slice(0, 8)) {
    if (kept.length > 0) {
      kept.push(one.told)
      continue
    }
    const {candidate} = one
    writeFileSync(candidate.path, one.after)
    const spare = left() + graceMs
    const result = spare > 2000 ? await cold(command, cwd, Math.min(spare, 60_000)) : {code: null, output: 'there was no time left to run it'}
    writeFileSync(candidate.path, files.get(candidate.path).source)
    if (result.code === 0) kept.push({...one.told, confirmed: true})
    else one.refusal = lastWords(result.output)
  }
  return kept
}

const main = async () => {
  const root = copies.lay()
  const cwd = join(root, job.dir ?? '')
  const unfolded = unfold(job.command, cwd)
  const runner = runnerOf(unfolded).runner || job.runner
  const parser = await openParser(job)
  await parser.ready(['x.js', 'x.ts'])
  const driver = await openDriver({runner, command: unfolded, cwd, root}, parser)
  const context = {driver, parser, root, cwd, command: job.command, runner}
  try {
    const {bases = [], ...found} = await repair(context)
    if (bases.length === 0) return found
    driver.close()
    const open = () => openDriver({runner, command: unfolded, cwd, root}, parser)
    const again = (more) => repair({...context, ...more})
    return await stepwise(found, bases, {left, until, open, repair: again, place: {root, cwd, command: job.command}})
  } finally {
    driver?.close()
  }
}

const result = await main().catch((error) => ({state: 'broken', why: String(error?.stack ?? error)}))
say({say: 'result', wallMs: Math.round(performance.now() - started), ...result})
copies.clear()
process.exit(0)
