// Reporter for Jest. It runs in the main process; tests run in workers or in a context of their own.
'use strict'
const line = require('./line.cjs')

const states = {passed: 'passed', failed: 'failed'}

module.exports = class PenguinReporter {
  constructor() {
    this.out = line.open()
  }

  onRunComplete(_contexts, results) {
    for (const file of results.testResults) {
      if (file.testExecError) {
        this.out.test({name: file.testFilePath, file: file.testFilePath, state: 'failed', message: line.clip(line.plain(file.failureMessage)), whole: true})
        continue
      }
      for (const one of file.testResults) this.put(file.testFilePath, one)
    }
    this.out.end()
  }

  put(file, one) {
    const message = line.plain(one.failureMessages?.[0])
    this.out.test({
      name: [...one.ancestorTitles, one.title].join(' > '),
      file,
      line: line.lineOf({stack: message}, file),
      state: states[one.status] ?? 'skipped',
      ...(one.status === 'failed' ? {message: line.tell({message: message.split('\n    at ')[0], stack: message})} : {}),
    })
  }
}
