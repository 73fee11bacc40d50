// The edges of a run as a script meets them: what is read from stdin, what is written where, how it is stopped.

import {execFileSync, spawn, spawnSync} from 'node:child_process'
import {existsSync, mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync, writeFileSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {bodies, calculator, fix, fixed, green, read, survivorsAfter, types, ways} from '../kit/flow.ts'
import {modelServer, type Step} from '../kit/model-server.ts'
import {until} from '../kit/model-turn.ts'
import {type Closed, type Ended, type Line, launcher, type Place, place} from '../kit/penguin.ts'

interface Scene {
  repo: Place
  run(args: string[], more?: {input?: string; env?: Record<string, string>}): Promise<Ended>
  requests: () => number
}

const scene = async (script: Step[], files: Record<string, string>, play: (scene: Scene) => Promise<void>): Promise<void> => {
  await using server = await modelServer(script)
  using repo = place(files)
  const {args, env} = ways.responses(server)
  await play({
    repo,
    requests: () => server.requests.length,
    run: (words, more = {}) => repo.run(['run', ...args, ...words], {...more, env: {...env, ...more.env}}),
  })
  expect(repo.survivors()).toEqual([])
}

const journalOf = async (repo: Place): Promise<Line[]> => (await repo.run(['log', '--json'])).lines

describe('stdin', () => {
  it('is the prompt when there is none, is added for "-", and is left alone beside a prompt', () =>
    scene([{text: 'one'}, {text: 'two'}, {text: 'three'}], green, async ({run, repo}) => {
      expect((await run(['--json'], {input: 'from a pipe\n'})).closed).toMatchObject({text: 'one'})
      expect((await run(['--json', 'look at this:', '-'], {input: 'piped text\n'})).closed).toMatchObject({text: 'two'})
      expect((await run(['--json', 'only this'], {input: 'never read\n'})).closed).toMatchObject({text: 'three'})
      const said = bodies(await journalOf(repo), 'user.said').map((body) => body.text)
      expect(said).toEqual(['only this'])
      const sessions = (await repo.run(['sessions', 'list', '--json'])).stdout
      expect(sessions).toContain('look at this:')
      expect(sessions).not.toContain('never read')
    }))

  it.each([
    ['empty', ['--json'], ''],
    ['blank', ['--json', '-'], ' \n\n'],
    ['wanted twice', ['--json', '--input', 'stream-json', '-'], 'x'],
    ['for answers only', ['--json', '--input', 'stream-json'], '{"say":"x"}\n'],
  ])('%s: exit 2, nothing on stdout', (_name, args, input) =>
    scene([], green, async ({run}) => {
      const ended = await run(args, {input})
      expect([ended.code, ended.stdout]).toEqual([2, ''])
      expect(ended.stderr).not.toBe('')
    }),
  )

  it('carries words and a stop while the run goes on', async () => {
    await using server = await modelServer((asked) =>
      asked.messages.some((message) => message.text === 'in French') ? {fault: {do: 'mute'}} : {...read, delayMs: 50},
    )
    using repo = place(green)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', '--input', 'stream-json', ...args, 'explain'], {env, input: '{"say":"in French"}\nnot json\n{"what":1}\n'})
    await until(() => server.requests.some((asked) => asked.messages.some((message) => message.text === 'in French')), 10_000)
    started.child.stdin?.write('{"answer":"q_9","choice":"yes"}\n{"stop":true}\n')
    const run = await started.ended
    expect(run.closed).toMatchObject({outcome: 'interrupted', exitCode: 130})
    expect(types(run.lines)).toContain('user.steered')
    expect(bodies(run.lines, 'notice').map((body) => body.code)).toEqual(expect.arrayContaining(['input.garbled', 'input.unknown']))
  })

  it('that has ended leaves nobody to ask: the question is denied at once', () =>
    scene([{calls: [{tool: 'ask', input: {question: 'Which one?'}}]}, {text: 'I asked.'}], green, async ({run}) => {
      const ended = await run(['--json', '--no-check', '--input', 'stream-json', 'hi'], {input: ''})
      expect(ended.closed).toMatchObject({outcome: 'needs_person', exitCode: 5})
      expect(bodies(ended.lines, 'ask.answered')).toMatchObject([{by: 'nobody'}])
      expect(ended.wallMs).toBeLessThan(60_000)
    }))
})

describe('stdout', () => {
  it('of text holds the answer alone, of json one object, and -o the answer whole', () => {
    const long = 'An answer that does not fit into one line. '.repeat(3000)
    return scene([...fix, {text: long}, {text: long}], calculator, async ({run, repo}) => {
      const text = await run(['-o', 'answer.txt', 'mend it'])
      expect([text.code, text.stdout]).toEqual([0, 'sum subtracted; it adds now.\n'])
      expect(text.stderr).toContain('npm test')
      expect(repo.read('answer.txt')).toBe('sum subtracted; it adds now.')
      const json = await run(['--output', 'json', '-o', 'long.txt', 'go on at length'])
      const object = JSON.parse(json.stdout) as Closed & {run: string}
      expect(object).toMatchObject({outcome: 'answered', exitCode: 0, text: long})
      expect(object.run).toMatch(/^r_/)
      expect(repo.read('long.txt')).toBe(long)
      const lines = await run(['--json', '-o', 'long.txt', 'once more'])
      for (const row of lines.stdout.split('\n')) expect(Buffer.byteLength(row)).toBeLessThan(64 * 1024)
      expect(repo.read('long.txt')).toBe(long)
      expect(repo.git('status', '--porcelain', '--ignored')).not.toContain('.part')
    })
  })

  it('-o is written through a link, and a device stays one', () =>
    scene([{text: 'Five.'}, {text: 'Six.'}, {text: 'Seven.'}], green, async ({run, repo}) => {
      writeFileSync(join(repo.dir, 'kept.txt'), 'a longer text than the answer')
      symlinkSync('no/such/folder/x.txt', join(repo.dir, 'lost'))
      expect((await run(['--json', '-o', 'lost', 'what is it?'])).code).toBe(2)
      for (const [link, target] of [
        ['link', 'kept.txt'],
        ['nothing', '/dev/null'],
        ['dangling', 'new.txt'],
      ] as const) {
        symlinkSync(target, join(repo.dir, link))
        expect((await run(['--json', '--no-check', '-o', link, 'what is it?'])).code).toBe(0)
        expect(readlinkSync(join(repo.dir, link))).toBe(target)
      }
      expect(repo.read('kept.txt')).toBe('Five.')
      expect(repo.read('new.txt')).toBe('Seven.')
    }))

  it('-o to a pipe waits for its reader, and no longer than the run may last', () => {
    const long = 'An answer that no pipe holds at once. '.repeat(5000)
    return scene([{text: long}, {text: 'Read by nobody.'}], green, async ({run, repo}) => {
      const pipe = join(repo.dir, 'pipe')
      execFileSync('mkfifo', [pipe])
      const ended = run(['--json', '--no-check', '--timeout', '3000000', '-o', 'pipe', 'go on at length'])
      expect(await readFile(pipe, 'utf8')).toBe(long)
      expect((await ended).code).toBe(0)
      expect((await run(['--json', '--no-check', '--timeout', '3', '-o', 'pipe', 'what is it?'])).code).toBe(124)
    })
  })

  it('-o is written at every ending, and a place that cannot be written is found before the work', () =>
    scene([{fault: {do: 'status', status: 401}, times: 0}], green, async ({run, repo, requests}) => {
      expect((await run(['--json', '-o', 'report.txt', 'x'])).code).toBe(6)
      expect(repo.read('report.txt')).toContain('Not finished (provider)')
      expect((await run(['--json', '--max-calls', '0', '-o', 'capped.txt', 'x'])).code).toBeOneOf([2, 4])
      expect(requests()).toBe(1)
      for (const target of ['no/such/folder/x.txt', '.']) expect((await run(['--json', '-o', target, 'x'])).code).toBe(2)
      expect(requests()).toBe(1)
    }))

  it('that is full loses the answer, which is no success; nor is an -o that cannot be written', () =>
    scene([{text: 'Five.', times: 0}], green, async ({run, repo}) => {
      const lost = await run(['--json', '--no-check', '-o', '/dev/full', 'what is it?'])
      expect([lost.code, lost.closed?.exitCode]).toEqual([1, 0])
      expect(lost.stderr).toContain('-o /dev/full')
      for (const form of ['text', 'json']) {
        const words = `"$0" run -m replay/calls.jsonl --no-check --output ${form} hi >/dev/full`
        await run(['--json', '--no-check', '--record', 'calls.jsonl', 'hi'])
        const {status, stderr} = spawnSync('sh', ['-c', words, launcher], {cwd: repo.dir, env: repo.env, encoding: 'utf8'})
        expect(stderr).toContain('could not be written')
        expect(status).toBe(1)
      }
    }))

  it('closed by its reader stops the run; the last line is in the journal', async () => {
    await using server = await modelServer([{text: 'x '.repeat(4000), everyMs: 20, chunkChars: 8}])
    using repo = place(green)
    const {args, env} = ways.responses(server)
    const words = ['run', '--json', ...args, 'talk'].map((word) => `'${word}'`).join(' ')
    const child = spawn('bash', ['-c', `${launcher} ${words} | head -1; echo "\${PIPESTATUS[0]}"`], {cwd: repo.dir, env: {...repo.env, ...env}})
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk
    })
    await new Promise((resolve) => child.on('close', resolve))
    expect(out.split('\n')[0]).toContain('run.opened')
    expect(out.trim().split('\n').at(-1)).toBe('1')
    const last = (await journalOf(repo)).at(-1)
    expect(last).toMatchObject({type: 'run.closed', body: {outcome: 'failed', reason: 'the reader of the output is gone'}})
    expect(await survivorsAfter(repo, 2000)).toEqual([])
  })

  it('whose reader reads no more holds up neither a signal nor the time', async () => {
    await using server = await modelServer([{text: 'x '.repeat(100_000), chunkChars: 4000}])
    using repo = place(green)
    const {args, env} = ways.responses(server)
    const child = spawn(launcher, ['run', '--json', ...args, 'talk'], {cwd: repo.dir, env: {...repo.env, ...env}, stdio: ['ignore', 'pipe', 'ignore']})
    await new Promise((resolve) => setTimeout(resolve, 2500))
    const began = performance.now()
    child.kill('SIGINT')
    const code = await new Promise((resolve) => child.on('exit', resolve))
    expect(code).toBe(130)
    expect(performance.now() - began).toBeLessThan(5500)
  })
})

describe('signals', () => {
  const silent: Step[] = [{fault: {do: 'mute'}}]
  it.each([
    ['SIGHUP', 143],
    ['SIGINT', 130],
  ] as const)('%s ends the run in order', async (signal, code) => {
    await using server = await modelServer(silent)
    using repo = place(green)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', ...args, 'x'], {env})
    await started.until((line) => line.type === 'model.asked')
    started.child.kill(signal)
    expect(await started.ended).toMatchObject({code, closed: {exitCode: code}})
  })

  it('before the run is opened, the run is opened and closed all the same', async () => {
    await using server = await modelServer(silent)
    using repo = place(green)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', ...args, 'x'], {env})
    while (!existsSync(`${repo.dir}/.penguin`)) await new Promise((resolve) => setTimeout(resolve, 1))
    started.child.kill('SIGTERM')
    const run = await started.ended
    expect(run.code).toBe(143)
    expect(types(run.lines)).toEqual(expect.arrayContaining(['run.opened', 'run.closed']))
  })

  it('a second one ends it at once', async () => {
    await using server = await modelServer([{calls: [{tool: 'shell', input: {command: "trap '' TERM INT; sleep 60"}}]}])
    using repo = place(green)
    const {args, env} = ways.responses(server)
    const started = repo.start(['run', '--json', ...args, 'x'], {env})
    await started.until((line) => line.type === 'tool.called')
    const began = performance.now()
    // A person's second press: two that come together may be one to the kernel.
    started.child.kill('SIGINT')
    await new Promise((resolve) => setTimeout(resolve, 150))
    started.child.kill('SIGINT')
    const {code} = await started.ended
    expect(code).toBe(130)
    expect(performance.now() - began).toBeLessThan(2000)
    expect(await survivorsAfter(repo, 2000)).toEqual([])
  })
})

describe('recordings', () => {
  it('give the same run again without a network, and end with 6 when there is no more', () =>
    scene(fix, calculator, async ({run, repo, requests}) => {
      const first = await run(['--json', '--record', 'calls.jsonl', 'mend it'])
      expect(first.closed).toMatchObject({outcome: 'done'})
      expect(repo.read('calls.jsonl').trim().split('\n')).toHaveLength(3)
      expect(repo.read('calls.jsonl')).not.toContain('sk-test')
      repo.write({'sum.js': calculator['sum.js']})
      const again = await repo.run(['run', '--json', '-m', 'replay/calls.jsonl', 'mend it'])
      expect(again.closed, again.stderr).toMatchObject({outcome: 'done', exitCode: 0, text: first.closed?.text})
      expect(repo.read('sum.js')).toBe(fixed)
      const stable = (lines: Line[]): string[] =>
        types(lines).filter((type) => !['model.delta', 'role.ready', 'role.hired', 'task.started', 'notice'].includes(type))
      expect(stable(again.lines)).toEqual(stable(first.lines))
      repo.write({'short.jsonl': repo.read('calls.jsonl').split('\n').slice(0, 1).join('\n'), 'sum.js': calculator['sum.js']})
      const short = await repo.run(['run', '--json', '-m', `replay/${repo.dir}/short.jsonl`, 'mend it'])
      expect(short.closed).toMatchObject({outcome: 'provider', exitCode: 6})
      expect(short.closed?.reason).toContain('short.jsonl holds no reply for coder 1, call 2')
      expect(requests()).toBe(3)
      expect((await repo.run(['run', '--json', '--record', 'calls.jsonl', '-m', 'replay/calls.jsonl', 'x'])).code).toBe(2)
      expect(statSync(`${repo.dir}/calls.jsonl`).size).toBeGreaterThan(0)
    }))
})

describe('rules and folders', () => {
  const shell = (command: string): Step => ({calls: [{tool: 'shell', input: {command}}]})
  it('--deny and --allow decide, and a denial is told', () =>
    scene([shell('mkdir one'), shell('touch two.txt'), {text: 'ok'}], green, async ({run, repo}) => {
      const ended = await run(['--json', '--permission', 'ask', '--deny', 'shell(touch*)', '--allow', 'shell(mkdir*)', 'x'])
      expect(existsSync(`${repo.dir}/one`)).toBe(true)
      expect(existsSync(`${repo.dir}/two.txt`)).toBe(false)
      expect(bodies(ended.lines, 'tool.done').map((body) => body.ok)).toEqual([true, false])
      expect(bodies(ended.lines, 'tool.done')[1]?.told).toContain('shell(touch*)')
    }))

  it('--add-dir opens a folder beside the project for reading and writing, and no other', () =>
    scene(
      [{calls: [{tool: 'write', input: {path: '../beside/new.txt', text: 'x\n'}}]}, shell('cat ../beside/a.txt; echo y > ../other/b.txt'), {text: 'ok'}],
      green,
      async ({run, repo}) => {
        for (const name of ['beside', 'other']) mkdirSync(`${repo.dir}/../${name}`)
        writeFileSync(`${repo.dir}/../beside/a.txt`, 'from beside\n')
        const ended = await run(['--json', '--add-dir', '../beside', 'x'])
        expect(ended.closed, JSON.stringify(bodies(ended.lines, 'tool.done'))).toMatchObject({exitCode: 0})
        expect(readFileSync(`${repo.dir}/../beside/new.txt`, 'utf8')).toBe('x\n')
        expect(bodies(ended.lines, 'tool.done')[1]?.told).toContain('from beside')
        expect(existsSync(`${repo.dir}/../other/b.txt`)).toBe(false)
      },
    ))

  it('--seed reaches the server', async () => {
    await using server = await modelServer([{text: 'ok'}])
    using repo = place(green)
    await repo.run(['run', '--json', '--seed', '7', ...ways.chat(server).args, 'x'], {env: ways.chat(server).env})
    expect(server.requests[0]?.body.seed).toBe(7)
  })
})
