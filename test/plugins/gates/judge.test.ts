import {describe, expect, it} from 'vitest'
import {troubleOf} from '../../../plugins/gates/judge.ts'
import type {Ran} from '../../../plugins/gates/run.ts'

const ran = (output: string): Ran => ({exitCode: 7, output, wallMs: 1, record: null, located: undefined, touched: []})

describe('what is said of a command that failed', () => {
  it('is the line that names the error, not what the runtime prints last', () => {
    const output =
      "node:internal/x:124\n      throw err;\n      ^\n\nError [ERR_MODULE_NOT_FOUND]: Cannot find module '/p/a'\n    at x (y:1)\n}\n\nNode.js v24.21.0\n"
    expect(troubleOf(ran(output), 1000)).toBe("exit code 7: Error [ERR_MODULE_NOT_FOUND]: Cannot find module '/p/a'")
    expect(troubleOf(ran('Traceback:\n  File "a.py"\nModuleNotFoundError: No module named \'x\'\n'), 1000)).toBe(
      "exit code 7: ModuleNotFoundError: No module named 'x'",
    )
  })
  it('is the last three lines where none does', () => {
    expect(troubleOf(ran('one\ntwo\nthree\n0 errors\n'), 1000)).toBe('exit code 7: two | three | 0 errors')
    expect(troubleOf(ran(''), 1000)).toBe('exit code 7')
  })
})
