// The closing line, taken from the test runner's own report: `N passed, N failed`, and the skipped if there are any.
// No report, or no test in it, is a failure.

import {readFileSync} from 'node:fs'

const read = (file) => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {success: false, testResults: []}
  }
}

const {success, testResults, numPassedTests: passed = 0, numFailedTests = 0, numPendingTests = 0, numTodoTests = 0} = read(process.argv[2])
// A file that could not be loaded has no tests to fail; it counts as one.
const broken = testResults.filter((file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed')).length
const failed = Math.max(numFailedTests + broken, success && passed > 0 ? 0 : 1)
const skipped = numPendingTests + numTodoTests
process.stdout.write(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`)
process.exit(failed === 0 ? 0 : 1)
