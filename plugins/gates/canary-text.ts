// The text of the canaries for the JavaScript runners. Each checks first that a list of assertions really throws, and only
// then fails: an assertion that has been disarmed makes the canary pass, which gives it away.

import type {Runner} from './locate.ts'

export interface CanaryPlan {
  title: string
  index: number
  /** A number nobody could know before. */
  n: number
  /** Test files to load first, as import specifiers relative to the canary. */
  importing: string[]
  /** Is the canary's own file certainly a module? */
  module: boolean
}

/** Fails unless something has been put in the place of an assertion or of the runner while the tests ran. */
export const wholeKind = 'whole'

export const kinds = (runner: Runner): string[] => {
  if (runner === 'jest') return ['throws', 'assert', 'expect']
  if (runner === 'vitest') return ['throws', 'assert', 'expect', wholeKind]
  return runner === 'node:test' ? ['throws', 'assert', wholeKind] : ['throws', 'assert']
}

const name = (plan: CanaryPlan, kind: string): string => JSON.stringify(`${plan.title} ${plan.index} ${kind}`)

const must = `
const must = async (checks) => {
  for (const check of checks) {
    let threw = false
    try { await check() } catch { threw = true }
    if (!threw) return
  }
  throw new Error('canary')
}`

const assertChecks = `[
    () => assert(false), () => assert.ok(n < 0), () => assert.equal(n, n + 1), () => assert.strictEqual(n, n + 1),
    () => assert.deepEqual({n}, {n: n + 1}), () => assert.deepStrictEqual([n], [n + 1]), () => assert.notStrictEqual(n, n),
    () => assert.strict.equal(String(n), String(n + 1)), () => assert.match('a', /b/), () => assert.throws(() => {}),
    () => assert.rejects(Promise.resolve(n)), () => assert.fail('canary'),
  ]`

const expectChecks = `[
    () => expect(n).toBe(n + 1), () => expect(n).toEqual(n + 1), () => expect({n}).toEqual({n: n + 1}), () => expect({n}).toStrictEqual({n: n + 1}),
    () => expect(n).not.toBe(n), () => expect(n < 0).toBeTruthy(), () => expect([n]).toContain(n + 1), () => expect([n]).toHaveLength(2),
    () => expect('a').toMatch(/b/), () => expect(n).toBeGreaterThan(n + 1), () => expect(() => {}).toThrow(), () => expect(String(n)).toBe(String(n + 1)),
    () => expect({n}).toMatchObject({n: n + 1}), () => expect(n).toBeNull(), () => expect(Promise.resolve(n)).resolves.toBe(n + 1),
  ]`

// Set before the project's code is loaded. What is put back at once was written all the same.
const watching = `
const written = []
const kept = []
const watch = (owner, label) => {
  for (const key of Object.getOwnPropertyNames(owner)) {
    const own = Object.getOwnPropertyDescriptor(owner, key)
    if (!own.configurable) continue
    if (typeof own.value !== 'function') {
      if (own.get) kept.push([owner, key, own.get, label + key])
      continue
    }
    let value = own.value
    const get = () => value
    const set = (next) => {
      if (next !== value) written.push(label + key)
      value = next
    }
    Object.defineProperty(owner, key, {configurable: true, enumerable: own.enumerable, get, set})
    kept.push([owner, key, get, label + key])
  }
}
const judging = [
  [Object, ['is']], [JSON, ['stringify']], [Array, ['isArray']], [Number, ['isNaN']], [Math, ['abs']], [RegExp.prototype, ['test']],
  [Array.prototype, ['every', 'some', 'includes']], [String.prototype, ['includes', 'startsWith', 'endsWith']],
].flatMap(([owner, keys]) => keys.map((key) => [owner, key, owner[key]]))
const keptDescriptor = Object.getOwnPropertyDescriptor
const whole = () => {
  for (const [owner, key, get, label] of kept) if (keptDescriptor(owner, key)?.get !== get) written.push(label)
  for (const [owner, key, value] of judging) if (owner[key] !== value) written.push(key)
  if (written.length === 0) throw new Error('canary')
}`

// A canary that could not load its test file is silent about it: that is then compared with the start of the run.
const loads = (plan: CanaryPlan): string =>
  ['let loaded = true', ...plan.importing.map((path) => `try { await import(${JSON.stringify(path)}) } catch { loaded = false }`)].join('\n')

const throws = (register: string, plan: CanaryPlan, options = ''): string =>
  `if (loaded) ${register}(${name(plan, 'throws')}, ${options}() => { throw new Error('canary') })`

const vitest = (plan: CanaryPlan): string => `// @ts-nocheck
import * as own from 'vitest'
import {createRequire} from 'node:module'
${watching}
const strict = createRequire(import.meta.url)('node:assert')
watch(strict, 'assert.')
watch(strict.strict, 'assert.strict.')
if (own.chai?.Assertion) watch(own.chai.Assertion.prototype, 'expect().')
${loads(plan)}
const n = ${plan.n}
const test = globalThis.test ?? own.test
const it = own.it
const expect = globalThis.expect ?? own.expect
${must}
${throws('test', plan)}
it(${name(plan, 'expect')}, () => must(${expectChecks}))
test(${name(plan, 'assert')}, async () => {
  const {default: assert} = await import('node:assert')
  return must(${assertChecks})
})
if (loaded) test(${name(plan, wholeKind)}, whole)
`

// Jest runs CommonJS and modules; only a module may await while it loads. Where neither is certain, a hook loads the file.
const jestLoads = (plan: CanaryPlan): string => {
  if (plan.module) return loads(plan)
  const required = plan.importing.map((path) => `require(${JSON.stringify(path.replace(/\.[cm]?[jt]sx?$/, ''))})`).join('; ')
  const imported = plan.importing.map((path) => `await import(${JSON.stringify(path)})`).join('; ')
  return `let loaded = true
if (typeof require === 'function') try { ${required} } catch (e) { loaded = false }
else beforeAll(async () => { try { ${imported} } catch (e) {} })`
}

const jest = (plan: CanaryPlan): string => `// @ts-nocheck
${jestLoads(plan)}
{
const n = ${plan.n}
${must}
${throws('test', plan)}
it(${name(plan, 'expect')}, () => must(${expectChecks}))
test(${name(plan, 'assert')}, async () => {
  const assert = typeof require === 'function' ? require('node:assert') : (await import('node:assert')).default
  return must(${assertChecks})
})
}
`

const node = (plan: CanaryPlan): string => `import {createRequire} from 'node:module'
const own = createRequire(import.meta.url)
const runner = own('node:test')
const assert = own('node:assert')
${watching}
watch(assert, 'assert.')
watch(assert.strict, 'assert.strict.')
watch(runner, 'test.')
${loads(plan)}
const n = ${plan.n}
${must}
${throws('runner.test', plan, '{only: true}, ')}
runner.it(${name(plan, 'assert')}, {only: true}, () => must(${assertChecks}))
if (loaded) runner.test(${name(plan, wholeKind)}, {only: true}, whole)
`

const mocha = (plan: CanaryPlan): string => `import {createRequire} from 'node:module'
const own = createRequire(import.meta.url)
let loaded = true
for (const file of ${JSON.stringify(plan.importing)}) {
  try { own(file) } catch (error) {
    if (error?.code !== 'ERR_REQUIRE_ESM' && error?.code !== 'ERR_REQUIRE_ASYNC_MODULE') loaded = false
    else try { await import(file) } catch { loaded = false }
  }
}
const assert = own('node:assert')
const n = ${plan.n}
let chai
try { chai = await import(createRequire(process.cwd() + '/package.json').resolve('chai')) } catch {}
${must}
const register = globalThis.it ?? globalThis.test
${throws('register', plan)}
register(${name(plan, 'assert')}, async () => {
  await must(chai === undefined ? ${assertChecks} : [
    () => chai.expect(n).to.equal(n + 1), () => chai.expect({n}).to.deep.equal({n: n + 1}), () => chai.expect(n < 0).to.be.true,
    () => chai.assert.equal(n, n + 1), () => chai.assert.strictEqual(n, n + 1), () => chai.assert(false), ...${assertChecks},
  ])
})
`

/** A canary that lies beside the test file it loads. */
export const planted = (runner: 'vitest' | 'jest', plan: CanaryPlan): string => (runner === 'vitest' ? vitest(plan) : jest(plan))

/** A canary that lies on the desk and is named on the command line. */
export const desksCanary = (runner: Runner, plan: CanaryPlan): string => (runner === 'mocha' ? mocha(plan) : node(plan))
