// A stand-in for node:test (and the describe/it globals of other runners) that only collects; `node-tests.mjs` runs.
// It is what test files get when they import the runner, so that one process can run them thousands of times.

import {mockOf, noteHook, noteTest, withSuite} from './node-tests.mjs'

const parts = (name, options, fn) => {
  const given = [name, options, fn]
  return {
    name: String(given.find((one) => typeof one === 'string') ?? given.find((one) => typeof one === 'function')?.name ?? '<anonymous>'),
    options: given.find((one) => one !== null && typeof one === 'object') ?? {},
    fn: given.find((one) => typeof one === 'function'),
  }
}

const declare = (kind, extra) => (name, options, fn) => {
  const one = parts(name, options, fn)
  const put = kind === 'suite' ? withSuite : noteTest
  put(one.name, {...one.options, ...extra}, one.fn)
  return Promise.resolve()
}

// `it.each([[1, 2]])('adds %i', fn)` and its tagged-table form.
const fillName = (name, row, index) => {
  let at = 0
  return String(name)
    .replace(/%[sdifjoOp#%]/g, (mark) =>
      mark === '%%' ? '%' : mark === '%#' ? String(index) : typeof row[at] === 'object' ? JSON.stringify(row[at++]) : String(row[at++]),
    )
    .replace(/\$(\w+)/g, (whole, key) => (row[0] !== null && typeof row[0] === 'object' && key in row[0] ? String(row[0][key]) : whole))
}
const rowsOf = (table, values) => {
  if (!Array.isArray(table) || !('raw' in table)) return table.map((row) => (Array.isArray(row) ? row : [row]))
  const keys = table.raw[0].split('|').map((key) => key.trim())
  const rows = []
  for (let at = 0; at < values.length; at += keys.length) rows.push([Object.fromEntries(keys.map((key, n) => [key, values[at + n]]))])
  return rows
}
const each =
  (make) =>
  (table, ...values) =>
  (name, fn, more) =>
    rowsOf(table, values).forEach((row, index) => {
      const body = typeof fn === 'function' ? fn : more
      make(fillName(name, row, index), {plain: true}, () => body(...row))
    })

const dressed = (kind, extra = {}) => {
  const make = declare(kind, extra)
  make.each = each(make)
  make.for = (table) => (name, fn) => {
    for (const [index, row] of table.entries()) make(fillName(name, [row].flat(), index), {plain: true}, () => fn(row))
  }
  return make
}

const full = (kind) => {
  const make = dressed(kind)
  make.skip = dressed(kind, {skip: true})
  make.todo = dressed(kind, {todo: true})
  make.only = dressed(kind, {only: true})
  make.concurrent = make
  make.sequential = make
  make.fails = dressed(kind, {fails: true})
  make.failing = make.fails
  make.skipIf = (condition) => (condition ? make.skip : make)
  make.runIf = (condition) => (condition ? make : make.skip)
  return make
}

export const suite = full('suite')
export const describe = suite
export const context = suite
export const test = full('test')
export const it = test
export const specify = test
export const before = (fn) => noteHook('before', fn)
export const after = (fn) => noteHook('after', fn)
export const beforeEach = (fn) => noteHook('beforeEach', fn)
export const afterEach = (fn) => noteHook('afterEach', fn)
export const beforeAll = before
export const afterAll = after
export const mock = mockOf()
export const snapshot = {setDefaultSnapshotSerializers: () => {}, setResolveSnapshotPath: () => {}}

Object.assign(test, {test, it, describe, suite, before, after, beforeEach, afterEach, mock, snapshot})
export default test
// What `require('node:test')` gives: the function with everything on it.
export {test as 'module.exports'}
