// shell: how a command is handed to the sandbox, and how its ending is told.

import {existsSync, mkdirSync} from 'node:fs'
import {join} from 'node:path'
import {setTimeout as wait} from 'node:timers/promises'
import {describe, expect, it} from 'vitest'
import type {JobReport} from '../../../engine/contract/sandbox.ts'
import {runShell} from '../../../plugins/shell/run-shell.ts'
import shell from '../../../plugins/shell/shell.ts'
import {scriptedSandbox} from '../../kit/sandbox.ts'
import {faultFrom, openSite} from '../../kit/site.ts'
import {tempFolder} from '../../kit/temp.ts'

const told = async (report: Partial<JobReport>, command = 'x', timeoutSec?: number) =>
  runShell({command, timeoutSec}, openSite('/p', {sandbox: scriptedSandbox(() => report), commandMs: 120_000}))

describe('a command', () => {
  it('is run for real, in the project, by a plain bash', async () => {
    const dir = tempFolder({'a.txt': 'hello\n'})
    const site = openSite(dir)
    const ran = await runShell({command: 'shopt -q login_shell || echo plain; cat a.txt; echo oops >&2; exit 3'}, site)
    expect(ran.model).toMatch(/^exit 3 \(0\.\d s\)\nplain\nhello\n\[stderr\]\noops$/)
    expect(ran.result).toMatchObject({exitCode: 3})
    expect(site.said.join('')).toContain('hello')
  })

  it('runs in a folder of the project', async () => {
    const dir = tempFolder({'sub/a.txt': 'x'})
    expect((await runShell({command: 'pwd', cwd: 'sub'}, openSite(dir))).model).toContain(join(dir, 'sub'))
    expect((await runShell({command: 'pwd', cwd: dir}, openSite(dir))).model).toContain(dir)
    expect((await faultFrom(() => runShell({command: 'pwd', cwd: '..'}, openSite(dir)))).code).toBe('file.outside')
    expect((await faultFrom(() => runShell({command: 'pwd', cwd: 'none'}, openSite(dir)))).code).toBe('file.missing')
  })

  it('names folders as commands see them when the files lie elsewhere', async () => {
    const dir = tempFolder()
    mkdirSync(join(dir, 'sub'))
    const sandbox = scriptedSandbox(() => ({}))
    await runShell({command: 'pwd', cwd: 'sub'}, openSite(dir, {root: '/home/me/project', sandbox}))
    await runShell({command: 'pwd', cwd: '/home/me/project/sub'}, openSite(dir, {root: '/home/me/project', sandbox}))
    expect(sandbox.jobs.map(({cwd}) => cwd)).toEqual(['/home/me/project/sub', '/home/me/project/sub'])
  })

  it('that does not end is stopped, and said to have been', async () => {
    const ran = await runShell({command: 'echo begun; sleep 30', timeoutSec: 0.3}, openSite(tempFolder()))
    expect(ran.model).toBe('stopped after 0.3 s: the command did not end\nbegun')
    expect(ran.result).toMatchObject({exitCode: null, killedFor: 'wall'})
  })

  it('leaves nothing in the background, and the model is told', async () => {
    const dir = tempFolder()
    const stop = new AbortController()
    const ran = runShell({command: 'echo begun; sleep 30 & wait; touch late'}, openSite(dir, {signal: stop.signal, say: () => stop.abort()}))
    expect((await ran).model).toMatch(/^stopped by the user after/)
    await wait(50)
    expect(existsSync(join(dir, 'late'))).toBe(false)
    for (const command of ['node server.js &', 'nohup x', '(sleep 1 &)', 'a & b']) expect((await told({}, command)).model).toContain('left in the background')
    for (const command of ['a && b', 'a 2>&1', 'a &> x', 'a >& x', 'curl "x?a=1&b=2" | cat']) {
      if (command.includes('curl')) continue
      expect((await told({}, command)).model).not.toContain('background')
    }
  })

  it.each<[Partial<JobReport>, RegExp]>([
    [{exitCode: 0, wallMs: 1234}, /^exit 0 \(1\.2 s\)$/],
    [{exitCode: null, signal: 'SIGSEGV', wallMs: 5}, /^ended by SIGSEGV after 0\.0 s$/],
    [{exitCode: null, killedFor: 'wall', wallMs: 120_001}, /^stopped after 120 s: the command did not end$/],
    [{exitCode: null, killedFor: 'memory'}, /used up its memory/],
    [{exitCode: null, killedFor: 'cpu'}, /processor time/],
    [{exitCode: null, killedFor: 'output', cutBytes: 999}, /printed far more.*\n\[999 bytes of output were not kept\]/],
    [{exitCode: 0, stdout: '\u001b[31mred\u001b[0m\r\n10%\r50%\r100%\n'}, /\nred\n100%$/],
  ])('that ended so %j is told so', async (report, says) => {
    expect((await told(report)).model).toMatch(says)
  })

  it.each([
    ['one line without an end', 'x'.repeat(1_000_000)],
    ['returns', '\r'.repeat(1_000_000)],
    ['titles without an end', '\u001b]'.repeat(500_000)],
    ['colours without an end', '\u001b[1'.repeat(330_000)],
    ['one colour without an end', `\u001b[${'1'.repeat(1_000_000)}`],
  ])('of %s is read in no time', async (_, stdout) => {
    const began = performance.now()
    await told({stdout})
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it.each([
    ['a\rb', 'b'],
    ['a\rb\r', 'b\r'],
    ['a\r\rb', 'b'],
    ['\ra', 'a'],
    ['one\rtwo\nthree', 'two\nthree'],
  ])('that draws over a line shows what is left: %j', async (stdout, left) => {
    expect((await told({stdout})).model.split('\n').slice(1).join('\n')).toBe(left.trimEnd())
  })

  it('that says much is clipped at both ends, and the whole kept', async () => {
    const stdout = Array.from({length: 5000}, (_, at) => `line ${at}`).join('\n')
    const ran = await told({stdout})
    expect(ran.model.length).toBeLessThan(10_500)
    expect(ran.model).toContain('line 0\n')
    expect(ran.model).toContain('line 4999')
    expect(ran.whole).toBe(stdout)
  })

  it('that could not be started is a fault, so that it can be tried again', async () => {
    const error = {code: 'job.failed', msg: 'no', hint: '', again: false}
    expect((await faultFrom(() => told({error}))).code).toBe('job.failed')
    expect((await faultFrom(() => runShell({command: '  '}, openSite('/p')))).code).toBe('tool.input')
  })

  it('has the time that was asked for', async () => {
    const sandbox = scriptedSandbox(() => ({}))
    const site = openSite('/p', {sandbox, commandMs: 120_000})
    for (const timeoutSec of [undefined, 5, 0, 30_000, 99_999_999]) await runShell({command: 'x', timeoutSec}, site)
    expect(sandbox.jobs.map(({limits}) => limits.wallMs)).toEqual([120_000, 5000, 120_000, 30_000, 3_600_000])
  })

  it('needs leave for its very line, and may touch anything', () => {
    expect(shell.needs({command: 'ls'}, openSite('/p'))).toEqual([{kind: 'shell', what: 'ls'}])
    expect(shell.touches({command: 'ls'}, openSite('/p'))).toBe('any')
  })
})
