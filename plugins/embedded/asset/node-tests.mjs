// Collected tests and how they are run, one by one, under fuel and a wall limit. Never prints, never exits.

import assert from 'node:assert'

const real = {setTimeout: globalThis.setTimeout, clearTimeout: globalThis.clearTimeout, now: performance.now.bind(performance)}
const nothing = () => {}

const newSuite = (name, up, options = {}) => ({
  name,
  up,
  options,
  kids: [],
  hooks: {before: [], after: [], beforeEach: [], afterEach: []},
  started: false,
  failed: null,
})

const state = {suite: newSuite('', null), pending: [], mock: null, mocha: false}

export const setMock = (mock) => {
  state.mock = mock
}
export const mockOf = () => state.mock

/** Which callback style a lone parameter means: `done` in mocha and jest, the context in node:test and vitest. */
export const setStyle = (style) => {
  state.mocha = style === 'mocha' || style === 'jest'
}

/** Starts collecting one file; returns its root suite. */
export const collectInto = () => {
  state.suite = newSuite('', null)
  state.pending = []
  return state.suite
}
/** Waits for suites whose bodies are asynchronous. */
export const collected = () => Promise.all(state.pending)

export const withSuite = (name, options, fn) => {
  const up = state.suite
  const suite = newSuite(name, up, options)
  up.kids.push(suite)
  if (options.skip || options.todo || !fn) return
  state.suite = suite
  try {
    const going = fn.call({timeout: nothing, slow: nothing, retries: nothing}, {name})
    if (going?.then) state.pending.push(going)
  } finally {
    state.suite = up
  }
}

export const noteTest = (name, options, fn) => {
  state.suite.kids.push({name, options, fn, up: state.suite, isTest: true})
}

export const noteHook = (kind, fn) => {
  if (typeof fn === 'function') state.suite.hooks[kind].push(fn)
}

const isSkipped = (one) => Boolean(one.options.skip || one.options.todo) || Boolean(one.up && isSkipped(one.up))

/** Every test of a file that would run, with a name that is unique in the file. */
export const testsOf = (root) => {
  const seen = new Map()
  const found = []
  const visit = (node, names) => {
    if (node.isTest) {
      const full = [...names, node.name].join(' > ')
      const count = (seen.get(full) ?? 0) + 1
      seen.set(full, count)
      if (!isSkipped(node) && node.fn) found.push({name: count === 1 ? full : `${full} #${count}`, node})
      return
    }
    for (const kid of node.kids) visit(kid, node.up ? [...names, node.name] : names)
  }
  visit(root, [])
  const only = found.filter(({node}) => hasOnly(node))
  return only.length > 0 ? only : found
}
const hasOnly = (node) => Boolean(node.options.only) || Boolean(node.up && hasOnly(node.up))

export class Late extends Error {}

const within = (promise, limitMs) =>
  new Promise((resolve, reject) => {
    const timer = real.setTimeout(() => reject(new Late('took too long')), limitMs)
    promise.then(resolve, reject).finally(() => real.clearTimeout(timer))
  })

class Skip extends Error {}

const callOf = (fn, context, isTest) => {
  const takesDone = isTest ? fn.length >= (state.mocha ? 1 : 2) : state.mocha ? fn.length >= 1 : fn.length >= 2
  const self = {
    timeout: nothing,
    slow: nothing,
    retries: nothing,
    test: {},
    skip: () => {
      throw new Skip()
    },
  }
  if (!takesDone) return Promise.resolve(fn.call(self, context))
  return new Promise((resolve, reject) => {
    const done = (error) => (error ? reject(error instanceof Error ? error : new Error(String(error))) : resolve())
    done.fail = (error) => reject(new Error(String(error)))
    const going = state.mocha ? fn.call(self, done) : fn.call(self, context, done)
    if (going?.then) going.then(nothing, reject)
  })
}

/** The `t` of node:test, as far as tests use it. */
const contextOf = (node, limitMs) => {
  const own = {before: [], after: [], beforeEach: [], afterEach: []}
  const going = []
  let planned = -1
  let counted = 0
  const counting =
    (check) =>
    (...args) => {
      counted += 1
      return check(...args)
    }
  const countedAssert = new Proxy(assert, {
    get: (target, key) => (typeof target[key] === 'function' ? counting(target[key]) : target[key]),
  })
  const sub = async (name, options, fn) => {
    const body = [name, options, fn].find((one) => typeof one === 'function')
    if (!body || options?.skip || options?.todo) return
    counted++
    for (const hook of own.beforeEach) await callOf(hook, context, false)
    const child = contextOf({name: String(name)}, limitMs)
    await callOf(body, child.context, true)
    await child.finish()
    for (const hook of own.afterEach) await callOf(hook, context, false)
  }
  const context = {
    name: node.name,
    fullName: node.name,
    signal: new AbortController().signal,
    assert: countedAssert,
    mock: state.mock,
    task: {name: node.name},
    diagnostic: nothing,
    runOnly: nothing,
    todo: nothing,
    skip: () => {},
    plan: (n) => {
      planned = n
    },
    test: (name, options, fn) => {
      const run = (going.at(-1) ?? Promise.resolve()).then(() => sub(name, options, fn))
      run.catch(nothing)
      going.push(run)
      return run
    },
    before: (fn) => fn(context),
    after: (fn) => own.after.push(fn),
    beforeEach: (fn) => own.beforeEach.push(fn),
    afterEach: (fn) => own.afterEach.push(fn),
    onTestFinished: (fn) => own.after.push(fn),
    onTestFailed: nothing,
  }
  context.it = context.test
  const finish = async () => {
    for (const one of going) await one
    for (const hook of own.after) await callOf(hook, context, false)
    if (planned >= 0 && counted !== planned) throw new Error(`plan expected ${planned} assertions but ran ${counted}`)
  }
  return {context, finish}
}

const chainOf = (suite) => (suite ? [...chainOf(suite.up), suite] : [])

const begin = async (suites) => {
  for (const suite of suites) {
    if (suite.failed) throw suite.failed
    if (suite.started) continue
    suite.started = true
    try {
      for (const hook of suite.hooks.before) await callOf(hook, {}, false)
    } catch (error) {
      suite.failed = error
      throw error
    }
  }
}

const runBody = async (node, suites, limitMs) => {
  await begin(suites)
  const {context, finish} = contextOf(node, limitMs)
  for (const suite of suites) for (const hook of suite.hooks.beforeEach) await callOf(hook, context, false)
  try {
    await callOf(node.fn, node.options.plain ? undefined : context, !node.options.plain)
    await finish()
  } finally {
    for (const suite of suites.toReversed()) for (const hook of suite.hooks.afterEach) await callOf(hook, context, false)
  }
}

/** Runs one test: {ok, error, ms, late}. Skipping itself counts as passing. */
export const runTest = async (node, limitMs) => {
  const started = real.now()
  let error = null
  try {
    await within(runBody(node, chainOf(node.up), limitMs), limitMs)
  } catch (thrown) {
    error = thrown instanceof Skip ? null : (thrown ?? new Error('threw nothing'))
  }
  if (node.options.fails) error = error ? null : new Error('expected to fail')
  return {ok: error === null, error, ms: real.now() - started, late: error instanceof Late}
}

/** Runs the closing hooks of the suites that were begun. */
export const finishFile = async (root, limitMs) => {
  const visit = async (suite) => {
    for (const kid of suite.kids) if (!kid.isTest) await visit(kid)
    if (suite.started) for (const hook of suite.hooks.after) await callOf(hook, {}, false)
  }
  await within(visit(root), limitMs).catch(nothing)
}
