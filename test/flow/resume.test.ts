// Going on: with a run that was closed, with one that was killed, again and again, in the middle of checks and of
// candidates. What the server is asked tells what the model still knows.

import {existsSync, readdirSync} from 'node:fs'
import {describe, expect, it} from 'vitest'
import {bodies, calculator, edit, fix, fixed, green, read, results, survivorsAfter, types, ways} from '../kit/flow.ts'
import {type Asked, modelServer, type Scripted} from '../kit/model-server.ts'
import {type Line, type Place, place} from '../kit/penguin.ts'

const gapless = (lines: Line[]): boolean => lines.filter((line) => !line.passing).every((line, index) => line.seq === index + 1)

const allLines = async (repo: Place, run: string): Promise<Line[]> => {
  const log = await repo.run(['log', run, '--json'])
  repo.write({'../all.jsonl': log.stdout})
  expect((await repo.run(['log', '--validate', '../all.jsonl'])).code).toBe(0)
  return log.lines
}

const cacheOf = (repo: Place): string[] =>
  ['trees', 'scratch', 'run'].flatMap((dir) => {
    const path = `${repo.home}/.cache/penguin/${dir}`
    return existsSync(path) ? readdirSync(path).map((name) => `${dir}/${name}`) : []
  })

describe('a run that was closed', () => {
  it('is resumed in a new one with what was said, over several runs', async () => {
    await using server = await modelServer([...fix, {text: 'Because of the minus.'}, {text: 'Nothing else.'}])
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const first = await repo.run(['run', '--json', ...args, 'mend sum, please'], {env})
    const second = await repo.run(['run', '--json', '--resume', first.lines[0]?.run as string, ...args, 'why was it wrong?'], {env})
    expect(second.closed, second.stderr).toMatchObject({outcome: 'answered', text: 'Because of the minus.'})
    expect(second.lines[0]).toMatchObject({type: 'run.opened', body: {resumes: first.lines[0]?.run}})
    expect(second.lines[0]?.run).not.toBe(first.lines[0]?.run)
    const third = await repo.run(['run', '--json', '--continue', 'anything else?'], {env})
    expect(third.closed, third.stderr).toMatchObject({outcome: 'answered', text: 'Nothing else.'})
    const told = server.requests.at(-1)?.messages.map((message) => message.text) ?? []
    const order = ['mend sum, please', 'sum subtracted; it adds now.', 'why was it wrong?', 'Because of the minus.', 'anything else?']
    expect(order.map((text) => told.indexOf(text))).toEqual(order.map((text) => told.indexOf(text)).toSorted((a, b) => a - b))
    expect(told).toEqual(expect.arrayContaining(order))
    expect(server.requests.at(-1)?.toolResults).toBe(2)
  })

  it('can be forked in its middle', async () => {
    await using server = await modelServer([...fix, {text: 'Another way.'}])
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const first = await repo.run(['run', '--json', ...args, 'mend sum'], {env})
    const at = first.lines.find((line) => line.type === 'tool.done')?.seq
    const forked = (await repo.run(['sessions', 'fork', first.lines[0]?.run as string, String(at)])).stdout.trim()
    const run = await repo.run(['run', '--json', '--resume', forked, ...args, 'do it otherwise'], {env})
    expect(run.closed, run.stderr).toMatchObject({text: 'Another way.'})
    const asked = server.requests.at(-1) as Asked
    expect(asked.toolResults).toBe(1)
    expect(asked.messages.at(-1)?.text).toContain('do it otherwise')
  })
})

describe('a run that lives', () => {
  it('is not resumed by another: exit 2, and it goes on undisturbed', async () => {
    await using server = await modelServer([{...read, delayMs: 1500}, ...fix.slice(1)])
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', ...args, 'mend sum'], {env})
    const {run} = await started.until((line) => line.type === 'model.asked')
    for (const words of [['--resume', run], ['--continue']]) {
      const second = await repo.run(['run', '--json', ...words, ...args], {env})
      expect([second.code, second.stdout]).toEqual([2, ''])
    }
    expect((await started.ended).closed).toMatchObject({outcome: 'done', exitCode: 0})
  })
})

/** Counts itself once, mends the file, says so; looks first when it was cut off. */
const careful = (asked: Asked): Scripted => {
  const told = results(asked)
  const has = (text: string): boolean => told.some((one) => one.includes(text) && !one.includes('cut off'))
  if (!has('counted')) return {calls: [{tool: 'shell', input: {command: '[ -s count.txt ] || echo once >> count.txt; sleep 0.3; echo counted'}}]}
  return has('sum.js') ? {text: 'done', delayMs: 100} : edit
}

describe('a host that is killed', () => {
  it('three times in one run, with nothing but --continue in between', async () => {
    await using server = await modelServer(careful)
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const stops: ((line: Line) => boolean)[] = [
      (line) => line.type === 'tool.called' && line.body.tool === 'shell',
      (line) => line.type === 'model.asked' && line.seq > 20,
      (line) => line.type === 'gate.started',
    ]
    let run = ''
    for (const [index, stop] of stops.entries()) {
      const words = index === 0 ? [...args, '--max-calls', '40', 'mend sum'] : ['--continue']
      const started = repo.start(['run', '--json', ...words], {env})
      await started.until(stop)
      started.child.kill('SIGKILL')
      const ended = await started.ended
      run ||= ended.lines[0]?.run ?? ''
      expect(ended.lines[0]).toMatchObject({run, type: index === 0 ? 'run.opened' : 'run.resumed'})
      expect(await survivorsAfter(repo, 2000)).toEqual([])
    }
    const last = await repo.run(['run', '--json', '--continue'], {env})
    expect(last.closed, last.stderr).toMatchObject({outcome: 'done', exitCode: 0, text: 'done'})
    expect(last.closed?.gates).toMatchObject([{state: 'passed'}])
    expect(last.closed?.files.map((file) => file.path)).toEqual(['count.txt', 'sum.js'])
    expect(repo.read('count.txt')).toBe('once\n')
    const lines = await allLines(repo, run)
    expect(gapless(lines)).toBe(true)
    expect(types(lines).filter((type) => type === 'run.resumed')).toHaveLength(3)
    expect(server.requests.every((asked) => asked.model === 'gpt-5.2')).toBe(true)
    expect(cacheOf(repo)).toEqual([])
  }, 60_000)

  it('after its checks: the evidence is taken from the journal', async () => {
    await using server = await modelServer(fix)
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', ...args, 'mend sum'], {env})
    await started.until((line) => line.type === 'task.phase')
    started.child.kill('SIGKILL')
    const {closed} = await started.ended
    if (closed) return
    const second = await repo.run(['run', '--json', '--continue'], {env})
    expect(second.closed, second.stderr).toMatchObject({outcome: 'done', exitCode: 0})
    expect(second.closed?.gates).toMatchObject([{state: 'passed', counts: {passed: 1}}])
    expect(types(second.lines)).not.toContain('gate.started')
  })

  it('while candidates build: each goes on in its own copy, and the copies are gone in the end', async () => {
    let coders = 0
    await using server = await modelServer((asked) => {
      if (asked.messages[0]?.text.includes("Penguin's planner")) return {text: 'Mend sum.'}
      const own = asked.messages.flatMap((message) => message.calls ?? []).find((call) => call.input.includes('built-by-'))
      if (!own) {
        coders += 1
        const command = `echo built-by-${coders} >> who.txt; sed -i 's/a - b/a + b/' sum.js; cat who.txt`
        return {calls: [{tool: 'shell', input: {command}}]}
      }
      return {text: `I am ${/built-by-\d/.exec(own.input)?.[0]}; I saw ${results(asked).join(' ')}`, delayMs: 2000}
    })
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', '--candidates', '2', ...args, 'mend sum'], {env})
    await started.until(() => bodies(started.lines, 'tool.done').length === 2)
    started.child.kill('SIGKILL')
    const {run} = (await started.ended).lines[0] as Line
    expect(cacheOf(repo).filter((name) => name.startsWith('trees/') && !name.endsWith('.json'))).toHaveLength(2)
    expect(repo.read('sum.js')).toBe(calculator['sum.js'])
    const second = await repo.run(['run', '--json', '--continue'], {env})
    expect(second.closed, second.stderr + second.stdout.slice(-500)).toMatchObject({outcome: 'done', exitCode: 0})
    expect(coders).toBe(2)
    expect(repo.read('sum.js')).toBe(fixed)
    expect(repo.read('who.txt')).toMatch(/^built-by-\d\n$/)
    expect(second.lines[0]?.run).toBe(run)
    expect(cacheOf(repo)).toEqual([])
  }, 60_000)

  it('leaves things behind that the next start of any run sweeps, and a later --continue still finds its work', async () => {
    await using server = await modelServer((asked) => {
      if (asked.last.includes('what is this')) return {text: 'a calculator'}
      return results(asked).length === 0 ? edit : {text: 'done', delayMs: 1500}
    })
    using repo = place(calculator)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', '--isolate', ...args, 'mend sum'], {env})
    await started.until(() => bodies(started.lines, 'tool.done').length === 1)
    started.child.kill('SIGKILL')
    const {run} = (await started.ended).lines[0] as Line
    expect(cacheOf(repo)).not.toEqual([])
    await survivorsAfter(repo, 2000)
    expect((await repo.run(['run', '--json', '--no-check', ...args, 'what is this?'], {env})).code).toBe(0)
    expect(cacheOf(repo)).toEqual([])
    const second = await repo.run(['run', '--json', '--resume', run], {env})
    expect(second.closed, second.stderr + second.stdout.slice(-500)).toMatchObject({outcome: 'done', exitCode: 0})
    expect(repo.read('sum.js')).toBe(fixed)
  }, 60_000)
})

it('a prompt added to a run that was killed is heard', async () => {
  await using server = await modelServer((asked) =>
    asked.messages.some((message) => message.text === 'and say hello') ? {text: 'hello'} : {fault: {do: 'mute'}},
  )
  using repo = place(green)
  const {args, env} = ways.responses(server)
  const started = repo.start(['run', '--json', ...args, 'look at sum'], {env})
  await started.until((line) => line.type === 'model.asked')
  started.child.kill('SIGKILL')
  await started.ended
  const second = await repo.run(['run', '--json', '--continue', 'and say hello'], {env})
  expect(second.closed, second.stderr).toMatchObject({outcome: 'answered', text: 'hello'})
})
