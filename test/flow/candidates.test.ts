// Several builds of one task side by side, each in a copy, and the best by evidence adopted. Many agents under one
// cap. The user's own files meanwhile, before and after.

import {readdirSync, readFileSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {bodies, calculator, fixed, results, types, ways} from '../kit/flow.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {place} from '../kit/penguin.ts'

const isPlanner = (asked: Asked): boolean => asked.messages[0]?.text.includes("Penguin's planner") ?? false
const isReviewer = (asked: Asked): boolean => asked.messages[0]?.text.includes("Penguin's reviewer") ?? false

/** Gives each coder a number of its own, which its conversation carries from then on. */
const builders = (build: (n: number, asked: Asked) => Scripted) => {
  let coders = 0
  return (asked: Asked): Scripted => {
    if (isPlanner(asked)) return {text: 'Mend sum.'}
    if (isReviewer(asked)) return {text: 'Hypothesis: it subtracts.'}
    const known = asked.messages.flatMap((message) => message.calls ?? []).find((call) => call.input.includes('coder-'))
    if (known) return build(Number(/coder-(\d+)/.exec(known.input)?.[1]), asked)
    coders += 1
    return {calls: [{tool: 'shell', input: {command: `echo coder-${coders}; cat notes.txt draft.md`}}]}
  }
}

const write = (text: string): Scripted => ({calls: [{tool: 'write', input: {path: 'sum.js', text}}]})
const wrong = 'export const sum = (numbers) => numbers.length * 2 + 1\n'
const mixed = {...calculator, 'draft.md': 'as committed\n', 'data/old.bin': 'x\n'}

/** Copies and scratch that a run has left behind. */
const left = (home: string): string[] =>
  ['trees', 'scratch'].flatMap((dir) => {
    try {
      return readdirSync(`${home}/.cache/penguin/${dir}`)
    } catch {
      return []
    }
  })

describe('three candidates', () => {
  it('the only green one is adopted; uncommitted and untracked files were seen, and are as they were', async () => {
    await using server = await modelServer(
      builders((n, asked) => {
        if (results(asked).length === 1) return write(n === 2 ? fixed : wrong)
        return {text: `built by ${n}`}
      }),
    )
    using repo = place(mixed)
    repo.write({'draft.md': 'not committed\n', 'notes.txt': 'untracked\n', 'mine/deep.txt': 'mine\n'})
    const status = repo.git('status', '--porcelain')
    const {args, env} = ways.responses(server)
    const run = await repo.run(['run', '--json', '--candidates', '3', ...args, 'fix it'], {env})
    expect(run.closed, run.stderr + run.stdout.slice(-800)).toMatchObject({outcome: 'done', exitCode: 0, text: 'built by 2'})
    expect(run.closed?.files).toEqual([{path: 'sum.js', change: 'changed', add: 1, del: 1}])
    expect(run.closed?.gates).toMatchObject([{state: 'passed'}])
    expect(repo.read('sum.js')).toBe(fixed)
    expect(repo.git('status', '--porcelain')).toBe(` M draft.md\n M sum.js\n${status.replace(' M draft.md\n', '')}`)
    expect([repo.read('draft.md'), repo.read('notes.txt'), repo.read('mine/deep.txt')]).toEqual(['not committed\n', 'untracked\n', 'mine\n'])
    const seen = server.requests.filter((asked) => results(asked).length === 1).map((asked) => results(asked)[0])
    expect(seen.length).toBeGreaterThanOrEqual(3)
    for (const text of seen) expect(text).toContain('untracked\nnot committed')
    expect(types(run.lines).filter((type) => type === 'patch.adopted')).toHaveLength(1)
    expect(types(run.lines).filter((type) => type === 'patch.dropped')).toHaveLength(2)
    expect(left(repo.home)).toEqual([])
    expect(repo.survivors()).toEqual([])
    expect((await repo.run(['undo'])).code).toBe(0)
    expect(repo.read('sum.js')).toBe(calculator['sum.js'])
  })

  it('a file that the user changed meanwhile is not touched: exit 5, and the work is kept as a patch', async () => {
    await using server = await modelServer(builders((_n, asked) => (results(asked).length === 1 ? write(fixed) : {text: 'built', delayMs: 300})))
    using repo = place({...mixed, 'notes.txt': ''})
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', '--isolate', ...args, 'fix it'], {env})
    await started.until((line) => line.type === 'tool.done' && line.body.tool === 'write')
    expect(repo.read('sum.js'), 'the work is done in a copy').toBe(calculator['sum.js'])
    const own = '// mine\nexport const sum = (numbers) => 0\n'
    repo.write({'sum.js': own})
    const run = await started.ended
    expect(run.closed).toMatchObject({outcome: 'needs_person', exitCode: 5, files: []})
    expect(run.closed?.reason).toContain('sum.js')
    expect(repo.read('sum.js')).toBe(own)
    const patch = /git apply (\S+)/.exec(run.closed?.text ?? '')?.[1] ?? ''
    expect(readFileSync(`${repo.dir}/${patch}`, 'utf8')).toContain('a + b')
    repo.write({'sum.js': calculator['sum.js']})
    repo.git('apply', patch)
    expect(repo.read('sum.js')).toBe(fixed)
    expect(left(repo.home)).toEqual([])
  })

  it('another file that the user changed meanwhile is checked together with what is adopted', async () => {
    await using server = await modelServer(builders((_n, asked) => (results(asked).length === 1 ? write(fixed) : {text: 'built', delayMs: 300})))
    using repo = place({...mixed, 'notes.txt': ''})
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', '--isolate', ...args, 'fix it'], {env})
    await started.until((line) => line.type === 'tool.done' && line.body.tool === 'write')
    const broken = "import {test} from 'node:test'\ntest('mine', () => { throw new Error('not yet') })\n"
    repo.write({'test/mine.test.js': broken})
    const run = await started.ended
    expect(run.closed).toMatchObject({outcome: 'gate_failed', exitCode: 3})
    expect(types(run.lines)).toContain('gate.stale')
    expect(repo.read('test/mine.test.js')).toBe(broken)
  })
})

describe('twenty agents under one cap', () => {
  /** Goes on for ever, never with the same call. */
  const endless = builders((n, asked) => ({
    calls: [{tool: 'read', input: {path: 'sum.js', from: (results(asked).length % 7) + 1, to: n + asked.n}}],
    delayMs: 20,
  }))

  it.each([
    ['--max-calls', '30'],
    ['--max-tokens', '60000'],
    ['--max-usd', '0.05'],
    ['--max-turns', '30'],
  ])(
    '%s %s: it holds, and nothing is asked after the end',
    async (flag, cap) => {
      await using server = await modelServer(endless)
      using repo = place({...mixed, 'notes.txt': ''})
      const {args, env} = ways.responses(server)
      const run = await repo.run(['run', '--json', '--candidates', '20', flag, cap, ...args, 'fix it'], {env})
      const asked = server.requests.length
      expect(run.closed, run.stderr + run.stdout.slice(-500)).toMatchObject({outcome: 'capped', exitCode: 4})
      const {calls, input, output, usd} = run.closed?.usage.total ?? {calls: 0, input: 0, output: 0, usd: 0}
      expect(calls).toBe(asked)
      if (flag === '--max-calls') expect(asked).toBe(30)
      if (flag === '--max-turns') expect(types(run.lines).filter((type) => type === 'model.replied')).toHaveLength(30)
      if (flag === '--max-tokens') expect(input + output).toBeLessThanOrEqual(60_000)
      if (flag === '--max-usd') expect(usd).toBeLessThanOrEqual(0.05)
      expect(asked).toBeGreaterThan(20)
      expect(bodies(run.lines, 'role.hired').length).toBeGreaterThanOrEqual(21)
      expect(bodies(run.lines, 'budget.exceeded')).toHaveLength(1)
      await new Promise((resolve) => setTimeout(resolve, 300))
      expect(server.requests).toHaveLength(asked)
      expect(repo.survivors()).toEqual([])
      expect(left(repo.home)).toEqual([])
    },
    60_000,
  )
})
