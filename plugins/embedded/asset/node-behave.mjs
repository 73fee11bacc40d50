// How a JavaScript function behaves: its arguments are kept while tests run, more are made from them, and every
// version of the function is called with all of them. Runs inside the warm worker.

import {pathToFileURL} from 'node:url'
import {inspect} from 'node:util'
import {inputsFrom} from './mutate.mjs'

const mostInputs = 160

/** An expression that reaches the function from the end of its module, or '' when nothing does. */
export const reach = (node) => {
  const named = node.view.name
  const owner = node.up
  if (node.type === 'method_definition') {
    const holder = owner?.up
    if (holder?.type !== 'class_declaration' || !isTop(holder) || named === 'constructor' || named.startsWith('#')) return ''
    const isStatic = node.kids.some((kid) => kid.type === 'static')
    const isGetter = node.kids.some((kid) => kid.type === 'get' || kid.type === 'set')
    const from = isStatic ? holder.view.name : `${holder.view.name}.prototype`
    return isGetter ? `Object.getOwnPropertyDescriptor(${from}, ${JSON.stringify(named)}).get` : `${from}[${JSON.stringify(named)}]`
  }
  if (node.type === 'function_declaration') return isTop(node) ? named : ''
  return owner?.type === 'variable_declarator' && isTop(owner.up) ? named : ''
}
const isTop = (node) => node.up?.type === 'program' || (node.up?.type === 'export_statement' && node.up.up?.type === 'program')

/** Name of the class whose prototype a kept `this` gets back. */
export const ownerOf = (node) => (node.type === 'method_definition' && !node.kids.some((kid) => kid.type === 'static') ? (node.up?.up?.view?.name ?? '') : '')

const described = (value) => inspect(value, {depth: 6, maxArrayLength: 200, maxStringLength: 2000, breakLength: Number.POSITIVE_INFINITY, sorted: true})

const settled = async (value, limitMs) => {
  if (typeof value?.then !== 'function') return value?.next && typeof value[Symbol.iterator] === 'function' ? ['iterator', ...take(value, 50)] : value
  let timer
  try {
    return await Promise.race([
      value,
      new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error('took too long')), limitMs)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
const take = (iterator, most) => {
  const found = []
  for (const one of iterator) if (found.push(one) >= most) break
  return found
}

const called = async ({fn, owner}, {args, self}, fuel, limit) => {
  fuel.left = limit
  const own = structuredClone(args)
  const at = self === undefined ? undefined : Object.assign(Object.create(owner?.prototype ?? Object.prototype), structuredClone(self))
  try {
    const result = await settled(fn.apply(at, own), 300)
    // What it did to its arguments is behaviour too.
    return `= ${described(result)} | ${described(own)}${at ? ` | ${described({...at})}` : ''}`
  } catch (error) {
    return `! ${error?.name === 'Error' || error instanceof Error ? error.constructor.name : typeof error}${fuel.left < 0 ? ' fuel' : ''}`
  }
}

/** Runs `plan` with the probed text; the calls that were seen come back as inputs. */
export const capturing = async ({path, text, plan, limitMs, seed, hooks, load, runOne, sweep, calls, next, fuel}) => {
  calls.set(0, [])
  hooks.begin(next(), {path, text})
  fuel.limit = 1e7
  for (const {file, names} of plan) {
    const loaded = await load(file)
    const byName = new Map(loaded.tests.map((one) => [one.name, one.node]))
    for (const name of names) if (byName.get(name)) await runOne(byName.get(name), limitMs)
    sweep()
  }
  const seen = calls.get(0).filter(Boolean)
  calls.clear()
  return {inputs: inputsFrom(seen, mostInputs, seed), seen: seen.length}
}

/** Calls one version of the function (its module's text ends by putting it into `__pgFn`) with every input. */
export const behaving = async ({path, text, inputs, fuelLimit, hooks, next, fuel, sweep}) => {
  globalThis.__pgFn = undefined
  const round = next()
  hooks.begin(round, {path, text})
  fuel.left = fuelLimit
  await import(`${pathToFileURL(path).href}?pg=${round}`)
  if (typeof globalThis.__pgFn?.fn !== 'function') return {outputs: null}
  const outputs = []
  for (const input of inputs) outputs.push(await called(globalThis.__pgFn, input, fuel, fuelLimit))
  sweep()
  return {outputs}
}
