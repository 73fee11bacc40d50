// Stands for vitest and @jest/globals: tests are collected by our stand-in, `expect` and spies come from the project's
// own packages, so that matchers behave as they do there.

import {createRequire} from 'node:module'
import {dirname, join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {after, afterAll, afterEach, before, beforeAll, beforeEach, context, describe, it, specify, suite, test} from './node-shim.mjs'

const require = globalThis.__pgRequire
const load = async (from, name) => import(pathToFileURL(from.resolve(name)).href)
const tryEach = async (tries) => {
  for (const one of tries) {
    try {
      return await one()
    } catch {
      // the next way
    }
  }
  return undefined
}

// A package that is a dependency of another one is found from there.
const within = (name) => createRequire(require.resolve(`${name}/package.json`))

// Newer versions can be used outside of their workers; what they ask of a worker is a few words.
const wholeVitest = async () => {
  globalThis.__vitest_worker__ ??= {filepath: '', config: {}, ctx: {}, environment: {name: 'node'}}
  const {expect: real, vi: tools} = await import(pathToFileURL(join(dirname(require.resolve('vitest/package.json')), 'dist/index.js')).href)
  real(1).toBe(1)
  return {expect: real, spies: {fn: tools.fn, spyOn: tools.spyOn, isMockFunction: tools.isMockFunction}}
}

const fromVitest = async () => {
  const inner = within('vitest')
  const expectPackage = await load(inner, '@vitest/expect')
  const chai = expectPackage.chai ?? (await load(inner, 'chai'))
  const {JestAsymmetricMatchers, JestChaiExpect, JestExtend} = expectPackage
  for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin)
  const made = (value, message) => chai.expect(value, message)
  Object.assign(made, chai.expect, globalThis[expectPackage.ASYMMETRIC_MATCHERS_OBJECT] ?? {})
  const states = {assertionCalls: 0, testPath: '', currentTestName: '', isExpectingAssertions: false, expectedAssertionsNumber: null}
  expectPackage.setState?.(states, made)
  made.getState = () => expectPackage.getState?.(made) ?? states
  made.setState = (state) => expectPackage.setState?.(state, made)
  made.extend = (matchers) => chai.expect.extend(made, matchers)
  made.assertions = () => {}
  made.hasAssertions = () => {}
  made.unreachable = (message) => {
    throw new Error(message ?? 'unreachable')
  }
  globalThis[expectPackage.GLOBAL_EXPECT ?? Symbol.for('expect-global')] = made
  const spy = await load(createRequire(inner.resolve('@vitest/expect')), '@vitest/spy').catch(() => load(inner, '@vitest/spy'))
  return {expect: made, spies: {fn: spy.fn, spyOn: spy.spyOn, isMockFunction: spy.isMockFunction}}
}

const fromJest = async () => {
  const inner = within('jest')
  const found = await tryEach([() => load(require, 'expect'), () => load(inner, 'expect'), () => load(createRequire(inner.resolve('@jest/core')), 'expect')])
  const mocks = await tryEach([
    () => load(require, 'jest-mock'),
    () => load(inner, 'jest-mock'),
    () => load(createRequire(inner.resolve('@jest/core')), 'jest-mock'),
  ])
  const mocker = new (mocks.ModuleMocker ?? mocks.default.ModuleMocker)(globalThis)
  return {
    expect: found.expect ?? found.default.expect ?? found.default,
    spies: {fn: mocker.fn.bind(mocker), spyOn: mocker.spyOn.bind(mocker), isMockFunction: mocker.isMockFunction?.bind(mocker)},
  }
}

const found = (await tryEach([globalThis.__pgRunner === 'jest' ? fromJest : wholeVitest, fromVitest, fromJest])) ?? {}
if (!found.expect) throw new Error('the expect of the test runner could not be loaded')

// Clocks are node:test's own.
const {mock} = test
const spied = []
const spies = {
  ...found.spies,
  spyOn: (...args) => {
    const made = found.spies.spyOn(...args)
    spied.push(made)
    return made
  },
}
const each = (name) => () => {
  for (const one of spied) one[name]?.()
  return tools
}
const set = new Map()
const tools = {
  ...spies,
  mocked: (value) => value,
  clearAllMocks: each('mockClear'),
  resetAllMocks: each('mockReset'),
  restoreAllMocks: () => {
    for (const one of spied.splice(0)) one.mockRestore?.()
    return tools
  },
  useFakeTimers: (options) => {
    mock.timers.reset()
    mock.timers.enable({apis: ['setTimeout', 'setInterval', 'setImmediate', 'Date'], now: options?.now ?? Date.now()})
    return tools
  },
  useRealTimers: () => {
    mock.timers.reset()
    return tools
  },
  setSystemTime: (time) => {
    try {
      mock.timers.setTime(Number(new Date(time)))
    } catch {
      mock.timers.enable({apis: ['Date'], now: Number(new Date(time))})
    }
    return tools
  },
  advanceTimersByTime: (ms) => {
    mock.timers.tick(ms)
    return tools
  },
  advanceTimersByTimeAsync: async (ms) => {
    mock.timers.tick(ms)
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve()
    return tools
  },
  runAllTimers: () => {
    mock.timers.runAll()
    return tools
  },
  runOnlyPendingTimers: () => {
    mock.timers.runAll()
    return tools
  },
  stubGlobal: (name, value) => {
    if (!set.has(name)) set.set(name, globalThis[name])
    globalThis[name] = value
    return tools
  },
  unstubAllGlobals: () => {
    for (const [name, value] of set) globalThis[name] = value
    set.clear()
    return tools
  },
  setConfig: () => {},
  setTimeout: () => tools,
  waitFor: async (check) => {
    for (let turn = 0; ; turn += 1) {
      try {
        return await check()
      } catch (error) {
        if (turn > 40) throw error
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
  },
}

export const {expect} = found
export const vi = tools
export const vitest = tools
export const jest = tools
export const expectTypeOf = () => new Proxy(() => {}, {get: () => () => {}})
export const assertType = () => {}
export {after, afterAll, afterEach, before, beforeAll, beforeEach, context, describe, it, specify, suite, test}
