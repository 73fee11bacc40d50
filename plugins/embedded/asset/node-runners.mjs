// Which module stands for which test runner, and the globals that some runners give their tests.

import {createRequire} from 'node:module'
import {join} from 'node:path'

const shim = new URL('./node-shim.mjs', import.meta.url).href
const expectShim = new URL('./node-expect.mjs', import.meta.url).href

export const standInsFor = ({runner}) => {
  const named = new Map([
    ['node:test', shim],
    ['test', shim],
  ])
  if (runner === 'vitest') named.set('vitest', expectShim)
  if (runner === 'jest') named.set('@jest/globals', expectShim)
  if (runner === 'mocha') named.set('mocha', shim)
  return named
}

/** Puts the globals of jest, mocha and vitest in place. node:test has none. */
export const globalsFor = async ({runner, root}) => {
  if (runner === 'node:test' || runner === 'script') return
  const require = createRequire(join(root, 'package.json'))
  globalThis.__pgRequire = require
  globalThis.__pgRunner = runner
  const shelf = await import(runner === 'mocha' ? shim : expectShim)
  for (const name of [
    'describe',
    'context',
    'it',
    'specify',
    'test',
    'before',
    'after',
    'beforeEach',
    'afterEach',
    'beforeAll',
    'afterAll',
    'expect',
    'vi',
    'jest',
  ])
    if (shelf[name] !== undefined) globalThis[name] = shelf[name]
}

/** A copy of arguments that later calls cannot change; undefined when they cannot be copied. */
export const clearArgs = (args, self) => {
  try {
    return {args: structuredClone(args), ...(self === undefined ? {} : {self: structuredClone({...self})})}
  } catch {
    return undefined
  }
}
