// The warm JavaScript worker: a process that loads the project's tests again for each candidate and says which pass.
// It talks over IPC only. It runs inside the sandbox, on a throwaway copy; whatever a candidate does stays there.

import {writeFileSync} from 'node:fs'
import net from 'node:net'
import {pathToFileURL} from 'node:url'
import {keepGlobals} from './node-globals.mjs'
import {install} from './node-hooks.mjs'
import {clearArgs, globalsFor, standInsFor} from './node-runners.mjs'
import {collected, collectInto, finishFile, runTest, setMock, setStyle, testsOf} from './node-tests.mjs'
import {openParser} from './parse.mjs'
import {coverProbes, fuelProbes, sorted, splice} from './probe.mjs'
import {framesOf} from './trace.mjs'

const job = JSON.parse(process.argv[2])
const real = {setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, exit: process.exit, send: process.send.bind(process), cwd: process.cwd()}

// -- probes ------------------------------------------------------------------------------------------------------------
// A test that never ends is found by its fuel; while nothing is known of the tests yet, also by the clock.
const fuel = {left: Number.POSITIVE_INFINITY, limit: Number.POSITIVE_INFINITY, until: Number.POSITIVE_INFINITY, out: false}
class OutOfFuel extends Error {}
globalThis.__pgf = () => {
  if (--fuel.left < 0 || (fuel.left % 16_384 === 0 && performance.now() > fuel.until)) {
    fuel.out = true
    throw new OutOfFuel('out of fuel')
  }
}
let hits = new Set()
globalThis.__pgh = (mark) => {
  hits.add(mark)
}
const marks = []
const calls = new Map()
globalThis.__pga = (id, args, self) => {
  if (calls.get(id)?.length < job.maxCalls) calls.get(id).push(clearArgs(args, self))
}

// -- what a candidate leaves behind --------------------------------------------------------------------------------------
const timers = new Set()
const servers = new Set()
const track = (name) => {
  const make = globalThis[name]
  globalThis[name] = Object.assign((...args) => {
    const timer = make(...args)
    timers.add(timer)
    return timer
  }, make)
}
track('setTimeout')
track('setInterval')
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  servers.add(this)
  return listen.apply(this, args)
}
const sweep = () => {
  for (const timer of timers) real.clearTimeout(timer)
  for (const server of servers) {
    server.closeAllConnections?.()
    server.close()
  }
  timers.clear()
  servers.clear()
  process.exitCode = undefined
  if (process.cwd() !== real.cwd) process.chdir(real.cwd)
  mock?.reset()
  mock?.timers.reset()
}

let stray = null
process.on('uncaughtException', (error) => {
  stray = error ?? new Error('uncaught')
})
process.on('unhandledRejection', (error) => {
  stray = error ?? new Error('unhandled rejection')
})
class Exit extends Error {}
process.exit = (code) => {
  throw Object.assign(new Exit(`process.exit(${code ?? process.exitCode ?? 0})`), {exit: code ?? process.exitCode ?? 0})
}
process.abort = process.exit

// -- loading -------------------------------------------------------------------------------------------------------------
const parser = await openParser(job)
await parser.ready(job.extensions.map((extension) => `x${extension}`))
let cover = false
const probed = (path, text) => {
  const root = parser.parse(path, text)
  if (root.broken) return text
  const found = fuelProbes(root)
  if (cover) {
    const {found: more, marks: added} = coverProbes(root, marks.length)
    for (const one of added) marks.push({file: path, ...one})
    found.push(...more)
  }
  return splice(text, sorted(found))
}
const {mock} = await import('node:test')
setMock(mock)
setStyle(job.runner)
const hooks = install({root: job.root, probes: probed, standIns: standInsFor(job)})
await globalsFor(job)
const restoreGlobals = keepGlobals()

let round = 0
/** Loads one test file in a world of its own and gives its tests, or the error that loading ended with. */
const load = async (file) => {
  const root = collectInto()
  hooks.fresh(++round)
  stray = null
  try {
    await import(`${pathToFileURL(file).href}?pg=${round}`)
    await collected()
  } catch (error) {
    if (!(error instanceof Exit && error.exit === 0)) return {root, tests: [], error}
  }
  const tests = testsOf(root)
  return {root, tests, error: stray}
}

const settle = () => new Promise((resolve) => real.setImmediate(resolve))

const runOne = async (node, limitMs) => {
  stray = null
  fuel.left = fuel.limit
  fuel.out = false
  const result = await runTest(node, limitMs)
  if (result.ok) await settle()
  if (result.ok && stray) return {...result, ok: false, error: stray}
  if (fuel.out) return {...result, ok: false, late: true, error: result.error ?? new Error('out of fuel')}
  return result
}

// A file without tests is a script: it passes when it loads and leaves no bad exit code.
const scriptTest = (loaded) => ({name: '(file)', ok: !loaded.error && !process.exitCode, error: loaded.error, ms: 0})

// -- requests ------------------------------------------------------------------------------------------------------------
const told = (error) => ({message: String(error?.message ?? error).slice(0, 1500), frames: framesOf(error, job.root)})

// A loop that is still going after this part of a test's time is taken for an endless one.
const endlessShare = 0.5

const baseline = async ({files, limitMs, fuelLimit}) => {
  cover = true
  const results = []
  for (const file of files) {
    hits = new Set()
    fuel.limit = fuel.left = fuelLimit
    fuel.until = performance.now() + limitMs
    const loaded = await load(file)
    const onLoad = [...hits]
    const rows = loaded.tests.length === 0 || loaded.error ? [{file, ...scriptTest(loaded), hits: onLoad}] : []
    for (const {name, node} of rows.length > 0 ? [] : loaded.tests) {
      hits = new Set()
      fuel.until = performance.now() + limitMs * endlessShare
      const result = await runOne(node, limitMs)
      rows.push({file, name, ...result, hits: [...new Set([...onLoad, ...hits])], fuel: fuel.limit - fuel.left})
    }
    fuel.until = Number.POSITIVE_INFINITY
    await finishFile(loaded.root, limitMs)
    sweep()
    for (const row of rows) results.push({...row, error: undefined, ...(row.ok ? {} : told(row.error ?? new Error('ended with a bad exit code')))})
  }
  return {results, marks, loaded: [...hooks.loaded]}
}

/**
 * Runs the named tests of each file in order, those that must turn green first. Ends early when none of the first two
 * that must pass does, or when one that passed before breaks.
 */
const attempt = async ({path, text, written, plan, limitMs, fuelLimit}) => {
  cover = false
  fuel.limit = fuelLimit
  hooks.begin(++round, path ? {path, text} : null)
  if (path) writeFileSync(path, written)
  const told = {passed: [], failed: [], broke: [], late: false, error: '', done: false}
  for (const {file, names, must} of plan) {
    if (!must && told.passed.length === 0 && told.failed.length > 0) return ended(told)
    fuel.left = fuel.limit
    const loaded = await load(file)
    const byName = new Map(loaded.tests.map((one) => [one.name, one.node]))
    for (const name of names) {
      note(told, `${file}\n${name}`, must, await resultOf(loaded, byName.get(name), name, limitMs))
      if (told.late || told.broke.length > 0 || (told.passed.length === 0 && told.failed.length >= 2)) break
    }
    await finishFile(loaded.root, limitMs)
    sweep()
    if (told.late || told.broke.length > 0 || (told.passed.length === 0 && told.failed.length >= 2)) return ended(told)
  }
  return ended({...told, done: true})
}
const ended = (told) => {
  restoreGlobals()
  return {...told, memory: process.memoryUsage.rss()}
}
const note = (told, id, must, result) => {
  told.late ||= Boolean(result.late)
  ;(result.ok ? told.passed : must ? told.failed : told.broke).push(id)
  if (!result.ok) told.error ||= String(result.error?.message ?? result.error).slice(0, 300)
}
const resultOf = (loaded, node, name, limitMs) => {
  if (loaded.error) return {ok: false, error: loaded.error}
  if (node) return runOne(node, limitMs)
  return name === '(file)' ? scriptTest(loaded) : {ok: false, error: new Error('the test is gone')}
}

const capture = async (request) => {
  const {capturing} = await import('./node-behave.mjs')
  return capturing({...request, hooks, load, runOne, sweep, calls, next: () => ++round, fuel})
}

const behave = async (request) => {
  const {behaving} = await import('./node-behave.mjs')
  return behaving({...request, hooks, next: () => ++round, fuel, sweep})
}

const answers = {baseline, attempt, capture, behave}
process.on('message', async ({id, ask, ...request}) => {
  try {
    real.send({id, ok: true, ...(await answers[ask](request))})
  } catch (error) {
    real.send({id, ok: false, error: String(error?.stack ?? error)})
  }
})
process.on('disconnect', () => real.exit(0))
real.send({id: 0, ok: true})
