// Drives warm JavaScript workers: asks, waits with a limit, and starts a new one when a candidate has hung or killed it.

import {fork} from 'node:child_process'
import {readFileSync, writeFileSync} from 'node:fs'
import {clusterNode} from './node-cluster.mjs'
import {fuelProbes, splice} from './probe.mjs'

const start = (job) =>
  fork(new URL('./node-worker.mjs', import.meta.url), [JSON.stringify(job)], {
    cwd: job.cwd,
    execPath: process.execPath,
    execArgv: ['--no-warnings', '--max-old-space-size=768', '--stack-size=700'],
    stdio: ['ignore', 'ignore', job.verbose ? 'inherit' : 'ignore', 'ipc'],
    serialization: 'advanced',
  })

const end = (child) => child.kill('SIGKILL')

/** One worker that is replaced when it dies: `ask(request, limitMs)` gives the answer, or {dead: true, late?}. */
const keep = (job) => {
  let child = null
  let waiting = new Map()
  let next = 1
  let ready = null
  const fresh = () => {
    const mine = start(job)
    const calls = new Map()
    child = mine
    waiting = calls
    ready = new Promise((resolve) => calls.set(0, resolve))
    mine.on('message', ({id, ...answer}) => {
      calls.get(id)?.(answer)
      calls.delete(id)
    })
    mine.on('exit', () => {
      if (child === mine) child = null
      for (const done of calls.values()) done({dead: true})
      calls.clear()
    })
  }
  const ask = async (request, limitMs) => {
    if (!child) fresh()
    const up = await ready
    if (up.dead) return {dead: true, neverStarted: true}
    const id = next++
    const mine = child
    if (!mine) return {dead: true}
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        waiting.delete(id)
        if (child === mine) child = null
        end(mine)
        resolve({dead: true, late: true})
      }, limitMs)
      waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      mine.send({id, ...request}, () => {})
    })
  }
  return {
    ask,
    renew() {
      if (child) end(child)
      child = null
    },
    close() {
      if (child) end(child)
      child = null
    },
  }
}

/** A fresh process now and then: what candidates leave behind is not all in sight. */
const renewAfter = 1000
const memoryLimit = 500 * 1024 * 1024

/**
 * `job`: {root, cwd, files, runner, treeSitter, grammarDir, extensions}; `parser` is the searcher's own.
 * `limits` are those that another driver of the same project has found. Gives `baseline()` and `evaluate(candidate, plan)`; tests are {id, file, name, ok, message, frames, ms, fuel, hits}.
 */
export const openNodeDriver = (job, parser, limits = {test: 2000, fuel: 1e7, whole: 20_000}) => {
  const worker = keep(job)
  const bases = new Map()
  const baseOf = (path) => {
    if (!bases.has(path)) {
      const text = readFileSync(path, 'utf8')
      const root = parser.parse(path, text)
      bases.set(path, {text, fuel: root.broken ? [] : fuelProbes(root)})
    }
    return bases.get(path)
  }
  // Candidates are also written to the copy, for tests that start programs; one file at a time differs.
  let written = null
  let served = 0
  const restore = (except) => {
    if (written && written !== except) writeFileSync(written, baseOf(written).text)
    written = except ?? null
  }
  return {
    language: 'js',
    async baseline(wallMs) {
      const ask = (fuelLimit) => worker.ask({ask: 'baseline', files: job.files, limitMs: Math.min(5000, wallMs), fuelLimit}, wallMs)
      const first = await ask(1e9)
      // An endless loop that collects something fills the memory before its time is over.
      const answer = first.dead && !first.late && !first.neverStarted ? await ask(2e6) : first
      if (answer.dead || !answer.ok) return {error: answer.error ?? (answer.late ? 'the tests took too long' : 'the worker ended')}
      const tests = answer.results.map((one) => ({...one, id: `${one.file}\n${one.name}`}))
      const ending = tests.filter((one) => !one.late)
      const slowest = Math.max(...ending.map((one) => one.ms), 1)
      limits.test = Math.min(4000, 150 + slowest * 8)
      limits.fuel = 50_000 + Math.max(0, ...ending.map((one) => one.fuel ?? 0)) * 10
      limits.whole = 1500 + ending.reduce((sum, one) => sum + one.ms, 0) * 6
      worker.renew()
      return {tests, marks: answer.marks, loaded: answer.loaded}
    },
    /** `plan`: [{file, names, must}]. */
    async evaluate({path, edits}, plan) {
      const base = baseOf(path)
      restore(path)
      const request = {
        ask: 'attempt',
        path,
        text: splice(base.text, base.fuel, edits),
        written: splice(base.text, [], edits),
        plan,
        limitMs: limits.test,
        fuelLimit: limits.fuel,
      }
      const answer = await worker.ask(request, limits.whole)
      if (answer.dead) return {passed: [], failed: [], late: Boolean(answer.late), crashed: !answer.late}
      if (!answer.ok) return {passed: [], failed: [], crashed: true, error: answer.error}
      served += 1
      if (answer.memory > memoryLimit || served % renewAfter === 0) worker.renew()
      return answer
    },
    /** Clusters of candidates by behaviour; undefined where the function cannot be called from outside. */
    cluster: (candidates, context) => clusterNode({ask: worker.ask, baseOf, limits, seed: job.seed ?? 0}, candidates, context),
    /** The same for another copy of the project, whose test files are `files`. */
    twin: (place) => openNodeDriver({...job, ...place}, parser, limits),
    /** Ends the worker and puts the copy as it was. */
    rest() {
      worker.renew()
      restore()
    },
    close: worker.close,
  }
}
