// Drives warm Python workers: one that has collected the tests and swaps code, one that imports everything anew.

import {spawn} from 'node:child_process'
import {existsSync, readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {clusterBy} from './cluster.mjs'
import {isRegion, lineCounter} from './generate.mjs'
import {walk} from './parse.mjs'
import {splice} from './probe.mjs'
import {pythonCommand} from './python-command.mjs'

const script = fileURLToPath(new URL('./warm.py', import.meta.url))

const startWorker = (python, words, env) =>
  spawn('env', [...env, python, '-B', '-X', 'utf8', script, JSON.stringify(words)], {
    cwd: words.cwd,
    stdio: ['pipe', 'pipe', words.verbose ? 'inherit' : 'ignore'],
    detached: true,
  })

const end = (child) => {
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    child.kill('SIGKILL')
  }
}

/** A worker that starts when first asked and again after it died. */
const keep = (python, words, env) => {
  let child = null
  let calls = new Map()
  let ready = null
  let next = 1
  const begin = () => {
    const mine = startWorker(python, words, env)
    const own = new Map()
    child = mine
    calls = own
    ready = new Promise((resolve) => own.set(0, resolve))
    let rest = ''
    mine.stdout.setEncoding('utf8').on('data', (chunk) => {
      const lines = (rest + chunk).split('\n')
      rest = lines.pop()
      for (const line of lines) {
        const {id, ...answer} = JSON.parse(line)
        own.get(id)?.(answer)
        own.delete(id)
      }
    })
    mine.stdin.on('error', () => {})
    const gone = () => {
      if (child === mine) child = null
      for (const done of own.values()) done({dead: true})
      own.clear()
    }
    mine.on('error', gone)
    mine.on('exit', gone)
  }
  const waitFor = (own, id, mine, limitMs) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => {
        own.delete(id)
        if (child === mine) child = null
        end(mine)
        resolve({dead: true, late: true})
      }, limitMs)
      own.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
    })
  return {
    async ask(request, limitMs) {
      if (!child) begin()
      const up = await ready
      if (up.dead || !up.ok) return {dead: true, neverStarted: true, error: up.error}
      const mine = child
      if (!mine) return {dead: true}
      const id = next++
      const answer = waitFor(calls, id, mine, limitMs)
      mine.stdin.write(`${JSON.stringify({id, ...request})}\n`)
      return answer
    },
    close() {
      if (child) end(child)
      child = null
    },
  }
}

const pythons = (cwd, root, named) => [
  ...['.venv', 'venv', 'env'].flatMap((name) => [join(cwd, name, 'bin/python'), join(root, name, 'bin/python')]).filter(existsSync),
  ...named,
  'python3',
  'python',
]

/** The function that most of the candidates change: {path, line inside it, members}. */
const groupOf = (candidates, files) => {
  const groups = new Map()
  for (const [at, one] of candidates.entries()) {
    let node = null
    for (const found of walk(files.get(one.path))) if (isRegion(found) && found.start <= one.start && one.start < found.end) node = found
    if (node)
      groups.set(`${one.path}:${node.start}`, {
        path: one.path,
        line: lineCounter(node.source)(node.view.body.start),
        members: [...(groups.get(`${one.path}:${node.start}`)?.members ?? []), at],
      })
  }
  return [...groups.values()].sort((a, b) => b.members.length - a.members.length)[0]
}

/** `job.known`: what another driver of the same project has found out, so that no baseline is needed. */
export const openPythonDriver = async (job) => {
  const parts = pythonCommand(job.command, job.runner, job.cwd)
  const words = {root: job.root, cwd: job.cwd, ...parts.words}
  const known = job.known ?? {python: '', limits: {wall: 5, fuel: 1e6}, careful: new Set(), unsure: new Set()}
  const {limits, careful, unsure} = known
  let cold = null
  let warm = null
  const openCold = () => keep(known.python, {...words, mode: 'fresh'}, parts.env)
  const openWarm = () => keep(known.python, {...words, mode: 'collected'}, parts.env)
  if (job.known) [cold, warm] = [openCold(), openWarm()]
  const texts = new Map()
  let dirty = null
  const textOf = (path) => {
    if (!texts.has(path)) texts.set(path, readFileSync(path, 'utf8'))
    return texts.get(path)
  }
  const restore = (except) => {
    if (dirty && dirty !== except) writeFileSync(dirty, texts.get(dirty))
    dirty = except ?? null
  }
  // Tests that pass when they run alone and with reports, but not here, would refuse every candidate.
  const calibrate = async (ids, wallMs) => {
    const wall = Math.min(limits.wall * 2, wallMs / 2000)
    const ask = (some) => warm.ask({ask: 'calibrate', ids: some, careful: [...careful], fuel: limits.fuel, wall}, wall * 1000 + 3000)
    const first = (await ask(ids)).failed ?? []
    if (first.length === 0) return
    for (const id of first) careful.add(id)
    for (const id of (await ask(first)).failed ?? []) unsure.add(id)
  }
  const asked = (plan) => plan.map(({file, names, must}) => ({file, ids: names.filter((one) => !unsure.has(one)), must})).filter((one) => one.ids.length > 0)
  const rowOf = (row) => ({...row, name: row.id, frames: row.frames ?? [], ms: row.ms ?? 0})
  return {
    language: 'py',
    async baseline(wallMs) {
      let why = 'no Python interpreter was found'
      for (const python of [...new Set(pythons(job.cwd, job.root, parts.pythons))]) {
        known.python = python
        cold = openCold()
        const answer = await cold.ask({ask: 'baseline', wall: wallMs / 1000}, wallMs + 2000)
        if (answer.dead || !answer.ok || answer.crash || answer.late) {
          why = answer.error ?? answer.crash ?? (answer.late ? 'the tests took too long' : `${python} could not run the worker`)
          cold.close()
          if (answer.late) break
          continue
        }
        warm = openWarm()
        const tests = answer.rows.filter((row) => !row.skipped).map(rowOf)
        // What fails after long was likely endless: it says nothing about how long a test may take.
        const ending = tests.filter((one) => one.ok || (!one.late && one.ms < 2000))
        limits.fuel = 20_000 + Math.max(0, ...ending.map((one) => one.fuel ?? 0)) * 10
        limits.wall = 1 + (ending.reduce((sum, one) => sum + one.ms, 0) * 4) / 1000
        await calibrate(
          tests.filter((one) => one.ok).map((one) => one.name),
          wallMs,
        )
        return {tests, marks: answer.marks}
      }
      return {error: why}
    },
    async evaluate({path, edits}, plan) {
      const text = splice(textOf(path), [], edits)
      restore(path)
      const request = {path, text, plan: asked(plan), careful: [...careful], wall: limits.wall, fuel: limits.fuel}
      const first = await warm.ask({ask: 'attempt', ...request}, limits.wall * 1000 + 3000)
      const answer = first.fresh || first.neverStarted ? await cold.ask({ask: 'fresh', ...request}, limits.wall * 1000 + 5000) : first
      if (answer.dead || !answer.ok) return {passed: [], failed: [], late: Boolean(answer.late), crashed: !answer.late, error: answer.error}
      return answer
    },
    /** Clusters of candidates by behaviour: those of the function that most of them change. */
    async cluster(candidates, {planOf, left, files}) {
      const nothing = {
        of: candidates.map((_, at) => at),
        count: candidates.length,
        inputs: 0,
        difference: null,
        strain: candidates.map(() => 0),
        compared: false,
      }
      const group = groupOf(candidates, files)
      const wall = Math.min(12, (left() - 1000) / 1000)
      if (!group || wall < 1) return nothing
      const {path, line, members} = group
      const texts = members.map((at) => splice(textOf(path), [], candidates[at].edits))
      const plan = asked(planOf(path))
      const answer = await warm.ask({ask: 'cluster', path, line, plan, texts, seed: job.seed ?? 0, fuel: limits.fuel, wall}, wall * 1000 + 2000)
      const inputs = answer.rows?.find((row) => row.inputs)?.inputs ?? []
      const [original, ...found] = (answer.rows ?? []).filter((row) => 'outputs' in row).map((row) => row.outputs)
      if (inputs.length === 0 || !original) return nothing
      const outputs = candidates.map((_, at) => (members.includes(at) ? (found[members.indexOf(at)] ?? null) : null))
      return {...clusterBy(outputs, original, inputs, (input) => input), compared: outputs.some((one) => one !== null)}
    },
    /** The same for another copy of the project. */
    twin: (place) => openPythonDriver({...job, ...place, known}),
    rest() {
      restore()
    },
    close() {
      warm?.close()
      cold?.close()
    },
  }
}
