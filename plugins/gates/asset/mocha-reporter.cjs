// Reporter for Mocha: writes our lines and prints what the `spec` reporter prints.
'use strict'
const {createRequire} = require('node:module')
const path = require('node:path')
const line = require('./line.cjs')

// Mocha may be installed anywhere: it is the one that loaded us, or the project's.
const specOf = () => {
  for (const base of [process.argv[1], path.join(process.cwd(), 'package.json')]) {
    try {
      return createRequire(base)('mocha').reporters.Spec
    } catch {}
  }
  return undefined
}

const nameOf = (test) => test.titlePath().join(' > ')

module.exports = function PenguinReporter(runner, options) {
  const out = line.open()
  const Spec = specOf()
  if (Spec) new Spec(runner, options)
  const put = (test, state, error) =>
    out.test({
      name: nameOf(test),
      file: test.file,
      line: line.lineOf(error, test.file),
      state,
      ...(state === 'failed' ? {message: line.tell(error), ...(test.type === 'hook' ? {whole: true} : {})} : {}),
    })
  runner.on('pass', (test) => put(test, 'passed'))
  runner.on('fail', (test, error) => put(test, 'failed', error))
  runner.on('pending', (test) => put(test, 'skipped'))
  runner.on('end', () => out.end())
}
